//! All that was found in one service at one revision: what travels to the graph, to the cache and to other repositories.

use crate::{Catalog, FileId, Language, Migration, Position, Site, TableName};
use serde::{Deserialize, Serialize};

/// What one service yields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Index {
    /// The service.
    pub service: Service,
    /// The revision it was made from, where the tree is under version control and unchanged.
    pub revision: Option<Box<str>>,
    /// Its files, by path. [`FileId`] points here.
    pub files: Vec<IndexedFile>,
    /// The code that references, calls and entry points belong to.
    pub symbols: Vec<Symbol>,
    /// What touches columns.
    pub references: Vec<Reference>,
    /// SQL that adds rows.
    pub insertions: Vec<Insertion>,
    /// Which code runs which.
    pub calls: Vec<CallEdge>,
    /// What sets code going.
    pub entry_points: Vec<EntryPoint>,
    /// Messages and requests that leave the service.
    pub outbound: Vec<Outbound>,
    /// What could not be decided.
    pub blind_spots: Vec<BlindSpot>,
    /// Annotations that speak to impact, with their targets.
    pub annotations: Vec<FileAnnotation>,
    /// What was looked at.
    pub coverage: Coverage,
    /// The schema that this service's own migrations and declarations describe, one for each database.
    pub catalogs: Vec<Catalog>,
    /// Its migrations, database by database in their order.
    pub migrations: Vec<Migration>,
    /// What was left out of `references` because no question that is asked can touch it; empty in a whole index.
    pub elsewhere: Vec<Elsewhere>,
}

/// References to one column, or to one table as a whole, of which only the number is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The database; empty for the service's first.
    pub database: Box<str>,
    /// The table.
    pub table: TableName,
    /// The column; none for the table as a whole.
    pub column: Option<Box<str>>,
    /// How many of them are exact or likely and not in a migration.
    pub evident: u32,
}

/// Who a service is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Service {
    /// Its name, unique in the workspace.
    pub name: Box<str>,
    /// Its root from the workspace's; empty if it is the workspace's.
    pub path: Box<str>,
    /// Who answers for it.
    pub owner: Option<Box<str>>,
    /// The databases it uses. The first is the one of a reference that does not say.
    pub databases: Vec<Box<str>>,
    /// Whether it is only imported, never deployed.
    pub library: bool,
}

/// A file of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexedFile {
    /// Its path from the service's root, with `/`, without `./`.
    pub path: Box<str>,
    /// What it was read as.
    pub language: Language,
    /// What kind of code it holds.
    pub scope: Scope,
}

/// A symbol of [`Index::symbols`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolId(pub u32);

/// A piece of code with a name: a function, a module's body, a template, a SQL file, a dbt model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// Its qualified name in its language's notation: `app.views.profile`, `billing::routes::show`; a template's path.
    pub name: Box<str>,
    /// Where it is defined.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// What kind of code it is.
    pub scope: Scope,
}

/// What kind of code something stands in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Deployed code. Jobs are production.
    #[default]
    Production,
    /// Run by hand or by a scheduler, outside any package.
    Script,
    /// Run by tests only.
    Test,
    /// Part of a schema's history.
    Migration,
    /// Written by a program.
    Generated,
}

impl Scope {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Script => "script",
            Self::Test => "test",
            Self::Migration => "migration",
            Self::Generated => "generated",
        }
    }
}

/// What is done to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Its value is used.
    Read,
    /// Its value is set.
    Write,
    /// A model, struct or schema file maps it.
    Declare,
}

impl Access {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Declare => "declare",
        }
    }
}

/// Whether a site names the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The site names it.
    Explicit,
    /// A whole-row operation touches it through a declaration or a star.
    Implicit,
}

impl How {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
        }
    }
}

/// How sure a reference is. Ordered from the weakest: the certainty of a path is the least of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// A candidate that could not be told from others.
    Possible,
    /// Some step is inferred.
    Likely,
    /// Every step is bound by a declaration, an annotation, an import or SQL scoping.
    Exact,
}

