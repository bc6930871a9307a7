//! Text to tokens. Total: every byte belongs to a token, a comment or white space, whatever the text holds.

use crate::keyword::Keyword;
use impact_facts::{Dialect, Span};

/// A word, literal or symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// Kinds of [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word without quotes.
    Word(Keyword),
    /// A quoted identifier, quotes included.
    Quoted,
    /// A string literal, prefix and quotes included.
    Text,
    /// A dollar-quoted string of PostgreSQL.
    DollarText,
    /// A number.
    Number,
    /// `$1`, `@p`, `@@x`, `:name` (never after a value: the parser decides), `${x}`.
    Parameter,
    /// One of `( ) [ ] { } , . ; : ? %`.
    Symbol(u8),
    /// `::`.
    Cast,
    /// Any other operator.
    Operator,
    /// A line of a client program (`\restrict`), or data of `COPY … FROM stdin`.
    Client,
}

/// Tokens of a text, and the text with ASCII letters in lower case (same offsets).
pub(crate) struct Tokens {
    pub list: Vec<Token>,
    /// Where a literal or comment that never ends begins.
    pub unterminated: Option<Span>,
}

struct Scanner<'a> {
    text: &'a [u8],
    lower: &'a str,
    at: usize,
    dialect: Dialect,
    out: Vec<Token>,
    unterminated: Option<Span>,
}

/// Splits `text` into tokens; `lower` is the same text in ASCII lower case.
pub(crate) fn tokenize(text: &str, lower: &str, dialect: Dialect) -> Tokens {
    let mut scanner = Scanner {
        text: text.as_bytes(),
        lower,
        at: 0,
        dialect,
        out: Vec::with_capacity(text.len() / 5 + 4),
        unterminated: None,
    };
    while scanner.at < scanner.text.len() {
        scanner.step();
    }
    Tokens {
        list: scanner.out,
        unterminated: scanner.unterminated,
    }
}

/// How long `${…}` may be.
const LONGEST_PLACEHOLDER: usize = 1000;

const BLANK: u8 = 0;
const WORD: u8 = 1;
const DIGIT: u8 = 2;
const PUNCTUATION: u8 = 3;
const OTHER: u8 = 4;

const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [OTHER; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        table[i] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128..=255 => WORD,
            b'0'..=b'9' => DIGIT,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' => PUNCTUATION,
            0..=32 => BLANK,
            _ => OTHER,
        };
        i += 1;
    }
    table
}

fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

