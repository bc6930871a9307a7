//! Migrations, DDL and ORM declarations to the catalog of a database.

mod declare;
mod merge;
mod replay;
mod runner;
mod text;

pub use declare::{Declarations, DeclareOptions, declare};
pub use merge::{Member, MergedDatabase, merge, merge_databases};
pub use replay::Replay;
pub use text::SourceText;
