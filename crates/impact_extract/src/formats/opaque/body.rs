//! Reads the inside of one literal: its characters, escapes undone, and its holes.

use super::begin::{Close, Opening};
use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{ExpressionId, Hole, Literal, Piece, Span, SpanMap, Text};

/// How long one text may be.
pub const MAX_TEXT: usize = 256 * 1024;

/// How long a hole may be.
const MAX_HOLE: usize = 2_000;

/// A text that is being read: what it says and where its holes are.
#[derive(Debug)]
pub struct Draft {
    /// First byte in the file.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String, SpanMap),
    /// The hole, and the expression in it.
    Hole(Span, Span),
}

impl Draft {
    /// An empty text that begins at `start`.
    pub fn at(start: usize) -> Self {
        Self {
            start,
            end: start,
            parts: Vec::new(),
        }
    }

    /// Appends characters that stand at `at`.
    pub fn push(&mut self, said: &str, at: usize) {
        if !matches!(self.parts.last(), Some(Part::Literal(..))) {
            self.parts
                .push(Part::Literal(String::new(), SpanMap::default()));
        }
        if let Some(Part::Literal(value, map)) = self.parts.last_mut() {
            map.push(value.len() as u32, at as u32);
            value.push_str(said);
        }
    }

    /// Appends a hole.
    pub fn hole(&mut self, whole: Span, inside: Span) {
        self.parts.push(Part::Hole(whole, inside));
    }

    /// What it says, holes as `?`, as far as is needed to judge it.
    pub fn outline(&self) -> String {
        let mut outline = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(value, _) => outline.push_str(value),
                Part::Hole(..) => outline.push('?'),
            }
        }
        outline
    }

    /// The text, its holes lowered.
    pub fn into_text(self, source: &Source, builder: &mut ModuleBuilder) -> Text {
        let span = Span::new(self.start as u32, self.end as u32);
        let pieces = self
            .parts
            .into_iter()
            .map(|part| match part {
                Part::Literal(value, map) => Piece::Literal(Literal {
                    value: value.into(),
                    map,
                }),
                Part::Hole(span, inside) => Piece::Hole(Hole {
                    expression: path(inside, source, builder),
                    span,
                }),
            })
            .collect();
        Text { span, pieces }
    }
}

/// `a.b` as an expression; anything else as one without parts.
fn path(at: Span, source: &Source, builder: &mut ModuleBuilder) -> ExpressionId {
    let said = source.slice(at);
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    };
    let mut parts = said.split('.');
    if said.len() > 200 || !said.split('.').all(is_name) {
        return builder.other(at, Vec::new());
    }
    let first = parts.next().unwrap_or_default();
    let mut end = at.start + first.len() as u32;
    let mut id = builder.name_expression(Span::new(at.start, end), first);
    for part in parts {
        let name = Span::new(end + 1, end + 1 + part.len() as u32);
        end = name.end;
        id = builder.attribute(Span::new(at.start, end), id, (part, name), false);
    }
    id
}

/// Reads from the opening to its close into `draft`; `draft.end` is then past the close. A literal that does not end is
/// cut at its line's end.
pub fn read(text: &str, opening: &Opening, draft: &mut Draft) {
    let rest = text.get(opening.body..).unwrap_or_default();
    let (length, closer) = end_of(rest, opening.close);
    let inside = rest.get(..length).unwrap_or_default();
    pieces(inside, opening, draft);
    draft.end = opening.body + length + closer;
}

/// How long the literal's inside is, and what closes it.
fn end_of(rest: &str, close: Close) -> (usize, usize) {
    let bound = bounded(rest);
    let line = || bound.find('\n').unwrap_or(bound.len());
    match close {
        Close::Mark(mark) => {
            unescaped(bound, mark).map_or_else(|| (line(), 0), |at| (at, mark.len()))
        }
        Close::Line(word) => closing_line(bound, word).unwrap_or((bound.len(), 0)),
        Close::Markup => (bound.find("</").unwrap_or_else(line), 0),
        Close::EndOfLine => (continued_line(bound), 0),
    }
}

fn bounded(rest: &str) -> &str {
    let mut end = rest.len().min(MAX_TEXT);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    rest.get(..end).unwrap_or_default()
}

