//! `CREATE VIEW` and the query behind it.

use super::Steps;
use super::cursor::Cursor;
use impact_facts::{CreateView, RelationKind, SchemaChange, SpanMap, ViewQuery};

/// Reads what follows `CREATE … VIEW`.
pub(super) fn create(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    read(cursor, steps, RelationKind::View)
}

/// Reads what follows `CREATE MATERIALIZED VIEW`.
pub(super) fn create_materialized(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    read(cursor, steps, RelationKind::MaterializedView)
}

fn read(cursor: &mut Cursor<'_>, steps: &mut Steps, kind: RelationKind) -> Option<()> {
    let or_replace = !cursor.if_not_exists();
    let (name, span) = cursor.table()?;
    let columns = cursor.group().map(Cursor::names).unwrap_or_default();
    cursor.until(&["AS"]);
    cursor.eat(&["AS"]);
    if cursor.is_done() {
        return None;
    }
    let query = query(*cursor, columns.into_iter().map(|(name, _)| name).collect());
    steps.push(
        SchemaChange::CreateView(CreateView {
            name,
            kind,
            query,
            or_replace,
        }),
        span,
    );
    Some(())
}

/// What may follow a view's query.
const TRAILERS: &[&[&str]] = &[
    &["WITH", "NO", "DATA"],
    &["WITH", "DATA"],
    &["WITH", "CHECK", "OPTION"],
    &["WITH", "CASCADED", "CHECK", "OPTION"],
    &["WITH", "LOCAL", "CHECK", "OPTION"],
    &["WITH", "NO", "SCHEMA", "BINDING"],
    &["WITH", "READ", "ONLY"],
];

/// The query that is all that is left of `cursor`.
pub(super) fn query(cursor: Cursor<'_>, columns: Vec<Box<str>>) -> ViewQuery {
    let mut end = cursor;
    let mut span = cursor.span();
    while !end.is_done() {
        if TRAILERS
            .iter()
            .any(|words| end.is(words) && end.rest().len() == words.len())
        {
            span.end = end.span().start;
            break;
        }
        end.bump();
    }
    ViewQuery {
        columns,
        sql: cursor.slice(span).trim_end().into(),
        map: SpanMap::contiguous(span.start),
    }
}
