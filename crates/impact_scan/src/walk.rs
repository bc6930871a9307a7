//! Which files of a service count.
//!
//! Hidden files do, `.git` never does. `.gitignore` is obeyed, but a file that git tracks is never ignored, and what the
//! machine's owner ignores everywhere (`core.excludesFile`, `.git/info/exclude`) is not asked. Symbolic links are not
//! followed: what they lead to inside the service is found under its own name, and what lies outside does not count.

use crate::ignored::{self, Above, Rules};
use crate::stamp::Stamp;
use crate::tracked::{ObjectId, Tracked, below, find, repository_of};
use crate::workspace::{ServiceSpec, relative, slashes};
use impact_facts::SkipReason;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::{DirEntry, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

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

/// Walks a service. Roots of other services inside it, `others`, belong to those alone.
#[must_use]
pub fn walk(service: &ServiceSpec, others: &[&Path]) -> Tree {
    let root = &service.root;
    let mut tree = Tree::default();
    let repository = repository_of(root);
    let tracked = repository.as_ref().map(|one| one.tracked_below(root));
    let tracked = tracked.unwrap_or_else(|| Ok(Vec::new()));
    let tracked = tracked.unwrap_or_else(|message| {
        tree.unreadable.push((".git/index".into(), message.into()));
        Vec::new()
    });
    let walker = Walker {
        root,
        others,
        tracked: &tracked,
    };
    let above = repository.map(|repository| Above::of(root, &repository.work_tree));
    let above = above.unwrap_or(Above::Nothing);
    let mut seen = walker.visit(root, "", &tracked, above);
    by_path(&mut seen.files);
    walker.add_linked_away(&mut seen.files);
    follow_links(root, seen.links, &mut seen.files, &mut tree.skipped);
    for file in seen.files {
        if service.selection.admits(&file.path, &service.service.path) {
            tree.files.push(file);
        } else {
            tree.skipped.add(SkipReason::Excluded, file.bytes);
        }
    }
    tree.unreadable.extend(seen.unreadable);
    tree.unreadable.sort();
    tree
}

/// Sorted by path, each path once.
fn by_path(files: &mut Vec<Found>) {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|later, earlier| later.path == earlier.path);
}

fn holds(files: &[Found], path: &str) -> bool {
    files
        .binary_search_by(|file| (*file.path).cmp(path))
        .is_ok()
}

#[derive(Default)]
struct Seen {
    files: Vec<Found>,
    links: Vec<PathBuf>,
    unreadable: Vec<(Box<str>, Box<str>)>,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.links.extend(other.links);
        self.unreadable.extend(other.unreadable);
    }
}

/// What does not change from one directory to the next.
struct Walker<'w> {
    root: &'w Path,
    others: &'w [&'w Path],
    /// What git tracks below the root, sorted by path.
    tracked: &'w [Tracked],
}

/// What a directory holds, by kind.
#[derive(Default)]
struct Entries {
    files: Vec<(DirEntry, String)>,
    links: Vec<(PathBuf, String)>,
    directories: Vec<(PathBuf, String)>,
    holds_git: bool,
    holds_rules: bool,
}

