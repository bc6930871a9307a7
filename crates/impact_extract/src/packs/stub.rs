//! Modules of a framework, written in the language itself.

use impact_facts::Language;

/// A module that a pack brings: what a framework's own code does, lowered like user code.
///
/// `queries/python/django/stubs/django/views.py` is the module `django.views`,
/// `queries/python/django/stubs/django/__init__.py` the package `django`, and
/// `queries/rust/diesel/stubs/diesel/query_dsl.rs` the module `diesel::query_dsl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// The module's qualified name.
    pub module: Box<str>,
    /// Whether other modules lie below it: `__init__.py`, `lib.rs`, `mod.rs`.
    pub package: bool,
    /// What it is written in.
    pub language: Language,
    /// The pack that brings it: `python/django`.
    pub pack: Box<str>,
    /// Its text.
    pub text: Box<str>,
}

/// How a language names its modules.
struct Naming {
    language: Language,
    ending: &'static str,
    separator: &'static str,
    package_files: &'static [&'static str],
}

const NAMINGS: &[Naming] = &[
    Naming {
        language: Language::Python,
        ending: ".py",
        separator: ".",
        package_files: &["__init__"],
    },
    Naming {
        language: Language::Rust,
        ending: ".rs",
        separator: "::",
        package_files: &["lib", "mod"],
    },
];

impl Stub {
    /// The stub at `path` below a framework's `stubs/`. None if it is no file of the language.
    pub fn new(language: Language, pack: &str, path: &str, text: &str) -> Option<Stub> {
        let naming = NAMINGS.iter().find(|naming| naming.language == language)?;
        let mut names: Vec<&str> = path.strip_suffix(naming.ending)?.split('/').collect();
        let package = names.len() > 1
            && names
                .last()
                .is_some_and(|name| naming.package_files.contains(name));
        if package {
            names.pop();
        }
        let module = names.join(naming.separator).into();
        Some(Stub {
            module,
            package,
            language,
            pack: pack.into(),
            text: text.into(),
        })
    }
}
