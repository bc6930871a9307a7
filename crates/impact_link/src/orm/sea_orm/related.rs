//! Rows of other entities: what stands beside a query's own, at the end of a link, or is loaded for rows that are there.
//! <https://www.sea-ql.org/SeaORM/docs/relation/data-loader/>

use super::call::{model_of, whole};
use super::{NAME, Thing, thing};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::ClassKind;

/// The word of a query that has several rows of the last entity beside each of the others.
pub(super) const MANY: &str = "many";

/// A query with the rows of another entity beside its own.
pub(super) fn joined(object: &Object, other: ModelId, name: &str) -> Object {
    let object = object.clone().with_word(&format!("also:{}", other.0));
    if name.contains("_with") {
        object.with_word(MANY)
    } else {
        object
    }
}

/// The entity that an argument means: itself, that of a query, or the end of a `Linked`.
pub(super) fn other(cx: &mut Evaluator<'_>, value: &Value) -> Option<ModelId> {
    if let Some(model) = model_of(cx, value) {
        return Some(model);
    }
    value.atoms().iter().find_map(|atom| match atom {
        Atom::Object(of) if of.door == NAME => of.model,
        Atom::Class(class) | Atom::Instance(class) => end(cx, *class),
        _ => None,
    })
}

/// `type ToEntity = …;` of a `Linked`.
fn end(cx: &mut Evaluator<'_>, class: ClassRef) -> Option<ModelId> {
    let Some(Binding::Class(alias)) = cx.program.associated_item(class, "ToEntity") else {
        return None;
    };
    let module = cx.program.module(alias.file);
    let definition = module.class(alias.class);
    let subject = definition
        .subject
        .filter(|_| definition.kind == ClassKind::Alias)?;
    let place = Place::Class(alias.class);
    let binding = cx.program.resolve_expression(alias.file, place, subject);
    match thing(cx, binding.external()?)? {
        Thing::Entity(model, _) => Some(model),
        _ => None,
    }
}

/// `users.load_many(posts::Entity, db)`: the rows of another entity for each that is there.
pub(super) fn loaded(
    cx: &mut Evaluator<'_>,
    rows: &Value,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let many = match name {
        "load_one" => false,
        "load_many" | "load_many_to_many" => true,
        _ => return None,
    };
    let is_row = |atom: &Atom| matches!(atom, Atom::Mapped(_));
    let other = other(cx, &call.value(0, "")).filter(|_| rows.atoms().iter().any(is_row))?;
    whole(cx, other, call.span);
    let row: Value = Atom::Mapped(other).into();
    Some(Value::list(if many { Value::list(row) } else { row }))
}