impl Certainty {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Exact => "exact",
        }
    }
}

/// What a reference is, for policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceClass {
    /// The column is named.
    Name,
    /// A row is read or written as a whole, through a declaration.
    WholeRow,
    /// Only a `*` means it.
    Star,
    /// The statement stays valid after the drop, with another meaning.
    Rebinding,
    /// A relation or other object of the database needs it.
    View,
    /// A data file lists it among a table's columns.
    List,
}

impl ReferenceClass {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::WholeRow => "whole_row",
            Self::Star => "star",
            Self::Rebinding => "rebinding",
            Self::View => "view",
            Self::List => "list",
        }
    }
}

/// A site that touches a column or, with `column` none, a table as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// Where: the name itself, or the expression that runs the query.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// The characters at `site`, the first line of them, at most 120.
    pub text: Box<str>,
    /// The database; empty for the service's first.
    pub database: Box<str>,
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: Option<Box<str>>,
    /// What is done.
    pub access: Access,
    /// Whether it is named.
    pub how: How,
    /// Its class.
    pub class: ReferenceClass,
    /// How sure.
    pub certainty: Certainty,
    /// The kind of code.
    pub scope: Scope,
    /// The pack or front end that knows: `python/django`, `sql`.
    pub via: Box<str>,
    /// The code it stands in.
    pub symbol: Option<SymbolId>,
    /// Implicit: the declaration that feeds it.
    pub declared_at: Option<Site>,
    /// Lines and columns of `declared_at`.
    pub declared_position: Option<Position>,
    /// A rebinding: what the name would mean.
    pub becomes: Option<Box<str>>,
    /// The name under which the value leaves the service, where it does.
    pub exposed_as: Option<Box<str>>,
    /// Code of a migration: whether it has run when a change is asked for, or never runs again. In an index always so:
    /// which migrations are still to run depends on the question. Else false.
    pub applied: bool,
}

impl Reference {
    /// Whether it shows that the analyzer was awake: it is exact or likely, and not in a migration.
    #[must_use]
    pub fn is_evident(&self) -> bool {
        self.certainty >= Certainty::Likely && self.scope != Scope::Migration
    }
}

/// A statement, or a row that an ORM is told to add, with the columns that it gives a value: all others are left to
/// their defaults, or to NULL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Insertion {
    /// Where: the table's name in SQL, the call that says what is in an ORM's row.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// The database; empty for the service's first.
    pub database: Box<str>,
    /// The table.
    pub table: TableName,
    /// The columns that it writes, sorted.
    pub columns: Vec<Box<str>>,
    /// Columns of which it is not known whether they get a value: an optional one, or names that are made at run time.
    /// Sorted; none of them is among `columns`.
    pub open: Vec<Box<str>>,
    /// What says so: `sql`, or the ORM as in [`Reference::via`].
    pub via: Box<str>,
    /// How sure.
    pub certainty: Certainty,
    /// The kind of code.
    pub scope: Scope,
    /// The code it stands in.
    pub symbol: Option<SymbolId>,
}

/// Code that runs other code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallEdge {
    /// The caller.
    pub from: SymbolId,
    /// The callee.
    pub to: SymbolId,
    /// Where.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// How sure.
    pub certainty: Certainty,
}

/// Kinds of [`EntryPoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// An HTTP route, a GraphQL field, a gRPC method.
    Api,
    /// A scheduled or queued piece of work.
    Job,
    /// A word typed at a command line.
    Command,
    /// A handler of messages.
    Consumer,
}

impl EntryKind {
    /// The word for it in output and fixtures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Job => "job",
            Self::Command => "command",
            Self::Consumer => "consumer",
        }
    }
}

