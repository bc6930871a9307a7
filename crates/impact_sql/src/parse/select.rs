//! SELECT: its list and its clauses.

use super::expression::Place;
use super::query::CLAUSES;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Body, Expr, Item, Select, Shape, StarItem};
use crate::token::TokenKind;
use impact_facts::Dialect;

impl<'a> Parser<'a> {
    pub(super) fn select(&mut self) -> Parsed<Select<'a>> {
        self.at += 1;
        let around = std::mem::take(&mut self.relations);
        let mut select = Select::default();
        self.quantifier(&mut select)?;
        select.items = self.items()?;
        self.clauses(&mut select)?;
        self.relations = around;
        Ok(select)
    }

    /// `FROM t [SELECT …]`.
    pub(super) fn select_after_from(&mut self) -> Parsed<Select<'a>> {
        let mut select = Select::default();
        let star = self.span();
        self.at += 1;
        select.from = self.sources()?;
        if self.skip(Keyword::Select) {
            self.quantifier(&mut select)?;
            select.items = self.items()?;
        } else {
            select.items = vec![Item::Star(StarItem {
                of: None,
                without: Vec::new(),
                replaced: Vec::new(),
                span: star,
            })];
        }
        self.clauses(&mut select)?;
        Ok(select)
    }

    pub(super) fn quantifier(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        if self.is(Keyword::Distinct) && self.keyword_at(1) == Keyword::On {
            self.at += 2;
            self.expect_symbol(b'(')?;
            select.distinct_on = self.expr_list(Place::Open)?;
            return self.expect_symbol(b')');
        }
        if (self.is(Keyword::Distinct) || self.is(Keyword::All)) && !self.symbol_at(1, b'.') {
            self.at += 1;
        }
        while self.dialect == Dialect::MySql
            && (self.word_at(0).starts_with("sql_")
                || matches!(
                    self.word_at(0),
                    "high_priority" | "straight_join" | "distinctrow"
                ))
        {
            self.at += 1;
        }
        if self.is(Keyword::Top)
            && matches!(
                self.kind_at(1),
                Some(TokenKind::Number | TokenKind::Symbol(b'(') | TokenKind::Parameter)
            )
        {
            self.at += 1;
            self.skip_balanced();
            self.skip_word("percent");
            self.skip_pair(Keyword::With, Keyword::Ties);
        }
        if self.is(Keyword::As) && matches!(self.word_at(1), "struct" | "value") {
            self.at += 2;
        }
        Ok(())
    }

    /// A select list; empty where a clause follows at once.
    pub fn items(&mut self) -> Parsed<Vec<Item<'a>>> {
        let mut items = Vec::new();
        if self.list_ends() {
            return Ok(items);
        }
        loop {
            if items.len() >= super::ITEMS {
                return self.fail("is one item more than is followed");
            }
            items.push(self.item()?);
            if !self.skip_symbol(b',') || self.list_ends() {
                return Ok(items);
            }
        }
    }

    pub(super) fn list_ends(&self) -> bool {
        match self.kind() {
            None | Some(TokenKind::Symbol(b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => {
                matches!(
                    keyword,
                    Keyword::From
                        | Keyword::Where
                        | Keyword::Into
                        | Keyword::Union
                        | Keyword::Except
                        | Keyword::Intersect
                        | Keyword::Order
                        | Keyword::Limit
                        | Keyword::Group
                ) && !self.symbol_at(1, b'.')
            }
            _ => false,
        }
    }

    pub(super) fn item(&mut self) -> Parsed<Item<'a>> {
        if let Some(star) = self.star_item()? {
            return Ok(Item::Star(star));
        }
        if self.dialect == Dialect::TSql && self.name_at(0) && self.operator_at(1) == "=" {
            let alias = self.any_ident();
            self.at += 1;
            let expr = self.expr()?;
            return Ok(Item::Expr { expr, alias });
        }
        if self.dialect == Dialect::DuckDb && self.name_at(0) && self.symbol_at(1, b':') {
            let alias = self.any_ident();
            self.at += 1;
            let expr = self.expr()?;
            return Ok(Item::Expr { expr, alias });
        }
        let mut expr = self.expr()?;
        if expr.shape == Shape::Star && self.dialect != Dialect::Postgres {
            self.options_of_fields(&mut expr)?;
        }
        let alias = self.item_alias();
        Ok(Item::Expr { expr, alias })
    }

    /// `f(x).* EXCEPT (a) REPLACE (b AS c)`: of a value's fields, which are no columns.
    fn options_of_fields(&mut self, expr: &mut Expr<'a>) -> Parsed<()> {
        let mut star = StarItem {
            of: None,
            without: Vec::new(),
            replaced: Vec::new(),
            span: expr.span,
        };
        self.star_options(&mut star)?;
        for (replacing, _) in star.replaced {
            expr.atoms.extend(replacing.atoms);
        }
        Ok(())
    }

    pub(super) fn item_alias(&mut self) -> Option<crate::syntax::Ident<'a>> {
        if self.skip(Keyword::As) {
            let text = self.kind() == Some(TokenKind::Text);
            self.at += usize::from(text);
            return if text { None } else { self.any_ident() };
        }
        if self.is_hole() || self.begins_statement_of_batch() {
            return None;
        }
        match self.kind() {
            Some(TokenKind::Quoted) => self.any_ident(),
            Some(TokenKind::Word(keyword))
                if !CLAUSES.contains(&keyword)
                    || keyword == Keyword::Do && self.dialect == Dialect::Postgres =>
            {
                self.any_ident()
            }
            _ => None,
        }
    }

    pub(super) fn clauses(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        while self.clause(select)? {}
        Ok(())
    }

    pub(super) fn clause(&mut self, select: &mut Select<'a>) -> Parsed<bool> {
        if self.is_hole() && self.clause_or_end_at(1) {
            select.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
            Keyword::Into => {
                self.at += 1;
                self.select_into(select)?;
            }
            Keyword::From => {
                self.at += 1;
                select.from.extend(self.sources()?);
            }
            Keyword::Where | Keyword::Prewhere => {
                self.at += 1;
                select.condition.push(self.expr()?);
            }
            Keyword::Start if self.keyword_at(1) == Keyword::With => {
                self.at += 2;
                select.condition.push(self.expr()?);
            }
            Keyword::Connect => {
                self.at += 2;
                self.skip_word("nocycle");
                select.condition.push(self.expr()?);
            }
            Keyword::Group if self.keyword_at(1) == Keyword::By => {
                self.at += 2;
                self.group_by(select)?;
            }
            Keyword::Having => {
                self.at += 1;
                select.having = Some(self.expr()?);
            }
            Keyword::Qualify => {
                self.at += 1;
                select.qualify = Some(self.expr()?);
            }
            Keyword::Window => self.windows(select)?,
            Keyword::Using if self.keyword_at(1) == Keyword::Sample => self.using_sample(),
            _ if self.dialect == Dialect::ClickHouse && self.array_join_follows() => {
                self.array_join(select)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn clause_or_end_at(&self, ahead: usize) -> bool {
        match self.kind_at(ahead) {
            None | Some(TokenKind::Symbol(b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => CLAUSES.contains(&keyword) || self.hole_at(ahead),
            _ => false,
        }
    }

    pub(super) fn select_into(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        if matches!(self.word_at(0), "outfile" | "dumpfile") {
            self.skip_rest();
            return Ok(());
        }
        self.skip_word("strict");
        self.skip_any(&[
            Keyword::Temp,
            Keyword::Temporary,
            Keyword::Unlogged,
            Keyword::Table,
        ]);
        loop {
            if self.name_at(0) {
                select.into.push(self.path()?);
            } else {
                self.expr_in(Place::Value)?;
            }
            if !self.skip_symbol(b',') {
                return Ok(());
            }
        }
    }

    pub(super) fn group_by(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        self.skip_any(&[Keyword::All, Keyword::Distinct]);
        if self.kind().is_none() || self.clause_or_end_at(0) && !self.is_hole() {
            return Ok(());
        }
        loop {
            if select.group_by.len() >= super::ITEMS {
                return self.fail("is one item more than is followed");
            }
            self.grouping_element(select)?;
            if !self.skip_symbol(b',') {
                break;
            }
        }
        if self.is(Keyword::With) && matches!(self.word_at(1), "rollup" | "cube" | "totals") {
            self.at += 2;
        }
        Ok(())
    }

    pub(super) fn grouping_element(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        if self.is(Keyword::Grouping) && self.keyword_at(1) == Keyword::Sets {
            self.at += 2;
            return self.grouping_list(select);
        }
        if matches!(self.keyword(), Keyword::Rollup | Keyword::Cube) && self.symbol_at(1, b'(') {
            self.at += 1;
            return self.grouping_list(select);
        }
        if self.is_symbol(b'(') && !self.query_in_parentheses() {
            let start = self.at;
            let count = select.group_by.len();
            if self.deeper(|parser| parser.grouping_list(select)).is_ok() && self.grouping_ends() {
                return Ok(());
            }
            self.at = start;
            select.group_by.truncate(count);
        }
        select.group_by.push(self.expr()?);
        Ok(())
    }

    pub(super) fn grouping_ends(&self) -> bool {
        match self.kind() {
            None | Some(TokenKind::Symbol(b',' | b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => {
                CLAUSES.contains(&keyword) && !matches!(keyword, Keyword::And | Keyword::Or)
            }
            _ => false,
        }
    }

    pub(super) fn grouping_list(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        while !self.skip_symbol(b')') {
            self.deeper(|parser| parser.grouping_element(select))?;
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in GROUP BY");
            }
        }
        Ok(())
    }

    pub(super) fn windows(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        self.at += 1;
        loop {
            let start = self.at;
            self.ident()?;
            self.expect(Keyword::As)?;
            let mut atoms = Vec::new();
            self.window(&mut atoms)?;
            select.windows.push(Expr {
                atoms,
                shape: crate::syntax::Shape::Other,
                name: None,
                width: 1,
                row_type: None,
                span: self.span_from(start),
            });
            if !self.skip_symbol(b',') {
                return Ok(());
            }
        }
    }

    /// The clauses of a SELECT whose only item was read, as a subquery.
    pub fn select_rest(&mut self, expr: Expr<'a>) -> Parsed<crate::syntax::Atom<'a>> {
        let mut select = Select {
            items: vec![Item::Expr { expr, alias: None }],
            ..Select::default()
        };
        self.clauses(&mut select)?;
        let query = self.query_after(0, Body::Select(Box::new(select)))?;
        if self.at < self.tokens.len() {
            return self.fail("is not expected here");
        }
        Ok(crate::syntax::Atom::Query(
            Box::new(query),
            crate::syntax::QueryPlace::Value,
        ))
    }
}
