//! `ALTER …` and `RENAME TABLE`: several actions in one statement, each a step.

mod alteration;
mod object;
mod rename;

use super::cursor::Cursor;
use super::{APART, Reader, Steps, column, dependent, view};
use alteration::Alteration;
use impact_facts::{
    ColumnDefinition, CreateView, Dialect, RelationKind, SchemaChange, Span, TableName,
};

const OBJECTS: &[(&[&str], Reader)] = &[
    (&["TABLE"], relation),
    (&["FOREIGN", "TABLE"], relation),
    (&["EXTERNAL", "TABLE"], relation),
    (&["MATERIALIZED", "VIEW"], relation),
    (&["VIEW"], relation),
    (&["INDEX"], object::dependent_name),
    (&["TRIGGER"], object::dependent_name),
    (&["POLICY"], object::dependent_name),
    (&["RULE"], object::dependent_name),
    (&["SCHEMA"], object::schema),
    (&["TYPE"], object::alter_type),
    (&["DATABASE"], object::default_path),
    (&["ROLE"], object::default_path),
    (&["USER"], object::default_path),
];

/// More objects whose alteration changes no column.
const NOTHING: &[&str] = &[
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "DOMAIN",
    "SERVER",
    "DEFAULT",
    "SYSTEM",
    "LARGE",
    "STATISTICS",
    "SESSION",
    "WAREHOUSE",
    "PROCEDURAL",
];

/// Reads what follows `ALTER`.
pub(super) fn read(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    while cursor.eat_any(&["ONLINE", "IGNORE"]) {}
    if let Some((words, reader)) = OBJECTS.iter().find(|(words, _)| cursor.is(words)) {
        cursor.eat(words);
        return reader(cursor, steps);
    }
    let definer = cursor.is_any(&["ALGORITHM", "DEFINER", "SQL"]);
    if definer {
        cursor.until(&["VIEW"]);
        cursor.bump();
        return relation(cursor, steps);
    }
    (cursor.is_any(APART) || cursor.is_any(NOTHING)).then_some(())
}

/// MySQL's `RENAME TABLE a TO b, c TO d`.
pub(super) fn rename_tables(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    for mut item in cursor.items() {
        let (from, span) = item.table()?;
        item.eat(&["TO"]);
        let (to, _) = item.table()?;
        steps.push(SchemaChange::RenameRelation { from, to }, span);
    }
    Some(())
}

fn relation(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    if cursor.eat(&["ALL", "IN", "TABLESPACE"]) {
        return Some(());
    }
    cursor.if_exists();
    cursor.eat(&["ONLY"]);
    let (table, span) = cursor.table()?;
    cursor.eat_symbol("*");
    if cursor.is(&["AS"]) || cursor.is_symbol(0, "(") {
        return redefine(cursor, steps, table, span);
    }
    let mut target = Target {
        table,
        span,
        adds: false,
        drops: false,
    };
    for item in cursor.items() {
        target.action(item, steps);
    }
    Some(())
}

/// `ALTER VIEW v [(columns)] AS query`.
fn redefine(cursor: &mut Cursor<'_>, steps: &mut Steps, name: TableName, span: Span) -> Option<()> {
    let columns = cursor.group().map(Cursor::names).unwrap_or_default();
    cursor.eat(&["AS"]);
    let query = view::query(*cursor, columns.into_iter().map(|(name, _)| name).collect());
    let change = CreateView {
        name,
        kind: RelationKind::View,
        query,
        or_replace: true,
    };
    steps.push(SchemaChange::CreateView(change), span);
    Some(())
}

/// The altered relation, and what a bare next item would go on with (SQL Server: `ADD a int, b int`).
struct Target {
    table: TableName,
    span: Span,
    adds: bool,
    drops: bool,
}

