//! UPDATE, DELETE, MERGE.

use super::Resolver;
use super::scope::{Columns, Frame, Output, Target, Tree};
use crate::syntax::{
    Assignment, Delete, Merge, MergeAction, Path, SetClause, Source, TableSource, Update,
};
use impact_facts::{Access, Certainty, Dialect};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn update(&mut self, update: &Update<'a>) -> Rc<Vec<Output<'a>>> {
        let before = self.with(&update.with);
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        self.target(&update.target, &update.from);
        self.from(&update.from);
        self.set_clauses(&update.set);
        if let Some(condition) = &update.condition {
            self.condition(condition);
        }
        self.exprs(&update.more);
        self.clause_holes(&update.holes);
        let outputs = self.returned(&update.returning);
        self.frames.pop();
        self.queries.truncate(before);
        Rc::new(outputs)
    }

    pub(super) fn delete(&mut self, delete: &Delete<'a>) -> Rc<Vec<Output<'a>>> {
        let before = self.with(&delete.with);
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        self.target(&delete.target, &delete.using);
        self.from(&delete.using);
        if let Some(condition) = &delete.condition {
            self.condition(condition);
        }
        self.exprs(&delete.more);
        self.clause_holes(&delete.holes);
        let outputs = self.returned(&delete.returning);
        self.frames.pop();
        self.queries.truncate(before);
        Rc::new(outputs)
    }

    /// The table that is changed, unless its name is an alias of FROM (`UPDATE a SET … FROM t a`).
    fn target(&mut self, target: &Source<'a>, from: &[Source<'a>]) {
        match target {
            Source::Table(table)
                if self.schema.dialect != Dialect::Postgres && names_alias(table, from) => {}
            Source::Table(table) => {
                let tree = self.table_source(table, Access::Write);
                self.add_tree(tree);
            }
            source => self.from(std::slice::from_ref(source)),
        }
    }

    fn add_tree(&mut self, tree: Tree<'a>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.trees.push(tree);
        }
    }

    /// `SET a = x`: the columns that are written.
    pub(super) fn set_clauses(&mut self, clauses: &[SetClause<'a>]) -> Vec<Target<'a>> {
        let mut written = Vec::new();
        for clause in clauses {
            for assignment in &clause.targets {
                written.extend(self.set_target(assignment));
            }
            if let Some(value) = &clause.value {
                let before = self.sources.len();
                self.expr(value);
                self.sources.truncate(before);
            }
        }
        written
    }

    fn set_target(&mut self, assignment: &Assignment<'a>) -> Option<Target<'a>> {
        let columns = self.assigned_relation(assignment)?;
        self.assign(assignment, &columns)
    }

    /// The relation whose column is assigned: the first one, but in a join the one that has the column.
    fn assigned_relation(&self, assignment: &Assignment<'a>) -> Option<Columns<'a>> {
        let frame = self.frames.last()?;
        let first = frame.relations.first()?.columns.clone();
        if self.schema.dialect == Dialect::Postgres {
            return Some(first);
        }
        let last = assignment.target.last()?;
        if let Some(qualifier) = assignment
            .target
            .parts
            .len()
            .checked_sub(2)
            .and_then(|at| assignment.target.parts.get(at))
        {
            let found = frame
                .qualifier(None, qualifier.name, false)
                .and_then(|at| frame.relations.get(at));
            return Some(found.map_or(first, |relation| relation.columns.clone()));
        }
        let has = frame.relations.iter().find(|r| {
            matches!(r.columns, Columns::Table(_)) && r.find(self.schema, last.name).is_some()
        });
        Some(has.map_or(first, |relation| relation.columns.clone()))
    }

    pub(super) fn merge(&mut self, merge: &Merge<'a>) -> Rc<Vec<Output<'a>>> {
        let before = self.with(&merge.with);
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        let tree = self.table_source(&merge.target, Access::Write);
        self.add_tree(tree);
        // The source does not see the target.
        if let Some(frame) = self.frames.last_mut() {
            frame.from = 1;
        }
        self.from(std::slice::from_ref(&merge.source));
        self.condition(&merge.on);
        for action in &merge.actions {
            self.merge_action(action);
        }
        let outputs = self.returned(&merge.returning);
        self.frames.pop();
        self.queries.truncate(before);
        Rc::new(outputs)
    }

    fn merge_action(&mut self, action: &MergeAction<'a>) {
        let inserts = action.insert.is_some();
        self.show_target(!inserts);
        if let Some(condition) = &action.condition {
            self.condition(condition);
        }
        self.set_clauses(&action.set);
        if let Some((columns, values)) = &action.insert {
            let target = self
                .frames
                .last()
                .and_then(|f| f.relations.first())
                .map(|r| r.columns.clone());
            let target = target.unwrap_or(Columns::System);
            match columns {
                Some(columns) => {
                    for column in columns {
                        self.assign(column, &target);
                    }
                }
                None => self.merge_by_position(&target, values.len(), action),
            }
            self.exprs(values);
        }
        self.show_target(true);
    }

    /// What is inserted does not see the target's rows.
    fn show_target(&mut self, show: bool) {
        if let Some(target) = self
            .frames
            .last_mut()
            .and_then(|frame| frame.relations.first_mut())
        {
            target.bare = show;
        }
    }

    fn merge_by_position(&mut self, target: &Columns<'a>, count: usize, action: &MergeAction<'a>) {
        let span = action
            .insert
            .as_ref()
            .and_then(|(_, values)| values.first())
            .map_or_else(impact_facts::Span::default, |v| v.span);
        let Columns::Table(id) = target else {
            if let Columns::Unknown(at) = target {
                self.write(Target::Unknown(*at, "*"), span);
            }
            return;
        };
        let columns = self.schema.relation(*id).map_or(0, |r| r.columns.len());
        for at in 0..count.min(columns) as u16 {
            self.write(Target::Known(*id, at), span);
        }
    }

    /// `TRUNCATE t`, `DROP TABLE t`: relations as a whole.
    pub(super) fn whole_tables(
        &mut self,
        tables: &[Path<'a>],
        writes: bool,
    ) -> Rc<Vec<Output<'a>>> {
        let certainty = self.certainty;
        for table in tables {
            self.bind_table(table, if writes { Access::Write } else { Access::Read });
        }
        self.certainty = certainty.max(Certainty::Likely);
        Rc::default()
    }
}

fn names_alias(table: &TableSource<'_>, from: &[Source<'_>]) -> bool {
    let Some(name) = table.path.last() else {
        return false;
    };
    table.alias.name.is_none() && from.iter().any(|source| has_alias(source, name.name))
}

fn has_alias(source: &Source<'_>, name: &str) -> bool {
    match source {
        Source::Table(table) => table.alias.name.is_some_and(|alias| alias.name == name),
        Source::Join(join) => {
            has_alias(&join.first, name)
                || join
                    .rest
                    .iter()
                    .any(|joined| has_alias(&joined.source, name))
        }
        _ => false,
    }
}
