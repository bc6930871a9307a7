//! `CREATE …`: which object, and its reader.

use super::cursor::Cursor;
use super::{APART, Reader, Steps, dependent, foreign, routine, table, view};
use impact_facts::{ColumnDefinition, RelationKind, SchemaChange};

/// Objects that may be created, by the words that tell them.
const OBJECTS: &[(&[&str], Reader)] = &[
    (&["FOREIGN", "TABLE"], |c, s| {
        table::create(c, s, RelationKind::ForeignTable)
    }),
    (&["EXTERNAL", "TABLE"], |c, s| {
        table::create(c, s, RelationKind::ForeignTable)
    }),
    (&["TEMP", "TABLE"], |c, s| {
        table::create(c, s, RelationKind::Temporary)
    }),
    (&["TEMPORARY", "TABLE"], |c, s| {
        table::create(c, s, RelationKind::Temporary)
    }),
    (&["VIRTUAL", "TABLE"], virtual_table),
    (&["TABLE"], |c, s| table::create(c, s, RelationKind::Table)),
    (&["MATERIALIZED", "VIEW"], view::create_materialized),
    (&["VIEW"], view::create),
    (&["INDEX"], dependent::index),
    (&["EVENT", "TRIGGER"], nothing),
    (&["TRIGGER"], dependent::trigger),
    (&["POLICY"], dependent::policy),
    (&["RULE"], dependent::rule),
    (&["STATISTICS"], dependent::statistics),
    (&["TYPE"], create_type),
    (&["DOMAIN"], domain),
    (&["FUNCTION"], routine::create),
    (&["PROCEDURE"], routine::create),
    (&["SCHEMA"], schema),
    (&["USER", "MAPPING"], nothing),
    (&["SERVER"], foreign::server),
];

/// More of them, when created.
const NOTHING: &[&str] = &[
    "ROLE",
    "USER",
    "DATABASE",
    "TRANSFORM",
    "PROFILE",
    "RESOURCE",
    "WAREHOUSE",
    "STAGE",
    "FILE",
    "SYNONYM",
    "TRUSTED",
    "PROCEDURAL",
];

/// Words that may stand between `CREATE` and the object.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "ALTER",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "UNIQUE",
    "RECURSIVE",
    "CONSTRAINT",
    "DEFINER",
    "ALGORITHM",
    "SQL",
    "SECURITY",
    "INVOKER",
    "UNDEFINED",
    "MERGE",
    "TEMPTABLE",
    "CLUSTERED",
    "NONCLUSTERED",
    "FULLTEXT",
    "SPATIAL",
    "TRANSIENT",
    "SECURE",
    "TEMP",
    "TEMPORARY",
    "CURRENT_USER",
    "DEFAULT",
];

/// Reads what follows `CREATE`.
pub(super) fn read(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    for _ in 0..24 {
        if let Some((words, reader)) = OBJECTS.iter().find(|(words, _)| cursor.is(words)) {
            cursor.eat(words);
            return reader(cursor, steps);
        }
        if cursor.is_any(APART) || cursor.is_any(NOTHING) {
            return Some(());
        }
        if !modifier(cursor) {
            return None;
        }
    }
    None
}

/// Moves past one modifier; MySQL's `DEFINER=user@host` consists of several tokens.
fn modifier(cursor: &mut Cursor<'_>) -> bool {
    let of_user = cursor.is_any(&["DEFINER", "ALGORITHM"]);
    if !cursor.eat_any(MODIFIERS) {
        return false;
    }
    if of_user && cursor.eat_symbol("=") {
        cursor.bump();
        if cursor.eat_symbol("@") {
            cursor.bump();
        } else if cursor.is_symbol(0, "(") {
            cursor.skip();
        }
    }
    true
}

fn nothing(_: &mut Cursor<'_>, _: &mut Steps) -> Option<()> {
    Some(())
}

/// SQLite's `CREATE VIRTUAL TABLE t USING module(a, b, key=value)`: each argument that is a name alone is a column.
fn virtual_table(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let if_not_exists = cursor.if_not_exists();
    let (name, span) = cursor.table()?;
    cursor.until(&["USING"]);
    cursor.bump();
    cursor.name()?;
    let columns = cursor
        .group()
        .map(|group| group.items().filter_map(argument_column).collect());
    let create = impact_facts::CreateTable {
        columns: columns.unwrap_or_default(),
        if_not_exists,
        ..impact_facts::CreateTable::new(name, RelationKind::Table)
    };
    steps.push(SchemaChange::CreateTable(create), span);
    Some(())
}

fn argument_column(mut item: Cursor<'_>) -> Option<ColumnDefinition> {
    let (name, span) = item.name()?;
    (!item.is_symbol(0, "=")).then(|| ColumnDefinition {
        name,
        data_type: "".into(),
        nullable: true,
        has_default: false,
        generated_from: Vec::new(),
        span,
    })
}

fn create_type(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let (name, span) = cursor.table()?;
    let composite = cursor.eat(&["AS"]) && cursor.is_symbol(0, "(");
    let fields = match cursor.group() {
        Some(group) if composite => group
            .items()
            .filter_map(super::column::definition_alone)
            .collect(),
        _ => Vec::new(),
    };
    steps.push(SchemaChange::CreateType { name, fields }, span);
    Some(())
}

fn domain(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let (name, span) = cursor.table()?;
    steps.push(
        SchemaChange::CreateType {
            name,
            fields: Vec::new(),
        },
        span,
    );
    Some(())
}

/// `CREATE SCHEMA s [AUTHORIZATION u] [element …]`: elements are statements without semicolons between them.
fn schema(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_not_exists();
    if cursor.eat(&["AUTHORIZATION"]) {
        let (name, span) = cursor.name()?;
        steps.push(SchemaChange::CreateSchema(name), span);
        return Some(());
    }
    let (name, span) = cursor.name()?;
    steps.push(SchemaChange::CreateSchema(name), span);
    cursor.until(&["CREATE"]);
    cursor.is_done().then_some(())
}
