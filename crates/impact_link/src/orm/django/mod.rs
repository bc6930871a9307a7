//! Django's ORM: managers and querysets, lookups over relations, rows and what saving and deleting them does.
//!
//! Facts about Django are those of 4.2 to 5.2: `django/db/models/query.py`, `base.py`, `deletion.py`,
//! `fields/related_descriptors.py`, `sql/query.py`, and the reference pages on querysets and instances.

mod cascade;
mod companion;
mod expression;
mod historical;
mod instance;
mod lookup;
mod manager;
mod operations;
mod other_side;
mod queryset;
mod selection;
pub(crate) mod signals;

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Span};

/// The name of the door.
pub(crate) const DJANGO: &str = "python/django";

/// Django's ORM.
#[derive(Debug)]
pub(crate) struct Django;

impl Door for Django {
    fn name(&self) -> &'static str {
        DJANGO
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            // Classes are annotated as their rows are: `def make(model: Base): model.objects.create()`.
            Atom::Mapped(model) if is_django(cx, *model) => instance::attribute(cx, *model, member)
                .or_else(|| manager::of_model(cx, *model, member.name)),
            Atom::Class(class) => manager::of_class(cx, *class, member.name),
            Atom::Member(of, relation) if member.name == "through" => {
                manager::through(cx, of, relation)
            }
            Atom::External(name) => {
                let model = cx.models.named(name)?;
                manager::of_model(cx, model, member.name)
            }
            Atom::Object(object) if object.door == DJANGO => {
                queryset::attribute(cx, object, member)
            }
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if let Some(manager) = manager::made(callee, call) {
            return Some(manager);
        }
        match callee {
            Atom::Class(class) => construct(cx, *class, call),
            Atom::Object(object) if object.door == DJANGO => signals::call(cx, object, None, call),
            Atom::External(name) => match cx.models.named(name) {
                Some(model) if is_django(cx, model) => {
                    instance::construct(cx, model, call);
                    Some(Atom::Mapped(model).into())
                }
                _ => expression::function(cx, name, call),
            },
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.kind == historical::APPS => {
                    historical::get_model(cx, name, call)
                }
                Atom::Object(object) if object.door == DJANGO => {
                    signals::call(cx, object, Some(name), call)
                        .or_else(|| operations::call(cx, object, name, call))
                }
                Atom::Mapped(model) if is_django(cx, *model) => {
                    instance::method(cx, *model, name, call)
                }
                Atom::Class(class) => manager::class_method(cx, *class, name, call),
                Atom::External(class) => manager::external_method(cx, class, name, call),
                _ => None,
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        match value {
            Atom::Object(object) if object.door == DJANGO => {
                queryset::consume(cx, object, how, span)
            }
            _ => None,
        }
    }

    fn annotation(&self, _cx: &mut Evaluator<'_>, name: &str, keys: &[Value]) -> Option<Value> {
        let kind = match name.rsplit('.').next()? {
            _ if !name.starts_with("django") => return None,
            "WithAnnotations" | "Annotated" => return keys.first().cloned(),
            "QuerySet" | "ValuesQuerySet" => "queryset",
            "Manager" | "BaseManager" | "RelatedManager" | "ManyToManyRelatedManager" => "manager",
            _ => return None,
        };
        let Some(key) = keys.first() else {
            return Some(Value::unknown(
                "rows of a model that the annotation does not say",
            ));
        };
        let model = key.atoms().iter().find_map(|atom| match atom {
            Atom::Mapped(model) => Some(*model),
            _ => None,
        })?;
        Some(Object::new(DJANGO, kind, Some(model)).into())
    }

    fn bound(&self, cx: &mut Evaluator<'_>, object: &Object, owner: &Atom) -> Option<Value> {
        let model = match owner {
            Atom::Class(class) => cx.models.of_class(*class)?,
            Atom::Mapped(model) => *model,
            _ => return None,
        };
        (object.kind == "manager").then(|| manager::bound_to(object, model).into())
    }

    fn instance(&self, cx: &Evaluator<'_>, class: ClassRef) -> Option<Value> {
        manager::instance(cx, class)
    }
}

