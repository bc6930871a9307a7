//! Names of macros: attributes and derives have a namespace of their own, which functions and values do not enter.

use super::{globbed, import};
use crate::binding::{Binding, ClassRef};
use crate::place::{Definition, Place};
use crate::program::Program;
use crate::trail::Trail;
use foldhash::{HashMap, HashMapExt};
use impact_facts::{ClassId, ClassKind, ExpressionId, ExpressionKind, FileId, Module, Statement};

impl Program<'_> {
    /// What the name of an attribute means in a place of a Rust file: `get` of `#[get("/users")] async fn get()` is what
    /// `use` binds, not the function.
    #[must_use]
    pub fn attribute_name(&self, file: FileId, place: Place, id: ExpressionId) -> Binding {
        let found = self.resolve_expression(file, place, id);
        let is_value = matches!(
            found,
            Binding::Function(_) | Binding::Value(..) | Binding::Class(_) | Binding::Local
        );
        let spelled = self.module(file).dotted(id);
        match spelled.filter(|name| is_value && !name.contains('.')) {
            Some(name) => imported(self, file, place, &name).unwrap_or(found),
            None => found,
        }
    }

    /// Rust: the `macro_rules!` of a name, in the order of the files. Where they are seen is not looked at.
    #[must_use]
    pub fn macros_named(&self, name: &str) -> &[ClassRef] {
        let all = self.rust.macros.get_or_init(|| {
            let mut all: HashMap<Box<str>, Vec<ClassRef>> = HashMap::new();
            for class in self.all_classes() {
                let module = self.module(class.file);
                let definition = module.class(class.class);
                if let (ClassKind::Macro, Some(name)) = (definition.kind, definition.name) {
                    all.entry(module.name(name).into()).or_default().push(class);
                }
            }
            all
        });
        all.get(name).map_or(&[], Vec::as_slice)
    }

    /// The service's file of queries `queries/NAME.sql`, of which cornucopia makes a module of that name.
    #[must_use]
    pub fn query_file(&self, name: &str) -> Option<FileId> {
        let all = self.rust.queries.get_or_init(|| {
            let own = self.files().filter(|file| self.is_own(*file));
            let named = own.filter_map(|file| {
                let path = self.path(file).strip_suffix(".sql")?;
                let (folder, name) = path.rsplit_once('/')?;
                let last = folder.rsplit('/').next();
                (last == Some("queries")).then(|| (Box::from(name), file))
            });
            named.collect()
        });
        all.get(name).copied()
    }

    /// Rust: the calls of macros that stand as items in the implementations of a type: `impl Post { find_by!(…); }`.
    #[must_use]
    pub fn member_macros(&self, class: ClassRef) -> &[(FileId, ExpressionId)] {
        let all = self.rust.member_macros.get_or_init(|| {
            let mut all: HashMap<ClassRef, Vec<(FileId, ExpressionId)>> = HashMap::new();
            for class in self.all_classes() {
                for one in self.implementations(class) {
                    let found = item_macros(self.module(one.file), one.class);
                    let found = found.into_iter().map(|id| (one.file, id));
                    let mut found = found.peekable();
                    if found.peek().is_some() {
                        all.entry(class).or_default().extend(found);
                    }
                }
            }
            all
        });
        all.get(&class).map_or(&[], Vec::as_slice)
    }
}

/// The macro calls that stand as items in a body.
fn item_macros(module: &Module, class: ClassId) -> Vec<ExpressionId> {
    let body = &module.class(class).body;
    let calls = body.statements.iter().filter_map(|one| match one {
        Statement::Do(id) => Some(*id),
        _ => None,
    });
    let calls = calls.chain(body.tail);
    let is_macro =
        |id: &ExpressionId| matches!(module.expression(*id).kind, ExpressionKind::Macro(_));
    calls.filter(is_macro).collect()
}

/// What the imports of a place, or of those around it, bind a name to.
fn imported(program: &Program<'_>, file: FileId, place: Place, name: &str) -> Option<Binding> {
    let places = program.places(file);
    let trail = &mut Trail::default();
    let mut at = Some(place);
    while let Some(around) = at {
        let own = places
            .name(name)
            .map_or(&[][..], |id| places.names(around).definitions(id));
        let outside = own.iter().rev().find_map(|definition| match definition {
            Definition::Import(id) => {
                let found = import(program, (file, around), *id, trail);
                matches!(found, Binding::External(_)).then_some(found)
            }
            _ => None,
        });
        if outside.is_some() {
            return outside;
        }
        at = places.around(around);
    }
    match globbed(program, (file, place), name, trail) {
        Binding::Unknown => None,
        found => Some(found),
    }
}
