//! What a type's implementations and traits give it.

use super::{alias_target, resolve, type_name};
use crate::binding::{Binding, ClassRef, FunctionRef};
use crate::place::Place;
use crate::program::{Program, spelled};
use crate::trail::Trail;
use foldhash::{HashMap, HashMapExt};
use impact_facts::{ClassKind, FileId};

impl Program<'_> {
    /// What is typed to run the binary whose root a Rust file is, where a `[[bin]]` of a manifest says its file and its name.
    #[must_use]
    pub fn binary_name(&self, file: FileId) -> Option<&str> {
        self.rust.binary(self.unit(file))
    }

    /// The columns of the module that diesel's `table!` declares under that name; empty if there is none.
    #[must_use]
    pub fn declared_columns(&self, table: &str) -> Vec<&str> {
        let declared = self
            .rust
            .declared
            .values()
            .flatten()
            .filter(|declared| *declared.name == *table);
        let mut columns: Vec<&str> = declared
            .flat_map(|table| table.columns.iter().map(|column| &**column))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Rust: the implementations of a struct, enum or trait object, in the order of the files.
    #[must_use]
    pub fn implementations(&self, class: ClassRef) -> &[ClassRef] {
        let all = self
            .rust
            .implementations
            .get_or_init(|| implementations(self));
        all.of.get(&class).map_or(&[], Vec::as_slice)
    }

    /// Rust: the functions of a name in the implementations of a type of the program, of which several implement one trait
    /// for other arguments (`impl Loader<Id> for Users`, `impl Loader<String> for Users`).
    #[must_use]
    pub fn associated_functions(&self, class: ClassRef, name: &str) -> Vec<FunctionRef> {
        let all = self.implementations(class).iter().copied();
        all.filter_map(|one| self.own_function(one, name)).collect()
    }

    /// Rust: a function that an implementation of the program gives a type outside of the tree, by the type's path, or one
    /// that sea-orm's derive makes: `impl ActiveModel { … }`, `impl<F: Filter> Filters for Vec<F> { … }`.
    #[must_use]
    pub fn made_function(&self, path: &str, name: &str) -> Option<FunctionRef> {
        self.made_functions(path, name).next()
    }

    /// Rust: all of them.
    pub fn made_functions(&self, path: &str, name: &str) -> impl Iterator<Item = FunctionRef> {
        let all = self
            .rust
            .implementations
            .get_or_init(|| implementations(self));
        let own = all.made.get(path).map_or(&[][..], Vec::as_slice);
        own.iter()
            .filter_map(move |class| self.own_function(*class, name))
    }

    /// Rust: the function or constant `Type::name`: of the type's own implementations, of the traits it implements, or
    /// of the trait that it is.
    #[must_use]
    pub fn associated_item(&self, class: ClassRef, name: &str) -> Option<Binding> {
        self.associated_within(class, name, &mut Trail::default())
    }

    /// The same in the course of a look-up, so that an item that leads back to itself ends it.
    pub(crate) fn associated_within(
        &self,
        class: ClassRef,
        name: &str,
        trail: &mut Trail,
    ) -> Option<Binding> {
        let place = Place::Class(class.class);
        let known = self.memo.associated.get(class.file, place, name, trail);
        known.unwrap_or_else(|| {
            let before = trail.begin();
            let found = self.associated_once(class, name, trail);
            (self.memo.associated).keep(class.file, place, name, trail, &found);
            trail.resume(before);
            found
        })
    }

    fn associated_once(&self, class: ClassRef, name: &str, trail: &mut Trail) -> Option<Binding> {
        let implementations = self.implementations(class).iter().copied();
        let own = || std::iter::once(class).chain(implementations.clone());
        let found = own().find_map(|class| self.own_item(class, name, trail));
        found.or_else(|| own().find_map(|class| self.item_of_traits(class, name, trail)))
    }

    /// What the traits of an implementation, or the supertraits of a trait, give it.
    fn item_of_traits(&self, class: ClassRef, name: &str, trail: &mut Trail) -> Option<Binding> {
        let around = self.places(class.file).around(Place::Class(class.class));
        let module = self.module(class.file);
        let bases = module.class(class.class).bases.iter();
        let names = bases.filter_map(|base| spelled(module, base.value));
        names.into_iter().find_map(|base| {
            let place = around.unwrap_or(Place::Module);
            match self.resolve_within(class.file, place, &base, trail) {
                Binding::Class(base) => self.own_item(base, name, trail),
                _ => None,
            }
        })
    }

    /// Rust: the function `Type::name`.
    #[must_use]
    pub fn associated_function(&self, class: ClassRef, name: &str) -> Option<FunctionRef> {
        match self.associated_item(class, name) {
            Some(Binding::Function(function)) => Some(function),
            _ => None,
        }
    }

    /// Rust: the implementations of a trait, in the order of the files.
    #[must_use]
    pub fn implementors(&self, of: ClassRef) -> &[ClassRef] {
        let all = self.rust.implementors.get_or_init(|| implementors(self));
        all.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Rust: a function that stands in the body of an implementation or trait.
    #[must_use]
    pub fn own_function(&self, class: ClassRef, name: &str) -> Option<FunctionRef> {
        match self.own_item(class, name, &mut Trail::default()) {
            Some(Binding::Function(function)) => Some(function),
            _ => None,
        }
    }

    fn own_item(&self, class: ClassRef, name: &str, trail: &mut Trail) -> Option<Binding> {
        let definition = self.own_member(class, name).last()?;
        let place = Place::Class(class.class);
        if !trail.enter(class.file, place, &format!("::{name}")) {
            return None;
        }
        let found = self.definition(class.file, place, *definition, trail);
        trail.leave();
        Some(found)
    }
}

/// The implementations of a program.
#[derive(Debug, Default)]
pub(super) struct Implementations {
    /// Of its own types.
    of: HashMap<ClassRef, Vec<ClassRef>>,
    /// Of types outside of the tree and of those that sea-orm's derive makes, by their paths.
    made: HashMap<Box<str>, Vec<ClassRef>>,
}

fn implementations(program: &Program<'_>) -> Implementations {
    let mut found = Implementations::default();
    for class in program.all_classes() {
        let module = program.module(class.file);
        let definition = module.class(class.class);
        if definition.kind != ClassKind::Implementation {
            continue;
        }
        let subject = definition
            .subject
            .and_then(|subject| type_name(program, class.file, subject));
        let Some(name) = subject else { continue };
        let mut trail = Trail::default();
        trail.without_implementations = true;
        let place = Place::Class(class.class);
        let mut of = resolve(program, class.file, place, &name, &mut trail);
        for _ in 0..8 {
            match of {
                Binding::Class(alias)
                    if program.module(alias.file).class(alias.class).kind == ClassKind::Alias =>
                {
                    of = alias_target(program, alias, &mut trail);
                }
                _ => break,
            }
        }
        match of {
            Binding::Class(subject) => found.of.entry(subject).or_default().push(class),
            Binding::External(path) => {
                found.made.entry((*path).into()).or_default().push(class);
            }
            _ => {}
        }
    }
    found
}

fn implementors(program: &Program<'_>) -> HashMap<ClassRef, Vec<ClassRef>> {
    let mut found: HashMap<ClassRef, Vec<ClassRef>> = HashMap::new();
    for class in program.all_classes() {
        if program.module(class.file).class(class.class).kind == ClassKind::Implementation {
            for base in program.bases(class) {
                if let Binding::Class(of) = base {
                    found.entry(of).or_default().push(class);
                }
            }
        }
    }
    found
}
