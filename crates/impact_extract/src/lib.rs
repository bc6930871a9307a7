//! Source text and packs to facts; sole owner of tree-sitter.
