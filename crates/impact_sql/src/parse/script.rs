//! Statements inside others: blocks and procedures of T-SQL, MySQL and BigQuery, bodies of triggers, queries in SET and
//! CALL. What stands between them steers, and names no columns.

use super::define::other;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{Expr, OnTable, Path, Shape, Statement};
use crate::token::TokenKind;

/// Words that begin a statement of T-SQL; all of them are reserved there.
const T_SQL: &[&str] = &[
    "select",
    "insert",
    "update",
    "delete",
    "merge",
    "with",
    "if",
    "while",
    "declare",
    "set",
    "exec",
    "execute",
    "print",
    "return",
    "begin",
    "end",
    "else",
    "create",
    "alter",
    "drop",
    "truncate",
    "go",
    "raiserror",
    "throw",
    "commit",
    "rollback",
    "break",
    "continue",
    "use",
    "open",
    "close",
    "fetch",
    "deallocate",
    "goto",
    "waitfor",
    "save",
    "grant",
    "revoke",
];

/// Words after which `UPDATE`, `INSERT` and `DELETE` are events, rights or actions.
const NO_STATEMENT_AFTER: &[&str] = &[
    "after", "before", "for", "of", "on", "or", "grant", "revoke", "deny", "instead",
];

impl<'a> Parser<'a> {
    /// Whether the next word begins a statement of T-SQL, which needs no `;` before it.
    pub(super) fn begins_statement_of_batch(&self) -> bool {
        self.dialect == impact_facts::Dialect::TSql && T_SQL.contains(&self.word_at(0))
    }

    /// The statements that the rest of the tokens holds, as one.
    pub(super) fn script(&mut self, ddl: bool, lenient: bool) -> Parsed<Statement<'a>> {
        let parts = self.statements_within(&mut OnTable::default())?;
        if parts.is_empty() {
            return other(ddl);
        }
        Ok(Statement::Script {
            parts,
            lenient,
            ddl,
        })
    }

    /// Each statement that begins in the rest of the tokens. Columns of `NEW` and `OLD` outside of them go to `on`.
    pub(super) fn statements_within(&mut self, on: &mut OnTable<'a>) -> Parsed<Vec<Statement<'a>>> {
        let mut list = Vec::new();
        while self.kind().is_some() {
            if let Some(statement) = self.text_that_runs() {
                list.push(statement);
            } else if self.statement_begins() {
                self.relations = 0;
                list.push(self.deeper(Self::any_statement)?);
                if !self.statement_ends() {
                    return self.fail("is not expected here");
                }
            } else if matches!(self.keyword(), Keyword::New | Keyword::Old)
                && self.symbol_at(1, b'.')
            {
                self.column_of_row(on)?;
            } else {
                self.at += 1;
            }
        }
        Ok(list)
    }

    /// `EXEC (@sql)`, `EXECUTE sp_executesql @sql`: a statement that is put together at run time.
    fn text_that_runs(&mut self) -> Option<Statement<'a>> {
        let start = self.at;
        let runs = matches!(self.word_at(0), "exec" | "execute")
            && (self.symbol_at(1, b'(')
                || matches!(self.word_at(1), "sp_executesql" | "immediate")
                || self.word_at(1) == "sys" && self.word_at(3) == "sp_executesql");
        if !runs {
            return None;
        }
        self.at += 2;
        Some(Statement::Dynamic {
            span: self.span_from(start),
        })
    }

    /// `NEW.a`: read, or written where `SET` stands before it and `=` behind.
    fn column_of_row(&mut self, on: &mut OnTable<'a>) -> Parsed<()> {
        let set = self.word_before() == "set";
        let path = self.path()?;
        match path.last() {
            Some(column) if set && matches!(self.operator_at(0), "=" | ":=") => {
                on.changed.push(column)
            }
            _ => on.exprs.push(name_of(path)),
        }
        Ok(())
    }

    fn statement_begins(&self) -> bool {
        let event = NO_STATEMENT_AFTER.contains(&self.word_before());
        let named = matches!(
            self.keyword_at(1),
            Keyword::None | Keyword::Top | Keyword::Only | Keyword::Name
        ) && self.name_at(1);
        let named = named
            || matches!(
                self.kind_at(1),
                Some(TokenKind::Parameter | TokenKind::Quoted)
            );
        match self.keyword() {
            Keyword::Select => true,
            Keyword::With => {
                let named = self.keyword_at(2) == Keyword::As && self.symbol_at(3, b'(');
                self.name_at(1) && (named || self.symbol_at(2, b'('))
            }
            Keyword::Insert | Keyword::Replace | Keyword::Merge => {
                !event
                    && (matches!(
                        self.keyword_at(1),
                        Keyword::Into | Keyword::Overwrite | Keyword::Ignore
                    ) || self.keyword_at(1) == Keyword::Or && self.word_at(3) == "into"
                        || !self.is(Keyword::Replace) && named)
            }
            Keyword::Update => !event && named,
            Keyword::Delete => !event && (self.keyword_at(1) == Keyword::From || named),
            _ => false,
        }
    }

    fn statement_ends(&self) -> bool {
        match self.kind() {
            None | Some(TokenKind::Symbol(b';' | b')' | b',')) => true,
            Some(TokenKind::Word(
                Keyword::End | Keyword::Else | Keyword::Then | Keyword::Loop | Keyword::Do,
            )) => true,
            _ => self.begins_statement_of_batch() || self.statement_begins(),
        }
    }

    fn word_before(&self) -> &'a str {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.map_or("", |token| super::slice(self.lower, token.span))
    }
}

/// A name as an expression.
pub(super) fn name_of(path: Path<'_>) -> Expr<'_> {
    Expr {
        span: path.span,
        shape: Shape::BareName,
        name: path.last().map(|ident| ident.name),
        width: 1,
        row_type: None,
        atoms: vec![crate::syntax::Atom::Name(path)],
    }
}
