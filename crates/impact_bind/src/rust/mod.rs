//! Rust's crates, modules and paths.

mod attributes;
mod cargo;
mod crates;
mod declared;
mod idens;
mod implementations;
mod macro_names;
mod prelude;

pub use attributes::{attributes, named_span};
pub(crate) use crates::Crates;
pub use declared::{entity_name, entity_table};
pub use idens::{IdenColumn, IdenTable, snake_case};

use crate::binding::{Binding, ClassRef};
use crate::place::{BoundFrom, Definition, Place};
use crate::program::Program;
use crate::trail::Trail;
use crates::ModuleRef;
use declared::{ENTITY, TABLE};
use impact_facts::{ClassKind, FileId, ImportId, TypeParameter};
use std::sync::Arc;

/// What a dotted name means in a place of a Rust file.
pub(crate) fn resolve(
    program: &Program<'_>,
    file: FileId,
    place: Place,
    name: &str,
    trail: &mut Trail,
) -> Binding {
    let is_path = name.contains('.');
    path(program, (file, place), name, is_path, trail)
}

fn path(
    program: &Program<'_>,
    at: ModuleRef,
    name: &str,
    is_path: bool,
    trail: &mut Trail,
) -> Binding {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let start = first_segment(program, at.0, at.1, first, is_path, trail);
    let start = match start {
        Binding::Function(_) if !rest.is_empty() => {
            let around = module_around(program, at.0, at.1);
            declared_module(program, around, first).unwrap_or(start)
        }
        _ => start,
    };
    members(program, start, rest, trail)
}

/// The module that `mod name;` or `mod name { … }` declares in another: types and modules have a namespace of their own, which
/// functions do not enter.
fn declared_module(program: &Program<'_>, at: ModuleRef, name: &str) -> Option<Binding> {
    let (file, place) = at;
    let module = program.module(file);
    let places = program.places(file);
    let all = places.names(place).definitions(places.name(name)?);
    all.iter().find_map(|definition| match definition {
        Definition::Import(id) => {
            let import = module.imports.get(id.index()).filter(|one| one.declares)?;
            let child = program.rust.child(&program.units, at, import)?;
            Some(Binding::Module(child))
        }
        Definition::Class(class) if module.class(*class).kind == ClassKind::Module => {
            Some(Binding::Class(ClassRef {
                file,
                class: *class,
            }))
        }
        _ => None,
    })
}

fn members(program: &Program<'_>, of: Binding, rest: &str, trail: &mut Trail) -> Binding {
    let mut at = of;
    let mut rest = rest;
    while !rest.is_empty() {
        if let Binding::Value(..) = at {
            return program.members(at, rest, trail);
        }
        let (name, after) = rest.split_once('.').unwrap_or((rest, ""));
        let found = member(program, &at, name, trail);
        at = match (&found, &at) {
            (Binding::Function(_), Binding::Module(file)) if !after.is_empty() => {
                declared_module(program, (*file, Place::Module), name).unwrap_or(found)
            }
            _ => found,
        };
        rest = after;
    }
    at
}

/// What `of::name` means.
fn member(program: &Program<'_>, of: &Binding, name: &str, trail: &mut Trail) -> Binding {
    match of {
        Binding::Module(file) => match name {
            "self" => of.clone(),
            "super" => parent(program, (*file, Place::Module)),
            _ => item(program, (*file, Place::Module), name, trail).unwrap_or(Binding::Unknown),
        },
        Binding::Class(class) => associated(program, *class, name, trail),
        Binding::External(path) if name == "self" => Binding::External(path.clone()),
        Binding::External(path) if path.starts_with(ENTITY) => made(program, path, name, trail),
        Binding::External(path) => Binding::External(format!("{path}.{name}").into()),
        _ => Binding::Unknown,
    }
}

