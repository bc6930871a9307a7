//! Expressions of Django's and Jinja's templates in one grammar: `a.b.0|filter:"x"` and `a.b[c]|filter("x", y=1)`.

use super::lexer::{Kind, Lexer, Token};
use crate::builder::{ModuleBuilder, with_stack};
use crate::formats::align::align;
use impact_facts::{
    Argument, Binary, Call, Collection, CollectionKind, Conditional, ExpressionId, ExpressionKind,
    Item, Literal, Piece, ProblemKind, Span, Spread, Subscript, Text, Unary,
};

/// Binary operators from the weakest to the strongest. `is` is a test and has a rule of its own.
const LEVELS: &[&[&str]] = &[
    &["or"],
    &["and"],
    &["==", "!=", "<", ">", "<=", ">=", "in", "not in", "is"],
    &["~"],
    &["+", "-"],
    &["*", "/", "//", "%", "**"],
];

/// How many members, calls and filters, or operators of one strength, follow each other.
const MAX_CHAIN: usize = 300;

/// Words that end an expression.
const STOPS: &[&str] = &[
    "if",
    "else",
    "as",
    "in",
    "is",
    "and",
    "or",
    "not",
    "reversed",
    "recursive",
    "by",
];

/// Reads expressions from a part of a file into a module.
pub struct Expressions<'a, 'b> {
    /// What is left to read.
    pub lexer: Lexer<'a>,
    /// Where they go.
    pub builder: &'b mut ModuleBuilder,
}

