//! `DROP …`.

use super::cursor::Cursor;
use super::{APART, Reader, Steps};
use impact_facts::{Dialect, SchemaChange};

const OBJECTS: &[(&[&str], Reader)] = &[
    (&["TABLE"], relations),
    (&["TEMPORARY", "TABLE"], relations),
    (&["VIEW"], relations),
    (&["MATERIALIZED", "VIEW"], relations),
    (&["FOREIGN", "TABLE"], relations),
    (&["EXTERNAL", "TABLE"], relations),
    (&["INDEX"], index),
    (&["TRIGGER"], of_table),
    (&["POLICY"], of_table),
    (&["RULE"], of_table),
    (&["STATISTICS"], index),
    (&["SCHEMA"], schema),
];

/// More objects whose end takes no column away.
const NOTHING: &[&str] = &[
    "ROLE",
    "USER",
    "DATABASE",
    "TRANSFORM",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "TYPE",
    "DOMAIN",
    "SERVER",
    "OWNED",
    "PREPARE",
    "SYNONYM",
];

/// Reads what follows `DROP`.
pub(super) fn read(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    if let Some((words, reader)) = OBJECTS.iter().find(|(words, _)| cursor.is(words)) {
        cursor.eat(words);
        return reader(cursor, steps);
    }
    (cursor.is_any(APART) || cursor.is_any(NOTHING)).then_some(())
}

fn relations(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let if_exists = cursor.if_exists();
    let cascade = cursor
        .rest()
        .iter()
        .any(|t| cursor.slice(t.span).eq_ignore_ascii_case("cascade"));
    for mut item in cursor.items() {
        let (name, span) = item.table()?;
        steps.push(
            SchemaChange::DropRelation {
                name,
                if_exists,
                cascade,
            },
            span,
        );
    }
    Some(())
}

/// `DROP INDEX [CONCURRENTLY] [IF EXISTS] a, b`; MySQL and SQL Server: `DROP INDEX a ON t`.
fn index(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.eat(&["CONCURRENTLY"]);
    cursor.if_exists();
    for mut item in cursor.items() {
        let (name, span) = item.table()?;
        let on = item
            .eat(&["ON"])
            .then(|| item.table())
            .flatten()
            .map(|(table, _)| table);
        let schema_only = on.is_none() && item.dialect() == Dialect::TSql;
        let table = if schema_only { None } else { on };
        steps.push(
            SchemaChange::DropDependent {
                table,
                name: name.name,
            },
            span,
        );
    }
    Some(())
}

fn of_table(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_exists();
    let (name, span) = cursor.table()?;
    let table = cursor
        .eat(&["ON"])
        .then(|| cursor.table())
        .flatten()
        .map(|(table, _)| table);
    steps.push(
        SchemaChange::DropDependent {
            table,
            name: name.name,
        },
        span,
    );
    Some(())
}

fn schema(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_exists();
    for mut item in cursor.items() {
        let (name, span) = item.name()?;
        steps.push(SchemaChange::DropSchema(name), span);
    }
    Some(())
}
