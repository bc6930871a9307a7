//! encode/orm 0.3: <https://www.encode.io/orm/declaring_models/>. A class holds its fields in a dictionary.

use super::class_fields::{Words, models};
use super::{DeclareOptions, Declared};
use impact_bind::Program;

const WORDS: Words = Words {
    orm: "python/orm",
    bases: &["orm.Model", "orm.models.Model"],
    maker: None,
    fields: &[
        "Integer",
        "BigInteger",
        "String",
        "Text",
        "Float",
        "Boolean",
        "Date",
        "DateTime",
        "Time",
        "JSON",
        "UUID",
        "Enum",
        "Decimal",
        "Email",
        "URL",
        "IPAddress",
        "ForeignKey",
        "OneToOne",
    ],
    dictionary: Some("fields"),
    own_table: &["tablename"],
    package: "orm",
    table: &[],
    column: &[],
    key: &["primary_key"],
    reverse: &[],
    value: &[],
    keys: &["ForeignKey", "OneToOne"],
    without_column: &[],
    config: None,
    plural: "",
    suffix: "",
    value_by_column: false,
    other_side: |class, _, _| format!("{class}_set"),
    between: None,
};

/// The models of a service that uses encode/orm.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
