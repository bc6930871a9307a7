//! Attributes: `#[a(b = c)]` is the call `a(b = c)`, `#[a = "c"]` an assignment, `#[a]` a name.

use impact_facts::{Argument, Assign, Call, ExpressionId, ExpressionKind, Module, Span};
use tree_sitter::Node;

use super::lowering::{Lowering, child_of_kind, field, parts};

/// Attributes that stand before an item.
#[derive(Default)]
pub(super) struct Attributes {
    /// Lowered, in order.
    pub(super) decorators: Vec<ExpressionId>,
    /// Where the first begins.
    pub(super) start: Option<u32>,
    /// One of them says that the item runs in tests only.
    pub(super) is_test: bool,
    /// The file of `#[path = "…"]`.
    pub(super) path: Option<Box<str>>,
}

impl Attributes {
    /// The item's span, attributes included.
    pub(super) fn cover(&self, span: Span) -> Span {
        Span::new(self.start.unwrap_or(span.start).min(span.start), span.end)
    }
}

impl Lowering<'_, '_> {
    /// Lowers `#[…]` and adds it to those of the item that follows.
    pub(super) fn attribute_item(&mut self, node: Node<'_>, attributes: &mut Attributes) {
        let Some(inner) = child_of_kind(node, "attribute") else {
            return;
        };
        let decorator = self.attribute_form(inner);
        attributes
            .start
            .get_or_insert(self.offset(node.start_byte()));
        attributes.decorators.push(decorator);
        let module = self.state.build.module();
        attributes.is_test |= is_test(module, decorator);
        if let Some(path) = path_of(module, decorator) {
            attributes.path = Some(path);
        }
    }

    /// `#![cfg(test)]` says it of all that follows.
    pub(super) fn inner_attribute(&mut self, node: Node<'_>) {
        let mut attributes = Attributes::default();
        self.attribute_item(node, &mut attributes);
        self.in_test |= attributes.is_test;
    }

    fn attribute_form(&mut self, node: Node<'_>) -> ExpressionId {
        let Some(name) = parts(node).first().copied() else {
            return self.other(node);
        };
        let callee = self.expression(name);
        if let Some(value) = field(node, "value") {
            let value = self.expression(value);
            return self.add(
                node,
                ExpressionKind::Assign(Assign {
                    target: callee,
                    value,
                }),
            );
        }
        let Some(tree) = field(node, "arguments") else {
            return callee;
        };
        self.in_attribute = true;
        let arguments: Vec<Argument> = self.token_arguments(tree).0;
        self.in_attribute = false;
        self.add(node, ExpressionKind::Call(Call { callee, arguments }))
    }
}

/// `test`, `tokio::test`, `cfg(test)`, `cfg(all(test, …))`.
fn is_test(module: &Module, id: ExpressionId) -> bool {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => module.name(*name) == "test",
        ExpressionKind::Attribute(attribute) => module.name(attribute.name) == "test",
        ExpressionKind::Call(call) => match module.dotted(call.callee).as_deref() {
            Some("cfg" | "all") => call
                .arguments
                .iter()
                .any(|argument| requires_test(module, argument.value)),
            Some("test") => true,
            Some(path) => path.ends_with(".test"),
            None => false,
        },
        _ => false,
    }
}

fn requires_test(module: &Module, id: ExpressionId) -> bool {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => module.name(*name) == "test",
        ExpressionKind::Call(call) => {
            module.dotted(call.callee).as_deref() == Some("all")
                && call
                    .arguments
                    .iter()
                    .any(|argument| requires_test(module, argument.value))
        }
        _ => false,
    }
}

fn path_of(module: &Module, id: ExpressionId) -> Option<Box<str>> {
    let ExpressionKind::Assign(assign) = &module.expression(id).kind else {
        return None;
    };
    (module.dotted(assign.target)? == "path").then_some(())?;
    module.plain_text(assign.value).map(Into::into)
}
