//! DDL that names columns.

use super::scope::{Columns, Frame, Output, Target};
use super::{Resolver, UseClass};
use crate::syntax::{Alias, Ident, OnTable, Path, TableSource};
use impact_facts::{Access, Certainty};
use std::rc::Rc;

impl<'a> Resolver<'a> {
    pub(super) fn on_table(&mut self, on: &OnTable<'a>) -> Rc<Vec<Output<'a>>> {
        for (path, columns) in &on.references {
            self.referenced(path, columns);
        }
        let Some(path) = &on.table else {
            return Rc::default();
        };
        self.frames.push(Frame {
            to: usize::MAX,
            ..Frame::default()
        });
        let table = TableSource {
            path: path.clone(),
            alias: Alias::default(),
            arguments: Vec::new(),
        };
        let access = if on.changed.is_empty() {
            Access::Read
        } else {
            Access::Write
        };
        self.table_source(&table, access);
        let columns = self
            .frames
            .last()
            .and_then(|f| f.relations.first())
            .map(|r| r.columns.clone());
        if on.trigger
            && let Some(Columns::Table(id)) = &columns
        {
            self.rows.push(*id);
        }
        let columns = columns.unwrap_or(Columns::System);
        self.columns_of(&columns, &on.changed, Access::Write);
        self.columns_of(&columns, &on.named, Access::Read);
        for expr in &on.exprs {
            self.condition(expr);
        }
        self.frames.pop();
        self.body_of_trigger(on);
        Rc::default()
    }

    /// What a trigger does, with its row in sight; names that nothing explains are variables.
    fn body_of_trigger(&mut self, on: &OnTable<'a>) {
        let around = self.lenient;
        self.lenient |= !on.body.is_empty();
        for statement in &on.body {
            self.statement(statement);
        }
        self.lenient = around;
    }

    fn referenced(&mut self, path: &Path<'a>, columns: &[Ident<'a>]) {
        let table = self.bind_table(path, Access::Read);
        self.columns_of(&table, columns, Access::Read);
    }

    fn columns_of(&mut self, table: &Columns<'a>, names: &[Ident<'a>], access: Access) {
        for ident in names {
            let target = match table {
                Columns::Table(id) => self
                    .schema
                    .relation(*id)
                    .and_then(|r| r.column(ident.name))
                    .map(|at| Target::Known(*id, at)),
                Columns::Unknown(at) => Some(Target::Unknown(*at, ident.name)),
                _ => None,
            };
            if let Some(target) = target {
                self.touch(target, access, UseClass::Name, ident.span, Certainty::Exact);
            }
        }
    }
}
