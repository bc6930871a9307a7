//! Migrations, DDL and ORM declarations to the catalog of a database.

mod declare;
mod replay;
mod runner;
mod text;

pub use declare::{Declarations, DeclareOptions, MigrationFile, declare};
pub use replay::Replay;
pub use text::SourceText;
