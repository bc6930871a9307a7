//! Queries: WITH, SELECT and its clauses, set operations, VALUES.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Body, Cte, Expr, Query, Statement, With};
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

/// Words that begin a clause and so never are an alias without `AS`.
pub(crate) const CLAUSES: &[Keyword] = &[
    Keyword::From,
    Keyword::Where,
    Keyword::Group,
    Keyword::Having,
    Keyword::Order,
    Keyword::Limit,
    Keyword::Offset,
    Keyword::Fetch,
    Keyword::For,
    Keyword::Union,
    Keyword::Intersect,
    Keyword::Except,
    Keyword::Minus,
    Keyword::Window,
    Keyword::Qualify,
    Keyword::Into,
    Keyword::On,
    Keyword::Using,
    Keyword::Join,
    Keyword::Inner,
    Keyword::Left,
    Keyword::Right,
    Keyword::Full,
    Keyword::Cross,
    Keyword::Natural,
    Keyword::Returning,
    Keyword::Set,
    Keyword::As,
    Keyword::Then,
    Keyword::When,
    Keyword::Else,
    Keyword::End,
    Keyword::And,
    Keyword::Or,
    Keyword::TableSample,
    Keyword::Lateral,
    Keyword::With,
    Keyword::Values,
    Keyword::Select,
    Keyword::Loop,
    Keyword::Prewhere,
    Keyword::Settings,
    Keyword::Pivot,
    Keyword::Unpivot,
    Keyword::Connect,
    Keyword::Start,
    Keyword::Straight,
    Keyword::Asof,
    Keyword::Lock,
    Keyword::Do,
];

