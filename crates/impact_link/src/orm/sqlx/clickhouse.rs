//! clickhouse 0.11 to 0.13: `client.query("SELECT ?fields FROM users").fetch_all::<User>()`, `client.insert("users")`.
//!
//! `?fields` stands for the fields of the struct that rows become, under the names that serde gives them; what `insert`
//! opens writes each field of what is written. <https://docs.rs/clickhouse/latest/clickhouse/struct.Client.html>

use super::NAME;
use super::driver::CLICKHOUSE;
use super::row::{self, Binds};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::language::rust::{field_type, has_word, setting};
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Assembled, Certainty, Span, TableName};
use impact_sql::OutputColumn;
use std::sync::Arc;

/// What stands for the fields of a row.
const FIELDS: &str = "?fields";

/// Structs within structs are looked into as deep as this.
const MAX_FLATTENED: u32 = 6;

/// A query; a statement with `?fields` is known once its rows have a type.
pub(super) fn asked(cx: &mut Evaluator<'_>, text: &Value, span: Span) -> Value {
    let open = text.texts().any(|text| text.text.contains(FIELDS));
    if !open {
        cx.sql_value(text, span, CLICKHOUSE);
    }
    let place = format!("at:{}:{}", span.start, span.end);
    Object::new(NAME, "clickhouse", None)
        .with_word(&place)
        .with_value("text", text.clone())
        .into()
}

/// A method of a query or of what `insert` opens.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    match name {
        "fetch_one" | "fetch_optional" => fetched(cx, object, call),
        "fetch_all" | "fetch" => Value::list(fetched(cx, object, call)),
        _ => object.clone().into(),
    }
}

fn fetched(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let said = row::element(call.expected);
    let text = object.values.get("text").cloned().unwrap_or_default();
    let classes: Vec<ClassRef> = said
        .atoms()
        .iter()
        .filter_map(|atom| cx.class_of_instance(atom))
        .collect();
    let filled = text.texts().filter(|text| text.text.contains(FIELDS));
    let mut all = text.filter(|atom| !matches!(atom, Atom::Text(of) if of.text.contains(FIELDS)));
    for text in filled {
        for class in &classes {
            let names = names(cx, *class, 0).join(", ");
            all = all.or(&Atom::Text(Arc::new(with_fields(text, &names))).into());
        }
    }
    let known = text.texts().any(|text| text.text.contains(FIELDS));
    if known {
        cx.sql_value(&all, call.span, CLICKHOUSE);
    }
    row::of(cx, Binds::Serde, &all, &said, call.span)
}

/// A statement with names in the place of `?fields`.
fn with_fields(text: &Assembled, names: &str) -> Assembled {
    let Some(at) = text.text.find(FIELDS) else {
        return text.clone();
    };
    let mut made = crate::text::part(text, 0, at);
    made.text.push_str(names);
    made.push_assembled(&crate::text::part(text, at + FIELDS.len(), text.text.len()));
    made
}

/// The names that serde gives the fields of a struct.
fn names(cx: &mut Evaluator<'_>, class: ClassRef, depth: u32) -> Vec<String> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for field in &module.class(class.class).fields {
        let own = module.name(field.name);
        if has_word(module, &field.decorators, "serde", "skip") {
            continue;
        }
        if has_word(module, &field.decorators, "serde", "flatten") && depth < MAX_FLATTENED {
            for atom in field_type(cx, class, own).atoms() {
                if let Some(inner) = cx.class_of_instance(atom) {
                    found.extend(names(cx, inner, depth + 1));
                }
            }
            continue;
        }
        let renamed = setting(module, &field.decorators, "serde", "rename");
        found.push(renamed.unwrap_or_else(|| own.trim_start_matches("r#").to_owned()));
    }
    found
}

/// `client.insert("users")`, `client.inserter("users")`.
pub(super) fn opened(class: &str, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let inserts = class.starts_with("clickhouse.") && matches!(name, "insert" | "inserter");
    let words = || {
        call.value(0, "")
            .texts()
            .map(|text| format!("table:{}", text.text))
            .collect::<Vec<_>>()
    };
    inserts.then(|| {
        let object = Object::new(NAME, "inserter", None);
        words()
            .iter()
            .fold(object, |made, word| made.with_word(word))
            .into()
    })
}

/// `insert.write(&row)`: each field is written.
pub(super) fn written(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    let value = call.value(0, "");
    let classes: Vec<ClassRef> = value
        .atoms()
        .iter()
        .filter_map(|atom| cx.class_of_instance(atom))
        .collect();
    for class in classes {
        if object.words_after("table:").next().is_none() {
            anywhere(cx, class, call.span);
        }
        for table in object.words_after("table:") {
            let named = row::table_name(table);
            let manner = Manner::whole(Access::Write).at_most(Certainty::Likely);
            for name in names(cx, class, 0) {
                let table = cx.schemas.table_of(&named, &name);
                let table = table.as_ref().unwrap_or(&named);
                cx.touch_column(table, &name, call.span, manner, CLICKHOUSE);
            }
            let outputs = outputs(cx, class, &named);
            row::stored(cx, class, &outputs);
        }
    }
}

/// The columns of a table that the fields of a struct are.
fn outputs(cx: &mut Evaluator<'_>, class: ClassRef, named: &TableName) -> Vec<OutputColumn> {
    let names = names(cx, class, 0).into_iter();
    let of = names.map(|name| {
        let table = cx.schemas.table_of(named, &name);
        OutputColumn {
            sources: vec![(table.unwrap_or_else(|| named.clone()), name.as_str().into())],
            name: Some(name.into()),
            span: Span::default(),
        }
    });
    of.collect()
}

/// A row is written to a table whose name is not known: any that has all its columns.
fn anywhere(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) {
    let names = names(cx, class, 0);
    let has = |table: &TableName, name: &String| cx.schemas.tables_with(name).contains(table);
    let first = names.first().map(|name| cx.schemas.tables_with(name));
    let mut tables = first.unwrap_or_default();
    tables.retain(|table| names.iter().all(|name| has(table, name)));
    let columns = tables.iter().flat_map(|table| {
        let all = names.iter();
        all.map(|name| (table.clone(), Box::from(name.as_str())))
    });
    let columns: Vec<_> = columns.collect();
    if !columns.is_empty() {
        let of = cx.program.class_name(class);
        cx.open_columns(&of, columns, span, Access::Write);
    }
}
