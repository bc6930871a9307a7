//! Holds the tree against the rules of the house. Change a table here when the design changes, not to get past it.

mod imports;
mod links;
mod packs;
mod sizes;
mod words;

use std::path::{Path, PathBuf};

/// A rule's findings: one line each, empty if the tree keeps it.
type Rule = fn(&Tree) -> Vec<String>;

/// Every rule with what it says.
const RULES: &[(&str, Rule)] = &[
    ("a crate imports only what its row allows", imports::ours),
    ("an outside library has one owner", imports::outside),
    ("files and functions are short", sizes::check),
    ("a file is named by its subject", words::names),
    (
        "a pure crate knows no file system, environment or clock",
        words::purity,
    ),
    (
        "no text names a package registry or a machine's path",
        words::forbidden,
    ),
    ("every pack has a fixture", packs::check),
    (
        "every link in the documentation leads somewhere",
        links::check,
    ),
];

/// The tracked files of the repository.
struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// The text of a tracked file; empty if it is not text.
    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }

    /// Tracked files that end in this.
    fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .iter()
            .map(String::as_str)
            .filter(move |path| path.ends_with(end))
    }

    /// Rust sources of crates, tests left out.
    fn sources(&self) -> impl Iterator<Item = &str> {
        self.ending(".rs")
            .filter(|path| path.starts_with("crates/") || path.starts_with("xtask/"))
    }
}

/// Runs every rule.
///
/// # Errors
/// What breaks a rule, a line each.
pub fn run(_: &[String]) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = tree(&root)?;
    let mut broken = Vec::new();
    for (rule, check) in RULES {
        let found = check(&tree);
        if !found.is_empty() {
            broken.push(format!("{rule}:\n    {}", found.join("\n    ")));
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the house is not in order\n  {}",
            broken.join("\n  ")
        ))
    }
}

/// Files that git tracks or would track.
fn tree(root: &Path) -> Result<Tree, String> {
    let arguments = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ];
    let output = std::process::Command::new("git")
        .args(arguments)
        .current_dir(root)
        .output();
    let output = output.map_err(|error| format!("git ls-files: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut files: Vec<String> = text
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    files.retain(|path| root.join(path).is_file());
    files.sort();
    Ok(Tree {
        root: root.to_path_buf(),
        files,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_in_order() {
        if let Err(broken) = super::run(&[]) {
            panic!("{broken}");
        }
    }
}
