//! Parsing by a grammar, with every error of the tree made a problem.

use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{ProblemKind, Span};
use tree_sitter::{Language, Node, Parser, Tree};

/// The tree of a whole file. None, and a problem, if the parser gave up.
pub fn parse(grammar: &Language, source: &Source, builder: &mut ModuleBuilder) -> Option<Tree> {
    let mut parser = Parser::new();
    let tree = parser
        .set_language(grammar)
        .ok()
        .and_then(|()| parser.parse(source.text(), None));
    match &tree {
        Some(tree) => report_errors(tree, builder),
        None => builder.problem(source.span(), ProblemKind::Bound, "the parser gave up"),
    }
    tree
}

/// The bytes of a node.
pub fn span(node: Node) -> Span {
    Span::new(node.start_byte() as u32, node.end_byte() as u32)
}

fn report_errors(tree: &Tree, builder: &mut ModuleBuilder) {
    if !tree.root_node().has_error() {
        return;
    }
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() {
            builder.problem(span(node), ProblemKind::Syntax, "does not parse");
        } else if node.is_missing() {
            builder.problem(
                span(node),
                ProblemKind::Syntax,
                format!("`{}` is missing", node.kind()),
            );
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
