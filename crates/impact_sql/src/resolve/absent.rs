//! Names that no relation in sight has: rows, variables, holes, columns that the catalog lacks.

use super::Resolver;
use super::name::{Found, is_system_column};
use super::scope::{Columns, Target};
use crate::resolution::UseClass;
use crate::syntax::{Ident, Path};
use impact_facts::{Access, Certainty, Dialect, Span};

impl<'a> Resolver<'a> {
    /// `{alias}.column` and `t.{column}`.
    pub(super) fn name_with_hole(&mut self, path: &Path<'a>) {
        let (Some(first), Some(last)) = (path.parts.first().copied(), path.last()) else {
            return;
        };
        if self.holds_hole(last.span) {
            let tables = match self.relation_named(None, first.name) {
                Some((level, at)) if path.parts.len() > 1 => self.tables_of_relation(level, at),
                _ => self.tables_in_sight(),
            };
            return self.unknown(path.span, "a column is filled in at run time", tables);
        }
        match self.find(last.name) {
            Found::Relation(level, at, place) => {
                self.take(level, at, place, last.name, path.span, Certainty::Likely);
            }
            Found::Ambiguous(level, candidates) => {
                self.take_all(level, &candidates, last.name, path.span)
            }
            Found::Merged(..) | Found::Nowhere => {
                let tables = self.tables_in_sight();
                self.unknown(path.span, "a qualifier is filled in at run time", tables);
            }
        }
    }

    pub(super) fn tables_of_relation(
        &self,
        level: usize,
        at: usize,
    ) -> Option<Vec<impact_facts::TableName>> {
        let relation = self.frames.get(level)?.relations.get(at)?;
        match &relation.columns {
            Columns::Table(id) => self.schema.relation(*id).map(|r| vec![r.name.clone()]),
            Columns::Unknown(at) => self
                .unknown_tables
                .get(*at as usize)
                .map(|name| vec![name.clone()]),
            Columns::System => Some(Vec::new()),
            Columns::Outputs(outputs, _) => {
                let mut tables: Vec<_> = outputs
                    .iter()
                    .flat_map(|o| o.sources.iter())
                    .filter_map(|t| self.table_of(*t))
                    .collect();
                tables.sort();
                tables.dedup();
                Some(tables)
            }
            Columns::Hole(_) => None,
        }
    }

    /// A name that may be a column of a table which the catalog does not have, but is that of a relation, too.
    pub(super) fn perhaps_a_row(&mut self, ident: Ident<'a>) {
        if let Some((level, at)) = self.relation_named(None, ident.name) {
            self.possible_row(level, at, ident.span);
        }
    }

    pub(super) fn possible_row(&mut self, level: usize, at: usize, span: Span) {
        let first = self.uses.len();
        self.whole_row(level, at, span, None);
        for found in self.uses.iter_mut().skip(first) {
            found.certainty = Certainty::Possible;
        }
    }

    /// A name that no relation has: a row, a name of the select list, a variable, or an error.
    pub(super) fn nowhere(&mut self, ident: Ident<'a>, field: Option<Ident<'a>>) {
        if let Some((level, at)) = self.relation_named(None, ident.name) {
            return self.whole_row(level, at, ident.span, field);
        }
        if is_system_column(self.schema.dialect, ident.name)
            || self.lenient
            || self.is_alias(ident.name)
            || self.is_row_variable(ident.name)
        {
            return;
        }
        if self.quoted_text(ident) {
            return;
        }
        self.not_in_catalog(ident);
        self.fail(
            ident.span,
            format!("column \"{}\" does not exist", ident.name),
        );
    }

    /// A name that no column of the catalog has: the catalog may be behind. Every table of the innermost query that has
    /// one is a candidate.
    pub(super) fn not_in_catalog(&mut self, ident: Ident<'a>) {
        let frame = self
            .frames
            .iter()
            .rev()
            .find(|frame| !frame.relations.is_empty());
        let tables: Vec<u32> = frame.map_or_else(Vec::new, |frame| {
            let tables = frame.relations.iter().filter_map(|r| match r.columns {
                Columns::Table(id) => Some(id),
                _ => None,
            });
            tables.collect()
        });
        for table in tables {
            self.missing(table, ident.name, ident.span, Access::Read);
        }
    }

    /// Records a column that the catalog does not have, of a table that it has.
    pub(super) fn missing(&mut self, table: u32, column: &'a str, span: Span, access: Access) {
        let Some(name) = self.schema.relation(table).map(|r| r.name.clone()) else {
            return;
        };
        let at = self.unknown_table(name);
        self.touch(
            Target::Unknown(at, column),
            access,
            UseClass::Name,
            span,
            Certainty::Possible,
        );
    }

