//! Queries: WITH, set operations, VALUES, recursion.

use super::scope::{Columns, Frame, Origin, Output, Sources};
use super::select::dedup;
use super::{NamedQuery, Resolver};
use crate::syntax::{Body, Cte, Query, Statement};
use impact_facts::Access;
use std::rc::Rc;

impl<'a> Resolver<'a> {
    /// Resolves a query; its outputs.
    pub(super) fn query(&mut self, query: &Query<'a>) -> Rc<Vec<Output<'a>>> {
        let compared = std::mem::take(&mut self.compared);
        let before = self.with(&query.with);
        self.compared = compared;
        let filter = std::mem::replace(&mut self.filter, false);
        let outputs = match &query.body {
            Body::Select(select) => {
                self.select(select, &query.order_by, &query.limits, &query.holes)
            }
            body => {
                let outputs = self.body(body);
                self.tail(query, &outputs);
                outputs
            }
        };
        self.filter = filter;
        self.queries.truncate(before);
        outputs
    }

    /// `ORDER BY` and `LIMIT` of what is no SELECT: only outputs are in sight.
    fn tail(&mut self, query: &Query<'a>, outputs: &Rc<Vec<Output<'a>>>) {
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        for expr in &query.order_by {
            self.order_by(expr, outputs);
        }
        self.exprs(&query.limits);
        if !query.holes.is_empty() {
            let relation = super::scope::Relation {
                name: "",
                schema: None,
                columns: Columns::Outputs(Rc::clone(outputs), false),
                renamed: Vec::new(),
                bare: true,
                hidden: false,
                span: query.span,
            };
            if let Some(frame) = self.frames.last_mut() {
                frame.relations.push(relation);
            }
            self.clause_holes(&query.holes);
        }
        self.frames.pop();
    }

    fn body(&mut self, body: &Body<'a>) -> Rc<Vec<Output<'a>>> {
        match body {
            Body::Select(select) => self.select(select, &[], &[], &[]),
            Body::Query(query) => self.query(query),
            Body::Set { arms, by_name } => self.set_operation(arms, *by_name),
            Body::Values(rows) => self.values(rows),
            Body::Table(path) => self.table_query(path),
            Body::Change(statement) => self.statement(statement),
        }
    }

    /// Arms of a set operation have as many columns each: what a `*` made is counted.
    fn set_operation(&mut self, arms: &[Body<'a>], by_name: bool) -> Rc<Vec<Output<'a>>> {
        let compared = self.compared;
        let mut all: Vec<Rc<Vec<Output<'a>>>> = Vec::with_capacity(arms.len());
        for arm in arms {
            self.compared = compared;
            all.push(self.body(arm));
        }
        if !by_name {
            self.balance(&all);
        }
        let Some((first, rest)) = all.split_first() else {
            return Rc::default();
        };
        let mut sources: Vec<Sources<'a>> =
            first.iter().map(|output| output.sources.clone()).collect();
        for outputs in rest {
            add_sources(&mut sources, outputs);
        }
        sources.iter_mut().for_each(dedup);
        let joined = first.iter().zip(sources).map(|(output, sources)| Output {
            sources,
            ..output.clone()
        });
        Rc::new(joined.collect())
    }

    /// A column that a `*` made must stay unless each arm would lose as many, at the same places.
    fn balance(&mut self, arms: &[Rc<Vec<Output<'a>>>]) {
        let Some((first, rest)) = arms.split_first() else {
            return;
        };
        for at in 0..arms.iter().map(|arm| arm.len()).max().unwrap_or(0) {
            let lost = first.get(at).and_then(|output| self.starred(output.origin));
            let together = lost.is_some()
                && rest
                    .iter()
                    .all(|arm| arm.get(at).and_then(|output| self.starred(output.origin)) == lost);
            if !together {
                for output in arms.iter().filter_map(|arm| arm.get(at)) {
                    self.needs_output(output.origin, None);
                }
            }
        }
    }

    /// The column that a `*` made an output of.
    pub(super) fn starred(&self, origin: Origin<'a>) -> Option<super::Target<'a>> {
        match origin {
            Origin::Star(at) => self.uses.get(at as usize).map(|found| found.target),
            _ => None,
        }
    }

    /// `VALUES (1, 2)`: `column1`, `column2`.
    fn values(&mut self, rows: &[Vec<crate::syntax::Expr<'a>>]) -> Rc<Vec<Output<'a>>> {
        const NAMES: [&str; 16] = [
            "column1", "column2", "column3", "column4", "column5", "column6", "column7", "column8",
            "column9", "column10", "column11", "column12", "column13", "column14", "column15",
            "column16",
        ];
        let mut outputs: Vec<Output<'a>> = Vec::new();
        for row in rows {
            for (at, expr) in row.iter().enumerate() {
                let before = self.sources.len();
                self.expr(expr);
                let found = self.sources.drain(before..);
                match outputs.get_mut(at) {
                    Some(output) => output.sources.extend(found),
                    None => {
                        let sources = found.collect();
                        outputs.push(Output {
                            name: NAMES.get(at).copied(),
                            origin: Origin::Named,
                            sources,
                            data_type: None,
                            span: expr.span,
                        });
                    }
                }
            }
        }
        for output in &mut outputs {
            dedup(&mut output.sources);
        }
        Rc::new(outputs)
    }

    /// `TABLE t`: as `SELECT * FROM t`.
    fn table_query(&mut self, path: &crate::syntax::Path<'a>) -> Rc<Vec<Output<'a>>> {
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        let table = crate::syntax::TableSource {
            path: path.clone(),
            alias: crate::syntax::Alias::default(),
            arguments: Vec::new(),
        };
        let tree = self.table_source(&table, Access::Read);
        if let Some(frame) = self.frames.last_mut() {
            frame.trees.push(tree);
        }
        let mut outputs = Vec::new();
        let star = crate::syntax::StarItem {
            of: None,
            without: Vec::new(),
            replaced: Vec::new(),
            span: path.span,
        };
        self.star_item(&star, &mut outputs);
        self.frames.pop();
        Rc::new(outputs)
    }

    /// A CTE that may name itself. Its first arm says what its columns are.
    pub(super) fn recursive(&mut self, cte: &Cte<'a>) {
        let at = self.queries.len();
        let Some(arms) = recursive_arms(&cte.body) else {
            // It may still be named by a later one, and by itself only where it is an error.
            let outputs = self.statement(&cte.body);
            let outputs = self.renamed(outputs, &cte.columns);
            let outputs = self.with_added(outputs, &cte.added);
            self.queries.push(NamedQuery {
                name: cte.name.name,
                outputs,
                open: false,
            });
            return;
        };
        let (query, arms) = arms;
        let before = self.with(&query.with);
        let mut known: Option<Rc<Vec<Output<'a>>>> = None;
        let mut all: Vec<Sources<'a>> = Vec::new();
        let mut every: Vec<Rc<Vec<Output<'a>>>> = Vec::new();
        for arm in arms {
            let outputs = self.body(arm);
            every.push(Rc::clone(&outputs));
            if known.is_none() {
                all = outputs.iter().map(|o| o.sources.clone()).collect();
                let outputs = self.renamed(outputs, &cte.columns);
                let outputs = self.with_added(outputs, &cte.added);
                self.queries.push(NamedQuery {
                    name: cte.name.name,
                    outputs: Rc::clone(&outputs),
                    open: false,
                });
                known = Some(outputs);
            } else {
                add_sources(&mut all, &outputs);
            }
        }
        self.balance(&every);
        all.iter_mut().for_each(dedup);
        let outputs = known.unwrap_or_default();
        let joined: Vec<Output<'a>> = outputs
            .iter()
            .enumerate()
            .map(|(at, output)| Output {
                sources: all.get(at).cloned().unwrap_or_default(),
                ..output.clone()
            })
            .collect();
        let outputs = Rc::new(joined);
        self.tail(query, &outputs);
        self.queries.truncate(before.min(at));
        self.queries.push(NamedQuery {
            name: cte.name.name,
            outputs,
            open: false,
        });
    }
}

fn add_sources<'a>(all: &mut [Sources<'a>], outputs: &[Output<'a>]) {
    for (sources, output) in all.iter_mut().zip(outputs) {
        sources.extend(output.sources.iter().copied());
    }
}

/// The arms of a CTE's body, if it is a set operation.
fn recursive_arms<'b, 'a>(body: &'b Statement<'a>) -> Option<(&'b Query<'a>, &'b [Body<'a>])> {
    let Statement::Query(query) = body else {
        return None;
    };
    match &query.body {
        Body::Set { arms, .. } => Some((query, arms)),
        _ => None,
    }
}
