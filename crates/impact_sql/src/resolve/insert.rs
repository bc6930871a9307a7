//! INSERT, ON CONFLICT, COPY.

use super::scope::{Columns, Frame, Origin, Output, Target};
use super::{Resolver, UseClass};
use crate::parse::fits_anything;
use crate::schema::PreparedRelation;
use crate::syntax::{Assignment, Body, Copy, Ident, Insert, InsertSource, Query, Shape};
use crate::types;
use impact_facts::{Access, Certainty, Span};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn insert(&mut self, insert: &Insert<'a>) -> Rc<Vec<Output<'a>>> {
        let before = self.with(&insert.with);
        let width = self.insert_source(&insert.source);
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        let tree = self.table_source(&insert.table, Access::Write);
        let target = self
            .frames
            .last()
            .and_then(|f| f.relations.first())
            .map(|r| r.columns.clone())
            .unwrap_or(Columns::System);
        if let Some(frame) = self.frames.last_mut() {
            frame.trees.push(tree);
        }
        let written = self.insert_columns(insert, &target, width);
        self.leave_out(&target, &written);
        self.clause_holes(&insert.holes);
        if let Some(conflict) = &insert.conflict {
            self.conflict(conflict, insert, &target);
        }
        let outputs = self.returned(&insert.returning);
        self.frames.pop();
        self.queries.truncate(before);
        Rc::new(outputs)
    }

    /// Resolves what is inserted; its outputs, where there is a query.
    fn insert_source(&mut self, source: &InsertSource<'a>) -> Option<Rc<Vec<Output<'a>>>> {
        match source {
            InsertSource::Query(query) => Some(self.query(query)),
            InsertSource::Default | InsertSource::Unknown | InsertSource::Set(_) => None,
        }
    }

    /// Records the columns that are written; which they are.
    fn insert_columns(
        &mut self,
        insert: &Insert<'a>,
        target: &Columns<'a>,
        outputs: Option<Rc<Vec<Output<'a>>>>,
    ) -> Vec<Target<'a>> {
        if let InsertSource::Set(clauses) = &insert.source {
            return self.set_clauses(clauses);
        }
        if let (true, Some(outputs)) = (insert.by_name, &outputs) {
            return self.by_name(insert, target, outputs);
        }
        match (&insert.columns, outputs) {
            (Some(columns), outputs) => {
                if let Some(outputs) = outputs.filter(|outputs| columns.len() >= outputs.len()) {
                    self.needs_all(&outputs);
                }
                columns
                    .iter()
                    .filter_map(|column| self.assign(column, target))
                    .collect()
            }
            (None, Some(outputs)) => self.by_position(insert, target, &outputs),
            (None, None)
                if matches!(insert.source, InsertSource::Unknown) && insert.holes.is_empty() =>
            {
                self.unknown(
                    insert.table.path.span,
                    "the columns that are written are filled in at run time",
                    self.table_list(target),
                );
                Vec::new()
            }
            (None, None) => Vec::new(),
        }
    }

    /// `BY NAME` of DuckDB: the columns that the query's are called by.
    fn by_name(
        &mut self,
        insert: &Insert<'a>,
        target: &Columns<'a>,
        outputs: &[Output<'a>],
    ) -> Vec<Target<'a>> {
        let named: Vec<_> = outputs
            .iter()
            .filter_map(|output| self.column_of(target, output.name?))
            .collect();
        for target in &named {
            self.write(*target, insert.table.path.span);
        }
        named
    }

    pub(super) fn table_list(&self, target: &Columns<'a>) -> Option<Vec<impact_facts::TableName>> {
        match target {
            Columns::Table(id) => self.schema.relation(*id).map(|r| vec![r.name.clone()]),
            Columns::Unknown(at) => self
                .unknown_tables
                .get(*at as usize)
                .map(|name| vec![name.clone()]),
            _ => None,
        }
    }

    /// `INSERT INTO t VALUES (…)`: the first columns, as many as there are values.
    fn by_position(
        &mut self,
        insert: &Insert<'a>,
        target: &Columns<'a>,
        outputs: &[Output<'a>],
    ) -> Vec<Target<'a>> {
        let span = insert.table.path.span;
        let Columns::Table(id) = target else {
            if let Columns::Unknown(at) = target {
                self.touch(
                    Target::Unknown(*at, "*"),
                    Access::Write,
                    UseClass::Name,
                    span,
                    Certainty::Possible,
                );
            }
            return Vec::new();
        };
        let Some(relation) = self.schema.relation(*id) else {
            return Vec::new();
        };
        let open = outputs.iter().any(|output| {
            output.name.is_none() && matches!(output.origin, Origin::Star(_) | Origin::Row)
        });
        let count = if open {
            relation.columns.len()
        } else {
            outputs.len()
        };
        if outputs.len() > relation.columns.len() {
            self.fail(
                span,
                "INSERT has more expressions than target columns".to_owned(),
            );
        }
        let first = self.uses.len();
        let written: Vec<Target<'a>> = (0..relation.columns.len().min(count) as u16)
            .map(|at| Target::Known(*id, at))
            .collect();
        for target in &written {
            self.touch(
                *target,
                Access::Write,
                UseClass::Name,
                span,
                if open {
                    Certainty::Possible
                } else {
                    Certainty::Exact
                },
            );
        }
        let values = self.values_of(insert, outputs);
        if count < relation.columns.len() && !relation.is_view() {
            self.target_shifts(&values, first, relation);
        }
        self.source_shifts(outputs, &values, relation);
        written
    }

    /// The types of what is inserted, by position.
    fn values_of(&self, insert: &Insert<'a>, outputs: &[Output<'a>]) -> Vec<Inserted<'a>> {
        let written = match &insert.source {
            InsertSource::Query(query) => literals(query),
            _ => Vec::new(),
        };
        let value = |(at, output): (usize, &Output<'a>)| match (written.get(at), output.data_type) {
            (Some(found), _) => *found,
            (None, Some(data_type)) => Inserted::Typed(data_type),
            (None, None) => Inserted::Expression,
        };
        outputs.iter().enumerate().map(value).collect()
    }

    /// With fewer values than columns, the loss of a column lets each value behind it go to the next column, where the
    /// types allow it.
    fn target_shifts(
        &mut self,
        values: &[Inserted<'a>],
        first: usize,
        relation: &'a PreparedRelation,
    ) {
        for gone in (0..values.len()).rev() {
            let (Some(value), Some(next)) = (values.get(gone), relation.columns.get(gone + 1))
            else {
                return;
            };
            let own = relation
                .columns
                .get(gone)
                .map_or("", |column| &column.data_type);
            let fits = match value {
                Inserted::Expression => types::same(own, &next.data_type),
                value => value.fits(&next.data_type),
            };
            if !fits || next.generated {
                return;
            }
            if let Some(found) = self.uses.get_mut(first + gone) {
                found.rebinds = Some(format!("its value would go to {}", next.name).into());
                found.breaks = false;
            }
        }
    }

    /// A column that a `*` of the source made: without it each value behind goes to the column before.
    fn source_shifts(
        &mut self,
        outputs: &[Output<'a>],
        values: &[Inserted<'a>],
        relation: &'a PreparedRelation,
    ) {
        let mut fits = true;
        for gone in (0..outputs.len()).rev() {
            let after = values.get(gone + 1).zip(relation.columns.get(gone));
            fits &= after.is_none_or(|(value, column)| value.fits(&column.data_type));
            let Some(super::scope::Origin::Star(at)) =
                outputs.get(gone).map(|output| output.origin)
            else {
                continue;
            };
            if self.of_view(at) {
                continue;
            }
            let Some(found) = self.uses.get_mut(at as usize) else {
                continue;
            };
            match relation.columns.get(gone) {
                _ if !fits => found.breaks = true,
                Some(column) if after.is_some() => {
                    found.rebinds = Some(
                        format!(
                            "{} would be given the value of the column behind",
                            column.name
                        )
                        .into(),
                    )
                }
                _ => {}
            }
        }
    }

    /// Columns of the target that an INSERT leaves to their defaults.
    fn leave_out(&mut self, target: &Columns<'a>, written: &[Target<'a>]) {
        let Columns::Table(id) = target else { return };
        let Some(relation) = self.schema.relation(*id) else {
            return;
        };
        let mut omitted: Vec<bool> = relation
            .columns
            .iter()
            .map(|column| !column.generated)
            .collect();
        for target in written {
            if let Target::Known(table, at) = target
                && table == id
                && let Some(place) = omitted.get_mut(usize::from(*at))
            {
                *place = false;
            }
        }
        let all = (0..).zip(omitted).filter(|(_, omitted)| *omitted);
        self.omitted
            .extend(all.map(|(at, _)| Target::Known(*id, at)));
    }

    /// Records one column that is written.
    pub(super) fn assign(
        &mut self,
        column: &Assignment<'a>,
        target: &Columns<'a>,
    ) -> Option<Target<'a>> {
        let before = self.sources.len();
        self.atoms(&column.subscripts);
        self.sources.truncate(before);
        let span = column.target.span;
        if self.holds_hole(span) {
            self.unknown(
                span,
                "a column that is written is filled in at run time",
                self.table_list(target),
            );
            return None;
        }
        let ident = self.assigned_name(column)?;
        let found = self.column_of(target, ident.name);
        match found {
            Some(target) => self.write(target, ident.span),
            None => {
                if let Columns::Table(table) = target {
                    self.missing(*table, ident.name, ident.span, Access::Write);
                    self.fail(
                        ident.span,
                        format!("column \"{}\" does not exist", ident.name),
                    );
                }
            }
        }
        found
    }

    /// PostgreSQL: `a` of `a.b` is the column and `b` its field. Elsewhere the last name is the column.
    fn assigned_name(&self, column: &Assignment<'a>) -> Option<Ident<'a>> {
        let fields = self.schema.dialect == impact_facts::Dialect::Postgres;
        if fields {
            column.target.parts.first().copied()
        } else {
            column.target.last()
        }
    }

    fn column_of(&self, target: &Columns<'a>, name: &'a str) -> Option<Target<'a>> {
        match target {
            Columns::Table(id) => self
                .schema
                .relation(*id)?
                .column(name)
                .map(|at| Target::Known(*id, at)),
            Columns::Unknown(at) => Some(Target::Unknown(*at, name)),
            Columns::Outputs(outputs, _) => {
                let output = outputs.iter().find(|output| output.name == Some(name))?;
                output.sources.first().copied()
            }
            _ => None,
        }
    }

    pub(super) fn copy(&mut self, copy: &Copy<'a>) -> Rc<Vec<Output<'a>>> {
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        let access = if copy.writes {
            Access::Write
        } else {
            Access::Read
        };
        self.table_source(&copy.table, access);
        let target = self
            .frames
            .last()
            .and_then(|f| f.relations.first())
            .map(|r| r.columns.clone())
            .unwrap_or(Columns::System);
        match &copy.columns {
            Some(columns) => {
                for column in columns {
                    match self.column_of(&target, column.name) {
                        Some(found) => {
                            self.touch(found, access, UseClass::Name, column.span, Certainty::Exact)
                        }
                        None => self.fail(
                            column.span,
                            format!("column \"{}\" does not exist", column.name),
                        ),
                    }
                }
            }
            None => self.copy_all(&target, access, copy.table.path.span),
        }
        if let Some(condition) = &copy.condition {
            self.condition(condition);
        }
        self.frames.pop();
        Rc::default()
    }

    fn copy_all(&mut self, target: &Columns<'a>, access: Access, span: Span) {
        let class = if access == Access::Write {
            UseClass::Name
        } else {
            UseClass::Star
        };
        match target {
            Columns::Table(id) => {
                let Some(relation) = self.schema.relation(*id) else {
                    return;
                };
                for (at, column) in relation.columns.iter().enumerate() {
                    if !column.generated {
                        self.touch(
                            Target::Known(*id, at as u16),
                            access,
                            class,
                            span,
                            Certainty::Exact,
                        );
                    }
                }
            }
            Columns::Unknown(at) => self.touch(
                Target::Unknown(*at, "*"),
                access,
                class,
                span,
                Certainty::Possible,
            ),
            _ => {}
        }
    }
}

/// What is inserted at one place.
#[derive(Debug, Clone, Copy)]
enum Inserted<'a> {
    /// A parameter, NULL or DEFAULT.
    Anything,
    /// A column of that type.
    Typed(&'a str),
    /// A value whose type is not known here.
    Expression,
}

impl Inserted<'_> {
    fn fits(self, column: &str) -> bool {
        match self {
            Inserted::Anything => true,
            Inserted::Typed(data_type) => types::assignable(data_type, column),
            Inserted::Expression => false,
        }
    }
}

/// For each place of `VALUES` what all rows have there.
fn literals<'a>(query: &Query<'a>) -> Vec<Inserted<'a>> {
    let Body::Values(rows) = &query.body else {
        return Vec::new();
    };
    let width = rows.first().map_or(0, Vec::len);
    let at = |place: usize| {
        let mut all = rows
            .iter()
            .map(|row| row.get(place).map_or(Shape::Other, |expr| expr.shape))
            .filter(|shape| !fits_anything(*shape));
        let number = |shape: Shape| matches!(shape, Shape::Number | Shape::Ordinal(_));
        match all.next() {
            None => Inserted::Anything,
            Some(first) if number(first) && all.all(number) => Inserted::Typed("integer"),
            Some(Shape::Text) if all.all(|shape| shape == Shape::Text) => Inserted::Typed("text"),
            Some(_) => Inserted::Expression,
        }
    };
    (0..width).map(at).collect()
}