fn construct(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    match cx.models.of_class(class) {
        Some(model) if is_django(cx, model) => {
            instance::construct(cx, model, call);
            Some(Atom::Mapped(model).into())
        }
        _ => signals::construct(cx, class, call).or_else(|| manager::construct(cx, class, call)),
    }
}

pub(crate) use expression::user_model;

/// Whether Django maps a model.
pub(crate) fn is_django(cx: &Evaluator<'_>, model: ModelId) -> bool {
    cx.models.is_of(model, DJANGO)
}

/// A path of a model that stands somewhere by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Touching<'p> {
    /// The model.
    pub(crate) model: ModelId,
    /// The path, its parts joined by `__`.
    pub(crate) path: &'p str,
    /// Where it stands in the file that is being evaluated.
    pub(crate) span: Span,
    /// Read or written.
    pub(crate) access: Access,
}

/// Touches what a path names: relations by their names in code, too.
pub(crate) fn touch_path(cx: &mut Evaluator<'_>, touching: Touching<'_>) {
    touch_path_as(cx, touching, Manner::named(touching.access));
}

/// The same of a path that is read.
pub(crate) fn read_path(cx: &mut Evaluator<'_>, model: ModelId, path: &str, span: Span) {
    let access = Access::Read;
    let touching = Touching {
        model,
        path,
        span,
        access,
    };
    touch_path(cx, touching);
}

/// The same where the name is of something that carries the field: a form's field, a key of what it takes in.
pub(crate) fn imply_path(cx: &mut Evaluator<'_>, touching: Touching<'_>) {
    let manner = Manner::implied(touching.access).at_most(impact_facts::Certainty::Likely);
    touch_path_as(cx, touching, manner);
}

fn touch_path_as(cx: &mut Evaluator<'_>, touching: Touching<'_>, manner: Manner) {
    let Touching {
        model, path, span, ..
    } = touching;
    let written = lookup::Written::at(cx, span, path);
    let first = path.split("__").next().unwrap_or_default();
    if lookup::relation(cx, model, first).is_none() && cx.models.relation(model, first).is_some() {
        lookup::follow_members(cx, model, path, written, manner);
    } else {
        lookup::follow(cx, model, path, written, manner);
    }
}

/// Touches the keys of a relation, unnamed.
pub(crate) fn touch_between(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &impact_facts::Relationship,
    span: Span,
    access: Access,
) {
    let file = cx.file;
    lookup::read_key(cx, model, relation, file, span, Manner::implied(access));
}

/// Touches every field of a model, unnamed.
pub(crate) fn touch_whole(cx: &mut Evaluator<'_>, model: ModelId, span: Span, access: Access) {
    cx.touch_row(model, span, Manner::whole(access), &|_| true);
}

/// A row is saved: by the model's own `save`, where it has one, and with its signals.
fn saved(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    signals::send(cx, model, signals::SAVED, span);
    companion::saved(cx, model, span);
    instance::run_own(cx, model, &["save"], span);
}

/// A form's row is cleaned before it is saved: what the model's own class adds to that.
pub(crate) fn clean_row(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    instance::run_own(cx, model, instance::CLEANING, span);
}

/// Saves a row of a model, with the signals that this sends.
pub(crate) fn save_row(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    saved(cx, model, span);
    touch_whole(cx, model, span, Access::Write);
}

/// Deletes rows of a model, and all that cascades from it.
pub(crate) fn delete_rows(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    cascade::delete(cx, model, span);
}

/// The querysets in a value, and those of its managers.
pub(crate) fn all_of(value: &Value) -> Value {
    let all = value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(object) if object.door == DJANGO => {
            Some(Atom::Object(queryset::of(object).into()))
        }
        Atom::Object(_) => Some(atom.clone()),
        _ => None,
    });
    Value::any_of(all).at_most(value.certainty)
}

/// The models of the querysets, managers and rows in a value.
pub(crate) fn models_of(value: &Value) -> Vec<ModelId> {
    let mut found: Vec<ModelId> = value
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Mapped(model) => Some(*model),
            Atom::Object(object) if object.door == DJANGO => object.model,
            _ => None,
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
