//! `ALTER` of what is no relation.

use crate::ddl::cursor::Cursor;
use crate::ddl::{Steps, routine};
use impact_facts::{SchemaChange, TableName};

/// `ALTER INDEX a RENAME TO b`, `ALTER TRIGGER a ON t RENAME TO b`; their other options change nothing.
pub(super) fn dependent_name(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_exists();
    let (from, span) = cursor.table()?;
    let table = cursor
        .eat(&["ON"])
        .then(|| cursor.table())
        .flatten()
        .map(|(table, _)| table);
    if cursor.eat(&["RENAME", "TO"]) {
        let (to, _) = cursor.name()?;
        steps.push(
            SchemaChange::RenameDependent {
                table,
                from: from.name,
                to,
            },
            span,
        );
    }
    Some(())
}

pub(super) fn schema(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let (from, span) = cursor.name()?;
    if cursor.eat(&["RENAME", "TO"]) {
        let (to, _) = cursor.name()?;
        steps.push(SchemaChange::RenameSchema { from, to }, span);
    } else if cursor.eat(&["TRANSFER"]) {
        let (moved, span) = cursor.table()?;
        let to = TableName {
            schema: Some(from),
            name: moved.name.clone(),
        };
        steps.push(SchemaChange::RenameRelation { from: moved, to }, span);
    }
    Some(())
}

/// Enums and owners change no column; attributes of a composite type do, and are not followed.
pub(super) fn alter_type(cursor: &mut Cursor<'_>, _: &mut Steps) -> Option<()> {
    cursor.table()?;
    let attribute = cursor.items().any(|item| item.is_at(1, "ATTRIBUTE"));
    (!attribute).then_some(())
}

/// `ALTER DATABASE d SET search_path TO …`.
pub(super) fn default_path(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.until(&["SET"]);
    if cursor.eat(&["SET"]) {
        routine::set(cursor, steps)?;
    }
    Some(())
}
