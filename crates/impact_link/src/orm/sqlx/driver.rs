//! Drivers whose connections take a statement as text.

use super::{NAME, row};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::parameters;
use crate::value::{Atom, Object, Value};
use impact_facts::{ExpressionId, ExpressionKind, Language, Span};
use impact_sql::looks_like_sql;

/// Methods of connections that take a statement first.
#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "query", "query_one", "query_opt", "query_raw", "query_typed", "query_row", "query_map", "query_first",
    "query_drop", "exec", "exec_first", "exec_drop", "exec_map", "execute", "execute_batch", "batch_execute",
    "simple_query", "prepare", "prepare_cached", "prepare_typed", "copy_in", "copy_out", "copy_in_raw",
    "copy_out_raw", "fetch", "fetch_one", "fetch_all", "fetch_optional", "execute_many", "describe", "exec_iter", "query_iter",
    "query_fold", "exec_fold", "query_typed_raw", "exec_batch",
];

/// Packages of drivers, and what references through them are said to come by.
const DRIVERS: &[(&str, &str)] = &[
    ("tokio_postgres", "rust/tokio-postgres"),
    ("deadpool_postgres", "rust/tokio-postgres"),
    ("bb8_postgres", "rust/tokio-postgres"),
    ("postgres", "rust/postgres"),
    ("r2d2_postgres", "rust/postgres"),
    ("rusqlite", "rust/rusqlite"),
    ("tokio_rusqlite", "rust/rusqlite"),
    ("mysql_async", "rust/mysql"),
    ("mysql", "rust/mysql"),
    ("clickhouse", "rust/clickhouse"),
    ("sqlx", NAME),
];

/// A statement that a connection is handed as text.
pub(super) fn statement(
    cx: &mut Evaluator<'_>,
    class: &str,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if !cx.is(Language::Rust) || !STATEMENTS.contains(&name) {
        return None;
    }
    let package = class.split('.').next().unwrap_or_default();
    let (_, via) = DRIVERS.iter().find(|(known, _)| *known == package)?;
    let (text, argument) = call.positional().find_map(|argument| {
        let text = prepared(&argument.value);
        let is_sql = |text: &Value| text.texts().any(|text| looks_like_sql(&text.text));
        is_sql(&text).then_some((text, argument))
    })?;
    cx.sql_value(&text, argument.span, via);
    given(cx, &text, argument.span, call);
    let row = row::record(cx, &text);
    Some(match name {
        "prepare" | "prepare_cached" | "prepare_typed" => Object::new(NAME, "prepared", None)
            .with_value("text", text)
            .with_value("row", row)
            .into(),
        "query_one" | "query_opt" | "query_first" | "fetch_one" | "fetch_optional" => row,
        "query_row" | "query_map" | "exec_map" => {
            let last = call.positional().last();
            let made = crate::library::rust::applied(cx, last, &[row], call.span);
            if name == "query_row" {
                made
            } else {
                Value::list(made)
            }
        }
        _ => Value::list(row),
    })
}

/// The text of a statement, as it is or as it was prepared.
fn prepared(value: &Value) -> Value {
    value.atoms().iter().fold(Value::nothing(), |all, atom| {
        all.or(&match atom {
            Atom::Object(of) if of.door == NAME && of.kind == "prepared" => {
                of.values.get("text").cloned().unwrap_or_default()
            }
            other => other.clone().into(),
        })
    })
}

/// What a prepared statement gives when it runs.
pub(super) fn run(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    let text = object.values.get("text").cloned().unwrap_or_default();
    let row = object.values.get("row").cloned().unwrap_or_default();
    if let Some(first) = call.at(0) {
        bound(cx, &text, first);
    }
    match name {
        "query_row" | "query_map" | "query_and_then" => {
            let last = call.positional().last();
            let made = crate::library::rust::applied(cx, last, &[row], call.span);
            if name == "query_row" {
                made
            } else {
                Value::list(made)
            }
        }
        "query" | "query_raw" => Value::list(row),
        _ => Value::outside("builtins.int"),
    }
}

/// What stands behind a statement is given to its parameters: `&[&a, &b]`, `params![a, b]`, `(a, b)`.
fn given(cx: &mut Evaluator<'_>, text: &Value, at: Span, call: &CallSite<'_>) {
    let mut arguments = call.positional().skip_while(|one| one.span != at);
    if let Some(argument) = arguments.nth(1) {
        bound(cx, text, argument);
    }
}

fn bound(cx: &mut Evaluator<'_>, text: &Value, argument: &Passed) {
    let values = match (argument.value.atoms(), argument.expression) {
        ([Atom::Tuple(items)], _) => items.to_vec(),
        (_, Some(expression)) => items(cx, expression),
        _ => Vec::new(),
    };
    for (at, value) in values.iter().enumerate() {
        parameters::given(cx, text, at, value);
    }
}

fn items(cx: &mut Evaluator<'_>, id: ExpressionId) -> Vec<Value> {
    let module = cx.module();
    let all: Vec<ExpressionId> = match &module.expression(id).kind {
        ExpressionKind::Unary(unary) => return items(cx, unary.of),
        ExpressionKind::Collection(of) => of.items.iter().map(|item| item.value).collect(),
        ExpressionKind::Macro(call) => call.arguments.iter().map(|one| one.value).collect(),
        _ => Vec::new(),
    };
    all.into_iter().map(|id| cx.evaluate(id)).collect()
}