/// What is named in a type that sea-orm's derive makes: a function that an implementation of the program gives it, a type
/// beside it (`<users::Entity as EntityTrait>::Column`), or what the derive made in it.
fn made(program: &Program<'_>, path: &str, name: &str, trail: &Trail) -> Binding {
    if !trail.without_implementations
        && let Some(function) = program.made_function(path, name)
    {
        return Binding::Function(function);
    }
    let beside = path
        .strip_suffix("Entity")
        .filter(|_| matches!(name, "Column" | "ActiveModel" | "PrimaryKey"));
    Binding::External(match beside {
        Some(module) => format!("{module}{name}").into(),
        None => format!("{path}.{name}").into(),
    })
}

fn first_segment(
    program: &Program<'_>,
    file: FileId,
    place: Place,
    name: &str,
    is_path: bool,
    trail: &mut Trail,
) -> Binding {
    match name {
        "crate" => Binding::Module(program.rust.root(file)),
        "self" if is_method(program, file, place) => Binding::Local,
        "self" => binding_of(module_around(program, file, place)),
        "super" => parent(program, module_around(program, file, place)),
        "Self" => own_type(program, file, place, trail),
        _ => lexical(program, file, place, name, is_path, trail),
    }
}

/// Looks a name up from the inside out: nothing of the module around an inline module is seen in it.
fn lexical(
    program: &Program<'_>,
    file: FileId,
    place: Place,
    name: &str,
    is_path: bool,
    trail: &mut Trail,
) -> Binding {
    let mut at = place;
    loop {
        if is_parameter(program, file, at, name) {
            return Binding::Local;
        }
        let is_module = is_module(program, file, at);
        let hidden = is_path && binds_values_only(program, file, at, name);
        if (is_module || matches!(at, Place::Function(_)))
            && !hidden
            && let Some(found) = item(program, (file, at), name, trail)
        {
            return found;
        }
        match program.places(file).around(at) {
            Some(around) if !is_module => at = around,
            _ => break,
        }
    }
    match outside(program, file, name, is_path) {
        Binding::Unknown if trail.enter(file, place, "*") => {
            let found = globbed(program, (file, place), name, trail);
            trail.leave();
            found
        }
        found => found,
    }
}

/// A name that nothing else binds comes from the one glob of a package outside the tree, where there is only one that
/// is no prelude.
fn globbed(program: &Program<'_>, at: ModuleRef, name: &str, trail: &mut Trail) -> Binding {
    let (file, module) = (at.0, program.module(at.0));
    let mut found: Option<Arc<str>> = None;
    let mut place = Some(at.1);
    while let Some(around) = place {
        for id in &program.places(file).names(around).stars {
            let Some(import) = module.imports.get(id.index()) else {
                continue;
            };
            let path = import.path.replace("::", ".");
            let global = path.starts_with('.');
            let path = path.trim_start_matches('.');
            let of = imported_path(program, (file, around), path, global, trail);
            let Binding::External(path) = of else {
                continue;
            };
            if path.ends_with("prelude") || path.starts_with(TABLE) || found.as_ref() == Some(&path)
            {
                continue;
            }
            if found.replace(path).is_some() {
                return Binding::Unknown;
            }
        }
        if is_module(program, file, around) {
            break;
        }
        place = program.places(file).around(around);
    }
    found.map_or(Binding::Unknown, |path| {
        Binding::External(format!("{path}.{name}").into())
    })
}

/// Whether a place binds a name to variables and functions alone: a path does not begin with one.
fn binds_values_only(program: &Program<'_>, file: FileId, place: Place, name: &str) -> bool {
    let places = program.places(file);
    let own = places
        .name(name)
        .map_or(&[][..], |id| places.names(place).definitions(id));
    let is_value = |definition: &Definition| {
        matches!(
            definition,
            Definition::Value(_) | Definition::Parameter(..) | Definition::Function(_)
        )
    };
    !own.is_empty() && own.iter().all(is_value)
}

