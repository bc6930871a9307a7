//! Rows: their attributes, constructors, saving and deleting.

use super::{DJANGO, cascade, lookup, signals};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Language, MappedField, Relationship, Span, Spread};

/// What a member of a row is.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(relation) = cx.models.relation(model, member.name) {
        return Some(related(cx, model, relation, member));
    }
    if let Some(field) = lookup::field(cx, model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        return Some(content(field));
    }
    displayed(cx, model, member)
}

/// `get_status_display` reads the field.
fn displayed(cx: &mut Evaluator<'_>, model: ModelId, member: &MemberSite<'_>) -> Option<Value> {
    let name = member.name.strip_prefix("get_")?;
    let name = name
        .strip_suffix("_display")
        .or_else(|| name.strip_prefix("next_by_"))
        .or_else(|| name.strip_prefix("previous_by_"))?;
    let field = lookup::field(cx, model, name)?;
    cx.touch_field(model, field, member.span, Manner::named(Access::Read));
    None
}

fn content(field: &MappedField) -> Value {
    Value::outside(&format!("field {}", field.data_type))
}

fn related(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    let file = cx.file;
    let target = cx.models.target(relation);
    if member.access == Access::Write {
        if relation.through.is_none() {
            let manner = Manner::named(Access::Write);
            lookup::read_key(cx, model, relation, file, member.span, manner);
        }
        return Value::nothing();
    }
    // A template names the relation; the keys at the other side and in between it does not.
    let elsewhere = relation.reverse || relation.through.is_some();
    let unnamed = elsewhere && cx.is(Language::Template);
    let manner = if unnamed {
        Manner::implied(Access::Read)
    } else {
        Manner::named(Access::Read)
    };
    lookup::read_key(cx, model, relation, file, member.span, manner);
    let Some(target) = target else {
        return Value::unknown("a related row");
    };
    if relation.many {
        let kind = if relation.through.is_some() {
            "many"
        } else {
            "reverse"
        };
        return Object::new(DJANGO, "manager", Some(target))
            .with_word(kind)
            .with_word(&format!("of:{}:{}", model.0, relation.name))
            .into();
    }
    if !cx.together.contains(&(model, relation.name.clone())) {
        fetched(cx, target, member.span);
    }
    Atom::Mapped(target).into()
}

/// A related row may be loaded when it is asked for: all its columns are read, found by its key.
fn fetched(cx: &mut Evaluator<'_>, target: ModelId, span: Span) {
    let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
    cx.touch_row(target, span, manner, &|field| !field.deferred);
}

/// Methods of rows.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let base = name
        .strip_prefix('a')
        .filter(|rest| ASYNC.contains(rest))
        .unwrap_or(name);
    match base {
        "save" => save(cx, model, call),
        "delete" => cascade::delete(cx, model, call.span),
        "refresh_from_db" => refresh(cx, model, call),
        "full_clean" | "validate_unique" | "clean_fields" => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
        }
        "set_password" => {
            if let Some(field) = lookup::field(cx, model, "password") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Write));
            }
        }
        "check_password" => {
            if let Some(field) = lookup::field(cx, model, "password") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Read));
            }
        }
        "get_username" => {
            if let Some(field) = lookup::field(cx, model, "username") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Read));
            }
        }
        _ if name.starts_with("get_") && name.ends_with("_display") => {}
        _ if name.starts_with("get_next_by_") || name.starts_with("get_previous_by_") => {
            return Some(Atom::Mapped(model).into());
        }
        _ => return None,
    }
    Some(Atom::Null.into())
}

/// Methods that have an async twin.
const ASYNC: &[&str] = &[
    "save",
    "delete",
    "refresh_from_db",
    "set_password",
    "check_password",
];

fn save(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    signals::send(cx, model, signals::SAVED, call.span);
    match call.named("update_fields") {
        Some(fields) if !is_null(&fields.value) => {
            let (value, span) = (fields.value.clone(), fields.span);
            lookup::follow_value(cx, model, &value, span, Access::Write);
        }
        _ => cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true),
    }
    // The row is found by its key.
    if let Some(key) = lookup::field(cx, model, "pk") {
        cx.touch_field(model, key, call.span, Manner::implied(Access::Read));
    }
}

fn refresh(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    match call.argument(1, "fields") {
        Some(fields) if !is_null(&fields.value) => {
            let (value, span) = (fields.value.clone(), fields.span);
            lookup::follow_value(cx, model, &value, span, Access::Read);
        }
        _ => cx.touch_row(model, call.span, Manner::whole(Access::Read), &|field| {
            !field.deferred
        }),
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value.atoms(), [Atom::Null] | [])
}

/// `Model(field=value)`: what is named is set; the INSERT comes with `save`.
pub(super) fn construct(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    assign_keywords(cx, model, call, Manner::named(Access::Write));
    let fields = cx
        .models
        .get(model)
        .map(|model| &model.fields[..])
        .unwrap_or_default();
    for (field, argument) in fields.iter().zip(call.positional()) {
        cx.touch_field(model, field, argument.span, Manner::named(Access::Write));
    }
    added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
}

/// Keywords that name fields and relations, and dictionaries of them.
pub(super) fn assign_keywords(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    call: &CallSite<'_>,
    manner: Manner,
) {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if &**name == "defaults" || &**name == "create_defaults" => {
                lookup::follow_value(cx, model, &argument.value, argument.span, Access::Write);
            }
            (Some((name, span)), _) => {
                let file = cx.file;
                if let Some(relation) = cx.models.relation(model, name) {
                    lookup::read_key(cx, model, relation, file, *span, manner);
                } else if let Some(field) = lookup::field(cx, model, name) {
                    cx.touch_field(model, field, *span, manner);
                }
            }
            (None, Spread::Named) => {
                lookup::follow_value(cx, model, &argument.value, argument.span, manner.access);
            }
            _ => {}
        }
    }
}
