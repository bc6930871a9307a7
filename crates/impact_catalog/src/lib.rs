//! Migrations, DDL and ORM declarations to the catalog of a database.

mod replay;

pub use replay::Replay;
