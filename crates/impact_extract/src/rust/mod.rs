//! The Rust front end.

use crate::builder::ModuleBuilder;
use crate::source::Source;
use tree_sitter::Tree;

/// The grammar.
pub fn grammar() -> tree_sitter::Language {
    tree_sitter_rust::LANGUAGE.into()
}

/// Lowers a file.
pub fn lower(_source: &Source, _tree: &Tree, _builder: &mut ModuleBuilder) {}
