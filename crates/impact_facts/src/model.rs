//! ORM declarations, bound: which class or struct maps which table, and which member maps which column.

use crate::{Access, ClassId, Site, Span, TableName};
use serde::{Deserialize, Serialize};

/// A class or struct that an ORM maps to a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its qualified name: `app.models.User`, `crate_name::models::User`. Unique in its service.
    pub name: Box<str>,
    /// Where it stands in its module.
    pub class: Option<ClassId>,
    /// Which ORM maps it: `python/django`, `python/sqlalchemy`, `rust/diesel`, ….
    pub orm: Box<str>,
    /// The table; none for an abstract base, or if it could not be told.
    pub table: Option<TableName>,
    /// Its fields, inherited ones included, in the order of the ORM.
    pub fields: Vec<MappedField>,
    /// Relations to other models.
    pub relations: Vec<Relationship>,
    /// Bases that are models themselves and have tables of their own (multi-table and joined inheritance).
    pub parents: Vec<Box<str>>,
    /// Other words that the ORM knows it by: Django's `app_label.ModelName`.
    pub aliases: Vec<Box<str>>,
    /// `Meta.ordering` and its kin: field paths read whenever a query runs without an order of its own.
    pub ordering: Vec<Box<str>>,
    /// All columns of the table are mapped without being named (reflection, automap).
    pub reflected: bool,
    /// Whether it only declares for other models (abstract, mixin).
    pub is_abstract: bool,
    /// Where its name stands.
    pub declared_at: Site,
}

/// A member that maps a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedField {
    /// The member's name in code.
    pub name: Box<str>,
    /// The column.
    pub column: Box<str>,
    /// The field's type as the ORM names it: `CharField`, `String`, `Nullable<Text>`.
    pub data_type: Box<str>,
    /// Not selected unless named: SQLAlchemy's `deferred`, Django's `GeneratedField` is selected.
    pub deferred: bool,
    /// The database or the ORM fills it in when a new row does not say it.
    pub has_default: bool,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Part of the primary key.
    pub primary_key: bool,
    /// Where it is declared. In a subclass: the base's line.
    pub declared_at: Site,
    /// Whether the column's name is written at `declared_at` (else it is derived from the member's).
    pub names_column: Option<Span>,
}

/// A relation between models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// The member's name in code: `project`, `addresses`.
    pub name: Box<str>,
    /// The other model's qualified name; none if it could not be told.
    pub target: Option<Box<str>>,
    /// Whether the member is a collection.
    pub many: bool,
    /// This table's columns that hold the key (foreign key here); empty if the other side holds it.
    pub local: Vec<Box<str>>,
    /// The other table's columns that `local` points at, or that point here.
    pub remote: Vec<Box<str>>,
    /// The table in between, and its columns.
    pub through: Option<(TableName, Vec<Box<str>>)>,
    /// The member's name for a lookup, where it differs (`related_query_name`).
    pub query_name: Option<Box<str>>,
    /// What the database does to these rows when the other is deleted, done by the ORM itself (Django's cascade).
    pub cascade: Option<Access>,
    /// Implied by the other side's declaration (`related_name`, `backref`, `user_set`).
    pub reverse: bool,
    /// Its rows are loaded whenever the model's are: SQLAlchemy's `lazy="joined"`, `"selectin"`, `"subquery"`, `"immediate"`.
    pub eager: bool,
    /// What a package does of itself with the rows at the other side.
    pub companion: Option<Companion>,
    /// Where it is declared.
    pub declared_at: Site,
}

/// What the rows of a table that a package keeps beside a model's own are to the model's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Companion {
    /// Their members are members of the model's rows, too, and are saved with them: the translations of django-parler 2.3
    /// (`parler/models.py`, `TranslatableModelMixin`).
    Members,
    /// One is added whenever a row is saved or deleted, with what the row holds: the records of django-simple-history 3
    /// (`simple_history/models.py`, `HistoricalRecords`).
    Copies,
}

impl Relationship {
    /// A member that leads to one row of another model, with nothing said of keys.
    #[must_use]
    pub fn new(name: Box<str>, target: Option<Box<str>>, declared_at: Site) -> Self {
        Self {
            name,
            target,
            many: false,
            local: Vec::new(),
            remote: Vec::new(),
            through: None,
            query_name: None,
            cascade: None,
            reverse: false,
            eager: false,
            companion: None,
            declared_at,
        }
    }
}
