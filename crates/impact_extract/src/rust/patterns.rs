//! Patterns: the forms that would build the value.

use impact_facts::{
    Argument, Assign, Call, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, Record,
    Spread,
};
use tree_sitter::Node;

use super::lowering::{Lowering, field, parts, tokens_of};

impl Lowering<'_, '_> {
    /// Lowers a pattern.
    pub(super) fn pattern(&mut self, node: Node<'_>) -> ExpressionId {
        self.deeper(node, |lowering| lowering.pattern_form(node))
    }

    fn pattern_form(&mut self, node: Node<'_>) -> ExpressionId {
        match node.kind() {
            "_" => self.name_of(node),
            "ref_pattern" | "mut_pattern" | "reference_pattern" => self.inner_pattern(node),
            "tuple_pattern" => self.sequence_pattern(node, CollectionKind::Tuple),
            "slice_pattern" => self.sequence_pattern(node, CollectionKind::List),
            "tuple_struct_pattern" => self.call_pattern(node),
            "struct_pattern" => self.record_pattern(node),
            "captured_pattern" => self.captured_pattern(node),
            "or_pattern" => self.or_pattern(node),
            "match_pattern" => self.inner_pattern(node),
            "remaining_field_pattern" => self.add(node, ExpressionKind::Other(Vec::new())),
            kind if kind.ends_with("_pattern") && kind != "generic_pattern" => self.other(node),
            _ => self.expression(node),
        }
    }

    fn inner_pattern(&mut self, node: Node<'_>) -> ExpressionId {
        match pattern_parts(node).last() {
            Some(inner) => self.pattern(*inner),
            None => self.other(node),
        }
    }

    fn spread_of(node: Node<'_>) -> Spread {
        if node.kind() == "remaining_field_pattern" {
            Spread::Items
        } else {
            Spread::None
        }
    }

    fn sequence_pattern(&mut self, node: Node<'_>, kind: CollectionKind) -> ExpressionId {
        let items = pattern_parts(node)
            .into_iter()
            .map(|part| Item {
                key: None,
                spread: Self::spread_of(part),
                value: self.pattern(part),
            })
            .collect();
        self.add(node, ExpressionKind::Collection(Collection { kind, items }))
    }

    fn call_pattern(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(of) = field(node, "type") else {
            return self.other(node);
        };
        let callee = self.expression(of);
        let arguments = pattern_parts(node)
            .into_iter()
            .filter(|part| part.id() != of.id())
            .map(|part| Argument {
                name: None,
                spread: Self::spread_of(part),
                value: self.pattern(part),
            })
            .collect();
        self.add(node, ExpressionKind::Call(Call { callee, arguments }))
    }

    fn record_pattern(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(of) = field(node, "type") else {
            return self.other(node);
        };
        let mut record = Record {
            of: self.annotation(of),
            fields: Vec::new(),
            rest: None,
        };
        for part in parts(node) {
            match part.kind() {
                "field_pattern" => self.field_pattern(part, &mut record),
                "remaining_field_pattern" => record.rest = Some(self.pattern(part)),
                _ => {}
            }
        }
        self.add(node, ExpressionKind::Record(record))
    }

    fn field_pattern(&mut self, node: Node<'_>, record: &mut Record) {
        let Some(name) = field(node, "name") else {
            return;
        };
        let value = match field(node, "pattern") {
            Some(pattern) => self.pattern(pattern),
            None => self.name_of(name),
        };
        record
            .fields
            .push((self.name(name), self.span(name), value));
    }

    /// `name @ pattern`.
    fn captured_pattern(&mut self, node: Node<'_>) -> ExpressionId {
        match pattern_parts(node).as_slice() {
            [target, value] => {
                let (target, value) = (self.name_of(*target), self.pattern(*value));
                self.add(node, ExpressionKind::Assign(Assign { target, value }))
            }
            _ => self.other(node),
        }
    }

    /// `a | b | c`, nested to the left in the tree.
    fn or_pattern(&mut self, node: Node<'_>) -> ExpressionId {
        let mut alternatives = Vec::new();
        let mut at = node;
        while at.kind() == "or_pattern" {
            let mut inner = pattern_parts(at);
            let Some(right) = inner.pop() else { break };
            alternatives.push(right);
            let Some(left) = inner.pop() else { break };
            if left.kind() != "or_pattern" {
                alternatives.push(left);
            }
            at = left;
        }
        let alternatives = alternatives
            .into_iter()
            .rev()
            .map(|part| self.pattern(part))
            .collect();
        self.add(node, ExpressionKind::Any(alternatives))
    }
}

/// A pattern's parts, `_` included, which the grammar gives no name.
fn pattern_parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let named: Vec<_> = parts(node);
    let condition = field(node, "condition").map(|node| node.id());
    tokens_of(node)
        .into_iter()
        .filter(|token| token.kind() == "_" || named.iter().any(|part| part.id() == token.id()))
        .filter(|token| Some(token.id()) != condition)
        .collect()
}
