//! What is known of one database: its relations as they stand at the end of its history, and the history.

use crate::{Dependent, Dialect, FileId, Site};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `schema.table`, or `table`. Names are folded as the dialect folds them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableName {
    /// The schema, where one was said or found.
    pub schema: Option<Box<str>>,
    /// The relation.
    pub name: Box<str>,
}

impl TableName {
    /// A name without a schema.
    #[must_use]
    pub fn bare(name: &str) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// A name in a schema.
    #[must_use]
    pub fn qualified(schema: &str, name: &str) -> Self {
        Self {
            schema: Some(schema.into()),
            name: name.into(),
        }
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// One database as its migrations, dumps and declarations describe it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// The database's name in the workspace; `main` if nobody named it.
    pub database: Box<str>,
    /// Its dialect.
    pub dialect: Dialect,
    /// Schemas in which a bare name is looked up, in order. PostgreSQL: `["public"]` unless said otherwise.
    pub search_path: Vec<Box<str>>,
    /// Live relations by full name.
    pub relations: BTreeMap<TableName, Relation>,
    /// Relations that no longer exist, with what they had: still valid targets.
    pub dropped: BTreeMap<TableName, Relation>,
    /// Composite types: their fields in order.
    pub types: BTreeMap<TableName, Vec<Box<str>>>,
    /// Functions.
    pub functions: BTreeMap<TableName, DatabaseFunction>,
    /// Schemas whose tables stand in another database (`IMPORT FOREIGN SCHEMA`): every table there is a table here, too.
    #[serde(default)]
    pub imported: Vec<ImportedSchema>,
    /// Files that sites point into.
    pub files: Vec<CatalogFile>,
    /// Steps that were not understood: what is said of the tables they name is not certain.
    pub unknown: Vec<UnknownStep>,
    /// Whether its relations are all there are: made from migrations or a dump (true), or from ORM declarations (false).
    pub complete: bool,
}

/// A file that the catalog was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CatalogFile {
    /// The service it belongs to.
    pub service: Box<str>,
    /// Its path from the service's root.
    pub path: Box<str>,
}

/// Kinds of [`Relation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RelationKind {
    /// An ordinary or partitioned table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A table of another server.
    ForeignTable,
    /// A temporary table.
    Temporary,
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Which.
    pub kind: RelationKind,
    /// Live columns in the order of the database.
    pub columns: Vec<Column>,
    /// Columns that it had.
    pub past: Vec<PastColumn>,
    /// Constraints, indexes, triggers, policies.
    pub dependents: Vec<DeclaredDependent>,
    /// Tables whose columns it has, too.
    pub parents: Vec<TableName>,
    /// A view's query, and what each of its columns is made from.
    pub view: Option<View>,
    /// Foreign tables: `(server, remote schema)`.
    pub foreign: Option<(Box<str>, Box<str>)>,
    /// Where it is said.
    pub declared_at: Option<Site>,
    /// Where it was dropped.
    pub dropped_at: Option<Site>,
    /// Who says that it exists.
    pub origin: Origin,
}

impl Relation {
    /// A relation of which nothing is known but that it exists.
    #[must_use]
    pub fn new(kind: RelationKind, declared_at: Option<Site>, origin: Origin) -> Self {
        Self {
            kind,
            columns: Vec::new(),
            past: Vec::new(),
            dependents: Vec::new(),
            parents: Vec::new(),
            view: None,
            foreign: None,
            declared_at,
            dropped_at: None,
            origin,
        }
    }

    /// The live column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }
}

/// Who says that a relation or column exists. Later ones fill in only what earlier ones do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A replayed migration.
    Migration,
    /// A dump or schema file.
    Ddl,
    /// A declaration that a tool keeps equal to the database (diesel's `table!`).
    Schema,
    /// An ORM model.
    Model,
    /// A statement that names it, where there is nothing else.
    Statement,
    /// The framework itself, or a third-party package.
    Builtin,
}

/// A live column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Box<str>,
    /// Its type as written, lower-cased; empty if unknown.
    pub data_type: Box<str>,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether the database fills it in.
    pub has_default: bool,
    /// Columns of the same table that generate it.
    pub generated_from: Vec<Box<str>>,
    /// Where it is said.
    pub declared_at: Option<Site>,
    /// Who says so.
    pub origin: Origin,
}

impl Column {
    /// A column of which only the name is known, and that something speaks of it: of any type, NULL allowed.
    #[must_use]
    pub fn untyped(name: impl Into<Box<str>>, declared_at: Option<Site>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            data_type: Box::default(),
            nullable: true,
            has_default: false,
            generated_from: Vec::new(),
            declared_at,
            origin,
        }
    }
}

/// A column that a table had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastColumn {
    /// Its name then.
    pub name: Box<str>,
    /// Where it was dropped or renamed.
    pub ended_at: Site,
    /// Its name after a rename.
    pub renamed_to: Option<Box<str>>,
}

/// A [`Dependent`] and the file that declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredDependent {
    /// What it is.
    pub dependent: Dependent,
    /// The file its spans point into.
    pub file: FileId,
}

/// A view's insides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The query's text.
    pub sql: Box<str>,
    /// Where the text begins.
    pub at: Option<Site>,
    /// For each column of another relation that the view needs: the relation, the column, where the query names it,
    /// and the view's own columns that are made from it (none: it filters, joins or orders).
    pub needs: Vec<ViewNeed>,
}

/// A column that a view is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewNeed {
    /// The other relation.
    pub table: TableName,
    /// Its column.
    pub column: Box<str>,
    /// Where the query names it, or the `*` that means it.
    pub site: Option<Site>,
    /// Whether only a `*` means it.
    pub star: bool,
    /// The view's columns that carry its value.
    pub feeds: Vec<Box<str>>,
}

/// A function of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseFunction {
    /// As declared.
    pub definition: crate::CreateFunction,
    /// Where.
    pub at: Option<Site>,
}

/// A schema that is imported from another server, see [`SchemaChange::ImportForeignSchema`](crate::SchemaChange).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImportedSchema {
    /// The server's name.
    pub server: Box<str>,
    /// The schema's name there.
    pub remote: Box<str>,
    /// The schema that its tables appear in here.
    pub local: Box<str>,
    /// Only these tables; empty for all.
    pub only: Vec<Box<str>>,
    /// All but these tables.
    pub except: Vec<Box<str>>,
}

/// A step of the history that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownStep {
    /// Where it stands.
    pub site: Site,
    /// Why.
    pub reason: Box<str>,
    /// Tables it names; empty if none could be told.
    pub tables: Vec<TableName>,
}