    /// Dialects other than PostgreSQL let a condition name what the select list names.
    pub(super) fn is_alias(&self, name: &str) -> bool {
        self.schema.dialect != Dialect::Postgres
            && self
                .frames
                .iter()
                .any(|frame| frame.aliases.iter().any(|alias| alias.name == name))
    }

    pub(super) fn is_row_variable(&self, name: &str) -> bool {
        !self.rows.is_empty() && matches!(name, "new" | "old")
    }

    /// SQLite reads a quoted name that is no column as a string.
    pub(super) fn quoted_text(&self, ident: Ident<'a>) -> bool {
        self.schema.dialect == Dialect::Sqlite
            && ident.span.end - ident.span.start == ident.name.len() as u32 + 2
    }

    /// `t.f` where `t` has no column `f`: a function of the row, or an error.
    pub(super) fn not_a_column(
        &mut self,
        level: usize,
        at: usize,
        qualifier: Ident<'a>,
        column: Ident<'a>,
        span: Span,
    ) {
        let scalar = self
            .frames
            .get(level)
            .and_then(|f| f.relations.get(at))
            .is_some_and(
                |r| matches!(&r.columns, Columns::Outputs(outputs, _) if outputs.len() == 1),
            );
        if self.schema.function(column.name).is_some() {
            return self.whole_row(level, at, span, None);
        }
        if scalar {
            return;
        }
        let table = self
            .frames
            .get(level)
            .and_then(|f| f.relations.get(at))
            .map(|r| r.columns.clone());
        if let Some(Columns::Table(table)) = table {
            self.missing(table, column.name, span, Access::Read);
        }
        self.fail(
            span,
            format!("column {}.{} does not exist", qualifier.name, column.name),
        );
    }

    /// `a.b` where no relation is called `a`: a field of a structure, a row variable, or an error.
    pub(super) fn no_relation(
        &mut self,
        schema: Option<&'a str>,
        qualifier: Ident<'a>,
        column: Ident<'a>,
        span: Span,
    ) {
        if self.is_row_variable(qualifier.name) {
            return self.row_variable(column, span);
        }
        if self.lenient {
            return self.record(qualifier, column, span);
        }
        if self.schema.dialect != Dialect::Postgres {
            // `column.field`, `table.column.field`.
            let table = schema.and_then(|name| self.relation_named(None, name));
            let found = match table {
                Some((level, at)) => self
                    .frames
                    .get(level)
                    .and_then(|f| f.relations.get(at))
                    .and_then(|r| r.find(self.schema, qualifier.name))
                    .map(|place| (level, at, place)),
                None => match self.find(qualifier.name) {
                    Found::Relation(level, at, place) => Some((level, at, place)),
                    _ => None,
                },
            };
            if let Some((level, at, place)) = found {
                return self.take(level, at, place, qualifier.name, span, Certainty::Likely);
            }
        }
        let table = impact_facts::TableName {
            schema: schema.map(Into::into),
            name: qualifier.name.into(),
        };
        let at = self.unknown_table(table);
        self.touch(
            Target::Unknown(at, column.name),
            Access::Read,
            UseClass::Name,
            span,
            Certainty::Possible,
        );
        self.fail(
            span,
            format!("missing FROM-clause entry for table \"{}\"", qualifier.name),
        );
    }

    /// `r.x` where a `*` filled the variable `r`: the column must be there.
    pub(super) fn record(&mut self, variable: Ident<'a>, column: Ident<'a>, span: Span) {
        let held = self.records.and_then(|records| records.get(variable.name));
        for (table, at) in held.into_iter().flatten() {
            let named = self.schema.relation(*table).map(|r| r.key(*at));
            if named == Some(column.name) {
                self.read(Target::Known(*table, *at), span, Certainty::Exact);
            }
        }
    }

    pub(super) fn row_variable(&mut self, column: Ident<'a>, span: Span) {
        let tables = self.rows.clone();
        for table in tables {
            if let Some(at) = self
                .schema
                .relation(table)
                .and_then(|r| r.column(column.name))
            {
                self.touch(
                    Target::Known(table, at),
                    Access::Read,
                    UseClass::Name,
                    span,
                    Certainty::Exact,
                );
            }
        }
    }

    /// Records a column of the row `NEW` that is assigned.
    pub fn write_row(&mut self, name: &str, span: Span) {
        for table in self.rows.clone() {
            if let Some(at) = self.schema.relation(table).and_then(|r| r.column(name)) {
                self.touch(
                    Target::Known(table, at),
                    Access::Write,
                    UseClass::Name,
                    span,
                    Certainty::Exact,
                );
            }
        }
    }
}
