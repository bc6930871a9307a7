//! peewee 3: <https://docs.peewee-orm.com/en/latest/peewee/models.html>.

use super::class_fields::{Between, End, Named, Words, models};
use super::{DeclareOptions, Declared};
use impact_bind::Program;

const WORDS: Words = Words {
    orm: "python/peewee",
    bases: &[
        "peewee.Model",
        "playhouse.signals.Model",
        "playhouse.sqlite_ext.FTSModel",
        "playhouse.sqlite_ext.FTS5Model",
        // Behind `from peewee import *` and `from playhouse.sqlite_ext import *`, which of the two has it is not known.
        "peewee.FTSModel",
        "peewee.FTS5Model",
    ],
    package: "peewee",
    maker: None,
    fields: &[],
    dictionary: None,
    own_table: &[],
    table: &["table_name", "db_table"],
    column: &["column_name", "db_column"],
    key: &["primary_key"],
    reverse: &["backref", "related_name"],
    value: &["object_id_name"],
    keys: &["ForeignKeyField", "DeferredForeignKey"],
    without_column: &["ManyToManyField"],
    config: None,
    plural: "",
    suffix: "_id",
    value_by_column: true,
    other_side: |class, _, _| format!("{class}_set"),
    between: Some(&Between {
        through: &["through_model"],
        own: &[],
        other: &[],
        named: between,
        has_id: true,
    }),
};

/// peewee 3, `ManyToManyField.get_models` and `_create_through_model`: both sides by name.
fn between(own: &End<'_>, other: &End<'_>) -> Named {
    let (first, second) = match own.class <= other.class {
        true => (own, other),
        false => (other, own),
    };
    Named {
        table: format!("{}_{}_through", first.table, second.table),
        own: format!("{}_id", own.class),
        other: format!("{}_id", other.class),
    }
}

/// peewee's models of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
