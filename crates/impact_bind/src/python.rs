//! Python's imports: relative and absolute, re-exports, stars and `__all__`.

use crate::binding::Binding;
use crate::place::{Definition, Place};
use crate::program::Program;
use crate::python_names::{is_builtin, is_standard_library};
use crate::trail::Trail;
use crate::tree::{Found, Roots};
use impact_facts::{ExpressionKind, FileId, ImportId, Language};
use std::collections::BTreeSet;

/// Gives each Python file the name by which most imports reach it.
pub(crate) fn name_modules(program: &mut Program<'_>) {
    for tree in 0..program.trees.len() {
        note_roots(program, tree);
        let mut roots = Roots::default();
        for unit in program.units.iter().filter(|unit| unit.tree == Some(tree)) {
            if unit.facts.language != Language::Python {
                continue;
            }
            let folder = crate::tree::split(unit.path).0;
            for import in unit
                .facts
                .module
                .imports
                .iter()
                .filter(|import| import.level == 0)
            {
                if let Some((root, _)) = program.trees[tree].absolute(folder, &import.path) {
                    roots.count(&root);
                }
            }
        }
        program.rename_units(tree, &roots);
    }
}

/// Tells a tree which of its packages are roots of imports all the same.
fn note_roots(program: &mut Program<'_>, tree: usize) {
    let mut noted = std::mem::take(&mut program.trees[tree]);
    let own = program.units.iter().filter(|unit| unit.tree == Some(tree));
    let mut said: BTreeSet<(&str, &str)> = BTreeSet::new();
    for unit in own.filter(|unit| unit.facts.language == Language::Python) {
        let folder = crate::tree::split(unit.path).0;
        let imports = unit.facts.module.imports.iter();
        let absolute = imports.filter(|import| import.level == 0 && import.path.contains('.'));
        said.extend(absolute.map(|import| (folder, &*import.path)));
    }
    noted.compare(&said);
    for (folder, path) in &said {
        noted.note(folder, path);
    }
    program.trees[tree] = noted;
}

/// What an import binds its name to.
pub(crate) fn import(
    program: &Program<'_>,
    file: FileId,
    id: ImportId,
    trail: &mut Trail,
) -> Binding {
    let module = program.module(file);
    let import = &module.imports[id.index()];
    let of = module_of(program, file, &import.path, import.level, trail);
    match import.name {
        Some(name) => imported_member(program, of, module.name(name), trail),
        None if import.alias.is_some() => of,
        None => {
            let first = import.path.split('.').next().unwrap_or_default();
            module_of(program, file, first, import.level, trail)
        }
    }
}

fn imported_member(program: &Program<'_>, of: Binding, name: &str, trail: &mut Trail) -> Binding {
    program.member(&of, name, trail)
}

/// The module that a path means to a file.
fn module_of(
    program: &Program<'_>,
    file: FileId,
    path: &str,
    level: u32,
    trail: &mut Trail,
) -> Binding {
    if level > 0 {
        return relative(program, file, path, level);
    }
    let unit = program.unit(file);
    let own = unit.tree.map_or(0, |tree| tree);
    let order = std::iter::once(own).chain((0..program.trees.len()).filter(|tree| *tree != own));
    for tree in order {
        let folder = if tree == own {
            program.folder(file)
        } else {
            ""
        };
        if let Some((_, found)) = program.trees[tree].absolute(folder, path) {
            // A folder that merely shares a name with a package outside is no module of that package.
            if let Found::File(_) = found {
                return program.found(found);
            }
            if program.module_file(path).is_none() {
                return program.found(found);
            }
        }
    }
    program.external(path, trail)
}

fn relative(program: &Program<'_>, file: FileId, path: &str, level: u32) -> Binding {
    let unit = program.unit(file);
    let segments: Vec<&str> = path
        .split('.')
        .filter(|segment| !segment.is_empty())
        .collect();
    let Some(tree) = unit.tree else {
        return relative_stub(program, &unit.name, &segments, level);
    };
    let mut folder = program.folder(file);
    for _ in 1..level {
        folder = crate::tree::split(folder).0;
    }
    let found = program
        .trees
        .get(tree)
        .and_then(|tree| tree.below(folder, &segments));
    found.map_or(Binding::Unknown, |found| program.found(found))
}

