//! Revisions of a git repository, read from its objects alone: nothing runs, and the work tree is not touched.

use crate::source::LARGEST;
use crate::workspace::{Workspace, slashes};
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// A revision with more files, or more bytes in files that are read, is not unpacked.
const MOST_FILES: usize = 1_000_000;
const MOST_BYTES: u64 = 8 << 30;

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The directory is in no git repository.
    #[error("{} is in no git repository", .0.display())]
    NoRepository(PathBuf),
    /// Git's objects do not say what is asked.
    #[error("revision `{revision}`: {message}")]
    Git {
        /// As it was typed.
        revision: String,
        /// Why.
        message: String,
    },
    /// The two have no history in common.
    #[error(
        "`{0}` and HEAD have no common ancestor here: fetch the whole history (a shallow clone has only its end)"
    )]
    NoMergeBase(String),
    /// It cannot be unpacked.
    #[error("revision `{revision}` cannot be unpacked: {message}")]
    Unpack {
        /// As it was typed.
        revision: String,
        /// Why.
        message: String,
    },
}

/// A git repository with a work tree.
pub struct Repository {
    git: gix::Repository,
    work_tree: PathBuf,
}

/// The files of one revision.
pub struct Revision<'r> {
    repository: &'r Repository,
    word: String,
    files: BTreeMap<Box<str>, (ObjectId, EntryKind)>,
}

/// A workspace as it was at a revision. Its files are gone when this is dropped.
pub struct PastWorkspace {
    /// The workspace. Services that the revision does not have are left out; those outside of the repository are as
    /// they are now.
    pub workspace: Workspace,
    _files: TempDir,
}

impl Repository {
    /// The repository that a directory is in. Its own configuration alone is read, not the machine's.
    ///
    /// # Errors
    /// If there is none, or it cannot be opened.
    pub fn around(directory: &Path) -> Result<Self, RevisionError> {
        let none = || RevisionError::NoRepository(directory.to_path_buf());
        let work_tree = directory
            .ancestors()
            .find(|ancestor| ancestor.join(".git").exists())
            .ok_or_else(none)?;
        let options = gix::open::Options::isolated().with(gix::sec::Trust::Full);
        let git = gix::open_opts(work_tree, options).map_err(|error| RevisionError::Git {
            revision: "HEAD".to_owned(),
            message: error.to_string(),
        })?;
        Ok(Self {
            git,
            work_tree: work_tree.to_path_buf(),
        })
    }

    /// A path of the work tree as revisions name it; none if it lies outside.
    #[must_use]
    pub fn path_of(&self, absolute: &Path) -> Option<String> {
        absolute.strip_prefix(&self.work_tree).ok().map(slashes)
    }

    /// The revision that a word names: a branch, a tag, a commit, `HEAD~3`.
    ///
    /// # Errors
    /// If nothing is named so, or its files cannot be listed.
    pub fn revision(&self, word: &str) -> Result<Revision<'_>, RevisionError> {
        let id = self.commit(word)?;
        self.files_of(word, id)
    }

    /// The revision where the history of `HEAD` leaves that of the named one.
    ///
    /// # Errors
    /// If there is none, or its files cannot be listed.
    pub fn merge_base(&self, word: &str) -> Result<Revision<'_>, RevisionError> {
        let (other, head) = (self.commit(word)?, self.commit("HEAD")?);
        let base = self
            .git
            .merge_base(other, head)
            .map_err(|error| failed(word, error))?;
        let base = base.ok_or_else(|| RevisionError::NoMergeBase(word.to_owned()))?;
        self.files_of(word, base.detach())
    }

    /// The commit that is checked out, if what lies below `root` is what it holds there: each of its files is as it has
    /// it, and it has each of `paths`, which are relative to `root`.
    #[must_use]
    pub fn unchanged<'p>(
        &self,
        root: &Path,
        paths: impl IntoIterator<Item = &'p str>,
    ) -> Option<String> {
        let commit = self.commit("HEAD").ok()?;
        let head = self.files_of("HEAD", commit).ok()?;
        let below = self.path_of(root)?;
        let inside = |path: &str| Path::new(path).starts_with(&below);
        let unchanged = |path: &str, (id, kind): &(ObjectId, EntryKind)| {
            let is_file = matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
            !is_file || !inside(path) || self.is_object(&self.work_tree.join(path), *id)
        };
        let known = |path: &str| {
            let whole = slashes(&Path::new(&below).join(path));
            head.files.contains_key(whole.as_str())
        };
        let all_unchanged = || {
            head.files
                .iter()
                .all(|(path, entry)| unchanged(path, entry))
        };
        let same = paths.into_iter().all(known) && all_unchanged();
        same.then(|| commit.to_string())
    }

    /// Whether a file's bytes are those of an object.
    fn is_object(&self, path: &Path, id: ObjectId) -> bool {
        let Ok(bytes) = std::fs::read(path) else {
            return false;
        };
        let kind = self.git.object_hash();
        gix::objs::compute_hash(kind, gix::object::Kind::Blob, &bytes)
            .is_ok_and(|found| found == id)
    }

    fn commit(&self, word: &str) -> Result<ObjectId, RevisionError> {
        let found = self
            .git
            .rev_parse_single(word)
            .map_err(|error| failed(word, error))?;
        let commit = found.object().map_err(|error| failed(word, error))?;
        let commit = commit
            .peel_to_kind(gix::object::Kind::Commit)
            .map_err(|error| failed(word, error))?;
        Ok(commit.id)
    }

    fn files_of(&self, word: &str, commit: ObjectId) -> Result<Revision<'_>, RevisionError> {
        let commit = self
            .git
            .find_commit(commit)
            .map_err(|error| failed(word, error))?;
        let tree = commit.tree().map_err(|error| failed(word, error))?;
        let listed = tree
            .traverse()
            .breadthfirst
            .files()
            .map_err(|error| failed(word, error))?;
        let mut files = BTreeMap::new();
        for entry in listed {
            let path = std::str::from_utf8(&entry.filepath);
            if let Some(path) = path.ok().filter(|path| is_plain(path)) {
                files.insert(path.into(), (entry.oid, entry.mode.kind()));
            }
        }
        Ok(Revision {
            repository: self,
            word: word.to_owned(),
            files,
        })
    }
}

