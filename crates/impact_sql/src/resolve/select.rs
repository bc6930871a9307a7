//! SELECT: its clauses in the order in which names see each other.

use super::name::Found;
use super::scope::{Columns, Frame, Origin, Output, Place, Sources};
use super::{Resolver, Use};
use crate::resolution::UseClass;
use crate::syntax::{Atom, Expr, Ident, Item, RowOf, Select, Shape};
use impact_facts::Access;
use std::collections::HashSet;
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// A SELECT with the ORDER BY of its query.
    pub(super) fn select(
        &mut self,
        select: &Select<'a>,
        order_by: &[Expr<'a>],
        limits: &[Expr<'a>],
        holes: &[impact_facts::Span],
    ) -> Rc<Vec<Output<'a>>> {
        let aggregates = self.aggregates.len();
        let compared = std::mem::take(&mut self.compared);
        self.frames.push(Frame {
            to: usize::MAX,
            compared,
            ..Frame::default()
        });
        self.from(&select.from);
        let aliases = select.items.iter().filter_map(|item| match item {
            Item::Expr { alias, .. } => *alias,
            Item::Star(_) => None,
        });
        let aliases = aliases.chain(select.named.iter().map(|(_, name)| *name));
        if let Some(frame) = self.frames.last_mut() {
            frame.aliases = aliases.collect();
        }
        let sorted = self.sorted.len();
        for (expr, _) in &select.named {
            self.expr(expr);
        }
        let outputs = self.items(&select.items);
        for condition in &select.condition {
            self.condition(condition);
        }
        for expr in &select.group_by {
            self.group_by(expr, &outputs);
        }
        for expr in select.having.iter().chain(&select.qualify) {
            self.condition(expr);
        }
        self.exprs(&select.windows);
        self.settle_sorted(sorted, &outputs);
        for expr in order_by.iter().chain(&select.distinct_on) {
            self.order_by(expr, &outputs);
        }
        self.exprs(limits);
        self.clause_holes(&select.holes);
        self.clause_holes(holes);
        self.frames.pop();
        self.aggregates.truncate(aggregates);
        Rc::new(outputs)
    }

    /// A select list or `RETURNING`.
    pub(super) fn items(&mut self, items: &[Item<'a>]) -> Vec<Output<'a>> {
        let mut outputs = Vec::with_capacity(items.len());
        for item in items {
            if outputs.len() > super::MOST_OUTPUTS {
                self.fail(
                    impact_facts::Span::default(),
                    "the query yields more columns than are followed".to_owned(),
                );
                break;
            }
            match item {
                Item::Star(star) => self.star_item(star, &mut outputs),
                Item::Expr { expr, alias } => {
                    let name = alias.map(|ident| ident.name).or(expr.name);
                    let before = self.sources.len();
                    let first = self.uses.len();
                    if expr.shape == Shape::Star {
                        self.expanded_row(expr, &mut outputs);
                        continue;
                    }
                    self.expr(expr);
                    if expr
                        .atoms
                        .iter()
                        .any(|atom| matches!(atom, Atom::Aggregate(Some(_))))
                    {
                        self.aggregates.push(expr.span);
                    }
                    let mut sources: Sources<'a> = self.sources.drain(before..).collect();
                    dedup(&mut sources);
                    outputs.push(Output {
                        name,
                        origin: Origin::Named,
                        sources,
                        data_type: self.type_since(first, expr),
                        span: expr.span,
                    });
                }
            }
        }
        outputs
    }

    /// The type of an expression that is a column of a table and nothing else; its uses are those from `first` on.
    fn type_since(&self, first: usize, expr: &Expr<'a>) -> Option<&'a str> {
        match (expr.shape, self.uses.get(first..)?) {
            (Shape::BareName, [only]) => self.type_of(only.target),
            _ => None,
        }
    }

    /// `(row).*`: the columns of a table, or how many is not known.
    fn expanded_row(&mut self, expr: &Expr<'a>, outputs: &mut Vec<Output<'a>>) {
        let before = self.sources.len();
        self.expr(expr);
        let mut sources: Sources<'a> = self.sources.drain(before..).collect();
        dedup(&mut sources);
        if let Some(table) = self.table_of_row(RowOf::new(expr.row_type, expr.name)) {
            return outputs.extend(self.row_outputs(table, &sources, expr.span));
        }
        outputs.push(Output {
            name: None,
            origin: Origin::Row,
            sources,
            data_type: None,
            span: expr.span,
        });
    }

    /// `GROUP BY name` means a column of FROM before a name of the select list.
    fn group_by(&mut self, expr: &Expr<'a>, outputs: &[Output<'a>]) {
        if let Shape::Ordinal(at) = expr.shape {
            return self.ordinal(at, outputs);
        }
        let Some(ident) = Self::single_name(expr) else {
            return self.selected(expr, outputs);
        };
        let named = outputs
            .iter()
            .find(|output| output.name == Some(ident.name));
        let level = self.frames.len().saturating_sub(1);
        let local = matches!(self.find(ident.name), Found::Relation(l, ..) | Found::Merged(l, _) | Found::Ambiguous(l, _) if l == level);
        match named {
            Some(output) if !local => self.needs_output(output.origin, Some(ident.span)),
            Some(output) if self.same_column(ident.name, output) => self.selected(expr, outputs),
            Some(output) => {
                let first = self.uses.len();
                let aggregate = self.aggregates.contains(&output.span);
                self.expr(expr);
                if !aggregate {
                    self.rebind_to_alias(first, ident.name);
                }
            }
            None => self.expr(expr),
        }
    }

    /// An expression of `GROUP BY` or `ORDER BY` that is a column which a `*` of the select list yields already.
    fn selected(&mut self, expr: &Expr<'a>, outputs: &[Output<'a>]) {
        let first = self.uses.len();
        self.expr(expr);
        if expr.shape != Shape::BareName {
            return;
        }
        let [only] = self.uses.get(first..).unwrap_or(&[]) else {
            return;
        };
        let (target, span, rebinds) = (only.target, only.span, only.rebinds.clone());
        let relation = self.relation_of(expr);
        let alone = self.occurrences(target) == 1;
        let made = |output: &&Output<'a>| match output.origin {
            Origin::Star(at) => self.uses.get(at as usize).is_some_and(|found| {
                found.target == target
                    && (found.relation.is_none() && alone
                        || found.relation.is_some() && found.relation == relation)
            }),
            _ => false,
        };
        let star = outputs.iter().find(made).map(|output| output.origin);
        if let Some(origin @ Origin::Star(at)) = star {
            self.uses.truncate(first);
            match rebinds {
                None => self.needs_output(origin, Some(span)),
                Some(_) => {
                    if let Some(found) = self.uses.get_mut(at as usize) {
                        (found.rebinds, found.named_at) = (rebinds, vec![span]);
                    }
                }
            }
        }
    }

    /// What a window sorts or parts by is not read for itself where a `*` of the select list yields it already.
    fn settle_sorted(&mut self, from: usize, outputs: &[Output<'a>]) {
        let sorted: Vec<usize> = self.sorted.drain(from..).collect();
        for at in sorted {
            let Some(found) = self.uses.get(at).filter(|one| one.rebinds.is_none()) else {
                continue;
            };
            let (target, span) = (found.target, found.span);
            if found.class != UseClass::Name || self.occurrences(target) != 1 {
                continue;
            }
            let star = outputs
                .iter()
                .find(|output| self.starred(output.origin) == Some(target));
            if let Some(star) = star {
                self.needs_output(star.origin, Some(span));
                if let Some(found) = self.uses.get_mut(at) {
                    found.class = UseClass::Proposed;
                }
            }
        }
    }

    /// The number of the relation that an expression, one name, is a column of.
    fn relation_of(&self, expr: &Expr<'a>) -> Option<usize> {
        let [Atom::Name(path)] = expr.atoms.as_slice() else {
            return None;
        };
        match path.parts.as_slice() {
            [only] => match self.find(only.name) {
                Found::Relation(_, at, _) => Some(at),
                _ => None,
            },
            [.., qualifier, _] => self.relation_named(None, qualifier.name).map(|(_, at)| at),
            [] => None,
        }
    }

    /// How often the innermost query names the table of a column.
    fn occurrences(&self, target: super::Target<'a>) -> usize {
        let super::Target::Known(id, _) = target else {
            return 1;
        };
        let relations = self.frames.last().map_or(&[][..], |frame| &frame.relations);
        relations
            .iter()
            .filter(|relation| matches!(relation.columns, Columns::Table(table) if table == id))
            .count()
    }

    /// Whether an output is the column that a bare name means.
    fn same_column(&self, name: &'a str, output: &Output<'a>) -> bool {
        match self.find(name) {
            Found::Relation(_, _, Place::Column(target)) => output.sources.contains(&target),
            Found::Relation(level, at, Place::Output(column)) => {
                let relation = self.frames.get(level).and_then(|f| f.relations.get(at));
                matches!(relation.map(|r| &r.columns), Some(Columns::Outputs(outputs, _)) if outputs.get(column).is_some_and(|o| o.sources == output.sources))
            }
            Found::Merged(..) => true,
            _ => false,
        }
    }

    /// `ORDER BY name` means a name of the select list before a column of FROM.
    pub(super) fn order_by(&mut self, expr: &Expr<'a>, outputs: &[Output<'a>]) {
        if let Shape::Ordinal(at) = expr.shape {
            return self.ordinal(at, outputs);
        }
        if let Some(ident) = Self::single_name(expr)
            && let Some(output) = outputs
                .iter()
                .find(|output| output.name == Some(ident.name))
        {
            self.named_again(output, ident);
            return self.needs_output(output.origin, Some(ident.span));
        }
        self.selected(expr, outputs);
    }

    /// An output that is a column by its own name is named again: so is the column.
    fn named_again(&mut self, output: &Output<'a>, ident: Ident<'a>) {
        let is_itself = |one: &&Use<'a>| {
            one.span == output.span
                && (one.class, one.access) == (UseClass::Name, Access::Read)
                && self.column_name(one.target) == Some(ident.name)
        };
        let found = self.uses.iter().find(is_itself);
        let found = found.filter(|_| matches!(output.origin, Origin::Named));
        if let Some((target, certainty)) = found.map(|one| (one.target, one.certainty)) {
            let class = UseClass::Name;
            self.touch(target, Access::Read, class, ident.span, certainty);
        }
    }

    /// `ORDER BY 2`: as many columns must be there.
    fn ordinal(&mut self, at: u32, outputs: &[Output<'a>]) {
        if outputs.len() == at as usize {
            self.needs_all(outputs);
        }
    }
}

/// Leaves the first of equal sources.
pub(super) fn dedup(list: &mut Sources<'_>) {
    match list.as_slice() {
        [] | [_] => {}
        [first, second] => {
            if first == second {
                list.pop();
            }
        }
        _ => {
            let mut seen = HashSet::with_capacity(list.len());
            list.retain(|source| seen.insert(*source));
        }
    }
}
