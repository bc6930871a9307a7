//! A team's own query packs, beside its workspace.

use impact_extract::{PackError, Packs};
use std::path::Path;

/// Where a workspace keeps its own packs.
const DIRECTORY: &str = ".impact/queries";

/// The packs that come with impact, and those of the workspace at `root`.
///
/// # Errors
/// If one of the workspace's own cannot be loaded.
pub fn packs(root: &Path) -> Result<Packs, PackError> {
    let directory = root.join(DIRECTORY);
    if !directory.is_dir() {
        return Ok(Packs::builtin());
    }
    let mut files = Vec::new();
    let walker = ignore::WalkBuilder::new(&directory)
        .standard_filters(false)
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walker.filter_map(|entry| entry.ok()) {
        let path = entry
            .path()
            .strip_prefix(&directory)
            .map(crate::workspace::slashes);
        if let (Ok(path), Ok(text)) = (path, std::fs::read_to_string(entry.path())) {
            files.push((path, text));
        }
    }
    Packs::load(files)
}
