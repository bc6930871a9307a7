//! What git tracks: read from the index file alone, so that nothing runs and nothing is written.

use std::path::{Component, Path, PathBuf};

/// A git work tree.
pub(crate) struct Repository {
    /// Its root.
    work_tree: PathBuf,
    /// The directory that holds `index` and `HEAD`.
    git: PathBuf,
}

/// The repository that `directory` is in.
pub(crate) fn repository_of(directory: &Path) -> Option<Repository> {
    directory.ancestors().find_map(|work_tree| {
        let git = git_directory(&work_tree.join(".git"))?;
        Some(Repository {
            work_tree: work_tree.to_path_buf(),
            git,
        })
    })
}

/// `.git` itself or, in a linked work tree or a submodule, the directory that it names.
fn git_directory(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_path_buf());
    }
    if !dot_git.is_file() {
        return None;
    }
    let text = std::fs::read_to_string(dot_git).ok()?;
    let named = text.strip_prefix("gitdir:")?.trim();
    Some(dot_git.parent()?.join(named))
}

impl Repository {
    /// Absolute paths of the files that are tracked below `root`. A repository without an index tracks none.
    pub(crate) fn tracked_below(&self, root: &Path) -> Result<Vec<PathBuf>, String> {
        let index = self.git.join("index");
        if !index.is_file() {
            return Ok(Vec::new());
        }
        let options = gix_index::decode::Options {
            alloc_limit_bytes: Some(1 << 30),
            thread_limit: Some(1),
            ..Default::default()
        };
        let file = gix_index::File::at(&index, self.object_hash(), true, options)
            .map_err(|error| error.to_string())?;
        let paths = file
            .entries()
            .iter()
            .filter_map(|entry| plain_path(entry.path(&file)));
        Ok(paths
            .map(|path| self.work_tree.join(path))
            .filter(|path| path.starts_with(root))
            .collect())
    }

    /// SHA-256 repositories say so in their configuration.
    fn object_hash(&self) -> gix_hash::Kind {
        let config = std::fs::read_to_string(self.git.join("config")).unwrap_or_default();
        let line = config
            .lines()
            .map(|line| line.to_ascii_lowercase().replace([' ', '\t'], ""));
        match line
            .into_iter()
            .find(|line| line.starts_with("objectformat="))
        {
            Some(line) if line.ends_with("sha256") => gix_hash::Kind::Sha256,
            _ => gix_hash::Kind::Sha1,
        }
    }
}

/// A path that stays below where it is joined to; others do not come from git.
fn plain_path(bytes: &[u8]) -> Option<PathBuf> {
    let path = PathBuf::from(std::str::from_utf8(bytes).ok()?);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then_some(path)
}
