//! Displays, comprehensions and arguments.

use super::{At, Field, Kind, Lowering};
use impact_facts::{
    Argument, Clause, Collection, CollectionKind, Comprehension, ExpressionId, ExpressionKind,
    Item, Span, Spread,
};

/// A value that stands for itself, by place.
pub(super) fn plain(value: ExpressionId) -> Argument {
    Argument {
        name: None,
        spread: Spread::None,
        value,
    }
}

impl Lowering<'_, '_> {
    /// The display, comprehension or pattern of items at the cursor, if it is one.
    pub(super) fn collection(&mut self, at: At) -> Option<ExpressionId> {
        let kind = match at.kind {
            Kind::List | Kind::ListPattern => CollectionKind::List,
            Kind::Tuple | Kind::TuplePattern | Kind::ExpressionList | Kind::PatternList => {
                CollectionKind::Tuple
            }
            Kind::Set => CollectionKind::Set,
            Kind::Dictionary | Kind::DictionaryPattern => CollectionKind::Dictionary,
            _ => return self.comprehension(at),
        };
        let items = self.items();
        Some(self.builder.expression(
            at.span,
            ExpressionKind::Collection(Collection { kind, items }),
        ))
    }

    /// A tuple of values that stand for themselves.
    pub(super) fn tuple_of(&mut self, span: Span, values: &[ExpressionId]) -> ExpressionId {
        let items = values
            .iter()
            .map(|&value| Item {
                key: None,
                spread: Spread::None,
                value,
            })
            .collect();
        let tuple = Collection {
            kind: CollectionKind::Tuple,
            items,
        };
        self.builder
            .expression(span, ExpressionKind::Collection(tuple))
    }

    /// The values at the cursor: one, or a tuple of several.
    pub(super) fn one_or_tuple(&mut self, span: Span, values: &[ExpressionId]) -> ExpressionId {
        match values {
            [value] => *value,
            _ => self.tuple_of(span, values),
        }
    }

    fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut key = None;
        self.parts(|l, at| {
            if l.field() == Field::Key {
                key = Some(l.expression());
            } else {
                let item = l.item(at, key.take());
                items.push(item);
            }
        });
        items
    }

    fn item(&mut self, at: At, key: Option<ExpressionId>) -> Item {
        match at.kind {
            Kind::Pair => {
                let (key, value) = self.pair(at.span);
                Item {
                    key,
                    spread: Spread::None,
                    value,
                }
            }
            _ => {
                let (spread, value) = self.spread(at);
                Item { key, spread, value }
            }
        }
    }

    fn pair(&mut self, span: Span) -> (Option<ExpressionId>, ExpressionId) {
        let (mut key, mut value) = (None, None);
        self.parts(|l, _| match l.field() {
            Field::Key => key = Some(l.expression()),
            _ => value = Some(l.expression()),
        });
        (
            key,
            value.unwrap_or_else(|| self.builder.other(span, Vec::new())),
        )
    }

    /// The value at the cursor without its stars, and what they say.
    fn spread(&mut self, at: At) -> (Spread, ExpressionId) {
        let spread = match at.kind {
            Kind::ListSplat | Kind::ListSplatPattern => Spread::Items,
            Kind::DictionarySplat | Kind::DictionarySplatPattern => Spread::Named,
            Kind::CasePattern if self.text(at.span).starts_with('*') => {
                let mut inner = None;
                self.parts(|l, at| inner = Some(l.spread(at)));
                return inner
                    .unwrap_or_else(|| (Spread::None, self.builder.other(at.span, Vec::new())));
            }
            Kind::SplatPattern if self.text(at.span).starts_with("**") => Spread::Named,
            Kind::SplatPattern => Spread::Items,
            _ => return (Spread::None, self.expression()),
        };
        let value = self.only_part();
        (
            spread,
            value.unwrap_or_else(|| self.builder.name_expression(at.span, "_")),
        )
    }

    /// The arguments of the `argument_list` at the cursor.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        self.parts(|l, at| {
            let argument = l.argument(at);
            arguments.push(argument);
        });
        arguments
    }

    fn argument(&mut self, at: At) -> Argument {
        if at.kind != Kind::KeywordArgument {
            let (spread, value) = self.spread(at);
            return Argument {
                name: None,
                spread,
                value,
            };
        }
        let (mut name, mut value) = (None, None);
        self.parts(|l, at| match l.field() {
            Field::Name => name = Some((l.name(at.span), at.span)),
            _ => value = Some(l.expression()),
        });
        let value = value.unwrap_or_else(|| self.builder.other(at.span, Vec::new()));
        Argument {
            name,
            spread: Spread::None,
            value,
        }
    }

    fn comprehension(&mut self, at: At) -> Option<ExpressionId> {
        let kind = match at.kind {
            Kind::ListComprehension => CollectionKind::List,
            Kind::SetComprehension => CollectionKind::Set,
            Kind::DictionaryComprehension => CollectionKind::Dictionary,
            Kind::GeneratorExpression => CollectionKind::Generator,
            _ => return None,
        };
        let (mut key, mut element) = (None, None);
        let mut clauses: Vec<Clause> = Vec::new();
        self.parts(|l, at| match at.kind {
            Kind::ForInClause => clauses.push(l.clause(at.span)),
            Kind::IfClause => {
                let test = l.only_part();
                if let Some(last) = clauses.last_mut() {
                    last.tests.extend(test);
                }
            }
            Kind::Pair => {
                let (k, value) = l.pair(at.span);
                (key, element) = (k, Some(value));
            }
            _ => element = Some(l.expression()),
        });
        let element = element.unwrap_or_else(|| self.builder.other(at.span, Vec::new()));
        let comprehension = Comprehension {
            kind,
            key,
            element,
            clauses,
        };
        Some(
            self.builder
                .expression(at.span, ExpressionKind::Comprehension(comprehension)),
        )
    }

    fn clause(&mut self, span: Span) -> Clause {
        let (mut target, mut over) = (None, Vec::new());
        self.parts(|l, _| match l.field() {
            Field::Left => target = Some(l.expression()),
            _ => over.push(l.expression()),
        });
        let target = target.unwrap_or_else(|| self.builder.other(span, Vec::new()));
        let over = self.one_or_tuple(span, &over);
        Clause {
            target,
            over,
            tests: Vec::new(),
        }
    }
}