/// What sets code going from outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Which kind.
    pub kind: EntryKind,
    /// `GET /users/{id}`, `sendalerts`, `nightly_report`.
    pub name: Box<str>,
    /// Where it is declared.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// When it runs.
    pub schedule: Option<Box<str>>,
    /// The code it runs; empty if it could not be told.
    pub runs: Vec<SymbolId>,
    /// Commands and images it starts by name, to be joined with entry points of other services: `manage.py sendalerts`.
    pub starts: Vec<Box<str>>,
    /// The pack that knows.
    pub via: Box<str>,
    /// The kind of code it stands in.
    pub scope: Scope,
}

/// Kinds of [`Outbound`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OutboundKind {
    /// An HTTP request: `name` is `GET /users/{id}`, with the host before the path where it is known.
    Request,
    /// A message: `name` is the topic.
    Publish,
}

/// A message or request that leaves the service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outbound {
    /// Which kind.
    pub kind: OutboundKind,
    /// Where to.
    pub name: Box<str>,
    /// The code that sends it.
    pub symbol: SymbolId,
    /// Where.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// How sure.
    pub certainty: Certainty,
}

/// Why something could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlindReason {
    /// A file that could not be read.
    Unreadable,
    /// A part of a file that could not be parsed.
    Syntax,
    /// A statement that could not be parsed.
    Statement,
    /// SQL with something unknown in a column's, table's or clause's place.
    DynamicSql,
    /// An attribute or field whose name is computed.
    DynamicName,
    /// A value that went where it could not be followed.
    Escapes,
    /// More work than the bound.
    Bound,
    /// A migration that was not understood.
    Migration,
    /// SQL in a language without a front end.
    Language,
}

/// What a blind spot may touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reach {
    /// Any column of these tables.
    Tables(Vec<TableName>),
    /// Any column of these tables that the ORM still maps: the named columns.
    Columns(Vec<(TableName, Box<str>)>),
    /// Any table of the service's databases.
    Database,
    /// Whatever has these names: a file of a language without a front end. Lower-cased words, sorted.
    Words(Vec<Box<str>>),
}

/// A site that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Where.
    pub site: Site,
    /// Lines and columns of `site`.
    pub position: Position,
    /// The characters at `site`, the first line of them, at most 120.
    pub text: Box<str>,
    /// Why.
    pub reason: BlindReason,
    /// In words: what was found, and what would decide it.
    pub message: Box<str>,
    /// What it may touch.
    pub reach: Reach,
    /// What it does to that, where it is known.
    pub access: Option<Access>,
    /// The database; empty for the service's first.
    pub database: Box<str>,
    /// What kind of code.
    pub scope: Scope,
    /// The code it stands in.
    pub symbol: Option<SymbolId>,
}

/// An annotation with its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileAnnotation {
    /// The comment.
    pub site: Site,
    /// Lines and columns of what it speaks of.
    pub target: Position,
    /// What it says.
    pub text: Box<str>,
    /// Why it cannot be true; none if it can.
    pub fault: Option<Box<str>>,
}

/// What was looked at, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Files by language, with how many bytes: `(language, files, bytes)`, sorted.
    pub languages: Vec<(Language, u32, u64)>,
    /// Files that were left out, and why: `(reason, files, bytes)`, sorted.
    pub skipped: Vec<(SkipReason, u32, u64)>,
    /// Files with a part that did not parse.
    pub unparsed: Vec<FileId>,
    /// SQL statements that were resolved.
    pub statements: u32,
    /// SQL statements that were not.
    pub failed_statements: u32,
    /// Models that are mapped to a table.
    pub models: u32,
    /// Database drivers and ORMs that the service's manifests name: a service with one and without any resolved
    /// statement or model is not awake.
    pub drivers: Vec<Box<str>>,
}

/// Why a file was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Holds NUL bytes, or is an image, an archive, ….
    Binary,
    /// Over the size limit.
    TooLarge,
    /// `exclude` of `impact.toml`.
    Excluded,
    /// A symbolic link that leads out of the service or in a circle.
    Link,
    /// Neither a language with a front end nor one whose strings are searched.
    NoFrontEnd,
}
