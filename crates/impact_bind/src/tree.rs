//! Which file an absolute Python import means. A folder is a root of imports because the imports of the files in and
//! beside it resolve from there, not because of its name.

use crate::python_names::is_standard_library;
use foldhash::{HashMap, HashSet};
use impact_facts::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// What a module path means in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file: `a/b.py` or `a/b/__init__.py`.
    File(FileId),
    /// A folder without a file of its own (a namespace package): its path.
    Folder(Box<str>),
}

/// A package, and what stands in it under a name.
type Named = (Box<str>, Box<str>);

/// The Python files of one service or library by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: HashMap<Box<str>, FileId>,
    folders: HashSet<Box<str>>,
    /// Folders that hold an entry of that name, a file or a folder with Python in it.
    holders: HashMap<Box<str>, BTreeSet<Box<str>>>,
    /// Packages that imports in them use as a root all the same, with what stands in them under the first name.
    used: BTreeSet<Named>,
    /// Packages with the first name of imports around them, most of which name what does not stand there: that name is the
    /// name of a package outside.
    strange: BTreeSet<Named>,
}

impl Tree {
    /// Adds a file by its path from the root of its service. Files that are not Python are no modules.
    pub(crate) fn add(&mut self, path: &str, id: FileId) {
        let Some(stem) = path
            .strip_suffix(".py")
            .or_else(|| path.strip_suffix(".pyi"))
        else {
            return;
        };
        self.files.entry(stem.into()).or_insert(id);
        let mut child = stem;
        loop {
            let (folder, name) = split(child);
            let new = self
                .holders
                .entry(name.into())
                .or_default()
                .insert(folder.into());
            if child != stem {
                self.folders.insert(child.into());
            }
            if folder.is_empty() || (!new && child != stem) {
                return;
            }
            child = folder;
        }
    }

    /// The module `segments` below `folder`.
    pub(crate) fn below(&self, folder: &str, segments: &[&str]) -> Option<Found> {
        let mut path = folder.to_owned();
        for segment in segments {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(segment);
        }
        if let Some(id) = self.files.get(path.as_str()) {
            return Some(Found::File(*id));
        }
        let package = join(&path, "__init__");
        if let Some(id) = self.files.get(package.as_str()) {
            return Some(Found::File(*id));
        }
        self.folders
            .contains(path.as_str())
            .then(|| Found::Folder(path.into()))
    }

    /// What an absolute import means to a file in `from`: the root it was found under, and the module.
    pub(crate) fn absolute(&self, from: &str, path: &str) -> Option<(Box<str>, Found)> {
        let segments: Vec<&str> = path.split('.').collect();
        let first = *segments.first()?;
        let best = self
            .holders
            .get(first)?
            .iter()
            .filter_map(|root| self.rank(root, from, &segments).map(|rank| (rank, root)))
            .min()?;
        self.below(best.1, &segments)
            .map(|found| (best.1.clone(), found))
    }

    /// How well a folder serves as the root of an import; the least is best. None if it cannot be one.
    fn rank(&self, root: &str, from: &str, segments: &[&str]) -> Option<(u8, usize)> {
        let found = self.below(root, segments)?;
        let around = is_within(from, root);
        if root.is_empty() {
            return Some((1, usize::MAX));
        }
        if self.is_package(root) {
            return self.rank_of_package(root, segments, &found, around);
        }
        match around {
            true => Some((0, usize::MAX - root.len())),
            false if is_standard_library(segments.first()?) => None,
            false if self.inside_package(root) => None,
            false => Some((2, root.len())),
        }
    }

    /// A folder that is run from (`src`, on the path of who starts it) may hold an `__init__.py` of no use. It is a root where
    /// a path of several names leads to a file in it, and then for what stands under the first of these names.
    fn rank_of_package(
        &self,
        root: &str,
        segments: &[&str],
        found: &Found,
        around: bool,
    ) -> Option<(u8, usize)> {
        let first = *segments.first()?;
        let leads = around && segments.len() > 1 && matches!(found, Found::File(_));
        let known = || self.used.contains(&(root.into(), first.into()));
        let is_strange = || self.strange.contains(&(root.into(), first.into()));
        if is_standard_library(first) || !(leads || known()) || is_strange() {
            return None;
        }
        Some(if around {
            (3, usize::MAX - root.len())
        } else {
            (4, root.len())
        })
    }

