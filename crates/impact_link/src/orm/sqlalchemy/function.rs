//! SQLAlchemy's functions by name.

use super::{
    SQLALCHEMY, classes, constraint, entity, event, fragment, made, migration, ours, spelled, table,
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

/// Load strategies that select the related rows as a whole.
const EAGER: &[&str] = &[
    "joinedload",
    "selectinload",
    "subqueryload",
    "immediateload",
    "contains_eager",
    "joinedload_all",
    "subqueryload_all",
];

/// What a call of one of SQLAlchemy's own names is.
pub(super) fn call(cx: &mut Evaluator<'_>, word: &str, call: &CallSite<'_>) -> Option<Value> {
    if let Some(made) = constraint::call(cx, word, call) {
        return Some(made);
    }
    if matches!(word, "relationship" | "relation" | "dynamic_loader") {
        spelled::relationship(cx, call);
    }
    match word {
        "SQLAlchemy" => Some(made("hub")),
        "select" | "lambda_stmt" => Some(entity::select(cx, "select", call).into()),
        "insert" | "update" | "delete" => {
            let target = call.at(0).map(|argument| argument.value.clone());
            statement(cx, word, target.as_ref(), call)
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
        "load_only" | "defer" | "undefer" => Some(columns_option(word, call)),
        _ if MAKERS.contains(&word) => Some(made("session")),
        _ if EAGER.contains(&word) => Some(eager(call)),
        "with_loader_criteria" | "lazyload" | "raiseload" | "noload" | "defaultload" | "Load" => {
            Some(made("option"))
        }
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
            Some(fragment::within(
                Object::new(SQLALCHEMY, "expression", model),
                call,
            ))
        }
    }
}

/// `insert(t)`, `update(t)`, `delete(t)`, and the methods of that name of a table.
pub(super) fn statement(
    cx: &Evaluator<'_>,
    word: &str,
    target: Option<&Value>,
    call: &CallSite<'_>,
) -> Option<Value> {
    let model = target.and_then(|target| classes(cx, target).first().copied());
    let kind = match word {
        "insert" => "insert",
        "update" => "update",
        "delete" => "delete",
        _ => return Some(entity::select(cx, "select", call).into()),
    };
    Some(Object::new(SQLALCHEMY, kind, model).into())
}

/// `load_only(User.a)`, `defer(User.b)`.
fn columns_option(word: &str, call: &CallSite<'_>) -> Value {
    let mut option = Object::new(SQLALCHEMY, "option", None);
    let prefix = match word {
        "load_only" => "only",
        "defer" => "defer",
        _ => "undefer",
    };
    for argument in call.positional() {
        if let Some(column) = ours(&argument.value)
            && let (Some(model), Some(field)) = (column.model, column.words_after("field:").next())
        {
            option = option.with_word(&format!("{prefix}:{}:{field}", model.0));
        }
    }
    option.into()
}

/// `joinedload(User.addresses)`.
fn eager(call: &CallSite<'_>) -> Value {
    let mut option = Object::new(SQLALCHEMY, "option", None);
    for argument in call.positional() {
        if let Some(relation) = ours(&argument.value)
            && let Some(model) = relation.model
        {
            option = option.with_word(&format!("eager:{}", model.0));
        }
    }
    option.into()
}