fn unescaped(text: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if text.as_bytes().get(at..)?.starts_with(mark.as_bytes()) {
            return Some(at);
        }
        at += match byte {
            b'\\' => 2,
            b'$' | b'#' => hole_width(text, at, mark),
            _ => 1,
        };
    }
    None
}

/// How far to go past `${…}` or `#{…}`, in which quotes may stand; 1 if no hole begins here.
fn hole_width(text: &str, at: usize, mark: &str) -> usize {
    let holds_holes = matches!(mark, "\"" | "\"\"\"" | "`");
    let body = text
        .get(at + 1..)
        .filter(|body| holds_holes && body.starts_with('{'));
    let closed = body.and_then(balanced).filter(|length| {
        body.and_then(|body| body.get(..*length))
            .is_some_and(|inside| !inside.contains('\n'))
    });
    1 + closed.unwrap_or(0)
}

fn closing_line(text: &str, word: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().trim_end_matches([';', ')', ',']) == word {
            return Some((at, line.trim_end().len()));
        }
        at += line.len();
    }
    None
}

/// A line with those that follow it after a backslash.
fn continued_line(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if !line.trim_end().ends_with('\\') {
            return at - (line.len() - line.trim_end().len());
        }
    }
    at
}

/// Cuts the inside of a literal into characters and holes.
fn pieces(inside: &str, opening: &Opening, draft: &mut Draft) {
    let mut at = 0;
    let mut run = 0;
    while let Some(byte) = inside.as_bytes().get(at) {
        let special = match byte {
            b'\\' => escape(inside, at, opening.body, draft, run),
            b'$' | b'#' | b'{' | b'<' => hole(inside, at, opening, draft, run),
            _ => None,
        };
        match special {
            Some(next) => {
                at = next;
                run = next;
            }
            None => at += 1,
        }
    }
    flush(inside, run, inside.len(), opening.body, draft);
}

fn flush(inside: &str, run: usize, at: usize, base: usize, draft: &mut Draft) {
    if let Some(said) = inside.get(run..at).filter(|said| !said.is_empty()) {
        draft.push(said, base + run);
    }
}

fn escape(inside: &str, at: usize, base: usize, draft: &mut Draft, run: usize) -> Option<usize> {
    let next = inside.get(at + 1..)?.chars().next()?;
    let said = match next {
        'n' | 'r' => "\n",
        't' => "\t",
        '"' => "\"",
        '\'' => "'",
        '\\' => "\\",
        '`' => "`",
        '\n' => " ",
        _ => return None,
    };
    flush(inside, run, at, base, draft);
    draft.push(said, base + at);
    Some(at + 1 + next.len_utf8())
}

fn hole(
    inside: &str,
    at: usize,
    opening: &Opening,
    draft: &mut Draft,
    run: usize,
) -> Option<usize> {
    let rest = inside.get(at..)?;
    let (length, lead) = if rest.starts_with("${") || rest.starts_with("#{") {
        (balanced(rest.get(1..)?)? + 1, 2)
    } else if rest.starts_with("{$") || (opening.braces && rest.starts_with('{')) {
        (balanced(rest)?, 1)
    } else if opening.close == Close::Markup && rest.starts_with('<') {
        flush(inside, run, at, opening.body, draft);
        return Some(at + rest.find('>')? + 1);
    } else if may_interpolate(opening) {
        (variable(rest)?, 1)
    } else {
        return None;
    };
    flush(inside, run, at, opening.body, draft);
    let start = opening.body + at;
    let whole = Span::new(start as u32, (start + length) as u32);
    let closer = usize::from(lead == 2 || rest.starts_with('{'));
    let inner = Span::new((start + lead) as u32, (start + length - closer) as u32);
    draft.hole(whole, inner);
    Some(at + length)
}

fn may_interpolate(opening: &Opening) -> bool {
    matches!(opening.close, Close::Mark("\"" | "\"\"\"") | Close::Line(_))
}

/// The length of `$name`. `$1` is a placeholder of the database.
fn variable(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix('$')?;
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let length = name
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(name.len());
    starts.then_some(length + 1)
}

/// The length of `{…}` with what is nested in it.
fn balanced(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in rest.bytes().enumerate().take(MAX_HOLE) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}
