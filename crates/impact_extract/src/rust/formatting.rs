//! String literals as texts, and `format!` and its kin: the template's holes are filled with the arguments.

use impact_facts::{Argument, ExpressionId, ExpressionKind, Hole, Piece, Text, TextId};
use tree_sitter::Node;

use super::lowering::Lowering;
use super::strings;
use super::templates::{self, Filler, Part};

/// Macros that take a template, and how many arguments stand before it at least.
const TEMPLATES: &[(&str, usize)] = &[
    ("format", 0),
    ("format_args", 0),
    ("formatdoc", 0),
    ("print", 0),
    ("println", 0),
    ("eprint", 0),
    ("eprintln", 0),
    ("panic", 0),
    ("todo", 0),
    ("unimplemented", 0),
    ("unreachable", 0),
    ("write", 1),
    ("writeln", 1),
    ("writedoc", 1),
    ("assert", 1),
    ("debug_assert", 1),
    ("assert_eq", 2),
    ("assert_ne", 2),
    ("debug_assert_eq", 2),
    ("debug_assert_ne", 2),
    ("anyhow", 0),
    ("bail", 0),
    ("ensure", 1),
    ("eyre", 0),
    ("error", 0),
    ("warn", 0),
    ("info", 0),
    ("debug", 0),
    ("trace", 0),
    ("log", 0),
    ("event", 0),
    ("span", 0),
];

impl Lowering<'_, '_> {
    /// A string literal.
    pub(super) fn string(&mut self, node: Node<'_>) -> ExpressionId {
        let span = self.span(node);
        match strings::decode(self.text(node), span.start) {
            Some(literal) => self.add_text(span, vec![Piece::Literal(literal)]),
            None => self.add(node, ExpressionKind::Number),
        }
    }

    /// Splits the template among a macro's arguments at its holes. Does nothing for a macro that takes none.
    pub(super) fn fill_template(&mut self, name: &str, arguments: &mut [Argument]) {
        let Some((_, before)) = TEMPLATES.iter().find(|(known, _)| *known == name) else {
            return;
        };
        let Some(at) = self.template_place(arguments, *before) else {
            return;
        };
        let Some((template, rest)) = arguments
            .get_mut(at..)
            .and_then(<[Argument]>::split_first_mut)
        else {
            return;
        };
        if let Some(filled) = self.filled(template.value, rest) {
            template.value = filled;
        }
    }

    fn template_place(&self, arguments: &[Argument], before: usize) -> Option<usize> {
        let is_text =
            |argument: &Argument| argument.name.is_none() && self.text_of(argument.value).is_some();
        arguments
            .iter()
            .skip(before)
            .position(is_text)
            .map(|at| at + before)
    }

    fn text_of(&self, id: ExpressionId) -> Option<TextId> {
        match self.state.build.module().expression(id).kind {
            ExpressionKind::Text(text) => Some(text),
            _ => None,
        }
    }

    fn filled(&mut self, template: ExpressionId, rest: &[Argument]) -> Option<ExpressionId> {
        let text = self.state.build.module().text(self.text_of(template)?);
        let span = text.span;
        let [Piece::Literal(literal)] = text.pieces.as_slice() else {
            return None;
        };
        let parts = templates::split(literal)?;
        if !parts.iter().any(|part| matches!(part, Part::Hole(..)))
            && !literal.value.contains(['{', '}'])
        {
            return None;
        }
        let mut next = 0;
        let pieces = parts
            .into_iter()
            .map(|part| self.piece(part, rest, &mut next))
            .collect();
        Some(self.state.build.text_expression(Text { span, pieces }))
    }

    fn piece(&mut self, part: Part, rest: &[Argument], next: &mut usize) -> Piece {
        let (span, filler) = match part {
            Part::Literal(literal) => return Piece::Literal(literal),
            Part::Hole(span, filler) => (span, filler),
        };
        let by_place = |place: usize| {
            rest.iter()
                .filter(|a| a.name.is_none())
                .nth(place)
                .map(|a| a.value)
        };
        let found = match &filler {
            Filler::Next => {
                *next += 1;
                by_place(*next - 1)
            }
            Filler::Place(place) => by_place(*place),
            Filler::Name(name, at) => {
                let named = self.named(rest, name);
                Some(named.unwrap_or_else(|| self.state.build.name_expression(*at, name)))
            }
        };
        let expression =
            found.unwrap_or_else(|| self.add_at(span, ExpressionKind::Other(Vec::new())));
        Piece::Hole(Hole { expression, span })
    }

    fn named(&self, rest: &[Argument], wanted: &str) -> Option<ExpressionId> {
        let module = self.state.build.module();
        let is_wanted = |argument: &&Argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == wanted)
        };
        rest.iter().find(is_wanted).map(|argument| argument.value)
    }
}
