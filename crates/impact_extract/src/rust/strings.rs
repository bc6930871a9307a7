//! Rust string literals: what they say, and where each byte of that stands in the file.

use impact_facts::{Literal, SpanMap};

/// Decodes a literal that stands at file offset `start`, quotes and prefix included.
///
/// None if it is no string literal, or bytes that are no text.
pub(super) fn decode(source: &str, start: u32) -> Option<Literal> {
    let open = source.find('"')?;
    let prefix = source.get(..open)?;
    let raw = prefix.contains('r');
    let hashes = prefix.bytes().filter(|byte| *byte == b'#').count();
    let body = source.get(open + 1..)?;
    let close = body
        .len()
        .checked_sub(hashes + 1)
        .filter(|at| body.get(*at..*at + 1) == Some("\""));
    let body = close.and_then(|at| body.get(..at)).unwrap_or(body);
    let mut decoder = Decoder {
        body,
        at: 0,
        base: start + open as u32 + 1,
        value: Vec::new(),
        map: SpanMap::default(),
    };
    if raw {
        decoder.raw()
    } else {
        decoder.escaped()
    }
    decoder.finish()
}

struct Decoder<'a> {
    body: &'a str,
    at: usize,
    base: u32,
    value: Vec<u8>,
    map: SpanMap,
}

impl Decoder<'_> {
    fn raw(&mut self) {
        while let Some(byte) = self.peek(0) {
            self.line_end_or(byte);
        }
    }

    fn escaped(&mut self) {
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' {
                self.escape()
            } else {
                self.line_end_or(byte)
            }
        }
    }

    /// `\r\n` in a source file reads `\n`.
    fn line_end_or(&mut self, byte: u8) {
        if byte == b'\r' && self.peek(1) == Some(b'\n') {
            self.at += 1;
            return;
        }
        self.emit(&[byte], 1);
    }

    fn escape(&mut self) {
        match self.peek(1) {
            Some(b'\n') => self.continuation(2),
            Some(b'\r') if self.peek(2) == Some(b'\n') => self.continuation(3),
            Some(b'x') => self.hexadecimal(),
            Some(b'u') => self.unicode(),
            Some(byte) => match simple(byte) {
                Some(meant) => self.emit(&[meant], 2),
                None => self.at += 1,
            },
            None => self.at += 1,
        }
    }

    /// `\` at the end of a line takes the line end and the blanks that follow.
    fn continuation(&mut self, length: usize) {
        self.at += length;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn hexadecimal(&mut self) {
        let digits = self.body.get(self.at + 2..self.at + 4);
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => self.emit(&[byte], 4),
            None => self.at += 2,
        }
    }

    fn unicode(&mut self) {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let length = rest.find('}').map_or(2, |at| at + 1);
        let digits: String = rest
            .chars()
            .take(length)
            .filter(char::is_ascii_hexdigit)
            .collect();
        match u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32)
        {
            Some(character) => self.emit(character.encode_utf8(&mut [0; 4]).as_bytes(), length),
            None => self.at += length,
        }
    }

    fn emit(&mut self, bytes: &[u8], length: usize) {
        self.map
            .push(self.value.len() as u32, self.base + self.at as u32);
        self.value.extend_from_slice(bytes);
        self.at += length;
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.body.as_bytes().get(self.at + ahead).copied()
    }

    fn finish(mut self) -> Option<Literal> {
        if self.map.entries.is_empty() {
            self.map = SpanMap::contiguous(self.base);
        }
        let value = String::from_utf8(self.value).ok()?;
        Some(Literal {
            value: value.into(),
            map: self.map,
        })
    }
}

/// What the character after a `\` means.
fn simple(byte: u8) -> Option<u8> {
    const ESCAPES: &[(u8, u8)] = &[
        (b'n', b'\n'),
        (b't', b'\t'),
        (b'r', b'\r'),
        (b'0', 0),
        (b'\\', b'\\'),
        (b'"', b'"'),
        (b'\'', b'\''),
    ];
    ESCAPES
        .iter()
        .find(|(written, _)| *written == byte)
        .map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn said(source: &str) -> String {
        decode(source, 0)
            .map(|literal| literal.value.into())
            .unwrap_or_default()
    }

    #[test]
    fn raw_bytes_and_hashes_are_peeled() {
        assert_eq!(said(r###"r#"a "b" c"#"###), r#"a "b" c"#);
        assert_eq!(said(r#"b"xy""#), "xy");
        assert_eq!(said(r#""""#), "");
        assert_eq!(decode(r#"b"\xff""#, 0), None);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(said(r#""a\n\t\"\u{e9}\x41""#), "a\n\t\"\u{e9}A");
        assert_eq!(said("\"SELECT \\\n     1\""), "SELECT 1");
        assert_eq!(said("\"a\r\nb\""), "a\nb");
    }

    #[test]
    fn bytes_map_home_through_escapes() {
        let source = "\"a\\n\\\n   email\"";
        let literal = decode(source, 100).expect("a literal");
        let at = literal.value.find("email").expect("the word") as u32;
        let span = literal.map.span(at, at + 5);
        assert_eq!(
            &source[span.start as usize - 100..span.end as usize - 100],
            "email"
        );
    }

    #[test]
    fn half_a_literal_is_read_to_its_end() {
        assert_eq!(said("\"abc"), "abc");
        assert_eq!(said("\"abc\\"), "abc");
        assert_eq!(said("r#\"abc"), "abc");
    }
}
