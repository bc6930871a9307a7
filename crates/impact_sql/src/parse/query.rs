//! Queries: WITH, SELECT and its clauses, set operations, VALUES.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Body, Cte, Expr, Item, Path, Query, Select, StarItem, Statement, With};
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
        let body = self.operand_body()?;
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
            with.ctes.push(self.cte()?);
            if !self.skip_symbol(b',') {
                return Ok(with);
            }
        }
    }

    fn cte(&mut self) -> Parsed<Cte<'a>> {
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

    fn search_and_cycle(&mut self) -> Parsed<Vec<crate::syntax::Ident<'a>>> {
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

    fn operand_body(&mut self) -> Parsed<Body<'a>> {
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
            Keyword::From if self.from_first() => {
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

    fn from_first(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::ClickHouse)
    }

    fn set_operations(&mut self, first: Body<'a>) -> Parsed<Body<'a>> {
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

    fn tail_clause(&mut self, query: &mut Query<'a>) -> Parsed<bool> {
        if self.is_hole() {
            query.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
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
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn limit(&mut self, query: &mut Query<'a>) -> Parsed<()> {
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

    fn fetch(&mut self, query: &mut Query<'a>) -> Parsed<()> {
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
    fn lock(&mut self) {
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

    fn select(&mut self) -> Parsed<Select<'a>> {
        self.at += 1;
        let mut select = Select::default();
        self.quantifier(&mut select)?;
        select.items = self.items()?;
        self.clauses(&mut select)?;
        Ok(select)
    }

    /// `FROM t [SELECT …]`.
    fn select_after_from(&mut self) -> Parsed<Select<'a>> {
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

    fn quantifier(&mut self, select: &mut Select<'a>) -> Parsed<()> {
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
            items.push(self.item()?);
            if !self.skip_symbol(b',') || self.list_ends() {
                return Ok(items);
            }
        }
    }

    fn list_ends(&self) -> bool {
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

    fn item(&mut self) -> Parsed<Item<'a>> {
        if let Some(star) = self.star_item()? {
            return Ok(Item::Star(star));
        }
        if self.dialect == Dialect::TSql && self.name_at(0) && self.operator_at(1) == "=" {
            let alias = self.any_ident();
            self.at += 1;
            let expr = self.expr()?;
            return Ok(Item::Expr { expr, alias });
        }
        let expr = self.expr()?;
        let alias = self.item_alias();
        Ok(Item::Expr { expr, alias })
    }

    fn item_alias(&mut self) -> Option<crate::syntax::Ident<'a>> {
        if self.skip(Keyword::As) {
            let text = self.kind() == Some(TokenKind::Text);
            self.at += usize::from(text);
            return if text { None } else { self.any_ident() };
        }
        if self.is_hole() {
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

    fn star_item(&mut self) -> Parsed<Option<StarItem<'a>>> {
        let start = self.at;
        let of = if self.is_operator("*") {
            self.at += 1;
            None
        } else {
            match self.star_of() {
                Some(path) => Some(path),
                None => return Ok(None),
            }
        };
        let span = self.span_from(start);
        let mut star = StarItem {
            of,
            without: Vec::new(),
            replaced: Vec::new(),
            span,
        };
        self.star_options(&mut star)?;
        Ok(Some(star))
    }

    fn star_of(&mut self) -> Option<Path<'a>> {
        let start = self.at;
        if self.name_at(0) && self.symbol_at(1, b'.') {
            let path = self.path().ok()?;
            if self.is_symbol(b'.') && self.operator_at(1) == "*" {
                self.at += 2;
                return Some(path);
            }
        }
        self.at = start;
        None
    }

    fn star_options(&mut self, star: &mut StarItem<'a>) -> Parsed<()> {
        loop {
            let list = self.symbol_at(1, b'(');
            match self.keyword() {
                Keyword::Exclude if self.dialect != Dialect::Postgres => {
                    self.at += 1;
                    star.without.extend(if list {
                        self.ident_list()?
                    } else {
                        vec![self.ident()?]
                    });
                }
                Keyword::Except
                    if list && self.dialect != Dialect::Postgres && !self.query_starts_at(2) =>
                {
                    self.at += 1;
                    star.without.extend(self.ident_list()?);
                }
                Keyword::Replace | Keyword::Rename if self.dialect != Dialect::Postgres => {
                    self.at += 1;
                    self.star_replacements(star)?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn star_replacements(&mut self, star: &mut StarItem<'a>) -> Parsed<()> {
        let list = self.skip_symbol(b'(');
        loop {
            let expr = self.expr()?;
            self.expect(Keyword::As)?;
            let name = self.ident()?;
            star.replaced.push((expr, name));
            if !list || !self.skip_symbol(b',') {
                break;
            }
        }
        if list {
            self.expect_symbol(b')')
        } else {
            Ok(())
        }
    }

    fn clauses(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        while self.clause(select)? {}
        Ok(())
    }

    fn clause(&mut self, select: &mut Select<'a>) -> Parsed<bool> {
        if self.is_hole() && self.clause_or_end_at(1) {
            select.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
            Keyword::Into => {
                self.at += 1;
                self.into_targets(select)?;
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
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn clause_or_end_at(&self, ahead: usize) -> bool {
        match self.kind_at(ahead) {
            None | Some(TokenKind::Symbol(b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => CLAUSES.contains(&keyword) || self.hole_at(ahead),
            _ => false,
        }
    }

    fn into_targets(&mut self, select: &mut Select<'a>) -> Parsed<()> {
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

    fn group_by(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        self.skip_any(&[Keyword::All, Keyword::Distinct]);
        if self.kind().is_none() || self.clause_or_end_at(0) && !self.is_hole() {
            return Ok(());
        }
        loop {
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

    fn grouping_element(&mut self, select: &mut Select<'a>) -> Parsed<()> {
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

    fn grouping_ends(&self) -> bool {
        match self.kind() {
            None | Some(TokenKind::Symbol(b',' | b')' | b';')) => true,
            Some(TokenKind::Word(keyword)) => {
                CLAUSES.contains(&keyword) && !matches!(keyword, Keyword::And | Keyword::Or)
            }
            _ => false,
        }
    }

    fn grouping_list(&mut self, select: &mut Select<'a>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        while !self.skip_symbol(b')') {
            self.deeper(|parser| parser.grouping_element(select))?;
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in GROUP BY");
            }
        }
        Ok(())
    }

    fn windows(&mut self, select: &mut Select<'a>) -> Parsed<()> {
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
                span: self.span_from(start),
            });
            if !self.skip_symbol(b',') {
                return Ok(());
            }
        }
    }
}

impl<'a> Parser<'a> {
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

    /// A query as a statement of its own.
    pub fn query_statement(&mut self) -> Parsed<Statement<'a>> {
        Ok(Statement::Query(Box::new(self.query()?)))
    }
}
