//! What evaluating an expression does.

use crate::cells::UnitId;
use crate::evaluator::Part;
use crate::touches::Touches;
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{
    Access, BlindReason, Certainty, ExpressionId, FileId, How, Insertion, Reach, ReferenceClass,
    Site, Span, TableName,
};

/// A column, or a table as a whole, that is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// Where: the name itself, or the expression that runs the query.
    pub site: Site,
    /// The database; empty for the service's first.
    pub database: Box<str>,
    /// The table.
    pub table: TableName,
    /// The column; none for the table as a whole.
    pub column: Option<Box<str>>,
    /// What is done.
    pub access: Access,
    /// Whether it is named.
    pub how: How,
    /// Its class.
    pub class: ReferenceClass,
    /// How sure.
    pub certainty: Certainty,
    /// The pack or front end that knows: `python/django`, `sql`.
    pub via: Box<str>,
    /// Implicit: the declaration that feeds it, as the catalog's or a model's site.
    pub declared_at: Option<Site>,
    /// A rebinding: what the name would mean.
    pub becomes: Option<Box<str>>,
    /// The name under which the value leaves the service.
    pub exposed_as: Option<Box<str>>,
}

/// Code that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// What is run.
    pub to: Target,
    /// Where.
    pub site: Site,
    /// How sure.
    pub certainty: Certainty,
}

/// What a call edge leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A function.
    Function(FunctionRef),
    /// One summary of a function.
    Unit(UnitId),
    /// A file as a whole: a template.
    File(FileId),
    /// What a framework does with a class.
    Class(ClassRef, Part),
    /// An expression that a framework runs on its own: an operator of a DAG.
    Step(FileId, ExpressionId),
}

/// What could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    /// Where.
    pub site: Site,
    /// Why.
    pub reason: BlindReason,
    /// What was found, and what would decide it.
    pub message: Box<str>,
    /// What it may touch.
    pub reach: Reach,
    /// What it does to that, where it is known.
    pub access: Option<Access>,
}

/// An entry point as its framework knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The kind.
    pub kind: impact_facts::EntryKind,
    /// Its name: `GET /users/{id}`.
    pub name: Box<str>,
    /// Where it is declared.
    pub site: Site,
    /// When it runs.
    pub schedule: Option<Box<str>>,
    /// The code it runs.
    pub runs: Vec<Target>,
    /// The pack that knows.
    pub via: Box<str>,
}

/// A message or request that leaves the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which kind.
    pub kind: impact_facts::OutboundKind,
    /// Where to: `GET https://billing/users/{}`, or a topic.
    pub name: Box<str>,
    /// Where.
    pub site: Site,
}

/// What one unit of code does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Columns touched.
    pub touches: Touches,
    /// Code run.
    pub calls: Vec<Calls>,
    /// What could not be decided.
    pub blind: Vec<Blind>,
    /// Entry points declared.
    pub entries: Vec<Entry>,
    /// What leaves the service.
    pub outgoing: Vec<Outgoing>,
    /// Statements resolved, and not.
    pub statements: Vec<(Site, bool)>,
    /// Statements that add rows; scope and symbol are left empty.
    pub insertions: Vec<Insertion>,
}

/// A site from its parts.
#[must_use]
pub fn site(file: FileId, span: Span) -> Site {
    Site { file, span }
}
