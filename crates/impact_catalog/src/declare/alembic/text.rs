//! SQL text and data (Alembic 1.13, "Operation Reference").

use super::operation::Operation;
use super::run::Run;
use crate::declare::sql::steps_of;
use crate::text::SourceText;
use impact_facts::{ExpressionId, ExpressionKind, Piece, SchemaChange, Span};

/// `op.execute("…")`, `connection.execute(text("…"))`: the statements' own steps.
pub(super) fn execute(op: &mut Operation<'_, '_, '_>) {
    let Some(argument) = op.call.arguments.first() else {
        return;
    };
    let id = unwrapped(op, op.run.resolved(argument.value));
    let Some(source) = op.run.source(id) else {
        let span = op.span;
        return op.run.push(SchemaChange::Data, span);
    };
    let all = Span::new(0, source.text.len() as u32);
    let dialect = op.run.dialect;
    op.run.steps.extend(steps_of(&source, all, dialect));
}

/// `text("…")` and `DDL("…")` are their argument.
pub(super) fn unwrapped(op: &Operation<'_, '_, '_>, id: ExpressionId) -> ExpressionId {
    let inner = op.run.call(id).filter(|call| {
        let word = op.run.module().dotted(call.callee).unwrap_or_default();
        matches!(word.rsplit('.').next(), Some("text" | "DDL" | "dedent"))
    });
    let first = inner.and_then(|call| call.arguments.first());
    first.map_or(id, |argument| op.run.resolved(argument.value))
}

pub(super) fn data(op: &mut Operation<'_, '_, '_>) {
    let span = op.span;
    op.run.push(SchemaChange::Data, span);
}

impl Run<'_, '_> {
    /// The text that an expression makes, holes filled where they are bound to strings.
    pub(super) fn source(&self, id: ExpressionId) -> Option<SourceText> {
        match &self.module().expression(id).kind {
            ExpressionKind::Text(text) => {
                let text = self.module().text(*text);
                let mut source = SourceText::default();
                for piece in &text.pieces {
                    match piece {
                        Piece::Literal(literal) => source.literal(literal),
                        Piece::Hole(hole) => match self.text(hole.expression) {
                            Some(known) => source.filled(&known, hole.span),
                            None => source.hole(hole.span),
                        },
                        Piece::Alternatives(_) | Piece::Repeat(_) => {}
                    }
                }
                Some(source)
            }
            ExpressionKind::Binary(binary) if self.module().name(binary.operator) == "+" => {
                let mut left = self.source(self.resolved(binary.left))?;
                left.append(&self.source(self.resolved(binary.right))?);
                Some(left)
            }
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
                let text = self.cx.text(id)?;
                let mut source = SourceText::default();
                source.filled(&text, self.span(id));
                Some(source)
            }
            _ => None,
        }
    }
}
