//! Names of macros: attributes and derives have a namespace of their own, which functions and values do not enter.

use super::{globbed, import};
use crate::binding::Binding;
use crate::place::{Definition, Place};
use crate::program::Program;
use crate::trail::Trail;
use impact_facts::{ExpressionId, FileId};

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