impl Walker<'_> {
    /// A directory whose path from the root is `prefix`, with a `/` behind it unless it is the root, and what git tracks
    /// in it. What git tracks counts whatever rules say, so rules are read only where something else stands.
    fn visit(&self, directory: &Path, prefix: &str, tracked: &[Tracked], above: Above<'_>) -> Seen {
        let mut seen = Seen::default();
        let entries = self.entries(directory, prefix, &mut seen);
        let rules = Rules::new(directory, above, entries.holds_git, entries.holds_rules);
        for (entry, path) in entries.files {
            let known = find(tracked, &path);
            if known.is_some() || rules.admit(&entry.path(), false) {
                seen.files.push(found(&entry, path, known));
            }
        }
        for (link, path) in entries.links {
            if find(tracked, &path).is_some() || rules.admit(&link, false) {
                seen.links.push(link);
            }
        }
        let inner = entries.directories.into_par_iter().map(|(inner, path)| {
            let below = below(tracked, &path);
            match !below.is_empty() || rules.admit(&inner, true) {
                true => self.visit(&inner, &path, below, Above::Walked(&rules)),
                false => Seen::default(),
            }
        });
        for inner in inner.collect::<Vec<Seen>>() {
            seen.add(inner);
        }
        seen
    }

    fn entries(&self, directory: &Path, prefix: &str, seen: &mut Seen) -> Entries {
        let mut entries = Entries::default();
        let failed = |error: &io::Error| {
            let path = prefix.trim_end_matches('/');
            (path.into(), error.kind().to_string().into())
        };
        let listed = match std::fs::read_dir(directory) {
            Ok(listed) => listed,
            Err(error) => {
                seen.unreadable.push(failed(&error));
                return entries;
            }
        };
        for entry in listed {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => self.sort(kind, entry, prefix, &mut entries),
                Err(error) => seen.unreadable.push(failed(&error)),
            }
        }
        entries
    }

    fn sort(&self, kind: FileType, entry: DirEntry, prefix: &str, entries: &mut Entries) {
        let name = entry.file_name();
        if name == ".git" {
            entries.holds_git = true;
            return;
        }
        entries.holds_rules |= name == ignored::NAME;
        let path = format!("{prefix}{}", name.to_string_lossy());
        if kind.is_symlink() {
            entries.links.push((entry.path(), path));
        } else if kind.is_file() {
            entries.files.push((entry, path));
        } else if kind.is_dir() {
            let inner = entry.path();
            if !self.is_apart(&inner) {
                entries.directories.push((inner, format!("{path}/")));
            }
        }
    }

    fn is_apart(&self, path: &Path) -> bool {
        let mut others = self.others.iter();
        others.any(|other| *other != self.root && path.starts_with(other))
    }

    /// Tracked files that stand behind a link to another directory of the service.
    fn add_linked_away(&self, files: &mut Vec<Found>) {
        let mut seen = files.iter().map(|file| &file.path).peekable();
        let lost = self.tracked.iter().filter(|one| {
            while seen.next_if(|path| **path < one.path).is_some() {}
            seen.peek() != Some(&&one.path)
        });
        let mut more = Vec::new();
        for one in lost {
            let absolute = self.root.join(&*one.path);
            let metadata = absolute.symlink_metadata().ok();
            let Some(metadata) = metadata.filter(Metadata::is_file) else {
                continue;
            };
            if !self.is_apart(&absolute) && !leaves(self.root, &absolute) {
                let mut found = Found::of(one.path.clone(), absolute, &metadata);
                found.object = one.entry.object_of(found.bytes, &found.stamp);
                more.push(found);
            }
        }
        if !more.is_empty() {
            files.extend(more);
            by_path(files);
        }
    }
}

fn found(entry: &DirEntry, path: String, known: Option<&Tracked>) -> Found {
    let Ok(metadata) = entry.metadata() else {
        return Found::unseen(&path, &entry.path());
    };
    let mut found = Found::of(path.into(), entry.path(), &metadata);
    found.object = known.and_then(|one| one.entry.object_of(found.bytes, &found.stamp));
    found
}

/// Whether a path leads out of the service by way of a linked directory.
fn leaves(root: &Path, path: &Path) -> bool {
    let real = path.parent().and_then(|parent| parent.canonicalize().ok());
    real.is_none_or(|real| !real.starts_with(root))
}

/// A link to something that was found under its own name adds nothing. One to an ignored file of the service is that
/// file. All others are counted as left out.
fn follow_links(root: &Path, mut links: Vec<PathBuf>, files: &mut Vec<Found>, skipped: &mut Tally) {
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
            if !holds(files, &path) {
                add_linked(root, &link, target, files);
            }
        } else if !holds_any(files, &path) {
            skipped.add(SkipReason::Link, 0);
        }
    }
}

fn add_linked(root: &Path, link: &Path, target: PathBuf, files: &mut Vec<Found>) {
    if let Ok(metadata) = target.metadata() {
        files.push(Found::of(inside(root, link), target, &metadata));
        by_path(files);
    }
}

fn holds_any(files: &[Found], directory: &str) -> bool {
    let prefix = format!("{directory}/");
    let at = files.partition_point(|file| *file.path < *prefix);
    let next = files.get(at);
    next.is_some_and(|file| file.path.starts_with(&prefix))
}

fn inside(root: &Path, path: &Path) -> Box<str> {
    match path.strip_prefix(root) {
        Ok(rest) => slashes(rest).into(),
        Err(_) => relative(root, path).into(),
    }
}
