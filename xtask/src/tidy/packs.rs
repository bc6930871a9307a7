//! A pack that no fixture holds is a guess.

use super::Tree;

/// `queries/<language>/<framework>/<pack>.scm` has fixtures under `fixtures/packs/<language>/<framework>/` or in
/// `fixtures/packs/<language>/<framework>.md`.
pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for pack in tree
        .ending(".scm")
        .filter(|path| path.starts_with("queries/"))
    {
        let inside = pack.trim_start_matches("queries/");
        let Some((framework, _)) = inside.rsplit_once('/') else {
            continue;
        };
        let folder = format!("fixtures/packs/{framework}/");
        let file = format!("fixtures/packs/{framework}.md");
        let fixture = |path: &str| path.starts_with(&folder) || path == file;
        if !tree.ending(".md").any(fixture) {
            broken.push(format!("{pack}: no fixture in {folder}"));
        }
    }
    broken
}
