//! CREATE: views, tables, indexes, triggers, policies, functions.

use super::define::other;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Ident, OnTable, Statement};
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

impl<'a> Parser<'a> {
    pub(super) fn create(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        if self.skip(Keyword::Or) {
            self.at += 1;
        }
        self.create_words();
        self.skip_any(&[
            Keyword::Temp,
            Keyword::Temporary,
            Keyword::Unlogged,
            Keyword::Materialized,
            Keyword::Recursive,
            Keyword::Local,
            Keyword::Foreign,
        ]);
        match self.keyword() {
            Keyword::View => self.create_view(),
            Keyword::Table => self.create_table(),
            Keyword::Unique | Keyword::Index => self.create_index(),
            Keyword::Trigger | Keyword::Constraint => self.create_trigger(),
            Keyword::Policy => self.create_policy(),
            Keyword::Function | Keyword::Procedure => self.create_function(),
            _ if self.is_word("proc") => self.create_function(),
            Keyword::Rule => self.create_rule(),
            _ if self.dialect == Dialect::Postgres => {
                self.skip_rest();
                other(true)
            }
            _ => self.script(true, false),
        }
    }

    /// Words of other dialects before what is created: `TRANSIENT TABLE`, `SECURE VIEW`, `DEFINER = x VIEW`.
    fn create_words(&mut self) {
        const WORDS: &[&str] = &[
            "transient",
            "secure",
            "dynamic",
            "external",
            "global",
            "private",
            "volatile",
            "multiset",
            "set",
            "live",
            "iceberg",
            "hybrid",
            "streaming",
            "aggregate",
            "clustered",
            "nonclustered",
            "columnstore",
            "fulltext",
            "spatial",
        ];
        while WORDS.contains(&self.word_at(0)) {
            self.at += 1;
        }
        if matches!(self.word_at(0), "definer" | "algorithm" | "sql")
            && self.dialect != Dialect::Postgres
        {
            while self.kind().is_some()
                && !matches!(
                    self.keyword(),
                    Keyword::View | Keyword::Trigger | Keyword::Procedure | Keyword::Function
                )
                && !self.is_word("event")
            {
                self.at += 1;
            }
        }
    }