impl<'a> Parser<'a> {
    /// A query with its `WITH`.
    pub fn query(&mut self) -> Parsed<Query<'a>> {
        let start = self.at;
        let with = self.with()?;
        self.query_with(start, with)
    }

    /// The query after its `WITH`.
    pub fn query_with(&mut self, start: usize, with: With<'a>) -> Parsed<Query<'a>> {
        let mut with = with;
        let mut body = self.operand_body()?;
        if let Body::Select(select) = &mut body {
            select.named = std::mem::take(&mut with.named);
        }
        let mut query = self.query_after(start, body)?;
        query.with = with;
        Ok(query)
    }

    /// What follows a query's first part: set operations, `ORDER BY`, `LIMIT`, locks.
    pub fn query_after(&mut self, start: usize, body: Body<'a>) -> Parsed<Query<'a>> {
        let body = self.set_operations(body)?;
        let mut query = Query {
            with: With::default(),
            body,
            order_by: Vec::new(),
            limits: Vec::new(),
            holes: Vec::new(),
            span: Span::default(),
        };
        while self.tail_clause(&mut query)? {}
        query.span = self.span_from(start);
        Ok(query)
    }

    /// `WITH …`, if it is there.
    pub fn with(&mut self) -> Parsed<With<'a>> {
        let mut with = With::default();
        if !self.skip(Keyword::With) {
            return Ok(with);
        }
        with.recursive = self.skip(Keyword::Recursive);
        loop {
            if with.ctes.len() >= super::NAMED_QUERIES {
                return self.fail("is one query more than is followed");
            }
            if self.dialect == Dialect::ClickHouse && !self.cte_follows() {
                let expr = self.expr()?;
                self.expect(Keyword::As)?;
                with.named.push((expr, self.ident()?));
            } else {
                with.ctes.push(self.cte()?);
            }
            if !self.skip_symbol(b',') {
                return Ok(with);
            }
        }
    }

    fn cte_follows(&self) -> bool {
        self.name_at(0) && self.keyword_at(1) == Keyword::As && self.symbol_at(2, b'(')
    }

    pub(super) fn cte(&mut self) -> Parsed<Cte<'a>> {
        let name = self.ident()?;
        let columns = if self.is_symbol(b'(') {
            self.ident_list()?
        } else {
            Vec::new()
        };
        self.expect(Keyword::As)?;
        self.skip_any(&[Keyword::Not, Keyword::Materialized]);
        self.expect_symbol(b'(')?;
        let body = self.deeper(Self::any_statement)?;
        self.expect_symbol(b')')?;
        let added = self.search_and_cycle()?;
        Ok(Cte {
            name,
            columns,
            body: Box::new(body),
            added,
        })
    }

    pub(super) fn search_and_cycle(&mut self) -> Parsed<Vec<crate::syntax::Ident<'a>>> {
        let mut added = Vec::new();
        while matches!(self.keyword(), Keyword::Search | Keyword::Cycle) {
            let cycle = self.is(Keyword::Cycle);
            while !self.skip(Keyword::Set) {
                self.at += 1;
                if self.kind().is_none() {
                    return self.fail("is not expected in SEARCH or CYCLE");
                }
            }
            added.push(self.ident()?);
            if cycle && self.skip(Keyword::To) {
                self.expr_in(Place::Value)?;
                self.skip(Keyword::Default);
                self.expr_in(Place::Value)?;
            }
            if cycle && self.skip(Keyword::Using) {
                added.push(self.ident()?);
            }
        }
        Ok(added)
    }

    pub(super) fn operand_body(&mut self) -> Parsed<Body<'a>> {
        match self.keyword() {
            Keyword::Select => Ok(Body::Select(Box::new(self.select()?))),
            Keyword::Values => {
                self.at += 1;
                Ok(Body::Values(self.rows()?))
            }
            Keyword::Table => {
                self.at += 1;
                self.skip(Keyword::Only);
                Ok(Body::Table(self.path()?))
            }
            Keyword::Pivot | Keyword::Unpivot if self.dialect == Dialect::DuckDb => {
                Ok(Body::Select(Box::new(self.pivot_statement()?)))
            }
            Keyword::From if self.begins_with_from() => {
                Ok(Body::Select(Box::new(self.select_after_from()?)))
            }
            _ if self.is_symbol(b'(') => {
                self.at += 1;
                let query = self.deeper(Self::query)?;
                self.expect_symbol(b')')?;
                Ok(Body::Query(Box::new(query)))
            }
            Keyword::Insert | Keyword::Update | Keyword::Delete | Keyword::Merge => {
                let statement = self.any_statement()?;
                Ok(Body::Change(Box::new(statement)))
            }
            _ => self.fail("stands where a query is expected"),
        }
    }

    pub(super) fn begins_with_from(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::ClickHouse)
    }

    pub(super) fn set_operations(&mut self, first: Body<'a>) -> Parsed<Body<'a>> {
        let mut arms = vec![first];
        let mut named = false;
        while matches!(
            self.keyword(),
            Keyword::Union | Keyword::Intersect | Keyword::Except | Keyword::Minus
        ) {
            self.at += 1;
            self.skip_any(&[Keyword::All, Keyword::Distinct]);
            named |= self.skip_pair(Keyword::By, Keyword::Name);
            arms.push(self.deeper(Self::operand_body)?);
        }
        if arms.len() == 1
            && let Some(only) = arms.pop()
        {
            return Ok(only);
        }
        Ok(Body::Set {
            arms,
            by_name: named,
        })
    }

    pub(super) fn tail_clause(&mut self, query: &mut Query<'a>) -> Parsed<bool> {
        if self.is_hole() {
            query.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
            Keyword::Order
                if self.keyword_at(1) == Keyword::By && self.keyword_at(2) == Keyword::All =>
            {
                self.at += 3;
                self.order_direction();
            }
            Keyword::Order if self.keyword_at(1) == Keyword::By => {
                self.at += 2;
                query.order_by = self.order_list()?;
            }
            Keyword::Limit => self.limit(query)?,
            Keyword::Offset => {
                self.at += 1;
                query.limits.push(self.expr_in(Place::Value)?);
                self.skip_any(&[Keyword::Row, Keyword::Rows]);
            }
            Keyword::Fetch => self.fetch(query)?,
            Keyword::For => self.lock(),
            Keyword::Lock if self.keyword_at(1) == Keyword::In => self.at += 4,
            Keyword::Settings if self.dialect == Dialect::ClickHouse => self.skip_rest(),
            Keyword::Format if self.dialect == Dialect::ClickHouse => self.at += 2,
            Keyword::With if self.word_at(1) == "ur" => self.at += 2,
            Keyword::Into if query.limits.is_empty() && matches!(self.dialect, Dialect::MySql) => {
                self.at += 3
            }
            _ => return Ok(self.skip_query_option()),
        }
        Ok(true)
    }

    pub(super) fn limit(&mut self, query: &mut Query<'a>) -> Parsed<()> {
        self.at += 1;
        if self.skip(Keyword::All) {
            return Ok(());
        }
        query.limits.push(self.expr_in(Place::Value)?);
        if self.skip_symbol(b',') {
            query.limits.push(self.expr_in(Place::Value)?);
        }
        if self.is(Keyword::By) {
            self.at += 1;
            query.order_by.extend(self.expr_list(Place::Open)?);
        }
        Ok(())
    }

    pub(super) fn fetch(&mut self, query: &mut Query<'a>) -> Parsed<()> {
        self.at += 2;
        if !self.is(Keyword::Row) && !self.is(Keyword::Rows) {
            query.limits.push(self.expr_in(Place::Value)?);
        }
        self.skip_any(&[Keyword::Row, Keyword::Rows, Keyword::Only]);
        if self.skip(Keyword::With) {
            self.at += 1;
        }
        Ok(())
    }

    /// `FOR NO KEY UPDATE OF t SKIP LOCKED`, `FOR JSON PATH`.
    pub(super) fn lock(&mut self) {
        self.at += 1;
        while self.name_at(0)
            && !matches!(
                self.keyword(),
                Keyword::For
                    | Keyword::Limit
                    | Keyword::Offset
                    | Keyword::Fetch
                    | Keyword::Order
                    | Keyword::Union
                    | Keyword::Loop
            )
        {
            self.at += 1;
            while self.is_symbol(b',') || self.is_symbol(b'.') {
                self.at += 2;
            }
            if self.is_symbol(b'(') && self.dialect == Dialect::TSql {
                self.skip_balanced();
                while self.is_symbol(b',') {
                    self.at += 1;
                }
            }
        }
    }

    /// `(a, b), (c, d)`: `VALUES` was read.
    pub fn rows(&mut self) -> Parsed<Vec<Vec<Expr<'a>>>> {
        let mut rows = Vec::new();
        loop {
            if self.is_hole() {
                self.at += 1;
            } else if self.kind() == Some(TokenKind::Parameter)
                || self.is_symbol(b'%')
                || self.is_symbol(b'?')
                || self.is_symbol(b'{')
            {
                self.expr_in(Place::Value)?;
            } else {
                self.skip(Keyword::Row);
                rows.push(self.one_row()?);
            }
            if !self.skip_symbol(b',') {
                return Ok(rows);
            }
        }
    }

    pub fn one_row(&mut self) -> Parsed<Vec<Expr<'a>>> {
        self.expect_symbol(b'(')?;
        if self.skip_symbol(b')') {
            return Ok(Vec::new());
        }
        let row = self.expr_list(Place::Value)?;
        self.expect_symbol(b')')?;
        Ok(row)
    }
}

impl<'a> Parser<'a> {
    /// A query as a statement of its own.
    pub fn query_statement(&mut self) -> Parsed<Statement<'a>> {
        Ok(Statement::Query(Box::new(self.query()?)))
    }
}
