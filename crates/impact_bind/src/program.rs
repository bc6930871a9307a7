//! All files of one service as one program: modules by name, and what a name means where it stands.

use crate::binding::{Binding, ClassRef, FunctionRef, ValueRef};
use crate::memo::Memo;
use crate::place::{Bound, BoundFrom, Definition, Place, Places};
use crate::python_names::is_builtin;
use crate::trail::Trail;
use crate::tree::{Found, Roots, Tree, module_name, split};
use crate::{python, rust};
use foldhash::{HashMap, HashMapExt};
use impact_facts::{
    ClassId, ExpressionId, ExpressionKind, FileFacts, FileId, ImportId, Language, Module,
};
use std::sync::{Mutex, PoisonError};

/// One file as the walk found it.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its path from the root of its service or library, with `/`.
    pub path: &'a str,
    /// What extract says of it.
    pub facts: &'a FileFacts,
}

/// Another tree whose exports bind in this service.
#[derive(Debug, Clone, Copy)]
pub struct Library<'a> {
    /// The library's name.
    pub name: &'a str,
    /// Its files.
    pub files: &'a [SourceFile<'a>],
}

/// A module that is not in any tree, described in its own language: a framework's base classes.
#[derive(Debug, Clone, Copy)]
pub struct Stub<'a> {
    /// The module's qualified name: `django.views.generic`.
    pub name: &'a str,
    /// What extract says of the description.
    pub facts: &'a FileFacts,
}

/// What a program is made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The service's own files. A file's position here is its [`FileId`].
    pub files: &'a [SourceFile<'a>],
    /// Libraries, in the order in which they are asked. Their files' ids follow.
    pub libraries: &'a [Library<'a>],
    /// Stub modules. Their files' ids come last. A module of a tree hides the stub of the same name.
    pub stubs: &'a [Stub<'a>],
}

pub(crate) struct Unit<'a> {
    pub(crate) path: &'a str,
    pub(crate) facts: &'a FileFacts,
    pub(crate) places: Places,
    pub(crate) name: Box<str>,
    /// Which tree it stands in: 0 is the service, then the libraries; none for a stub.
    pub(crate) tree: Option<usize>,
}

/// The files of one service, its libraries and stubs, with every name that they bind.
///
/// Answers are memoized. They depend on nothing but the sources.
pub struct Program<'a> {
    pub(crate) units: Vec<Unit<'a>>,
    pub(crate) trees: Vec<Tree>,
    own: u32,
    modules: HashMap<Box<str>, FileId>,
    pub(crate) rust: rust::Crates,
    pub(crate) memo: Memo,
    classes: Mutex<HashMap<ClassRef, std::sync::Arc<[Binding]>>>,
}

impl<'a> Program<'a> {
    /// Reads the names of all files.
    #[must_use]
    pub fn new(sources: Sources<'a>) -> Self {
        let mut program = Self {
            units: Vec::new(),
            trees: vec![Tree::default()],
            own: sources.files.len() as u32,
            modules: HashMap::new(),
            rust: rust::Crates::default(),
            memo: Memo::default(),
            classes: Mutex::default(),
        };
        program.add_tree(sources.files);
        for library in sources.libraries {
            program.trees.push(Tree::default());
            program.add_tree(library.files);
        }
        for stub in sources.stubs {
            program.units.push(Unit {
                path: "",
                facts: stub.facts,
                places: Places::of(&stub.facts.module),
                name: stub.name.into(),
                tree: None,
            });
        }
        python::name_modules(&mut program);
        program.rust = rust::Crates::of(&program.units);
        program.name_rust_modules();
        program.index_modules();
        program
    }

