//! Pony ORM 0.7: <https://docs.ponyorm.org/entities.html>. A key to another entity is the column of its own name.

use super::class_fields::{Between, End, Named, Words, models};
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
    config: None,
    plural: "",
    suffix: "",
    value_by_column: false,
    other_side: |class, _, _| format!("{class}_set"),
    between: Some(&Between {
        through: &["table"],
        own: &["column"],
        other: &["reverse_column"],
        named: between,
        has_id: false,
    }),
};

/// <https://docs.ponyorm.org/relationships.html#many-to-many>: both entities by name.
fn between(own: &End<'_>, other: &End<'_>) -> Named {
    let (first, second) = match own.class <= other.class {
        true => (own, other),
        false => (other, own),
    };
    let is_own = own.class == other.class;
    Named {
        table: format!("{}_{}", first.class, second.class),
        own: own.class.to_owned(),
        other: match is_own {
            true => format!("{}_2", other.class),
            false => other.class.to_owned(),
        },
    }
}

/// Pony's entities of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
