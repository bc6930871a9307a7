//! Which language a file is written in, from its path and its first bytes.

use impact_facts::Language;

/// Languages by ending, without the dot. Of several that fit, the first counts.
const ENDINGS: &[(&str, Language)] = &[
    ("py", Language::Python),
    ("pyi", Language::Python),
    ("pyw", Language::Python),
    ("rs", Language::Rust),
    ("sql", Language::Sql),
    ("ddl", Language::Sql),
    ("pgsql", Language::Sql),
    ("psql", Language::Sql),
    ("html", Language::Template),
    ("htm", Language::Template),
    ("djhtml", Language::Template),
    ("j2", Language::Template),
    ("jinja", Language::Template),
    ("jinja2", Language::Template),
    ("mako", Language::Template),
    ("yaml", Language::Yaml),
    ("yml", Language::Yaml),
    ("toml", Language::Toml),
    ("json", Language::Json),
    ("cron", Language::Crontab),
    ("crontab", Language::Crontab),
];

/// Endings of languages whose string literals alone are searched.
const OTHER_ENDINGS: &[&str] = &[
    "bash",
    "c",
    "cc",
    "clj",
    "cls",
    "coffee",
    "cpp",
    "cr",
    "cs",
    "cshtml",
    "cxx",
    "dart",
    "erb",
    "ex",
    "exs",
    "f90",
    "fs",
    "go",
    "gql",
    "graphql",
    "groovy",
    "gradle",
    "h",
    "hcl",
    "hpp",
    "hs",
    "ipynb",
    "java",
    "jl",
    "js",
    "jsx",
    "kt",
    "kts",
    "lua",
    "m",
    "mjs",
    "cjs",
    "ml",
    "mm",
    "nim",
    "php",
    "pl",
    "pm",
    "ps1",
    "proto",
    "pyx",
    "r",
    "rake",
    "rb",
    "sc",
    "scala",
    "sh",
    "svelte",
    "swift",
    "tf",
    "ts",
    "tsx",
    "vb",
    "vue",
    "xml",
    "zig",
    "zsh",
    "properties",
    "ini",
    "cfg",
    "conf",
    "env",
];

/// Endings that are a template's if the file lies in a folder of templates, and nothing to us elsewhere.
const TEMPLATE_ENDINGS: &[&str] = &["txt", "xml", "md", "mjml", "eml", "svg", "csv"];

/// Languages by whole file name.
const NAMES: &[(&str, Language)] = &[
    ("crontab", Language::Crontab),
    ("Cargo.lock", Language::Toml),
    ("Pipfile", Language::Toml),
    ("poetry.lock", Language::Toml),
    ("uv.lock", Language::Toml),
    ("Dockerfile", Language::Other),
    ("Makefile", Language::Other),
    ("Rakefile", Language::Other),
    ("Gemfile", Language::Other),
    ("Procfile", Language::Other),
    ("Jenkinsfile", Language::Other),
    ("Justfile", Language::Other),
    ("justfile", Language::Other),
];

/// Languages by a word in the line after `#!`.
const INTERPRETERS: &[(&str, Language)] = &[
    ("python", Language::Python),
    ("sh", Language::Other),
    ("node", Language::Other),
    ("ruby", Language::Other),
    ("perl", Language::Other),
    ("php", Language::Other),
];

/// The language of the file at `path` (any separator) that begins with `head`: by name, by ending, by folder, by its
/// `#!` line. None if impact has no use for it.
#[must_use]
pub fn language_of(path: &str, head: &[u8]) -> Option<Language> {
    let (folders, name) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    by_name(name)
        .or_else(|| is_sql_template(name).then_some(Language::Sql))
        .or_else(|| {
            ending
                .as_deref()
                .and_then(|ending| by_ending(folders, ending))
        })
        .or_else(|| in_folder(folders, "cron.d").then_some(Language::Crontab))
        .or_else(|| by_interpreter(head))
}

/// `report.sql.j2`: SQL with Jinja in it, which SQL files may have, too.
fn is_sql_template(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".sql.j2", ".sql.jinja", ".sql.jinja2"]
        .iter()
        .any(|ending| lower.ends_with(ending))
}

fn by_name(name: &str) -> Option<Language> {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, language)| *language)
}

fn by_ending(folders: &str, ending: &str) -> Option<Language> {
    if TEMPLATE_ENDINGS.contains(&ending) && in_folder(folders, "templates") {
        return Some(Language::Template);
    }
    let known = ENDINGS
        .iter()
        .find(|(known, _)| *known == ending)
        .map(|(_, language)| *language);
    known.or_else(|| OTHER_ENDINGS.contains(&ending).then_some(Language::Other))
}

fn in_folder(folders: &str, name: &str) -> bool {
    folders.split(['/', '\\']).any(|folder| folder == name)
}

fn by_interpreter(head: &[u8]) -> Option<Language> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let line = std::str::from_utf8(line).ok()?;
    INTERPRETERS
        .iter()
        .find(|(word, _)| line.contains(word))
        .map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_name_ending_folder_and_interpreter() {
        let cases: &[(&str, &[u8], Option<Language>)] = &[
            ("app/models.py", b"", Some(Language::Python)),
            ("a.PY", b"", Some(Language::Python)),
            ("src/main.rs", b"", Some(Language::Rust)),
            ("templates/mail/hello.txt", b"", Some(Language::Template)),
            ("notes.txt", b"", None),
            ("models/a.sql", b"", Some(Language::Sql)),
            ("deploy/crontab", b"", Some(Language::Crontab)),
            ("etc/cron.d/backup", b"", Some(Language::Crontab)),
            (
                "bin/run",
                b"#!/usr/bin/env python3\nimport os",
                Some(Language::Python),
            ),
            ("bin/run", b"#!/bin/bash\n", Some(Language::Other)),
            ("main.go", b"", Some(Language::Other)),
            ("logo.png", b"\x89PNG", None),
        ];
        for (path, head, expected) in cases {
            assert_eq!(language_of(path, head), *expected, "{path}");
        }
    }
}
