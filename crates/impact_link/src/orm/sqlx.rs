//! sqlx 0.5 to 0.8, and the drivers that take a statement as text: tokio-postgres, postgres, deadpool, rusqlite,
//! mysql_async.
//!
//! A statement's row is what its output columns are made from: `query_as::<_, User>` binds them to the fields of `User`
//! by name, as `#[derive(FromRow)]` and `query_as!` do, so that `user.email` reads what the statement selected.

use crate::cells::Key;
use crate::door::{CallSite, Consumption, Door, MemberSite, Passed};
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{
    Access, Argument, Assembled, BlindReason, Certainty, ExpressionId, ExpressionKind, Language,
    Module, Reach, Span, TableName,
};
use impact_sql::{OutputColumn, looks_like_sql};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/sqlx";

/// sqlx and its kin.
#[derive(Debug)]
pub(crate) struct Sqlx;

/// Where a function or macro takes its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// The text at that place.
    Text(usize),
    /// The file that is named at that place.
    File(usize),
    /// The beginning of a text that is put together.
    Start,
}

#[rustfmt::skip]
const FUNCTIONS: &[(&str, Takes)] = &[
    ("query", Takes::Text(0)), ("query_with", Takes::Text(0)), ("query_as", Takes::Text(0)),
    ("query_as_with", Takes::Text(0)), ("query_scalar", Takes::Text(0)), ("query_scalar_with", Takes::Text(0)),
    ("raw_sql", Takes::Text(0)), ("QueryBuilder.new", Takes::Start), ("QueryBuilder.with_arguments", Takes::Start),
    ("query!", Takes::Text(0)), ("query_unchecked!", Takes::Text(0)), ("query_as!", Takes::Text(1)),
    ("query_as_unchecked!", Takes::Text(1)), ("query_scalar!", Takes::Text(0)),
    ("query_scalar_unchecked!", Takes::Text(0)), ("query_file!", Takes::File(0)),
    ("query_file_unchecked!", Takes::File(0)), ("query_file_as!", Takes::File(1)),
    ("query_file_as_unchecked!", Takes::File(1)), ("query_file_scalar!", Takes::File(0)),
];

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

