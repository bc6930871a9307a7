//! Statements that define things, and those that only run others.

use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::Statement;
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

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
            _ if matches!(self.word_at(0), "describe" | "summarize") && self.query_starts_at(1) => {
                self.explain()
            }
            _ if self.is_word("summarize") => {
                self.at += 1;
                let body = crate::syntax::Body::Table(self.path()?);
                Ok(Statement::Query(Box::new(self.query_after(self.at, body)?)))
            }
            _ if self.is_word("load") && self.word_at(1) == "data" => self.load_data(),
            _ if self.is_word("unload") => self.text_statement(),
            Keyword::Prepare => self.prepare(),
            Keyword::Declare if self.dialect == Dialect::Postgres => self.cursor(),
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
            Keyword::Do if self.dialect == Dialect::MySql => self.script(false, false),
            Keyword::Do => self.do_block(),
            Keyword::Refresh => {
                self.at += 3;
                self.skip(Keyword::Concurrently);
                self.tables(true, true)
            }
            Keyword::Execute => self.text_statement(),
            _ if self.is_word("exec") => self.text_statement(),
            Keyword::Call => self.script(false, false),
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
            | Keyword::Declare
            | Keyword::Else
            | Keyword::If
            | Keyword::Loop
            | Keyword::Return
            | Keyword::While
            | Keyword::Open
            | Keyword::Fetch => self.script(false, false),
            _ if self.known_other_word() => self.script(false, false),
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
            "try",
            "throw",
            "raiserror",
            "save",
            "goto",
            "break",
            "continue",
            "waitfor",
            "dbcc",
            "leave",
            "iterate",
            "until",
            "undrop",
            "msck",
            "system",
            "atomic",
            "exchange",
        ];
        let client = self.is_symbol(b':') && self.dialect == Dialect::TSql;
        client || WORDS.contains(&self.word_at(0)) || self.kind() == Some(TokenKind::Client)
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
        while matches!(self.operator_at(1), "=") {
            self.at += 3;
            self.skip_symbol(b',');
        }
        if self.dialect == Dialect::MySql && self.name_at(0) && self.keyword() == Keyword::None {
            self.skip_rest();
            return other(false);
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

    /// `EXECUTE IMMEDIATE 'text'`, `EXEC ('text')`, `UNLOAD ('text')`: the statement in the text. A procedure that is
    /// called, or a prepared statement, is not followed.
    pub(super) fn text_statement(&mut self) -> Parsed<Statement<'a>> {
        let starts = |kind| matches!(kind, Some(TokenKind::Text | TokenKind::DollarText));
        let start = self.at;
        let direct = self.is(Keyword::Execute) && self.keyword_at(1) == Keyword::Immediate;
        self.at += if direct { 2 } else { 1 };
        self.skip_symbol(b'(');
        if self.is_word("sp_executesql") {
            self.at += 1;
        }
        if !starts(self.kind()) || !self.operator_at(1).is_empty() {
            self.at = start;
            return self.script(false, false);
        }
        let text = self.body_span();
        self.skip_rest();
        Ok(Statement::Body {
            language: "sql",
            name: None,
            text,
            ddl: false,
        })
    }

    /// `LOAD DATA … INTO TABLE t … (a, b, @c) SET d = @c` of MySQL.
    fn load_data(&mut self) -> Parsed<Statement<'a>> {
        while self.kind().is_some() && !self.is(Keyword::Table) {
            self.at += 1;
        }
        self.expect(Keyword::Table)?;
        let table = crate::syntax::TableSource {
            path: self.path()?,
            alias: crate::syntax::Alias::default(),
            arguments: Vec::new(),
        };
        while self.kind().is_some()
            && !self.is_symbol(b'(')
            && !(self.is(Keyword::Set) && self.word_at(1) != "utf8")
        {
            self.at += if self.is(Keyword::Set) { 2 } else { 1 };
        }
        let mut columns = None;
        if self.is_symbol(b'(') {
            columns = self.insert_columns(&mut Vec::new())?;
        }
        let mut conflict = None;
        if self.skip(Keyword::Set) {
            let set = self.set_clauses(&mut Vec::new())?;
            conflict = Some(crate::syntax::Conflict {
                set,
                ..crate::syntax::Conflict::default()
            });
        }
        self.skip_rest();
        if columns.is_none() && conflict.is_none() {
            return Ok(Statement::Copy(Box::new(crate::syntax::Copy {
                table,
                columns: None,
                writes: true,
                condition: None,
            })));
        }
        Ok(Statement::Insert(Box::new(crate::syntax::Insert {
            with: crate::syntax::With::default(),
            table,
            columns,
            source: crate::syntax::InsertSource::Default,
            conflict,
            row: crate::syntax::Alias::default(),
            by_name: false,
            returning: Vec::new(),
            holes: Vec::new(),
        })))
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
        if self.skip(Keyword::Into) {
            return self.copy_into();
        }
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
        Ok(Statement::Copy(Box::new(crate::syntax::Copy {
            table,
            columns,
            writes,
            condition,
        })))
    }

    /// `COPY INTO t (a) FROM …`, `COPY INTO @stage FROM (query)` of Snowflake.
    fn copy_into(&mut self) -> Parsed<Statement<'a>> {
        if !self.name_at(0) {
            while self.kind().is_some() && !self.is(Keyword::From) {
                self.at += 1;
            }
            let statement = match (self.skip(Keyword::From), self.name_at(0)) {
                (true, true) => {
                    let body = crate::syntax::Body::Table(self.path()?);
                    Statement::Query(Box::new(self.query_after(self.at, body)?))
                }
                _ => return self.script(false, false),
            };
            self.skip_rest();
            return Ok(statement);
        }
        let path = self.path()?;
        let columns = if self.is_symbol(b'(') {
            Some(self.ident_list()?)
        } else {
            None
        };
        let copy = crate::syntax::Copy {
            table: crate::syntax::TableSource {
                path,
                alias: crate::syntax::Alias::default(),
                arguments: Vec::new(),
            },
            columns,
            writes: true,
            condition: None,
        };
        let mut parts = vec![Statement::Copy(Box::new(copy))];
        self.expect(Keyword::From)?;
        if self.query_in_parentheses() {
            self.at += 1;
            parts.push(Statement::Query(Box::new(self.deeper(Self::query)?)));
        }
        self.skip_rest();
        Ok(Statement::Script {
            parts,
            lenient: false,
            ddl: false,
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
