//! Statements that define things, and those that only run others.

use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::Statement;
use crate::token::TokenKind;
use impact_facts::Span;

pub(super) fn other<'a>(ddl: bool) -> Parsed<Statement<'a>> {
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
            | Keyword::Analyse
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

    pub(super) fn known_other_word(&self) -> bool {
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

    pub(super) fn explain(&mut self) -> Parsed<Statement<'a>> {
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

    pub(super) fn prepare(&mut self) -> Parsed<Statement<'a>> {
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

    pub(super) fn cursor(&mut self) -> Parsed<Statement<'a>> {
        while self.kind().is_some() && !self.is(Keyword::For) {
            self.at += 1;
        }
        if self.skip(Keyword::For) {
            self.deeper(Self::any_statement)
        } else {
            other(false)
        }
    }

    pub(super) fn call_statement(&mut self) -> Parsed<Statement<'a>> {
        self.skip_rest();
        other(false)
    }

    pub(super) fn copy(&mut self) -> Parsed<Statement<'a>> {
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

    pub(super) fn tables(&mut self, writes: bool, ddl: bool) -> Parsed<Statement<'a>> {
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

    pub(super) fn drop_statement(&mut self) -> Parsed<Statement<'a>> {
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

    pub(super) fn do_block(&mut self) -> Parsed<Statement<'a>> {
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
    pub(super) fn body_span(&self) -> Span {
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
}
