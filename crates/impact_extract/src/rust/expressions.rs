//! Expressions. Kinds that patterns and types share with them are lowered here, too.

use impact_facts::{
    Argument, Assign, Attribute, Binary, Block, Call, Cast, Collection, CollectionKind,
    Conditional, ExpressionId, ExpressionKind, Item, Match, Record, Spread, Statement, Subscript,
    Unary, Yield,
};
use tree_sitter::Node;

use super::lowering::{Lowering, child_of_kind, field, parts};

/// The call whose method a call is of: `a.b()` of `a.b().c()`.
fn receiving_call(node: Node<'_>) -> Option<Node<'_>> {
    let callee = field(node, "function").filter(|callee| callee.kind() == "field_expression")?;
    field(callee, "value").filter(|of| of.kind() == "call_expression")
}

impl Lowering<'_, '_> {
    /// Lowers a value.
    pub(super) fn expression(&mut self, node: Node<'_>) -> ExpressionId {
        self.deeper(node, |lowering| lowering.expression_form(node))
    }

    /// Lowers values in order.
    pub(super) fn expressions(&mut self, nodes: &[Node<'_>]) -> Vec<ExpressionId> {
        nodes.iter().map(|node| self.expression(*node)).collect()
    }

    fn expression_form(&mut self, node: Node<'_>) -> ExpressionId {
        match node.kind() {
            "identifier"
            | "self"
            | "super"
            | "crate"
            | "metavariable"
            | "type_identifier"
            | "primitive_type"
            | "field_identifier"
            | "shorthand_field_identifier" => self.name_of(node),
            "parenthesized_expression" | "reference_expression" => self.transparent(node),
            "unary_expression" => self.unary(node),
            "scoped_identifier" | "scoped_type_identifier" => self.path(node),
            "field_expression" => self.member(node),
            "call_expression" => self.call(node),
            "generic_function"
            | "generic_type"
            | "generic_type_with_turbofish"
            | "generic_pattern" => self.type_application(node),
            "macro_invocation" => self.macro_invocation(node),
            "string_literal" | "raw_string_literal" => self.string(node),
            "integer_literal" => self.integer(node),
            "float_literal" | "char_literal" | "negative_literal" => {
                self.add(node, ExpressionKind::Number)
            }
            "boolean_literal" => self.boolean(node),
            "unit_expression" | "unit_type" => self.add(node, ExpressionKind::Null),
            "binary_expression" => self.binary(node),
            "assignment_expression" => self.assignment(node),
            "compound_assignment_expr" => self.compound_assignment(node),
            "type_cast_expression" => self.cast(node),
            "try_expression" => self.wrapped(node, ExpressionKind::Question),
            "await_expression" => self.wrapped(node, ExpressionKind::Await),
            "return_expression" | "break_expression" | "continue_expression" => self.leave(node),
            "yield_expression" => self.yields(node),
            "array_expression" => self.array(node),
            "tuple_expression" => self.collection(node, CollectionKind::Tuple),
            "index_expression" => self.index(node),
            "struct_expression" => self.record(node),
            "closure_expression" => self.closure(node),
            "if_expression" => self.conditional(node),
            "match_expression" => self.match_form(node),
            "block" | "unsafe_block" | "async_block" | "gen_block" | "try_block"
            | "const_block" => self.block_value(node),
            "for_expression" | "while_expression" | "loop_expression" => self.loop_value(node),
            "let_condition" => self.let_condition(node),
            "let_chain" => self.let_chain(node),
            kind if kind.ends_with("_type") || kind == "removed_trait_bound" => {
                self.annotation(node)
            }
            kind if kind.ends_with("_pattern") => self.pattern(node),
            _ => self.other(node),
        }
    }

    /// A bare name.
    pub(super) fn name_of(&mut self, node: Node<'_>) -> ExpressionId {
        let name = self.name(node);
        self.add(node, ExpressionKind::Name(name))
    }

    fn transparent(&mut self, node: Node<'_>) -> ExpressionId {
        match parts(node).last() {
            Some(inner) => self.expression(*inner),
            None => self.other(node),
        }
    }

    fn wrapped(
        &mut self,
        node: Node<'_>,
        wrap: fn(ExpressionId) -> ExpressionKind,
    ) -> ExpressionId {
        match parts(node).first() {
            Some(inner) => {
                let inner = self.expression(*inner);
                self.add(node, wrap(inner))
            }
            None => self.other(node),
        }
    }

    fn unary(&mut self, node: Node<'_>) -> ExpressionId {
        let operator = node
            .child(0)
            .map(|child| self.text(child))
            .unwrap_or_default();
        if operator == "*" {
            return self.transparent(node);
        }
        let Some(of) = parts(node).last().copied() else {
            return self.other(node);
        };
        let operator = self.intern(operator);
        let of = self.expression(of);
        self.add(node, ExpressionKind::Unary(Unary { operator, of }))
    }

    /// `a::b`, and `<T as Trait>::b`.
    fn path(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(name_node) = field(node, "name") else {
            return self.other(node);
        };
        let Some(of) = field(node, "path") else {
            return self.name_of(name_node);
        };
        let of = self.annotation(of);
        self.attribute(node, of, name_node, true)
    }

    fn member(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(of), Some(name_node)) = (field(node, "value"), field(node, "field")) else {
            return self.other(node);
        };
        let of = self.expression(of);
        self.attribute(node, of, name_node, false)
    }

    fn attribute(
        &mut self,
        node: Node<'_>,
        of: ExpressionId,
        name_node: Node<'_>,
        path: bool,
    ) -> ExpressionId {
        let name = self.name(name_node);
        let name_span = self.span(name_node);
        self.add(
            node,
            ExpressionKind::Attribute(Attribute {
                of,
                name,
                name_span,
                path,
            }),
        )
    }

    /// A call. Calls on what calls make nest without end: the first is lowered first, without recursion.
    fn call(&mut self, node: Node<'_>) -> ExpressionId {
        let mut links = vec![node];
        let mut at = node;
        while let Some(inner) = receiving_call(at) {
            links.push(inner);
            at = inner;
        }
        let mut of = None;
        for link in links.into_iter().rev() {
            of = Some(self.link(link, of));
        }
        of.unwrap_or_else(|| self.other(node))
    }

    /// A call, of a method of `of` where that was lowered already.
    fn link(&mut self, node: Node<'_>, of: Option<ExpressionId>) -> ExpressionId {
        let Some(callee) = field(node, "function") else {
            return self.other(node);
        };
        let callee = match (of, field(callee, "field")) {
            (Some(of), Some(name)) => self.attribute(callee, of, name, false),
            _ => self.expression(callee),
        };
        let arguments = field(node, "arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        self.add(node, ExpressionKind::Call(Call { callee, arguments }))
    }

    /// The arguments of a list, by place.
    pub(super) fn arguments(&mut self, list: Node<'_>) -> Vec<Argument> {
        if self.in_attribute {
            return self.call_arguments(list);
        }
        let values = self.expressions(&parts(list));
        values.into_iter().map(Self::argument).collect()
    }

    /// `of::<T>` and `of<T>`.
    fn type_application(&mut self, node: Node<'_>) -> ExpressionId {
        let of = field(node, "function")
            .or_else(|| field(node, "type"))
            .or_else(|| parts(node).first().copied());
        let Some(of) = of else {
            return self.other(node);
        };
        let of = self.expression(of);
        let keys = field(node, "type_arguments")
            .map(|list| self.type_arguments(list))
            .unwrap_or_default();
        self.add(node, ExpressionKind::Subscript(Subscript { of, keys }))
    }

    fn integer(&mut self, node: Node<'_>) -> ExpressionId {
        let digits: String = self.text(node).chars().filter(|c| *c != '_').collect();
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let plain = digits
            .get(..end)
            .filter(|_| !digits.starts_with("0x") && !digits.starts_with("0b"));
        let kind = match plain.and_then(|plain| plain.parse().ok()) {
            Some(value) => ExpressionKind::Integer(value),
            None => ExpressionKind::Number,
        };
        self.add(node, kind)
    }

    fn boolean(&mut self, node: Node<'_>) -> ExpressionId {
        let value = self.text(node) == "true";
        self.add(node, ExpressionKind::Bool(value))
    }

    /// Chains are walked, not recursed into: `a + b + …` may be thousands long.
    fn binary(&mut self, node: Node<'_>) -> ExpressionId {
        let mut pending = Vec::new();
        let mut at = node;
        while at.kind() == "binary_expression" {
            let (Some(left), Some(operator), Some(right)) =
                (field(at, "left"), field(at, "operator"), field(at, "right"))
            else {
                break;
            };
            pending.push((at, operator, right));
            at = left;
        }
        let mut left = if pending.is_empty() {
            self.other(at)
        } else {
            self.expression(at)
        };
        for (whole, operator, right) in pending.into_iter().rev() {
            let right = self.expression(right);
            let operator = self.name(operator);
            left = self.add(
                whole,
                ExpressionKind::Binary(Binary {
                    operator,
                    left,
                    right,
                }),
            );
        }
        left
    }

    fn assignment(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(target), Some(value)) = (field(node, "left"), field(node, "right")) else {
            return self.other(node);
        };
        let (target, value) = (self.expression(target), self.expression(value));
        self.add(node, ExpressionKind::Assign(Assign { target, value }))
    }

    fn compound_assignment(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return self.other(node);
        };
        let operator = field(node, "operator")
            .map(|operator| self.text(operator))
            .unwrap_or_default();
        let operator = self.intern(operator.trim_end_matches('='));
        let (left, right) = (self.expression(left), self.expression(right));
        let value = self.add(
            node,
            ExpressionKind::Binary(Binary {
                operator,
                left,
                right,
            }),
        );
        self.add(
            node,
            ExpressionKind::Assign(Assign {
                target: left,
                value,
            }),
        )
    }

    fn cast(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(of), Some(annotation)) = (field(node, "value"), field(node, "type")) else {
            return self.other(node);
        };
        let (of, annotation) = (self.expression(of), self.annotation(annotation));
        self.add(node, ExpressionKind::Cast(Cast { of, annotation }))
    }

    fn leave(&mut self, node: Node<'_>) -> ExpressionId {
        let value = parts(node).first().map(|value| self.expression(*value));
        self.add(node, ExpressionKind::Return(value))
    }

    fn yields(&mut self, node: Node<'_>) -> ExpressionId {
        let value = parts(node).first().map(|value| self.expression(*value));
        self.add(node, ExpressionKind::Yield(Yield { value, from: false }))
    }

    fn array(&mut self, node: Node<'_>) -> ExpressionId {
        if field(node, "length").is_none() {
            return self.collection(node, CollectionKind::List);
        }
        let values = self.expressions(&parts(node));
        self.repeated(node, &values)
    }

    /// `[value; length]`: one item that stands for all, and the length spread.
    pub(super) fn repeated(&mut self, node: Node<'_>, values: &[ExpressionId]) -> ExpressionId {
        let spread = |at: usize| if at == 0 { Spread::None } else { Spread::Items };
        let items = values
            .iter()
            .enumerate()
            .map(|(at, value)| Item {
                key: None,
                spread: spread(at),
                value: *value,
            })
            .collect();
        self.add(
            node,
            ExpressionKind::Collection(Collection {
                kind: CollectionKind::List,
                items,
            }),
        )
    }

    /// A list or tuple of the node's parts.
    pub(super) fn collection(&mut self, node: Node<'_>, kind: CollectionKind) -> ExpressionId {
        let values = self.expressions(&parts(node));
        let items = values
            .into_iter()
            .map(|value| Item {
                key: None,
                spread: Spread::None,
                value,
            })
            .collect();
        self.add(node, ExpressionKind::Collection(Collection { kind, items }))
    }

    fn index(&mut self, node: Node<'_>) -> ExpressionId {
        match parts(node).as_slice() {
            [of, keys @ ..] => {
                let of = self.expression(*of);
                let keys = self.expressions(keys);
                self.add(node, ExpressionKind::Subscript(Subscript { of, keys }))
            }
            [] => self.other(node),
        }
    }

    fn record(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(of), Some(body)) = (field(node, "name"), field(node, "body")) else {
            return self.other(node);
        };
        let of = self.annotation(of);
        let mut record = Record {
            of,
            fields: Vec::new(),
            rest: None,
        };
        for part in parts(body) {
            self.initializer(part, &mut record);
        }
        self.add(node, ExpressionKind::Record(record))
    }

    fn initializer(&mut self, part: Node<'_>, record: &mut Record) {
        let inner = parts(part);
        match (
            part.kind(),
            inner.first(),
            field(part, "field"),
            field(part, "value"),
        ) {
            ("base_field_initializer", Some(rest), ..) => {
                record.rest = Some(self.expression(*rest))
            }
            ("field_initializer", _, Some(name), Some(value)) => {
                let field = (self.name(name), self.span(name), self.expression(value));
                record.fields.push(field);
            }
            ("shorthand_field_initializer", Some(name), ..) => {
                let field = (self.name(*name), self.span(*name), self.expression(*name));
                record.fields.push(field);
            }
            _ => {}
        }
    }

    fn conditional(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(test), Some(then)) = (field(node, "condition"), field(node, "consequence"))
        else {
            return self.other(node);
        };
        let test = self.expression(test);
        let then = self.expression(then);
        let otherwise =
            field(node, "alternative").and_then(|clause| parts(clause).first().copied());
        let otherwise = otherwise.map(|otherwise| self.expression(otherwise));
        self.add(
            node,
            ExpressionKind::Conditional(Conditional {
                test,
                then,
                otherwise,
            }),
        )
    }

    fn match_form(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(subject) = field(node, "value") else {
            return self.other(node);
        };
        let subject = self.expression(subject);
        let arms = field(node, "body").map(parts).unwrap_or_default();
        let arms = arms.into_iter().filter_map(|arm| self.arm(arm)).collect();
        self.add(node, ExpressionKind::Match(Match { subject, arms }))
    }

    fn block_value(&mut self, node: Node<'_>) -> ExpressionId {
        let inner = if node.kind() == "block" {
            Some(node)
        } else {
            child_of_kind(node, "block")
        };
        let block = inner.map(|inner| self.block(inner)).unwrap_or_default();
        self.add(node, ExpressionKind::Block(Box::new(block)))
    }

    fn loop_value(&mut self, node: Node<'_>) -> ExpressionId {
        let statement = self.loop_statement(node);
        let block = Block {
            statements: vec![Statement::Loop(statement)],
            tail: None,
        };
        self.add(node, ExpressionKind::Block(Box::new(block)))
    }

    fn let_condition(&mut self, node: Node<'_>) -> ExpressionId {
        let (Some(target), Some(value)) = (field(node, "pattern"), field(node, "value")) else {
            return self.other(node);
        };
        let value = self.expression(value);
        let target = self.pattern(target);
        self.add(node, ExpressionKind::Let(Assign { target, value }))
    }

    /// `let a = b && c && …`: a tree of `&&`.
    fn let_chain(&mut self, node: Node<'_>) -> ExpressionId {
        let operator = self.intern("&&");
        let mut values = self.expressions(&parts(node)).into_iter();
        let Some(first) = values.next() else {
            return self.other(node);
        };
        values.fold(first, |left, right| {
            self.add(
                node,
                ExpressionKind::Binary(Binary {
                    operator,
                    left,
                    right,
                }),
            )
        })
    }
}