/// A stub's name is that of a package: one dot is the package itself.
fn relative_stub(program: &Program<'_>, name: &str, segments: &[&str], level: u32) -> Binding {
    let mut base: Vec<&str> = name.split('.').collect();
    base.truncate(base.len().saturating_sub(level as usize - 1));
    base.extend(segments);
    let path = base.join(".");
    program
        .module_file(&path)
        .map_or(Binding::External(path.into()), Binding::Module)
}

/// A module inside the package that a file is.
pub(crate) fn submodule(program: &Program<'_>, file: FileId, name: &str) -> Option<Binding> {
    let unit = program.unit(file);
    let Some(tree) = unit.tree else {
        let path = format!("{}.{name}", unit.name);
        return program.module_file(&path).map(Binding::Module);
    };
    let (folder, stem) = crate::tree::split(unit.path);
    if !stem.starts_with("__init__.") {
        return None;
    }
    program
        .trees
        .get(tree)?
        .below(folder, &[name])
        .map(|found| program.found(found))
}

/// A module inside a package that has no file.
pub(crate) fn package_member(program: &Program<'_>, folder: &str, name: &str) -> Binding {
    let found = program
        .trees
        .iter()
        .find_map(|tree| tree.below(folder, &[name]));
    found.map_or(Binding::Unknown, |found| program.found(found))
}

/// What a name is bound to by a place's star imports: the last that exports it.
pub(crate) fn star(
    program: &Program<'_>,
    file: FileId,
    place: Place,
    name: &str,
    trail: &mut Trail,
) -> Option<Binding> {
    let module = program.module(file);
    let stars = &program.places(file).names(place).stars;
    for id in stars.iter().rev() {
        let import = &module.imports[id.index()];
        let of = module_of(program, file, &import.path, import.level, trail);
        let Binding::Module(source) = of else {
            continue;
        };
        if !exports(program, source, name) {
            continue;
        }
        if let Some(found) = program.bound_in(source, Place::Module, name, trail)
            && found != Binding::Unknown
        {
            return Some(found);
        }
    }
    outside_star(program, file, stars, name, trail)
}

/// A name that nothing of the tree explains comes from a package outside that everything is imported of: from the first, as
/// what stands later is mostly more of the same (`from peewee import *`, `from playhouse.sqlite_ext import *`).
fn outside_star(
    program: &Program<'_>,
    file: FileId,
    stars: &[impact_facts::ImportId],
    name: &str,
    trail: &mut Trail,
) -> Option<Binding> {
    if name.starts_with('_') || is_builtin(name) {
        return None;
    }
    let module = program.module(file);
    stars.iter().find_map(|id| {
        let import = &module.imports[id.index()];
        match module_of(program, file, &import.path, import.level, trail) {
            Binding::External(path) => {
                let first = path.split('.').next().unwrap_or_default();
                let own = !is_standard_library(first);
                own.then(|| Binding::External(format!("{path}.{name}").into()))
            }
            _ => None,
        }
    })
}

/// Whether `from module import *` takes the name: by `__all__` where its value is a plain list, else no leading `_`.
fn exports(program: &Program<'_>, file: FileId, name: &str) -> bool {
    match listed(program, file) {
        Some(names) => names.iter().any(|listed| listed == name),
        None => !name.starts_with('_'),
    }
}

fn listed(program: &Program<'_>, file: FileId) -> Option<Vec<String>> {
    let (module, places) = (program.module(file), program.places(file));
    let definitions = places
        .names(Place::Module)
        .definitions(places.name("__all__")?);
    let mut names = Vec::new();
    for definition in definitions {
        let Definition::Value(bound) = definition else {
            return None;
        };
        let ExpressionKind::Collection(items) = &module.expression(bound.value?).kind else {
            return None;
        };
        for item in &items.items {
            names.push(module.plain_text(item.value)?);
        }
    }
    Some(names)
}
