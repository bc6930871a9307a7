//! Source text and packs to facts; sole owner of tree-sitter.
//!
//! [`extract`] is a pure function of one file's bytes. It never fails: what could not be read stands in
//! [`FileFacts::problems`], and the rest is lowered all the same. Nothing that leaves this crate is a syntax tree.
//!
//! A front end is one row of the table in `front_end`; it writes to a `ModuleBuilder` and
//! knows nothing of packs. Packs run after it, over the same tree.

mod annotation;
mod builder;
mod describe;
mod detect;
mod formats;
mod front_end;
mod packs;
mod parse;
mod python;
mod rust;
mod source;

pub use describe::describe;
pub use detect::language_of;
pub use packs::{PackError, Packs, PatternId, Stub};

use builder::ModuleBuilder;
use impact_facts::{FileFacts, Language};
use source::Source;

/// Reads one file: its lowered module, what the packs recognized in it, its annotations and its problems.
///
/// Equal bytes, language and packs give equal facts. Spans are byte offsets into `bytes`, whatever its encoding.
#[must_use]
pub fn extract(bytes: &[u8], language: Language, packs: &Packs) -> FileFacts {
    let mut builder = ModuleBuilder::default();
    let source = Source::decode(bytes, &mut builder);
    let tree = front_end::lower(language, &source, &mut builder);
    if let Some(tree) = &tree {
        annotation::in_tree(tree, &source, &mut builder);
        packs.tag(language, tree, &source, &mut builder);
    }
    builder.finish(language, &source)
}
