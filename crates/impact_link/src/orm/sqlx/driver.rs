//! Drivers whose connections take a statement as text.

use super::{NAME, clickhouse, mysql, row};
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
    "query_fold", "exec_fold", "query_typed_raw", "exec_batch", "query_as", "query_as_one", "query_as_optional",
    "query_map_one", "query_map_optional", "query_raw_one", "query_raw_optional", "batch", "execute_returning",
    "execute_returning_one", "execute_returning_map", "execute_returning_map_one", "query_one_opt",
];

/// Methods of pools and connections that hand out what runs statements.
const CONNECTING: &[&str] = &[
    "get_conn",
    "get_owned",
    "get_timeout",
    "acquire",
    "begin",
    "transaction",
    "connection",
    "start_transaction",
    "build_transaction",
    "savepoint",
    "start",
    "conn",
    "dedicated_connection",
    "read_only",
];

/// What a method of a driver's pool or connection makes that runs statements, too.
pub(super) fn connected(class: &str, name: &str) -> Option<Value> {
    let package = class.split('.').next().unwrap_or_default();
    let known = DRIVERS.iter().any(|(known, _)| *known == package);
    (known && CONNECTING.contains(&name)).then(|| Value::outside(class))
}

/// Whether a type is a row of a driver's.
pub(super) fn is_row(path: &str) -> bool {
    let (package, last) = (path.split('.').next(), path.rsplit('.').next());
    let of_driver = DRIVERS.iter().any(|(known, _)| Some(*known) == package);
    of_driver && last.is_some_and(|last| last.ends_with("Row"))
}

/// What references through clickhouse are said to come by.
pub(super) const CLICKHOUSE: &str = "rust/clickhouse";

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
    ("clickhouse", CLICKHOUSE),
    ("hiqlite", "rust/hiqlite"),
    ("r2d2", "rust/r2d2"),
    ("r2d2_sqlite", "rust/rusqlite"),
    ("r2d2_mysql", "rust/mysql"),
    ("bb8", "rust/bb8"),
    ("bb8_rusqlite", "rust/rusqlite"),
    ("deadpool", "rust/deadpool"),
    ("deadpool_sqlite", "rust/rusqlite"),
    ("mobc", "rust/mobc"),
    ("async_sqlite", "rust/rusqlite"),
    ("libsql", "rust/libsql"),
    ("duckdb", "rust/duckdb"),
    ("sqlite", "rust/sqlite"),
    ("tiberius", "rust/tiberius"),
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
    let script = matches!(name, "execute_batch" | "batch_execute" | "simple_query");
    let (text, argument) = call.positional().find_map(|argument| {
        let text = prepared(&argument.value);
        let is_sql = |text: &Value| {
            let mut texts = text.texts();
            texts.any(|text| looks_like_sql(&text.text) || (script && text.text.contains(';')))
        };
        is_sql(&text).then_some((text, argument))
    })?;
    if *via == CLICKHOUSE && name == "query" {
        return Some(clickhouse::asked(cx, &text, argument.span));
    }
    cx.sql_value(&text, argument.span, via);
    given(cx, &text, argument.span, call);
    let row = if name.starts_with("query_as")
        || name.contains("_map_")
        || matches!(*via, "rust/hiqlite" | "rust/mysql")
    {
        row::open_record(cx, &text)
    } else {
        row::record(cx, &text)
    };
    let maps = call.positional().last().is_some_and(|last| {
        let is_code = |atom: &Atom| matches!(atom, Atom::Function(_) | Atom::Method(..));
        last.value.atoms().iter().any(is_code)
    });
    if !maps && !call.expected.is_nothing() {
        row::becomes(cx, &row, call.expected, call.span);
    }
    Some(match name {
        "prepare" | "prepare_cached" | "prepare_typed" => Object::new(NAME, "prepared", None)
            .with_value("text", text)
            .with_value("row", row)
            .into(),
        "query_one" | "query_opt" | "query_first" | "fetch_one" | "fetch_optional"
        | "exec_first" | "query_one_opt" => row,
        name if name.ends_with("_one") || name.ends_with("_optional") => row,
        "query_row" | "query_map" | "exec_map" if maps => {
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

/// What is given to a statement's parameters, by name or by place.
pub(super) fn bound(cx: &mut Evaluator<'_>, text: &Value, argument: &Passed) {
    if mysql::given_by_name(cx, text, &argument.value) {
        return;
    }
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
