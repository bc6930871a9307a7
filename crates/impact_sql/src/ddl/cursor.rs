//! A place in the tokens of a statement, with the few moves that DDL needs.

use super::lexer::{Token, TokenKind};
use impact_facts::{Dialect, Span, TableName};

/// Tokens of one statement, or of a part of it, and how far they are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    dialect: Dialect,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect, tokens: &'a [Token]) -> Self {
        Self {
            text,
            dialect,
            tokens,
            at: 0,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What is left, from its first to its last byte.
    pub(crate) fn span(&self) -> Span {
        let rest = self.rest();
        match (rest.first(), rest.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self
                .tokens
                .last()
                .map_or_else(Span::default, |t| Span::new(t.span.end, t.span.end)),
        }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(crate) fn peek(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(crate) fn bump(&mut self) -> Option<Token> {
        let token = self.peek(0);
        self.at += usize::from(token.is_some());
        token
    }

    /// The bytes of a span.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Whether the token `ahead` is that bare word.
    pub(crate) fn is_at(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && self.slice(token.span).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next tokens are those bare words.
    pub(crate) fn is(&self, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.is_at(ahead, word))
    }

    /// Whether the next token is one of those bare words.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_at(0, word))
    }

    /// Moves past those bare words if they are next.
    pub(crate) fn eat(&mut self, words: &[&str]) -> bool {
        let found = self.is(words);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Moves past one of those bare words if it is next.
    pub(crate) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(&[word]))
    }

    pub(crate) fn is_symbol(&self, ahead: usize, symbol: &str) -> bool {
        self.peek(ahead).is_some_and(|token| {
            token.kind == TokenKind::Symbol && self.slice(token.span) == symbol
        })
    }

    pub(crate) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(0, symbol);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn if_exists(&mut self) -> bool {
        self.eat(&["IF", "EXISTS"])
    }

    pub(crate) fn if_not_exists(&mut self) -> bool {
        self.eat(&["IF", "NOT", "EXISTS"])
    }

    /// The identifier that a token is.
    pub(crate) fn identifier(&self, token: Token) -> Option<Box<str>> {
        let text = self.slice(token.span);
        match token.kind {
            TokenKind::Word => Some(self.dialect.fold(text, false)),
            TokenKind::Quoted => Some(self.dialect.fold(&unquote(text), true)),
            _ => None,
        }
    }

    /// An identifier and its bytes.
    pub(crate) fn name(&mut self) -> Option<(Box<str>, Span)> {
        let token = self.peek(0)?;
        let name = self.identifier(token)?;
        self.at += 1;
        Some((name, token.span))
    }

    /// A name with dots, and the bytes of its last part.
    pub(crate) fn path(&mut self) -> Option<(Vec<Box<str>>, Span)> {
        let (first, mut span) = self.name()?;
        let mut parts = vec![first];
        while self.is_symbol(0, ".") {
            self.at += 1;
            let Some((part, part_span)) = self.name() else {
                break;
            };
            span = part_span;
            parts.push(part);
        }
        Some((parts, span))
    }

    /// The name of a relation, function or type, and the bytes of its last part.
    pub(crate) fn table(&mut self) -> Option<(TableName, Span)> {
        let (mut parts, span) = self.path()?;
        let name = parts.pop()?;
        Some((
            TableName {
                schema: parts.pop(),
                name,
            },
            span,
        ))
    }

    /// What stands in the parentheses that are next; moves past them.
    pub(crate) fn group(&mut self) -> Option<Cursor<'a>> {
        if !self.is_symbol(0, "(") {
            return None;
        }
        let start = self.at + 1;
        self.skip();
        let closed = self.at > start
            && self
                .tokens
                .get(self.at - 1)
                .is_some_and(|t| self.slice(t.span) == ")");
        let end = if closed { self.at - 1 } else { self.at };
        Some(self.part(start, end))
    }

    /// Moves past one token or one whole pair of parentheses.
    pub(crate) fn skip(&mut self) -> Option<Token> {
        let first = self.bump()?;
        let mut depth = i32::from(self.slice(first.span) == "(");
        while depth > 0 {
            let Some(token) = self.bump() else { break };
            if token.kind == TokenKind::Symbol {
                depth += match self.slice(token.span) {
                    "(" => 1,
                    ")" => -1,
                    _ => 0,
                };
            }
        }
        Some(first)
    }

    /// What stands before the next comma outside parentheses; moves past the comma. None at the end.
    pub(crate) fn item(&mut self) -> Option<Cursor<'a>> {
        if self.is_done() {
            return None;
        }
        let start = self.at;
        while !self.is_done() && !self.is_symbol(0, ",") {
            self.skip();
        }
        let item = self.part(start, self.at);
        self.at += usize::from(!self.is_done());
        Some(item)
    }

    /// All items that are left.
    pub(crate) fn items(mut self) -> impl Iterator<Item = Cursor<'a>> {
        std::iter::from_fn(move || self.item())
    }

    /// What stands before the first of those words outside parentheses; moves up to it, or to the end.
    pub(crate) fn until(&mut self, words: &[&str]) -> Cursor<'a> {
        let start = self.at;
        while !self.is_done() && !self.is_any(words) {
            self.skip();
        }
        self.part(start, self.at)
    }

    /// Identifiers separated by commas, each at the beginning of its item.
    pub(crate) fn names(self) -> Vec<(Box<str>, Span)> {
        self.items().filter_map(|mut item| item.name()).collect()
    }

    /// The value of the string that is next; moves past it.
    pub(crate) fn string(&mut self) -> Option<(&'a str, Span)> {
        let token = self.peek(0)?;
        let inner = match token.kind {
            TokenKind::Text => inner_of_string(self.slice(token.span), token.span),
            TokenKind::Dollar => inner_of_dollar(self.slice(token.span), token.span),
            _ => return None,
        };
        self.at += 1;
        Some((self.slice(inner), inner))
    }

    fn part(&self, start: usize, end: usize) -> Cursor<'a> {
        let tokens = self.tokens.get(start..end.max(start)).unwrap_or_default();
        Cursor {
            tokens,
            at: 0,
            ..*self
        }
    }
}

/// The identifier within quotes of any kind, doubled ones undone.
fn unquote(text: &str) -> String {
    let Some(open) = text.chars().next() else {
        return String::new();
    };
    let close = if open == '[' { ']' } else { open };
    let inner = text.strip_prefix(open).unwrap_or(text);
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    inner.replace(&format!("{close}{close}"), &close.to_string())
}

fn inner_of_string(text: &str, span: Span) -> Span {
    let prefix = text.find(['\'', '"']).map_or(0, |at| at + 1) as u32;
    let suffix = u32::from(text.len() as u32 > prefix && text.ends_with(['\'', '"']));
    Span::new(span.start + prefix, span.end - suffix)
}

fn inner_of_dollar(text: &str, span: Span) -> Span {
    let mark = text
        .get(1..)
        .and_then(|rest| rest.find('$'))
        .map_or(0, |at| at + 2) as u32;
    let twice = mark * 2 <= span.end - span.start;
    Span::new(
        span.start + mark,
        if twice { span.end - mark } else { span.end },
    )
}
