//! Statements that are put together at run time: `QueryBuilder` of sqlx 0.6 to 0.8.
//!
//! <https://docs.rs/sqlx/latest/sqlx/struct.QueryBuilder.html>: `push` adds text, `push_bind` a placeholder, `push_values`
//! and `push_tuples` lists of them, `separated` hands out what adds to the same text. A builder that is changed where it
//! began has its whole text when it is built. What another function adds is read as words over the builder's tables.

use super::NAME;
use super::row::{self, Binds, table_name};
use crate::door::CallSite;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::orm::sea_query::spelled;
use crate::orm::sql_builder;
use crate::text::part;
use crate::value::{Atom, Object, Value};
use impact_facts::{
    Assembled, BlindReason, Call, Certainty, ExpressionId, ExpressionKind, Language, Reach,
    Segment, Span, TableName,
};
use std::sync::Arc;

/// Methods that add to the text.
const ADDING: &[&str] = &[
    "push",
    "push_bind",
    "push_values",
    "push_tuples",
    "separated",
];

/// What may make a beginning a statement.
const ENDS: &[&str] = &["", " $1", " 1 = 1", " ($1)", " $1)"];

/// Calls in a chain are followed back as far as this.
const MAX_CHAIN: usize = 256;

/// A builder with the beginning of its text: what it names so far is touched, and its tables are kept.
pub(super) fn begun(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let text = call.value(0, "");
    let span = call.at(0).map_or(call.span, |argument| argument.span);
    let mut object = Object::new(NAME, "builder", None).with_word(&home(cx));
    let ended: Vec<Value> = text.texts().filter_map(|text| ended(cx, text)).collect();
    let whole = !ended.is_empty() && ended.len() == text.texts().count();
    let said = if whole {
        ended
            .iter()
            .fold(Value::nothing(), |all, one| all.or(one))
            .at_most(text.certainty)
    } else {
        started(cx, &text, call.span)
    };
    let empty = text.texts().all(|text| text.text.trim().is_empty());
    if text.texts().next().is_none() || !empty {
        cx.sql_value(&said, span, NAME);
    }
    for table in cx.sql_tables(&said) {
        object = object.with_word(&format!("table:{table}"));
    }
    object.with_value("text", text).into()
}

/// The function that code stands in, as the word that a builder keeps of it.
fn home(cx: &Evaluator<'_>) -> String {
    let function = cx.function();
    let number = function.map_or(0, |function| function.function.index() + 1);
    format!("home:{}.{number}", cx.file.0)
}

/// A beginning as the statement that it may become.
fn ended(cx: &mut Evaluator<'_>, text: &Arc<Assembled>) -> Option<Value> {
    ENDS.iter().find_map(|end| {
        let mut text = (**text).clone();
        text.text.push_str(end);
        let resolved = cx.resolved(&text);
        let whole = |one: &impact_sql::Resolution| one.error.is_none() && one.unknown.is_empty();
        let decided = !resolved.statements.is_empty() && resolved.statements.iter().all(whole);
        decided.then(|| Atom::Text(Arc::new(text)).into())
    })
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

/// What a method of a builder makes.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    match name {
        "push" => {
            pushed(cx, object, call);
            added(cx, object, &call.value(0, ""), call.span)
        }
        "push_bind" => added(cx, object, &constant("$1"), call.span),
        "push_values" => {
            visited(cx, call);
            added(cx, object, &constant(" VALUES ($1)"), call.span)
        }
        "push_tuples" => {
            visited(cx, call);
            added(cx, object, &constant("(($1))"), call.span)
        }
        "separated" => Object {
            kind: "separated",
            ..object.clone()
        }
        .into(),
        "build" | "build_with" => built(cx, object, Binds::Record, call),
        "build_query_as" | "build_query_as_with" => built(cx, object, Binds::FromRow, call),
        "build_query_scalar" | "build_query_scalar_with" => built(cx, object, Binds::First, call),
        "sql" | "into_sql" => object.values.get("text").cloned().unwrap_or_default(),
        "reset" => object.clone().with_value("text", Value::nothing()).into(),
        _ => object.clone().into(),
    }
}

/// A method of what `separated` hands out.
pub(super) fn separated(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) {
    if matches!(name, "push" | "push_unseparated") {
        words(cx, object, call);
    }
}

fn constant(text: &str) -> Value {
    let mut made = Assembled::default();
    made.text.push_str(text);
    Atom::Text(Arc::new(made)).into()
}

fn added(cx: &mut Evaluator<'_>, object: &Object, text: &Value, span: Span) -> Value {
    let before = object.values.get("text").cloned().unwrap_or_default();
    let text = longest(&cx.concatenated(&before, text, span));
    object.clone().with_value("text", text).into()
}

/// More alternatives than this are thinned out.
const MAX_ALTERNATIVES: usize = 4;

/// Texts without those of which another has every part: what is added behind a condition is taken to be added.
fn longest(text: &Value) -> Value {
    let all: Vec<&Arc<Assembled>> = text.texts().collect();
    if all.len() <= MAX_ALTERNATIVES {
        return text.clone();
    }
    let within = |one: &Arc<Assembled>, other: &Arc<Assembled>| {
        one.text.len() < other.text.len()
            && one.segments.iter().all(|part| {
                let same = |of: &Segment| of.file == part.file && of.offset == part.offset;
                other.segments.iter().any(same)
            })
    };
    let kept = text.atoms().iter().filter(|atom| match atom {
        Atom::Text(one) => !all.iter().any(|other| within(one, other)),
        _ => true,
    });
    Value::any_of(kept.cloned().collect::<Vec<_>>()).at_most(text.certainty)
}