/// A name that nothing in the file binds: a crate, or something of the prelude.
fn outside(program: &Program<'_>, file: FileId, name: &str, is_path: bool) -> Binding {
    if let Some(root) = program.rust.library(file, name) {
        return Binding::Module(root);
    }
    if let Some(path) = prelude::path(name) {
        return Binding::External(path.into());
    }
    let is_crate = program.rust.depends_on(file, name)
        || is_path && name.starts_with(|c: char| c.is_lowercase());
    if is_crate {
        Binding::External(name.into())
    } else {
        Binding::Unknown
    }
}

/// What a module or function body itself binds a name to, globs included.
fn item(program: &Program<'_>, at: ModuleRef, name: &str, trail: &mut Trail) -> Option<Binding> {
    let (file, place) = at;
    if let Some(known) = program.memo.items.get(file, place, name, trail) {
        return known;
    }
    if !trail.enter(file, place, name) {
        return None;
    }
    let before = trail.begin();
    let found = item_once(program, at, name, trail);
    trail.leave();
    (program.memo.items).keep(file, place, name, trail, &found);
    trail.resume(before);
    found
}

fn item_once(
    program: &Program<'_>,
    (file, place): ModuleRef,
    name: &str,
    trail: &mut Trail,
) -> Option<Binding> {
    let places = program.places(file);
    if let Some(entity) = table(program, (file, place), name)
        && matches!(&entity, Binding::External(path) if path.starts_with(ENTITY))
    {
        return Some(entity);
    }
    let own = places
        .name(name)
        .map_or(&[][..], |id| places.names(place).definitions(id));
    let mut best = None;
    for definition in own
        .iter()
        .rev()
        .filter(|definition| binds(definition, name))
    {
        let binding = match definition {
            Definition::Import(id) => import(program, (file, place), *id, trail),
            other => program.definition(file, place, *other, trail),
        };
        if binding.is_definite() {
            return Some(binding);
        }
        best = Some(best.map_or(binding.clone(), |old: Binding| old.or_better(binding)));
    }
    best.or_else(|| table(program, (file, place), name))
        .or_else(|| glob(program, (file, place), name, trail))
}

/// A pattern's capitalized name is a constant or a variant, not a variable.
fn binds(definition: &Definition, name: &str) -> bool {
    match definition {
        Definition::Value(bound) => {
            bound.from != BoundFrom::Part || !name.starts_with(char::is_uppercase)
        }
        _ => true,
    }
}

fn table(program: &Program<'_>, at: ModuleRef, name: &str) -> Option<Binding> {
    let declared = program.rust.declared.get(&at)?;
    let found = declared.iter().find(|table| *table.name == *name)?;
    Some(Binding::External(found.path.as_ref().into()))
}

/// What `use` binds its name to.
fn import(program: &Program<'_>, at: ModuleRef, id: ImportId, trail: &mut Trail) -> Binding {
    let module = program.module(at.0);
    let Some(import) = module.imports.get(id.index()) else {
        return Binding::Unknown;
    };
    let Some(name) = import.name.map(|name| module.name(name)) else {
        return Binding::Unknown;
    };
    if import.declares {
        let child = program.rust.child(&program.units, at, import);
        return child.map_or(Binding::Unknown, Binding::Module);
    }
    let path = import.path.replace("::", ".");
    match path.trim_start_matches('.') {
        "" if path.is_empty() => first_segment(program, at.0, at.1, name, true, trail),
        "" => outside(program, at.0, name, true),
        rest => {
            // `mod router; pub use router::router;`: the path begins at the module, not at what is being bound.
            let (first, inside) = rest.split_once('.').unwrap_or((rest, ""));
            if import.alias.is_none()
                && first == name
                && let Some(module) = declared_module(program, at, name)
            {
                let of = members(program, module, inside, trail);
                return member(program, &of, name, trail);
            }
            let whole = format!("{rest}.{name}");
            imported_path(program, at, &whole, path.starts_with('.'), trail)
        }
    }
}

