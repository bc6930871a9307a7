//! `match` and its patterns, in the forms that would build what they match.

use super::{At, Field, Kind, Lowering};
use impact_facts::{Argument, Arm, Block, Call, ExpressionId, ExpressionKind, Match, Span, Spread};

impl Lowering<'_, '_> {
    pub(super) fn match_statement(&mut self, span: Span) -> ExpressionId {
        let (mut subjects, mut arms) = (Vec::new(), Vec::new());
        self.parts(|l, at| match (at.kind, l.field()) {
            (_, Field::Subject) => subjects.push(l.expression()),
            (Kind::Block, _) => l.parts(|l, at| {
                if at.kind == Kind::CaseClause {
                    let arm = l.arm(at.span);
                    arms.push(arm);
                }
            }),
            _ => subjects.push(l.expression()),
        });
        let subject = self.one_or_tuple(span, &subjects);
        self.builder
            .expression(span, ExpressionKind::Match(Match { subject, arms }))
    }

    fn arm(&mut self, span: Span) -> Arm {
        let (mut patterns, mut guard, mut body) = (Vec::new(), None, Block::default());
        self.parts(|l, at| match at.kind {
            Kind::Block => body = l.block(),
            Kind::IfClause => guard = l.only_part(),
            _ => patterns.push(l.expression()),
        });
        let pattern = self.one_or_tuple(span, &patterns);
        Arm {
            pattern,
            guard,
            body,
        }
    }

    /// The pattern at the cursor, if it is of a form that only patterns have.
    pub(super) fn pattern(&mut self, at: At) -> Option<ExpressionId> {
        Some(match at.kind {
            Kind::CasePattern => self.case_pattern(at.span),
            Kind::DottedName => self.dotted_name(at.span),
            Kind::ClassPattern => self.class_pattern(at.span),
            Kind::UnionPattern => {
                let mut alternatives = Vec::new();
                self.children(|l, at| match at.kind {
                    Kind::Token if l.text(at.span) == "_" => {
                        alternatives.push(l.builder.name_expression(at.span, "_"));
                    }
                    Kind::Token => {}
                    _ => alternatives.push(l.expression()),
                });
                self.builder
                    .expression(at.span, ExpressionKind::Any(alternatives))
            }
            Kind::SplatPattern => self.unary(at.span, "*"),
            Kind::ComplexPattern => self.builder.expression(at.span, ExpressionKind::Number),
            _ => return None,
        })
    }

    fn case_pattern(&mut self, span: Span) -> ExpressionId {
        if self.text(span) == "_" {
            return self.builder.name_expression(span, "_");
        }
        if self.has_token("-") {
            return self.unary(span, "-");
        }
        self.only_part()
            .unwrap_or_else(|| self.builder.other(span, Vec::new()))
    }

    fn dotted_name(&mut self, span: Span) -> ExpressionId {
        let mut id = None;
        self.parts(|l, at| {
            let text = l.text(at.span);
            id = Some(match id {
                None => l.builder.name_expression(at.span, text),
                Some(of) => l.builder.attribute(
                    Span::new(span.start, at.span.end),
                    of,
                    (text, at.span),
                    false,
                ),
            });
        });
        id.unwrap_or_else(|| self.builder.other(span, Vec::new()))
    }

    fn class_pattern(&mut self, span: Span) -> ExpressionId {
        let (mut callee, mut arguments) = (None, Vec::new());
        self.parts(|l, at| match at.kind {
            Kind::DottedName if callee.is_none() => callee = Some(l.expression()),
            _ => {
                let argument = l.pattern_argument();
                arguments.push(argument);
            }
        });
        let callee = callee.unwrap_or_else(|| self.builder.other(span, Vec::new()));
        self.builder
            .expression(span, ExpressionKind::Call(Call { callee, arguments }))
    }

    fn pattern_argument(&mut self) -> Argument {
        let mut argument = None;
        self.parts(|l, at| {
            if at.kind == Kind::KeywordPattern {
                argument = Some(l.keyword_pattern(at.span));
            }
        });
        argument.unwrap_or_else(|| super::collection::plain(self.expression()))
    }

    fn keyword_pattern(&mut self, span: Span) -> Argument {
        let (mut name, mut value) = (None, None);
        self.children(|l, at| match at.kind {
            Kind::Identifier if name.is_none() => name = Some((l.name(at.span), at.span)),
            Kind::Token if l.text(at.span) == "_" => {
                value = Some(l.builder.name_expression(at.span, "_"))
            }
            Kind::Token => {}
            _ => value = Some(l.expression()),
        });
        let value = value.unwrap_or_else(|| self.builder.other(span, Vec::new()));
        Argument {
            name,
            spread: Spread::None,
            value,
        }
    }
}