impl Door for Sqlx {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        if object.door != NAME || object.kind != "record" {
            return None;
        }
        let column = object.values.get(member.name)?.clone();
        read_sources(cx, &column, member.span);
        Some(Value::unknown("a column's value"))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(path) => function(cx, path, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => {
                    object_method(cx, object, name, call)
                }
                Atom::Outside(class) | Atom::External(class) => statement(cx, class, name, call),
                _ => None,
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        let _ = (cx, how, span);
        matches!(value, Atom::Object(object) if object.door == NAME).then(|| value.clone().into())
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let inside = path
        .strip_prefix("sqlx.")
        .or_else(|| path.strip_prefix("sqlx_core."))?;
    let known =
        |name: &&(&str, Takes)| inside == name.0 || inside.ends_with(&format!(".{}", name.0));
    let (name, takes) = FUNCTIONS.iter().find(known)?;
    let text = match takes {
        Takes::Text(place) => text_of(call, *place),
        Takes::File(place) => file_of(cx, call, *place)?,
        Takes::Start => started(cx, &call.value(0, ""), call.span),
    };
    let place = match takes {
        Takes::Text(place) | Takes::File(place) => *place,
        Takes::Start => 0,
    };
    let span = call.at(place).map_or(call.span, |argument| argument.span);
    cx.sql_value(&text, span, NAME);
    let kind = if *takes == Takes::Start {
        "builder"
    } else {
        "query"
    };
    let mut object = Object::new(NAME, kind, None);
    if kind == "builder" {
        for table in cx.sql_tables(&text) {
            object = object.with_word(&format!("table:{table}"));
        }
    }
    let row = row_of(cx, name, &text, call);
    Some(object.with_value("row", row).into())
}

/// The text at a place; sqlx allows literals joined by `+`, which are one argument.
fn text_of(call: &CallSite<'_>, place: usize) -> Value {
    call.at(place)
        .map(|argument| argument.value.clone())
        .unwrap_or_default()
}

fn file_of(cx: &Evaluator<'_>, call: &CallSite<'_>, place: usize) -> Option<Value> {
    let path = text_of(call, place);
    let path = path.texts().next()?.text.clone();
    crate::language::rust::file_text(cx, &path, true)
}

/// The beginning of a text that goes on with what is not known.
fn started(cx: &Evaluator<'_>, text: &Value, span: Span) -> Value {
    let open = |text: &Arc<Assembled>| {
        let mut text = (**text).clone();
        text.push_hole(cx.file, Span::new(span.end.saturating_sub(1), span.end));
        Atom::Text(Arc::new(text))
    };
    if text.texts().next().is_none() {
        text.clone()
    } else {
        Value::any_of(text.texts().map(open))
    }
}

/// What one row of a statement is: the struct that is asked for, its fields bound, else a record of its columns.
fn row_of(cx: &mut Evaluator<'_>, name: &str, text: &Value, call: &CallSite<'_>) -> Value {
    if name.contains("scalar") || name.starts_with("QueryBuilder") {
        return Value::unknown("a column's value");
    }
    let outputs = cx.sql_outputs(text);
    let said = if name.starts_with("query_as") || name.starts_with("query_file_as") {
        call.expected.clone()
    } else {
        Value::nothing()
    };
    let mut bound = false;
    for atom in said.atoms() {
        if let Atom::Instance(class) = atom {
            bind_fields(cx, *class, &outputs);
            bound = true;
        }
    }
    if bound {
        return said;
    }
    let mut record = Object::new(NAME, "record", None);
    for output in &outputs {
        record = record.with_value(&column_name(output), sources(output));
    }
    if said.is_nothing() {
        record.into()
    } else {
        said
    }
}

/// An output's name without sqlx's overrides: `id!: Uuid` is `id`.
fn column_name(output: &OutputColumn) -> String {
    let name = output.name.as_deref().unwrap_or_default();
    name.split(['!', '?', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn sources(output: &OutputColumn) -> Value {
    let mut object = Object::new(NAME, "column", None);
    for (table, column) in &output.sources {
        object = object.with_word(&format!("{table}.{column}"));
    }
    object.into()
}

fn bind_fields(cx: &mut Evaluator<'_>, class: ClassRef, outputs: &[OutputColumn]) {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    let case = setting(module, &definition.decorators, "rename_all");
    for field in &definition.fields {
        let name = module.name(field.name);
        let column = setting(module, &field.decorators, "rename")
            .unwrap_or_else(|| cased(name, case.as_deref()));
        let wanted = |output: &&OutputColumn| {
            let own = column_name(output);
            own == column || own == name
        };
        if let Some(output) = outputs.iter().find(wanted) {
            cx.cells.join(row_key(class, name), &sources(output));
        }
    }
}

fn row_key(class: ClassRef, field: &str) -> Key {
    Key::Outside(
        format!("row {} {}", class.file.0, class.class.0).into(),
        field.into(),
    )
}

/// A field of a struct is named: it reads what statements have bound it to.
pub(crate) fn named(cx: &mut Evaluator<'_>, class: ClassRef, field: &str, span: Span) {
    let bound = cx.read(row_key(class, field));
    read_sources(cx, &bound, span);
}

fn read_sources(cx: &mut Evaluator<'_>, column: &Value, span: Span) {
    for atom in column.atoms() {
        let Atom::Object(object) = atom else { continue };
        for word in object.words.clone() {
            let Some((table, column)) = word.rsplit_once('.') else {
                continue;
            };
            let table = table_name(table);
            let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
            cx.touch_column(&table, column, span, manner, NAME);
        }
    }
}

fn table_name(text: &str) -> TableName {
    match text.rsplit_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(text),
    }
}

/// What `#[sqlx(key = "value")]` says.
fn setting(module: &Module, decorators: &[ExpressionId], key: &str) -> Option<String> {
    decorators.iter().find_map(|id| {
        let ExpressionKind::Call(call) = &module.expression(*id).kind else {
            return None;
        };
        (module.dotted(call.callee)? == "sqlx").then_some(())?;
        let named = |argument: &&Argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == key)
        };
        module.plain_text(call.arguments.iter().find(named)?.value)
    })
}

/// A field's name in the case of `rename_all`.
fn cased(name: &str, case: Option<&str>) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut characters = word.chars();
        characters
            .next()
            .map(|first| first.to_uppercase().chain(characters).collect::<String>())
            .unwrap_or_default()
    };
    match case {
        Some("camelCase") => words
            .enumerate()
            .map(|(at, word)| {
                if at == 0 {
                    word.to_owned()
                } else {
                    capital(word)
                }
            })
            .collect(),
        Some("PascalCase") => words.map(capital).collect(),
        Some("SCREAMING_SNAKE_CASE" | "UPPERCASE") => name.to_uppercase(),
        Some("lowercase") => name.to_lowercase(),
        Some("kebab-case") => name.replace('_', "-"),
        _ => name.to_owned(),
    }
}

