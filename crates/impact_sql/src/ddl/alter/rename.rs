//! `ALTER TABLE … RENAME`: of the table, a column, a constraint.

use super::Target;
use crate::ddl::Steps;
use crate::ddl::cursor::Cursor;
use impact_facts::{Dialect, SchemaChange};

impl Target {
    pub(super) fn rename(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let table = self.table.clone();
        if cursor.eat_any(&["TO", "AS"]) || cursor.peek(1).is_none() {
            let (mut to, span) = cursor.table()?;
            to.schema = to.schema.or(table.schema.clone());
            steps.push(
                SchemaChange::RenameRelation {
                    from: table,
                    to: to.clone(),
                },
                span,
            );
            self.table = to;
            return Some(());
        }
        let dependent = cursor.is_at(2, "TO") || cursor.dialect() == Dialect::MySql;
        if dependent && cursor.eat_any(&["CONSTRAINT", "INDEX", "KEY"]) {
            let (from, span) = cursor.name()?;
            cursor.eat(&["TO"]);
            let (to, _) = cursor.name()?;
            steps.push(
                SchemaChange::RenameDependent {
                    table: Some(table),
                    from,
                    to,
                },
                span,
            );
            return Some(());
        }
        if !cursor.is_at(1, "TO") {
            cursor.eat(&["COLUMN"]);
        }
        cursor.if_exists();
        let (from, span) = cursor.name()?;
        cursor.eat(&["TO"]);
        let (to, _) = cursor.name()?;
        steps.push(SchemaChange::RenameColumn { table, from, to }, span);
        Some(())
    }
}
