//! What git tracks: read from the index file alone, so that nothing runs and nothing is written.

use crate::stamp::Stamp;
use crate::workspace::slashes;
use gix_index::entry::{Flags, Stage, Stat};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The digest that git knows a file's contents by, in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId(Box<str>);

/// A file that git tracks.
pub(crate) struct Tracked {
    /// Its path from the root that was asked about, with `/`.
    pub(crate) path: Box<str>,
    /// What the index says of it.
    pub(crate) entry: IndexEntry,
}

/// What git's index says of a file.
pub(crate) struct IndexEntry {
    id: gix_hash::ObjectId,
    stat: Stat,
    /// Whether what it says holds for the file in the work tree, if that was not changed since.
    reliable: bool,
}

impl IndexEntry {
    /// The object that a file's contents are, if it is as git last saw it.
    pub(crate) fn object_of(&self, bytes: u64, stamp: &Stamp) -> Option<ObjectId> {
        let stat = &self.stat;
        let same_time = |(seconds, nanoseconds): (i64, u32),
                         time: &gix_index::entry::stat::Time| {
            // The index keeps the low 32 bits, and git may have been built to leave out the nanoseconds.
            seconds as u32 == time.secs && (time.nsecs == 0 || nanoseconds == time.nsecs)
        };
        let same = bytes == u64::from(stat.size)
            && same_time(stamp.modified, &stat.mtime)
            && same_time(stamp.changed, &stat.ctime)
            && stamp.inode as u32 == stat.ino;
        (self.reliable && same).then(|| ObjectId(self.id.to_hex().to_string().into()))
    }
}

/// A git work tree.
pub(crate) struct Repository {
    /// Its root.
    pub(crate) work_tree: PathBuf,
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
    /// The files that are tracked below `root`, by path. A repository without an index tracks none.
    pub(crate) fn tracked_below(&self, root: &Path) -> Result<Vec<Tracked>, String> {
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
        let written = file.timestamp();
        let below = root.strip_prefix(&self.work_tree).map(slashes);
        let below = below.unwrap_or_default();
        let tracked = file.entries().iter().filter_map(|entry| {
            let path = inside(plain_path(entry.path(&file))?, &below)?;
            let unsure = Flags::ASSUME_VALID | Flags::SKIP_WORKTREE | Flags::INTENT_TO_ADD;
            // A file changed in the second in which the index was written looks as it did before.
            let settled = i64::from(entry.stat.mtime.secs) < written.unix_seconds();
            let merged = entry.flags.stage() == Stage::Unconflicted;
            Some(Tracked {
                path: path.into(),
                entry: IndexEntry {
                    id: entry.id,
                    stat: entry.stat,
                    reliable: settled && merged && !entry.flags.intersects(unsure),
                },
            })
        });
        let mut tracked: Vec<Tracked> = tracked.collect();
        tracked.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tracked)
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
fn plain_path(bytes: &[u8]) -> Option<&str> {
    let path = std::str::from_utf8(bytes).ok()?;
    let elsewhere = |c: char| c == std::path::MAIN_SEPARATOR || (cfg!(windows) && c == ':');
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(elsewhere);
    path.split('/').all(plain).then_some(path)
}

fn inside<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() {
        return Some(path);
    }
    path.strip_prefix(directory)?.strip_prefix('/')
}

/// The file of that path, of files by path.
pub(crate) fn find<'t>(tracked: &'t [Tracked], path: &str) -> Option<&'t Tracked> {
    let at = tracked.binary_search_by(|one| (*one.path).cmp(path)).ok()?;
    tracked.get(at)
}

/// The files whose paths begin so, of files by path.
pub(crate) fn below<'t>(tracked: &'t [Tracked], beginning: &str) -> &'t [Tracked] {
    let from = tracked.partition_point(|one| &*one.path < beginning);
    let rest = tracked.get(from..).unwrap_or_default();
    let until = rest.partition_point(|one| one.path.starts_with(beginning));
    rest.get(..until).unwrap_or_default()
}
