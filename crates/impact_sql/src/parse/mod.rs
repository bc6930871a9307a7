//! Tokens to [`syntax`](crate::syntax). Accepts more than any server: it is not asked whether a statement is valid,
//! only what its names are. Where it cannot go on it says where.

mod alter;
mod call;
mod change;
mod create;
mod define;
mod expression;
mod insert;
mod join;
mod operand;
mod parentheses;
mod query;
mod reshape;
mod script;
mod select;
mod source;
mod special;
mod star;
mod suffix;
mod table;
mod types;
mod window;

pub(crate) use change::fits_anything;

use crate::keyword::Keyword;
use crate::resolution::SqlError;
use crate::syntax::{Ident, Path, Statement};
use crate::token::{Token, TokenKind};
use impact_facts::{Dialect, Span};
use smallvec::SmallVec;

/// How deep queries and parentheses may nest.
const DEPTH: u32 = 120;

/// How many relations one FROM may join, how many queries one WITH may name, and how many items a list of a SELECT may
/// have. Looking names up among them is work that grows with the square; no server plans as many.
const RELATIONS: u32 = 1_000;
const NAMED_QUERIES: usize = 2_000;
const ITEMS: usize = 10_000;

/// A result whose error says where the text could not be followed.
pub(crate) type Parsed<T> = Result<T, SqlError>;

/// What all parsers of one text share.
pub(crate) struct Parser<'a> {
    pub text: &'a str,
    /// `text` in ASCII lower case.
    pub lower: &'a str,
    pub tokens: &'a [Token],
    pub at: usize,
    pub dialect: Dialect,
    /// What is filled in at run time.
    pub holes: &'a [Span],
    depth: u32,
    /// Relations that the SELECT at hand names so far.
    relations: u32,
    /// The join whose right side comes next is an `APPLY`: it sees what stands left of it.
    applies: bool,
}

impl<'a> Parser<'a> {
    pub fn new(
        text: &'a str,
        lower: &'a str,
        tokens: &'a [Token],
        holes: &'a [Span],
        dialect: Dialect,
    ) -> Self {
        Self {
            text,
            lower,
            tokens,
            at: 0,
            dialect,
            holes,
            depth: 0,
            relations: 0,
            applies: false,
        }
    }

