//! Tortoise ORM 0.25: <https://tortoise.github.io/models.html>.

use super::class_fields::{Between, End, Named, Words, models};
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
    config: None,
    plural: "",
    suffix: "_id",
    value_by_column: false,
    other_side: |_, table, one| match one {
        true => table.to_owned(),
        false => format!("{table}s"),
    },
    between: Some(&Between {
        through: &["through"],
        own: &["backward_key"],
        other: &["forward_key"],
        named: between,
        has_id: false,
    }),
};

/// `Tortoise._init_relations` and `ManyToManyFieldInstance` of Tortoise 0.15 to 0.25.
fn between(own: &End<'_>, other: &End<'_>) -> Named {
    let there = format!("{}_id", other.class);
    let here = format!("{}_id", own.table);
    Named {
        table: format!("{}_{}", own.table, other.table),
        own: match here == there {
            true => format!("{}_rel_id", own.table),
            false => here,
        },
        other: there,
    }
}

/// Tortoise's models of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
