//! Bodies of functions and `DO` blocks: SQL as it is, PL/pgSQL statement by statement.
//!
//! PL/pgSQL is not parsed as a language. Its statements begin with few words; what stands after them is SQL or an
//! expression. A name that no relation explains is a variable.

mod dynamic;

use crate::keyword::Keyword;
use crate::parse::{Parser, slice};
use crate::resolution::{Resolution, StatementKind, Unknown, UseClass};
use crate::resolve::{Records, Resolver};
use crate::schema::{Bound, RelationId, Schema};
use crate::split::statements;
use crate::syntax::{Expr, Shape, Statement};
use crate::token::{Token, TokenKind, tokenize};
use impact_facts::{Certainty, Span};
use std::ops::Range;

/// Resolves the body at `span` of `text` into `whole`, the resolution of the statement that holds it.
pub(crate) fn resolve_body(
    text: &str,
    span: Span,
    language: &str,
    function: Option<&str>,
    schema: &Schema,
    whole: &mut Resolution,
) {
    let source = undouble(text, span);
    let lower = source.to_ascii_lowercase();
    let tokens = tokenize(&source, &lower, schema.dialect()).list;
    let rows: Vec<RelationId> =
        function.map_or_else(Vec::new, |name| schema.inner.trigger_tables(name).to_vec());
    let mut body = Body {
        source: &source,
        lower: &lower,
        tokens: &tokens,
        schema,
        rows: &rows,
        start: span.start,
        declaring: false,
        parts: Vec::new(),
        records: Records::new(),
    };
    match language {
        "sql" => body.sql(),
        "plpgsql" => body.procedure(),
        _ => {
            whole.unknown.push(Unknown {
                span,
                message: format!("a body in {language}").into(),
                tables: None,
            });
            whole.certainty = Certainty::Possible;
        }
    }
    for part in body.parts {
        whole.take_in(part);
    }
}

/// The body of a literal in `'`: doubled quotes become single ones, at the same offsets.
fn undouble(text: &str, span: Span) -> String {
    let body = slice(text, span);
    let quoted = span
        .start
        .checked_sub(1)
        .and_then(|at| text.as_bytes().get(at as usize))
        == Some(&b'\'');
    if quoted {
        body.replace("''", "' ").replace("\\'", " '")
    } else {
        body.to_owned()
    }
}

struct Body<'s> {
    source: &'s str,
    lower: &'s str,
    tokens: &'s [Token],
    schema: &'s Schema,
    rows: &'s [RelationId],
    /// Where the body begins in the text.
    start: u32,
    /// Whether variables are being declared.
    declaring: bool,
    parts: Vec<Resolution>,
    records: Records,
}

/// What a part of a procedure is.
enum Part {
    Statement,
    Expression,
}

