//! FROM: tables, joins, subqueries, functions.

use super::expression::Place;
use super::query::CLAUSES;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Alias, Body, FunctionSource, Path, Query, Source, TableSource};
use crate::token::TokenKind;
use impact_facts::Dialect;

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
        self.joins(first)
    }

    pub(super) fn primary(&mut self) -> Parsed<Source<'a>> {
        self.relations += 1;
        if self.relations > super::RELATIONS {
            return self.fail("is one relation more than is followed");
        }
        let lateral = self.skip(Keyword::Lateral);
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
            self.at += 1;
        }
        if let Some(hole) = self.source_hole()? {
            return Ok(hole);
        }
        if self.kind() == Some(TokenKind::Text)
            && matches!(
                self.dialect,
                Dialect::DuckDb | Dialect::ClickHouse | Dialect::Generic
            )
        {
            let span = self.span();
            self.at += 1;
            return Ok(Source::Hole {
                span,
                alias: self.alias()?,
            });
        }
        if RESERVED.contains(&self.keyword()) && !self.symbol_at(1, b'.') {
            return self.fail("stands where a table is expected");
        }
        let path = self.path()?;
        if self.is_symbol(b'(') && !self.table_hints() {
            return self.function(path, lateral);
        }
        self.table(path)
    }

    pub(super) fn table_hints(&self) -> bool {
        self.dialect == Dialect::TSql
            && matches!(self.word_at(1), "nolock" | "readpast" | "updlock")
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

    /// A table whose name has been read.
    pub fn table(&mut self, path: Path<'a>) -> Parsed<Source<'a>> {
        Ok(Source::Table(self.table_source(path)?))
    }

    pub fn table_source(&mut self, path: Path<'a>) -> Parsed<TableSource<'a>> {
        self.skip_operator("*");
        let mut arguments = Vec::new();
        self.time_travel()?;
        let mut alias = self.alias()?;
        self.table_options(&mut arguments)?;
        if alias.name.is_none() {
            alias = self.alias()?;
        }
        Ok(TableSource {
            path,
            alias,
            arguments,
        })
    }

    /// `FOR SYSTEM_TIME AS OF …`, `PARTITION (p)`, `AT (…)`.
    pub(super) fn time_travel(&mut self) -> Parsed<()> {
        if self.is(Keyword::For)
            && matches!(self.word_at(1), "system_time" | "version" | "timestamp")
        {
            self.at += 4;
            self.operand(&mut Vec::new(), Place::Value)?;
        }
        if self.is(Keyword::Partition) && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
        }
        Ok(())
    }

    pub(super) fn table_options(
        &mut self,
        arguments: &mut Vec<crate::syntax::Expr<'a>>,
    ) -> Parsed<()> {
        loop {
            match self.keyword() {
                Keyword::TableSample => {
                    self.at += 1;
                    if self.name_at(0) {
                        self.path()?;
                    }
                    arguments.extend(self.one_row()?);
                    if self.skip(Keyword::Repeatable) {
                        arguments.extend(self.one_row()?);
                    }
                }
                Keyword::With if self.symbol_at(1, b'(') && self.dialect == Dialect::TSql => {
                    self.at += 1;
                    self.skip_balanced();
                }
                Keyword::Final | Keyword::Sample if self.dialect == Dialect::ClickHouse => {
                    let sample = self.is(Keyword::Sample);
                    self.at += if sample { 2 } else { 1 };
                }
                _ if matches!(self.word_at(0), "use" | "force" | "ignore")
                    && self.dialect == Dialect::MySql =>
                {
                    self.at += 2;
                    while !self.is_symbol(b'(') && self.name_at(0) {
                        self.at += 1;
                    }
                    self.skip_balanced();
                }
                Keyword::Index if self.dialect == Dialect::Sqlite => self.at += 3,
                Keyword::Not if self.keyword_at(1) == Keyword::Index => self.at += 2,
                _ if self.is_word("indexed") && self.keyword_at(1) == Keyword::By => self.at += 3,
                _ => return Ok(()),
            }
        }
    }

    pub(super) fn function(&mut self, path: Path<'a>, _lateral: bool) -> Parsed<Source<'a>> {
        let arguments = self.source_arguments()?;
        let mut ordinality = false;
        if self.is(Keyword::With)
            && (self.keyword_at(1) == Keyword::Ordinality || self.keyword_at(1) == Keyword::Offset)
        {
            ordinality = self.keyword_at(1) == Keyword::Ordinality;
            self.at += 2;
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
            if self.is_symbol(b'(') && !(self.query_starts_at(1)) {
                self.alias_columns(&mut alias)?;
            }
        }
        Ok(alias)
    }

    pub(super) fn implicit_alias(&self, keyword: Keyword) -> bool {
        if CLAUSES.contains(&keyword) {
            return false;
        }
        let dialect_word = match self.dialect {
            Dialect::MySql => matches!(self.word_at(0), "use" | "force" | "ignore" | "partition"),
            Dialect::ClickHouse => {
                matches!(
                    keyword,
                    Keyword::Final
                        | Keyword::Sample
                        | Keyword::Any
                        | Keyword::Array
                        | Keyword::Format
                ) || self.is_word("global")
            }
            Dialect::Sqlite => self.is_word("indexed") || keyword == Keyword::Not,
            _ => false,
        };
        let join_kind = matches!(
            keyword,
            Keyword::Semi | Keyword::Anti | Keyword::Positional | Keyword::Outer
        ) && self.keyword_at(1) != Keyword::None;
        let next = self.keyword_at(1);
        let clause = match keyword {
            Keyword::Overriding => true,
            Keyword::Default => next == Keyword::Values,
            Keyword::Lock => next == Keyword::In,
            _ => false,
        };
        !(dialect_word || join_kind || clause)
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
