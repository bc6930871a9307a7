//! The text of a literal with the way back to its file.

use impact_facts::{Literal, Module, Piece, Span, SpanMap, Statement, Text};

/// Bodies in bodies deeper than this are left away.
const MAX_DEPTH: u32 = 32;

/// A text that stands in one file, and where each of its bytes stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SourceText {
    pub(crate) text: String,
    pub(crate) map: SpanMap,
    /// How many parts are not known before run time.
    pub(crate) holes: u32,
}

impl SourceText {
    /// What a literal or template says. A hole reads `impact_hole_N`; of alternatives the first that says something
    /// counts, of a repetition one round.
    pub(crate) fn of(text: &Text) -> Self {
        let mut source = SourceText::default();
        source.pieces(&text.pieces, 0);
        source
    }

    /// All texts that a file's body consists of: what a `.sql` file says.
    pub(crate) fn of_body(module: &Module) -> Self {
        let mut source = SourceText::default();
        for statement in &module.body.statements {
            if let Statement::Do(id) = statement {
                if let impact_facts::ExpressionKind::Text(text) = module.expression(*id).kind {
                    source.pieces(&module.text(text).pieces, 0);
                }
            }
        }
        source
    }

    fn pieces(&mut self, pieces: &[Piece], depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => self.literal(literal),
                Piece::Hole(hole) => self.hole(hole.span),
                Piece::Alternatives(bodies) => {
                    let first = bodies.iter().find(|body| !body.is_empty());
                    self.pieces(first.map_or(&[], Vec::as_slice), depth + 1);
                }
                Piece::Repeat(repeat) => self.pieces(&repeat.body, depth + 1),
            }
        }
    }

    pub(crate) fn literal(&mut self, literal: &Literal) {
        let base = self.text.len() as u32;
        for (text, file) in &literal.map.entries {
            self.map.push(base + text, *file);
        }
        self.text.push_str(&literal.value);
    }

    pub(crate) fn hole(&mut self, span: Span) {
        self.map.push(self.text.len() as u32, span.start);
        self.text.push_str(&format!("impact_hole_{}", self.holes));
        self.holes += 1;
    }

    /// A hole whose text is known: all of it stands at the hole.
    pub(crate) fn filled(&mut self, text: &str, span: Span) {
        let base = self.text.len() as u32;
        for byte in 0..text.len() as u32 {
            self.map.push(base + byte, span.start);
        }
        self.text.push_str(text);
    }

    /// Another text of the same file after this one.
    pub(crate) fn append(&mut self, other: &SourceText) {
        let base = self.text.len() as u32;
        for (text, file) in &other.map.entries {
            self.map.push(base + text, *file);
        }
        self.text.push_str(&other.text);
        self.holes += other.holes;
    }

    /// Where a part of the text stands in the file.
    pub(crate) fn locate(&self, span: Span) -> Span {
        self.map.span(span.start, span.end)
    }

    /// The part of the text that a span covers.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }
}
