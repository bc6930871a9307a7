//! Pony ORM 0.7: <https://docs.ponyorm.org/entities.html>. A key to another entity is the column of its own name.

use super::class_fields::{Words, models};
use super::{DeclareOptions, Declared};
use impact_bind::Program;

const WORDS: Words = Words {
    orm: "python/pony",
    bases: &[],
    maker: Some(("Database", "Entity")),
    fields: &["Required", "Optional", "PrimaryKey", "Set", "Discriminator"],
    dictionary: None,
    own_table: &["_table_"],
    package: "pony",
    table: &[],
    column: &["column"],
    key: &[],
    reverse: &[],
    value: &[],
    keys: &[],
    without_column: &["Set"],
    in_between: false,
};

/// Pony's entities of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
