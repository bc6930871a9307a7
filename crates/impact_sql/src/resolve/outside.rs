//! What other dialects have in FROM: reshaped rows, files, elements of a column, the rows that a change makes.

use super::scope::{Columns, Origin, Output, Tree};
use super::{Named, NamedTable, Resolver};
use crate::syntax::{Alias, Expr, Ident, Item, Path, Source, TableSource};
use impact_facts::{Access, Dialect, Span};
use smallvec::SmallVec;
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// `t PIVOT (…)`: its own names are those of `t` and others that it makes.
    pub(super) fn reshaped(
        &mut self,
        inner: &Source<'a>,
        exprs: &[Expr<'a>],
        alias: &Alias<'a>,
    ) -> Option<Tree<'a>> {
        let start = self.count();
        let (from, to) = self.sight();
        let tree = self.source(inner)?;
        self.restore_sight(start, self.count());
        let before = self.sources.len();
        self.exprs(exprs);
        self.sources.truncate(before);
        self.restore_sight(from, to);
        let outputs = self.expand(&tree);
        let mut unknown = None;
        if let Some(frame) = self.frames.last_mut() {
            for relation in frame.relations.iter_mut().skip(start) {
                relation.hidden = true;
                if matches!(relation.columns, Columns::Unknown(_)) {
                    unknown = Some(relation.columns.clone());
                }
            }
        }
        let columns = unknown.unwrap_or_else(|| Columns::Outputs(Rc::new(outputs), true));
        let name = self.frames.last().and_then(|f| f.relations.get(start));
        let name = name.map_or("", |relation| relation.name);
        Some(self.push(name, None, columns, alias, Span::default()))
    }

    /// Rows that are no table's: any column, and none of the database.
    pub(super) fn outside(&mut self, span: Span, alias: &Alias<'a>) -> Tree<'a> {
        self.push("", None, Columns::Outputs(Rc::default(), true), alias, span)
    }

    /// `FROM t, t.items AS i` of BigQuery and Redshift: a row for each element of a column.
    pub(super) fn elements_of_column(&mut self, table: &TableSource<'a>) -> Option<Tree<'a>> {
        let dialect = self.schema.dialect;
        let [first, _, ..] = table.path.parts.as_slice() else {
            return None;
        };
        let follows = matches!(
            dialect,
            Dialect::BigQuery | Dialect::Redshift | Dialect::Generic
        );
        if !follows || !self.in_frame(first.name) {
            return None;
        }
        let (from, to) = self.sight();
        self.restore_sight(0, self.count());
        let before = self.sources.len();
        let path = Path {
            parts: table.path.parts.iter().take(2).copied().collect(),
            span: table.path.span,
        };
        self.name(&path, None);
        let sources = self.sources.drain(before..).collect();
        self.restore_sight(from, to);
        let output = Output {
            name: table.alias.name.map(|ident| ident.name),
            origin: Origin::Named,
            sources,
            data_type: None,
            span: table.path.span,
        };
        let columns = Columns::Outputs(Rc::new(vec![output]), true);
        Some(self.push("", None, columns, &table.alias, table.path.span))
    }

    fn in_frame(&self, name: &str) -> bool {
        let relations = self.frames.last().map_or(&[][..], |f| &f.relations);
        relations.iter().any(|relation| relation.name == name)
    }

    /// `inserted` and `deleted` in a trigger of T-SQL, temporary tables, and `DUAL`.
    pub(super) fn rows_of_change(&mut self, path: &Path<'a>) -> Option<Columns<'a>> {
        let [only] = path.parts.as_slice() else {
            return None;
        };
        let row =
            self.schema.dialect == Dialect::TSql && matches!(only.name, "inserted" | "deleted");
        if let (true, Some(table)) = (row, self.rows.first()) {
            return Some(Columns::Table(*table));
        }
        let dual = only.name == "dual"
            && !matches!(self.schema.dialect, Dialect::Postgres | Dialect::Sqlite);
        if !only.name.starts_with('#') && !dual {
            return None;
        }
        self.named.push(Named {
            table: NamedTable::System,
            access: Access::Read,
            span: path.span,
        });
        Some(Columns::System)
    }

    /// What a change returns: for T-SQL `inserted` and `deleted` are the rows of the table that is changed.
    pub(super) fn returned(&mut self, items: &[Item<'a>]) -> Vec<Output<'a>> {
        let target = self.frames.last().and_then(|f| f.relations.first());
        let target = target.map(|relation| relation.columns.clone());
        if let (Dialect::TSql, Some(target), false) =
            (self.schema.dialect, target, items.is_empty())
        {
            for name in ["inserted", "deleted"] {
                self.push(
                    name,
                    None,
                    target.clone(),
                    &Alias::default(),
                    Span::default(),
                );
                let pushed = self.frames.last_mut().and_then(|f| f.relations.last_mut());
                if let Some(relation) = pushed {
                    relation.bare = false;
                }
            }
        }
        self.items(items)
    }

    /// MySQL's row proposed for insertion, by the name that the statement gives it: `AS new (a, b)`.
    pub(super) fn push_named_row(&mut self, row: &Alias<'a>) {
        if row.columns.is_empty() {
            if let (Some(name), Some(relation)) = (
                row.name,
                self.frames.last_mut().and_then(|f| f.relations.last_mut()),
            ) {
                relation.name = name.name;
            }
            return;
        }
        let output = |ident: &Ident<'a>| Output {
            name: Some(ident.name),
            origin: Origin::Named,
            sources: SmallVec::new(),
            data_type: None,
            span: ident.span,
        };
        let outputs = row.columns.iter().map(output).collect();
        let alias = Alias {
            name: row.name,
            ..Alias::default()
        };
        self.push(
            "",
            None,
            Columns::Outputs(Rc::new(outputs), false),
            &alias,
            Span::default(),
        );
    }

    /// `a.b.c`, `a.b` where `a` is a column and the rest are fields of it. Not PostgreSQL's: there the column stands in
    /// parentheses.
    pub(super) fn field_of_column(&mut self, path: &Path<'a>) -> bool {
        let [first, second, ..] = path.parts.as_slice() else {
            return false;
        };
        let parameter = |frame: &super::Frame<'a>| frame.parameters.contains(&first.name);
        if self.frames.iter().any(parameter) {
            return true;
        }
        if self.schema.dialect == Dialect::Postgres || self.lenient || self.reads_as_qualified(path)
        {
            return false;
        }
        let column = if self.relation_named(None, first.name).is_some() {
            (path.parts.len() > 2).then_some((Some(*first), *second))
        } else {
            Some((None, *first))
        };
        let Some((qualifier, column)) = column else {
            return false;
        };
        let span = Span::new(path.span.start, column.span.end);
        match qualifier {
            Some(qualifier) => self.qualified(None, qualifier, column, span),
            None => match self.find(column.name) {
                super::name::Found::Nowhere => return false,
                _ => self.bare(column, None),
            },
        }
        true
    }

    /// Whether the last but one name is a relation's, with what stands before it as its schema.
    fn reads_as_qualified(&self, path: &Path<'a>) -> bool {
        let parts = path.parts.as_slice();
        let at = |back: usize| parts.len().checked_sub(back).and_then(|at| parts.get(at));
        let (Some(qualifier), schema) = (at(2), at(3)) else {
            return false;
        };
        let named = |schema| self.relation_named(schema, qualifier.name).is_some();
        match schema {
            None => named(None),
            Some(schema) => {
                self.relation_named(None, schema.name).is_none() && named(Some(schema.name))
            }
        }
    }
}
