//! FROM: which relations a query sees.

use super::scope::{Columns, Origin, Output, Relation, Sources, Tree};
use super::{Named, NamedTable, Resolver};
use crate::functions;
use crate::resolution::UseClass;
use crate::schema::{Bound, FunctionShape};
use crate::syntax::{Alias, FunctionSource, Path, Query, RowOf, Source, TableSource};
use impact_facts::{Access, Certainty, Dialect, Span, TableName};
use smallvec::SmallVec;
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// Adds the sources of a FROM clause to the innermost frame.
    pub(super) fn from(&mut self, sources: &[Source<'a>]) {
        for source in sources {
            self.set_from(0);
            let tree = self.source(source);
            if let Some(frame) = self.frames.last_mut() {
                frame.trees.extend(tree);
            }
        }
        self.set_from(0);
    }

    pub(super) fn set_from(&mut self, from: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.from = from;
            frame.to = frame.relations.len();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.relations.len())
    }

    pub(super) fn source(&mut self, source: &Source<'a>) -> Option<Tree<'a>> {
        match source {
            Source::Table(table) => Some(
                self.elements_of_column(table)
                    .unwrap_or_else(|| self.table_source(table, Access::Read)),
            ),
            Source::Derived {
                query,
                lateral,
                alias,
            } => Some(self.derived(query, *lateral, alias)),
            Source::Function(function) => Some(self.function(function)),
            Source::Join(join) => self.join(join),
            Source::Nested { inner, alias } => self.nested(inner, alias),
            Source::Reshaped {
                inner,
                exprs,
                alias,
            } => self.reshaped(inner, exprs, alias),
            Source::Outside { span, alias } => Some(self.outside(*span, alias)),
            Source::Hole { span, alias } => {
                self.unknown(*span, "a table is filled in at run time", None);
                Some(self.push(
                    alias.name.map_or("", |i| i.name),
                    None,
                    Columns::Hole(*span),
                    alias,
                    *span,
                ))
            }
        }
    }

    /// Adds a relation to the innermost frame.
    pub(super) fn push(
        &mut self,
        name: &'a str,
        schema: Option<&'a str>,
        columns: Columns<'a>,
        alias: &Alias<'a>,
        span: Span,
    ) -> Tree<'a> {
        let renamed = alias.columns.iter().map(|ident| ident.name).collect();
        let relation = Relation {
            name: alias.name.map_or(name, |ident| ident.name),
            schema: if alias.name.is_some() { None } else { schema },
            columns,
            renamed,
            bare: true,
            hidden: false,
            span,
        };
        let at = self.count();
        if let Some(frame) = self.frames.last_mut() {
            frame.relations.push(relation);
            frame.to = frame.relations.len();
        }
        Tree::Relation(at)
    }

    /// Adds a table, view or CTE by its name.
    pub(super) fn table_source(&mut self, table: &TableSource<'a>, access: Access) -> Tree<'a> {
        let columns = self.bind_table(&table.path, access);
        let Some(last) = table.path.last() else {
            return Tree::Relation(0);
        };
        let schema = table
            .path
            .parts
            .len()
            .checked_sub(2)
            .and_then(|at| table.path.parts.get(at))
            .map(|ident| ident.name);
        self.renames_need(&columns, &table.alias);
        let tree = self.push(last.name, schema, columns, &table.alias, table.path.span);
        self.exprs(&table.arguments);
        tree
    }

    /// As many names in `AS t(a, b)` as there are columns: each must stay.
    pub(super) fn renames_need(&mut self, columns: &Columns<'a>, alias: &Alias<'a>) {
        let Some(last) = alias.columns.last() else {
            return;
        };
        match columns {
            Columns::Outputs(outputs, false) if alias.columns.len() >= outputs.len() => {
                let outputs = Rc::clone(outputs);
                self.needs_all(&outputs);
                self.proposes(&outputs, last.span);
            }
            Columns::Table(id) => {
                let count = self.schema.relation(*id).map_or(0, |r| r.columns.len());
                if alias.columns.len() >= count {
                    for at in 0..count as u16 {
                        self.touch(
                            super::Target::Known(*id, at),
                            Access::Read,
                            UseClass::Proposed,
                            last.span,
                            Certainty::Exact,
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// What a name in FROM means.
    pub(super) fn bind_table(&mut self, path: &Path<'a>, access: Access) -> Columns<'a> {
        let Some(last) = path.last() else {
            return Columns::System;
        };
        if let Some(columns) = self.rows_of_change(path) {
            return columns;
        }
        if path.parts.len() == 1
            && (access == Access::Read || self.schema.dialect == Dialect::TSql)
            && let Some(query) = self
                .queries
                .iter()
                .rev()
                .find(|query| query.name == last.name)
        {
            return Columns::Outputs(Rc::clone(&query.outputs), query.open);
        }
        let qualifier = path
            .parts
            .len()
            .checked_sub(2)
            .and_then(|at| path.parts.get(at));
        if self.holds_hole(last.span) || last.name.is_empty() {
            self.unknown(path.span, "a table is filled in at run time", None);
            return Columns::Hole(path.span);
        }
        let schema = qualifier
            .filter(|ident| !self.holds_hole(ident.span))
            .map(|ident| ident.name);
        let (columns, table) = match self.schema.bind(schema, last.name) {
            Bound::Known(id, sure) => {
                if !sure || qualifier.is_some() && schema.is_none() {
                    self.certainty = self.certainty.min(Certainty::Likely);
                }
                (self.columns_of_table(id), NamedTable::Known(id))
            }
            Bound::System => (Columns::System, NamedTable::System),
            Bound::Unknown => {
                let at = self.unknown_table(TableName {
                    schema: schema.map(Into::into),
                    name: last.name.into(),
                });
                self.certainty = self.certainty.min(Certainty::Likely);
                (Columns::Unknown(at), NamedTable::Unknown(at))
            }
        };
        self.named.push(Named {
            table,
            access,
            span: path.span,
        });
        columns
    }

    /// A table of which the catalog knows the name alone may have any column.
    pub(super) fn columns_of_table(&mut self, id: crate::schema::RelationId) -> Columns<'a> {
        match self.schema.relation(id) {
            Some(relation) if relation.columns.is_empty() => {
                Columns::Unknown(self.unknown_table(relation.name.clone()))
            }
            _ => Columns::Table(id),
        }
    }

    /// The number of a table that the catalog does not have.
    pub(super) fn unknown_table(&mut self, table: TableName) -> u32 {
        if let Some(known) = self.unknown_numbers.get(&table) {
            return *known;
        }
        let at = self.unknown_tables.len() as u32;
        self.unknown_numbers.insert(table.clone(), at);
        self.unknown_tables.push(table);
        at
    }

    pub(super) fn derived(
        &mut self,
        query: &Query<'a>,
        lateral: bool,
        alias: &Alias<'a>,
    ) -> Tree<'a> {
        let (from, to) = self.sight();
        if let Some(frame) = self.frames.last_mut() {
            (frame.from, frame.to) = (0, if lateral { frame.relations.len() } else { 0 });
        }
        let outputs = self.query(query);
        self.restore_sight(from, to);
        let columns = Columns::Outputs(outputs, false);
        self.renames_need(&columns, alias);
        self.push("", None, columns, alias, query.span)
    }

    pub(super) fn sight(&self) -> (usize, usize) {
        self.frames
            .last()
            .map_or((0, 0), |frame| (frame.from, frame.to))
    }

    pub(super) fn restore_sight(&mut self, from: usize, to: usize) {
        if let Some(frame) = self.frames.last_mut() {
            (frame.from, frame.to) = (from, to);
        }
    }

    pub(super) fn function(&mut self, function: &FunctionSource<'a>) -> Tree<'a> {
        let (from, to) = self.sight();
        if let Some(frame) = self.frames.last_mut() {
            (frame.from, frame.to) = (0, frame.relations.len());
        }
        let before = self.sources.len();
        self.exprs(&function.arguments);
        let sources: Sources<'a> = self.sources.drain(before..).collect();
        self.restore_sight(from, to);
        let name = function.path.last().map_or("", |ident| ident.name);
        let columns = self.function_columns(function, name, &sources);
        self.renames_need(&columns, &function.alias);
        self.push(name, None, columns, &function.alias, function.path.span)
    }

    /// Columns that stand for those of a table must be there.
    fn proposes(&mut self, outputs: &[Output<'a>], span: Span) {
        for output in outputs {
            if let Origin::Proposed(target) = output.origin {
                self.touch(
                    target,
                    Access::Read,
                    UseClass::Proposed,
                    span,
                    Certainty::Exact,
                );
            }
        }
    }

    pub(super) fn function_columns(
        &self,
        function: &FunctionSource<'a>,
        name: &'a str,
        sources: &Sources<'a>,
    ) -> Columns<'a> {
        let alias = &function.alias;
        let output = |name: &'a str| Output {
            name: Some(name),
            origin: Origin::Named,
            sources: sources.clone(),
            data_type: None,
            span: function.path.span,
        };
        if alias.typed {
            return Columns::Outputs(
                Rc::new(
                    alias
                        .columns
                        .iter()
                        .map(|ident| output(ident.name))
                        .collect(),
                ),
                false,
            );
        }
        let scalar = alias.name.map_or(name, |ident| ident.name);
        let mut open = !function.more.is_empty();
        let first = function.arguments.first();
        let row_type = first
            .filter(|_| functions::populates(name))
            .and_then(functions::populated);
        let table = self.table_of_row(RowOf::new(row_type, Some(name)));
        let mut outputs: Vec<Output<'a>> = match (table, self.schema.function(name)) {
            (Some(id), _) => self.row_outputs(id, sources, function.path.span),
            (None, Some(FunctionShape::Columns(columns))) => {
                columns.iter().map(|column| output(column)).collect()
            }
            (None, Some(FunctionShape::Scalar | FunctionShape::Rows(_))) => {
                open = true;
                vec![output(scalar)]
            }
            (None, None) => match functions::columns(name) {
                Some([]) => vec![output(scalar)],
                Some(columns) => columns.iter().map(|column| output(column)).collect(),
                None => {
                    open = true;
                    vec![output(scalar)]
                }
            },
        };
        while outputs.len() < alias.columns.len() {
            outputs.push(output(""));
        }
        if function.ordinality && !open {
            outputs.push(output("ordinality"));
        }
        open |= function.ordinality;
        Columns::Outputs(Rc::new(outputs), open)
    }

    /// The columns of a function's rows: naming one reads nothing of the table, but it must be there.
    pub(super) fn row_outputs(
        &self,
        id: crate::schema::RelationId,
        sources: &Sources<'a>,
        span: Span,
    ) -> Vec<Output<'a>> {
        let columns = self
            .schema
            .relation(id)
            .map_or(&[][..], |relation| &relation.columns);
        let output = |(at, column): (usize, &'a crate::schema::PreparedColumn)| Output {
            name: Some(&*column.key),
            origin: Origin::Proposed(super::Target::Known(id, at as u16)),
            sources: sources.clone(),
            data_type: None,
            span,
        };
        columns.iter().enumerate().map(output).collect()
    }

    /// `(a JOIN b) AS j(x)`: inside its own names, outside only `j`.
    pub(super) fn nested(&mut self, inner: &Source<'a>, alias: &Alias<'a>) -> Option<Tree<'a>> {
        let start = self.count();
        let (from, to) = self.sight();
        let tree = self.source(inner)?;
        let Some(name) = alias.name else {
            self.restore_sight(from.min(to), self.count());
            return Some(tree);
        };
        let outputs = self.expand(&tree);
        if let Some(frame) = self.frames.last_mut() {
            for relation in frame.relations.iter_mut().skip(start) {
                relation.hidden = true;
            }
        }
        let columns = Columns::Outputs(Rc::new(outputs), false);
        Some(self.push(name.name, None, columns, alias, name.span))
    }

    /// Adds a relation that only a qualifier reaches: `excluded`.
    pub(super) fn push_proposed(&mut self, table: &Columns<'a>) {
        let columns = match table {
            Columns::Table(id) => {
                let count = self.schema.relation(*id).map_or(0, |r| r.columns.len());
                let relation = self.schema.relation(*id);
                let outputs = (0..count as u16).map(|at| {
                    let target = super::Target::Known(*id, at);
                    Output {
                        name: relation.map(|r| r.key(at)),
                        origin: Origin::Proposed(target),
                        sources: SmallVec::from_slice(&[target]),
                        data_type: None,
                        span: Span::default(),
                    }
                });
                Columns::Outputs(Rc::new(outputs.collect()), false)
            }
            _ => Columns::System,
        };
        self.push(
            "excluded",
            None,
            columns,
            &Alias::default(),
            Span::default(),
        );
        if let Some(relation) = self
            .frames
            .last_mut()
            .and_then(|frame| frame.relations.last_mut())
        {
            relation.bare = false;
        }
    }

    /// Records a column that is written.
    pub(super) fn write(&mut self, target: super::Target<'a>, span: Span) {
        self.touch(
            target,
            Access::Write,
            UseClass::Name,
            span,
            Certainty::Exact,
        );
    }
}
