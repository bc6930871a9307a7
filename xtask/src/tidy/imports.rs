//! Which crate may import which, and who owns which outside library.

use super::Tree;
use serde_json::Value;

/// What each of our crates may import, tests aside.
const ALLOWED: &[(&str, &[&str])] = &[
    ("impact_facts", &[]),
    ("impact_extract", &["impact_facts"]),
    ("impact_sql", &["impact_facts"]),
    ("impact_bind", &["impact_facts"]),
    (
        "impact_catalog",
        &["impact_facts", "impact_bind", "impact_sql"],
    ),
    (
        "impact_link",
        &[
            "impact_facts",
            "impact_bind",
            "impact_catalog",
            "impact_sql",
        ],
    ),
    ("impact_graph", &["impact_facts"]),
    ("impact_policy", &["impact_facts", "impact_graph"]),
    (
        "impact_render",
        &[
            "impact_facts",
            "impact_graph",
            "impact_policy",
            "impact_sql",
        ],
    ),
    (
        "impact_scan",
        &[
            "impact_facts",
            "impact_extract",
            "impact_bind",
            "impact_sql",
            "impact_catalog",
            "impact_link",
        ],
    ),
    (
        "impact",
        &[
            "impact_facts",
            "impact_extract",
            "impact_bind",
            "impact_sql",
            "impact_catalog",
            "impact_link",
            "impact_scan",
            "impact_graph",
            "impact_policy",
            "impact_render",
        ],
    ),
    (
        "impact_testing",
        &[
            "impact_facts",
            "impact_extract",
            "impact_bind",
            "impact_sql",
            "impact_catalog",
            "impact_link",
            "impact_scan",
        ],
    ),
    (
        "xtask",
        &[
            "impact_catalog",
            "impact_facts",
            "impact_graph",
            "impact_sql",
        ],
    ),
];

/// Outside libraries with the crates that may use them, tests aside. A trailing `*` fits every ending.
const OWNERS: &[(&str, &[&str])] = &[
    ("tree-sitter*", &["impact_extract"]),
    ("sqlparser", &["impact_sql"]),
    ("rayon", &["impact_scan"]),
    ("ignore", &["impact_scan"]),
    ("toml*", &["impact_scan", "impact_extract", "impact"]),
    ("clap*", &["impact"]),
    ("annotate-snippets", &["impact_render"]),
    ("serde_json", &["impact_render", "xtask"]),
    ("schemars", &["impact_render"]),
    ("gix*", &["impact_scan"]),
    ("quick-junit", &["impact_render"]),
    ("syn", &["xtask"]),
];

/// A normal or build dependency: `(crate, library)`.
type Edge = (String, String);

fn edges(tree: &Tree) -> Result<Vec<Edge>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = [
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ];
    let output = std::process::Command::new(cargo)
        .args(arguments)
        .current_dir(&tree.root)
        .output();
    let output = output.map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let (from, to) = (package["name"].as_str(), dependency["name"].as_str());
            if let (Some(from), Some(to), true) =
                (from, to, dependency["kind"].as_str() != Some("dev"))
            {
                edges.push((from.to_owned(), to.to_owned()));
            }
        }
    }
    Ok(edges)
}

fn check(tree: &Tree, breaks: impl Fn(&str, &str) -> bool) -> Vec<String> {
    match edges(tree) {
        Ok(edges) => {
            let broken = edges.iter().filter(|(from, to)| breaks(from, to));
            broken
                .map(|(from, to)| format!("{from} imports {to}"))
                .collect()
        }
        Err(error) => vec![error],
    }
}

/// Our crates among themselves.
pub(super) fn ours(tree: &Tree) -> Vec<String> {
    let is_ours = |name: &str| ALLOWED.iter().any(|(ours, _)| *ours == name);
    check(tree, |from, to| {
        let row = ALLOWED.iter().find(|(name, _)| *name == from);
        is_ours(to) && !row.is_some_and(|(_, allowed)| allowed.contains(&to))
    })
}

/// Outside libraries.
pub(super) fn outside(tree: &Tree) -> Vec<String> {
    check(tree, |from, to| {
        let fits = |pattern: &str| {
            pattern
                .strip_suffix('*')
                .map_or(pattern == to, |head| to.starts_with(head))
        };
        OWNERS
            .iter()
            .any(|(library, owners)| fits(library) && !owners.contains(&from))
    })
}
