//! What a statement of sea-query yields: the columns that it selects, by name, and those of the query that it selects from.

use super::is_statement;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::sqlx::row;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, How, Span, TableName};
use impact_sql::OutputColumn;

/// What stands before the name of a column that a statement yields.
const YIELDS: &str = "yields ";
/// What stands before the name of a column that the query yields from which it selects.
const WITHIN: &str = "within ";

/// Methods that select what they are handed.
const SELECTING: &[&str] = &["column", "columns", "expr", "exprs", "expr_as"];

/// A statement after a step, with what it yields.
pub(super) fn step(
    cx: &Evaluator<'_>,
    statement: Object,
    name: &str,
    call: &CallSite<'_>,
) -> Object {
    if name == "from_subquery" {
        return within(statement, &call.value(0, ""));
    }
    let Some(first) = call.at(0).filter(|_| SELECTING.contains(&name)) else {
        return statement;
    };
    let alias = call.value(1, "");
    let alias = alias.texts().next().map(|text| text.text.clone());
    let mut after = statement;
    for (table, column) in read_in(cx, first.span) {
        let name = alias.as_deref().unwrap_or(&column);
        let kept = after
            .values
            .entry(format!("{YIELDS}{name}").into())
            .or_default();
        kept.join(&row::source(&table, &column));
    }
    after
}

/// The columns that have been read by name inside a span.
fn read_in(cx: &Evaluator<'_>, span: Span) -> Vec<(TableName, Box<str>)> {
    let touches = cx.current.touches.as_slice().iter();
    let inside = touches.filter(|touch| {
        touch.site.file == cx.file
            && span.contains(touch.site.span)
            && (touch.access, touch.how) == (Access::Read, How::Explicit)
    });
    let named = inside.filter_map(|touch| Some((touch.table.clone(), touch.column.clone()?)));
    named.collect()
}

fn within(mut statement: Object, query: &Value) -> Object {
    for (name, column) in yields(query, YIELDS) {
        let kept = statement
            .values
            .entry(format!("{WITHIN}{name}").into())
            .or_default();
        kept.join(column);
    }
    statement
}

/// The columns that statements keep under a prefix.
fn yields<'v>(
    value: &'v Value,
    prefix: &'static str,
) -> impl Iterator<Item = (&'v str, &'v Value)> {
    let statements = value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(of) if is_statement(of) => Some(&of.values),
        _ => None,
    });
    let all = statements.flat_map(|values| values.iter());
    all.filter_map(move |(key, column)| Some((key.strip_prefix(prefix)?, column)))
}

/// What statements yield, by name; what the query within yields comes last.
pub(crate) fn outputs(value: &Value) -> Vec<OutputColumn> {
    let all = yields(value, YIELDS).chain(yields(value, WITHIN));
    all.map(|(name, column)| output(name, column)).collect()
}

fn output(name: &str, column: &Value) -> OutputColumn {
    let words = column.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(of) => Some(&of.words),
        _ => None,
    });
    let sources = words.flatten().filter_map(|word| {
        let (table, column) = word.rsplit_once('.')?;
        Some((row::table_name(table), column.into()))
    });
    OutputColumn {
        name: Some(name.into()),
        sources: sources.collect(),
        span: Span::default(),
    }
}
