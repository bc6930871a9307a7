//! Parts of a statement as text: diesel's `sql::<T>("…")`, sea-query's `Expr::cust("…")`, SQLAlchemy's
//! `text("…")`.

use crate::door::CallSite;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Assembled, BlindReason, Reach, Span};

/// The kind of the object that a fragment is.
pub(crate) const FRAGMENT: &str = "fragment";

/// Whether an alternative is a part of a statement.
pub(crate) fn is_fragment(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(object) if object.kind == FRAGMENT)
}

/// A part of a statement: by itself it may name any column of whatever it is put into.
pub(super) fn made(cx: &mut Evaluator<'_>, door: &'static str, call: &CallSite<'_>) -> Value {
    let text = call.value(0, "");
    let mut words: Vec<Box<str>> = Vec::new();
    for text in text.texts() {
        let all = text.text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let names = all.filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        words.extend(names.map(|word| Box::from(word.to_lowercase())));
    }
    words.sort_unstable();
    words.dedup();
    let known = text.texts().next().is_some();
    if !known || !words.is_empty() {
        cx.blind(Blind {
            site: site(cx.file, call.span),
            reason: BlindReason::DynamicSql,
            access: None,
            message: "a fragment of SQL; the columns it names depend on the statement around it"
                .into(),
            reach: if known {
                Reach::Words(words)
            } else {
                Reach::Database
            },
        });
    }
    Object::new(door, FRAGMENT, None)
        .with_value("text", text)
        .into()
}

/// What fragments among a value touch, standing in a query over these tables; what does not resolve there stays open.
pub(super) fn standing(
    cx: &mut Evaluator<'_>,
    value: &Value,
    models: &[ModelId],
    span: Span,
    via: &str,
) {
    let mut tables: Vec<String> = Vec::new();
    for model in models {
        let table = cx.models.get(*model).and_then(|one| one.table.as_ref());
        let table = table.map(ToString::to_string);
        tables.extend(table.filter(|table| !tables.contains(table)));
    }
    if tables.is_empty() {
        return;
    }
    for text in texts(value, 0) {
        let statement = super::sql_builder::expression(&text, &tables.join(", "));
        let resolved = cx.resolved(&statement);
        let whole = |one: &impact_sql::Resolution| one.error.is_none() && one.unknown.is_empty();
        if resolved.statements.iter().all(whole) {
            cx.sql_text(&statement, span, via);
        } else if !text.holes.is_empty() {
            open(cx, models, span);
        }
    }
}

/// Any column of the tables of a statement, by text that is not known.
pub(super) fn open(cx: &mut Evaluator<'_>, models: &[ModelId], span: Span) {
    let tables = models
        .iter()
        .filter_map(|model| cx.models.get(*model)?.table.clone());
    let mut tables: Vec<_> = tables.collect();
    tables.sort();
    tables.dedup();
    cx.blind(Blind {
        site: site(cx.file, span),
        reason: BlindReason::DynamicSql,
        access: None,
        message: "a part of a statement is text that is computed; a literal text would decide it"
            .into(),
        reach: match tables.is_empty() {
            true => Reach::Database,
            false => Reach::Tables(tables),
        },
    });
}

fn texts(value: &Value, depth: u32) -> Vec<Assembled> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Object(object) if is_fragment(atom) => {
                let text = object.values.get("text");
                found.extend(
                    text.into_iter()
                        .flat_map(Value::texts)
                        .map(|text| (**text).clone()),
                );
            }
            // A condition that fragments stand in: `and_(text("…"), …)`.
            Atom::Object(object) if object.kind == "expression" && depth < 4 => {
                let inner = object.values.get(FRAGMENT).into_iter();
                found.extend(inner.flat_map(|inner| texts(inner, depth + 1)));
            }
            Atom::Tuple(items) if depth < 4 => {
                found.extend(items.iter().flat_map(|item| texts(item, depth + 1)));
            }
            _ => {}
        }
    }
    found
}
