//! `*` in every form, and rows used as values.

use super::Resolver;
use super::scope::{Columns, Origin, Output, Place, Relation, Target, Tree};
use crate::resolution::UseClass;
use crate::syntax::{Ident, Path, StarItem};
use impact_facts::{Access, Certainty, Span};
use smallvec::SmallVec;

impl<'a> Resolver<'a> {
    /// Names of a relation's columns, in order.
    pub(super) fn column_names(&self, relation: &Relation<'a>) -> Vec<&'a str> {
        let renamed = |at: usize, name: &'a str| relation.renamed.get(at).copied().unwrap_or(name);
        match &relation.columns {
            Columns::Table(id) => self.schema.relation(*id).map_or_else(Vec::new, |r| {
                r.columns
                    .iter()
                    .enumerate()
                    .map(|(at, c)| renamed(at, &c.key))
                    .collect()
            }),
            Columns::Outputs(outputs, _) => outputs
                .iter()
                .enumerate()
                .filter_map(|(at, o)| o.name.map(|name| renamed(at, name)))
                .collect(),
            _ => relation.renamed.clone(),
        }
    }

    /// A `*` or `t.*` of a select list, as outputs.
    pub(super) fn star_item(&mut self, star: &StarItem<'a>, out: &mut Vec<Output<'a>>) {
        for (expr, _) in &star.replaced {
            self.expr(expr);
        }
        let first = out.len();
        match &star.of {
            None => self.star_of_all(star.span, out),
            Some(path) => self.star_of(path, star.span, out),
        }
        self.without(star, first, out);
    }

    /// `EXCLUDE` and `REPLACE` take a column out of a `*`, by its name.
    fn without(&mut self, star: &StarItem<'a>, first: usize, out: &mut Vec<Output<'a>>) {
        if star.without.is_empty() && star.replaced.is_empty() {
            return;
        }
        let excluded = |name: &str| star.without.iter().any(|ident| ident.name == name);
        let replaced = |name: &str| star.replaced.iter().any(|(_, ident)| ident.name == name);
        let mut gone = Vec::new();
        for at in (first..out.len()).rev() {
            let Some(name) = out.get(at).and_then(|o| o.name) else {
                continue;
            };
            if excluded(name) || replaced(name) {
                gone.push(out.remove(at));
            }
        }
        let named: Vec<Ident<'a>> = star
            .without
            .iter()
            .chain(star.replaced.iter().map(|(_, ident)| ident))
            .copied()
            .collect();
        for output in gone {
            let span = named
                .iter()
                .find(|ident| Some(ident.name) == output.name)
                .map(|ident| ident.span);
            // The column itself is named, and not read: the statement fails without it.
            if let (Origin::Star(at), Some(span)) = (output.origin, span)
                && let Some(star) = self.uses.get_mut(at as usize)
            {
                (star.class, star.span, star.breaks) = (UseClass::Proposed, span, true);
            }
        }
        for (_, ident) in &star.replaced {
            out.push(Output {
                name: Some(ident.name),
                origin: Origin::Named,
                sources: SmallVec::new(),
                data_type: None,
                span: ident.span,
            });
        }
    }

    fn star_of_all(&mut self, span: Span, out: &mut Vec<Output<'a>>) {
        let level = self.frames.len().saturating_sub(1);
        let Some(frame) = self.frames.get(level) else {
            return;
        };
        let merged = !frame.merged.is_empty();
        if merged {
            let trees = frame.trees.clone();
            for tree in &trees {
                let outputs = self.expand(tree);
                self.read_expanded(outputs, span, out);
            }
            return;
        }
        for at in 0..frame.relations.len() {
            let shown = self
                .frames
                .get(level)
                .and_then(|f| f.relations.get(at))
                .is_some_and(|r| r.bare && !r.hidden);
            if shown {
                self.star_of_relation(level, at, span, UseClass::Star, out);
            }
        }
    }

    /// Outputs of a join tree whose columns are not read yet.
    fn read_expanded(&mut self, outputs: Vec<Output<'a>>, span: Span, out: &mut Vec<Output<'a>>) {
        for output in outputs {
            let origin = match output.origin {
                Origin::Stands(target) => self.star_use(target, span),
                origin => origin,
            };
            self.sources.extend(output.sources.iter().copied());
            out.push(Output {
                origin,
                span,
                ..output
            });
        }
    }

    /// A column's type as the catalog writes it.
    pub(super) fn type_of(&self, target: Target<'a>) -> Option<&'a str> {
        match target {
            Target::Known(id, at) => self
                .schema
                .relation(id)?
                .columns
                .get(usize::from(at))
                .map(|column| &*column.data_type),
            Target::Unknown(..) => None,
        }
    }

    fn star_use(&mut self, target: Target<'a>, span: Span) -> Origin<'a> {
        let at = self.uses.len() as u32;
        self.touch(target, Access::Read, UseClass::Star, span, Certainty::Exact);
        Origin::Star(at)
    }

    fn star_of(&mut self, path: &Path<'a>, span: Span, out: &mut Vec<Output<'a>>) {
        match self.relation_of_path(path) {
            Some((level, at)) => self.star_of_relation(level, at, span, UseClass::Star, out),
            None if self.holds_hole(path.span) => {
                let tables = self.tables_in_sight();
                self.unknown(span, "the table of a * is filled in at run time", tables);
            }
            None => self.star_of_value(path, span),
        }
    }

    /// `column.*` of a structure, `NEW.*`, or an error.
    fn star_of_value(&mut self, path: &Path<'a>, span: Span) {
        let Some(last) = path.last() else { return };
        if !self.rows.is_empty() && matches!(last.name, "new" | "old") || self.lenient {
            return;
        }
        if let super::name::Found::Relation(level, at, place) = self.find(last.name) {
            return self.take(level, at, place, last.name, path.span, Certainty::Likely);
        }
        self.fail(
            span,
            format!("missing FROM-clause entry for table \"{}\"", last.name),
        );
    }

    pub(super) fn relation_of_path(&self, path: &Path<'a>) -> Option<(usize, usize)> {
        let last = path.last()?;
        let schema = path
            .parts
            .len()
            .checked_sub(2)
            .and_then(|at| path.parts.get(at))
            .map(|ident| ident.name);
        self.relation_named(schema, last.name)
    }

    /// Every column of one relation.
    fn star_of_relation(
        &mut self,
        level: usize,
        at: usize,
        span: Span,
        class: UseClass,
        out: &mut Vec<Output<'a>>,
    ) {
        let number = at;
        let Some(relation) = self.frames.get(level).and_then(|f| f.relations.get(at)) else {
            return;
        };
        let renamed = relation.renamed.clone();
        let name = |at: usize, name: &'a str| renamed.get(at).copied().unwrap_or(name);
        match relation.columns.clone() {
            Columns::Table(id) => {
                let Some(relation) = self.schema.relation(id) else {
                    return;
                };
                for (at, column) in relation.columns.iter().enumerate() {
                    let target = Target::Known(id, at as u16);
                    let origin = Origin::Star(self.uses.len() as u32);
                    self.touch(target, Access::Read, class, span, Certainty::Exact);
                    if let Some(found) = self.uses.last_mut() {
                        found.relation = Some(number);
                    }
                    self.sources.push(target);
                    out.push(Output {
                        name: Some(name(at, &column.key)),
                        origin,
                        sources: SmallVec::from_slice(&[target]),
                        data_type: Some(&column.data_type),
                        span,
                    });
                }
            }
            Columns::Outputs(outputs, open) => {
                for (at, output) in outputs.iter().enumerate() {
                    let origin = match output.origin {
                        Origin::Stands(target) => self.star_use(target, span),
                        origin => origin,
                    };
                    self.sources.extend(output.sources.iter().copied());
                    out.push(Output {
                        name: output.name.map(|n| name(at, n)),
                        origin,
                        sources: output.sources.clone(),
                        data_type: output.data_type,
                        span,
                    });
                }
                if open {
                    out.push(Output {
                        name: None,
                        origin: Origin::Named,
                        sources: SmallVec::new(),
                        data_type: None,
                        span,
                    });
                }
            }
            Columns::Unknown(table) => self.star_of_unknown(table, span, out),
            Columns::System => {}
            Columns::Hole(hole) => self.unknown(hole, "a table is filled in at run time", None),
        }
    }

    /// `*` of a table that the catalog does not have: all of its columns, whatever they are.
    fn star_of_unknown(&mut self, table: u32, span: Span, out: &mut Vec<Output<'a>>) {
        let target = Target::Unknown(table, "*");
        let origin = self.star_use(target, span);
        out.push(Output {
            name: None,
            origin,
            sources: SmallVec::from_slice(&[target]),
            data_type: None,
            span,
        });
    }

    /// A row as a value.
    pub(super) fn whole_row(
        &mut self,
        level: usize,
        at: usize,
        span: Span,
        field: Option<Ident<'a>>,
    ) {
        let columns = self
            .frames
            .get(level)
            .and_then(|f| f.relations.get(at))
            .map(|r| r.columns.clone());
        if let Some(Columns::Outputs(outputs, _)) = &columns {
            // A row of a query: what was read was read there. A field of it names a column.
            let named = field.and_then(|f| outputs.iter().find(|o| o.name == Some(f.name)));
            if let Some(output) = named {
                self.needs_output(output.origin, Some(span));
            }
            for output in outputs.iter() {
                self.sources.extend(output.sources.iter().copied());
                if let Origin::Stands(target) = output.origin {
                    self.touch(
                        target,
                        Access::Read,
                        UseClass::WholeRow,
                        span,
                        Certainty::Exact,
                    );
                }
            }
            return;
        }
        self.star_of_relation(level, at, span, UseClass::WholeRow, &mut Vec::new());
    }

    /// `t.*` where a row or its columns are meant.
    pub(super) fn row(&mut self, path: &Path<'a>, class: UseClass) {
        match self.relation_of_path(path) {
            Some((level, at)) if class == UseClass::WholeRow => {
                self.whole_row(level, at, path.span, None)
            }
            Some((level, at)) => {
                self.star_of_relation(level, at, path.span, class, &mut Vec::new())
            }
            None => self.star_of_value(path, path.span),
        }
    }

    /// The columns of a join in the order of `*`, as what they stand for.
    pub(super) fn expand(&mut self, tree: &Tree<'a>) -> Vec<Output<'a>> {
        match tree {
            Tree::Relation(at) => self.outputs_of_relation(*at),
            Tree::Join(first, rest) => {
                let mut all = self.expand(first);
                for (right, names) in rest {
                    let right = self.expand(right);
                    all = self.joined_outputs(all, right, names);
                }
                all
            }
        }
    }

    fn joined_outputs(
        &self,
        mut left: Vec<Output<'a>>,
        right: Vec<Output<'a>>,
        names: &[&'a str],
    ) -> Vec<Output<'a>> {
        if names.is_empty() {
            left.extend(right);
            return left;
        }
        let mut all: Vec<Output<'a>> = names
            .iter()
            .map(|name| self.merged_output(name, &left, &right))
            .collect();
        let kept = |output: &Output<'a>| output.name.is_none_or(|name| !names.contains(&name));
        all.extend(left.into_iter().chain(right).filter(kept));
        all
    }

    /// A merged column: both sides were read where they were merged.
    fn merged_output(
        &self,
        name: &'a str,
        left: &[Output<'a>],
        right: &[Output<'a>],
    ) -> Output<'a> {
        let sides = left.iter().chain(right).filter(|o| o.name == Some(name));
        let sources = sides.flat_map(|o| o.sources.iter().copied()).collect();
        Output {
            name: Some(name),
            origin: Origin::Named,
            sources,
            data_type: None,
            span: Span::default(),
        }
    }

    fn outputs_of_relation(&self, at: usize) -> Vec<Output<'a>> {
        let Some(relation) = self.frames.last().and_then(|frame| frame.relations.get(at)) else {
            return Vec::new();
        };
        match &relation.columns {
            Columns::Outputs(outputs, _) => outputs
                .iter()
                .enumerate()
                .map(|(at, o)| Output {
                    name: relation.renamed.get(at).copied().or(o.name),
                    ..o.clone()
                })
                .collect(),
            _ => self
                .column_names(relation)
                .into_iter()
                .filter_map(|name| match relation.find(self.schema, name)? {
                    Place::Column(target) => Some(Output {
                        name: Some(name),
                        origin: Origin::Stands(target),
                        sources: SmallVec::from_slice(&[target]),
                        data_type: self.type_of(target),
                        span: relation.span,
                    }),
                    _ => None,
                })
                .collect(),
        }
    }
}
