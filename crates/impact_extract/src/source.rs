//! The text of a file, with offsets that are those of its bytes whatever its encoding.

use crate::builder::ModuleBuilder;
use impact_facts::{ProblemKind, Span};
use std::borrow::Cow;

/// What stands in for each byte that is no part of a UTF-8 character: one byte, so that offsets stay true.
const REPLACEMENT: char = '?';

/// A file that can be addressed in `u32`, as text.
pub struct Source<'a> {
    text: Cow<'a, str>,
}

impl<'a> Source<'a> {
    /// The text of `bytes`. What is not UTF-8 becomes a problem, and is replaced byte for byte. A file whose offsets
    /// do not fit in `u32` becomes a problem and reads as empty.
    pub fn decode(bytes: &'a [u8], builder: &mut ModuleBuilder) -> Self {
        if u32::try_from(bytes.len()).is_err() {
            let message = "larger than 4 GiB: not read";
            builder.problem(Span::new(0, u32::MAX), ProblemKind::Bound, message);
            return Self {
                text: Cow::Borrowed(""),
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Self {
                text: Cow::Borrowed(text),
            },
            Err(_) => Self {
                text: Cow::Owned(replaced(bytes, builder)),
            },
        }
    }

    /// A text that is known to be UTF-8 and short enough.
    #[cfg(test)]
    pub fn of(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
        }
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters at `span`; empty if it lies outside or cuts a character.
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// All of it, as a span.
    pub fn span(&self) -> Span {
        Span::new(0, self.len())
    }

    /// Its length in bytes.
    pub fn len(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }
}

fn replaced(bytes: &[u8], builder: &mut ModuleBuilder) -> String {
    let mut text = String::with_capacity(bytes.len());
    let (mut first, mut last, mut count) = (None, 0, 0_usize);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            first.get_or_insert(text.len());
            count += chunk.invalid().len();
            text.extend(std::iter::repeat_n(REPLACEMENT, chunk.invalid().len()));
            last = text.len();
        }
    }
    let span = Span::new(first.unwrap_or(0) as u32, last as u32);
    builder.problem(
        span,
        ProblemKind::Encoding,
        format!("{count} bytes are not UTF-8"),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_keep_every_offset() {
        let mut builder = ModuleBuilder::default();
        let source = Source::decode(b"a = '\xff\xfe\xc3'\nb = 1", &mut builder);
        assert_eq!(source.text(), "a = '???'\nb = 1");
        let problems = builder.problems();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].span, Span::new(5, 8));
        assert_eq!(problems[0].kind, ProblemKind::Encoding);
    }
}
