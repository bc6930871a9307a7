//! Names to definitions: the modules of a service, their imports, classes and bases.
//!
//! A [`Program`] is made once from all files of a service, the libraries it imports and stub modules, and then answers
//! what a name means where it stands. It reads the lowered form only, decides nothing that needs evaluation
//! ([`Binding::Local`], [`Binding::Value`]), and knows no ORM or framework.
//!
//! ```
//! use impact_bind::{Binding, Place, Program, Sources};
//! let program = Program::new(Sources::default());
//! assert_eq!(program.lookup("django.db.models.Model"), Binding::External("django.db.models.Model".into()));
//! ```

mod binding;
mod class;
mod memo;
mod path;
mod place;
mod program;
mod python;
mod python_names;
mod rust;
mod trail;
mod tree;

pub use binding::{Binding, ClassRef, FunctionRef, ValueRef};
pub use path::path_from;
pub use place::{Bound, BoundFrom, Definition, Names, Place, Places};
pub use program::{Library, Program, SourceFile, Sources, Stub};
pub use rust::{
    IdenColumn, IdenTable, attributes, entity_name, entity_table, named_span, snake_case,
};
