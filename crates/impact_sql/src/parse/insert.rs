//! INSERT and ON CONFLICT.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Alias, Assignment, Conflict, Insert, InsertSource, Statement, With};
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

impl<'a> Parser<'a> {
    pub(super) fn insert(&mut self, with: With<'a>) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.insert_words();
        if self.dialect == Dialect::Snowflake && matches!(self.word_at(0), "all" | "first") {
            return self.insert_many();
        }
        if self.is(Keyword::Top) && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
        }
        if self.skip(Keyword::Or) {
            self.at += 1;
        }
        self.skip_any(&[Keyword::Into, Keyword::Overwrite]);
        self.skip(Keyword::Table);
        let mut insert = Insert {
            with,
            table: self.target_table()?,
            columns: None,
            source: InsertSource::Unknown,
            conflict: None,
            row: Alias::default(),
            by_name: false,
            returning: Vec::new(),
            holes: Vec::new(),
        };
        if self.is_symbol(b'(') && !self.query_in_parentheses() {
            insert.columns = self.insert_columns(&mut insert.holes)?;
        }
        if self.skip(Keyword::Overriding) {
            self.at += 2;
        }
        insert.by_name = self.skip_pair(Keyword::By, Keyword::Name);
        if self.is_word("output") {
            insert.returning = self.output_clause()?;
        }
        insert.source = self.insert_source(&mut insert.holes)?;
        self.insert_tail(&mut insert)?;
        Ok(Statement::Insert(Box::new(insert)))
    }

    pub(super) fn insert_words(&mut self) {
        while matches!(
            self.word_at(0),
            "ignore" | "low_priority" | "high_priority" | "delayed" | "quick"
        ) {
            self.at += 1;
        }
    }

    pub(super) fn insert_columns(
        &mut self,
        holes: &mut Vec<Span>,
    ) -> Parsed<Option<Vec<Assignment<'a>>>> {
        self.expect_symbol(b'(')?;
        let mut list = Vec::new();
        while !self.skip_symbol(b')') {
            if self.is_symbol(b'{') || self.is_symbol(b'%') || self.is_symbol(b'?') {
                holes.push(self.span());
                self.operand(&mut Vec::new(), Place::Value)?;
            } else if self.is_hole() && !self.symbol_at(1, b'.') {
                holes.push(self.span());
                self.at += 1;
            } else if self.dialect == Dialect::MySql && self.kind() == Some(TokenKind::Parameter) {
                // A variable that LOAD DATA fills.
                self.at += 1;
            } else {
                list.push(self.assignment_target()?);
            }
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in a list of columns");
            }
        }
        Ok(Some(list))
    }

    pub(super) fn insert_source(&mut self, holes: &mut Vec<Span>) -> Parsed<InsertSource<'a>> {
        if self.skip_pair(Keyword::Default, Keyword::Values) {
            return Ok(InsertSource::Default);
        }
        while self.is(Keyword::Settings)
            || self.operator_at(1) == "=" && self.name_at(0) && !self.is(Keyword::Set)
        {
            // `SETTINGS a = 1, b = 2` of ClickHouse.
            self.skip(Keyword::Settings);
            self.at += 3;
            self.skip_symbol(b',');
        }
        if matches!(self.word_at(0), "exec" | "execute") {
            self.at += 1;
            while self.kind().is_some()
                && !self.is_symbol(b';')
                && !self.begins_statement_of_batch()
            {
                self.at += 1;
            }
            return Ok(InsertSource::Unknown);
        }
        if self.skip(Keyword::Set) {
            return Ok(InsertSource::Set(self.set_clauses(holes)?));
        }
        if self.is_word("value") && self.symbol_at(1, b'(') {
            let start = self.at;
            self.at += 1;
            let body = crate::syntax::Body::Values(self.rows()?);
            return Ok(InsertSource::Query(Box::new(
                self.query_after(start, body)?,
            )));
        }
        if self.is_hole() {
            holes.push(self.span());
            self.at += 1;
            return Ok(InsertSource::Unknown);
        }
        if self.is_symbol(b'{') || self.is_symbol(b'%') {
            holes.push(self.span());
            self.operand(&mut Vec::new(), Place::Value)?;
            return Ok(InsertSource::Unknown);
        }
        if self.kind().is_none()
            || self.is(Keyword::On)
            || self.is(Keyword::Returning)
            || self.is_word("format")
        {
            if self.is_word("format") {
                self.skip_rest();
            }
            return Ok(InsertSource::Unknown);
        }
        let start = self.at;
        if self.is(Keyword::Values) {
            self.at += 1;
            let body = crate::syntax::Body::Values(self.rows()?);
            return Ok(InsertSource::Query(Box::new(
                self.query_after(start, body)?,
            )));
        }
        Ok(InsertSource::Query(Box::new(self.query()?)))
    }

    pub(super) fn insert_tail(&mut self, insert: &mut Insert<'a>) -> Parsed<()> {
        loop {
            if self.is_hole() {
                insert.holes.push(self.span());
                self.at += 1;
            } else if self.is(Keyword::As) && self.dialect == Dialect::MySql {
                insert.row = self.alias()?;
            } else if self.is(Keyword::On) && self.keyword_at(1) == Keyword::Conflict {
                self.at += 2;
                insert.conflict = Some(self.conflict(&mut insert.holes)?);
            } else if self.is(Keyword::On) && self.keyword_at(1) == Keyword::Duplicate {
                self.at += 4;
                let set = self.set_clauses(&mut insert.holes)?;
                insert.conflict = Some(Conflict {
                    set,
                    ..Conflict::default()
                });
            } else if self.skip(Keyword::Returning) {
                insert.returning = self.items()?;
                self.returning_into()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `INSERT ALL [WHEN x THEN] INTO t (a) VALUES (b) … SELECT …` of Snowflake. Values and conditions name the query's columns.
    fn insert_many(&mut self) -> Parsed<Statement<'a>> {
        let mut parts = Vec::new();
        while self.kind().is_some() && !self.query_starts_at(0) && !self.query_in_parentheses() {
            if !self.skip(Keyword::Into) {
                self.skip_balanced();
                continue;
            }
            let table = self.target_table()?;
            let columns = if self.is_symbol(b'(') {
                self.insert_columns(&mut Vec::new())?
            } else {
                None
            };
            if self.skip(Keyword::Values) {
                self.skip_balanced();
            }
            let unknown = columns.is_none();
            parts.push(Statement::Insert(Box::new(Insert {
                with: With::default(),
                table,
                columns,
                source: if unknown {
                    InsertSource::Unknown
                } else {
                    InsertSource::Default
                },
                conflict: None,
                row: Alias::default(),
                by_name: false,
                returning: Vec::new(),
                holes: Vec::new(),
            })));
        }
        parts.push(self.query_statement()?);
        Ok(Statement::Script {
            parts,
            lenient: false,
            ddl: false,
        })
    }

    pub(super) fn conflict(&mut self, holes: &mut Vec<Span>) -> Parsed<Conflict<'a>> {
        let mut conflict = Conflict::default();
        if self.is_symbol(b'(') {
            self.conflict_target(&mut conflict)?;
        } else if self.is(Keyword::On) && self.keyword_at(1) == Keyword::Constraint {
            self.at += 2;
            conflict.constraint = Some(self.ident()?);
        } else if self.is_hole() {
            holes.push(self.span());
            self.at += 1;
            if !self.is(Keyword::Do) && !self.is(Keyword::Where) {
                return Ok(conflict);
            }
        }
        if self.skip(Keyword::Where) {
            conflict.condition = Some(self.expr()?);
        }
        if self.is_hole() {
            holes.push(self.span());
            self.at += 1;
            return Ok(conflict);
        }
        self.expect(Keyword::Do)?;
        if self.skip(Keyword::Nothing) {
            return Ok(conflict);
        }
        self.expect(Keyword::Update)?;
        self.expect(Keyword::Set)?;
        conflict.set = self.set_clauses(holes)?;
        if self.skip(Keyword::Where) {
            conflict.set_condition = Some(self.expr()?);
        }
        Ok(conflict)
    }

    pub(super) fn conflict_target(&mut self, conflict: &mut Conflict<'a>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        loop {
            conflict.target.push(self.expr()?);
            // An operator class.
            while self.name_at(0) {
                self.at += 1;
            }
            if !self.skip_symbol(b',') {
                return self.expect_symbol(b')');
            }
        }
    }
}
