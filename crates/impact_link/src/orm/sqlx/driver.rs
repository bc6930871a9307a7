//! Drivers whose connections take a statement as text.

use super::{NAME, row};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::parameters;
use crate::value::{Atom, Value};
use impact_facts::{ExpressionId, ExpressionKind, Language};
use impact_sql::looks_like_sql;

/// Methods of connections that take a statement first.
#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "query", "query_one", "query_opt", "query_raw", "query_typed", "query_row", "query_map", "query_first",
    "query_drop", "exec", "exec_first", "exec_drop", "exec_map", "execute", "execute_batch", "batch_execute",
    "simple_query", "prepare", "prepare_cached", "prepare_typed", "copy_in", "copy_out", "copy_in_raw",
    "copy_out_raw", "fetch", "fetch_one", "fetch_all", "fetch_optional", "execute_many", "describe",
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
    let argument = call.positional().find(|argument| {
        argument
            .value
            .texts()
            .any(|text| looks_like_sql(&text.text))
    })?;
    cx.sql_value(&argument.value.clone(), argument.span, via);
    given(cx, &argument.value.clone(), call);
    let row = row::record(cx, &argument.value);
    Some(match name {
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

/// What stands behind a statement is given to its parameters: `&[&a, &b]`, `params![a, b]`, `(a, b)`.
fn given(cx: &mut Evaluator<'_>, text: &Value, call: &CallSite<'_>) {
    let mut arguments = call.positional().skip_while(|one| one.value != *text);
    let Some(argument) = arguments.nth(1) else {
        return;
    };
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