    /// Compares what imports, each with its file's folder, name below packages around them with what stands there: a folder
    /// `tortoise` in a package does not hold `tortoise.fields`, `tortoise.models` and `tortoise.signals`.
    pub(crate) fn compare(&mut self, imports: &BTreeSet<(&str, &str)>) {
        let mut counts: BTreeMap<Named, [BTreeSet<&str>; 2]> = BTreeMap::new();
        for (from, path) in imports {
            let segments: Vec<&str> = path.split('.').collect();
            let first = segments.first().copied().unwrap_or_default();
            let Some(roots) = self.holders.get(first) else {
                continue;
            };
            let around = |root: &str| is_within(from, root) && self.is_package(root);
            for root in roots.iter().filter(|root| around(root)) {
                let stands = self.below(root, &segments).is_some();
                let named = (root.clone(), Box::from(first));
                counts.entry(named).or_default()[usize::from(stands)].insert(path);
            }
        }
        let strange = counts
            .into_iter()
            .filter(|(_, [missing, standing])| missing.len() >= standing.len());
        self.strange.extend(strange.map(|(named, _)| named));
    }

    /// Notes what an import of a file in `from` says of roots.
    pub(crate) fn note(&mut self, from: &str, path: &str) {
        let first = path.split('.').next().unwrap_or_default();
        if let Some((root, _)) = self.absolute(from, path)
            && !root.is_empty()
            && self.is_package(&root)
        {
            self.used.insert((root, first.into()));
        }
    }

    fn is_package(&self, folder: &str) -> bool {
        self.files.contains_key(join(folder, "__init__").as_str())
    }

    fn inside_package(&self, folder: &str) -> bool {
        let mut at = folder;
        while !at.is_empty() {
            if self.is_package(at) {
                return true;
            }
            at = split(at).0;
        }
        false
    }

    /// The folder from which a file's module is named, where no import tells: the first above it that is no package.
    pub(crate) fn default_root<'p>(&self, path: &'p str) -> &'p str {
        let mut folder = split(path).0;
        while !folder.is_empty() && self.is_package(folder) {
            folder = split(folder).0;
        }
        folder
    }
}

/// Counts, for each folder, the imports that resolved from it.
#[derive(Debug, Default)]
pub(crate) struct Roots(BTreeMap<Box<str>, u32>);

impl Roots {
    pub(crate) fn count(&mut self, root: &str) {
        *self.0.entry(root.into()).or_default() += 1;
    }

    /// The folder a file's module is named from: of those around it, the one that most imports use.
    pub(crate) fn of(&self, path: &str) -> Option<&str> {
        let around = self
            .0
            .iter()
            .filter(|(root, _)| is_within(split(path).0, root));
        around
            .max_by_key(|(root, count)| (**count, root.len()))
            .map(|(root, _)| &**root)
    }
}

/// The dotted name of a file's module, from the folder that is its root.
pub(crate) fn module_name(path: &str, root: &str) -> Box<str> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let inner = stem
        .strip_prefix(root)
        .unwrap_or(stem)
        .trim_start_matches('/');
    let inner = inner.strip_suffix("/__init__").unwrap_or(inner);
    inner.replace('/', ".").into()
}

/// The folder and the last segment of a path.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for (at, path) in (0..).zip(paths) {
            tree.add(path, FileId(at));
        }
        tree
    }

    #[test]
    fn a_folder_is_a_root_because_imports_resolve_there() {
        let tree = tree(&[
            "backend/manage.py",
            "backend/shop/__init__.py",
            "backend/shop/models.py",
        ]);
        let found = tree.absolute("backend/shop", "shop.models");
        assert_eq!(found, Some(("backend".into(), Found::File(FileId(2)))));
    }

    #[test]
    fn a_package_inside_a_package_does_not_hide_the_standard_library() {
        let tree = tree(&["hub/__init__.py", "hub/x/email/__init__.py", "hub/views.py"]);
        assert_eq!(tree.absolute("hub", "email"), None);
    }

    #[test]
    fn a_package_is_a_root_where_paths_lead_into_it() {
        let mut tree = tree(&[
            "src/__init__.py",
            "src/shop/__init__.py",
            "src/shop/models.py",
            "src/celery/__init__.py",
            "jobs/load.py",
        ]);
        assert_eq!(tree.absolute("src/shop", "shop"), None);
        let found = Some(("src".into(), Found::File(FileId(2))));
        assert_eq!(tree.absolute("src/shop", "shop.models"), found);
        tree.note("src/shop", "shop.models");
        let package = Some(("src".into(), Found::File(FileId(1))));
        assert_eq!(tree.absolute("src", "shop"), package);
        assert_eq!(tree.absolute("jobs", "shop.models"), found);
        assert_eq!(tree.absolute("src", "celery"), None);
    }

    #[test]
    fn the_nearest_root_wins() {
        let tree = tree(&["a/app/x.py", "b/app/x.py"]);
        let found = tree.absolute("b/app", "app.x");
        assert_eq!(found, Some(("b".into(), Found::File(FileId(1)))));
    }
}
