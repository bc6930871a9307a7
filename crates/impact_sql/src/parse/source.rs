//! FROM: tables, joins, subqueries, functions.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Alias, Body, FunctionSource, Path, Query, Source};
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

/// Words that never name a relation.
const RESERVED: &[Keyword] = &[
    Keyword::From,
    Keyword::Where,
    Keyword::Select,
    Keyword::Group,
    Keyword::Order,
    Keyword::Having,
    Keyword::On,
    Keyword::Using,
    Keyword::Join,
    Keyword::Union,
    Keyword::And,
    Keyword::Or,
    Keyword::As,
    Keyword::Into,
    Keyword::Limit,
    Keyword::Set,
    Keyword::Returning,
    Keyword::With,
    Keyword::When,
    Keyword::Then,
    Keyword::Else,
];

impl<'a> Parser<'a> {
    /// `a, b JOIN c ON …`: `FROM` was read.
    pub fn sources(&mut self) -> Parsed<Vec<Source<'a>>> {
        let mut list = vec![self.source()?];
        while self.skip_symbol(b',') {
            list.push(self.source()?);
        }
        Ok(list)
    }

    /// One source with all that is joined to it.
    pub fn source(&mut self) -> Parsed<Source<'a>> {
        let first = self.deeper(Self::primary)?;
        let first = self.reshaped(first)?;
        self.joins(first)
    }

    pub(super) fn primary(&mut self) -> Parsed<Source<'a>> {
        self.relations += 1;
        if self.relations > super::RELATIONS {
            return self.fail("is one relation more than is followed");
        }
        let lateral = std::mem::take(&mut self.applies) | self.skip(Keyword::Lateral);
        self.skip(Keyword::Only);
        if self.is_symbol(b'(') {
            return self.parenthesised_source(lateral);
        }
        if self.is(Keyword::Values) {
            let start = self.at;
            self.at += 1;
            let body = Body::Values(self.rows()?);
            let query = self.query_after(start, body)?;
            let alias = self.alias()?;
            return Ok(Source::Derived {
                query: Box::new(query),
                lateral,
                alias,
            });
        }
        if self.is(Keyword::Rows) && self.keyword_at(1) == Keyword::From {
            return self.rows_from();
        }
        if self.is(Keyword::Table) && self.symbol_at(1, b'(') {
            return self.table_of_function();
        }
        if let Some(outside) = self.outside()? {
            return Ok(outside);
        }
        if let Some(hole) = self.source_hole()? {
            return Ok(hole);
        }
        if RESERVED.contains(&self.keyword()) && !self.symbol_at(1, b'.') {
            return self.fail("stands where a table is expected");
        }
        if self.is_word("identifier") && self.symbol_at(1, b'(') && self.symbol_at(3, b')') {
            return self.named_by_text();
        }
        let path = self.table_path()?;
        if self.is_symbol(b'(') && !self.table_hints() {
            return self.function(path, lateral);
        }
        self.table(path)
    }

    /// `IDENTIFIER('t')` of Snowflake; what is no literal is filled in.
    fn named_by_text(&mut self) -> Parsed<Source<'a>> {
        let inner = self.tokens.get(self.at + 2).copied();
        self.at += 4;
        let span = inner.map_or_else(Span::default, |token| token.span);
        let name = Span::new(
            span.start + 1,
            span.end.saturating_sub(1).max(span.start + 1),
        );
        match inner.map(|token| token.kind) {
            Some(TokenKind::Text) => {
                let last = super::slice(self.lower, name)
                    .rsplit('.')
                    .next()
                    .unwrap_or("");
                let span = Span::new(name.end - last.len() as u32, name.end);
                self.table(Path::single(crate::syntax::Ident { name: last, span }))
            }
            _ => Ok(Source::Hole {
                span,
                alias: self.alias()?,
            }),
        }
    }

    /// `TABLE(f(…)) AS t`.
    fn table_of_function(&mut self) -> Parsed<Source<'a>> {
        self.at += 2;
        let mut inner = self.deeper(Self::primary)?;
        while self.kind().is_some() && !self.is_symbol(b')') {
            self.skip_balanced();
        }
        self.expect_symbol(b')')?;
        let alias = self.alias()?;
        if let Source::Function(function) = &mut inner {
            function.alias = alias;
            return Ok(inner);
        }
        Ok(Source::Nested {
            inner: Box::new(inner),
            alias,
        })
    }

    /// A file (`'x.csv'`), a stage (`@stage/path`) or a variable that holds a table (`@rows`).
    fn outside(&mut self) -> Parsed<Option<Source<'a>>> {
        let file = self.kind() == Some(TokenKind::Text)
            && matches!(
                self.dialect,
                Dialect::DuckDb | Dialect::ClickHouse | Dialect::Generic
            );
        let held = self.kind() == Some(TokenKind::Parameter)
            && matches!(self.dialect, Dialect::TSql | Dialect::Snowflake)
            && super::slice(self.text, self.span()).starts_with('@');
        let stage = self.operator_at(0).starts_with('@') && self.dialect == Dialect::Snowflake;
        if !file && !held && !stage {
            return Ok(None);
        }
        let span = self.span();
        self.at += 1;
        while !file && self.kind().is_some() && self.adjacent() && !self.is_symbol(b')') {
            self.at += 1;
        }
        if self.dialect == Dialect::Snowflake && self.is_symbol(b'(') {
            self.skip_balanced();
        }
        Ok(Some(Source::Outside {
            span,
            alias: self.alias()?,
        }))
    }

    /// A relation that is filled in: `FROM {table}`, `FROM %s`, `FROM impact_hole_0`.
    pub(super) fn source_hole(&mut self) -> Parsed<Option<Source<'a>>> {
        let start = self.at;
        match self.kind() {
            Some(TokenKind::Parameter | TokenKind::Symbol(b'?' | b'%' | b':' | b'{')) => {
                self.operand(&mut Vec::new(), Place::Value)?;
                while self.skip_symbol(b'.') {
                    self.at += 1;
                }
            }
            Some(TokenKind::Word(_) | TokenKind::Quoted) if self.is_hole() => {
                if self.symbol_at(1, b'.') && self.name_at(2) && !self.hole_at(2) {
                    return Ok(None);
                }
                self.path()?;
            }
            Some(TokenKind::Word(_) | TokenKind::Quoted)
                if self.symbol_at(1, b'.') && self.hole_at(2) =>
            {
                self.path()?;
            }
            _ => return Ok(None),
        }
        let span = self.span_from(start);
        Ok(Some(Source::Hole {
            span,
            alias: self.alias()?,
        }))
    }

    pub(super) fn function(&mut self, path: Path<'a>, _lateral: bool) -> Parsed<Source<'a>> {
        let mut arguments = self.source_arguments()?;
        if self.dialect == Dialect::TSql
            && path.parts.len() > 1
            && path.last().is_some_and(|i| i.name == "nodes")
        {
            let mut of = path.clone();
            of.parts.pop();
            arguments.push(super::script::name_of(of));
        }
        let mut ordinality = false;
        if self.is(Keyword::With)
            && (self.keyword_at(1) == Keyword::Ordinality || self.keyword_at(1) == Keyword::Offset)
        {
            ordinality = self.keyword_at(1) == Keyword::Ordinality;
            self.at += 2;
        }
        if self.is(Keyword::With) && self.symbol_at(1, b'(') && self.dialect == Dialect::TSql {
            // OPENJSON … WITH (name type path): the columns it yields.
            self.at += 1;
            self.skip_balanced();
        }
        let mut alias = self.alias()?;
        if self.is(Keyword::With) && self.keyword_at(1) == Keyword::Offset {
            self.at += 2;
            self.skip(Keyword::As);
            if let Some(offset) = self.any_ident() {
                alias.columns.push(offset);
            }
        }
        Ok(Source::Function(FunctionSource {
            path,
            arguments,
            ordinality,
            more: Vec::new(),
            alias,
        }))
    }

    pub(super) fn source_arguments(&mut self) -> Parsed<Vec<crate::syntax::Expr<'a>>> {
        let start = self.at;
        self.at += 1;
        let mut atoms = Vec::new();
        let mut list = Vec::new();
        let mut depth = 0u32;
        // XMLTABLE and JSON_TABLE have a grammar of their own: `COLUMNS` and what follows defines names.
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::Symbol(b')') if depth == 0 => break,
                TokenKind::Word(Keyword::Columns) => {
                    depth += 1;
                    while self.kind().is_some() && depth > 0 {
                        match self.kind() {
                            Some(TokenKind::Symbol(b'(')) => depth += 1,
                            Some(TokenKind::Symbol(b')')) => depth -= 1,
                            _ => {}
                        }
                        if depth > 0 {
                            self.at += 1;
                        }
                    }
                    break;
                }
                TokenKind::Symbol(b',') => self.at += 1,
                TokenKind::Word(_) if self.is_word("model") && self.name_at(1) => {
                    self.at += 1;
                    self.path()?;
                }
                TokenKind::Word(_)
                    if self.operator_at(1) == "=" && self.dialect == Dialect::DuckDb =>
                {
                    self.at += 2;
                }
                TokenKind::Word(_) if matches!(self.word_at(0), "passing") => self.at += 1,
                TokenKind::Word(Keyword::By) => self.at += 2,
                TokenKind::Word(Keyword::As) => self.at += 2,
                TokenKind::Word(Keyword::Order) => {
                    self.at += 2;
                    list.extend(self.order_list()?);
                }
                TokenKind::Word(_) if self.is_word("xmlnamespaces") => {
                    self.at += 1;
                    self.skip_balanced();
                }
                TokenKind::Word(Keyword::Select | Keyword::With | Keyword::Table) => {
                    if self.is(Keyword::Table) {
                        self.at += 1;
                        continue;
                    }
                    let query = self.deeper(Self::query)?;
                    atoms.push(crate::syntax::Atom::Query(
                        Box::new(query),
                        crate::syntax::QueryPlace::Value,
                    ));
                }
                _ => list.push(self.expr()?),
            }
        }
        self.expect_symbol(b')')?;
        if !atoms.is_empty() {
            list.push(crate::syntax::Expr {
                atoms,
                shape: crate::syntax::Shape::Other,
                name: None,
                width: 1,
                row_type: None,
                span: self.span_from(start),
            });
        }
        Ok(list)
    }

    pub(super) fn rows_from(&mut self) -> Parsed<Source<'a>> {
        self.at += 2;
        self.expect_symbol(b'(')?;
        let mut arguments = Vec::new();
        let mut paths = Vec::new();
        loop {
            paths.push(self.path()?);
            arguments.extend(self.source_arguments()?);
            if self.skip(Keyword::As) {
                self.skip_balanced();
            }
            if !self.skip_symbol(b',') {
                break;
            }
        }
        self.expect_symbol(b')')?;
        let ordinality = self.skip_pair(Keyword::With, Keyword::Ordinality);
        let alias = self.alias()?;
        let first = paths.remove(0);
        Ok(Source::Function(FunctionSource {
            path: first,
            arguments,
            ordinality,
            more: paths,
            alias,
        }))
    }

    /// `(query) alias`, `(a JOIN b) alias`, `((query) UNION query) alias`.
    pub(super) fn parenthesised_source(&mut self, lateral: bool) -> Parsed<Source<'a>> {
        let start = self.at;
        self.expect_symbol(b'(')?;
        if !self.is_symbol(b'(')
            && (self.query_starts_at(0)
                || matches!(
                    self.keyword(),
                    Keyword::Insert | Keyword::Update | Keyword::Delete
                ))
            || self.is(Keyword::From)
        {
            let query = self.query()?;
            self.expect_symbol(b')')?;
            return self.derived(query, lateral);
        }
        if self.is_symbol(b'(') && self.query_in_parentheses() {
            let inner = self.deeper(Self::primary)?;
            return self.after_inner_query(start, inner, lateral);
        }
        let inner = self.deeper(Self::source)?;
        self.close_nested(inner)
    }

    pub(super) fn after_inner_query(
        &mut self,
        start: usize,
        inner: Source<'a>,
        lateral: bool,
    ) -> Parsed<Source<'a>> {
        match inner {
            Source::Derived { query, alias, .. }
                if alias.name.is_none() && !self.join_follows() =>
            {
                let query = self.query_after(start, Body::Query(query))?;
                self.expect_symbol(b')')?;
                self.derived(query, lateral)
            }
            inner => {
                let inner = self.joins(inner)?;
                self.close_nested(inner)
            }
        }
    }

    pub(super) fn close_nested(&mut self, first: Source<'a>) -> Parsed<Source<'a>> {
        let inner = self.list_after(first)?;
        self.expect_symbol(b')')?;
        let alias = self.alias()?;
        Ok(Source::Nested {
            inner: Box::new(inner),
            alias,
        })
    }

    pub(super) fn derived(&mut self, query: Query<'a>, lateral: bool) -> Parsed<Source<'a>> {
        let alias = self.alias()?;
        Ok(Source::Derived {
            query: Box::new(query),
            lateral,
            alias,
        })
    }

    /// `AS t(a, b)`, if it is there. A hole is never an alias.
    pub fn alias(&mut self) -> Parsed<Alias<'a>> {
        let mut alias = Alias::default();
        let explicit = self.skip(Keyword::As);
        if explicit && self.is_symbol(b'(') {
            self.alias_columns(&mut alias)?;
            return Ok(alias);
        }
        let is_alias = match self.kind() {
            Some(TokenKind::Quoted) => true,
            Some(TokenKind::Word(keyword)) => {
                explicit || !self.is_hole() && self.implicit_alias(keyword)
            }
            _ => false,
        };
        if is_alias {
            alias.name = self.any_ident();
            if self.is_symbol(b'(') && !self.query_starts_at(1) && !self.table_hints() {
                self.alias_columns(&mut alias)?;
            }
        }
        Ok(alias)
    }

    /// `(a, b)` or `(a int, b text)`.
    pub(super) fn alias_columns(&mut self, alias: &mut Alias<'a>) -> Parsed<()> {
        self.expect_symbol(b'(')?;
        while !self.skip_symbol(b')') {
            alias.columns.push(self.ident()?);
            if !self.is_symbol(b',') && !self.is_symbol(b')') {
                alias.typed = true;
                self.data_type();
                if self.skip(Keyword::Collate) {
                    self.path()?;
                }
            }
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in a list of columns");
            }
        }
        Ok(())
    }
}
