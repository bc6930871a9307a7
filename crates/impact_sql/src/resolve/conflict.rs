//! ON CONFLICT and ON DUPLICATE KEY UPDATE.

use super::Resolver;
use super::scope::{Columns, Target};
use crate::syntax::{Body, Conflict, Ident, Insert, InsertSource};
use impact_facts::{Certainty, Dialect};

impl<'a> Resolver<'a> {
    pub(super) fn conflict(
        &mut self,
        conflict: &Conflict<'a>,
        insert: &Insert<'a>,
        target: &Columns<'a>,
    ) {
        for expr in &conflict.target {
            self.expr(expr);
        }
        if let Some(condition) = &conflict.condition {
            self.condition(condition);
        }
        if let Some(constraint) = conflict.constraint {
            self.constraint(constraint, target);
        }
        let before = self.count();
        self.push_proposed(target);
        self.push_named_row(&insert.row);
        self.sources_of_insert(insert);
        self.set_clauses(&conflict.set);
        if let Some(condition) = &conflict.set_condition {
            self.condition(condition);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.relations.truncate(before);
            frame.to = before;
        }
    }

    /// MySQL: `ON DUPLICATE KEY UPDATE` may name, with a qualifier, what the inserted query reads from.
    fn sources_of_insert(&mut self, insert: &Insert<'a>) {
        let InsertSource::Query(query) = &insert.source else {
            return;
        };
        let Body::Select(select) = &query.body else {
            return;
        };
        if self.schema.dialect != Dialect::MySql {
            return;
        }
        let (before, uses) = (self.count(), self.uses.len());
        self.from(&select.from);
        self.uses.truncate(uses);
        if let Some(frame) = self.frames.last_mut() {
            for relation in frame.relations.iter_mut().skip(before) {
                relation.bare = false;
            }
        }
    }

    /// `ON CONSTRAINT name`: the columns of that constraint are read.
    fn constraint(&mut self, name: Ident<'a>, target: &Columns<'a>) {
        let Columns::Table(id) = target else {
            let tables = self.table_list(target);
            return self.unknown(
                name.span,
                "a constraint of a table that is not known",
                tables,
            );
        };
        let Some(relation) = self.schema.relation(*id) else {
            return;
        };
        let key = name.name;
        let named = relation
            .constraints
            .iter()
            .find(|(constraint, _)| **constraint == *key);
        let columns = named
            .map(|(_, columns)| columns.clone())
            .or_else(|| relation.implied_constraint(key));
        match columns {
            Some(columns) => {
                for at in columns {
                    self.read(Target::Known(*id, at), name.span, Certainty::Exact);
                }
            }
            None => self.unknown(
                name.span,
                "a constraint that the catalog does not have",
                Some(vec![relation.name.clone()]),
            ),
        }
    }
}