fn word_continues(byte: u8) -> bool {
    matches!(class(byte), WORD | DIGIT) || byte == b'$'
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        let end = end.min(self.text.len());
        self.out.push(Token {
            kind,
            span: Span::new(self.at as u32, end as u32),
        });
        self.at = end;
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        match class(byte) {
            BLANK => self.at += 1,
            WORD => self.word(byte),
            DIGIT => self.number(),
            PUNCTUATION if byte == b'[' && self.brackets_quote() => self.identifier(b']'),
            PUNCTUATION => self.push(TokenKind::Symbol(byte), self.at + 1),
            _ => self.other(byte),
        }
    }

    fn word(&mut self, byte: u8) {
        let lower = byte.to_ascii_lowercase();
        let next = self.peek(1);
        match (lower, next) {
            (b'e' | b'b' | b'x' | b'n', b'\'') => return self.quoted_text(1, lower == b'e'),
            (b'u', b'&') if self.peek(2) == b'\'' => return self.quoted_text(2, false),
            (b'u', b'&') if self.peek(2) == b'"' => {
                self.at += 2;
                return self.identifier(b'"');
            }
            (b'r' | b'f', b'\'' | b'"') if self.dialect == Dialect::BigQuery => {
                return self.quoted_text(1, false);
            }
            _ => {}
        }
        let end = self.end_of(self.at, word_continues);
        let keyword = Keyword::of(self.lower.get(self.at..end).unwrap_or(""));
        self.push(TokenKind::Word(keyword), end);
    }

    fn end_of(&self, from: usize, more: fn(u8) -> bool) -> usize {
        let mut end = from;
        while self.text.get(end).is_some_and(|byte| more(*byte)) {
            end += 1;
        }
        end
    }

    fn number(&mut self) {
        let mut end = self.end_of(self.at, |b| b.is_ascii_alphanumeric() || b == b'_');
        if self.text.get(end) == Some(&b'.') && self.text.get(end + 1) != Some(&b'.') {
            end = self.end_of(end + 1, |b| b.is_ascii_alphanumeric() || b == b'_');
        }
        let exponent = matches!(self.text.get(end.wrapping_sub(1)), Some(b'e' | b'E'));
        if exponent && matches!(self.text.get(end), Some(b'+' | b'-')) {
            end = self.end_of(end + 1, |b| b.is_ascii_digit());
        }
        self.push(TokenKind::Number, end);
    }

    fn other(&mut self, byte: u8) {
        match byte {
            b'\'' => self.quoted_text(0, self.backslash_escapes()),
            b'"' if self.double_quotes_are_text() => self.text_in(b'"', 0, true),
            b'"' | b'`' => self.identifier(byte),
            b'-' if self.peek(1) == b'-' => self.line_comment(),
            b'#' if matches!(self.dialect, Dialect::MySql | Dialect::BigQuery) => {
                self.line_comment();
            }
            b'#' if self.names_temporary() => {
                let end = self.end_of(self.at + 2, word_continues);
                self.push(TokenKind::Word(Keyword::None), end);
            }
            b'/' if self.peek(1) == b'*' && self.runs_comment() => {
                self.at = self.end_of(self.at + 3, |b| b.is_ascii_digit());
            }
            b'*' if self.peek(1) == b'/' && self.dialect == Dialect::MySql => self.at += 2,
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'$' => self.dollar(),
            b'@' if class(self.peek(1)) == WORD
                || (self.peek(1) == b'@' && class(self.peek(2)) == WORD) =>
            {
                self.push(
                    TokenKind::Parameter,
                    self.end_of(self.at + 2, word_continues),
                );
            }
            b'.' if self.peek(1).is_ascii_digit() && !self.after_name() => self.number_from_dot(),
            b'.' | b'?' | b'%' => self.symbol_or_operator(byte),
            b':' => self.colon(),
            b'\\' => self.client_line(),
            _ => self.operator(),
        }
    }

    /// `/*!80000 a */` of MySQL: what stands in it runs.
    fn runs_comment(&self) -> bool {
        self.dialect == Dialect::MySql && self.peek(2) == b'!'
    }

    /// `#t`, `##t`: a temporary table.
    fn names_temporary(&self) -> bool {
        matches!(self.dialect, Dialect::TSql | Dialect::Redshift)
            && (class(self.peek(1)) == WORD || self.peek(1) == b'#' && class(self.peek(2)) == WORD)
    }

    fn after_name(&self) -> bool {
        self.out.last().is_some_and(|token| {
            token.span.end as usize == self.at
                && matches!(
                    token.kind,
                    TokenKind::Word(_) | TokenKind::Quoted | TokenKind::Symbol(b')' | b']')
                )
        })
    }

    fn number_from_dot(&mut self) {
        let end = self.end_of(self.at + 1, |b| b.is_ascii_alphanumeric());
        self.push(TokenKind::Number, end);
    }

    fn backslash_escapes(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::MySql
                | Dialect::BigQuery
                | Dialect::Snowflake
                | Dialect::ClickHouse
                | Dialect::Redshift
        )
    }

    fn brackets_quote(&self) -> bool {
        matches!(self.dialect, Dialect::TSql | Dialect::Sqlite)
    }

    fn double_quotes_are_text(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::BigQuery)
    }

    fn quoted_text(&mut self, prefix: usize, backslash: bool) {
        self.text_in(self.peek(prefix), prefix, backslash);
    }

    fn text_in(&mut self, quote: u8, prefix: usize, backslash: bool) {
        let mut at = self.at + prefix + 1;
        let triple = self.dialect == Dialect::BigQuery
            && self.text.get(at) == Some(&quote)
            && self.text.get(at + 1) == Some(&quote);
        if triple {
            return self.triple_text(quote, at + 2);
        }
        loop {
            match self.text.get(at) {
                None => return self.never_ends(TokenKind::Text),
                Some(b'\\') if backslash => at += 2,
                Some(byte) if *byte == quote => {
                    if self.text.get(at + 1) != Some(&quote) {
                        return self.push(TokenKind::Text, at + 1);
                    }
                    at += 2;
                }
                Some(_) => at += 1,
            }
        }
    }

    fn triple_text(&mut self, quote: u8, from: usize) {
        let rest = self.text.get(from..).unwrap_or(&[]);
        match rest.windows(3).position(|w| w == [quote; 3]) {
            Some(at) => self.push(TokenKind::Text, from + at + 3),
            None => self.never_ends(TokenKind::Text),
        }
    }

    fn never_ends(&mut self, kind: TokenKind) {
        let start = self.at as u32;
        self.unterminated.get_or_insert(Span::new(start, start + 1));
        self.push(kind, self.text.len());
    }

    fn identifier(&mut self, quote: u8) {
        let mut at = self.at + 1;
        loop {
            match self.text.get(at) {
                None => return self.never_ends(TokenKind::Quoted),
                Some(byte) if *byte == quote => {
                    if self.text.get(at + 1) != Some(&quote) {
                        return self.push(TokenKind::Quoted, at + 1);
                    }
                    at += 2;
                }
                Some(_) => at += 1,
            }
        }
    }

    fn line_comment(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0u32;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth = if self.nested_comments() { depth - 1 } else { 0 };
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.unterminated
            .get_or_insert(Span::new(start as u32, start as u32 + 2));
        self.at = self.text.len();
    }

    fn nested_comments(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::Postgres
                | Dialect::Redshift
                | Dialect::TSql
                | Dialect::DuckDb
                | Dialect::ClickHouse
        )
    }

    fn dollar(&mut self) {
        let tag_end = self.end_of(self.at + 1, |b| matches!(class(b), WORD | DIGIT));
        if self.peek(1).is_ascii_digit() {
            return self.push(
                TokenKind::Parameter,
                self.end_of(self.at + 1, |b| b.is_ascii_digit()),
            );
        }
        if self.peek(1) == b'{' {
            let rest = self.text.get(self.at..).unwrap_or(&[]);
            let close = rest
                .iter()
                .take(LONGEST_PLACEHOLDER)
                .position(|b| *b == b'}');
            let close = close.map_or(2, |at| at + 1);
            return self.push(TokenKind::Parameter, self.at + close);
        }
        if self.text.get(tag_end) != Some(&b'$') {
            return self.push(TokenKind::Parameter, tag_end.max(self.at + 1));
        }
        let tag = self.text.get(self.at..=tag_end).unwrap_or(b"$$");
        let body = self.text.get(tag_end + 1..).unwrap_or(&[]);
        match memchr::memmem::find(body, tag) {
            Some(at) => self.push(TokenKind::DollarText, tag_end + 1 + at + tag.len()),
            None => self.never_ends(TokenKind::DollarText),
        }
    }

    fn symbol_or_operator(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'?', b'|' | b'&') => self.push(TokenKind::Operator, self.at + 2),
            (b'%', b'>') => self.operator(),
            (b'.', b'.') => self.push(TokenKind::Operator, self.at + 2),
            (b'%', b'%') => self.push(TokenKind::Symbol(b'%'), self.at + 2),
            _ => self.push(TokenKind::Symbol(byte), self.at + 1),
        }
    }

    fn colon(&mut self) {
        match self.peek(1) {
            b':' => self.push(TokenKind::Cast, self.at + 2),
            b'=' => self.push(TokenKind::Operator, self.at + 2),
            _ => self.push(TokenKind::Symbol(b':'), self.at + 1),
        }
    }

    /// A `\` begins a client's command where a line begins; anywhere else it is an odd character.
    fn client_line(&mut self) {
        let before = self.text.get(..self.at).unwrap_or(&[]);
        let line_start = before.iter().rev().find(|b| !matches!(b, b' ' | b'\t'));
        if line_start.is_none_or(|b| *b == b'\n') {
            let rest = self.text.get(self.at..).unwrap_or(&[]);
            let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            self.push(TokenKind::Client, self.at + length);
        } else {
            self.push(TokenKind::Operator, self.at + 1);
        }
    }

    fn operator(&mut self) {
        let mut end = self.at + 1;
        while let Some(byte) = self.text.get(end) {
            let comment = matches!(
                (byte, self.text.get(end + 1)),
                (b'-', Some(b'-')) | (b'/', Some(b'*'))
            );
            if *byte == b'?' && self.text.get(self.at..end) == Some(b"@") {
                end += 1;
                break;
            }
            if comment
                || !matches!(
                    byte,
                    b'+' | b'-'
                        | b'*'
                        | b'/'
                        | b'<'
                        | b'>'
                        | b'='
                        | b'~'
                        | b'!'
                        | b'@'
                        | b'#'
                        | b'^'
                        | b'&'
                        | b'|'
                )
            {
                break;
            }
            end += 1;
        }
        self.push(TokenKind::Operator, self.trim_operator(end));
    }

    /// As PostgreSQL: an operator of several characters does not end in `+` or `-` unless it holds one of ``~!@#%^&|`?``;
    /// so `a=-1` and `*-1` are two operators. A `*` stands alone after `.`, `,` and `(`.
    fn trim_operator(&self, end: usize) -> usize {
        let text = self.text.get(self.at..end).unwrap_or(&[]);
        if text.first() == Some(&b'*') {
            return self.at + 1;
        }
        let special = text
            .iter()
            .any(|b| matches!(b, b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|'));
        let mut length = text.len();
        while length > 1
            && !special
            && matches!(text.get(length - 1), Some(b'+' | b'-'))
            && text.get(..length) != Some(b"->")
        {
            length -= 1;
        }
        // `=*` is no operator of any dialect; `=@p`, `=:x` and `=-@x` are an operator and a parameter.
        if let Some(at) = text
            .get(..length)
            .and_then(|t| t.iter().skip(1).position(|b| *b == b'*'))
        {
            let pattern = text
                .get(..length)
                .is_some_and(|t| t.contains(&b'~') || t.contains(&b'/'));
            if !pattern {
                length = at + 1;
            }
        }
        if length > 1
            && text.get(length - 1) == Some(&b'@')
            && self
                .text
                .get(self.at + length)
                .is_some_and(|b| class(*b) == WORD)
            && matches!(
                text.get(..length - 1),
                Some(b"=" | b"<" | b">" | b"<=" | b">=" | b"<>" | b"!=" | b"+" | b"-" | b"/")
            )
        {
            length -= 1;
        }
        self.at + length
    }
}
