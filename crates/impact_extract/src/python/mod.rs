//! The Python front end: one walk over the tree, writing to a builder.
//!
//! Every method that lowers is called with the cursor at its node and leaves it there. Parentheses are transparent.
//! What the grammar could not parse is lowered as far as its parts are statements or expressions.

mod chain;
mod collection;
mod definition;
mod escape;
mod expression;
mod grammar;
mod import;
mod pattern;
mod statement;
mod string;
mod types;

#[cfg(test)]
mod tests;

pub use grammar::language as grammar;

use crate::builder::ModuleBuilder;
use crate::source::Source;
use grammar::{Field, Kind};
use impact_facts::{Block, Name, Span};
use tree_sitter::{Tree, TreeCursor};

/// Lowers a file.
pub fn lower(source: &Source, tree: &Tree, builder: &mut ModuleBuilder) {
    let mut lowering = Lowering::new(source, tree, builder);
    let mut block = Block::default();
    lowering.children(|l, at| l.statement(at, &mut block));
    builder.body(block);
}

/// A walk over one tree.
struct Lowering<'a, 'b> {
    source: &'a Source<'a>,
    cursor: TreeCursor<'a>,
    builder: &'b mut ModuleBuilder,
    /// Nodes on the way down a chain, see `chain`.
    spine: Vec<At>,
    /// Whether expressions stand in a type's place.
    in_type: bool,
}

/// A node, as far as most methods need to know it.
#[derive(Debug, Clone, Copy)]
struct At {
    kind: Kind,
    span: Span,
}

impl<'a, 'b> Lowering<'a, 'b> {
    fn new(source: &'a Source<'a>, tree: &'a Tree, builder: &'b mut ModuleBuilder) -> Self {
        Self {
            source,
            cursor: tree.walk(),
            builder,
            spine: Vec::new(),
            in_type: false,
        }
    }

    /// The node at the cursor.
    fn at(&self) -> At {
        let node = self.cursor.node();
        At {
            kind: Kind::of(node),
            span: crate::parse::span(node),
        }
    }

    /// The field that the node at the cursor is in.
    fn field(&self) -> Field {
        self.cursor.field_id().map_or(Field::Other, Field::of)
    }

    fn text(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }

    fn name(&mut self, span: Span) -> Name {
        let text = self.text(span);
        self.builder.name(text)
    }

    /// Goes through the children of the node at the cursor, without comments.
    fn children(&mut self, mut each: impl FnMut(&mut Self, At)) {
        if self.cursor.goto_first_child() {
            self.siblings(&mut each);
            self.cursor.goto_parent();
        }
    }

    /// Goes through the node at the cursor and those after it, without comments. Leaves the cursor at the last.
    fn siblings(&mut self, each: &mut impl FnMut(&mut Self, At)) {
        loop {
            let at = self.at();
            if !matches!(at.kind, Kind::Comment | Kind::LineContinuation) {
                each(self, at);
            }
            if !self.cursor.goto_next_sibling() {
                return;
            }
        }
    }

    /// Goes through the children that are more than punctuation.
    fn parts(&mut self, mut each: impl FnMut(&mut Self, At)) {
        self.children(|l, at| {
            if at.kind != Kind::Token {
                each(l, at);
            }
        });
    }

    /// Whether the node at the cursor has this keyword or punctuation among its children.
    fn has_token(&mut self, token: &str) -> bool {
        let mut found = false;
        self.children(|l, at| found |= at.kind == Kind::Token && l.text(at.span) == token);
        found
    }
}
