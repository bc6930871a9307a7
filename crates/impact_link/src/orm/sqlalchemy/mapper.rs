//! A class's mapper and the columns of a table as things that code goes through: `User.__table__.columns`,
//! `inspect(User).column_attrs`, `[c.name for c in User.__table__.c]` (SQLAlchemy 2.0, "Runtime Inspection API").
//!
//! Whoever goes through all columns names none of them: it is the row as a whole that is read or written.

use super::{SQLALCHEMY, classes, expression, is_ours, ours};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Span};

/// The kind of a mapper.
pub(super) const MAPPER: &str = "mapper";
/// The kind of one column of a table, whichever.
const EACH: &str = "each_column";
/// The kind of its name.
const EACH_NAME: &str = "each_name";

/// Members of a mapper that hold its columns.
const COLUMNS: &[&str] = &[
    "c",
    "columns",
    "column_attrs",
    "attrs",
    "all_orm_descriptors",
];

/// `inspect(User)`, `inspect(user)`.
pub(super) fn inspected(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let model = classes(cx, &call.at(0)?.value).first().copied()?;
    Some(of(model))
}

/// The mapper of a model.
pub(super) fn of(model: ModelId) -> Value {
    Object::new(SQLALCHEMY, MAPPER, Some(model)).into()
}

/// Members of a mapper.
pub(super) fn attribute(cx: &Evaluator<'_>, object: &Object, name: &str) -> Option<Value> {
    let model = object.model?;
    let kind = |kind| Some(Object::new(SQLALCHEMY, kind, Some(model)).into());
    match name {
        name if COLUMNS.contains(&name) => kind("columns"),
        "mapper" => Some(object.clone().into()),
        "local_table" | "persist_selectable" | "mapped_table" | "selectable" => kind("table"),
        "class_" | "entity" => cx
            .models
            .class(model)
            .map(|class| Atom::Class(class).into()),
        "object" => Some(Atom::Mapped(model).into()),
        "dict" => Some(crate::library::record::of_model(model)),
        _ => Some(expression()),
    }
}

/// Members of one column, whichever it is.
pub(super) fn each_attribute(object: &Object, name: &str) -> Value {
    match name {
        "name" | "key" => each_name(object),
        _ => expression(),
    }
}

fn each_name(of: &Object) -> Value {
    Object::new(SQLALCHEMY, EACH_NAME, of.model).into()
}

/// One column of those of a table.
pub(super) fn each(of: &Object) -> Option<Value> {
    of.model?;
    Some(Object::new(SQLALCHEMY, EACH, of.model).into())
}

/// Methods of a collection of columns.
pub(super) const METHODS: &[&str] = &["keys", "values", "items", "get"];

/// `columns.keys()`, `columns.items()`.
pub(super) fn columns_call(object: &Object, name: &str) -> Option<Value> {
    let one = each(object)?;
    match name {
        "keys" => Some(Value::list(each_name(object))),
        "values" => Some(Value::list(one)),
        "items" => Some(Value::list(Value::tuple(vec![each_name(object), one]))),
        "get" => Some(one),
        _ => None,
    }
}

/// Whether a value is the name of one column, whichever: who reads or sets members by such names means the whole row.
pub(crate) fn by_each_name(
    cx: &mut Evaluator<'_>,
    of: &Value,
    name: &Object,
    span: Span,
    access: Access,
) -> bool {
    if name.door != SQLALCHEMY || name.kind != EACH_NAME {
        return false;
    }
    let mut met = false;
    let manner = Manner::whole(access).at_most(Certainty::Likely.min(of.certainty));
    for atom in of.atoms() {
        let model = match atom {
            Atom::Mapped(model) => Some(*model),
            Atom::Class(class) => cx.models.of_class(*class),
            _ => None,
        };
        if let Some(model) = model.filter(|model| is_ours(cx, *model)) {
            cx.touch_row(model, span, manner, &|_| true);
            met = true;
        }
    }
    met
}

/// What stands under a name in a dictionary that has all columns' names as its keys.
pub(super) fn key(
    cx: &mut Evaluator<'_>,
    names: &Object,
    key: &Value,
    span: Span,
) -> Option<Value> {
    if names.kind != EACH_NAME {
        return None;
    }
    let record = crate::library::record::of_model(names.model?);
    let record = record.atoms().iter().find_map(|atom| match atom {
        Atom::Object(record) => Some(std::sync::Arc::clone(record)),
        _ => None,
    })?;
    crate::door::door(record.door)?.item(cx, &record, key, span)
}

/// What `select(table)` selects: a column each.
pub(super) fn is_of_columns(value: &Value) -> bool {
    ours(value).is_some_and(|object| matches!(object.kind, "table" | "columns"))
}