/// How one action is read; the cursor stands after its words.
type Action = fn(&mut Target, &mut Cursor<'_>, &mut Steps) -> Option<()>;

const ACTIONS: &[(&[&str], Action)] = &[
    (&["ADD"], Target::add),
    (&["DROP"], Target::drop),
    (&["ALTER"], Target::alter),
    (&["MODIFY"], Target::modify),
    (&["CHANGE"], Target::change),
    (&["RENAME"], Target::rename),
    (&["SET", "SCHEMA"], Target::set_schema),
    (&["INHERIT"], Target::inherit),
    (&["OF"], Target::inherit),
    (&["NO", "INHERIT"], Target::end_inherit),
    (&["ATTACH", "PARTITION"], Target::attach),
    (&["DETACH", "PARTITION"], Target::detach),
    (&["WITH", "CHECK", "ADD"], Target::add),
    (&["WITH", "NOCHECK", "ADD"], Target::add),
];

/// Actions that change no column.
const NO_CHANGE: &[&str] = &[
    "SET",
    "RESET",
    "ENABLE",
    "DISABLE",
    "FORCE",
    "NO",
    "NOT",
    "OWNER",
    "CLUSTER",
    "VALIDATE",
    "REPLICA",
    "ENGINE",
    "AUTO_INCREMENT",
    "COMMENT",
    "CONVERT",
    "ORDER",
    "ALGORITHM",
    "LOCK",
    "DEFAULT",
    "CHARACTER",
    "CHARSET",
    "COLLATE",
    "ROW_FORMAT",
    "PARTITION",
    "TRUNCATE",
    "REORGANIZE",
    "COALESCE",
    "EXCHANGE",
    "ANALYZE",
    "REBUILD",
    "OPTIMIZE",
    "REMOVE",
    "CHECK",
    "NOCHECK",
    "DEPENDS",
    "OPTIONS",
    "MODIFY",
    "WITHOUT",
    "SWITCH",
    "ATTACH",
    "DETACH",
    "WITH",
    "IMPORT",
    "DISCARD",
    "KEY_BLOCK_SIZE",
    "STATS_PERSISTENT",
    "FREEZE",
    "REFRESH",
    "UPDATE",
    "MATERIALIZE",
    "CLEAR",
    "APPEND",
];

impl Target {
    fn action(&mut self, item: Cursor<'_>, steps: &mut Steps) {
        let mut cursor = item;
        let known = ACTIONS.iter().find(|(words, _)| cursor.eat(words));
        let read = match known {
            Some((_, action)) => action(self, &mut cursor, steps),
            None if self.adds => self.add(&mut cursor, steps),
            None if self.drops => self.drop_column(&mut cursor, steps),
            None => cursor.is_any(NO_CHANGE).then_some(()),
        };
        if read.is_none() {
            let reason = format!("an action on {}: {}", self.table, first_words(&item));
            steps.unknown(&reason, item.span());
        }
    }

    fn add(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        if cursor.is_any(&["PARTITION", "PROJECTION", "PERIOD"]) {
            return Some(());
        }
        if dependent::is_table_constraint(cursor) {
            let span = cursor.span();
            let constraint = dependent::table_constraint(*cursor, &self.table);
            steps
                .steps
                .extend(constraint.map(|dependent| impact_facts::SchemaStep {
                    change: SchemaChange::AddDependent(dependent),
                    span,
                }));
            return Some(());
        }
        self.adds = cursor.dialect() == Dialect::TSql;
        cursor.eat(&["COLUMN"]);
        let if_not_exists = cursor.if_not_exists();
        let Some(group) = cursor.group() else {
            return self.add_column(cursor, if_not_exists, steps);
        };
        for mut item in group.items() {
            self.add_column(&mut item, if_not_exists, steps)?;
        }
        Some(())
    }

    fn add_column(
        &self,
        cursor: &mut Cursor<'_>,
        if_not_exists: bool,
        steps: &mut Steps,
    ) -> Option<()> {
        let read = column::definition(cursor, &self.table)?;
        let span = read.column.span;
        let table = self.table.clone();
        steps.push(
            SchemaChange::AddColumn {
                table,
                column: read.column,
                if_not_exists,
            },
            span,
        );
        for dependent in read.dependents {
            steps.push(SchemaChange::AddDependent(dependent), span);
        }
        Some(())
    }

    fn drop(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        if cursor.is_any(&["PARTITION", "PROJECTION", "PERIOD", "SYSTEM"]) {
            return Some(());
        }
        if cursor.eat(&["PRIMARY", "KEY"]) {
            let change = SchemaChange::DropDependent {
                table: Some(self.table.clone()),
                name: "PRIMARY".into(),
            };
            steps.push(change, self.span);
            return Some(());
        }
        let named = cursor.eat(&["FOREIGN", "KEY"])
            || cursor.eat(&["CONSTRAINT"])
            || (cursor.peek(1).is_some() && cursor.eat_any(&["INDEX", "KEY", "CHECK"]));
        if named {
            cursor.if_exists();
            let (name, span) = cursor.name()?;
            steps.push(
                SchemaChange::DropDependent {
                    table: Some(self.table.clone()),
                    name,
                },
                span,
            );
            return Some(());
        }
        self.drops = cursor.dialect() == Dialect::TSql;
        if cursor.peek(1).is_some() {
            cursor.eat(&["COLUMN"]);
        }
        match cursor.group() {
            Some(group) => group
                .items()
                .try_for_each(|mut item| self.drop_column(&mut item, steps)),
            None => self.drop_column(cursor, steps),
        }
    }

    fn drop_column(&self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        cursor.if_exists();
        let (column, span) = cursor.name()?;
        let cascade = cursor.is(&["CASCADE"]);
        steps.push(
            SchemaChange::DropColumn {
                table: self.table.clone(),
                column,
                cascade,
            },
            span,
        );
        Some(())
    }

    fn alter(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        if cursor.is_any(&["CONSTRAINT", "INDEX", "CHECK"]) && cursor.peek(2).is_some() {
            return Some(());
        }
        if cursor.peek(1).is_some() {
            cursor.eat(&["COLUMN"]);
        }
        cursor.if_exists();
        let (column, span) = cursor.name()?;
        // All of the action: what it reads of the column's old self (`USING`) is part of the step.
        let span = match cursor.is_done() {
            true => span,
            false => span.to(cursor.span()),
        };
        let mut change = Alteration::default();
        change.read(cursor);
        steps.push(change.into_change(self.table.clone(), column), span);
        Some(())
    }

    fn modify(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        cursor.eat(&["COLUMN"]);
        cursor.if_exists();
        if let Some(group) = cursor.group() {
            return group
                .items()
                .try_for_each(|mut item| self.redefine(&mut item, steps));
        }
        self.redefine(cursor, steps)
    }

    fn redefine(&self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let read = column::definition(cursor, &self.table)?;
        steps.push(redefined(&self.table, &read.column), read.column.span);
        for dependent in read.dependents {
            steps.push(SchemaChange::AddDependent(dependent), read.column.span);
        }
        Some(())
    }

    fn change(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        cursor.eat(&["COLUMN"]);
        cursor.if_exists();
        let (from, span) = cursor.name()?;
        let read = column::definition(cursor, &self.table)?;
        let to = read.column.name.clone();
        if !cursor.dialect().same_name(&from, &to) {
            steps.push(
                SchemaChange::RenameColumn {
                    table: self.table.clone(),
                    from,
                    to,
                },
                span,
            );
        }
        steps.push(redefined(&self.table, &read.column), read.column.span);
        Some(())
    }

    fn set_schema(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let (schema, span) = cursor.name()?;
        let to = TableName {
            schema: Some(schema),
            name: self.table.name.clone(),
        };
        steps.push(
            SchemaChange::RenameRelation {
                from: self.table.clone(),
                to,
            },
            span,
        );
        Some(())
    }

    fn inherit(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let (parent, span) = cursor.table()?;
        steps.push(
            SchemaChange::Inherit {
                child: self.table.clone(),
                parent,
            },
            span,
        );
        Some(())
    }

    fn end_inherit(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let (parent, span) = cursor.table()?;
        steps.push(
            SchemaChange::EndInherit {
                child: self.table.clone(),
                parent,
            },
            span,
        );
        Some(())
    }

    fn attach(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let Some((child, span)) = cursor.table() else {
            return Some(());
        };
        steps.push(
            SchemaChange::Inherit {
                child,
                parent: self.table.clone(),
            },
            span,
        );
        Some(())
    }

    fn detach(&mut self, cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
        let Some((child, span)) = cursor.table() else {
            return Some(());
        };
        steps.push(
            SchemaChange::EndInherit {
                child,
                parent: self.table.clone(),
            },
            span,
        );
        Some(())
    }
}

/// What `MODIFY` and `CHANGE` say: the whole column anew.
fn redefined(table: &TableName, column: &ColumnDefinition) -> SchemaChange {
    SchemaChange::AlterColumn {
        table: table.clone(),
        column: column.name.clone(),
        data_type: Some(column.data_type.clone()),
        nullable: Some(column.nullable),
        has_default: Some(column.has_default),
    }
}

fn first_words(cursor: &Cursor<'_>) -> String {
    let words: Vec<&str> = cursor
        .rest()
        .iter()
        .take(4)
        .map(|token| cursor.slice(token.span))
        .collect();
    words.join(" ").chars().take(80).collect()
}
