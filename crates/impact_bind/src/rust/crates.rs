//! Which file is which module of which crate.

use super::cargo::{self, Package};
use super::declared::{self, Declared};
use super::implementations::Implementations;
use crate::binding::ClassRef;
use crate::path::path_from;
use crate::place::Place;
use crate::program::Unit;
use foldhash::HashMap;
use impact_facts::{ClassId, ClassKind, FileId, Import, Language};
use std::sync::OnceLock;

/// A module: a file, or an inline module of one.
pub(super) type ModuleRef = (FileId, Place);

/// The crates of all trees.
#[derive(Debug, Default)]
pub(crate) struct Crates {
    files: HashMap<(Option<usize>, Box<str>), FileId>,
    packages: Vec<(Option<usize>, Package)>,
    /// Library roots by the crate's name.
    libraries: HashMap<Box<str>, FileId>,
    members: HashMap<FileId, Member>,
    /// What macros declare in a module.
    pub(super) declared: HashMap<(FileId, Place), Vec<Declared>>,
    pub(super) implementations: OnceLock<Implementations>,
    pub(super) implementors: OnceLock<HashMap<ClassRef, Vec<ClassRef>>>,
    /// Macro calls that stand as items in implementations, by the type.
    pub(super) member_macros:
        OnceLock<HashMap<ClassRef, Vec<(FileId, impact_facts::ExpressionId)>>>,
    /// Files of queries in a folder `queries`, by their names without the ending.
    pub(super) queries: OnceLock<HashMap<Box<str>, FileId>>,
    /// Types that name tables and their columns, in the order of the classes.
    pub(super) idens: OnceLock<Vec<super::IdenTable>>,
    pub(super) macros: OnceLock<HashMap<Box<str>, Vec<ClassRef>>>,
}

/// Where a file stands.
#[derive(Debug, Clone)]
struct Member {
    root: FileId,
    parent: Option<ModuleRef>,
    name: Box<str>,
    package: Option<usize>,
}

