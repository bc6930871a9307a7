//! String literals: adjacent ones joined, escapes undone, f-strings taken apart into pieces.

use super::escape::{Prefix, decode};
use super::{At, Kind, Lowering};
use impact_facts::{ExpressionId, ExpressionKind, Hole, Literal, Piece, Span, SpanMap, Text};

/// The pieces of one text while its literals are read.
#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    /// Some literal holds bytes that are no text.
    binary: bool,
    /// The bytes between the quotes, if there is one literal without escapes and prefix.
    plain: Option<Span>,
    literals: usize,
}

impl Lowering<'_, '_> {
    /// The `string` or `concatenated_string` at the cursor.
    pub(super) fn string(&mut self, at: At) -> ExpressionId {
        let mut pieces = Pieces::default();
        match at.kind {
            Kind::String => self.literal(at.span, &mut pieces),
            _ => self.parts(|l, at| l.literal(at.span, &mut pieces)),
        }
        if pieces.binary {
            return self.builder.expression(at.span, ExpressionKind::Number);
        }
        if let Some(content) = pieces
            .plain
            .filter(|_| self.in_type && pieces.literals == 1)
            && let Some(id) = self.forward_reference(content)
        {
            return id;
        }
        self.builder.text_expression(Text {
            span: at.span,
            pieces: pieces.pieces,
        })
    }

    fn literal(&mut self, span: Span, pieces: &mut Pieces) {
        pieces.literals += 1;
        let mut prefix = Prefix::default();
        let mut open = span;
        self.parts(|l, at| match at.kind {
            Kind::StringStart => {
                prefix = Prefix::of(l.text(at.span));
                open = at.span;
            }
            Kind::StringContent => l.content(at.span, prefix, pieces),
            Kind::Interpolation => l.interpolation(at.span, pieces),
            Kind::StringEnd if prefix.is_none() && pieces.pieces.len() == 1 => {
                pieces.plain = Some(Span::new(open.end, at.span.start));
            }
            _ => {}
        });
    }

    fn content(&mut self, span: Span, prefix: Prefix, pieces: &mut Pieces) {
        match decode(self.text(span), span.start, prefix) {
            Some(literal) => pieces.push(literal),
            None => pieces.binary = true,
        }
    }

    fn interpolation(&mut self, span: Span, pieces: &mut Pieces) {
        let mut parts = Vec::new();
        let mut written = None;
        self.children(|l, at| match at.kind {
            Kind::Token => {
                if l.text(at.span) == "=" {
                    written = Some(Span::new(span.start + 1, at.span.end));
                }
            }
            Kind::FormatSpecifier => l.format_holes(&mut parts),
            Kind::TypeConversion => {}
            _ => parts.push(l.expression()),
        });
        if let Some(written) = written {
            pieces.push(Literal {
                value: self.text(written).into(),
                map: SpanMap::contiguous(written.start),
            });
        }
        let expression = match parts.as_slice() {
            [one] => *one,
            _ => self.builder.other(span, parts),
        };
        pieces.pieces.push(Piece::Hole(Hole { expression, span }));
    }

    fn format_holes(&mut self, parts: &mut Vec<ExpressionId>) {
        self.parts(|l, at| {
            if at.kind == Kind::FormatExpression {
                l.parts(|l, at| match at.kind {
                    Kind::FormatSpecifier => l.format_holes(parts),
                    Kind::TypeConversion => {}
                    _ => parts.push(l.expression()),
                });
            }
        });
    }
}

impl Pieces {
    /// Appends a literal, to the one before it if no hole stands between them.
    fn push(&mut self, literal: Literal) {
        let Some(Piece::Literal(last)) = self.pieces.last_mut() else {
            self.pieces.push(Piece::Literal(literal));
            return;
        };
        let base = last.value.len() as u32;
        let mut value = std::mem::take(&mut last.value).into_string();
        value.push_str(&literal.value);
        last.value = value.into();
        for (text, file) in literal.map.entries {
            last.map.push(base + text, file);
        }
    }
}
