//! ormar 0.10 to 0.20: <https://collerek.github.io/ormar/models/>, <https://collerek.github.io/ormar/fields/field-types/>. The
//! table stands in `class Meta(BaseMeta)` or, from 0.20 on, in `ormar_config`.

use super::class_fields::{Between, End, Named, Words, models};
use super::{DeclareOptions, Declared};
use impact_bind::Program;

const WORDS: Words = Words {
    orm: "python/ormar",
    bases: &["ormar.Model", "ormar.models.Model"],
    maker: None,
    fields: &[
        "Integer",
        "BigInteger",
        "SmallInteger",
        "String",
        "Text",
        "Float",
        "Boolean",
        "Date",
        "DateTime",
        "Time",
        "JSON",
        "LargeBinary",
        "UUID",
        "Enum",
        "Decimal",
        "ForeignKey",
        "ManyToMany",
    ],
    dictionary: None,
    own_table: &[],
    package: "ormar",
    table: &["tablename"],
    column: &["name"],
    key: &["primary_key"],
    reverse: &["related_name"],
    value: &[],
    keys: &["ForeignKey"],
    without_column: &["ManyToMany"],
    config: Some("ormar_config"),
    plural: "s",
    suffix: "",
    value_by_column: false,
    other_side: |class, _, _| format!("{class}s"),
    between: Some(&Between {
        through: &["through"],
        own: &["through_relation_name"],
        other: &["through_reverse_relation_name"],
        named: between,
        has_id: true,
    }),
};

/// <https://collerek.github.io/ormar/relations/many-to-many/>: a through model that is left out, and the keys that a given one
/// gets.
fn between(own: &End<'_>, other: &End<'_>) -> Named {
    Named {
        table: format!("{}s_{}s", own.class, other.class),
        own: own.class.to_owned(),
        other: other.class.to_owned(),
    }
}

/// ormar's models of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