impl<'a> Expressions<'a, '_> {
    /// A whole expression, `then if test else otherwise` included.
    pub fn expression(&mut self) -> Option<ExpressionId> {
        let then = self.operand()?;
        if !self.lexer.take("if") {
            return Some(then);
        }
        let test = self.operand()?;
        let otherwise = if self.lexer.take("else") {
            self.otherwise()
        } else {
            None
        };
        let span = self.cover(then, otherwise.unwrap_or(test));
        let kind = ExpressionKind::Conditional(Conditional {
            test,
            then,
            otherwise,
        });
        Some(self.builder.expression(span, kind))
    }

    fn otherwise(&mut self) -> Option<ExpressionId> {
        let at = self.lexer.peek().span;
        if !self.builder.enter(at) {
            return None;
        }
        let id = with_stack(|| self.expression());
        self.builder.leave();
        id
    }

    /// An expression that is not a conditional: what `{% for x in … if … %}` runs over.
    pub fn operand(&mut self) -> Option<ExpressionId> {
        let at = self.lexer.peek().span;
        if !self.builder.enter(at) {
            return None;
        }
        let id = with_stack(|| self.level(0));
        self.builder.leave();
        id
    }

    /// What is left, as arguments: `"x" a b=c`, with commas or without. Stops at `as` and at what is no argument.
    pub fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while !self.lexer.is_done() && !self.lexer.peek().is("as") && !self.lexer.peek().is(")") {
            match self.argument() {
                Some(argument) => arguments.push(argument),
                None => {
                    self.lexer.next();
                }
            }
            self.lexer.take(",");
        }
        arguments
    }

    /// One argument: `a`, `b=c`, `*d`, `**e`.
    pub fn argument(&mut self) -> Option<Argument> {
        let spread = if self.lexer.take("**") {
            Spread::Named
        } else if self.lexer.take("*") {
            Spread::Items
        } else {
            Spread::None
        };
        let name = self.keyword();
        let value = self.expression()?;
        Some(Argument {
            name: name.map(|token| (self.builder.name(token.text), token.span)),
            spread,
            value,
        })
    }

    /// `name=`, if it comes next.
    pub fn keyword(&mut self) -> Option<Token<'a>> {
        let mut ahead = self.lexer;
        let name = ahead.next();
        if name.kind != Kind::Word || !ahead.peek().is("=") {
            return None;
        }
        ahead.next();
        self.lexer = ahead;
        Some(name)
    }

    /// A bare name.
    pub fn name(&mut self) -> Option<ExpressionId> {
        let token = self.lexer.peek();
        if token.kind != Kind::Word {
            return None;
        }
        self.lexer.next();
        Some(self.builder.name_expression(token.span, token.text))
    }

    /// `a`, `a, b` or `(a, b)`: what a loop or a `set` binds.
    pub fn target(&mut self) -> Option<ExpressionId> {
        let grouped = self.lexer.take("(");
        let mut items = vec![self.member_path()?];
        while self.lexer.take(",") {
            items.extend(self.member_path());
        }
        if grouped {
            self.lexer.take(")");
        }
        let (first, last) = (*items.first()?, *items.last()?);
        if items.len() == 1 {
            return Some(first);
        }
        Some(self.collection(CollectionKind::Tuple, self.cover(first, last), items))
    }

    fn member_path(&mut self) -> Option<ExpressionId> {
        let mut id = self.name()?;
        while self.lexer.peek().is(".") {
            self.lexer.next();
            id = self.attribute(id)?;
        }
        Some(id)
    }

    fn level(&mut self, level: usize) -> Option<ExpressionId> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = if level == 2 && self.lexer.peek().is("not") {
            self.unary()?
        } else {
            self.level(level + 1)?
        };
        let mut steps = 0;
        while let Some((operator, span)) = self.operator(operators) {
            steps += 1;
            if steps > MAX_CHAIN {
                return self.too_long();
            }
            if operator == "is" {
                left = self.test(left)?;
                continue;
            }
            let Some(right) = self.level(level + 1) else {
                return Some(self.builder.other(span, vec![left]));
            };
            let operator = self.builder.name(operator);
            let span = self.cover(left, right);
            let kind = ExpressionKind::Binary(Binary {
                operator,
                left,
                right,
            });
            left = self.builder.expression(span, kind);
        }
        Some(left)
    }

    fn operator(&mut self, operators: &[&'static str]) -> Option<(&'static str, Span)> {
        let mut ahead = self.lexer;
        let token = ahead.next();
        let found = operators
            .iter()
            .find(|operator| match operator.split_once(' ') {
                Some((first, second)) => token.is(first) && ahead.peek().is(second),
                None => token.is(operator),
            })?;
        if found.contains(' ') {
            ahead.next();
        }
        self.lexer = ahead;
        Some((found, token.span))
    }

    /// `of is [not] name [argument]`: a call of the test.
    fn test(&mut self, of: ExpressionId) -> Option<ExpressionId> {
        self.lexer.take("not");
        let test = self.member_path()?;
        let mut arguments = vec![plain(of)];
        if self.lexer.take("(") {
            arguments.extend(self.arguments());
            self.lexer.take(")");
        } else if self.begins_operand() {
            arguments.extend(self.unary().map(plain));
        }
        let span = self.cover(of, test);
        Some(call(self.builder, span, test, arguments))
    }

    fn begins_operand(&self) -> bool {
        let token = self.lexer.peek();
        match token.kind {
            Kind::Text | Kind::Number => true,
            Kind::Word => !STOPS.contains(&token.text),
            Kind::Sign | Kind::End => false,
        }
    }

    fn unary(&mut self) -> Option<ExpressionId> {
        let token = self.lexer.peek();
        let operator = ["not", "-", "+"].into_iter().find(|sign| token.is(sign));
        let Some(operator) = operator else {
            return self.postfix();
        };
        self.lexer.next();
        if !self.builder.enter(token.span) {
            return None;
        }
        let level = if operator == "not" { 2 } else { LEVELS.len() };
        let of = with_stack(|| self.level(level));
        self.builder.leave();
        let of = of?;
        let operator = self.builder.name(operator);
        let span = token.span.to(self.span(of));
        Some(
            self.builder
                .expression(span, ExpressionKind::Unary(Unary { operator, of })),
        )
    }

    fn postfix(&mut self) -> Option<ExpressionId> {
        let mut id = self.primary()?;
        for _ in 0..MAX_CHAIN {
            let token = self.lexer.peek();
            id = if token.is(".") {
                self.lexer.next();
                self.attribute(id)?
            } else if token.is("[") {
                self.subscript(id)?
            } else if token.is("(") && self.lexer.is_adjacent() {
                self.call(id)
            } else if token.is("|") {
                self.lexer.next();
                self.filter(id)?
            } else {
                return Some(id);
            };
        }
        self.too_long()
    }

    /// Gives up on what is left.
    fn too_long(&mut self) -> Option<ExpressionId> {
        let at = self.lexer.peek().span;
        let message = format!("more than {MAX_CHAIN} steps in one expression: not read");
        self.builder.problem(at, ProblemKind::Bound, message);
        None
    }

    fn attribute(&mut self, of: ExpressionId) -> Option<ExpressionId> {
        let name = self.lexer.member()?;
        let span = self.span(of).to(name.span);
        Some(
            self.builder
                .attribute(span, of, (name.text, name.span), false),
        )
    }

    fn subscript(&mut self, of: ExpressionId) -> Option<ExpressionId> {
        self.lexer.next();
        let mut keys = Vec::new();
        while !self.lexer.is_done() && !self.lexer.peek().is("]") {
            match self.expression() {
                Some(key) => keys.push(key),
                None => {
                    self.lexer.next();
                }
            }
            if !self.lexer.take(":") {
                self.lexer.take(",");
            }
        }
        let end = self.lexer.next().span;
        let span = self.span(of).to(end);
        Some(
            self.builder
                .expression(span, ExpressionKind::Subscript(Subscript { of, keys })),
        )
    }

    fn call(&mut self, callee: ExpressionId) -> ExpressionId {
        self.lexer.next();
        let arguments = self.arguments();
        let end = self.lexer.peek();
        self.lexer.take(")");
        let span = self.span(callee).to(end.span);
        call(self.builder, span, callee, arguments)
    }

    /// `|name`, `|name:argument`, `|name(arguments)`: a call of the filter.
    fn filter(&mut self, of: ExpressionId) -> Option<ExpressionId> {
        let name = self.member_path()?;
        let mut arguments = vec![plain(of)];
        let mut end = self.span(name);
        if self.lexer.peek().is(":") {
            self.lexer.next();
            let argument = self.filter_argument()?;
            end = self.span(argument);
            arguments.push(plain(argument));
        } else if self.lexer.peek().is("(") {
            self.lexer.next();
            arguments.extend(self.arguments());
            end = self.lexer.peek().span;
            self.lexer.take(")");
        }
        let span = self.span(of).to(end);
        Some(call(self.builder, span, name, arguments))
    }

    /// Django: a literal or a path, without filters.
    fn filter_argument(&mut self) -> Option<ExpressionId> {
        if self.lexer.peek().is("-") {
            return self.unary();
        }
        let mut id = self.primary()?;
        while self.lexer.peek().is(".") {
            self.lexer.next();
            id = self.attribute(id)?;
        }
        Some(id)
    }

    fn primary(&mut self) -> Option<ExpressionId> {
        let token = self.lexer.peek();
        match token.kind {
            Kind::Word => {
                self.lexer.next();
                Some(self.word(token))
            }
            Kind::Text => {
                self.lexer.next();
                Some(self.text(token))
            }
            Kind::Number => {
                self.lexer.next();
                let whole = token.text.parse().map(ExpressionKind::Integer);
                Some(
                    self.builder
                        .expression(token.span, whole.unwrap_or(ExpressionKind::Number)),
                )
            }
            Kind::Sign => self.display(token),
            Kind::End => None,
        }
    }

    fn word(&mut self, token: Token) -> ExpressionId {
        let kind = match token.text {
            "true" | "True" => ExpressionKind::Bool(true),
            "false" | "False" => ExpressionKind::Bool(false),
            "none" | "None" | "null" => ExpressionKind::Null,
            name => ExpressionKind::Name(self.builder.name(name)),
        };
        self.builder.expression(token.span, kind)
    }

    fn text(&mut self, token: Token) -> ExpressionId {
        let quote = token.text.chars().next().unwrap_or('"');
        let inside = token.text.get(1..).unwrap_or_default();
        let raw = inside.strip_suffix(quote).unwrap_or(inside);
        let said = if raw.contains('\\') {
            unescape(raw)
        } else {
            raw.to_owned()
        };
        let map = align(&said, raw, token.span.start + 1);
        let pieces = vec![Piece::Literal(Literal {
            value: said.into(),
            map,
        })];
        self.builder.text_expression(Text {
            span: token.span,
            pieces,
        })
    }

    /// `(…)`, `[…]` or `{…}`.
    fn display(&mut self, open: Token) -> Option<ExpressionId> {
        let (kind, close) = match open.text {
            "(" => (CollectionKind::Tuple, ")"),
            "[" => (CollectionKind::List, "]"),
            "{" => (CollectionKind::Dictionary, "}"),
            _ => return None,
        };
        self.lexer.next();
        let mut items = Vec::new();
        let mut commas = 0;
        while !self.lexer.is_done() && !self.lexer.peek().is(close) {
            items.push(self.item()?);
            commas += usize::from(self.lexer.take(","));
        }
        let end = self.lexer.peek().span;
        if !self.lexer.take(close) {
            return None;
        }
        match items.as_slice() {
            [only] if kind == CollectionKind::Tuple && commas == 0 => Some(only.value),
            _ => {
                let collection = Collection { kind, items };
                let span = open.span.to(end);
                Some(
                    self.builder
                        .expression(span, ExpressionKind::Collection(collection)),
                )
            }
        }
    }

    fn item(&mut self) -> Option<Item> {
        let first = self.expression()?;
        if !self.lexer.take(":") {
            return Some(Item {
                key: None,
                spread: Spread::None,
                value: first,
            });
        }
        let value = self.expression()?;
        Some(Item {
            key: Some(first),
            spread: Spread::None,
            value,
        })
    }

    fn collection(
        &mut self,
        kind: CollectionKind,
        span: Span,
        items: Vec<ExpressionId>,
    ) -> ExpressionId {
        let items = items
            .into_iter()
            .map(|value| Item {
                key: None,
                spread: Spread::None,
                value,
            })
            .collect();
        self.builder
            .expression(span, ExpressionKind::Collection(Collection { kind, items }))
    }

    fn span(&self, id: ExpressionId) -> Span {
        self.builder
            .module()
            .expressions
            .get(id.index())
            .map_or(Span::default(), |e| e.span)
    }

    fn cover(&self, first: ExpressionId, last: ExpressionId) -> Span {
        self.span(first).to(self.span(last))
    }
}

/// Adds `callee(arguments)`.
pub fn call(
    builder: &mut ModuleBuilder,
    span: Span,
    callee: ExpressionId,
    arguments: Vec<Argument>,
) -> ExpressionId {
    builder.expression(span, ExpressionKind::Call(Call { callee, arguments }))
}

/// An argument by place.
pub fn plain(value: ExpressionId) -> Argument {
    Argument {
        name: None,
        spread: Spread::None,
        value,
    }
}

fn unescape(raw: &str) -> String {
    let mut said = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => said.push('\n'),
                Some('t') => said.push('\t'),
                Some(other) => said.push(other),
                None => said.push('\\'),
            },
            other => said.push(other),
        }
    }
    said
}