    fn add_tree(&mut self, files: &[SourceFile<'a>]) {
        let tree = self.trees.len() - 1;
        for file in files {
            let id = FileId(self.units.len() as u32);
            if file.facts.language == Language::Python {
                self.trees[tree].add(file.path, id);
            }
            self.units.push(Unit {
                path: file.path,
                facts: file.facts,
                places: Places::of(&file.facts.module),
                name: file.path.into(),
                tree: Some(tree),
            });
        }
    }

    fn name_rust_modules(&mut self) {
        for (at, unit) in (0..).zip(&mut self.units) {
            if let Some(name) = self.rust.module_name(FileId(at)) {
                unit.name = name.into();
            }
        }
    }

    fn index_modules(&mut self) {
        for (at, unit) in (0..).zip(&self.units) {
            if matches!(unit.facts.language, Language::Python | Language::Rust) {
                self.modules.entry(unit.name.clone()).or_insert(FileId(at));
            }
        }
    }

    /// How many files the service itself has: ids below are its own, the rest are libraries' and stubs'.
    #[must_use]
    pub fn own_files(&self) -> u32 {
        self.own
    }

    /// Whether a file is the service's own.
    #[must_use]
    pub fn is_own(&self, file: FileId) -> bool {
        file.0 < self.own
    }

    /// Whether a file is a stub: it says what code outside the trees does.
    #[must_use]
    pub fn is_stub(&self, file: FileId) -> bool {
        self.unit(file).tree.is_none()
    }

    /// Ids of all files: the service's, the libraries', the stubs'.
    pub fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.units.len() as u32).map(FileId)
    }

    pub(crate) fn unit(&self, file: FileId) -> &Unit<'a> {
        &self.units[file.0 as usize]
    }

    /// What extract says of a file.
    #[must_use]
    pub fn facts(&self, file: FileId) -> &'a FileFacts {
        self.unit(file).facts
    }

    /// The lowered form of a file.
    #[must_use]
    pub fn module(&self, file: FileId) -> &'a Module {
        &self.unit(file).facts.module
    }

    /// A file's path from the root of its service or library; empty for a stub.
    #[must_use]
    pub fn path(&self, file: FileId) -> &'a str {
        self.unit(file).path
    }

    /// The places of a file.
    #[must_use]
    pub fn places(&self, file: FileId) -> &Places {
        &self.unit(file).places
    }

    /// The qualified name of a file's module (`app.models`); of a file that is no module, its path.
    #[must_use]
    pub fn module_name(&self, file: FileId) -> &str {
        &self.unit(file).name
    }

    /// The file of a module by its qualified name. Where several have it, the first by id.
    #[must_use]
    pub fn module_file(&self, name: &str) -> Option<FileId> {
        self.modules.get(name).copied()
    }

    /// All classes of the service and its libraries and stubs, in order.
    pub fn all_classes(&self) -> impl Iterator<Item = ClassRef> + '_ {
        self.files().flat_map(|file| {
            let count = self.module(file).classes.len() as u32;
            (0..count).map(move |class| ClassRef {
                file,
                class: ClassId(class),
            })
        })
    }

    /// What a dotted name means in a place of a file. Joined by `.` in every language.
    #[must_use]
    pub fn resolve(&self, file: FileId, place: Place, name: &str) -> Binding {
        let known = self.memo.names.get(file, place, name);
        known.unwrap_or_else(|| {
            let found = self.resolve_within(file, place, name, &mut Trail::default());
            self.memo.names.keep(file, place, name, &found);
            found
        })
    }

    /// What an expression means that spells a name: [`Binding::Unknown`] for all others.
    /// Type arguments are left away, and a string that spells a name is one (a forward reference).
    #[must_use]
    pub fn resolve_expression(&self, file: FileId, place: Place, id: ExpressionId) -> Binding {
        let known = self.memo.expressions.get(file, place, id);
        known.unwrap_or_else(|| {
            let name = spelled(self.module(file), id);
            let found = name.map_or(Binding::Unknown, |name| self.resolve(file, place, &name));
            self.memo.expressions.keep(file, place, id, &found);
            found
        })
    }

    /// What a qualified name means (`app.models.User`), as an import of it from anywhere in the service would bind it.
    #[must_use]
    pub fn lookup(&self, qualified: &str) -> Binding {
        self.lookup_within(qualified, &mut Trail::default())
    }

    /// What an import of a file binds its name to.
    #[must_use]
    pub fn import(&self, file: FileId, import: ImportId) -> Binding {
        python::import(self, file, import, &mut Trail::default())
    }

    pub(crate) fn lookup_within(&self, qualified: &str, trail: &mut Trail) -> Binding {
        let mut end = qualified.len();
        loop {
            if let Some(file) = self.module_file(&qualified[..end]) {
                let rest = qualified[end..].trim_start_matches('.');
                let first = rest.split('.').next().unwrap_or_default();
                if !first.is_empty() && self.is_beyond_stub(file, first, trail) {
                    return Binding::External(qualified.into());
                }
                return self.members(Binding::Module(file), rest, trail);
            }
            match qualified[..end].rfind('.') {
                Some(dot) => end = dot,
                None => return Binding::External(qualified.into()),
            }
        }
    }

    /// Whether a stub says nothing of a name of its module: it stays outside the tree.
    fn is_beyond_stub(&self, file: FileId, name: &str, trail: &mut Trail) -> bool {
        let unit = self.unit(file);
        let own = || format!("{}.{name}", unit.name);
        unit.tree.is_none()
            && matches!(self.module_member(file, name, trail), Binding::External(found) if *found == *own())
    }

    pub(crate) fn resolve_within(
        &self,
        file: FileId,
        place: Place,
        name: &str,
        trail: &mut Trail,
    ) -> Binding {
        if self.facts(file).language == Language::Rust {
            return rust::resolve(self, file, place, name, trail);
        }
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let start = self.lookup_name(file, place, first, trail);
        self.members(start, rest, trail)
    }

    fn lookup_name(&self, file: FileId, place: Place, name: &str, trail: &mut Trail) -> Binding {
        let places = self.places(file);
        let (mut at, mut first) = (place, true);
        loop {
            let visible = first || !matches!(at, Place::Class(_));
            if visible && let Some(found) = self.bound_in(file, at, name, trail) {
                return found;
            }
            first = false;
            match places.around(at) {
                Some(around) => at = around,
                None => break,
            }
        }
        if is_builtin(name) {
            Binding::External(format!("builtins.{name}").into())
        } else {
            Binding::Unknown
        }
    }

    /// What a place itself binds a name to, star imports included.
    pub(crate) fn bound_in(
        &self,
        file: FileId,
        place: Place,
        name: &str,
        trail: &mut Trail,
    ) -> Option<Binding> {
        if let Some(known) = self.memo.bound.get(file, place, name, trail) {
            return known;
        }
        if !trail.enter(file, place, name) {
            return Some(Binding::Unknown);
        }
        let before = trail.begin();
        let found = self.bound_once(file, place, name, trail);
        trail.leave();
        self.memo.bound.keep(file, place, name, trail, &found);
        trail.resume(before);
        found
    }

    fn bound_once(
        &self,
        file: FileId,
        place: Place,
        name: &str,
        trail: &mut Trail,
    ) -> Option<Binding> {
        let places = self.places(file);
        let own = places
            .name(name)
            .map_or(&[][..], |id| places.names(place).definitions(id));
        let mut best = None;
        for definition in own.iter().rev() {
            let binding = self.definition(file, place, *definition, trail);
            if binding.is_definite() {
                return Some(binding);
            }
            best = Some(best.map_or(binding.clone(), |old: Binding| old.or_better(binding)));
        }
        best.or_else(|| python::star(self, file, place, name, trail))
    }

    /// What one definition binds its name to.
    pub(crate) fn definition(
        &self,
        file: FileId,
        place: Place,
        definition: Definition,
        trail: &mut Trail,
    ) -> Binding {
        match definition {
            Definition::Class(class) => Binding::Class(ClassRef { file, class }),
            Definition::Function(function) => Binding::Function(FunctionRef { file, function }),
            Definition::Import(import) => python::import(self, file, import, trail),
            Definition::Parameter(..) => Binding::Local,
            Definition::Value(bound) => self.value(file, place, bound, trail),
        }
    }

    fn value(&self, file: FileId, place: Place, bound: Bound, trail: &mut Trail) -> Binding {
        let Some(value) = bound.value.filter(|_| bound.from == BoundFrom::Whole) else {
            return Binding::Local;
        };
        let module = self.module(file);
        let name = match module.expression(bound.target).kind {
            ExpressionKind::Name(name) => Some(name),
            _ => None,
        };
        let itself = Binding::Value(
            ValueRef {
                file,
                place,
                expression: value,
                name,
            },
            "".into(),
        );
        let alias = match module.expression(value).kind {
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => module.dotted(value),
            _ => None,
        };
        match alias.map(|name| self.resolve_within(file, place, &name, trail)) {
            Some(found) if found.is_definite() => found,
            _ => itself,
        }
    }

    /// What `of.rest` means: every segment of `rest` in turn.
    pub(crate) fn members(&self, of: Binding, rest: &str, trail: &mut Trail) -> Binding {
        let mut at = of;
        let mut rest = rest;
        while !rest.is_empty() {
            if let Binding::Value(value, path) = at {
                let path = if path.is_empty() {
                    rest.to_owned()
                } else {
                    format!("{path}.{rest}")
                };
                return Binding::Value(value, path.into());
            }
            let (name, after) = rest.split_once('.').unwrap_or((rest, ""));
            at = self.member(&at, name, trail);
            rest = after;
        }
        at
    }

    /// What `of.name` means.
    pub(crate) fn member(&self, of: &Binding, name: &str, trail: &mut Trail) -> Binding {
        match of {
            Binding::Module(file) => self.module_member(*file, name, trail),
            Binding::Package(folder) => python::package_member(self, folder, name),
            Binding::Class(class) => self.class_member_binding(*class, name, trail),
            Binding::External(path) => self.external(&format!("{path}.{name}"), trail),
            _ => Binding::Unknown,
        }
    }

    /// A name outside the trees: what a stub says of it, else itself.
    pub(crate) fn external(&self, path: &str, trail: &mut Trail) -> Binding {
        let found = self.lookup_within(path, trail);
        if found == Binding::Unknown {
            Binding::External(path.into())
        } else {
            found
        }
    }

    pub(crate) fn module_member(&self, file: FileId, name: &str, trail: &mut Trail) -> Binding {
        if let Some(found) = self.bound_in(file, Place::Module, name, trail)
            && found != Binding::Unknown
        {
            return found;
        }
        let unit = self.unit(file);
        let otherwise = match unit.tree {
            Some(_) => Binding::Unknown,
            None => Binding::External(format!("{}.{name}", unit.name).into()),
        };
        python::submodule(self, file, name).unwrap_or(otherwise)
    }

    pub(crate) fn remember_bases(
        &self,
        class: ClassRef,
        make: impl FnOnce() -> std::sync::Arc<[Binding]>,
    ) -> std::sync::Arc<[Binding]> {
        let known = self
            .classes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&class)
            .cloned();
        known.unwrap_or_else(|| {
            let made = make();
            let mut memo = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
            memo.insert(class, made.clone());
            made
        })
    }

    pub(crate) fn rename_units(&mut self, tree: usize, roots: &Roots) {
        let Self { units, trees, .. } = self;
        for unit in units.iter_mut().filter(|unit| unit.tree == Some(tree)) {
            if unit.facts.language == Language::Python {
                let fallback = trees[tree].default_root(unit.path);
                let root = roots.of(unit.path).unwrap_or(fallback);
                unit.name = module_name(unit.path, root);
            }
        }
    }

    /// The folder of a file.
    pub(crate) fn folder(&self, file: FileId) -> &'a str {
        split(self.unit(file).path).0
    }

    pub(crate) fn found(&self, found: Found) -> Binding {
        match found {
            Found::File(file) => Binding::Module(file),
            Found::Folder(path) => Binding::Package(path.into()),
        }
    }
}

/// The name that an expression spells, type arguments left away, forward references read.
pub(crate) fn spelled(module: &Module, id: ExpressionId) -> Option<String> {
    match &module.expression(id).kind {
        ExpressionKind::Subscript(subscript) => module.dotted(subscript.of),
        ExpressionKind::Text(_) => module
            .plain_text(id)
            .filter(|text| text.split('.').all(is_identifier)),
        _ => module.dotted(id),
    }
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}
