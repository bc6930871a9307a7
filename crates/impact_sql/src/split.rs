//! One text to its statements, so that one that cannot be followed costs itself alone.

use crate::keyword::Keyword;
use crate::parse::slice;
use crate::token::{Token, TokenKind, tokenize};
use impact_facts::{Dialect, Span};

/// Among how many words after `CREATE` it is looked for what is created.
const HEAD: usize = 12;

/// The statements of a text, each without its `;` and without comments and blanks around it, in order.
///
/// Client commands (`\restrict`, `GO`) and the data lines after `COPY … FROM stdin;` belong to no statement.
/// A `;` inside strings, dollar quotes, parentheses or the body of `BEGIN ATOMIC … END` or of a trigger splits nothing.
#[must_use]
pub fn split(text: &str, dialect: Dialect) -> Vec<Span> {
    let lower = text.to_ascii_lowercase();
    let tokens = tokenize(text, &lower, dialect);
    statements(text, &lower, &tokens.list, dialect)
        .iter()
        .map(|range| span_of(&tokens.list, range))
        .collect()
}

/// The span from the first to the last token of a range.
pub(crate) fn span_of(tokens: &[Token], range: &std::ops::Range<usize>) -> Span {
    let start = tokens.get(range.start).map_or(0, |token| token.span.start);
    let end = range
        .end
        .checked_sub(1)
        .and_then(|last| tokens.get(last))
        .map_or(start, |token| token.span.end);
    Span::new(start, end.max(start))
}

/// The word at a token, in lower case; empty where it is none.
pub(crate) fn word_at<'a>(lower: &'a str, tokens: &[Token], at: usize) -> &'a str {
    match tokens.get(at) {
        Some(Token {
            kind: TokenKind::Word(_),
            span,
        }) => slice(lower, *span),
        _ => "",
    }
}

struct Splitter<'a> {
    lower: &'a str,
    tokens: &'a [Token],
    /// First token of the current statement.
    start: usize,
    parentheses: u32,
    /// `BEGIN`s and `CASE`s that wait for their `END`.
    blocks: u32,
    out: Vec<std::ops::Range<usize>>,
    /// Whether a line `\\.` may still come.
    data_ends: bool,
}

/// Ranges of tokens that are statements.
pub(crate) fn statements(
    text: &str,
    lower: &str,
    tokens: &[Token],
    dialect: Dialect,
) -> Vec<std::ops::Range<usize>> {
    let mut splitter = Splitter {
        lower,
        tokens,
        start: 0,
        parentheses: 0,
        blocks: 0,
        out: Vec::new(),
        data_ends: true,
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = splitter.step(text, at, *token, dialect);
    }
    splitter.close(tokens.len());
    splitter.out
}

impl Splitter<'_> {
    fn close(&mut self, end: usize) {
        if end > self.start {
            self.out.push(self.start..end);
        }
        self.start = end;
        self.parentheses = 0;
        self.blocks = 0;
    }

    fn word(&self, at: usize) -> &str {
        word_at(self.lower, self.tokens, at)
    }

    fn step(&mut self, text: &str, at: usize, token: Token, dialect: Dialect) -> usize {
        match token.kind {
            TokenKind::Symbol(b';') if self.blocks == 0 => {
                self.close(at);
                self.start = at + 1;
                return self.after_copy(text, at);
            }
            TokenKind::Symbol(b'(') => self.parentheses += 1,
            TokenKind::Symbol(b')') => self.parentheses = self.parentheses.saturating_sub(1),
            TokenKind::Client if at == self.start => self.start = at + 1,
            TokenKind::Word(Keyword::Begin) => self.begin(at),
            TokenKind::Word(Keyword::Case) if self.blocks > 0 => self.blocks += 1,
            TokenKind::Word(Keyword::End) => self.end(at),
            TokenKind::Word(_)
                if dialect == Dialect::TSql
                    && self.word(at) == "go"
                    && self.alone_on_line(text, token) =>
            {
                self.close(at);
                self.start = at + 1;
            }
            _ => {}
        }
        at + 1
    }

    fn begin(&mut self, at: usize) {
        let first = self.word(self.start);
        let defines = |at| {
            matches!(
                self.word(at),
                "trigger" | "procedure" | "proc" | "function" | "event"
            )
        };
        let body = self.word(at + 1) == "atomic"
            || matches!(first, "create" | "alter")
                && (self.start + 1..at.min(self.start + HEAD)).any(defines);
        if body || self.blocks > 0 {
            self.blocks += 1;
        }
    }

    fn end(&mut self, at: usize) {
        if !matches!(
            self.word(at + 1),
            "if" | "loop" | "while" | "case" | "repeat"
        ) {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }

    fn alone_on_line(&self, text: &str, token: Token) -> bool {
        let before = text.get(..token.span.start as usize).unwrap_or("");
        let after = text.get(token.span.end as usize..).unwrap_or("");
        before
            .trim_end_matches([' ', '\t'])
            .chars()
            .next_back()
            .is_none_or(|c| c == '\n')
            && after
                .trim_start_matches([' ', '\t', '\r'])
                .chars()
                .next()
                .is_none_or(|c| c == '\n')
    }

    /// After `COPY t FROM stdin;` come data lines up to `\.`: the first token behind them.
    fn after_copy(&mut self, text: &str, semicolon: usize) -> usize {
        let next = semicolon + 1;
        let Some(range) = self.out.last() else {
            return next;
        };
        if !self.data_ends
            || range.end != semicolon
            || self.word(range.start) != "copy"
            || !self.copies_from_client(range.clone())
        {
            return next;
        }
        let from = self
            .tokens
            .get(semicolon)
            .map_or(0, |token| token.span.end as usize);
        let Some(end) = text.get(from..).and_then(|rest| rest.find("\n\\.")) else {
            self.data_ends = false;
            return next;
        };
        let resume = self
            .tokens
            .partition_point(|token| (token.span.start as usize) < from + end + 3);
        self.start = resume;
        resume
    }

    fn copies_from_client(&self, range: std::ops::Range<usize>) -> bool {
        range
            .into_iter()
            .any(|at| self.word(at) == "from" && self.word(at + 1) == "stdin")
    }
}
