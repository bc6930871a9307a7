//! What a tree says of itself where nobody described it: its services and their database.

use crate::workspace::{DEFAULT_DATABASE, DatabaseSpec, ServiceSpec, Workspace};
use std::path::{Path, PathBuf};

/// The workspace of a directory without `impact.toml`.
pub(crate) fn workspace(root: &Path) -> Workspace {
    let services = services(root);
    let databases = vec![database()];
    Workspace {
        root: root.to_path_buf(),
        config: None,
        services,
        databases,
    }
}

/// A folder of repositories holds one service for each; anything else is one service.
pub(crate) fn services(root: &Path) -> Vec<ServiceSpec> {
    let repositories = if root.join(".git").exists() {
        Vec::new()
    } else {
        repositories_in(root)
    };
    if repositories.is_empty() {
        return vec![ServiceSpec::found(root, root, &name_of(root))];
    }
    repositories
        .iter()
        .map(|path| ServiceSpec::found(root, path, &name_of(path)))
        .collect()
}

fn repositories_in(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| path.join(".git").exists())
        .collect();
    found.sort();
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(
        || "service".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The one database that services share when nobody names any.
pub(crate) fn database() -> DatabaseSpec {
    DatabaseSpec {
        name: DEFAULT_DATABASE.into(),
        dialect: None,
        schema: Vec::new(),
    }
}
