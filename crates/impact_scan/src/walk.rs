//! Which files of a service count.
//!
//! Hidden files do, `.git` never does. `.gitignore` is obeyed, but a file that git tracks is never ignored, and what the
//! machine's owner ignores everywhere (`core.excludesFile`, `.git/info/exclude`) is not asked. Symbolic links are not
//! followed: what they lead to inside the service is found under its own name, and what lies outside does not count.

use crate::stamp::Stamp;
use crate::tracked::{ObjectId, Repository, Tracked, repository_of};
use crate::workspace::{ServiceSpec, relative, slashes};
use ignore::{DirEntry, WalkBuilder, WalkState};
use impact_facts::SkipReason;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its path from the service's root, with `/`; what is not UTF-8 is replaced.
    pub path: Box<str>,
    /// Where it is.
    pub absolute: PathBuf,
    /// Its size in bytes when it was found.
    pub bytes: u64,
    /// When it was last changed, as far as the file system tells.
    pub stamp: Stamp,
    /// What git knows it as, if it is as git last saw it.
    pub object: Option<ObjectId>,
}

impl Found {
    fn of(path: Box<str>, absolute: PathBuf, metadata: &Metadata) -> Self {
        Self {
            path,
            absolute,
            bytes: metadata.len(),
            stamp: Stamp::of(metadata),
            object: None,
        }
    }

    /// A file of which nothing is known but where it should be.
    pub(crate) fn unseen(path: &str, absolute: &Path) -> Self {
        Self {
            path: path.into(),
            absolute: absolute.to_path_buf(),
            bytes: 0,
            stamp: Stamp::default(),
            object: None,
        }
    }
}

/// What walking one service yields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Its files by path.
    pub files: Vec<Found>,
    /// What was left out: files and bytes.
    pub skipped: Tally,
    /// Paths from the service's root that could not be looked into, and why, sorted.
    pub unreadable: Vec<(Box<str>, Box<str>)>,
}

/// Files and bytes that were left out, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<SkipReason, (u32, u64)>);

impl Tally {
    /// Counts a file that is left out.
    pub fn add(&mut self, reason: SkipReason, bytes: u64) {
        let entry = self.0.entry(reason).or_default();
        entry.0 = entry.0.saturating_add(1);
        entry.1 = entry.1.saturating_add(bytes);
    }

    /// `(reason, files, bytes)`, sorted.
    #[must_use]
    pub fn rows(&self) -> Vec<(SkipReason, u32, u64)> {
        self.0
            .iter()
            .map(|(reason, (files, bytes))| (*reason, *files, *bytes))
            .collect()
    }
}

/// Walks a service on `threads` threads. Roots of other services inside it, `others`, belong to those alone.
#[must_use]
pub fn walk(service: &ServiceSpec, others: &[&Path], threads: usize) -> Tree {
    let repository = repository_of(&service.root);
    let seen = visit(&service.root, others, repository.is_some(), threads);
    let mut tree = Tree {
        unreadable: seen.unreadable,
        ..Tree::default()
    };
    let mut files = seen.files;
    if let Some(repository) = &repository {
        add_tracked(&service.root, others, repository, &mut files, &mut tree);
    }
    follow_links(&service.root, seen.links, &mut files, &mut tree.skipped);
    for (path, file) in files {
        if service.selection.admits(&path, &service.service.path) {
            tree.files.push(file);
        } else {
            tree.skipped.add(SkipReason::Excluded, file.bytes);
        }
    }
    tree.unreadable.sort();
    tree
}

type Files = BTreeMap<Box<str>, Found>;

#[derive(Default)]
struct Seen {
    files: Files,
    links: Vec<PathBuf>,
    unreadable: Vec<(Box<str>, Box<str>)>,
}

