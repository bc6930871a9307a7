//! A lexer for schema files that cannot fail: byte spans, any dialect, data blocks and client commands skipped.
//!
//! sqlparser's tokenizer gives up a whole text for one odd byte and counts lines and columns; a dump must survive both.

use impact_facts::{Dialect, Span};

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A bare word: a keyword or an identifier.
    Word,
    /// A quoted identifier, quotes included.
    Quoted,
    /// A string, quotes and prefix included.
    Text,
    /// A dollar-quoted string, quotes included.
    Dollar,
    /// A number.
    Number,
    /// One character of anything else, `::` as one.
    Symbol,
    /// What ends a statement.
    End,
}

/// A token and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// All tokens of `text`; comments, `COPY` data, and lines that speak to a client (`\connect`, `DELIMITER`, `GO`) are
/// none.
pub(crate) fn lex(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        dialect,
        tokens: Vec::new(),
        statement: 0,
        delimiter: None,
    };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
    tokens: Vec<Token>,
    /// The first token of the statement that is being read.
    statement: usize,
    delimiter: Option<&'a str>,
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start as u32, self.at as u32);
        self.tokens.push(Token { kind, span });
    }

    fn step(&mut self) {
        if self.delimiter() || self.client_line() || self.blank() {
            return;
        }
        let start = self.at;
        match self.peek(0) {
            b';' if self.delimiter.is_none() => self.end_statement(1),
            b'\'' => self.string(start, self.backslashes()),
            b'"' if self.dialect == Dialect::MySql || self.dialect == Dialect::BigQuery => {
                self.quoted(start, b'"', TokenKind::Text);
            }
            b'"' => self.quoted(start, b'"', TokenKind::Quoted),
            b'`' => self.quoted(start, b'`', TokenKind::Quoted),
            b'[' if matches!(self.dialect, Dialect::TSql | Dialect::Sqlite) => {
                self.quoted(start, b']', TokenKind::Quoted);
            }
            b'$' if self.dollar(start) => {}
            byte if is_word_start(byte) => self.word(start),
            byte if byte.is_ascii_digit() => self.number(start),
            b':' if self.peek(1) == b':' => self.symbol(start, 2),
            _ => self.symbol(start, 1),
        }
    }

    fn delimiter(&mut self) -> bool {
        let Some(delimiter) = self.delimiter else {
            return false;
        };
        let found = self.rest().starts_with(delimiter.as_bytes());
        if found {
            self.end_statement(delimiter.len());
        }
        found
    }

    fn end_statement(&mut self, length: usize) {
        let start = self.at;
        self.at += length;
        self.push(TokenKind::End, start);
        if self.copies_from_stdin() {
            self.skip_data();
        }
        self.statement = self.tokens.len();
    }

    fn copies_from_stdin(&self) -> bool {
        let words = self.tokens.get(self.statement..).unwrap_or_default();
        let word = |token: &Token, word: &str| {
            token.kind == TokenKind::Word
                && self
                    .text
                    .get(token.span.start as usize..token.span.end as usize)
                    .is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        words.first().is_some_and(|first| word(first, "copy"))
            && words.iter().any(|token| word(token, "stdin"))
    }

    fn skip_data(&mut self) {
        while self.at < self.bytes.len() {
            self.skip_line();
            if self.rest().starts_with(b"\\.") {
                return self.skip_line();
            }
        }
    }

    fn skip_line(&mut self) {
        let left = self.rest();
        self.at += left
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(left.len(), |at| at + 1);
    }

    /// Lines that only a client understands, where a statement could begin.
    fn client_line(&mut self) -> bool {
        let starts_line = self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n');
        if !starts_line {
            return false;
        }
        let line = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or("");
        if self.statement == self.tokens.len() && line.starts_with('\\') {
            self.skip_line();
            return true;
        }
        if line.trim().eq_ignore_ascii_case("go") && self.dialect == Dialect::TSql {
            self.end_statement(0);
            self.skip_line();
            return true;
        }
        self.delimiter_line(line)
    }

    fn delimiter_line(&mut self, line: &'a str) -> bool {
        let Some((word, mark)) = line.trim().split_once(char::is_whitespace) else {
            return false;
        };
        if !word.eq_ignore_ascii_case("delimiter") {
            return false;
        }
        let mark = mark.trim();
        self.delimiter = (mark != ";" && !mark.is_empty()).then_some(mark);
        self.skip_line();
        true
    }

    /// White space and comments. MySQL runs what stands in `/*!50001 … */`.
    fn blank(&mut self) -> bool {
        let rest = self.rest();
        match (self.peek(0), self.peek(1)) {
            (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
            (b'-', b'-') => self.skip_line(),
            (b'#', _) if self.dialect == Dialect::MySql => self.skip_line(),
            (b'/', b'*') if self.dialect == Dialect::MySql && self.peek(2) == b'!' => {
                let digits = rest
                    .iter()
                    .skip(3)
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                self.at += 3 + digits;
            }
            (b'*', b'/') if self.dialect == Dialect::MySql => self.at += 2,
            (b'/', b'*') => self.comment(),
            _ if rest.starts_with("\u{feff}".as_bytes()) => self.at += 3,
            _ => return false,
        }
        true
    }

    fn comment(&mut self) {
        let nested = matches!(
            self.dialect,
            Dialect::Postgres | Dialect::TSql | Dialect::Redshift
        );
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') if nested || depth == 0 => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn backslashes(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::MySql | Dialect::BigQuery | Dialect::ClickHouse | Dialect::Snowflake
        )
    }

    /// A string from `start`; the quote is the next byte.
    fn string(&mut self, start: usize, backslashes: bool) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' if backslashes => self.at += 2,
                b'\'' if self.peek(1) == b'\'' => self.at += 2,
                b'\'' => {
                    self.at += 1;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.push(TokenKind::Text, start);
    }

    fn quoted(&mut self, start: usize, close: u8, kind: TokenKind) {
        self.at += 1;
        while self.at < self.bytes.len() {
            if self.peek(0) != close {
                self.at += 1;
            } else if self.peek(1) == close {
                self.at += 2;
            } else {
                self.at += 1;
                break;
            }
        }
        self.push(kind, start);
    }

    fn dollar(&mut self, start: usize) -> bool {
        let rest = self.rest();
        let tag = rest
            .iter()
            .skip(1)
            .take_while(|byte| is_word(**byte) && **byte != b'$')
            .count();
        if rest.get(1 + tag) != Some(&b'$') || rest.get(1).is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let mark = rest.get(..tag + 2).unwrap_or_default();
        let body = rest.get(tag + 2..).unwrap_or_default();
        let length = find(body, mark).map_or(body.len(), |at| at + mark.len());
        self.at += mark.len() + length;
        self.push(TokenKind::Dollar, start);
        true
    }

    fn word(&mut self, start: usize) {
        self.at += self
            .rest()
            .iter()
            .take_while(|byte| is_word(**byte))
            .count();
        let prefix = self.at - start == 1 && self.peek(0) == b'\'';
        match self.bytes.get(start) {
            Some(b'e' | b'E') if prefix => self.string(start, true),
            Some(b'b' | b'B' | b'x' | b'X' | b'n' | b'N') if prefix => {
                self.string(start, self.backslashes());
            }
            _ => self.push(TokenKind::Word, start),
        }
    }

    fn number(&mut self, start: usize) {
        self.at += self
            .rest()
            .iter()
            .take_while(|byte| is_word(**byte) || **byte == b'.')
            .count();
        self.push(TokenKind::Number, start);
    }

    /// A symbol of `width` bytes, or a whole character where it has more.
    fn symbol(&mut self, start: usize, width: usize) {
        self.at += width;
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.push(TokenKind::Symbol, start);
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
