//! SQLAlchemy's functions by name.

use super::{
    SQLALCHEMY, classes, constraint, entity, event, expression, fragment, loading, made, made_of,
    mapper, migration, ours, spelled, table,
};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::fragments;
use crate::value::{Atom, Object, Value};

/// Calls that make sessions, engines and what makes these.
const MAKERS: &[&str] = &[
    "Session",
    "AsyncSession",
    "sessionmaker",
    "async_sessionmaker",
    "scoped_session",
    "async_scoped_session",
    "create_engine",
    "create_async_engine",
    "engine_from_config",
    "create_session",
    "object_session",
    "async_object_session",
];

/// Calls that order by what they are given, or by a column of that name.
const ORDERING: &[&str] = &[
    "desc",
    "asc",
    "nulls_first",
    "nulls_last",
    "nullsfirst",
    "nullslast",
];

/// What a call of one of SQLAlchemy's own names is.
pub(super) fn call(cx: &mut Evaluator<'_>, word: &str, call: &CallSite<'_>) -> Option<Value> {
    if let Some(made) = constraint::call(cx, word, call) {
        return Some(made);
    }
    if matches!(word, "relationship" | "relation" | "dynamic_loader") {
        spelled::relationship(cx, call);
    }
    if let Some(option) = loading::option(word, call) {
        return Some(option.into());
    }
    match word {
        "SQLAlchemy" => Some(made("hub")),
        "select" | "lambda_stmt" => Some(entity::select(cx, "select", call).into()),
        "insert" | "update" | "delete" => {
            let target = call.at(0).map(|argument| argument.value.clone());
            statement(cx, word, target.as_ref())
        }
        "aliased" | "with_polymorphic" => call.at(0).map(|argument| argument.value.clone()),
        "listens_for" => Some(event::listens_for(call)),
        "listen" => {
            let (target, name) = (call.value(0, "target"), call.value(1, "identifier"));
            event::listen(cx, &target, &name, &call.value(2, "fn"), &event::raw(call));
            Some(Atom::Null.into())
        }
        "Table" | "table" => table::table(cx, call),
        "Column" => Some(migration::column(call)),
        "column" => Some(fragment::column(call)),
        "literal_column" => Some(fragments::made(cx, SQLALCHEMY, call)),
        "automap_base" => Some(made("automap")),
        "MetaData" => Some(made("metadata")),
        "inspect" => mapper::inspected(cx, call).or_else(|| Some(expression())),
        "Bundle" => Some(entity::bundle(cx, call)),
        "union" | "union_all" | "intersect" | "except_" => {
            Some(entity::compound(call).unwrap_or_else(expression))
        }
        _ if ORDERING.contains(&word) && call.value(0, "column").texts().next().is_some() => {
            Some(fragment::column(call))
        }
        _ if MAKERS.contains(&word) => Some(made("session")),
        // Type objects and declarations are values of no interest; everything else is part of a statement.
        "text" if fragment::is_part(&call.value(0, "text")) => {
            Some(fragments::made(cx, SQLALCHEMY, call))
        }
        "text" => {
            let text = Object::new(SQLALCHEMY, "text", None);
            Some(text.with_value("sql", call.value(0, "text")).into())
        }
        _ => {
            let models = call.arguments.iter().filter_map(|a| ours(&a.value)?.model);
            let model = models.into_iter().next();
            let made = Object::new(SQLALCHEMY, "expression", model);
            Some(fragment::within(made_of::with_arguments(made, call), call))
        }
    }
}

/// `insert(t)`, `update(t)`, `delete(t)`, and the methods of that name of a table.
pub(super) fn statement(cx: &Evaluator<'_>, word: &str, target: Option<&Value>) -> Option<Value> {
    let model = target.and_then(|target| classes(cx, target).first().copied());
    let kind = match word {
        "insert" => "insert",
        "update" => "update",
        "delete" => "delete",
        _ => {
            let select = Object::new(SQLALCHEMY, "select", None);
            return Some(entity::with_item(cx, select, target?).into());
        }
    };
    Some(Object::new(SQLALCHEMY, kind, model).into())
}
