//! Statements that define things, and those that only run others.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Ident, OnTable, Path, Statement};
use crate::token::TokenKind;
use impact_facts::Span;

fn other<'a>(ddl: bool) -> Parsed<Statement<'a>> {
    Ok(Statement::Other { ddl })
}

impl<'a> Parser<'a> {
    /// A statement that is no query and changes no rows.
    pub fn other_statement(&mut self, keyword: Keyword) -> Parsed<Statement<'a>> {
        match keyword {
            Keyword::Create => self.create(),
            Keyword::Alter => self.alter(),
            Keyword::Explain => self.explain(),
            Keyword::Desc if self.query_starts_at(1) => self.explain(),
            Keyword::Prepare => self.prepare(),
            Keyword::Declare => self.cursor(),
            Keyword::Copy => self.copy(),
            Keyword::Truncate => {
                self.at += 1;
                self.skip(Keyword::Table);
                self.tables(true, false)
            }
            Keyword::Lock if self.keyword_at(1) == Keyword::Table => {
                self.at += 2;
                self.tables(false, false)
            }
            Keyword::Drop => self.drop_statement(),
            Keyword::Do => self.do_block(),
            Keyword::Refresh => {
                self.at += 3;
                self.skip(Keyword::Concurrently);
                self.tables(true, true)
            }
            Keyword::Call | Keyword::Execute => self.call_statement(),
            Keyword::Grant
            | Keyword::Revoke
            | Keyword::Comment
            | Keyword::Analyze
            | Keyword::Vacuum
            | Keyword::Cluster => {
                self.skip_rest();
                other(true)
            }
            Keyword::Begin
            | Keyword::Commit
            | Keyword::Rollback
            | Keyword::Savepoint
            | Keyword::Release
            | Keyword::Set
            | Keyword::Show
            | Keyword::Start
            | Keyword::End
            | Keyword::Abort
            | Keyword::Fetch => {
                self.skip_rest();
                other(false)
            }
            _ if self.known_other_word() => {
                self.skip_rest();
                other(false)
            }
            _ => self.fail("does not begin a statement that is known"),
        }
    }

    fn known_other_word(&self) -> bool {
        const WORDS: &[&str] = &[
            "reset",
            "discard",
            "listen",
            "notify",
            "unlisten",
            "deallocate",
            "close",
            "move",
            "checkpoint",
            "reindex",
            "security",
            "import",
            "load",
            "use",
            "pragma",
            "attach",
            "detach",
            "describe",
            "kill",
            "flush",
            "optimize",
            "go",
            "delimiter",
            "print",
            "if",
            "optimise",
            "install",
            "export",
        ];
        WORDS.contains(&self.word_at(0)) || self.kind() == Some(TokenKind::Client)
    }

    fn explain(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        if self.is_symbol(b'(') && !self.query_in_parentheses() {
            self.skip_balanced();
        }
        while matches!(
            self.word_at(0),
            "analyze" | "verbose" | "extended" | "query" | "plan" | "for"
        ) {
            self.at += 1;
        }
        self.deeper(Self::any_statement)
    }

    fn prepare(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        if self.is_word("transaction") {
            self.skip_rest();
            return other(false);
        }
        self.ident()?;
        if self.is_symbol(b'(') {
            self.skip_balanced();
        }
        if !self.skip(Keyword::As) && !self.skip(Keyword::From) {
            return self.fail("is not expected in PREPARE");
        }
        if self.kind() == Some(TokenKind::Text) {
            self.skip_rest();
            return other(false);
        }
        self.deeper(Self::any_statement)
    }

    fn cursor(&mut self) -> Parsed<Statement<'a>> {
        while self.kind().is_some() && !self.is(Keyword::For) {
            self.at += 1;
        }
        if self.skip(Keyword::For) {
            self.deeper(Self::any_statement)
        } else {
            other(false)
        }
    }

    fn call_statement(&mut self) -> Parsed<Statement<'a>> {
        self.skip_rest();
        other(false)
    }

    fn copy(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        if self.is_symbol(b'(') {
            self.at += 1;
            let inner = self.deeper(Self::any_statement)?;
            self.expect_symbol(b')')?;
            self.skip_rest();
            return Ok(inner);
        }
        self.skip_word("binary");
        let path = self.path()?;
        let columns = if self.is_symbol(b'(') {
            Some(self.ident_list()?)
        } else {
            None
        };
        let writes = match self.keyword() {
            Keyword::From => true,
            Keyword::To => false,
            _ => return self.fail("is not expected in COPY"),
        };
        while self.kind().is_some() && !self.is(Keyword::Where) {
            self.skip_balanced();
        }
        let condition = if self.skip(Keyword::Where) {
            Some(self.expr()?)
        } else {
            None
        };
        let table = crate::syntax::TableSource {
            path,
            alias: crate::syntax::Alias::default(),
            arguments: Vec::new(),
        };
        Ok(Statement::Copy {
            table,
            columns,
            writes,
            condition,
        })
    }

    fn tables(&mut self, writes: bool, ddl: bool) -> Parsed<Statement<'a>> {
        let mut tables = Vec::new();
        loop {
            self.skip(Keyword::Only);
            self.skip_pair(Keyword::If, Keyword::Exists);
            tables.push(self.path()?);
            self.skip_operator("*");
            if !self.skip_symbol(b',') {
                break;
            }
        }
        self.skip_rest();
        Ok(Statement::Tables {
            tables,
            writes,
            ddl,
        })
    }

    fn drop_statement(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.skip_any(&[Keyword::Materialized, Keyword::Foreign, Keyword::Temporary]);
        let relation = self.skip(Keyword::Table) || self.skip(Keyword::View);
        self.skip_pair(Keyword::If, Keyword::Exists);
        if relation {
            return self.tables(true, true);
        }
        self.skip_rest();
        other(true)
    }

    fn do_block(&mut self) -> Parsed<Statement<'a>> {
        let mut language = "plpgsql";
        let mut text = None;
        self.at += 1;
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::DollarText | TokenKind::Text => text = Some(self.body_span()),
                TokenKind::Word(_) if self.is_word("language") => language = self.word_at(1),
                _ => {}
            }
            self.at += 1;
        }
        match text {
            Some(text) => Ok(Statement::Body {
                language,
                name: None,
                text,
                ddl: false,
            }),
            None => self.fail("stands where the body of DO is expected"),
        }
    }

    /// The inside of the string literal at the next token.
    fn body_span(&self) -> Span {
        let span = self.span();
        let text = super::slice(self.text, span);
        let margin = match text.strip_prefix('$').and_then(|rest| rest.find('$')) {
            Some(tag) => tag as u32 + 2,
            None => text.find('\'').map_or(0, |at| at as u32 + 1),
        };
        let end = if text.starts_with('$') { margin } else { 1 };
        Span::new(
            span.start + margin,
            span.end.saturating_sub(end).max(span.start + margin),
        )
    }

    fn create(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.skip_pair(Keyword::Or, Keyword::Replace);
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
            Keyword::Rule => self.create_rule(),
            _ => {
                self.skip_rest();
                other(true)
            }
        }
    }

    fn create_view(&mut self) -> Parsed<Statement<'a>> {
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

    fn create_as(&mut self, columns: Vec<Ident<'a>>) -> Parsed<Statement<'a>> {
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

    fn if_not_exists(&mut self) {
        if self.is(Keyword::If) {
            self.at += 3;
        }
    }

    fn create_table(&mut self) -> Parsed<Statement<'a>> {
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

    fn is_generated(&self, _from: usize) -> bool {
        !self.query_starts_at(1)
            && !self.symbol_at(1, b'(')
            && self.keyword_at(1) != Keyword::Execute
    }

    /// `REFERENCES t (a)` from token `from` up to here.
    fn references_in(&mut self, from: usize) -> Vec<(Path<'a>, Vec<Ident<'a>>)> {
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

    fn create_index(&mut self) -> Parsed<Statement<'a>> {
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

    fn index_elements(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
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

    fn create_trigger(&mut self) -> Parsed<Statement<'a>> {
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
            } else if self.is(Keyword::Begin) {
                self.skip_rest();
            } else {
                self.at += 1;
            }
        }
        Ok(Statement::OnTable(Box::new(on)))
    }

    fn create_policy(&mut self) -> Parsed<Statement<'a>> {
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

    fn create_rule(&mut self) -> Parsed<Statement<'a>> {
        self.skip_rest();
        other(true)
    }

    fn create_function(&mut self) -> Parsed<Statement<'a>> {
        self.at += 1;
        let name = self.path()?.last().map(|ident| ident.name);
        let mut language = "sql";
        let mut text = None;
        while let Some(kind) = self.kind() {
            match kind {
                TokenKind::DollarText => text = Some(self.body_span()),
                TokenKind::Text if self.before_is_as() => text = Some(self.body_span()),
                TokenKind::Word(_) if self.is_word("language") => language = self.word_at(1),
                TokenKind::Word(Keyword::Begin) if self.keyword_at(1) == Keyword::Atomic => {
                    let end = self.tokens.last().map_or(0, |token| token.span.start);
                    text = Some(Span::new(self.span().end, end.max(self.span().end)));
                    self.skip_rest();
                }
                _ => {}
            }
            self.at += 1;
        }
        self.skip_rest();
        Ok(match text {
            Some(text) => Statement::Body {
                language,
                name,
                text,
                ddl: true,
            },
            None => Statement::Other { ddl: true },
        })
    }

    fn before_is_as(&self) -> bool {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .is_some_and(|t| t.kind == TokenKind::Word(Keyword::As))
    }

    fn alter(&mut self) -> Parsed<Statement<'a>> {
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
        loop {
            self.alter_action(&mut on)?;
            if !self.skip_symbol(b',') {
                break;
            }
        }
        self.skip_rest();
        Ok(Statement::OnTable(Box::new(on)))
    }

    fn alter_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
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
    fn expressions_in_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
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
    fn constraint_in_action(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
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
}
