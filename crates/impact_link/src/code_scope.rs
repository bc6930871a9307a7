//! What kind of code a file holds, told by its path and content.

use impact_bind::{FunctionRef, Place, Program};
use impact_facts::{FileFacts, Language, Piece, Scope, Text};

/// Folders, wherever they stand in a path, and what is below them.
const FOLDERS: &[(&str, Scope)] = &[
    ("tests", Scope::Test),
    ("test", Scope::Test),
    ("testing", Scope::Test),
    ("unittests", Scope::Test),
    ("factories", Scope::Test),
    ("fixtures", Scope::Test),
    ("testdata", Scope::Test),
    ("test_data", Scope::Test),
    ("benches", Scope::Test),
    ("examples", Scope::Script),
    ("migrations", Scope::Migration),
    ("migration", Scope::Migration),
    ("alembic", Scope::Migration),
    ("scripts", Scope::Script),
    ("script", Scope::Script),
    ("tools", Scope::Script),
    ("bin", Scope::Script),
];

/// Names of files: prefix, suffix, what they hold.
const FILES: &[(&str, &str, Scope)] = &[
    ("test_", ".py", Scope::Test),
    ("", "_test.py", Scope::Test),
    ("tests", ".py", Scope::Test),
    ("conftest", ".py", Scope::Test),
    ("factories", ".py", Scope::Test),
    ("factory", ".py", Scope::Test),
    ("", "_tests.rs", Scope::Test),
    ("tests", ".rs", Scope::Test),
    ("test", ".rs", Scope::Test),
];

/// Packages with which tests make their rows: what is called a factory without any of them is the program's own.
const MAKERS: &[&str] = &[
    "factory",
    "faker",
    "model_bakery",
    "model_mommy",
    "mixer",
    "polyfactory",
    "pytest",
    "unittest",
];

/// Whether code makes rows for tests.
fn makes_for_tests(facts: &FileFacts) -> bool {
    facts.module.imports.iter().any(|import| {
        let package = import.path.split('.').next().unwrap_or_default();
        import.level == 0 && MAKERS.contains(&package)
    })
}

/// Folders whose names say something only in these languages, or of code that does what they say.
fn speaks_of(folder: &str, facts: &FileFacts) -> bool {
    match folder {
        "factories" => facts.language != Language::Python || makes_for_tests(facts),
        "scripts" | "script" | "tools" | "bin" | "examples" => {
            matches!(
                facts.language,
                Language::Python | Language::Rust | Language::Sql
            )
        }
        _ => true,
    }
}

/// What kind of code the file of that path holds.
#[must_use]
pub fn code_scope(path: &str, facts: &FileFacts) -> Scope {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let segments = || folder.split('/').filter(|segment| !segment.is_empty());
    let of_folders = |wanted: Scope| {
        segments().any(|segment| {
            FOLDERS.iter().any(|(known, scope)| {
                *known == segment
                    && *scope == wanted
                    && speaks_of(segment, facts)
                    && !is_source_binary(path, segment)
            })
        })
    };
    let of_name = FILES
        .iter()
        .find(|(prefix, suffix, _)| {
            let named = name.starts_with(prefix) && name.ends_with(suffix);
            let speaks = !prefix.starts_with("factor") || makes_for_tests(facts);
            named && exact(prefix, suffix, name) && speaks
        })
        .map(|(_, _, scope)| *scope);
    if of_folders(Scope::Test) {
        return Scope::Test;
    }
    if let Some(scope) = of_name {
        return scope;
    }
    if of_folders(Scope::Migration) || is_history(name, facts) {
        return Scope::Migration;
    }
    if facts.generated {
        return Scope::Generated;
    }
    if of_folders(Scope::Script) {
        Scope::Script
    } else {
        Scope::Production
    }
}

/// Whether a file of Rust is a list of migrations: `migrations.rs` with statements that make or change tables.
fn is_history(name: &str, facts: &FileFacts) -> bool {
    let named = matches!(name, "migrations.rs" | "migration.rs" | "migrate.rs");
    named && facts.language == Language::Rust && facts.module.texts.iter().any(changes_tables)
}

fn changes_tables(text: &Text) -> bool {
    let first = text.pieces.iter().find_map(|piece| match piece {
        Piece::Literal(literal) => Some(literal.value.trim_start()),
        _ => None,
    });
    let words: Vec<&str> = first
        .unwrap_or_default()
        .split_whitespace()
        .take(2)
        .collect();
    let is = |word: usize, wanted: &str| {
        words
            .get(word)
            .is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    };
    (is(0, "create") || is(0, "alter")) && is(1, "table")
}

/// Whether a function is the way back of an Alembic revision (Alembic 1.x, "Create a Migration Script"): no release runs it.
pub(crate) fn is_way_back(program: &Program<'_>, function: FunctionRef) -> bool {
    let module = program.module(function.file);
    let named = |name: &str| {
        let places = program.places(function.file);
        let id = places.name(name);
        id.is_some_and(|id| !places.names(Place::Module).definitions(id).is_empty())
    };
    let name = module.function(function.function).name;
    name.is_some_and(|name| module.name(name) == "downgrade")
        && program.class_of(function).is_none()
        && named("revision")
        && named("down_revision")
}

/// A whole name (`conftest.py`) must be that; a part (`test_*.py`) may have more.
fn exact(prefix: &str, suffix: &str, name: &str) -> bool {
    prefix.is_empty() || prefix.ends_with('_') || name.len() == prefix.len() + suffix.len()
}

/// `src/bin/worker.rs` is a deployed program.
fn is_source_binary(path: &str, segment: &str) -> bool {
    segment == "bin"
        && (path.contains("src/bin/") || path.starts_with("bin/") && path.ends_with(".rs"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use impact_facts::Module;

    fn scope(path: &str) -> Scope {
        let facts = FileFacts {
            language: Language::Python,
            bytes: 0,
            module: Module::default(),
            annotations: Vec::new(),
            problems: Vec::new(),
            generated: false,
            declared: false,
        };
        code_scope(path, &facts)
    }

    #[test]
    fn a_path_tells_the_kind_of_code() {
        assert_eq!(scope("app/tests/helpers.py"), Scope::Test);
        assert_eq!(scope("app/test_views.py"), Scope::Test);
        assert_eq!(scope("conftest.py"), Scope::Test);
        assert_eq!(scope("app/migrations/0001_initial.py"), Scope::Migration);
        assert_eq!(scope("scripts/backfill.py"), Scope::Script);
        assert_eq!(scope("app/latest.py"), Scope::Production);
        assert_eq!(scope("app/factories.py"), Scope::Production);
        assert_eq!(scope("app/factories/writers.py"), Scope::Production);
    }
}
