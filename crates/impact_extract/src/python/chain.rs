//! Calls, attributes, subscripts and operators: forms that nest on the left without end, lowered without recursion.

use super::{At, Field, Kind, Lowering};
use impact_facts::{Attribute, Binary, Call, ExpressionId, ExpressionKind, Subscript};

impl Kind {
    /// Whether a node of this kind begins with an expression that it goes on from.
    pub(super) fn is_link(self) -> bool {
        use Kind::{Attribute, Binary, Boolean, Call, Comparison, Subscript};
        matches!(
            self,
            Attribute | Binary | Boolean | Call | Comparison | Subscript
        )
    }
}

impl Lowering<'_, '_> {
    pub(super) fn chain(&mut self) -> ExpressionId {
        let floor = self.spine.len();
        loop {
            let at = self.at();
            if !at.kind.is_link() || !self.cursor.goto_first_child() {
                break;
            }
            self.spine.push(at);
        }
        let mut id = self.chain_base();
        while self.spine.len() > floor {
            let Some(at) = self.spine.pop() else { break };
            id = self.link(at, id);
            self.cursor.goto_parent();
        }
        id
    }

    fn chain_base(&mut self) -> ExpressionId {
        let at = self.at();
        if at.kind.is_link() {
            return self.builder.other(at.span, Vec::new());
        }
        self.expression()
    }

    /// The node `at`, which begins with `base`; the cursor is at its first child.
    fn link(&mut self, at: At, base: ExpressionId) -> ExpressionId {
        let mut id = base;
        let mut keys = Vec::new();
        let mut operator = None;
        while self.cursor.goto_next_sibling() {
            let part = self.at();
            match (at.kind, part.kind) {
                (_, Kind::Comment | Kind::LineContinuation) => {}
                (Kind::Call, Kind::ArgumentList | Kind::GeneratorExpression) => {
                    id = self.call(at, id, part)
                }
                (Kind::Attribute, Kind::Identifier) => id = self.attribute(at, id, part),
                (Kind::Subscript, Kind::Token) => {}
                (Kind::Subscript, _) => keys.push(self.key(id, keys.len())),
                (_, _) if matches!(self.field(), Field::Operator | Field::Operators) => {
                    operator = Some(part)
                }
                (_, Kind::Token) => {}
                _ => id = self.operation(at, id, operator),
            }
        }
        if at.kind == Kind::Subscript {
            let subscript = Subscript { of: id, keys };
            id = self
                .builder
                .expression(at.span, ExpressionKind::Subscript(subscript));
        }
        id
    }

    fn call(&mut self, at: At, callee: ExpressionId, part: At) -> ExpressionId {
        let in_type = std::mem::replace(&mut self.in_type, false);
        let arguments = match part.kind {
            Kind::ArgumentList => self.arguments(),
            _ => vec![super::collection::plain(self.expression())],
        };
        self.in_type = in_type;
        self.builder
            .expression(at.span, ExpressionKind::Call(Call { callee, arguments }))
    }

    fn attribute(&mut self, at: At, of: ExpressionId, part: At) -> ExpressionId {
        let name = self.name(part.span);
        let attribute = Attribute {
            of,
            name,
            name_span: part.span,
            path: false,
        };
        self.builder
            .expression(at.span, ExpressionKind::Attribute(attribute))
    }

    /// The right operand at the cursor, with what stands left of it.
    fn operation(&mut self, at: At, left: ExpressionId, operator: Option<At>) -> ExpressionId {
        let text = operator.map_or("", |operator| self.text(operator.span));
        let right = self.expression();
        let span = if at.kind == Kind::Comparison {
            self.builder
                .module()
                .expression(left)
                .span
                .to(self.at().span)
        } else {
            at.span
        };
        if self.in_type && text == "|" {
            return self.any_of(span, left, right);
        }
        let operator = self.operator(text);
        self.builder.expression(
            span,
            ExpressionKind::Binary(Binary {
                operator,
                left,
                right,
            }),
        )
    }

    fn operator(&mut self, text: &str) -> impact_facts::Name {
        if text.contains(char::is_whitespace) {
            let words: Vec<&str> = text.split_whitespace().collect();
            return self.builder.name(&words.join(" "));
        }
        self.builder.name(text)
    }
}
