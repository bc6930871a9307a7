//! Annotations: types are expressions whose strings are expressions, too.

use super::{At, Kind, Lowering};
use impact_facts::{Attribute, ExpressionId, ExpressionKind, Span, Subscript};
use tree_sitter::{Parser, Point, Range};

impl Lowering<'_, '_> {
    /// The type at the cursor.
    pub(super) fn annotation(&mut self) -> ExpressionId {
        let outside = std::mem::replace(&mut self.in_type, true);
        let id = self.expression();
        self.in_type = outside;
        id
    }

    pub(super) fn type_form(&mut self, at: At) -> ExpressionId {
        match at.kind {
            Kind::GenericType => self.generic_type(at.span),
            Kind::UnionType => self.union_type(at.span),
            Kind::MemberType => self.member_type(at.span),
            Kind::ConstrainedType => {
                let mut parts = Vec::new();
                self.parts(|l, _| parts.push(l.expression()));
                self.builder.other(at.span, parts)
            }
            _ => self
                .only_part()
                .unwrap_or_else(|| self.builder.other(at.span, Vec::new())),
        }
    }

    fn generic_type(&mut self, span: Span) -> ExpressionId {
        let (mut of, mut keys) = (None, Vec::new());
        self.parts(|l, at| match (at.kind, of) {
            (Kind::TypeParameter, Some(of)) => l.parts(|l, _| keys.push(l.key(of, keys.len()))),
            _ => of = Some(l.expression()),
        });
        let of = of.unwrap_or_else(|| self.builder.other(span, Vec::new()));
        self.builder
            .expression(span, ExpressionKind::Subscript(Subscript { of, keys }))
    }

    fn union_type(&mut self, span: Span) -> ExpressionId {
        let mut union = None;
        self.parts(|l, _| {
            let next = l.expression();
            union = Some(match union {
                None => next,
                Some(before) => l.any_of(span, before, next),
            });
        });
        union.unwrap_or_else(|| self.builder.other(span, Vec::new()))
    }

    fn member_type(&mut self, span: Span) -> ExpressionId {
        let mut id = None;
        self.parts(|l, at| {
            id = Some(match id {
                None => l.expression(),
                Some(of) => {
                    let attribute = Attribute {
                        of,
                        name: l.name(at.span),
                        name_span: at.span,
                        path: false,
                    };
                    l.builder
                        .expression(span, ExpressionKind::Attribute(attribute))
                }
            });
        });
        id.unwrap_or_else(|| self.builder.other(span, Vec::new()))
    }

    /// `left | right` of types, flat.
    pub(super) fn any_of(
        &mut self,
        span: Span,
        left: ExpressionId,
        right: ExpressionId,
    ) -> ExpressionId {
        let mut alternatives = match &self.builder.module().expression(left).kind {
            ExpressionKind::Any(before) => before.clone(),
            _ => vec![left],
        };
        alternatives.push(right);
        self.builder
            .expression(span, ExpressionKind::Any(alternatives))
    }

    /// The key at the cursor, number `place` of those of `of`. Strings in `Literal[…]`, and what follows the type in
    /// `Annotated[…]`, are values even where types are expected.
    pub(super) fn key(&mut self, of: ExpressionId, place: usize) -> ExpressionId {
        let holds_value = self.in_type
            && match self.last_name(of) {
                Some("Literal") => true,
                Some("Annotated") => place > 0,
                _ => false,
            };
        let outside = self.in_type;
        self.in_type &= !holds_value;
        let id = self.expression();
        self.in_type = outside;
        id
    }

    fn last_name(&self, of: ExpressionId) -> Option<&str> {
        let module = self.builder.module();
        match &module.expression(of).kind {
            ExpressionKind::Name(name) => Some(module.name(*name)),
            ExpressionKind::Attribute(attribute) => Some(module.name(attribute.name)),
            _ => None,
        }
    }

    /// The type that the characters at `content` spell; none if they are no expression.
    pub(super) fn forward_reference(&mut self, content: Span) -> Option<ExpressionId> {
        let mut parser = Parser::new();
        parser.set_language(&super::grammar()).ok()?;
        parser.set_included_ranges(&[range(content)]).ok()?;
        let tree = parser.parse(self.source.text(), None)?;
        let root = tree.root_node();
        let statement = root
            .named_child(0)
            .filter(|_| root.named_child_count() == 1 && !root.has_error())?;
        if Kind::of(statement) != Kind::ExpressionStatement || statement.named_child_count() != 1 {
            return None;
        }
        let mut inner = Lowering::new(self.source, &tree, self.builder);
        inner.in_type = true;
        inner.cursor.goto_first_child();
        inner.cursor.goto_first_child();
        Some(inner.expression())
    }
}

fn range(span: Span) -> Range {
    Range {
        start_byte: span.start as usize,
        end_byte: span.end as usize,
        start_point: Point::new(0, span.start as usize),
        end_point: Point::new(0, span.end as usize),
    }
}