fn object_method(
    cx: &mut Evaluator<'_>,
    object: &Arc<Object>,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let itself = || Some(Atom::Object(object.clone()).into());
    let row = || object.values.get("row").cloned().unwrap_or_default();
    match (object.kind, name) {
        ("record", "get" | "try_get" | "get_unchecked" | "try_get_unchecked") => {
            by_name(cx, object, call.at(0)?);
            Some(Value::unknown("a column's value"))
        }
        ("builder", "push" | "push_values" | "push_tuples") => {
            pushed(cx, object, call);
            itself()
        }
        ("builder", "build_query_as" | "build_query_scalar") => Some(
            Object::new(NAME, "query", None)
                .with_value("row", call.expected.clone())
                .into(),
        ),
        ("query", "fetch_one" | "fetch_optional") => Some(row()),
        ("query", "fetch_all" | "fetch" | "fetch_many") => Some(Value::list(row())),
        ("query", "execute" | "execute_many") => Some(Value::outside("sqlx.QueryResult")),
        ("query", "map" | "try_map") => {
            let made = crate::library::rust::applied(cx, call.at(0), &[row()], call.span);
            Some(
                Object::new(NAME, "query", None)
                    .with_value("row", made)
                    .into(),
            )
        }
        ("query" | "builder", _) => itself(),
        _ => None,
    }
}

/// `row.get("email")`.
fn by_name(cx: &mut Evaluator<'_>, object: &Object, argument: &Passed) {
    let names: Vec<String> = argument
        .value
        .texts()
        .map(|text| text.text.clone())
        .collect();
    for name in names {
        if let Some(column) = object.values.get(name.as_str()).cloned() {
            read_sources(cx, &column, argument.span);
        }
    }
}

/// Words that are pushed to a statement may name columns of its tables.
fn pushed(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    let text = call.value(0, "");
    let tables: Vec<TableName> = object.words_after("table:").map(table_name).collect();
    let mut columns = Vec::new();
    for text in text.texts() {
        let words = text.text.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with(char::is_alphabetic)) {
            columns.extend(
                tables
                    .iter()
                    .map(|table| (table.clone(), Box::from(word.to_lowercase()))),
            );
        }
    }
    columns.sort();
    columns.dedup();
    let known = text.texts().next().is_some();
    if known && columns.is_empty() {
        return;
    }
    cx.blind(Blind {
        site: site(cx.file, call.span),
        reason: BlindReason::DynamicSql,
        access: None,
        message: "a part of a statement that is put together at run time".into(),
        reach: if known {
            Reach::Columns(columns)
        } else {
            Reach::Tables(tables)
        },
    });
}

/// A statement that a connection is handed as text.
fn statement(
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
    let mut record = Object::new(NAME, "record", None);
    for output in cx.sql_outputs(&argument.value) {
        record = record.with_value(&column_name(&output), sources(&output));
    }
    let row: Value = record.into();
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
