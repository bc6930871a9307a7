//! Fields of a model as its class body, or a migration, says them.

use super::app::{Apps, Target};
use super::companion;
use crate::declare::values::{self, Arguments};
use impact_bind::{Binding, Program, ValueRef};
use impact_facts::{Access, ExpressionKind, Site, Span};

/// What kind of member a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// A column of its own.
    Column,
    /// A foreign key.
    ForeignKey,
    /// A foreign key that is unique.
    OneToOne,
    /// A table in between.
    ManyToMany,
    /// Two columns that name any row.
    GenericForeignKey,
    /// The rows that name this one by a generic key.
    GenericRelation,
    /// Tags: a table in between whose rows name any row by a generic key.
    Tags,
    /// No column of its own table: a composite key.
    Virtual,
    /// Columns of a table beside the model's: translations.
    Translations,
    /// A table beside the model's with a copy of its columns.
    History,
}

/// What the field of a table beside the model's says of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Beside {
    /// The columns that it has of its own.
    pub(super) fields: Vec<Field>,
    /// Names of the model's fields that are not copied.
    pub(super) left_out: Vec<String>,
    /// The application that it belongs to, where that is another.
    pub(super) app: Option<String>,
    /// The model's name, where it is said.
    pub(super) model: Option<String>,
}

/// One declared field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: Box<str>,
    pub(super) kind: FieldKind,
    /// The field's class: `CharField`.
    pub(super) class: Box<str>,
    pub(super) target: Option<Target>,
    /// `db_column`, with where it is written.
    pub(super) db_column: Option<(Box<str>, Site)>,
    /// `db_table` of a table in between.
    pub(super) db_table: Option<Box<str>>,
    pub(super) through: Option<Target>,
    pub(super) through_fields: Vec<String>,
    pub(super) related_name: Option<Box<str>>,
    pub(super) related_query_name: Option<Box<str>>,
    pub(super) to_field: Option<Box<str>>,
    pub(super) null: bool,
    pub(super) has_default: bool,
    /// The database itself fills it in: `db_default`, a generated or an automatic column.
    pub(super) filled: bool,
    /// `max_length`, where it is a number.
    pub(super) length: Option<i64>,
    pub(super) primary_key: bool,
    pub(super) unique: bool,
    pub(super) indexed: bool,
    pub(super) parent_link: bool,
    pub(super) cascade: Option<Access>,
    /// Names of a generic key's two fields.
    pub(super) generic: (Box<str>, Box<str>),
    pub(super) beside: Option<Box<Beside>>,
    /// The field's name.
    pub(super) declared_at: Site,
}

/// Classes that are no column of their own, by the last part of their names. Every other class that ends like a field
/// is a column.
const KINDS: &[(&str, FieldKind)] = &[
    ("ForeignKey", FieldKind::ForeignKey),
    ("ParentalKey", FieldKind::ForeignKey),
    ("ForeignKeyField", FieldKind::ForeignKey),
    ("GenericRelation", FieldKind::GenericRelation),
    ("CompositePrimaryKey", FieldKind::Virtual),
    ("TaggableManager", FieldKind::Tags),
    ("ClusterTaggableManager", FieldKind::Tags),
    ("TranslatedFields", FieldKind::Translations),
    ("HistoricalRecords", FieldKind::History),
];

/// What a package's class is by the end of its name, the first that fits.
const ENDINGS: &[(&str, FieldKind)] = &[
    ("GenericForeignKey", FieldKind::GenericForeignKey),
    ("ForeignKey", FieldKind::ForeignKey),
    ("OneToOneField", FieldKind::OneToOne),
    ("ManyToManyField", FieldKind::ManyToMany),
    ("Field", FieldKind::Column),
];

/// The kind and class of field that a call makes; none if it makes none. A class of the tree is what its first base
/// outside the tree is.
pub(super) fn field_class(
    program: &Program<'_>,
    call: &Arguments<'_>,
) -> Option<(FieldKind, Box<str>)> {
    let name: Box<str> = match values::binding(program, call.callee()) {
        Binding::Class(class) => program
            .ancestors(class)
            .iter()
            .find_map(|base| match base {
                Binding::External(name) => {
                    let last = name.rsplit('.').next().unwrap_or(name);
                    kind_of(last).map(|_| last.into())
                }
                Binding::Class(base) if !program.is_own(base.file) => {
                    let name = program.class_name(*base);
                    let last = name.rsplit('.').next().unwrap_or(&name);
                    kind_of(last).map(|_| last.into())
                }
                _ => None,
            })?,
        Binding::External(name)
            if name.starts_with("django.forms") || name.contains("serializers") =>
        {
            return None;
        }
        Binding::Function(_) => return None,
        _ => call.callee_name().into(),
    };
    kind_of(&name).map(|kind| (kind, name))
}

/// The table in between that tags have where no other is said (`taggit/managers.py`).
const TAGGED: &str = "taggit.models.TaggedItem";

fn kind_of(class: &str) -> Option<FieldKind> {
    let special = KINDS
        .iter()
        .find(|(name, _)| *name == class)
        .map(|(_, kind)| *kind);
    let ending = || {
        let known = ENDINGS.iter().find(|(ending, _)| class.ends_with(ending));
        known.map(|(_, kind)| *kind)
    };
    special.or_else(ending)
}

