//! ALTER, and what stands in the actions of DDL.

use super::define::other;
use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Ident, OnTable, Path, Statement};

impl<'a> Parser<'a> {
    pub(super) fn alter(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.skip_any(&[Keyword::Foreign, Keyword::Materialized]);
        if !self.skip(Keyword::Table) && !self.skip(Keyword::View) {
            self.skip_rest();
            return other(true);
        }
        self.skip_pair(Keyword::If, Keyword::Exists);
        self.skip(Keyword::Only);
        let mut on = OnTable {
            table: Some(self.path()?),
            ..OnTable::default()
        };
        self.skip_operator("*");
        if self.word_at(1) == "cluster" && self.is(Keyword::On) {
            self.at += 3;
        }
        if matches!(self.keyword(), Keyword::Update | Keyword::Delete)
            && let Some(table) = on.table.take()
        {
            return self.mutation(table);
        }
        loop {
            self.alter_action(&mut on)?;
            if !self.skip_symbol(b',') {
                break;
            }
        }
        self.skip_rest();
        Ok(Statement::OnTable(Box::new(on)))
    }

    /// `ALTER TABLE t UPDATE a = 1 WHERE …`, `ALTER TABLE t DELETE WHERE …` of ClickHouse.
    fn mutation(&mut self, path: Path<'a>) -> Parsed<Statement<'a>> {
        let updates = self.is(Keyword::Update);
        self.at += 1;
        let mut holes = Vec::new();
        let set = if updates {
            self.set_clauses(&mut holes)?
        } else {
            Vec::new()
        };
        while self.kind().is_some() && !self.is(Keyword::Where) {
            self.skip_balanced();
        }
        self.expect(Keyword::Where)?;
        let condition = Some(self.expr()?);
        self.skip_rest();
        Ok(Statement::Update(Box::new(crate::syntax::Update {
            with: crate::syntax::With::default(),
            target: self.table(path)?,
            set,
            from: Vec::new(),
            condition,
            more: Vec::new(),
            returning: Vec::new(),
            holes,
        })))
    }

    pub(super) fn alter_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
        let start = self.at;
        match self.keyword() {
            Keyword::Drop | Keyword::Alter | Keyword::Rename
                if !matches!(self.keyword_at(1), Keyword::Constraint | Keyword::To) =>
            {
                self.at += 1;
                self.skip(Keyword::Column);
                self.skip_pair(Keyword::If, Keyword::Exists);
                on.changed.push(self.ident()?);
                self.expressions_in_action(on)?;
            }
            Keyword::Attach | Keyword::None if matches!(self.word_at(0), "attach" | "detach") => {}
            _ => self.constraint_in_action(on)?,
        }
        while self.kind().is_some() && !self.is_symbol(b',') {
            self.skip_balanced();
        }
        let references = self.references_in(start);
        on.references.extend(references);
        Ok(())
    }

    /// `USING expr` of a new type.
    pub(super) fn expressions_in_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
        while self.kind().is_some() && !self.is_symbol(b',') {
            if self.skip(Keyword::Using) {
                on.exprs.push(self.expr()?);
                return Ok(());
            }
            self.skip_balanced();
        }
        Ok(())
    }

    /// `ADD CONSTRAINT … CHECK (…)`, `UNIQUE (a, b)`, `FOREIGN KEY (a)`.
    pub(super) fn constraint_in_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
        while self.kind().is_some() && !self.is_symbol(b',') {
            let opens = self.symbol_at(1, b'(');
            match self.keyword() {
                Keyword::Check if opens => {
                    self.at += 1;
                    on.exprs.push(self.expr_in(Place::Open)?);
                }
                Keyword::Unique | Keyword::Key if opens => {
                    self.at += 1;
                    on.named.extend(self.ident_list()?);
                }
                _ => self.skip_balanced(),
            }
        }
        Ok(())
    }

    /// `REFERENCES t (a)` from token `from` up to here.
    pub(super) fn references_in(&mut self, from: usize) -> Vec<(Path<'a>, Vec<Ident<'a>>)> {
        let end = self.at;
        let mut found = Vec::new();
        self.at = from;
        while self.at < end {
            if self.skip(Keyword::References)
                && let Ok(path) = self.path()
            {
                let columns = if self.is_symbol(b'(') {
                    self.ident_list().unwrap_or_default()
                } else {
                    Vec::new()
                };
                found.push((path, columns));
                continue;
            }
            self.at += 1;
        }
        self.at = end;
        found
    }
}
