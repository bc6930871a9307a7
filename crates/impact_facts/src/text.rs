//! String literals with their holes, and the map from a text's bytes back to the file's.

use crate::{ExpressionId, FileId, Span};
use serde::{Deserialize, Serialize};

/// A string literal or template: what it says, what is filled in, and where each byte of it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The whole literal in the file, quotes and prefixes included.
    pub span: Span,
    /// Its pieces, in order. Adjacent literals (`"a" "b"`) are already joined.
    pub pieces: Vec<Piece>,
}

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Characters that stand in the file, escapes already undone.
    Literal(Literal),
    /// A place that is filled at run time: `{expr}` of an f-string or of `format!`, `{{ expr }}` of a template.
    /// Driver placeholders (`%s`, `$1`, `:name`) are not holes: they stay in the literal.
    Hole(Hole),
    /// One of several bodies is chosen at run time: `{% if %}`. A missing `else` is an empty body.
    Alternatives(Vec<Vec<Piece>>),
    /// A body that is repeated: `{% for target in over %}`.
    Repeat(Repeat),
}

/// Characters of a [`Text`] with their place in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// What the literal says.
    pub value: Box<str>,
    /// Where its bytes stand.
    pub map: SpanMap,
}

/// A place in a [`Text`] that an expression fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// What fills it.
    pub expression: ExpressionId,
    /// The hole in the file, braces included.
    pub span: Span,
}

/// A repeated part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// What each round binds.
    pub target: Option<ExpressionId>,
    /// What is run over.
    pub over: ExpressionId,
    /// The repeated pieces.
    pub body: Vec<Piece>,
}

/// Maps offsets in a decoded literal to offsets in its file. Between two entries both advance byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpanMap {
    /// `(offset in the text, offset in the file)`, ascending in both; the first entry is at text offset 0.
    pub entries: Vec<(u32, u32)>,
}

impl SpanMap {
    /// A text that stands in the file as it is, from `start`.
    #[must_use]
    pub fn contiguous(start: u32) -> Self {
        Self {
            entries: vec![(0, start)],
        }
    }

    /// Says that from text offset `text` on, bytes stand at file offset `file` on.
    pub fn push(&mut self, text: u32, file: u32) {
        if let Some(&(last_text, last_file)) = self.entries.last() {
            if file.checked_sub(last_file) == text.checked_sub(last_text) {
                return;
            }
            if last_text == text {
                self.entries.pop();
            }
        }
        self.entries.push((text, file));
    }

    /// The file offset of a text offset.
    #[must_use]
    pub fn locate(&self, text: u32) -> u32 {
        let at = self.entries.partition_point(|(start, _)| *start <= text);
        let (start, file) = at.checked_sub(1).map_or((0, 0), |i| self.entries[i]);
        file + (text - start)
    }

    /// The span in the file of the text bytes `start..end`.
    #[must_use]
    pub fn span(&self, start: u32, end: u32) -> Span {
        let first = self.locate(start);
        let last = if end > start {
            self.locate(end - 1) + 1
        } else {
            first
        };
        Span::new(first, last)
    }
}

/// A text that was put together from literals of any number of files, each byte with its origin.
///
/// This is what SQL is resolved from: spans of the resolver point into `text`, [`Assembled::locate`] brings them home.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Assembled {
    /// The characters. Each hole stands as a placeholder, see [`Assembled::holes`].
    pub text: String,
    /// Where runs of bytes come from, ascending by `at`.
    pub segments: Vec<Segment>,
    /// Byte ranges of `text` that stand for something not known, ascending.
    pub holes: Vec<Span>,
}

/// A run of bytes of an [`Assembled`] text that stands contiguously in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// First byte in the assembled text.
    pub at: u32,
    /// The file.
    pub file: FileId,
    /// The first byte's offset in the file.
    pub offset: u32,
}

impl Assembled {
    /// Appends a literal of `file`.
    pub fn push_literal(&mut self, file: FileId, literal: &Literal) {
        let base = self.text.len() as u32;
        self.segments
            .extend(literal.map.entries.iter().map(|&(text, offset)| Segment {
                at: base + text,
                file,
                offset,
            }));
        self.text.push_str(&literal.value);
    }

    /// Appends a hole that stands at `span` of `file`. In `text` it reads `impact_hole_N`, a word that parses as a name
    /// and, after [`Assembled::holes`] says so, as a value, a list or a clause.
    pub fn push_hole(&mut self, file: FileId, span: Span) {
        let start = self.text.len() as u32;
        self.segments.push(Segment {
            at: start,
            file,
            offset: span.start,
        });
        self.text
            .push_str(&format!("impact_hole_{}", self.holes.len()));
        self.holes.push(Span::new(start, self.text.len() as u32));
    }

    /// Appends another assembled text.
    pub fn push_assembled(&mut self, other: &Assembled) {
        let base = self.text.len() as u32;
        self.segments.extend(other.segments.iter().map(|s| Segment {
            at: s.at + base,
            ..*s
        }));
        self.holes.extend(
            other
                .holes
                .iter()
                .map(|h| Span::new(h.start + base, h.end + base)),
        );
        self.text.push_str(&other.text);
    }

    /// The file and span where the bytes `span` of the text stand. A span over several segments is cut to the first.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(FileId, Span)> {
        let at = self
            .segments
            .partition_point(|s| s.at <= span.start)
            .checked_sub(1)?;
        let segment = self.segments[at];
        let start = segment.offset + (span.start - segment.at);
        let next = self.segments.get(at + 1);
        let run_end = next.map_or(u32::MAX, |n| n.at);
        if span.end <= run_end {
            return Some((
                segment.file,
                Span::new(start, start + (span.end - span.start)),
            ));
        }
        let end = self.locate_end(span.end, segment.file);
        Some((
            segment.file,
            Span::new(start, end.unwrap_or(start + (run_end - span.start))),
        ))
    }

    fn locate_end(&self, end: u32, file: FileId) -> Option<u32> {
        let last = end.checked_sub(1)?;
        let at = self
            .segments
            .partition_point(|s| s.at <= last)
            .checked_sub(1)?;
        let segment = self.segments[at];
        (segment.file == file).then_some(segment.offset + (last - segment.at) + 1)
    }
}
