//! Expressions that are no chain, no collection and no string.

use super::{At, Field, Kind, Lowering};
use crate::builder::with_stack;
use impact_facts::{Assign, Conditional, ExpressionId, ExpressionKind, Span, Unary, Yield};

impl Lowering<'_, '_> {
    /// The expression, pattern or type at the cursor.
    pub(super) fn expression(&mut self) -> ExpressionId {
        let at = self.at();
        if let Some(leaf) = self.leaf(at) {
            return self.builder.expression(at.span, leaf);
        }
        if !self.builder.enter(at.span) {
            return self.builder.other(at.span, Vec::new());
        }
        let id = with_stack(|| self.composite(at));
        self.builder.leave();
        id
    }

    /// The one expression below the node at the cursor.
    pub(super) fn only_part(&mut self) -> Option<ExpressionId> {
        let mut part = None;
        self.parts(|l, _| part = Some(l.expression()));
        part
    }

    fn leaf(&mut self, at: At) -> Option<ExpressionKind> {
        Some(match at.kind {
            Kind::Identifier if !at.span.is_empty() => ExpressionKind::Name(self.name(at.span)),
            Kind::Integer => integer(self.text(at.span)),
            Kind::Float => ExpressionKind::Number,
            Kind::True => ExpressionKind::Bool(true),
            Kind::False => ExpressionKind::Bool(false),
            Kind::None => ExpressionKind::Null,
            Kind::Ellipsis => ExpressionKind::Other(Vec::new()),
            _ => return None,
        })
    }

    fn composite(&mut self, at: At) -> ExpressionId {
        let span = at.span;
        match at.kind {
            kind if kind.is_link() => self.chain(),
            Kind::String | Kind::ConcatenatedString => self.string(at),
            Kind::Parenthesized => self.transparent(span),
            Kind::Type
            | Kind::GenericType
            | Kind::UnionType
            | Kind::MemberType
            | Kind::ConstrainedType => self.type_form(at),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType => self.unary(span, "*"),
            Kind::DictionarySplat | Kind::DictionarySplatPattern => self.unary(span, "**"),
            Kind::Not => self.unary(span, "not"),
            Kind::Unary => self.unary_operator(span),
            Kind::Await => self.await_expression(span),
            Kind::Conditional => self.conditional(span),
            Kind::Named => self.named(span),
            Kind::AsPattern => self.alias(span),
            Kind::Lambda => self.lambda(span),
            Kind::Yield => self.yield_expression(span),
            _ => self.collection_or_pattern(at),
        }
    }

    fn collection_or_pattern(&mut self, at: At) -> ExpressionId {
        if let Some(id) = self.collection(at) {
            return id;
        }
        if let Some(id) = self.pattern(at) {
            return id;
        }
        let mut parts = Vec::new();
        self.parts(|l, _| parts.push(l.expression()));
        self.builder.other(at.span, parts)
    }

    fn transparent(&mut self, span: Span) -> ExpressionId {
        self.only_part()
            .unwrap_or_else(|| self.builder.other(span, Vec::new()))
    }

    pub(super) fn unary(&mut self, span: Span, operator: &str) -> ExpressionId {
        let of = self.transparent(span);
        let operator = self.builder.name(operator);
        self.builder
            .expression(span, ExpressionKind::Unary(Unary { operator, of }))
    }

    fn unary_operator(&mut self, span: Span) -> ExpressionId {
        let operator = self.text(Span::new(span.start, span.start + 1));
        self.unary(span, operator)
    }

    fn await_expression(&mut self, span: Span) -> ExpressionId {
        let of = self.transparent(span);
        self.builder.expression(span, ExpressionKind::Await(of))
    }

    fn conditional(&mut self, span: Span) -> ExpressionId {
        let mut parts = Vec::new();
        self.parts(|l, _| parts.push(l.expression()));
        let &[then, test, ref otherwise @ ..] = parts.as_slice() else {
            return self.builder.other(span, parts);
        };
        let conditional = Conditional {
            test,
            then,
            otherwise: otherwise.first().copied(),
        };
        self.builder
            .expression(span, ExpressionKind::Conditional(conditional))
    }

    fn named(&mut self, span: Span) -> ExpressionId {
        let (mut target, mut value) = (None, None);
        self.parts(|l, _| match l.field() {
            Field::Name => target = Some(l.expression()),
            _ => value = Some(l.expression()),
        });
        self.assign(span, target, value)
    }

    /// `value as target` where neither a `with` nor an `except` takes it apart: a pattern with a name for the whole.
    fn alias(&mut self, span: Span) -> ExpressionId {
        let (value, target) = self.as_pattern();
        self.assign(span, target, value)
    }

    fn assign(
        &mut self,
        span: Span,
        target: Option<ExpressionId>,
        value: Option<ExpressionId>,
    ) -> ExpressionId {
        match (target, value) {
            (Some(target), Some(value)) => self
                .builder
                .expression(span, ExpressionKind::Assign(Assign { target, value })),
            _ => self
                .builder
                .other(span, target.into_iter().chain(value).collect()),
        }
    }

    /// The value and the target of the `as_pattern` at the cursor.
    pub(super) fn as_pattern(&mut self) -> (Option<ExpressionId>, Option<ExpressionId>) {
        let (mut value, mut target) = (None, None);
        self.parts(|l, at| match (l.field(), at.kind) {
            (Field::Alias, _) => target = l.only_part(),
            _ if value.is_none() => value = Some(l.expression()),
            _ => target = Some(l.expression()),
        });
        (value, target)
    }

    fn yield_expression(&mut self, span: Span) -> ExpressionId {
        self.builder.mark_generator();
        let from = self.has_token("from");
        let value = self.only_part();
        self.builder
            .expression(span, ExpressionKind::Yield(Yield { value, from }))
    }
}

fn integer(text: &str) -> ExpressionKind {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits.as_str(), 10),
    };
    i64::from_str_radix(digits, radix).map_or(ExpressionKind::Number, ExpressionKind::Integer)
}