fn visit(root: &Path, others: &[&Path], in_repository: bool, threads: usize) -> Seen {
    let seen = Mutex::new(Seen::default());
    let apart: Vec<PathBuf> = others
        .iter()
        .filter(|other| **other != root)
        .map(|other| other.to_path_buf())
        .collect();
    let walker = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(in_repository)
        .parents(in_repository)
        .follow_links(false)
        .threads(threads)
        .filter_entry(move |entry| {
            entry.file_name() != ".git" && !apart.iter().any(|other| other == entry.path())
        })
        .build_parallel();
    walker.run(|| {
        Box::new(|entry| {
            let mut seen = seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            match entry {
                Ok(entry) => note(root, &entry, &mut seen),
                Err(error) => seen.unreadable.push(failure(root, &error)),
            }
            WalkState::Continue
        })
    });
    seen.into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn note(root: &Path, entry: &DirEntry, seen: &mut Seen) {
    let Some(kind) = entry.file_type() else {
        return;
    };
    if kind.is_symlink() {
        seen.links.push(entry.path().to_path_buf());
    } else if kind.is_file() {
        let path = inside(root, entry.path());
        let found = match entry.metadata() {
            Ok(metadata) => Found::of(path, entry.path().to_path_buf(), &metadata),
            Err(_) => Found::unseen(&path, entry.path()),
        };
        seen.files.insert(found.path.clone(), found);
    }
}

fn failure(root: &Path, error: &ignore::Error) -> (Box<str>, Box<str>) {
    let path = path_of(error)
        .map(|path| inside(root, path))
        .unwrap_or_default();
    let message = error
        .io_error()
        .map_or_else(|| error.to_string(), |io| io.kind().to_string());
    (path, message.into())
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn add_tracked(
    root: &Path,
    others: &[&Path],
    repository: &Repository,
    files: &mut Files,
    tree: &mut Tree,
) {
    let tracked = match repository.tracked_below(root) {
        Ok(tracked) => tracked,
        Err(message) => {
            tree.unreadable.push((".git/index".into(), message.into()));
            return;
        }
    };
    for Tracked { absolute, entry } in tracked {
        if others
            .iter()
            .any(|other| *other != root && absolute.starts_with(other))
        {
            continue;
        }
        let path = inside(root, &absolute);
        if let Some(found) = files.get_mut(&path) {
            found.object = entry.object_of(found.bytes, &found.stamp);
            continue;
        }
        let metadata = absolute.symlink_metadata();
        let Some(metadata) = metadata.ok().filter(Metadata::is_file) else {
            continue;
        };
        if !leaves(root, &absolute) {
            let mut found = Found::of(path, absolute, &metadata);
            found.object = entry.object_of(found.bytes, &found.stamp);
            files.insert(found.path.clone(), found);
        }
    }
}

/// Whether a path leads out of the service by way of a linked directory.
fn leaves(root: &Path, path: &Path) -> bool {
    let real = path.parent().and_then(|parent| parent.canonicalize().ok());
    real.is_none_or(|real| !real.starts_with(root))
}

/// A link to something that was found under its own name adds nothing. One to an ignored file of the service is that
/// file. All others are counted as left out.
fn follow_links(root: &Path, mut links: Vec<PathBuf>, files: &mut Files, skipped: &mut Tally) {
    links.sort();
    for link in links {
        let target = link
            .canonicalize()
            .ok()
            .filter(|target| target.starts_with(root));
        let Some(target) = target else {
            skipped.add(SkipReason::Link, 0);
            continue;
        };
        let path = inside(root, &target);
        if link.starts_with(&target) {
            skipped.add(SkipReason::Link, 0);
        } else if target.is_file() {
            if !files.contains_key(&path) {
                add_linked(root, &link, target, files);
            }
        } else if !holds_any(files, &path) {
            skipped.add(SkipReason::Link, 0);
        }
    }
}

fn add_linked(root: &Path, link: &Path, target: PathBuf, files: &mut Files) {
    if let Ok(metadata) = target.metadata() {
        let found = Found::of(inside(root, link), target, &metadata);
        files.insert(found.path.clone(), found);
    }
}

fn holds_any(files: &Files, directory: &str) -> bool {
    let prefix = format!("{directory}/");
    let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
    files
        .range::<str, _>(from)
        .next()
        .is_some_and(|(path, _)| path.starts_with(&prefix))
}

fn inside(root: &Path, path: &Path) -> Box<str> {
    match path.strip_prefix(root) {
        Ok(rest) => slashes(rest).into(),
        Err(_) => relative(root, path).into(),
    }
}
