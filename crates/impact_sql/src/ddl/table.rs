//! `CREATE TABLE`: columns, constraints, and tables that it takes columns from.

use super::cursor::Cursor;
use super::{Steps, column, dependent, foreign, view};
use impact_facts::{CreateTable, Dialect, RelationKind, SchemaChange, Span, TableName};

/// Reads what follows `CREATE … TABLE`.
pub(super) fn create(cursor: &mut Cursor<'_>, steps: &mut Steps, kind: RelationKind) -> Option<()> {
    let if_not_exists = cursor.if_not_exists();
    let (name, span) = cursor.table()?;
    let mut body = Body {
        parents: Vec::new(),
        copies: Vec::new(),
        create: CreateTable::new(name, kind),
    };
    body.create.if_not_exists = if_not_exists;
    body.head(cursor);
    if let Some(group) = cursor.group() {
        body.elements(group, steps)?;
    }
    body.tail(cursor);
    body.finish(span, steps);
    Some(())
}

struct Body {
    create: CreateTable,
    parents: Vec<(TableName, Span)>,
    copies: Vec<(TableName, Span)>,
}

impl Body {
    /// `PARTITION OF parent`, `OF type`, MySQL's `LIKE other`.
    fn head(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.eat(&["PARTITION", "OF"]) || cursor.eat(&["OF"]) {
            self.parents.extend(cursor.table());
        } else if cursor.eat(&["LIKE"]) {
            self.copies.extend(cursor.table());
        }
    }

    fn elements(&mut self, group: Cursor<'_>, steps: &mut Steps) -> Option<()> {
        if group.is_any(&["SELECT", "WITH"]) {
            self.create.query = Some(view::query(group, Vec::new()));
            return Some(());
        }
        if self.names_only(&group) {
            self.create.query = Some(impact_facts::ViewQuery {
                columns: group.names().into_iter().map(|(name, _)| name).collect(),
                sql: "".into(),
                map: impact_facts::SpanMap::contiguous(group.span().start),
            });
            return Some(());
        }
        for item in group.items() {
            self.element(item, steps)?;
        }
        Some(())
    }

    /// `CREATE TABLE t (a, b) AS …`; in SQLite a column needs no type, and nothing follows the parentheses.
    fn names_only(&self, group: &Cursor<'_>) -> bool {
        group.items().all(|item| item.rest().len() == 1) && !is_sqlite(group.dialect())
    }

    fn element(&mut self, mut item: Cursor<'_>, steps: &mut Steps) -> Option<()> {
        if item.eat(&["LIKE"]) {
            self.copies.push(item.table()?);
            return Some(());
        }
        if item.is(&["PERIOD", "FOR"]) || item.is(&["SUPPLEMENTAL", "LOG"]) {
            return Some(());
        }
        if dependent::is_table_constraint(&item) {
            self.create
                .dependents
                .extend(dependent::table_constraint(item, &self.create.name));
            return Some(());
        }
        let whole = item.span();
        if is_typed_partition(&item, !self.parents.is_empty()) {
            return Some(());
        }
        match column::definition(&mut item, &self.create.name) {
            Some(read) => {
                self.create.columns.push(read.column);
                self.create.dependents.extend(read.dependents);
            }
            None => steps.unknown("an element of CREATE TABLE", whole),
        }
        Some(())
    }

    /// `INHERITS (…)`, `SERVER …`, `AS query`.
    fn tail(&mut self, cursor: &mut Cursor<'_>) {
        while !cursor.is_done() {
            if cursor.eat(&["INHERITS"]) {
                let parents = cursor.group().into_iter().flat_map(Cursor::items);
                self.parents
                    .extend(parents.filter_map(|mut item| item.table()));
            } else if cursor.eat(&["SERVER"]) {
                self.create.foreign = foreign::server_options(cursor);
            } else if cursor.is(&["AS"]) && !cursor.is_at(1, "IDENTITY") {
                cursor.bump();
                self.query(cursor);
            } else if cursor.is_any(&["SELECT", "WITH"]) && starts_query(cursor) {
                self.query(cursor);
            } else {
                cursor.skip();
            }
        }
    }

    fn query(&mut self, cursor: &mut Cursor<'_>) {
        let columns = self
            .create
            .query
            .take()
            .map(|query| query.columns)
            .unwrap_or_default();
        self.create.query = Some(view::query(*cursor, columns));
        while cursor.bump().is_some() {}
    }

    fn finish(mut self, span: Span, steps: &mut Steps) {
        let untyped = self.create.query.take_if(|query| query.sql.is_empty());
        for name in untyped.into_iter().flat_map(|query| query.columns) {
            self.create.columns.push(untyped_column(name, span));
        }
        let child = self.create.name.clone();
        steps.push(SchemaChange::CreateTable(self.create), span);
        for (parent, at) in self.parents {
            steps.push(
                SchemaChange::Inherit {
                    child: child.clone(),
                    parent,
                },
                at,
            );
        }
        for (parent, at) in self.copies {
            steps.push(
                SchemaChange::CopyColumns {
                    child: child.clone(),
                    parent,
                },
                at,
            );
        }
    }
}

fn untyped_column(name: Box<str>, span: Span) -> impact_facts::ColumnDefinition {
    impact_facts::ColumnDefinition {
        name,
        data_type: "".into(),
        nullable: true,
        has_default: false,
        generated_from: Vec::new(),
        span,
    }
}

fn is_sqlite(dialect: Dialect) -> bool {
    dialect == Dialect::Sqlite
}

/// In a partition or typed table, `name WITH OPTIONS …` and `name constraint` speak of a column that is not its own.
fn is_typed_partition(item: &Cursor<'_>, has_parent: bool) -> bool {
    has_parent
        && [
            "WITH",
            "DEFAULT",
            "NOT",
            "CHECK",
            "CONSTRAINT",
            "PRIMARY",
            "UNIQUE",
            "GENERATED",
        ]
        .iter()
        .any(|word| item.is_at(1, word))
}

/// `WITH (fillfactor=…)` and `WITH NO DATA` are options; `WITH name AS (` begins a query.
fn starts_query(cursor: &Cursor<'_>) -> bool {
    cursor.is(&["SELECT"]) || (cursor.is_at(2, "AS") && cursor.is_symbol(3, "("))
}
