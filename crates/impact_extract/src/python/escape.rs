//! Escapes of Python's string literals, undone with a map back to the file.
//!
//! <https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences>

use impact_facts::{Literal, SpanMap};

/// What the letters before a literal's quotes say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prefix {
    raw: bool,
    bytes: bool,
    format: bool,
}

impl Prefix {
    /// The prefix of a literal that opens with `start`: letters and quotes.
    pub fn of(start: &str) -> Self {
        let has = |letter: char| start.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        Self {
            raw: has('r'),
            bytes: has('b'),
            format: has('f') || has('t'),
        }
    }

    /// Whether the characters between the quotes have no special sense but escapes.
    pub fn is_none(self) -> bool {
        !(self.raw || self.bytes || self.format)
    }
}

/// What `content`, which stands at `start` in the file, says. None if it is bytes that are no text.
pub fn decode(content: &str, start: u32, prefix: Prefix) -> Option<Literal> {
    let special = |byte: u8| match byte {
        b'\\' => !prefix.raw,
        b'{' | b'}' => prefix.format,
        b'\r' => true,
        _ => false,
    };
    if !content.bytes().any(special) {
        return Some(Literal {
            value: content.into(),
            map: SpanMap::contiguous(start),
        });
    }
    let mut decoder = Decoder {
        content,
        at: 0,
        value: Vec::new(),
        map: SpanMap::contiguous(start),
        start,
    };
    while let Some(&byte) = content.as_bytes().get(decoder.at) {
        match byte {
            b'\\' if !prefix.raw => decoder.escape(prefix),
            b'{' | b'}' if prefix.format => decoder.brace(byte),
            b'\r' if content.as_bytes().get(decoder.at + 1) == Some(&b'\n') => {
                decoder.put(2, b"\n")
            }
            _ => decoder.put(1, &[byte]),
        }
    }
    let value = String::from_utf8(decoder.value).ok()?;
    Some(Literal {
        value: value.into(),
        map: decoder.map,
    })
}

struct Decoder<'a> {
    content: &'a str,
    at: usize,
    value: Vec<u8>,
    map: SpanMap,
    start: u32,
}

impl Decoder<'_> {
    /// Takes `length` bytes of the file for `bytes` of the text.
    fn put(&mut self, length: usize, bytes: &[u8]) {
        self.map
            .push(self.value.len() as u32, self.start + self.at as u32);
        self.value.extend_from_slice(bytes);
        self.at += length;
    }

    fn brace(&mut self, brace: u8) {
        let doubled = self.content.as_bytes().get(self.at + 1) == Some(&brace);
        self.put(if doubled { 2 } else { 1 }, &[brace]);
    }

    fn escape(&mut self, prefix: Prefix) {
        let rest = self
            .content
            .as_bytes()
            .get(self.at + 1..)
            .unwrap_or_default();
        let Some(&letter) = rest.first() else {
            return self.put(1, b"\\");
        };
        match letter {
            b'\n' => self.put(2, b""),
            b'\r' => self.put(if rest.get(1) == Some(&b'\n') { 3 } else { 2 }, b""),
            b'0'..=b'7' => {
                let digits = rest
                    .iter()
                    .take(3)
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                self.number(1, digits, 8, prefix);
            }
            b'x' => self.number(2, 2, 16, prefix),
            b'u' if !prefix.bytes => self.number(2, 4, 16, prefix),
            b'U' if !prefix.bytes => self.number(2, 8, 16, prefix),
            b'N' if !prefix.bytes => self.named(),
            _ => match SIMPLE.iter().find(|(escape, _)| *escape == letter) {
                Some((_, byte)) => self.put(2, &[*byte]),
                None => self.put(1, b"\\"),
            },
        }
    }

    /// An escape of `digits` digits after `skip` bytes. If they are no such number, a backslash.
    fn number(&mut self, skip: usize, digits: usize, radix: u32, prefix: Prefix) {
        let text = self.content.get(self.at + skip..self.at + skip + digits);
        let Some(number) = text.and_then(|text| u32::from_str_radix(text, radix).ok()) else {
            return self.put(1, b"\\");
        };
        if prefix.bytes {
            self.put(skip + digits, &[number as u8]);
        } else {
            self.character(skip + digits, char::from_u32(number));
        }
    }

    fn named(&mut self) {
        let rest = self.content.get(self.at + 2..).unwrap_or_default();
        let name = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match name {
            Some((name, _)) => self.character(name.len() + 4, unicode_names2::character(name)),
            None => self.put(1, b"\\"),
        }
    }

    fn character(&mut self, length: usize, character: Option<char>) {
        let mut buffer = [0; 4];
        let text = character
            .unwrap_or(char::REPLACEMENT_CHARACTER)
            .encode_utf8(&mut buffer);
        self.put(length, text.as_bytes());
    }
}

const SIMPLE: &[(u8, u8)] = &[
    (b'\\', b'\\'),
    (b'\'', b'\''),
    (b'"', b'"'),
    (b'a', 7),
    (b'b', 8),
    (b'f', 12),
    (b'n', b'\n'),
    (b'r', b'\r'),
    (b't', b'\t'),
    (b'v', 11),
];
