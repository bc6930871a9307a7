//! Tortoise ORM 0.25: <https://tortoise.github.io/models.html>.

use super::class_fields::{Words, models};
use super::{DeclareOptions, Declared};
use impact_bind::Program;

const WORDS: Words = Words {
    orm: "python/tortoise",
    bases: &["tortoise.models.Model", "tortoise.Model"],
    package: "tortoise",
    maker: None,
    fields: &[],
    dictionary: None,
    own_table: &[],
    table: &["table"],
    column: &["source_field"],
    key: &["pk", "primary_key"],
    reverse: &["related_name"],
    value: &[],
    keys: &["ForeignKeyField", "OneToOneField"],
    without_column: &["ManyToManyField"],
    in_between: true,
};

/// Tortoise's models of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
