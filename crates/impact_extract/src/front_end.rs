//! Which front end reads which language: one row each.

use crate::builder::ModuleBuilder;
use crate::source::Source;
use crate::{formats, parse, python, rust};
use impact_facts::Language;
use tree_sitter::Tree;

/// How a language is read.
enum FrontEnd {
    /// By a tree-sitter grammar. Packs can be written for it.
    Tree(
        fn() -> tree_sitter::Language,
        fn(&Source, &Tree, &mut ModuleBuilder),
    ),
    /// From its text.
    Text(fn(&Source, &mut ModuleBuilder)),
}

const FRONT_ENDS: &[(Language, FrontEnd)] = &[
    (
        Language::Python,
        FrontEnd::Tree(python::grammar, python::lower),
    ),
    (Language::Rust, FrontEnd::Tree(rust::grammar, rust::lower)),
    (Language::Sql, FrontEnd::Text(formats::lower_sql)),
    (Language::Template, FrontEnd::Text(formats::lower_template)),
    (Language::Yaml, FrontEnd::Text(formats::lower_yaml)),
    (Language::Toml, FrontEnd::Text(formats::lower_toml)),
    (Language::Json, FrontEnd::Text(formats::lower_json)),
    (Language::Crontab, FrontEnd::Text(formats::lower_crontab)),
    (Language::Other, FrontEnd::Text(formats::lower_other)),
];

/// Languages that packs can be written for, by the first folder of a pack's path.
pub const PACK_LANGUAGES: &[(&str, Language)] =
    &[("python", Language::Python), ("rust", Language::Rust)];

fn of(language: Language) -> Option<&'static FrontEnd> {
    FRONT_ENDS
        .iter()
        .find(|(of, _)| *of == language)
        .map(|(_, front_end)| front_end)
}

/// The grammar of a language that is read by one.
pub fn grammar(language: Language) -> Option<tree_sitter::Language> {
    match of(language)? {
        FrontEnd::Tree(grammar, _) => Some(grammar()),
        FrontEnd::Text(_) => None,
    }
}

/// Lowers a file. The tree, where there is one, is for packs.
pub fn lower(language: Language, source: &Source, builder: &mut ModuleBuilder) -> Option<Tree> {
    match of(language)? {
        FrontEnd::Tree(grammar, lower) => {
            let tree = parse::parse(&grammar(), source, builder)?;
            lower(source, &tree, builder);
            Some(tree)
        }
        FrontEnd::Text(lower) => {
            lower(source, builder);
            None
        }
    }
}