impl Crates {
    /// Reads the module tree from manifests, paths and `mod` declarations.
    pub(crate) fn of(units: &[Unit<'_>]) -> Self {
        let mut crates = Self::default();
        for (id, unit) in (0..).map(FileId).zip(units) {
            match unit.facts.language {
                Language::Rust => {
                    crates.files.insert((unit.tree, unit.path.into()), id);
                }
                Language::Toml if unit.path.rsplit('/').next() == Some("Cargo.toml") => {
                    let package = cargo::package(unit.path, &unit.facts.module);
                    crates
                        .packages
                        .extend(package.map(|package| (unit.tree, package)));
                }
                _ => {}
            }
        }
        let roots = crates.roots(units);
        crates.grow(units, roots);
        crates.declared = declared::of(units);
        crates
    }

    /// The name of a file's module: `crate_name::a::b`.
    pub(crate) fn module_name(&self, file: FileId) -> Option<&str> {
        self.members.get(&file).map(|member| &*member.name)
    }

    /// What is typed to run the binary whose root a file is, where a manifest says it.
    pub(super) fn binary(&self, unit: &Unit<'_>) -> Option<&str> {
        let mut said = self.packages.iter().flat_map(|(tree, package)| {
            let own = package.binaries.iter().filter(|_| *tree == unit.tree);
            own.map(move |(path, name)| (package, path, name))
        });
        said.find(|(package, path, _)| path_from(&package.folder, path) == *unit.path)
            .map(|(.., name)| &**name)
    }

    pub(super) fn root(&self, file: FileId) -> FileId {
        self.members.get(&file).map_or(file, |member| member.root)
    }

    pub(super) fn parent(&self, file: FileId) -> Option<ModuleRef> {
        self.members.get(&file)?.parent
    }

    /// The library that a name means to a file, by its package's dependencies where they rename.
    pub(super) fn library(&self, file: FileId, name: &str) -> Option<FileId> {
        let package = self.members.get(&file).and_then(|member| member.package);
        let package = package.and_then(|at| self.packages.get(at));
        let renamed = package.and_then(|(_, package)| {
            package
                .dependencies
                .iter()
                .find(|(alias, _)| **alias == *name)
        });
        let wanted = renamed.map_or(name, |(_, package)| package);
        self.libraries.get(wanted).copied()
    }

    /// Whether a file's package says that it depends on a crate of that name.
    pub(super) fn depends_on(&self, file: FileId, name: &str) -> bool {
        let package = self.members.get(&file).and_then(|member| member.package);
        let package = package.and_then(|at| self.packages.get(at));
        package.is_some_and(|(_, package)| {
            package
                .dependencies
                .iter()
                .any(|(alias, _)| **alias == *name)
        })
    }

    /// The file of `mod name;` in a module.
    pub(super) fn child(
        &self,
        units: &[Unit<'_>],
        (file, place): ModuleRef,
        import: &Import,
    ) -> Option<FileId> {
        let unit = units.get(file.0 as usize)?;
        let name = unit.facts.module.name(import.name?);
        let (folder, stem) = unit.path.rsplit_once('/').unwrap_or(("", unit.path));
        if !import.path.is_empty() {
            return self
                .files
                .get(&(unit.tree, path_from(folder, &import.path).into()))
                .copied();
        }
        let stem = stem.strip_suffix(".rs").unwrap_or(stem);
        let owns_folder = self.root(file) == file || stem == "mod";
        let mut base = if owns_folder {
            folder.to_owned()
        } else {
            join(folder, stem)
        };
        for inline in inline_names(unit, place) {
            base = join(&base, &inline);
        }
        let found = [
            join(&base, &format!("{name}.rs")),
            join(&join(&base, name), "mod.rs"),
        ];
        found
            .into_iter()
            .find_map(|path| self.files.get(&(unit.tree, path.into())).copied())
    }

    /// Roots of crates with their names, libraries first.
    fn roots(&mut self, units: &[Unit<'_>]) -> Vec<(FileId, Box<str>, Option<usize>)> {
        let mut roots = Vec::new();
        for (at, (tree, package)) in self.packages.iter().enumerate() {
            let said = package.library_path.as_deref().unwrap_or("src/lib.rs");
            let path = path_from(&package.folder, said).into();
            let name = package.library.as_ref().unwrap_or(&package.name);
            if let Some(file) = self.files.get(&(*tree, path)) {
                self.libraries.entry(name.clone()).or_insert(*file);
                roots.push((*file, name.clone(), Some(at)));
            }
        }
        for (at, (tree, package)) in self.packages.iter().enumerate() {
            let said = package
                .roots
                .iter()
                .map(|path| path_from(&package.folder, path));
            let main = std::iter::once(path_from(&package.folder, "src/main.rs"));
            for path in main.chain(said) {
                roots.extend(
                    self.files
                        .get(&(*tree, path.into()))
                        .map(|file| (*file, package.name.clone(), Some(at))),
                );
            }
        }
        for (id, unit) in (0..)
            .map(FileId)
            .zip(units)
            .filter(|(_, unit)| unit.facts.language == Language::Rust)
        {
            if let Some((folder, name)) = conventional_root(unit.path) {
                let at = self
                    .packages
                    .iter()
                    .position(|(tree, p)| *tree == unit.tree && *p.folder == *folder);
                let name = if name.is_empty() {
                    at.and_then(|at| self.packages.get(at))
                        .map_or(folder_name(folder), |(_, p)| p.name.clone())
                } else {
                    name
                };
                roots.push((id, name, at));
            }
        }
        roots
    }

    /// Follows `mod` declarations from the roots; a file that none reaches is a root of its own.
    fn grow(&mut self, units: &[Unit<'_>], roots: Vec<(FileId, Box<str>, Option<usize>)>) {
        for (root, name, package) in roots {
            self.members.entry(root).or_insert(Member {
                root,
                parent: None,
                name,
                package,
            });
        }
        let mut queue: Vec<FileId> = self.members.keys().copied().collect();
        queue.sort_unstable_by(|a, b| b.cmp(a));
        self.spread(units, queue);
        for (id, unit) in (0..)
            .map(FileId)
            .zip(units)
            .filter(|(_, unit)| unit.facts.language == Language::Rust)
        {
            if !self.members.contains_key(&id) {
                let stem = unit.path.strip_suffix(".rs").unwrap_or(unit.path);
                let name = stem.replace('/', "::").into();
                let package = self.nearest_package(unit);
                self.members.insert(
                    id,
                    Member {
                        root: id,
                        parent: None,
                        name,
                        package,
                    },
                );
                self.spread(units, vec![id]);
            }
        }
    }

    fn spread(&mut self, units: &[Unit<'_>], mut queue: Vec<FileId>) {
        while let Some(file) = queue.pop() {
            let (Some(unit), Some(member)) =
                (units.get(file.0 as usize), self.members.get(&file).cloned())
            else {
                continue;
            };
            for (place, import) in module_declarations(unit) {
                let Some(child) = self.child(units, (file, place), import) else {
                    continue;
                };
                if self.members.contains_key(&child) {
                    continue;
                }
                let mut name = member.name.to_string();
                for inline in inline_names(unit, place) {
                    name = format!("{name}::{inline}");
                }
                let own = import.name.map_or("", |name| unit.facts.module.name(name));
                let name = format!("{name}::{own}").into();
                let parent = Some((file, place));
                self.members.insert(
                    child,
                    Member {
                        root: member.root,
                        parent,
                        name,
                        package: member.package,
                    },
                );
                queue.push(child);
            }
        }
    }

    fn nearest_package(&self, unit: &Unit<'_>) -> Option<usize> {
        let around = |folder: &str| {
            folder.is_empty()
                || unit
                    .path
                    .strip_prefix(folder)
                    .is_some_and(|r| r.starts_with('/'))
        };
        let candidates = self
            .packages
            .iter()
            .enumerate()
            .filter(|(_, (tree, p))| *tree == unit.tree && around(&p.folder));
        candidates
            .max_by_key(|(_, (_, p))| p.folder.len())
            .map(|(at, _)| at)
    }
}

/// `mod name;` of a file with the modules that they stand in.
fn module_declarations<'u>(unit: &Unit<'u>) -> Vec<(Place, &'u Import)> {
    let module = &unit.facts.module;
    let mut found = Vec::new();
    let inline = (0..module.classes.len() as u32)
        .map(ClassId)
        .filter(|id| module.class(*id).kind == ClassKind::Module);
    for place in std::iter::once(Place::Module).chain(inline.map(Place::Class)) {
        let names = unit.places.names(place);
        for name in names.names() {
            for definition in names.definitions(name) {
                if let crate::place::Definition::Import(id) = definition
                    && let Some(import) = module
                        .imports
                        .get(id.index())
                        .filter(|import| import.declares)
                {
                    found.push((place, import));
                }
            }
        }
    }
    found
}

/// The names of the inline modules around a place, outermost first.
fn inline_names(unit: &Unit<'_>, place: Place) -> Vec<String> {
    let module = &unit.facts.module;
    let mut names = Vec::new();
    let mut at = Some(place);
    while let Some(place) = at {
        if let Place::Class(id) = place {
            names.extend(
                module
                    .class(id)
                    .name
                    .map(|name| module.name(name).to_owned()),
            );
        }
        at = unit.places.around(place);
    }
    names.reverse();
    names
}

/// The package's folder and the crate's name of a file that cargo takes for a root by its path; no name for the
/// package's own.
fn conventional_root(path: &str) -> Option<(&str, Box<str>)> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    if matches!(file, "lib.rs" | "main.rs") && (folder == "src" || folder.ends_with("/src")) {
        return Some((folder.strip_suffix("src")?.trim_end_matches('/'), "".into()));
    }
    if file == "build.rs" {
        return Some((folder, "build".into()));
    }
    let stem = file.strip_suffix(".rs")?;
    let own = package_of_targets(folder).map(|around| (around, stem));
    let (around, stem) = own.or_else(|| match (stem, folder.rsplit_once('/')) {
        ("main", Some((target, name))) => Some((package_of_targets(target)?, name)),
        _ => None,
    })?;
    Some((around, stem.replace('-', "_").into()))
}

/// The package's folder, where each file of this one is a root by itself.
fn package_of_targets(folder: &str) -> Option<&str> {
    let kinds = ["src/bin", "tests", "examples", "benches"];
    kinds.iter().find_map(|kind| {
        let around = folder.strip_suffix(kind)?;
        (around.is_empty() || around.ends_with('/')).then(|| around.trim_end_matches('/'))
    })
}

/// The name of a crate that no manifest names.
fn folder_name(folder: &str) -> Box<str> {
    match folder.rsplit('/').next().unwrap_or_default() {
        "" => "crate".into(),
        name => name.replace('-', "_").into(),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
