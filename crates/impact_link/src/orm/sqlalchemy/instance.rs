//! Rows: attributes, relations, constructors.

use super::{SQLALCHEMY, content, entity, overridden, write};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Definition};
use impact_facts::{Access, Certainty, ExpressionKind, Relationship, Span, Spread};

/// A member of a row.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(field) = cx.models.field(model, member.name) {
        let below = overridden::below(cx, model, member);
        let manner = Manner::named(member.access);
        let manner = match below {
            Some(_) => manner.at_most(Certainty::Likely),
            None => manner,
        };
        if below.as_ref().is_none_or(|below| !below.always) {
            cx.touch_field(model, field, member.span, manner);
        }
        redeclared(cx, model, &field.name, member);
        let held = content(&field.data_type);
        return Some(below.map_or(held.clone(), |below| below.value.or(&held)));
    }
    let Some(relation) = cx.models.relation(model, member.name) else {
        return match member.name {
            "__table__" => Some(Object::new(SQLALCHEMY, "table", Some(model)).into()),
            "__mapper__" => Some(super::mapper::of(model)),
            _ => super::versions::attribute(cx, model, member),
        };
    };
    touch_keys(cx, model, relation, member.span, member.access);
    let Some(target) = cx.models.target(relation) else {
        return Some(Value::unknown("a related row"));
    };
    // A new row in its place does not load the old one, a new list does (SQLAlchemy 2.0, "Column Loading Options",
    // `active_history`; "Collection Customization").
    if member.access == Access::Read || relation.many {
        let fetched = Manner::whole(Access::Read).at_most(Certainty::Likely);
        entity::load(cx, target, member.span, fetched);
    }
    let row: Value = Atom::Mapped(target).into();
    if !relation.many {
        return Some(row);
    }
    let of = format!("{OF}{}:{}", model.0, relation.name);
    let collection = Object::new(SQLALCHEMY, "collection", Some(target)).with_word(&of);
    Some(
        collection
            .with_value("item:000", row)
            .with_word("single")
            .into(),
    )
}

/// What stands before the model and the name of the relation that a collection is.
const OF: &str = "of:";

/// Rows are put into a collection or taken out: the keys at its other end are written, or the rows of its association
/// table.
pub(super) fn grown(cx: &mut Evaluator<'_>, collection: &Object, call: &CallSite<'_>) {
    let of: Vec<(ModelId, String)> = collection
        .words_after(OF)
        .filter_map(|word| {
            let (model, name) = word.split_once(':')?;
            Some((ModelId(model.parse().ok()?), name.to_owned()))
        })
        .collect();
    let manner = Manner::implied(Access::Write);
    for (model, name) in of {
        let Some(relation) = cx.models.relation(model, &name) else {
            continue;
        };
        let target = cx.models.target(relation);
        let other = target.and_then(|target| cx.models.get(target)?.table.clone());
        let (table, columns) = match &relation.through {
            Some((table, columns)) => (Some(table.clone()), columns),
            None => (other, &relation.remote),
        };
        let Some(table) = table else { continue };
        for column in columns {
            cx.touch_column(&table, column, call.span, manner, SQLALCHEMY);
        }
    }
}

/// A row may be one of a subclass with a table of its own. Where that declares the column anew (the key does), it is that
/// one, too.
fn redeclared(cx: &mut Evaluator<'_>, model: ModelId, name: &str, member: &MemberSite<'_>) {
    for child in cx.models.below(model).to_vec() {
        let Some(field) = cx.models.field(child, name) else {
            continue;
        };
        if cx.models.field(model, name).map(|own| own.declared_at) != Some(field.declared_at) {
            let manner = Manner::named(member.access).at_most(Certainty::Likely);
            cx.touch_field(child, field, member.span, manner);
        }
    }
}

/// The keys that a relation joins over.
pub(super) fn touch_keys(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    span: Span,
    access: Access,
) {
    let manner = Manner::implied(access);
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let target = cx.models.target(relation);
    let other = target.and_then(|target| cx.models.get(target)?.table.clone());
    for (table, columns) in [(own, &relation.local), (other, &relation.remote)] {
        let Some(table) = table else { continue };
        let reads = Manner::implied(Access::Read);
        let is_foreign = columns == &relation.local;
        let manner = if is_foreign { manner } else { reads };
        for column in columns {
            cx.touch_column(&table, column, span, manner, SQLALCHEMY);
        }
    }
    if let Some((table, columns)) = &relation.through {
        for column in columns {
            cx.touch_column(table, column, span, manner, SQLALCHEMY);
        }
    }
}

/// `User(email=…)`: the named fields are written.
pub(super) fn construct(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) -> Value {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, span)), _) => set(cx, model, name, *span),
            (None, Spread::None) => by_place(cx, model, call, argument.span),
            (None, Spread::Named) => {
                write::keyed(cx, &[model], argument, Access::Write, write::by_attribute);
            }
            _ => {}
        }
    }
    added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
    Atom::Mapped(model).into()
}

fn set(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span) {
    if let Some(field) = cx.models.field(model, name) {
        cx.touch_field(model, field, span, Manner::named(Access::Write));
    } else if let Some(relation) = cx.models.relation(model, name) {
        touch_keys(cx, model, relation, span, Access::Write);
    }
}

/// What a class extends, or is decorated with, to be a dataclass, too.
const DATACLASS: &[&str] = &["sqlalchemy.orm.MappedAsDataclass"];

/// `Audit("x", "y")`: dataclasses take their fields in order (SQLAlchemy 2.0, "Declarative Dataclass Mapping").
fn by_place(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>, span: Span) {
    let Some(class) = cx.models.class(model) else {
        return;
    };
    let of = cx.program.module(class.file).class(class.class);
    if of.decorators.is_empty() && !cx.inherits(class, DATACLASS) {
        return;
    }
    let place = call.positional().position(|one| one.span == span);
    let fields = cx.models.get(model).map_or(&[][..], |model| &model.fields);
    let mut taken = fields
        .iter()
        .filter(|field| !is_left_out(cx, class, &field.name));
    if let Some(field) = place.and_then(|place| taken.nth(place)) {
        let manner = Manner::implied(Access::Write).at_most(Certainty::Likely);
        cx.touch_field(model, field, span, manner);
    }
}

/// `mapped_column(init=False)`.
fn is_left_out(cx: &Evaluator<'_>, class: ClassRef, field: &str) -> bool {
    let Some((owner, [.., Definition::Value(bound)])) = cx.class_member(class, field) else {
        return false;
    };
    let module = cx.program.module(owner.file);
    let Some(ExpressionKind::Call(call)) = bound.value.map(|id| &module.expression(id).kind) else {
        return false;
    };
    call.arguments.iter().any(|argument| {
        let is_init = argument
            .name
            .is_some_and(|(name, _)| module.name(name) == "init");
        is_init
            && matches!(
                module.expression(argument.value).kind,
                ExpressionKind::Bool(false)
            )
    })
}
