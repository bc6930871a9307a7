//! JSON, as people and tools write it: comments, trailing commas and half files are read as far as they go.
//!
//! A lexer of our own, because what is needed is neither a value nor a tree but exact bytes of every key, also in a file
//! that ends early or is fifty megabytes on one line.

use super::data::DataBuilder;
use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{CollectionKind, ExpressionKind, ProblemKind, Span};
use memchr::{memchr, memchr2, memmem};

/// Lowers a file. JSON lines are several documents.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let end = source.len();
    let mut data = DataBuilder::new(source, builder);
    let mut lexer = Lexer {
        text: source.text(),
        at: 0,
    };
    let mut broken = None;
    while let Some(token) = lexer.next() {
        broken = token.feed(&mut data, source).or(broken);
    }
    let unclosed = data.is_open().then_some(Span::new(end, end));
    data.finish(end);
    if let Some(span) = broken.or(unclosed) {
        builder.problem(span, ProblemKind::Syntax, "not JSON");
    }
}

enum Token {
    Open(CollectionKind, u32),
    Close(u32),
    String(Span),
    Word(Span),
    Unknown(Span),
}

impl Token {
    /// Hands the token on. Answers with its place if it is none of JSON.
    fn feed(self, data: &mut DataBuilder, source: &Source) -> Option<Span> {
        match self {
            Token::Open(kind, start) => data.open(kind, start),
            Token::Close(end) if data.is_open() => {
                data.close(end);
            }
            Token::Close(end) => return Some(Span::new(end, end)),
            Token::String(whole) => string(data, source, whole),
            Token::Word(span) => {
                data.scalar(word(source.slice(span))?, span);
            }
            Token::Unknown(span) => return Some(span),
        }
        None
    }
}

fn string(data: &mut DataBuilder, source: &Source, whole: Span) {
    let closed = whole.end > whole.start + 1 && source.slice(whole).ends_with('"');
    let raw = Span::new(whole.start + 1, whole.end - u32::from(closed));
    data.text(&unescape(source.slice(raw)), whole, raw);
}

fn word(text: &str) -> Option<ExpressionKind> {
    Some(match text {
        "null" => ExpressionKind::Null,
        "true" => ExpressionKind::Bool(true),
        "false" => ExpressionKind::Bool(false),
        _ => text
            .parse()
            .map_or(ExpressionKind::Number, ExpressionKind::Integer),
    })
}

/// The characters that a raw string says. A pair of `\u` surrogates is one character, half a pair is replaced.
fn unescape(raw: &str) -> std::borrow::Cow<'_, str> {
    if memchr(b'\\', raw.as_bytes()).is_none() {
        return raw.into();
    }
    let mut said = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        let (before, escape) = rest.split_at(at);
        said.push_str(before);
        rest = unescape_one(escape, &mut said);
    }
    said.push_str(rest);
    said.into()
}

fn unescape_one<'a>(escape: &'a str, said: &mut String) -> &'a str {
    let mut characters = escape.chars();
    characters.next();
    match characters.next() {
        Some('n') => said.push('\n'),
        Some('t') => said.push('\t'),
        Some('r') => said.push('\r'),
        Some('b' | 'f') => said.push(' '),
        Some('u') => {
            let digits = escape.get(2..6).unwrap_or_default();
            let code = u32::from_str_radix(digits, 16).ok();
            said.push(
                code.and_then(char::from_u32)
                    .unwrap_or(char::REPLACEMENT_CHARACTER),
            );
            return escape.get(6..).unwrap_or_default();
        }
        Some(other) => said.push(other),
        None => {}
    }
    characters.as_str()
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let byte = *self.text.as_bytes().get(start)?;
        self.at += 1;
        Some(match byte {
            b'{' => Token::Open(CollectionKind::Dictionary, start as u32),
            b'[' => Token::Open(CollectionKind::List, start as u32),
            b'}' | b']' => Token::Close(self.at as u32),
            b'"' => Token::String(self.string(start)),
            _ if is_word(byte) => Token::Word(self.word(start)),
            _ => Token::Unknown(Span::new(start as u32, self.at as u32)),
        })
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => self.at += 1,
                b'/' if bytes.get(self.at + 1) == Some(&b'/') => self.skip_past("\n"),
                b'/' if bytes.get(self.at + 1) == Some(&b'*') => self.skip_past("*/"),
                0xef if self.at == 0 && self.text.starts_with('\u{feff}') => self.at = 3,
                _ => return,
            }
        }
    }

    fn skip_past(&mut self, end: &str) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = memmem::find(rest, end.as_bytes()).map_or(rest.len(), |at| at + end.len());
        self.at += length;
    }

    fn string(&mut self, start: usize) -> Span {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match memchr2(b'"', b'\\', rest) {
                Some(found) if rest.get(found) == Some(&b'"') => {
                    self.at += found + 1;
                    break;
                }
                Some(found) => self.at = (self.at + found + 2).min(bytes.len()),
                None => {
                    self.at = bytes.len();
                    break;
                }
            }
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Span::new(start as u32, self.at as u32)
    }

    fn word(&mut self, start: usize) -> Span {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| is_word(**byte)).count();
        Span::new(start as u32, self.at as u32)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'$')
}
