//! sql-builder 3: `SqlBuilder::select_from("users").field("email").and_where_eq("id", 1)`.
//!
//! A builder is changed in place, often behind a condition, so no text is put together: each call says of itself which
//! columns of the builder's table it names, as SQL would in its place.

use crate::door::{CallSite, Door, Passed};
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::text::part;
use crate::value::{Atom, Object, Value};
use impact_facts::{Assembled, BlindReason, Reach, TableName};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/sql-builder";

/// sql-builder.
#[derive(Debug)]
pub(crate) struct SqlBuilder;

/// Functions that begin a statement with its table.
const BEGINNINGS: &[&str] = &["select_from", "insert_into", "update_table", "delete_from"];

/// What the words that a method takes first are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Output columns, one or a list.
    Outputs,
    /// A condition, or a column that is compared.
    Condition,
    /// Another table.
    Table,
    /// Nothing that names a column.
    Nothing,
}

/// Methods by the beginning of their names; the first that fits counts.
const METHODS: &[(&str, Takes)] = &[
    ("field", Takes::Outputs),
    ("count", Takes::Outputs),
    ("group_by", Takes::Outputs),
    ("order", Takes::Outputs),
    ("set", Takes::Outputs),
    ("returning", Takes::Outputs),
    ("and_where", Takes::Condition),
    ("or_where", Takes::Condition),
    ("having", Takes::Condition),
    ("on", Takes::Condition),
    ("join", Takes::Table),
    ("left", Takes::Nothing),
    ("and_table", Takes::Table),
    ("union", Takes::Nothing),
];

impl Door for SqlBuilder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(path) => function(cx, path.strip_prefix("sql_builder.")?, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => {
                    method(cx, object, name, call);
                    Some(Atom::Object(object.clone()).into())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = path.rsplit('.').next().unwrap_or_default();
    match last {
        "new" if path.ends_with("SqlName.new") => Some(
            Object::new(NAME, "name", None)
                .with_value("text", call.value(0, ""))
                .into(),
        ),
        "quote" | "baquote" | "brquote" | "dquote" => Some(Value::outside("builtins.str")),
        _ if BEGINNINGS.contains(&last) => Some(begun(cx, call)),
        _ => None,
    }
}

fn begun(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let named = named(&call.value(0, ""));
    let mut object = Object::new(NAME, "builder", None);
    for text in named.texts() {
        object = object.with_word(&format!("table:{}", text.text));
    }
    if object.words.is_empty() {
        open(cx, call, Reach::Database);
    }
    object.into()
}

/// The text that a name stands for.
fn named(value: &Value) -> Value {
    value.atoms().iter().fold(Value::nothing(), |all, atom| {
        all.or(&match atom {
            Atom::Object(of) if of.door == NAME && of.kind == "name" => {
                of.values.get("text").cloned().unwrap_or_default()
            }
            other => other.clone().into(),
        })
    })
}

fn method(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) {
    let Some(first) = call.at(0).filter(|_| object.kind == "builder") else {
        return;
    };
    let known = METHODS.iter().find(|(known, _)| name.starts_with(known));
    match known.map_or(Takes::Nothing, |(_, takes)| *takes) {
        Takes::Nothing => {}
        Takes::Table => {
            let tables = named(&first.value)
                .texts()
                .map(|text| table(&text.text))
                .collect();
            open(cx, call, Reach::Tables(tables));
        }
        takes => resolved(cx, object, first, call, takes),
    }
}

/// What the words of an argument touch, standing in a SELECT from the builder's table.
fn resolved(
    cx: &mut Evaluator<'_>,
    object: &Object,
    argument: &Passed,
    call: &CallSite<'_>,
    takes: Takes,
) {
    let tables: Vec<String> = object.words_after("table:").map(str::to_owned).collect();
    let items = argument
        .value
        .filter(|atom| matches!(atom, Atom::List(_) | Atom::Tuple(_)));
    let items = if items.is_nothing() {
        argument.value.clone()
    } else {
        cx.iterate(&items, argument.span)
    };
    let known: Vec<Arc<Assembled>> = items.texts().cloned().collect();
    if known.is_empty() {
        let tables = tables.iter().map(|name| table(name)).collect();
        open(cx, call, Reach::Tables(tables));
    }
    for text in known {
        for name in &tables {
            let statement = standing(&text, name, takes);
            cx.sql_text(&statement, argument.span, NAME);
        }
    }
}

/// A statement over tables that ends with a text as an expression.
pub(super) fn expression(text: &Assembled, tables: &str) -> Assembled {
    standing(text, tables, Takes::Outputs)
}

/// A statement that ends with the words, so that what they name stands where they stand.
fn standing(text: &Assembled, table: &str, takes: Takes) -> Assembled {
    let mut statement = Assembled::default();
    if text.text.trim() == "*" {
        statement.text = format!("SELECT * FROM {table}");
        return statement;
    }
    let lower = text.text.to_ascii_lowercase();
    let end = lower.rfind(" as ").unwrap_or(text.text.len());
    let (clause, words) = match takes {
        Takes::Outputs => ("ORDER BY", part(text, 0, end)),
        _ => ("WHERE", text.clone()),
    };
    statement.text = format!("SELECT 1 FROM {table} {clause} ");
    statement.push_assembled(&words);
    statement
}

fn table(name: &str) -> TableName {
    let name = name.split_whitespace().next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(name),
    }
}

fn open(cx: &mut Evaluator<'_>, call: &CallSite<'_>, reach: Reach) {
    cx.blind(Blind {
        site: site(cx.file, call.span),
        reason: BlindReason::DynamicSql,
        access: None,
        message: "a part of a statement that is put together at run time".into(),
        reach,
    });
}
