//! Joins: conditions, USING and NATURAL, and the columns that they merge.

use super::Resolver;
use super::scope::{Columns, Merged, Origin, Output, Place, Tree};
use crate::syntax::{Alias, Ident, Join, JoinOn};
use impact_facts::{Certainty, Span};
use smallvec::SmallVec;
use std::collections::HashSet;
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn join(&mut self, join: &Join<'a>) -> Option<Tree<'a>> {
        let start = self.count();
        let first = self.source(&join.first);
        let mut rest = Vec::with_capacity(join.rest.len());
        for joined in &join.rest {
            let middle = self.count();
            let right = self.source(&joined.source);
            let names = self.join_on(&joined.on, start, middle);
            rest.push((right?, names));
        }
        Some(Tree::Join(Box::new(first?), rest))
    }

    /// What joins the relations from `middle` on to those from `start` on; the names that both sides share.
    pub(super) fn join_on(&mut self, on: &JoinOn<'a>, start: usize, middle: usize) -> Vec<&'a str> {
        match on {
            JoinOn::Nothing => Vec::new(),
            JoinOn::Condition(condition) => {
                let sight = self.sight();
                self.restore_sight(start, self.count());
                self.condition(condition);
                self.restore_sight(sight.0, self.count());
                Vec::new()
            }
            JoinOn::Using(columns, alias) => {
                let names = self.using(columns, start, middle);
                if let Some(alias) = alias {
                    self.using_alias(*alias, &names);
                }
                names
            }
            JoinOn::Natural(span) => self.natural(*span, start, middle),
        }
    }

    pub(super) fn using(
        &mut self,
        columns: &[Ident<'a>],
        start: usize,
        middle: usize,
    ) -> Vec<&'a str> {
        let before = std::mem::replace(&mut self.filter, true);
        for column in columns {
            if self.holds_hole(column.span) {
                let tables = self.tables_in_sight();
                self.unknown(column.span, "a column is filled in at run time", tables);
                continue;
            }
            let left = self.side(column.name, start, middle);
            let right = self.side(column.name, middle, self.count());
            if left.is_empty() || right.is_empty() {
                self.fail(
                    column.span,
                    format!(
                        "column \"{}\" in USING does not exist on both sides",
                        column.name
                    ),
                );
            }
            self.merge_columns(column.name, column.span, [left, right], false);
        }
        self.filter = before;
        columns.iter().map(|ident| ident.name).collect()
    }

    /// Relations of one side of a join that have the column: one, or those that it was merged from before.
    pub(super) fn side(&self, name: &'a str, from: usize, to: usize) -> SmallVec<[usize; 2]> {
        let Some(frame) = self.frames.last() else {
            return SmallVec::new();
        };
        if let Some(merged) = frame
            .merged
            .iter()
            .rev()
            .find(|m| m.name == name && m.sides.iter().all(|side| (from..to).contains(side)))
        {
            return merged.sides.clone();
        }
        let relations = frame
            .relations
            .iter()
            .enumerate()
            .take(to)
            .skip(from)
            .filter(|(_, r)| r.bare && !r.hidden);
        let mut open = None;
        for (at, relation) in relations {
            match relation.find(self.schema, name) {
                Some(Place::Open) => open = open.or(Some(at)),
                Some(_) => return SmallVec::from_slice(&[at]),
                None => {}
            }
        }
        open.into_iter().collect()
    }

    pub(super) fn merge_columns(
        &mut self,
        name: &'a str,
        span: Span,
        sides: [SmallVec<[usize; 2]>; 2],
        natural: bool,
    ) {
        let level = self.frames.len().saturating_sub(1);
        // Of columns that were merged before, the first stands for all: each was read where it was merged.
        for side in sides.iter().filter_map(|side| side.first()) {
            let place = self
                .frames
                .get(level)
                .and_then(|f| f.relations.get(*side))
                .and_then(|r| r.find(self.schema, name));
            let Some(place) = place else { continue };
            let first = self.uses.len();
            self.take_side(level, *side, place, name, span);
            if natural {
                self.rebind_natural(first, name);
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.merged.push(Merged {
                name,
                sides: sides.into_iter().flatten().collect(),
                natural,
            });
        }
    }

    pub(super) fn take_side(
        &mut self,
        level: usize,
        side: usize,
        place: Place<'a>,
        name: &'a str,
        span: Span,
    ) {
        self.take(level, side, place, name, span, Certainty::Exact);
        let origin = self
            .frames
            .get(level)
            .and_then(|f| f.relations.get(side))
            .and_then(|r| match (&r.columns, place) {
                (Columns::Outputs(outputs, _), Place::Output(at)) => {
                    outputs.get(at).map(|o| o.origin)
                }
                _ => None,
            });
        self.needs_output(origin.unwrap_or(Origin::Named), Some(span));
    }

    pub(super) fn using_alias(&mut self, alias: Ident<'a>, names: &[&'a str]) {
        let outputs = names
            .iter()
            .map(|name| Output {
                name: Some(name),
                origin: Origin::Named,
                sources: SmallVec::new(),
                data_type: None,
                span: alias.span,
            })
            .collect();
        self.push(
            alias.name,
            None,
            Columns::Outputs(Rc::new(outputs), false),
            &Alias::default(),
            alias.span,
        );
        if let Some(relation) = self
            .frames
            .last_mut()
            .and_then(|frame| frame.relations.last_mut())
        {
            relation.bare = false;
        }
    }

    /// `NATURAL JOIN`: every name that both sides have.
    pub(super) fn natural(&mut self, span: Span, start: usize, middle: usize) -> Vec<&'a str> {
        let end = self.count();
        let open = self.frames.last().is_some_and(|f| {
            f.relations
                .iter()
                .take(end)
                .skip(start)
                .any(|r| r.is_open())
        });
        if open {
            let tables = self.tables_in_sight();
            self.unknown(
                span,
                "NATURAL JOIN of a table whose columns are not known",
                tables,
            );
        }
        let right: HashSet<&'a str> = self.names_of(middle, end).into_iter().collect();
        let mut common = self.names_of(start, middle);
        common.retain(|name| right.contains(name));
        for name in &common {
            let left = self.side(name, start, middle);
            let right = self.side(name, middle, end);
            self.merge_columns(name, span, [left, right], true);
        }
        common
    }

    pub(super) fn names_of(&self, from: usize, to: usize) -> Vec<&'a str> {
        let Some(frame) = self.frames.last() else {
            return Vec::new();
        };
        let mut names: Vec<&'a str> = Vec::new();
        let mut seen = HashSet::new();
        for relation in frame
            .relations
            .iter()
            .take(to)
            .skip(from)
            .filter(|r| r.bare && !r.hidden)
        {
            for name in self.column_names(relation) {
                if seen.insert(name) {
                    names.push(name);
                }
            }
        }
        names
    }
}