fn imported_path(
    program: &Program<'_>,
    at: ModuleRef,
    name: &str,
    global: bool,
    trail: &mut Trail,
) -> Binding {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    if !global {
        let found = path(program, at, name, true, trail);
        let open = match &found {
            Binding::Unknown => true,
            Binding::External(path) => {
                path.split('.').next() == Some(first) && !program.rust.depends_on(at.0, first)
            }
            _ => false,
        };
        // Edition 2015: paths of imports begin at the crate's root.
        let root = (program.rust.root(at.0), Place::Module);
        if !open || at == root {
            return found;
        }
        return match item(program, root, first, trail) {
            Some(start) if start != Binding::Unknown => members(program, start, rest, trail),
            _ => found,
        };
    }
    let start = outside(program, at.0, first, true);
    members(program, start, rest, trail)
}

/// What a name is bound to by the globs of a module or function body.
fn glob(program: &Program<'_>, at: ModuleRef, name: &str, trail: &mut Trail) -> Option<Binding> {
    let module = program.module(at.0);
    for id in &program.places(at.0).names(at.1).stars {
        let Some(import) = module.imports.get(id.index()) else {
            continue;
        };
        let path = import.path.replace("::", ".");
        let of = imported_path(
            program,
            at,
            path.trim_start_matches('.'),
            path.starts_with('.'),
            trail,
        );
        let found = match &of {
            Binding::Module(file) => item(program, (*file, Place::Module), name, trail),
            Binding::Class(class) => of_glob(program, *class, name, trail),
            Binding::External(path) => table_member(program, path, name).or_else(|| {
                prelude::of_package(path, name).map(|path| Binding::External(path.into()))
            }),
            _ => None,
        };
        if found
            .as_ref()
            .is_some_and(|found| *found != Binding::Unknown)
        {
            return found;
        }
    }
    None
}

/// A column or the table itself, by a glob of a module that `table!` declares; its `dsl` holds nothing else.
fn table_member(program: &Program<'_>, path: &str, name: &str) -> Option<Binding> {
    let inside = path.strip_prefix(TABLE)?.trim_start_matches('.');
    let (table, within) = inside.split_once('.').unwrap_or((inside, ""));
    let is_part = within != "dsl" && matches!(name, "table" | "columns" | "all_columns" | "star");
    let known = program.rust.declared.values().flatten().any(|declared| {
        *declared.name == *table
            && (declared.columns.iter().any(|column| **column == *name) || name == table || is_part)
    });
    known.then(|| Binding::External(format!("{TABLE}.{table}.{name}").into()))
}

/// What `Type::name` means: an item of an inline module, of a type's implementations or of a trait, or a variant.
fn associated(program: &Program<'_>, class: ClassRef, name: &str, trail: &mut Trail) -> Binding {
    let module = program.module(class.file);
    let definition = module.class(class.class);
    let place = Place::Class(class.class);
    match definition.kind {
        ClassKind::Module => match name {
            "self" => Binding::Class(class),
            "super" => parent(program, (class.file, place)),
            _ => item(program, (class.file, place), name, trail).unwrap_or(Binding::Unknown),
        },
        ClassKind::Alias => {
            if !trail.enter(class.file, place, "=") {
                return Binding::Unknown;
            }
            let target = alias_target(program, class, trail);
            let found = member(program, &target, name, trail);
            trail.leave();
            found
        }
        ClassKind::Enum if has_variant(program, class, name) => Binding::Class(class),
        _ if trail.without_implementations => Binding::Unknown,
        _ => program
            .associated_within(class, name, trail)
            .unwrap_or(Binding::Unknown),
    }
}

/// What `use Type::*` brings in: items of an inline module, variants of an enum. Functions of a type it does not.
fn of_glob(
    program: &Program<'_>,
    class: ClassRef,
    name: &str,
    trail: &mut Trail,
) -> Option<Binding> {
    match program.module(class.file).class(class.class).kind {
        ClassKind::Module => item(
            program,
            (class.file, Place::Class(class.class)),
            name,
            trail,
        ),
        ClassKind::Enum => has_variant(program, class, name).then_some(Binding::Class(class)),
        _ => None,
    }
}

