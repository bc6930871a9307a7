//! peewee 3: <https://docs.peewee-orm.com/en/latest/peewee/models.html>.

use super::class_fields::{Words, models};
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
    in_between: false,
};

/// peewee's models of a service.
pub(super) fn declare(program: &Program<'_>, _: &DeclareOptions<'_>) -> Declared {
    Declared {
        models: models(program, &WORDS),
        ..Declared::default()
    }
}