    pub(super) fn create_view(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.if_not_exists();
        self.path()?;
        let columns = if self.is_symbol(b'(') {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.create_as(columns)
    }

    pub(super) fn create_as(&mut self, columns: Vec<Ident<'a>>) -> Parsed<Statement<'a>> {
        while !self.is(Keyword::As) {
            if self.kind().is_none() {
                return other(true);
            }
            self.skip_balanced();
        }
        self.at += 1;
        if self.is(Keyword::Execute) {
            self.skip_rest();
            return other(true);
        }
        let query = self.query()?;
        if self.is(Keyword::With) {
            self.skip_rest();
        }
        Ok(Statement::CreateAs {
            columns,
            query: Box::new(query),
        })
    }

    pub(super) fn if_not_exists(&mut self) {
        if self.is(Keyword::If) {
            self.at += 3;
        }
    }

    pub(super) fn create_table(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.if_not_exists();
        self.path()?;
        let start = self.at;
        let mut columns = Vec::new();
        if self.is_symbol(b'(') {
            match self.ident_list() {
                Ok(list) => columns = list,
                Err(_) => {
                    self.at = start;
                    self.skip_balanced();
                }
            }
        }
        let on = self.references_in(start);
        let rest = self.at;
        while self.kind().is_some() && !self.is(Keyword::As) {
            self.skip_balanced();
        }
        if self.is(Keyword::As) && !self.is_generated(rest) {
            return self.create_as(columns);
        }
        self.skip_rest();
        Ok(Statement::OnTable(Box::new(OnTable {
            references: on,
            ..OnTable::default()
        })))
    }

    pub(super) fn is_generated(&self, _from: usize) -> bool {
        !self.query_starts_at(1)
            && !self.symbol_at(1, b'(')
            && self.keyword_at(1) != Keyword::Execute
    }

    pub(super) fn create_index(&mut self) -> Parsed<Statement<'a>> {
        self.skip(Keyword::Unique);
        self.expect(Keyword::Index)?;
        self.skip(Keyword::Concurrently);
        self.if_not_exists();
        if !self.is(Keyword::On) {
            self.path()?;
        }
        self.expect(Keyword::On)?;
        self.skip(Keyword::Only);
        let mut on = OnTable {
            table: Some(self.path()?),
            ..OnTable::default()
        };
        if self.skip(Keyword::Using) {
            self.ident()?;
        }
        self.index_elements(&mut on)?;
        while self.kind().is_some() {
            if self.is_word("include") && self.symbol_at(1, b'(') {
                self.at += 1;
                on.named.extend(self.ident_list()?);
            } else if self.skip(Keyword::Where) {
                on.exprs.push(self.expr()?);
            } else {
                self.skip_balanced();
            }
        }
        Ok(Statement::OnTable(Box::new(on)))
    }

    pub(super) fn index_elements(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        loop {
            on.exprs.push(self.expr()?);
            // Collation, operator class with options, direction.
            while !self.is_symbol(b',') && !self.is_symbol(b')') && self.kind().is_some() {
                self.skip_balanced();
            }
            if !self.skip_symbol(b',') {
                return self.expect_symbol(b')');
            }
        }
    }

    pub(super) fn create_trigger(&mut self) -> Parsed<Statement<'a>> {
        let mut on = OnTable {
            trigger: true,
            ..OnTable::default()
        };
        while self.kind().is_some() {
            if self.skip_pair(Keyword::Update, Keyword::Of) {
                loop {
                    on.named.push(self.ident()?);
                    if !self.skip_symbol(b',') {
                        break;
                    }
                }
            } else if self.is(Keyword::On) && on.table.is_none() {
                self.at += 1;
                on.table = Some(self.path()?);
            } else if self.is(Keyword::When) && self.symbol_at(1, b'(') {
                self.at += 1;
                on.exprs.push(self.expr()?);
            } else if self.trigger_body_begins() {
                on.body = self.statements_within(&mut on)?;
            } else if self.is(Keyword::When) && self.dialect == Dialect::Sqlite {
                self.at += 1;
                on.exprs.push(self.expr()?);
            } else {
                self.at += 1;
            }
        }
        Ok(Statement::OnTable(Box::new(on)))
    }

    /// `BEGIN …`, what follows `FOR EACH ROW` in MySQL, what follows `AS` in T-SQL.
    fn trigger_body_begins(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => false,
            Dialect::TSql => self.is(Keyword::As),
            Dialect::MySql => self.is(Keyword::Row),
            _ => self.is(Keyword::Begin),
        }
    }

    pub(super) fn create_policy(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        let mut on = OnTable::default();
        while self.kind().is_some() {
            if self.is(Keyword::On) && on.table.is_none() {
                self.at += 1;
                on.table = Some(self.path()?);
            } else if matches!(self.keyword(), Keyword::Using | Keyword::Check)
                && self.symbol_at(1, b'(')
            {
                self.at += 1;
                on.exprs.push(self.expr()?);
            } else {
                self.at += 1;
            }
        }
        Ok(Statement::OnTable(Box::new(on)))
    }

    pub(super) fn create_rule(&mut self) -> Parsed<Statement<'a>> {
        self.skip_rest();
        other(true)
    }

    pub(super) fn create_function(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.if_not_exists();
        let name = self.path()?.last().map(|ident| ident.name);
        let start = self.at;
        let mut language = "sql";
        let mut text = None;
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::DollarText => text = Some(self.body_span()),
                TokenKind::Text if self.before_is_as() => text = Some(self.body_span()),
                TokenKind::Word(_) if self.is_word("language") => language = self.word_at(1),
                TokenKind::Word(Keyword::Begin)
                    if self.keyword_at(1) == Keyword::Atomic && self.dialect != Dialect::TSql =>
                {
                    let end = self.tokens.last().map_or(0, |token| token.span.start);
                    text = Some(Span::new(self.span().end, end.max(self.span().end)));
                    self.skip_rest();
                }
                _ => {}
            }
            self.at += 1;
        }
        let Some(text) = text else {
            self.at = start;
            return self.script(true, true);
        };
        self.skip_rest();
        Ok(Statement::Body {
            language,
            name,
            text,
            ddl: true,
        })
    }

    pub(super) fn before_is_as(&self) -> bool {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .is_some_and(|t| t.kind == TokenKind::Word(Keyword::As))
    }
}