fn has_variant(program: &Program<'_>, class: ClassRef, name: &str) -> bool {
    let module = program.module(class.file);
    let variants = &module.class(class.class).fields;
    variants
        .iter()
        .any(|variant| module.name(variant.name) == name)
}

fn alias_target(program: &Program<'_>, class: ClassRef, trail: &mut Trail) -> Binding {
    let module = program.module(class.file);
    let around = program
        .places(class.file)
        .around(Place::Class(class.class))
        .unwrap_or(Place::Module);
    let subject = module
        .class(class.class)
        .subject
        .and_then(|subject| type_name(program, class.file, subject));
    match subject {
        Some(name) if trail.enter(class.file, around, &name) => {
            let found = resolve(program, class.file, around, &name, trail);
            trail.leave();
            found
        }
        _ => Binding::Unknown,
    }
}

/// The path that a type spells, its arguments left away.
fn type_name(
    program: &Program<'_>,
    file: FileId,
    id: impact_facts::ExpressionId,
) -> Option<String> {
    let module = program.module(file);
    match &module.expression(id).kind {
        impact_facts::ExpressionKind::Subscript(subscript) => module.dotted(subscript.of),
        _ => module.dotted(id),
    }
}

/// The type that `Self` means.
fn own_type(program: &Program<'_>, file: FileId, place: Place, trail: &mut Trail) -> Binding {
    let mut at = Some(place);
    while let Some(place) = at {
        if let Place::Class(id) = place {
            let class = program.module(file).class(id);
            match class.kind {
                ClassKind::Implementation => {
                    let subject = class
                        .subject
                        .and_then(|subject| type_name(program, file, subject));
                    return subject.map_or(Binding::Unknown, |name| {
                        resolve(program, file, place, &name, trail)
                    });
                }
                ClassKind::Module => return Binding::Unknown,
                _ => return Binding::Class(ClassRef { file, class: id }),
            }
        }
        at = program.places(file).around(place);
    }
    Binding::Unknown
}

fn is_module(program: &Program<'_>, file: FileId, place: Place) -> bool {
    match place {
        Place::Module => true,
        Place::Class(id) => program.module(file).class(id).kind == ClassKind::Module,
        Place::Function(_) => false,
    }
}

fn module_around(program: &Program<'_>, file: FileId, place: Place) -> ModuleRef {
    let mut at = place;
    while !is_module(program, file, at) {
        at = program.places(file).around(at).unwrap_or(Place::Module);
    }
    (file, at)
}

fn parent(program: &Program<'_>, (file, place): ModuleRef) -> Binding {
    let around = program
        .places(file)
        .around(place)
        .map(|around| module_around(program, file, around));
    around
        .or_else(|| program.rust.parent(file))
        .map_or(Binding::Unknown, binding_of)
}

fn binding_of((file, place): ModuleRef) -> Binding {
    match place {
        Place::Class(class) => Binding::Class(ClassRef { file, class }),
        _ => Binding::Module(file),
    }
}

fn is_method(program: &Program<'_>, file: FileId, place: Place) -> bool {
    let places = program.places(file);
    let Some(name) = places.name("self") else {
        return false;
    };
    let mut at = Some(place);
    while let Some(place) = at {
        if let Place::Function(_) = place
            && !places.names(place).definitions(name).is_empty()
        {
            return true;
        }
        at = places.around(place);
    }
    false
}

fn is_parameter(program: &Program<'_>, file: FileId, place: Place, name: &str) -> bool {
    let module = program.module(file);
    let parameters: &[TypeParameter] = match place {
        Place::Function(id) => &module.function(id).type_parameters,
        Place::Class(id) => &module.class(id).type_parameters,
        Place::Module => &[],
    };
    parameters
        .iter()
        .any(|parameter| module.name(parameter.name) == name)
}

#[cfg(test)]
mod tests;
