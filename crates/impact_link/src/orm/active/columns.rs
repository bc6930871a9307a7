//! Columns that a class names: `Post.title`, `Post.owner == user`, `fn.MAX(Post.score).alias("top")`. Naming one loads nothing.

use super::{ENCODE, ORMAR, many, query};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::Access;

/// What stands before a column among an expression's words: its name in the rows, then its model and field.
pub(super) const COLUMN: &str = "column:";

/// A member of a mapped class.
pub(super) fn of_class(
    cx: &mut Evaluator<'_>,
    orm: &'static str,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        let target = cx.models.relation(model, member.name);
        let target = target.and_then(|relation| cx.models.target(relation));
        let word = word(member.name, model, &field.name);
        let kind = if target.is_some() { "key" } else { "column" };
        let of = target.unwrap_or(model);
        return Some(Object::new(orm, kind, Some(of)).with_word(&word).into());
    }
    if member.name == "objects" && (orm == ENCODE.0 || orm == ORMAR.0) {
        return Some(query(orm, model).into());
    }
    let relation = cx.models.relation(model, member.name)?;
    let manner = match relation.local.is_empty() || relation.reverse {
        true => Manner::implied(Access::Read),
        false => Manner::named(member.access),
    };
    many::keys_of(cx, model, relation, member.span, manner);
    let target = cx.models.target(relation)?;
    let key = many::key_field(cx, model, relation);
    let made = Object::new(orm, "key", Some(target));
    Some(match key {
        Some(field) => made
            .with_word(&word(member.name, model, &field.name))
            .into(),
        None => made.into(),
    })
}

/// A column under a name.
pub(super) fn word(label: &str, model: ModelId, field: &str) -> String {
    format!("{COLUMN}{label}={}:{field}", model.0)
}

/// A method or operator of an expression: `alias` gives its columns a name, all else takes it away.
pub(super) fn called(object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let label = call.value(0, "alias");
    let label = label.texts().next().filter(|_| name == "alias");
    let label = label.map_or("", |text| &text.text);
    let mut made = Object::new(object.door, "expression", object.model);
    for column in object.words_after(COLUMN) {
        let (_, of) = column.split_once('=').unwrap_or_default();
        made = made.with_word(&format!("{COLUMN}{label}={of}"));
    }
    if name == "alias" {
        return made.into();
    }
    with_arguments(made, call).into()
}

/// A function over columns.
pub(super) fn within(orm: &'static str, call: &CallSite<'_>) -> Value {
    with_arguments(Object::new(orm, "expression", None), call).into()
}

fn with_arguments(mut made: Object, call: &CallSite<'_>) -> Object {
    for argument in call.arguments {
        for object in of_value(&argument.value) {
            for column in object.words_after(COLUMN) {
                let (_, of) = column.split_once('=').unwrap_or_default();
                made = made.with_word(&format!("{COLUMN}={of}"));
            }
        }
    }
    made
}

/// The expressions among a value's alternatives.
pub(super) fn of_value(value: &Value) -> impl Iterator<Item = &Object> {
    value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(object) if matches!(object.kind, "column" | "key" | "expression") => {
            Some(&**object)
        }
        _ => None,
    })
}
