//! Attributes of Rust items.

use impact_facts::{ExpressionId, ExpressionKind, Module, Piece, Span};

/// `cfg_attr` in `cfg_attr` deeper than this is left out.
const MAX_DEPTH: u32 = 4;

/// The attributes of an item, in order; what `#[cfg_attr(condition, attribute)]` holds stands in its place.
#[must_use]
pub fn attributes(module: &Module, decorators: &[ExpressionId]) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    add(module, decorators.iter().copied(), &mut found, MAX_DEPTH);
    found
}

/// The bytes of a name that an attribute gives, as a word or as a text without its quotes.
#[must_use]
pub fn named_span(module: &Module, id: ExpressionId) -> Span {
    let whole = module.expression(id).span;
    let ExpressionKind::Text(text) = module.expression(id).kind else {
        return whole;
    };
    match module.text(text).pieces.as_slice() {
        [Piece::Literal(literal)] => literal.map.span(0, literal.value.len() as u32),
        _ => whole,
    }
}

fn add(
    module: &Module,
    all: impl Iterator<Item = ExpressionId>,
    found: &mut Vec<ExpressionId>,
    depth: u32,
) {
    for id in all {
        match &module.expression(id).kind {
            ExpressionKind::Call(call)
                if module.dotted(call.callee).as_deref() == Some("cfg_attr") =>
            {
                if depth > 0 {
                    let inside: Vec<_> =
                        call.arguments.iter().skip(1).map(|one| one.value).collect();
                    add(module, inside.into_iter(), found, depth - 1);
                }
            }
            _ => found.push(id),
        }
    }
}
