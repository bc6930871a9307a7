//! Words that may not stand in certain places.

use super::Tree;

/// Names that say nothing of a file's subject.
const NAMELESS: &[&str] = &[
    "utils.rs",
    "util.rs",
    "common.rs",
    "helpers.rs",
    "helper.rs",
    "misc.rs",
];

/// Crates that may touch the outside world.
const IMPURE: &[&str] = &[
    "crates/impact_scan/",
    "crates/impact/",
    "crates/impact_testing/",
    "xtask/",
];

/// What a pure crate may not name.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "SystemTime",
    "Instant::now",
];

/// What no text may name: hosts of package registries, and paths of one machine. Written in two parts so that this
/// file keeps the rule.
const FORBIDDEN: &[(&str, &str)] = &[
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("files.pythonhosted", ".org"),
    ("pypi.org", "/simple"),
    ("registry.npmjs", ".org"),
    ("proxy.golang", ".org"),
    ("docker", ".io"),
    ("ghcr", ".io"),
    ("quay", ".io"),
    ("/root", "/."),
    ("/work", "/wt"),
    ("/work", "/main"),
    ("/work", "/shared"),
    ("/work", "/corpus"),
];

pub(super) fn names(tree: &Tree) -> Vec<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    tree.sources()
        .filter(|path| NAMELESS.contains(&&*name(path)))
        .map(str::to_owned)
        .collect()
}

pub(super) fn purity(tree: &Tree) -> Vec<String> {
    let pure =
        |path: &&str| path.contains("/src/") && !IMPURE.iter().any(|head| path.starts_with(head));
    let mut broken = Vec::new();
    for path in tree.sources().filter(pure) {
        let text = tree.read(path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let named = OUTSIDE.iter().filter(|word| line.contains(*word));
            broken.extend(named.map(|word| format!("{path}:{} names {word}", number + 1)));
        }
    }
    broken
}

pub(super) fn forbidden(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    let texts = tree
        .files
        .iter()
        .filter(|path| *path != "Cargo.lock" && !path.starts_with("fixtures/"));
    for path in texts {
        let text = tree.read(path);
        for (number, line) in text.lines().enumerate() {
            let named = FORBIDDEN
                .iter()
                .map(|(head, tail)| format!("{head}{tail}"))
                .filter(|word| line.contains(word));
            broken.extend(named.map(|word| format!("{path}:{} names {word}", number + 1)));
        }
    }
    broken
}
