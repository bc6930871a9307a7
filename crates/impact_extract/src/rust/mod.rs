//! The Rust front end: every item, statement, expression, pattern and type of a file, and what stands in its macros.

mod attributes;
mod blocks;
mod expressions;
mod formatting;
mod graphql_object;
mod imports;
mod items;
mod lowering;
mod macro_rules;
mod macros;
mod patterns;
mod strings;
mod templates;
mod types;

use crate::builder::ModuleBuilder;
use crate::source::Source;
use lowering::{Lowering, State};
use tree_sitter::{Parser, Tree};

/// The grammar.
pub fn grammar() -> tree_sitter::Language {
    tree_sitter_rust::LANGUAGE.into()
}

/// Lowers a file.
pub fn lower(source: &Source, tree: &Tree, builder: &mut ModuleBuilder) {
    let mut parser = Parser::new();
    if parser.set_language(&grammar()).is_err() {
        return;
    }
    let mut state = State::new(builder, parser, source.text().len());
    let body = Lowering::new(&mut state, source.text()).statements(tree.root_node());
    builder.body(body);
}

#[cfg(test)]
mod tests;