/// Reads the field that a value makes. `own` is the label and name of its model.
pub(super) fn read(
    program: &Program<'_>,
    apps: &Apps,
    own: (&str, &str),
    name: &str,
    declared_at: Site,
    value: ValueRef,
) -> Option<Field> {
    let call = Arguments::of(program, value)?;
    let (kind, class) = field_class(program, &call)?;
    let text = |key: &str| {
        call.named(key)
            .and_then(|value| values::plain(program, value))
            .map(Box::from)
    };
    let flag = |key: &str| {
        call.named(key)
            .is_some_and(|value| values::is_true(program, value))
    };
    let is_key = matches!(kind, FieldKind::ForeignKey | FieldKind::OneToOne);
    let related = is_key || matches!(kind, FieldKind::ManyToMany | FieldKind::GenericRelation);
    let target = related.then(|| call.get(0, "to")).flatten();
    let through = call
        .named("through")
        .and_then(|value| apps.target(program, value, own))
        .or_else(|| (kind == FieldKind::Tags).then(|| Target::Class(TAGGED.to_owned())));
    let db_column = call
        .named("db_column")
        .and_then(|value| values::string(program, value));
    Some(Field {
        name: name.into(),
        kind,
        target: target.and_then(|value| apps.target(program, value, own)),
        db_column: db_column.map(|(text, site)| (text.into(), site)),
        db_table: text("db_table").or_else(|| companion::table(program, &call, kind)),
        through,
        through_fields: call
            .named("through_fields")
            .map_or_else(Vec::new, |value| texts(program, value)),
        related_name: text("related_name"),
        related_query_name: text("related_query_name"),
        to_field: text("to_field"),
        null: flag("null") || &*class == "NullBooleanField",
        has_default: has_default(&call, &class),
        filled: call.named("db_default").is_some()
            || class.ends_with("AutoField")
            || &*class == "GeneratedField",
        length: call
            .named("max_length")
            .and_then(|value| number(program, value)),
        primary_key: flag("primary_key"),
        unique: flag("unique") || kind == FieldKind::OneToOne,
        indexed: flag("db_index")
            || (is_key && call.named("db_index").is_none())
            || &*class == "SlugField",
        parent_link: flag("parent_link"),
        cascade: call
            .get(1, "on_delete")
            .and_then(|value| cascade(program, value))
            .filter(|_| is_key),
        generic: generic_names(program, &call, kind),
        beside: companion::read(program, apps, own, &call, kind).map(Box::new),
        class,
        declared_at,
    })
}

fn texts(program: &Program<'_>, value: ValueRef) -> Vec<String> {
    values::strings(program, value)
        .into_iter()
        .map(|(text, _)| text)
        .collect()
}

fn number(program: &Program<'_>, value: ValueRef) -> Option<i64> {
    match values::kind(program, values::follow(program, value)) {
        ExpressionKind::Integer(number) => Some(*number),
        _ => None,
    }
}

fn has_default(call: &Arguments<'_>, class: &str) -> bool {
    const KEYS: &[&str] = &[
        "default",
        "db_default",
        "auto_now",
        "auto_now_add",
        "auto_created",
    ];
    class.ends_with("AutoField") || KEYS.iter().any(|key| call.named(key).is_some())
}

/// What Django itself does to the rows when the row that they point at is deleted: it reads those that it deletes or
/// forbids to delete, and writes the key of those that it keeps.
fn cascade(program: &Program<'_>, value: ValueRef) -> Option<Access> {
    let call = Arguments::of(program, value);
    let name = match &call {
        Some(call) => call.callee_name().to_owned(),
        None => values::dotted_end(program, value)?,
    };
    match name.as_str() {
        "CASCADE" | "PROTECT" | "RESTRICT" => Some(Access::Read),
        "SET_NULL" | "SET_DEFAULT" | "SET" => Some(Access::Write),
        _ => None,
    }
}

/// `GenericForeignKey(ct_field, fk_field)` and `GenericRelation(content_type_field=, object_id_field=)`.
fn generic_names(
    program: &Program<'_>,
    call: &Arguments<'_>,
    kind: FieldKind,
) -> (Box<str>, Box<str>) {
    let text = |value: Option<ValueRef>, default: &str| -> Box<str> {
        value
            .and_then(|value| values::plain(program, value))
            .map_or(default.into(), Box::from)
    };
    match kind {
        FieldKind::GenericForeignKey => (
            text(call.get(0, "ct_field"), "content_type"),
            text(call.get(1, "fk_field"), "object_id"),
        ),
        _ => (
            text(call.named("content_type_field"), "content_type"),
            text(call.named("object_id_field"), "object_id"),
        ),
    }
}

impl Field {
    /// The member that holds the column's value: `project_id` for the key `project`.
    pub(super) fn attribute(&self) -> Box<str> {
        match self.kind {
            FieldKind::ForeignKey | FieldKind::OneToOne => format!("{}_id", self.name).into(),
            _ => self.name.clone(),
        }
    }

    /// The column; none for a field without one.
    pub(super) fn column(&self) -> Option<Box<str>> {
        match self.kind {
            FieldKind::Column | FieldKind::ForeignKey | FieldKind::OneToOne => {
                let named = self.db_column.as_ref().map(|(name, _)| name.clone());
                Some(named.unwrap_or_else(|| self.attribute()))
            }
            _ => None,
        }
    }

    /// Where the column's name is written, if it is.
    pub(super) fn names_column(&self) -> Option<Span> {
        self.db_column.as_ref().map(|(_, site)| site.span)
    }
}