fn failed(word: &str, error: impl std::fmt::Display) -> RevisionError {
    RevisionError::Git {
        revision: word.to_owned(),
        message: error.to_string(),
    }
}

/// Whether a path stays below where it is joined to, and out of a `.git`.
fn is_plain(path: &str) -> bool {
    let parts = Path::new(path).components();
    let plain = |part: Component<'_>| match part {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        _ => false,
    };
    !path.is_empty() && parts.into_iter().all(plain)
}

impl Revision<'_> {
    /// Whether it holds a file of these bytes at a path, or anywhere else if the path is not there: line ends aside.
    #[must_use]
    pub fn holds(&self, path: &str, bytes: &[u8]) -> bool {
        if let Some((id, _)) = self.files.get(path) {
            return self.bytes(*id).is_some_and(|then| same_lines(&then, bytes));
        }
        let kind = self.repository.git.object_hash();
        let id = gix::objs::compute_hash(kind, gix::object::Kind::Blob, bytes);
        id.is_ok_and(|id| self.files.values().any(|(other, _)| *other == id))
    }

    fn bytes(&self, id: ObjectId) -> Option<Vec<u8>> {
        let header = self.repository.git.find_header(id).ok()?;
        if header.size() > LARGEST {
            return None;
        }
        Some(self.repository.git.find_blob(id).ok()?.take_data())
    }

    /// The workspace as it was: its files in a directory of their own. Links and submodules are left away; of files
    /// that are too large to be read only the size is kept.
    ///
    /// # Errors
    /// If the files cannot be written, or are too many.
    pub fn workspace(&self, now: &Workspace) -> Result<PastWorkspace, RevisionError> {
        let failed = |message: String| RevisionError::Unpack {
            revision: self.word.clone(),
            message,
        };
        let files = TempDir::with_prefix("impact-").map_err(|error| failed(error.to_string()))?;
        let root = files
            .path()
            .canonicalize()
            .map_err(|error| failed(error.to_string()))?;
        self.unpack(&root).map_err(failed)?;
        let workspace = moved(now, &self.repository.work_tree, &root);
        Ok(PastWorkspace {
            workspace,
            _files: files,
        })
    }

    fn unpack(&self, root: &Path) -> Result<(), String> {
        if self.files.len() > MOST_FILES {
            return Err(format!("it has {} files", self.files.len()));
        }
        let mut bytes = 0;
        let blobs = self.files.iter().filter(|(path, (_, kind))| {
            let is_file = matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable);
            is_file && !path.ends_with(".gitignore")
        });
        for (path, (id, _)) in blobs {
            bytes += self.write(root, path, *id)?;
            if bytes > MOST_BYTES {
                return Err(format!("it has more than {MOST_BYTES} bytes"));
            }
        }
        Ok(())
    }

    /// Writes one file; how many bytes.
    fn write(&self, root: &Path, path: &str, id: ObjectId) -> Result<u64, String> {
        let words = |error: std::io::Error| format!("{path}: {error}");
        let target = root.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(words)?;
        }
        let header = self.repository.git.find_header(id);
        let size = match header {
            Ok(header) => header.size(),
            // A partial clone leaves large files away: such a file is as one that is too large to be read.
            Err(_) if impact_extract::language_of(path, &[]).is_none() => LARGEST + 1,
            Err(error) => return Err(format!("{path}: {error}")),
        };
        let mut file = File::create(&target).map_err(words)?;
        if size > LARGEST {
            file.set_len(size).map_err(words)?;
            return Ok(0);
        }
        let blob = self
            .repository
            .git
            .find_blob(id)
            .map_err(|error| format!("{path}: {error}"))?;
        file.write_all(&blob.data).map_err(words)?;
        Ok(blob.data.len() as u64)
    }
}

fn same_lines(one: &[u8], other: &[u8]) -> bool {
    let plain = |bytes: &[u8]| -> Vec<u8> {
        bytes
            .iter()
            .copied()
            .filter(|byte| *byte != b'\r')
            .collect()
    };
    one == other || plain(one) == plain(other)
}

/// The workspace with what lies below `from` taken from `to`.
fn moved(now: &Workspace, from: &Path, to: &Path) -> Workspace {
    let place = |path: &Path| match path.strip_prefix(from) {
        Ok(rest) => to.join(rest),
        Err(_) => path.to_path_buf(),
    };
    let mut then = now.clone();
    then.root = place(&now.root);
    for spec in &mut then.services {
        spec.root = place(&spec.root);
    }
    then.services.retain(|spec| spec.root.is_dir());
    for database in &mut then.databases {
        for path in &mut database.schema {
            *path = slashes(&place(Path::new(&**path))).into();
        }
    }
    then
}
