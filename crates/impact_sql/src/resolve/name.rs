//! What a name means.

use super::scope::{Columns, Origin, Place, Target};
use super::{Resolver, Use};
use crate::resolution::UseClass;
use crate::schema::{FunctionShape, RelationId};
use crate::syntax::{Atom, Expr, Ident, Path, QueryPlace, RowOf, Shape};
use impact_facts::{Access, Certainty, Dialect, Span};

/// Columns that the server gives every table.
pub(super) fn is_system_column(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Redshift => matches!(
            name,
            "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" | "sysdate"
        ),
        Dialect::Sqlite | Dialect::DuckDb => matches!(name, "rowid" | "oid" | "_rowid_"),
        Dialect::BigQuery => matches!(name, "_partitiontime" | "_partitiondate" | "_table_suffix"),
        Dialect::Generic => matches!(name, "rowid" | "rownum" | "level"),
        _ => false,
    }
}

/// Where a bare name was found.
pub(super) enum Found<'a> {
    /// In a frame, in one relation of it.
    Relation(usize, usize, Place<'a>),
    /// A column that `USING` merged, in a frame.
    Merged(usize, usize),
    /// In several relations of one frame.
    Ambiguous(usize, Vec<(usize, Place<'a>)>),
    Nowhere,
}

impl<'a> Resolver<'a> {
    /// Binds all names of an expression.
    pub fn expr(&mut self, expr: &Expr<'a>) {
        let around = std::mem::replace(&mut self.alone, expr.shape == Shape::BareName);
        self.atoms(&expr.atoms);
        self.alone = around;
    }

    /// Binds an expression that is a condition.
    pub fn condition(&mut self, expr: &Expr<'a>) {
        let before = std::mem::replace(&mut self.filter, true);
        let around = std::mem::take(&mut self.alone);
        self.atoms(&expr.atoms);
        self.alone = around;
        self.filter = before;
    }

    pub fn exprs(&mut self, exprs: &[Expr<'a>]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    pub(super) fn atoms(&mut self, atoms: &[Atom<'a>]) {
        let around = self.aggregated;
        let mut argument = usize::MAX;
        for (at, atom) in atoms.iter().enumerate() {
            self.aggregated = at == argument;
            match atom {
                Atom::Aggregate(Some(1)) => argument = at + 1,
                Atom::Name(path) => self.name(path, field_after(atoms, at)),
                Atom::RowStar(path) => self.row(path, UseClass::WholeRow),
                Atom::Star(path) => self.row(path, UseClass::Star),
                Atom::Query(query, place) => self.subquery(query, *place),
                Atom::Hole(span) => {
                    let tables = self.tables_in_sight();
                    self.unknown(
                        *span,
                        "a name or condition is filled in at run time",
                        tables,
                    );
                }
                Atom::Filter(atoms) => {
                    let before = std::mem::replace(&mut self.filter, true);
                    self.atoms(atoms);
                    self.filter = before;
                }
                Atom::Columns(star) => self.star_item(star, &mut Vec::new()),
                Atom::Lambda(names, body) => self.lambda(names, body),
                Atom::Sorted(path) => {
                    let first = self.uses.len();
                    self.name(path, None);
                    if self.uses.len() == first + 1 {
                        self.sorted.push(first);
                    }
                }
                Atom::Field(field, of) => self.field_of_rows(*field, *of),
                Atom::Aggregate(_) => {}
            }
        }
        self.aggregated = around;
    }

    pub(super) fn lambda(&mut self, names: &[Ident<'a>], body: &[Atom<'a>]) {
        let Some(frame) = self.frames.last_mut() else {
            return self.atoms(body);
        };
        let before = frame.parameters.len();
        frame
            .parameters
            .extend(names.iter().map(|ident| ident.name));
        self.atoms(body);
        if let Some(frame) = self.frames.last_mut() {
            frame.parameters.truncate(before);
        }
    }

    pub(super) fn subquery(&mut self, query: &crate::syntax::Query<'a>, place: QueryPlace) {
        let before = self.sources.len();
        let filter = self.filter;
        self.compared = place == QueryPlace::Value;
        let outputs = self.query(query);
        self.compared = false;
        self.filter = filter;
        self.sources.truncate(before);
        if place == QueryPlace::Value {
            self.needs_all(&outputs);
        }
        self.sources.extend(
            outputs
                .iter()
                .flat_map(|output| output.sources.iter().copied()),
        );
    }

    /// `(f(x)).a`, `(x::t).a`: a row that has the columns of a table. Nothing of the table is read, but the column must be there.
    fn field_of_rows(&mut self, field: Ident<'a>, of: RowOf<'a>) {
        let table = self.table_of_row(of);
        let relation = |table| self.schema.relation(table);
        let column = table.and_then(|table| Some((table, relation(table)?.column(field.name)?)));
        if let Some((table, at)) = column {
            let target = Target::Known(table, at);
            let class = UseClass::Proposed;
            self.touch(target, Access::Read, class, field.span, Certainty::Exact);
        }
    }

    /// The table whose columns a row has.
    pub(super) fn table_of_row(&self, of: RowOf<'a>) -> Option<RelationId> {
        match of {
            RowOf::Function(function) => match self.schema.function(function) {
                Some(FunctionShape::Rows(table)) => Some(*table),
                _ => None,
            },
            RowOf::Type(name) => self.schema.row_type(name),
            RowOf::Unknown => None,
        }
    }

    /// Binds `a`, `a.b`, `a.b.c`.
    pub(super) fn name(&mut self, path: &Path<'a>, field: Option<Ident<'a>>) {
        if self.holds_hole(path.span) {
            return self.name_with_hole(path);
        }
        if path.parts.len() > 1 && self.field_of_column(path) {
            return;
        }
        match path.parts.as_slice() {
            [only] => self.bare(*only, field),
            [qualifier, column] => self.qualified(None, *qualifier, *column, path.span),
            [schema, qualifier, column] => {
                self.qualified(Some(schema.name), *qualifier, *column, path.span)
            }
            [.., schema, qualifier, column] => {
                self.qualified(Some(schema.name), *qualifier, *column, path.span)
            }
            [] => {}
        }
    }

    pub(super) fn bare(&mut self, ident: Ident<'a>, field: Option<Ident<'a>>) {
        if self
            .frames
            .iter()
            .any(|frame| frame.parameters.contains(&ident.name))
        {
            return;
        }
        match self.find(ident.name) {
            Found::Relation(level, at, place) => {
                self.bare_in(level, at, place, ident);
                if place == Place::Open && self.is_unknown_table(level, at) {
                    self.perhaps_a_row(ident);
                }
            }
            Found::Merged(level, at) => self.merged(level, at, ident),
            Found::Ambiguous(level, candidates) => self.ambiguous(level, &candidates, ident),
            Found::Nowhere => self.nowhere(ident, field),
        }
    }

    pub(super) fn bare_in(&mut self, level: usize, at: usize, place: Place<'a>, ident: Ident<'a>) {
        let first = self.uses.len();
        let star = self.star_behind(level, at, place);
        self.take(level, at, place, ident.name, ident.span, Certainty::Exact);
        if self.shifts(level, at, place, first, star) {
            return;
        }
        if self.uses.len() == first && star.is_none() {
            return;
        }
        let Some(meaning) = self.meaning_without(level, at, place, ident) else {
            return self.needs_output(star.map_or(Origin::Named, Origin::Star), Some(ident.span));
        };
        let at = star.map_or(first, |star| star as usize);
        if let Some(found) = self.uses.get_mut(at) {
            found.rebinds = Some(meaning);
            found.breaks = found.breaks && star.is_some();
            found.named_at = star.map(|_| ident.span).into_iter().collect();
        }
    }

    /// Records the use of a column that was found.
    pub(super) fn take(
        &mut self,
        level: usize,
        at: usize,
        place: Place<'a>,
        name: &'a str,
        span: Span,
        certainty: Certainty,
    ) {
        match place {
            Place::Column(target) => self.read(target, span, certainty),
            Place::System if self.is_unknown_table(level, at) => {
                let tables = self.tables_of_relation(level, at);
                self.unknown(
                    span,
                    "a column of a table that is not known, by its place",
                    tables,
                );
            }
            Place::System => {}
            Place::Output(output) => {
                let Some(relation) = self
                    .frames
                    .get(level)
                    .and_then(|frame| frame.relations.get(at))
                else {
                    return;
                };
                let Columns::Outputs(outputs, _) = &relation.columns else {
                    return;
                };
                let Some(output) = outputs.get(output) else {
                    return;
                };
                let origin = output.origin;
                self.sources.extend(output.sources.iter().copied());
                match origin {
                    Origin::Stands(target) => self.read(target, span, certainty),
                    Origin::Proposed(target) => {
                        self.touch(target, Access::Read, UseClass::Proposed, span, certainty)
                    }
                    Origin::Named | Origin::Row | Origin::Star(_) => {}
                }
            }
            Place::Open => self.take_open(level, at, name, span, certainty),
        }
    }

    pub(super) fn take_open(
        &mut self,
        level: usize,
        at: usize,
        name: &'a str,
        span: Span,
        certainty: Certainty,
    ) {
        let Some(relation) = self
            .frames
            .get(level)
            .and_then(|frame| frame.relations.get(at))
        else {
            return;
        };
        if let Columns::Outputs(outputs, _) = &relation.columns {
            let tables: Vec<u32> = outputs
                .iter()
                .filter_map(super::Output::unknown_star)
                .collect();
            let certainty = if tables.len() > 1 {
                certainty.min(Certainty::Possible)
            } else {
                certainty
            };
            for table in tables {
                self.read(Target::Unknown(table, name), span, certainty);
            }
            return;
        }
        match relation.columns {
            Columns::Unknown(table) if !is_system_column(self.schema.dialect, name) => {
                self.read(Target::Unknown(table, name), span, certainty)
            }
            Columns::Hole(_) => self.unknown(
                span,
                "the table of this column is filled in at run time",
                None,
            ),
            _ => {}
        }
    }

    pub(super) fn take_all(
        &mut self,
        level: usize,
        candidates: &[(usize, Place<'a>)],
        name: &'a str,
        span: Span,
    ) {
        for (at, place) in candidates {
            self.take(level, *at, *place, name, span, Certainty::Possible);
        }
        self.certainty = Certainty::Possible;
    }

    /// Several relations have the column, or may have it: each is a candidate, and so is one further out.
    pub(super) fn ambiguous(
        &mut self,
        level: usize,
        candidates: &[(usize, Place<'a>)],
        ident: Ident<'a>,
    ) {
        let sure = candidates.iter().all(|(_, place)| *place != Place::Open);
        self.take_all(level, candidates, ident.name, ident.span);
        if sure {
            return self.fail(
                ident.span,
                format!("column reference \"{}\" is ambiguous", ident.name),
            );
        }
        match self.find_without(ident.name, level, None) {
            Found::Relation(outer, at, place) => {
                self.take_all(outer, &[(at, place)], ident.name, ident.span)
            }
            Found::Ambiguous(outer, candidates) => {
                self.take_all(outer, &candidates, ident.name, ident.span)
            }
            Found::Merged(outer, at) => self.merged(outer, at, ident),
            Found::Nowhere => {}
        }
        self.perhaps_a_row(ident);
    }

    pub(super) fn merged(&mut self, level: usize, at: usize, ident: Ident<'a>) {
        let Some(frame) = self.frames.get(level) else {
            return;
        };
        let Some(merged) = frame.merged.get(at) else {
            return;
        };
        let natural = merged.natural;
        let sides: Vec<_> = merged
            .sides
            .iter()
            .filter_map(|side| {
                Some((
                    *side,
                    frame.relations.get(*side)?.find(self.schema, merged.name)?,
                ))
            })
            .collect();
        for (side, place) in &sides {
            let first = self.uses.len();
            self.take(
                level,
                *side,
                *place,
                ident.name,
                ident.span,
                Certainty::Exact,
            );
            if natural {
                self.rebind_natural(first, ident.name);
            } else {
                let star = self.star_behind(level, *side, *place);
                self.needs_output(star.map_or(Origin::Named, Origin::Star), Some(ident.span));
            }
        }
    }

    pub(super) fn qualified(
        &mut self,
        schema: Option<&'a str>,
        qualifier: Ident<'a>,
        column: Ident<'a>,
        span: Span,
    ) {
        let Some((level, at)) = self.relation_named(schema, qualifier.name) else {
            return self.no_relation(schema, qualifier, column, span);
        };
        let Some(relation) = self
            .frames
            .get(level)
            .and_then(|frame| frame.relations.get(at))
        else {
            return;
        };
        match relation.find(self.schema, column.name) {
            Some(place) => {
                let star = self.star_behind(level, at, place);
                let first = self.uses.len();
                self.take(level, at, place, column.name, span, Certainty::Exact);
                if place == Place::Open && self.schema.function(column.name).is_some() {
                    self.possible_row(level, at, span);
                }
                if self.shifts(level, at, place, first, star) {
                    return;
                }
                self.needs_output(star.map_or(Origin::Named, Origin::Star), Some(span));
            }
            None if is_system_column(self.schema.dialect, column.name) => {}
            None => self.not_a_column(level, at, qualifier, column, span),
        }
    }

    /// Records a column that is read by its name.
    pub(super) fn read(&mut self, target: Target<'a>, span: Span, certainty: Certainty) {
        self.sources.push(target);
        self.touch(target, Access::Read, UseClass::Name, span, certainty);
    }

    /// Records a use.
    pub(super) fn touch(
        &mut self,
        target: Target<'a>,
        access: Access,
        class: UseClass,
        span: Span,
        certainty: Certainty,
    ) {
        if self.uses.len() >= super::MOST_USES {
            return self.fail(
                span,
                "the statement touches more columns than are kept".to_owned(),
            );
        }
        self.uses.push(Use {
            target,
            access,
            class,
            span,
            certainty,
            breaks: class != UseClass::Star,
            rebinds: None,
            filter: self.filter && access == Access::Read,
            named_at: Vec::new(),
            relation: None,
        });
    }

    /// Whether an expression is one bare name.
    pub(super) fn single_name(expr: &Expr<'a>) -> Option<Ident<'a>> {
        match (expr.shape, expr.atoms.as_slice()) {
            (Shape::BareName, [Atom::Name(path)]) if path.parts.len() == 1 => path.last(),
            _ => None,
        }
    }
}

fn field_after<'a>(atoms: &[Atom<'a>], at: usize) -> Option<Ident<'a>> {
    match atoms.get(at + 1) {
        Some(Atom::Field(field, _)) => Some(*field),
        _ => None,
    }
}