/// The closure that fills a list of placeholders.
fn visited(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let rows = call.value(0, "");
    let row = cx.iterate(&rows, call.span);
    let binds = Value::unknown("placeholders");
    crate::library::rust::applied(cx, call.at(1), &[binds, row], call.span);
}

/// A builder is built: its text is a statement.
fn built(cx: &mut Evaluator<'_>, object: &Object, binds: Binds, call: &CallSite<'_>) -> Value {
    let text = object.values.get("text").cloned().unwrap_or_default();
    let known = text.texts().any(|text| !text.text.trim().is_empty());
    if known {
        cx.sql_value(&text, call.span, NAME);
    } else if !text.is_nothing() {
        let tables = tables(object);
        open(cx, call.span, Reach::Tables(tables));
    }
    let row = row::of(cx, binds, &text, call.expected, call.span);
    Object::new(NAME, "query", None)
        .with_word(binds.word())
        .with_value("text", text)
        .with_value("row", row)
        .into()
}

/// Something is added to a builder: where it did not begin here, by its words.
fn pushed(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    let text = call.value(0, "");
    let is_known = text.texts().next().is_some();
    let here = home(cx);
    if !is_known || !object.has(&here) {
        words(cx, object, call);
    }
}

fn tables(object: &Object) -> Vec<TableName> {
    object.words_after("table:").map(table_name).collect()
}

/// Words that are added to a statement may name columns of its tables.
fn words(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    let text = call.value(0, "");
    let tables = tables(object);
    let mut columns = Vec::new();
    for text in text.texts() {
        if resolves(cx, text, &tables, call.span) {
            continue;
        }
        let words = text.text.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with(char::is_alphabetic)) {
            let named = |table: &TableName| (table.clone(), Box::from(word.to_lowercase()));
            columns.extend(tables.iter().map(named));
        }
    }
    columns.sort();
    columns.dedup();
    let known = text.texts().next().is_some();
    if known && columns.is_empty() {
        return;
    }
    let reach = if known {
        Reach::Columns(columns)
    } else {
        Reach::Tables(tables)
    };
    open(cx, call.span, reach);
}

fn open(cx: &mut Evaluator<'_>, span: Span, reach: Reach) {
    cx.blind(Blind {
        site: site(cx.file, span),
        reason: BlindReason::DynamicSql,
        access: None,
        message: "a part of a statement that is put together at run time".into(),
        reach,
    });
}

/// Words before a condition or a list.
const JOINTS: &[&str] = &[
    "where", "and", "or", "order by", "group by", "on", "set", ",",
];

/// Whether a part of a statement resolves over the tables that the statement names; then it touches what it names.
fn resolves(
    cx: &mut Evaluator<'_>,
    text: &Arc<Assembled>,
    tables: &[TableName],
    span: Span,
) -> bool {
    if tables.is_empty() {
        return false;
    }
    let lower = text.text.to_ascii_lowercase();
    let blank = lower.len() - lower.trim_start().len();
    let joint = JOINTS
        .iter()
        .find(|joint| lower.trim_start().starts_with(**joint));
    let from = blank + joint.map_or(0, |joint| joint.len());
    let words = part(text, from, text.text.len());
    let names: Vec<String> = tables.iter().map(ToString::to_string).collect();
    let mut statement = sql_builder::expression(&words, &names.join(", "));
    let whole = |one: &impact_sql::Resolution| one.error.is_none() && one.unknown.is_empty();
    for end in ENDS {
        let length = statement.text.len();
        statement.text.push_str(end);
        if cx.resolved(&statement).statements.iter().all(whole) {
            cx.with_certainty(Certainty::Likely, |cx| cx.sql_text(&statement, span, NAME));
            return true;
        }
        statement.text.truncate(length);
    }
    false
}

/// A method of a builder was called: the builder is what it is now, wherever it is kept.
pub(crate) fn kept(cx: &mut Evaluator<'_>, call: &Call, value: &Value) {
    if !cx.is(Language::Rust) {
        return;
    }
    let module = cx.module();
    let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind else {
        return;
    };
    let name = module.name(attribute.name);
    let adds = ADDING.contains(&name);
    let at = module.expression(call.callee).span;
    let grown = value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(of) if spelled::is_changed(of, name) => Some(atom.clone()),
        _ if !adds => None,
        Atom::Object(of) if of.door == NAME && of.kind == "builder" => Some(atom.clone()),
        Atom::Object(of) if of.door == NAME && of.kind == "separated" => Some(opened(cx, of, at)),
        _ => None,
    });
    let grown = Value::any_of(grown.collect::<Vec<_>>());
    if let Some(root) = root(cx, attribute.of).filter(|_| !grown.is_nothing()) {
        cx.regrow(root, &grown, Span::default());
    }
}

/// The builder that handed out what adds to it: its text goes on with what is not known.
fn opened(cx: &Evaluator<'_>, separated: &Object, at: Span) -> Atom {
    let text = separated.values.get("text").cloned().unwrap_or_default();
    let text = started(cx, &text, at);
    let builder = Object {
        kind: "builder",
        ..separated.clone()
    };
    Atom::Object(Arc::new(builder.with_value("text", text)))
}

/// Where the builder is kept that a chain of calls begins with.
fn root(cx: &Evaluator<'_>, id: ExpressionId) -> Option<ExpressionId> {
    let module = cx.module();
    let mut at = id;
    for _ in 0..MAX_CHAIN {
        match &module.expression(at).kind {
            ExpressionKind::Name(_) => return Some(at),
            ExpressionKind::Attribute(_) => return Some(at),
            ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
                ExpressionKind::Attribute(attribute) => at = attribute.of,
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}