    /// The statement that the tokens are, all of them.
    pub fn statement(&mut self) -> Parsed<Statement<'a>> {
        let statement = self.any_statement()?;
        self.skip_symbol(b';');
        if self.at >= self.tokens.len() {
            return Ok(statement);
        }
        if !self.begins_statement_of_batch() {
            return self.fail("is not expected here");
        }
        let mut parts = vec![statement];
        parts.extend(self.statements_within(&mut crate::syntax::OnTable::default())?);
        Ok(Statement::Script {
            parts,
            lenient: false,
            ddl: false,
        })
    }

    pub fn kind_at(&self, ahead: usize) -> Option<TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    pub fn kind(&self) -> Option<TokenKind> {
        self.kind_at(0)
    }

    pub fn keyword_at(&self, ahead: usize) -> Keyword {
        match self.kind_at(ahead) {
            Some(TokenKind::Word(keyword)) => keyword,
            _ => Keyword::None,
        }
    }

    pub fn keyword(&self) -> Keyword {
        self.keyword_at(0)
    }

    pub fn is(&self, keyword: Keyword) -> bool {
        self.kind() == Some(TokenKind::Word(keyword))
    }

    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.kind() == Some(TokenKind::Symbol(symbol))
    }

    pub fn symbol_at(&self, ahead: usize, symbol: u8) -> bool {
        self.kind_at(ahead) == Some(TokenKind::Symbol(symbol))
    }

    pub fn word_at(&self, ahead: usize) -> &'a str {
        crate::split::word_at(self.lower, self.tokens, self.at + ahead)
    }

    /// Whether the next token is that word, in any case. For words that are not worth a [`Keyword`].
    pub fn is_word(&self, word: &str) -> bool {
        self.word_at(0) == word
    }

    pub fn skip(&mut self, keyword: Keyword) -> bool {
        let found = self.is(keyword);
        self.at += usize::from(found);
        found
    }

    /// Skips any run of the keywords.
    pub fn skip_any(&mut self, keywords: &[Keyword]) -> bool {
        let start = self.at;
        while self.keyword() != Keyword::None && keywords.contains(&self.keyword()) {
            self.at += 1;
        }
        self.at > start
    }

    pub fn skip_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub fn skip_pair(&mut self, first: Keyword, second: Keyword) -> bool {
        let found = self.is(first) && self.keyword_at(1) == second;
        self.at += if found { 2 } else { 0 };
        found
    }

    pub fn skip_symbol(&mut self, symbol: u8) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub fn operator_at(&self, ahead: usize) -> &'a str {
        match self.tokens.get(self.at + ahead) {
            Some(Token {
                kind: TokenKind::Operator,
                span,
            }) => slice(self.text, *span),
            _ => "",
        }
    }

    pub fn is_operator(&self, operator: &str) -> bool {
        self.operator_at(0) == operator
    }

    pub fn skip_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, keyword: Keyword) -> Parsed<()> {
        if self.skip(keyword) {
            Ok(())
        } else {
            self.fail("is not expected here")
        }
    }

    pub fn expect_symbol(&mut self, symbol: u8) -> Parsed<()> {
        if self.skip_symbol(symbol) {
            Ok(())
        } else {
            self.fail("is not expected here")
        }
    }

    /// An error at the next token.
    pub fn fail<T>(&self, what: &str) -> Parsed<T> {
        let span = self.span();
        let found = match slice(self.text, span) {
            "" => "the end of the statement".to_owned(),
            text => format!("`{}`", text.chars().take(40).collect::<String>()),
        };
        Err(SqlError {
            span,
            message: format!("{found} {what}").into(),
        })
    }

    /// The span of the next token, or the empty span at the end.
    pub fn span(&self) -> Span {
        self.tokens.get(self.at).map_or_else(
            || {
                let end = self.tokens.last().map_or(0, |token| token.span.end);
                Span::new(end, end)
            },
            |token| token.span,
        )
    }

    /// From the token numbered `from` up to the last one taken.
    pub fn span_from(&self, from: usize) -> Span {
        let start = self.tokens.get(from).map_or(0, |token| token.span.start);
        let end = self
            .at
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(start, |token| token.span.end);
        Span::new(start, end.max(start))
    }

    /// Runs `parse` one level deeper, unless that is too deep.
    pub fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH {
            return self.fail("is nested too deep");
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Whether the next token is filled in at run time, or holds something that is.
    pub fn is_hole(&self) -> bool {
        self.hole_at(0)
    }

    pub fn hole_at(&self, ahead: usize) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|token| self.holds_hole(token.span))
    }

    pub fn holds_hole(&self, span: Span) -> bool {
        if self.holes.is_empty() {
            return false;
        }
        let from = self.holes.partition_point(|hole| hole.end <= span.start);
        self.holes
            .get(from)
            .is_some_and(|hole| hole.start < span.end)
    }

    /// The identifier at the next token, whatever keyword it may be.
    pub fn any_ident(&mut self) -> Option<Ident<'a>> {
        let token = *self.tokens.get(self.at)?;
        let name = self.name_of(token)?;
        self.at += 1;
        Some(Ident {
            name,
            span: token.span,
        })
    }

    pub fn ident(&mut self) -> Parsed<Ident<'a>> {
        match self.any_ident() {
            Some(ident) => Ok(ident),
            None => self.fail("stands where a name is expected"),
        }
    }

    fn name_of(&self, token: Token) -> Option<&'a str> {
        match token.kind {
            TokenKind::Word(_) if self.folds() => Some(slice(self.lower, token.span)),
            TokenKind::Word(_) => Some(slice(self.lower, token.span)),
            TokenKind::Quoted => {
                let inner = Span::new(
                    token.span.start + 1,
                    token.span.end.saturating_sub(1).max(token.span.start + 1),
                );
                Some(slice(
                    if self.folds() { self.text } else { self.lower },
                    inner,
                ))
            }
            _ => None,
        }
    }

    fn folds(&self) -> bool {
        !self.dialect.same_name("a", "A") && !self.dialect.folds_quoted()
    }

    /// `a.b.c`, of any words.
    pub fn path(&mut self) -> Parsed<Path<'a>> {
        let start = self.at;
        let mut parts = SmallVec::new();
        parts.push(self.ident()?);
        while (self.is_symbol(b'.') || self.is_operator("..")) && self.name_at(1) {
            if self.is_operator("..") {
                // `database..table`: the schema is the user's own.
                parts.clear();
            }
            self.at += 1;
            parts.push(self.ident()?);
        }
        if self.dialect == Dialect::BigQuery {
            parts = parts.into_iter().flat_map(Ident::split).collect();
        }
        Ok(Path {
            parts,
            span: self.span_from(start),
        })
    }

    pub fn name_at(&self, ahead: usize) -> bool {
        matches!(
            self.kind_at(ahead),
            Some(TokenKind::Word(_) | TokenKind::Quoted)
        )
    }

    /// `(a, b)`.
    pub fn ident_list(&mut self) -> Parsed<Vec<Ident<'a>>> {
        self.expect_symbol(b'(')?;
        let mut list = Vec::new();
        while !self.skip_symbol(b')') {
            list.push(self.ident()?);
            if !self.skip_symbol(b',') && !self.is_symbol(b')') {
                return self.fail("is not expected in a list of names");
            }
        }
        Ok(list)
    }

    /// Skips a token, or all up to the closing bracket if it opens one.
    pub fn skip_balanced(&mut self) {
        let mut depth = 0u32;
        while let Some(kind) = self.kind() {
            self.at += 1;
            match kind {
                TokenKind::Symbol(b'(' | b'[' | b'{') => depth += 1,
                TokenKind::Symbol(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips to the end of the statement.
    pub fn skip_rest(&mut self) {
        self.at = self.tokens.len();
    }
}

/// The bytes of a span; empty if it does not lie on character borders inside the text.
pub(crate) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or("")
}
