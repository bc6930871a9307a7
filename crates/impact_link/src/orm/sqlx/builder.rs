//! Statements that are put together at run time: `QueryBuilder`.

use super::NAME;
use super::row::table_name;
use crate::door::CallSite;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::{Assembled, BlindReason, Reach, Span, TableName};
use std::sync::Arc;

/// A builder with the beginning of its text: what it names so far is touched, and its tables are kept.
pub(super) fn begun(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let text = started(cx, &call.value(0, ""), call.span);
    let span = call.at(0).map_or(call.span, |argument| argument.span);
    cx.sql_value(&text, span, NAME);
    let mut object = Object::new(NAME, "builder", None);
    for table in cx.sql_tables(&text) {
        object = object.with_word(&format!("table:{table}"));
    }
    object.into()
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

/// Words that are pushed to a statement may name columns of its tables.
pub(super) fn pushed(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
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
