//! ORMs whose classes are their own queries: peewee 3, Tortoise ORM 0.2x, Pony ORM 0.7, encode/orm 0.3 and ormar 0.20.
//!
//! Facts are those of peewee's "Querying", of Tortoise's "Query API", of Pony's "Declarative queries", of encode/orm's
//! "Making queries" and of ormar's "Queries": `select()`, `get_by_id` and `all` read every field; a loaded row's `save` and
//! `create` write every field.

mod columns;
mod conditions;
mod connections;
mod many;
mod methods;
mod names;
mod pony;
mod selected;

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::{added, fragments};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Span};

pub(crate) use pony::of_key;

/// One of them, by its name.
#[derive(Debug)]
pub(crate) struct Active(&'static str);

/// peewee.
pub(crate) const PEEWEE: Active = Active("python/peewee");

/// Tortoise ORM.
pub(crate) const TORTOISE: Active = Active("python/tortoise");

/// Pony ORM.
pub(crate) const PONY: Active = Active("python/pony");

/// encode/orm.
pub(crate) const ENCODE: Active = Active("python/orm");

/// ormar.
pub(crate) const ORMAR: Active = Active("python/ormar");

impl Door for Active {
    fn name(&self) -> &'static str {
        self.0
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::Mapped(model) if cx.models.is_of(*model, self.0) => {
                attribute(cx, self.0, *model, member)
            }
            Atom::Class(class) => {
                let model = cx.models.of_class(*class)?;
                let is_own = cx.models.is_of(model, self.0);
                is_own.then(|| columns::of_class(cx, self.0, model, member))?
            }
            Atom::Object(object) if object.door == self.0 => of_object(cx, object, member),
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        answer(cx, self.0, callee, call)
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        consume(cx, self.0, value, how, span)
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        selected::item(cx, of, key, span)
    }
}

/// A field or relation of a row.
fn attribute(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        let Some(relation) = cx.models.relation(model, member.name) else {
            return Some(Value::outside(&format!("field {}", field.data_type)));
        };
        return Some(many::other_side(cx, orm, (model, relation), member));
    }
    let relation = cx.models.relation(model, member.name)?;
    many::keys_of(
        cx,
        model,
        relation,
        member.span,
        Manner::implied(member.access),
    );
    Some(many::other_side(cx, orm, (model, relation), member))
}

/// A member of a query, of a row that is no instance, or of a column.
fn of_object(cx: &mut Evaluator<'_>, object: &Object, member: &MemberSite<'_>) -> Option<Value> {
    match object.kind {
        "key" => {
            let model = object.model?;
            columns::of_class(cx, object.door, model, member)
        }
        "row" => selected::member(cx, object, member.name, member.span),
        // `subquery.c.name`.
        "query" if member.name == "c" && object.door == PEEWEE.0 => Some(selected::row(object)),
        "query" if object.door == PONY.0 => pony::lifted(cx, object, member),
        _ => None,
    }
}

fn query(orm: &'static str, model: ModelId) -> Object {
    Object::new(orm, "query", Some(model))
}

/// A constructor, or a method of a class, a query or a row.
fn answer(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    callee: &Atom,
    call: &CallSite<'_>,
) -> Option<Value> {
    match callee {
        Atom::Class(class) => {
            let model = cx
                .models
                .of_class(*class)
                .filter(|id| cx.models.is_of(*id, orm))?;
            names::named(cx, model, call, Access::Write);
            added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
            let row = Atom::Mapped(model).into();
            // Pony inserts what is made.
            if orm == PONY.0 {
                cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
            }
            Some(row)
        }
        Atom::External(name) => outside(cx, orm, name, call),
        Atom::Member(of, name) => member_call(cx, orm, of, name, call),
        _ => None,
    }
}

/// A function of the ORM's package.
fn outside(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let (package, last) = (name.split('.').next()?, name.rsplit('.').next()?);
    match (package, last) {
        ("pony", "raw_sql") if orm == PONY.0 => Some(fragments::made(cx, orm, call)),
        ("pony", _) if orm == PONY.0 => pony::generated(cx, name, call),
        ("peewee", "SQL") if orm == PEEWEE.0 => Some(fragments::made(cx, orm, call)),
        ("peewee", "prefetch") if orm == PEEWEE.0 => selected::prefetched(cx, call),
        ("peewee", _) if orm == PEEWEE.0 && (name.contains(".fn.") || last == "Case") => {
            Some(columns::within(orm, call))
        }
        ("tortoise", "Prefetch") if orm == TORTOISE.0 => {
            cx.escape(call);
            Some(call.value(0, "relation"))
        }
        ("tortoise", _) if orm == TORTOISE.0 => {
            conditions::made(cx, name, call).or_else(|| connections::made(name))
        }
        ("ormar", "and_" | "or_") if orm == ORMAR.0 => Some(conditions::of_keywords(cx, orm, call)),
        _ => None,
    }
}

fn member_call(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        Atom::Object(object) if object.kind == conditions::CONDITION => {
            (object.door == orm).then(|| conditions::joined(object, call))
        }
        Atom::Class(class) => {
            let model = cx
                .models
                .of_class(*class)
                .filter(|id| cx.models.is_of(*id, orm))?;
            // `P = Post.alias()`: the same columns.
            if name == "alias" && orm == PEEWEE.0 {
                return Some(of.clone().into());
            }
            methods::of_query(cx, &query(orm, model), name, call)
        }
        Atom::Mapped(model) if cx.models.is_of(*model, orm) => {
            methods::of_row(cx, *model, name, call)
        }
        Atom::Object(object) if object.door == orm => match object.kind {
            "query" => methods::of_query(cx, object, name, call),
            "row" => selected::row_call(cx, object, name, call),
            "column" | "key" | "expression" => Some(columns::called(object, name, call)),
            _ => None,
        },
        _ if orm == PONY.0 => pony::of_database(cx, of, name, call),
        _ if orm == TORTOISE.0 => connections::rows(of, name, call),
        _ => None,
    }
}

/// Running a query reads every field, unless it says which.
fn whole(cx: &mut Evaluator<'_>, of: &Object, span: Span) {
    if let (Some(model), false) = (of.model, of.has("named")) {
        cx.touch_row(model, span, Manner::whole(Access::Read), &|_| true);
    }
    for model in selected::whole_models(of) {
        cx.touch_row(model, span, Manner::whole(Access::Read), &|_| true);
    }
}

fn consume(
    cx: &mut Evaluator<'_>,
    orm: &str,
    value: &Atom,
    how: Consumption,
    span: Span,
) -> Option<Value> {
    let Atom::Object(object) = value else {
        return None;
    };
    if object.door != orm || object.kind != "query" {
        return None;
    }
    object.model?;
    match how {
        Consumption::Iterate | Consumption::Index => {
            whole(cx, object, span);
            Some(selected::element(object))
        }
        Consumption::Await => {
            whole(cx, object, span);
            Some(Value::list(selected::element(object)))
        }
        Consumption::Escape => {
            whole(cx, object, span);
            Some(value.clone().into())
        }
        _ => None,
    }
}
