//! The state of lowering one Rust file: the arenas, the bounds, and the text that nodes point into.

use impact_facts::{
    Argument, ExpressionId, ExpressionKind, Name, Piece, ProblemKind, Span, Spread, Text,
};
use tree_sitter::{Node, Parser};

use crate::builder::{ModuleBuilder, with_stack};

/// Bytes of macro arguments that are parsed again, for each byte of the file.
const REPARSED: usize = 64;

/// What the whole file shares.
pub(super) struct State<'b> {
    pub(super) build: &'b mut ModuleBuilder,
    parser: Parser,
    budget: usize,
    /// Within a macro whose functions are methods without saying `self`.
    pub(super) implied_self: bool,
}

/// Lowers nodes of one tree: the file's, or that of a macro's arguments.
pub(super) struct Lowering<'b, 's> {
    pub(super) state: &'s mut State<'b>,
    source: &'s str,
    base: i64,
    /// Within `#[cfg(test)]` or a `#[test]`.
    pub(super) in_test: bool,
    /// Within an attribute, where `name = value` is an argument by name.
    pub(super) in_attribute: bool,
}

impl<'b> State<'b> {
    /// A fresh state for a file of that many bytes.
    pub(super) fn new(build: &'b mut ModuleBuilder, parser: Parser, bytes: usize) -> Self {
        Self {
            build,
            parser,
            budget: bytes.saturating_mul(REPARSED),
            implied_self: false,
        }
    }
}

impl<'b, 's> Lowering<'b, 's> {
    /// Lowers nodes of the file itself.
    pub(super) fn new(state: &'s mut State<'b>, source: &'s str) -> Self {
        Self {
            state,
            source,
            base: 0,
            in_test: false,
            in_attribute: false,
        }
    }

    /// The node's characters.
    pub(super) fn text(&self, node: Node<'_>) -> &'s str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    /// The characters from one byte of the tree's text to another.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.source.get(start..end).unwrap_or_default()
    }

    /// Where a byte of the tree's text stands in the file.
    pub(super) fn offset(&self, byte: usize) -> u32 {
        u32::try_from((byte as i64 + self.base).max(0)).unwrap_or(u32::MAX)
    }

    /// Where the node stands in the file.
    pub(super) fn span(&self, node: Node<'_>) -> Span {
        Span::new(self.offset(node.start_byte()), self.offset(node.end_byte()))
    }

    /// Interns a name; `r#type` is `type`.
    pub(super) fn intern(&mut self, text: &str) -> Name {
        self.state
            .build
            .name(text.strip_prefix("r#").unwrap_or(text))
    }

    /// The name that the node spells.
    pub(super) fn name(&mut self, node: Node<'_>) -> Name {
        let text = self.text(node);
        self.intern(text)
    }

    /// Adds an expression that stands where the node stands.
    pub(super) fn add(&mut self, node: Node<'_>, kind: ExpressionKind) -> ExpressionId {
        let span = self.span(node);
        self.state.build.expression(span, kind)
    }

    /// Adds an expression.
    pub(super) fn add_at(&mut self, span: Span, kind: ExpressionKind) -> ExpressionId {
        self.state.build.expression(span, kind)
    }

    /// Adds a text.
    pub(super) fn add_text(&mut self, span: Span, pieces: Vec<Piece>) -> ExpressionId {
        self.state.build.text_expression(Text { span, pieces })
    }

    /// A node without a form: its parts.
    pub(super) fn other(&mut self, node: Node<'_>) -> ExpressionId {
        let parts = self.expressions(&parts(node));
        self.add(node, ExpressionKind::Other(parts))
    }

    /// Runs `lower` one level deeper. Past the bound the node stays without parts, which is a problem.
    pub(super) fn deeper(
        &mut self,
        node: Node<'_>,
        lower: impl FnOnce(&mut Self) -> ExpressionId,
    ) -> ExpressionId {
        let lowered = self.nested(node, lower);
        lowered.unwrap_or_else(|| self.add(node, ExpressionKind::Other(Vec::new())))
    }

    /// The same for what is no expression.
    pub(super) fn nested<T>(
        &mut self,
        node: Node<'_>,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let span = self.span(node);
        if !self.state.build.enter(span) {
            return None;
        }
        let lowered = with_stack(|| lower(self));
        self.state.build.leave();
        Some(lowered)
    }

    /// Parses `prefix + text + suffix`, where `text` stands at byte `start` of this tree's text, and lowers the result
    /// if the grammar accepts all of it. `pick` finds the nodes in the tree that are worth lowering.
    pub(super) fn fragment<T>(
        &mut self,
        (prefix, text, suffix): (&str, &str, &str),
        start: usize,
        lower: impl FnOnce(&mut Lowering<'b, '_>, Node<'_>) -> Option<T>,
    ) -> Option<T> {
        self.state.budget = self.spend(text.len() + prefix.len() + 16, start)?;
        let source = format!("{prefix}{text}{suffix}");
        let tree = self.state.parser.parse(&source, None)?;
        let root = tree.root_node();
        if root.has_error() {
            return None;
        }
        let base = self.base + start as i64 - prefix.len() as i64;
        let (in_test, in_attribute) = (self.in_test, self.in_attribute);
        lower(
            &mut Lowering {
                state: self.state,
                source: &source,
                base,
                in_test,
                in_attribute,
            },
            root,
        )
    }

    /// The budget that is left after parsing that many bytes again. None, and a problem, if there is not enough.
    fn spend(&mut self, bytes: usize, start: usize) -> Option<usize> {
        let left = self.state.budget.checked_sub(bytes);
        if left.is_none() && self.state.budget > 0 {
            self.state.budget = 0;
            let at = self.offset(start);
            let message = "too many macros within macros: the rest are kept as tokens";
            self.state
                .build
                .problem(Span::new(at, at + 1), ProblemKind::Bound, message);
        }
        left
    }

    /// An argument by place.
    pub(super) fn argument(value: ExpressionId) -> Argument {
        Argument {
            name: None,
            spread: Spread::None,
            value,
        }
    }
}

/// The named children that are code: no comments, no attributes.
pub(super) fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !is_trivia(*child))
        .collect()
}

/// The child in a field.
pub(super) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// The first child of a kind.
pub(super) fn child_of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .find(|child| child.kind() == kind)
}

/// All children, comments left out.
pub(super) fn tokens_of<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .filter(|child| !is_comment(*child))
        .collect()
}

fn is_comment(node: Node<'_>) -> bool {
    matches!(node.kind(), "line_comment" | "block_comment")
}

fn is_trivia(node: Node<'_>) -> bool {
    is_comment(node)
        || matches!(
            node.kind(),
            "attribute_item"
                | "inner_attribute_item"
                | "mutable_specifier"
                | "lifetime"
                | "label"
                | "visibility_modifier"
        )
}
