//! Tables and classes that code finds by name: `Table("users", …)`, `table("users")`, `metadata.tables["users"]`,
//! `automap_base().classes.users` (SQLAlchemy 2.0, "Reflecting Database Objects", "Automap").

use super::{SQLALCHEMY, any, made, ours};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Span};

/// `Table("users", metadata, …)` is the model that was declared where its name stands, else the table of that name.
pub(super) fn table(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let first = call.at(0)?;
    let here = crate::effect::site(cx.file, first.span);
    let declared = cx
        .models
        .iter()
        .find(|(_, model)| model.declared_at == here);
    let model = match declared {
        Some((id, _)) => Some(id),
        None => {
            let schema = call.named("schema").map(|argument| argument.value.clone());
            let schema = schema.as_ref().and_then(|value| value.texts().next());
            let schema = schema.map(|text| text.text.as_str());
            let name = first.value.texts().next()?;
            let found = cx.models.of_table(SQLALCHEMY, schema, &name.text);
            if let Some(model) = found {
                declare(cx, model, call);
            }
            found
        }
    };
    Some(Object::new(SQLALCHEMY, "table", model).into())
}

/// The columns and constraints among the arguments name columns of the table.
fn declare(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    for argument in call.positional().skip(1) {
        let names = ours(&argument.value)
            .and_then(|one| one.values.get("declares"))
            .cloned();
        if let Some(names) = names {
            super::write::strings(cx, model, &names, Access::Declare);
        }
    }
}

/// What a dictionary of tables or classes holds under a key: any, if it is not known.
pub(super) fn item(cx: &mut Evaluator<'_>, kind: &'static str, key: &Value, span: Span) -> Value {
    let mut found = Value::nothing();
    for text in key.texts() {
        let one = named(cx, kind, &text.text.clone(), span);
        found = found.or(&one);
    }
    if key.texts().next().is_none() {
        any::all(cx, span, Access::Read);
        return any::class();
    }
    found
}

/// The table or class of a name: the mapped class itself, if the program has one.
pub(super) fn named(cx: &Evaluator<'_>, kind: &'static str, name: &str, _span: Span) -> Value {
    let (schema, name) = match name.split_once('.') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, name),
    };
    let Some(model) = cx.models.of_table(SQLALCHEMY, schema, name) else {
        return Value::unknown("a table that is not known");
    };
    match cx.models.class(model) {
        Some(class) if kind == "class" => Atom::Class(class).into(),
        _ => Object::new(SQLALCHEMY, kind, Some(model)).into(),
    }
}

/// `tables.get("users")`, `tables.values()`.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let kind = if object.kind == "tables" {
        "table"
    } else {
        "class"
    };
    match name {
        "get" | "pop" => Some(item(cx, kind, &call.value(0, "key"), call.span)),
        "values" => Some(Value::list(any::class())),
        "keys" => Some(Value::list(Value::outside("builtins.str"))),
        "items" => {
            let key = Value::outside("builtins.str");
            Some(Value::list(Value::tuple(vec![key, any::class()])))
        }
        _ => Some(made("expression")),
    }
}
