//! Tokens of what stands between the braces of a template.

use impact_facts::Span;

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Word,
    /// A quoted string, quotes included.
    Text,
    /// A number.
    Number,
    /// Punctuation.
    Sign,
    /// Nothing is left.
    End,
}

/// A token with its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its characters.
    pub text: &'a str,
    /// Where they stand in the file.
    pub span: Span,
}

impl Token<'_> {
    /// Whether it is that word or sign.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }
}

const LONG_SIGNS: &[&str] = &["==", "!=", "<=", ">=", "//", "**"];

/// Reads tokens from a part of a file.
#[derive(Debug, Clone, Copy)]
pub struct Lexer<'a> {
    text: &'a str,
    base: u32,
    at: usize,
}

impl<'a> Lexer<'a> {
    /// Over `text`, which stands at `base` in the file.
    pub fn new(text: &'a str, base: u32) -> Self {
        Self { text, base, at: 0 }
    }

    /// The next token, which stays.
    pub fn peek(&self) -> Token<'a> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = self.text.get(start..).unwrap_or_default();
        let (kind, length) = measure(rest);
        Token {
            kind,
            text: rest.get(..length).unwrap_or_default(),
            span: Span::new(
                self.base + start as u32,
                self.base + (start + length) as u32,
            ),
        }
    }

    /// The next token.
    pub fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at = (token.span.end - self.base) as usize;
        token
    }

    /// Takes the next token if it is that word or sign.
    pub fn take(&mut self, text: &str) -> bool {
        let fits = self.peek().is(text);
        if fits {
            self.next();
        }
        fits
    }

    /// Takes the word right after a dot: a member's name or number.
    pub fn member(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        let word = token.text.trim_end_matches(|c: char| !is_part(c));
        let length = word.find(|c| !is_part(c)).unwrap_or(word.len());
        if length == 0 || matches!(token.kind, Kind::Text | Kind::End) {
            return None;
        }
        let span = Span::new(token.span.start, token.span.start + length as u32);
        self.at = (span.end - self.base) as usize;
        Some(Token {
            kind: Kind::Word,
            text: token.text.get(..length)?,
            span,
        })
    }

    /// Whether the next token follows without white space.
    pub fn is_adjacent(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        !rest.starts_with(char::is_whitespace)
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.peek().kind == Kind::End
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn measure(rest: &str) -> (Kind, usize) {
    let Some(first) = rest.chars().next() else {
        return (Kind::End, 0);
    };
    if first == '"' || first == '\'' {
        return (Kind::Text, quoted(rest, first));
    }
    if first.is_ascii_digit() {
        let digits = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
        return (Kind::Number, digits.unwrap_or(rest.len()));
    }
    if is_part(first) {
        return (Kind::Word, rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
    }
    let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(*sign));
    (Kind::Sign, long.map_or(first.len_utf8(), |sign| sign.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    rest.len()
}
