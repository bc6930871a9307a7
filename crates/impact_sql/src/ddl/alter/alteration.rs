//! `ALTER COLUMN`: what it changes of a column.

use crate::ddl::column;
use crate::ddl::cursor::Cursor;
use impact_facts::{SchemaChange, TableName};

/// What one `ALTER COLUMN` changes.
#[derive(Default)]
pub(super) struct Alteration {
    data_type: Option<Box<str>>,
    nullable: Option<bool>,
    has_default: Option<bool>,
}

impl Alteration {
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.eat(&["TYPE"]) || cursor.eat(&["SET", "DATA", "TYPE"]) {
            self.data_type = Some(column::type_name(cursor));
        } else if cursor.eat(&["SET", "DEFAULT"]) {
            self.has_default = Some(!cursor.is(&["NULL"]));
        } else if cursor.eat(&["DROP", "DEFAULT"]) || cursor.eat(&["DROP", "IDENTITY"]) {
            self.has_default = Some(false);
        } else if cursor.eat(&["SET", "NOT", "NULL"]) {
            self.nullable = Some(false);
        } else if cursor.eat(&["DROP", "NOT", "NULL"]) {
            self.nullable = Some(true);
        } else if cursor.eat(&["ADD", "GENERATED"]) {
            self.has_default = Some(true);
        } else if !cursor.is_any(&["SET", "DROP", "RESET", "ADD", "RESTART", "OPTIONS"]) {
            self.data_type = Some(column::type_name(cursor));
            self.nullable = Some(!cursor.is(&["NOT", "NULL"]));
        }
    }

    pub(super) fn into_change(self, table: TableName, column: Box<str>) -> SchemaChange {
        let Alteration {
            data_type,
            nullable,
            has_default,
        } = self;
        SchemaChange::AlterColumn {
            table,
            column,
            data_type,
            nullable,
            has_default,
        }
    }
}