impl Body<'_> {
    fn sql(&mut self) {
        for range in statements(self.source, self.lower, self.tokens, self.schema.dialect()) {
            self.add(range, &Part::Statement);
        }
    }

    fn procedure(&mut self) {
        let mut start = 0;
        let mut depth = 0i32;
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth -= 1,
                TokenKind::Symbol(b';') if depth <= 0 => {
                    self.piece(start..at);
                    (start, depth) = (at + 1, 0);
                }
                _ => {}
            }
        }
        self.piece(start..self.tokens.len());
    }

    fn word(&self, at: usize) -> &str {
        crate::split::word_at(self.lower, self.tokens, at)
    }

    fn operator(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .filter(|token| token.kind == TokenKind::Operator)
            .map_or("", |token| slice(self.source, token.span))
    }

    /// The first place in `range` where the word stands outside of parentheses and `CASE`.
    fn find(&self, range: Range<usize>, words: &[&str]) -> usize {
        let (mut depth, mut cases) = (0i32, 0i32);
        for at in range.clone() {
            match self.tokens.get(at).map(|token| token.kind) {
                Some(TokenKind::Symbol(b'(')) => depth += 1,
                Some(TokenKind::Symbol(b')')) => depth -= 1,
                Some(TokenKind::Word(keyword)) => {
                    if depth == 0 && cases == 0 && words.contains(&self.word(at)) {
                        return at;
                    }
                    match keyword {
                        Keyword::Case => cases += 1,
                        Keyword::End => cases -= 1,
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        range.end
    }

    /// One piece between semicolons: words that steer, then what they steer.
    fn piece(&mut self, range: Range<usize>) {
        let (mut at, end) = (range.start, range.end);
        while at < end {
            if self.operator(at) == "<<" {
                at = (at..end)
                    .find(|at| self.operator(*at) == ">>")
                    .unwrap_or(end)
                    + 1;
                continue;
            }
            match self.word(at) {
                "declare" => {
                    self.declaring = true;
                    at += 1;
                }
                "begin" => {
                    self.declaring = false;
                    at += 1;
                }
                _ if self.declaring => return self.declaration(at..end),
                "else" | "loop" | "exception" | "then" => at += 1,
                "if" | "elsif" | "elseif" | "when" | "while" => at = self.test(at + 1..end),
                "case" => at = self.chosen(at + 1..end),
                "for" | "foreach" => at = self.round(at + 1..end),
                _ => return self.simple(at..end),
            }
        }
    }

    /// `IF test THEN`, `WHILE test LOOP`: where the rest begins.
    fn test(&mut self, range: Range<usize>) -> usize {
        let then = self.find(range.clone(), &["then", "loop"]);
        self.add(range.start..then, &Part::Expression);
        then + 1
    }

    /// `CASE value WHEN`: where `WHEN` stands.
    fn chosen(&mut self, range: Range<usize>) -> usize {
        let when = self.find(range.clone(), &["when"]);
        self.add(range.start..when, &Part::Expression);
        when
    }

    /// `FOR r IN query LOOP`, `FOR i IN 1..n LOOP`, `FOREACH x IN ARRAY a LOOP`.
    fn round(&mut self, range: Range<usize>) -> usize {
        let over = self.find(range.clone(), &["in"]) + 1;
        let end = self.find(over.min(range.end)..range.end, &["loop"]);
        let over = if matches!(self.word(over), "reverse" | "array") {
            over + 1
        } else {
            over
        };
        match self.word(over) {
            "execute" => self.dynamic(over..end),
            "select" | "with" | "values" | "insert" | "update" | "delete" | "table" => {
                self.add(over..end, &Part::Statement);
                self.fill(range.start);
            }
            _ => {
                let middle = (over..end)
                    .find(|at| self.operator(*at) == "..")
                    .unwrap_or(end);
                self.add(over..middle, &Part::Expression);
                self.add((middle + 1).min(end)..end, &Part::Expression);
            }
        }
        end + 1
    }

    /// `name type := value`, `name CURSOR FOR query`.
    fn declaration(&mut self, range: Range<usize>) {
        self.row_of_table(range.clone());
        if let Some(at) = range
            .clone()
            .find(|at| matches!(self.operator(*at), ":=" | "=") || self.word(*at) == "default")
        {
            return self.add(at + 1..range.end, &Part::Expression);
        }
        let query = self.find(range.clone(), &["for", "is"]);
        if query < range.end && range.clone().any(|at| self.word(at) == "cursor") {
            self.add(query + 1..range.end, &Part::Statement);
        }
    }

    /// The variable at `at` holds a row of the query that was read last.
    fn fill(&mut self, at: usize) {
        let name = self.word(at);
        let (Some(last), false) = (self.parts.last(), name.is_empty()) else {
            return;
        };
        let stars = last.uses.iter().filter(|one| one.class == UseClass::Star);
        let columns = stars.filter_map(|one| {
            let table = self.schema.inner.by_table_name(&one.table)?;
            let column = self.schema.inner.relation(table)?.column(&one.column)?;
            Some((table, column))
        });
        let (name, columns) = (name.into(), columns.collect());
        self.records.insert(name, columns);
    }

    /// `r t%ROWTYPE`, `r t`: the variable holds a row of the table.
    fn row_of_table(&mut self, range: Range<usize>) {
        let mut at = range.start + 1;
        while self
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.kind == TokenKind::Symbol(b'.'))
        {
            at += 2;
        }
        let bound = self.schema.inner.bind(None, self.word(at));
        let (Bound::Known(table, _), true) = (bound, at < range.end) else {
            return;
        };
        let count = self
            .schema
            .inner
            .relation(table)
            .map_or(0, |r| r.columns.len());
        let columns = (0..count as u16).map(|column| (table, column));
        let name = self.word(range.start).into();
        self.records.insert(name, columns.collect());
    }

    fn simple(&mut self, range: Range<usize>) {
        let at = range.start;
        match self.word(at) {
            "" if self.operator(at).is_empty()
                && self
                    .tokens
                    .get(at)
                    .is_none_or(|t| t.kind != TokenKind::Quoted) => {}
            "end" | "null" | "get" | "close" | "fetch" | "move" | "commit" | "rollback"
            | "call" => {}
            "return" => self.returned(at + 1..range.end),
            "perform" => self.performed(range),
            "execute" => self.dynamic(range),
            "open" => self.opened(range),
            "raise" | "assert" | "exit" | "continue" => self.arguments(at + 1..range.end),
            _ => match self.assignment(range.clone()) {
                Some(operator) => {
                    self.assigned(at..operator);
                    self.add(operator + 1..range.end, &Part::Expression);
                }
                None => {
                    let into = self.find(range.clone(), &["into"]) + 1;
                    let into = into + usize::from(self.word(into) == "strict");
                    let query = matches!(self.word(at), "select" | "with");
                    self.add(range, &Part::Statement);
                    if query {
                        self.fill(into);
                    }
                }
            },
        }
    }

    /// Where `:=` or `=` stands, if the piece is an assignment to a variable.
    fn assignment(&self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        if !matches!(
            self.tokens.get(at)?.kind,
            TokenKind::Word(_) | TokenKind::Quoted | TokenKind::Parameter
        ) {
            return None;
        }
        at += 1;
        while at < range.end {
            match self.tokens.get(at)?.kind {
                TokenKind::Symbol(b'.') => at += 2,
                TokenKind::Symbol(b'[') => {
                    at = (at..range.end).find(|at| {
                        self.tokens
                            .get(*at)
                            .is_some_and(|t| t.kind == TokenKind::Symbol(b']'))
                    })? + 1
                }
                TokenKind::Operator if matches!(self.operator(at), ":=" | "=") => return Some(at),
                _ => return None,
            }
        }
        None
    }

    /// `NEW.column := …` writes the column of the row that the trigger sees.
    fn assigned(&mut self, range: Range<usize>) {
        if self.word(range.start) != "new" || range.len() < 3 {
            return;
        }
        let Some(column) = self.tokens.get(range.start + 2).copied() else {
            return;
        };
        let mut resolver = self.resolver();
        resolver.write_row(slice(self.lower, column.span), column.span);
        let span = Span::new(
            self.tokens
                .get(range.start)
                .map_or(0, |token| token.span.start),
            column.span.end,
        );
        self.push(resolver.finish(span, StatementKind::Other));
    }

    fn returned(&mut self, range: Range<usize>) {
        match (self.word(range.start), self.word(range.start + 1)) {
            ("query", "execute") => self.dynamic(range.start + 1..range.end),
            ("query", _) => self.add(range.start + 1..range.end, &Part::Statement),
            ("next", _) => self.add(range.start + 1..range.end, &Part::Expression),
            _ => self.add(range, &Part::Expression),
        }
    }

    fn opened(&mut self, range: Range<usize>) {
        let query = self.find(range.clone(), &["for"]) + 1;
        if self.word(query) == "execute" {
            self.dynamic(query..range.end);
        } else if query < range.end {
            self.add(query..range.end, &Part::Statement);
        }
    }

    /// `RAISE … 'text', a, b`: each value.
    fn arguments(&mut self, range: Range<usize>) {
        let starts = |at: &usize| self.is_comma(*at) || self.word(*at) == "when";
        let start = range.clone().find(starts);
        self.list(start.map_or(range.end, |at| at + 1)..range.end);
    }

    fn is_comma(&self, at: usize) -> bool {
        let token = self.tokens.get(at);
        token.is_some_and(|token| token.kind == TokenKind::Symbol(b','))
    }

    /// Expressions between commas that stand in no parentheses.
    fn list(&mut self, range: Range<usize>) {
        let (mut start, mut depth) = (range.start, 0i32);
        for at in range.clone() {
            match self.tokens.get(at).map(|token| token.kind) {
                Some(TokenKind::Symbol(b'(' | b'[')) => depth += 1,
                Some(TokenKind::Symbol(b')' | b']')) => depth -= 1,
                Some(TokenKind::Symbol(b',')) if depth == 0 => {
                    self.add(start..at, &Part::Expression);
                    start = at + 1;
                }
                _ => {}
            }
        }
        self.add(start..range.end, &Part::Expression);
    }

    /// `PERFORM a FROM t`: as `SELECT a FROM t`.
    fn performed(&mut self, range: Range<usize>) {
        let Some(tokens) = self.tokens.get(range) else {
            return;
        };
        let mut list = tokens.to_vec();
        if let Some(first) = list.first_mut() {
            first.kind = TokenKind::Word(Keyword::Select);
        }
        self.resolve(&list, &Part::Statement);
    }

    fn add(&mut self, range: Range<usize>, part: &Part) {
        if let Some(tokens) = self.tokens.get(range)
            && !tokens.is_empty()
        {
            self.resolve(tokens, part);
        }
    }

    fn resolver(&self) -> Resolver<'_> {
        let mut resolver = Resolver::new(&self.schema.inner, &[]);
        resolver.lenient = true;
        resolver.rows.extend(self.rows.iter().copied());
        resolver.records = Some(&self.records);
        resolver
    }

    fn resolve(&mut self, tokens: &[Token], part: &Part) {
        let span = crate::split::span_of(tokens, &(0..tokens.len()));
        let mut parser = Parser::new(self.source, self.lower, tokens, &[], self.schema.dialect());
        let resolution = match part {
            Part::Statement => match parser.statement() {
                Ok(statement) => self.statement(&statement, span),
                Err(error) => {
                    crate::fallback::scan(self.source, self.lower, tokens, self.schema, span, error)
                }
            },
            Part::Expression => match parser.query_or_expr() {
                Ok(expr) => self.expression(&expr, span),
                Err(error) => {
                    crate::fallback::scan(self.source, self.lower, tokens, self.schema, span, error)
                }
            },
        };
        self.push(resolution);
    }

    fn statement<'a>(&'a self, statement: &Statement<'a>, span: Span) -> Resolution {
        let mut resolver = self.resolver();
        resolver.run(statement);
        resolver.finish(span, StatementKind::Other)
    }

    fn expression<'a>(&'a self, expr: &Expr<'a>, span: Span) -> Resolution {
        let mut resolver = self.resolver();
        resolver.expr(expr);
        resolver.finish(span, StatementKind::Other)
    }

    fn push(&mut self, mut resolution: Resolution) {
        resolution.shift(self.start);
        self.parts.push(resolution);
    }
}

impl<'a> Parser<'a> {
    /// `count(*) FROM t` or `a + 1`: what stands where PL/pgSQL has an expression is the rest of a SELECT.
    fn query_or_expr(&mut self) -> Result<Expr<'a>, crate::resolution::SqlError> {
        let expr = self.expr()?;
        if self.at < self.tokens.len() && self.is(Keyword::From) {
            let select = self.select_rest(expr)?;
            return Ok(Expr {
                atoms: vec![select],
                shape: Shape::Other,
                name: None,
                width: 1,
                row_type: None,
                span: self.span_from(0),
            });
        }
        if self.at < self.tokens.len() {
            return self.fail("is not expected here");
        }
        Ok(expr)
    }
}
