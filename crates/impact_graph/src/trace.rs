//! What a change touches, in words that need no graph to be read.

use crate::node::EdgeKind;
use crate::place::{ColumnName, Place};
use crate::target::FoundColumn;
use impact_facts::{
    BlindSpot, Certainty, Change, Coverage, DependentKind, EntryKind, Reference, RelationKind,
    Scope, TableName,
};

/// All that a change of one column touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The column.
    pub target: FoundColumn,
    /// What is done to it.
    pub change: Change,
    /// Columns that carry its value, with how: views' columns, foreign tables', child tables'. Nearest first.
    pub carriers: Vec<Carrier>,
    /// What refers to it or to a carrier, by service, path and position.
    pub references: Vec<TracedReference>,
    /// For [`Change::Tighten`]: what adds rows to the table and leaves the column out.
    pub omissions: Vec<TracedReference>,
    /// What of the database's own needs it or a carrier.
    pub dependents: Vec<TracedDependent>,
    /// What could not be decided and may refer to it.
    pub blind_spots: Vec<TracedBlindSpot>,
    /// Entry points that reach it, nearest first.
    pub entry_points: Vec<AffectedEntry>,
    /// What reads what is derived from it.
    pub downstream: Vec<Downstream>,
    /// What was looked at, for every service.
    pub services: Vec<ServiceEvidence>,
}

/// A column that carries the target's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// Which.
    pub name: ColumnName,
    /// What its table is.
    pub kind: Option<RelationKind>,
    /// The columns from it to the target, itself and the target included.
    pub hops: Vec<ColumnName>,
    /// How sure.
    pub certainty: Certainty,
}

/// A reference to the target or to a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedReference {
    /// What link found.
    pub reference: Reference,
    /// Its table with its schema, where the dialect has schemas and one is known.
    pub table: TableName,
    /// Where.
    pub place: Place,
    /// The declaration that feeds it.
    pub declared_at: Option<Place>,
    /// The code it stands in.
    pub symbol: Option<Box<str>>,
    /// Through which columns it reaches the target: empty if it names the target itself.
    pub through: Vec<ColumnName>,
    /// The weakest of the reference and the hops.
    pub certainty: Certainty,
    /// The surest and shortest way from an entry point to it, if one is known.
    pub proof: Option<Proof>,
    /// Entry points that reach it: indexes into [`Trace::entry_points`].
    pub reached_by: Vec<usize>,
}

/// Something of the database's own that needs a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedDependent {
    /// What it is.
    pub kind: DependentClass,
    /// Its name, if it has one.
    pub name: Option<Box<str>>,
    /// The relation it belongs to; a view: itself.
    pub table: TableName,
    /// The database.
    pub database: Box<str>,
    /// The column that it needs: the target or a carrier.
    pub column: ColumnName,
    /// Whether it speaks of no other column.
    pub alone: bool,
    /// Where it is declared.
    pub place: Option<Place>,
    /// How sure.
    pub certainty: Certainty,
}

/// Kinds of [`TracedDependent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependentClass {
    /// A view or materialized view.
    View,
    /// A column that is generated from it.
    Generated,
    /// A foreign key of another table that points to it.
    IncomingKey,
    /// An index with an expression or predicate over it.
    Expression,
    /// A constraint, index, trigger or policy.
    Declared(DependentKind),
}

/// A blind spot that may reach the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedBlindSpot {
    /// What link found.
    pub blind_spot: BlindSpot,
    /// Where.
    pub place: Place,
    /// The code it stands in.
    pub symbol: Option<Box<str>>,
    /// Whether it stands in a migration that has run, or in a part of one that never runs again.
    pub applied: bool,
    /// The surest and shortest way from an entry point to that code, if one is known.
    pub proof: Option<Proof>,
}

/// An entry point that reaches the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedEntry {
    /// Which kind.
    pub kind: EntryKind,
    /// Its name.
    pub name: Box<str>,
    /// Where it is declared, and by which service.
    pub place: Place,
    /// When it runs.
    pub schedule: Option<Box<str>>,
    /// The pack that knows it.
    pub via: Box<str>,
    /// The kind of code it stands in.
    pub scope: Scope,
    /// The surest and shortest way from it to the column.
    pub proof: Proof,
    /// Whether the way leads through another service's api or a topic.
    pub crosses: bool,
}

/// A way from an entry point to the column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// From the entry point to the column.
    pub steps: Vec<Step>,
}

impl Proof {
    /// The weakest step's certainty.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.steps
            .iter()
            .map(|step| step.certainty)
            .min()
            .unwrap_or(Certainty::Exact)
    }
}

/// A step of a [`Proof`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// Its name.
    pub label: Box<str>,
    /// The service it belongs to; none for a column.
    pub service: Option<Box<str>>,
    /// How it is reached from the step before; none at the first.
    pub by: Option<EdgeKind>,
    /// Where the step before says so; at the first, where it is declared.
    pub place: Option<Place>,
    /// How sure.
    pub certainty: Certainty,
}

/// Kinds of [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// An entry point.
    Entry(EntryKind),
    /// A piece of code.
    Code,
    /// A column.
    Column,
}

/// What reads what is derived from the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downstream {
    /// What it is.
    pub kind: DownstreamKind,
    /// Its name: a relation's, a model's, a topic's handler's, a service's.
    pub name: Box<str>,
    /// The service or database it belongs to.
    pub owner: Box<str>,
    /// From it to the column.
    pub proof: Proof,
}

/// Kinds of [`Downstream`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DownstreamKind {
    /// A view or materialized view.
    View,
    /// A foreign table in another database.
    ForeignTable,
    /// A dbt model.
    Model,
    /// A handler of messages that affected code publishes.
    Consumer,
    /// A service that calls an affected api.
    Service,
}

/// What was looked at in one service, and whether the analyzer was awake there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceEvidence {
    /// The service.
    pub service: Box<str>,
    /// Who answers for it.
    pub owner: Option<Box<str>>,
    /// The revision, where known.
    pub revision: Option<Box<str>>,
    /// Whether it is only imported.
    pub library: bool,
    /// Whether it uses the target's database, or one that mirrors the column.
    pub uses_database: bool,
    /// What was looked at.
    pub coverage: Coverage,
    /// Paths of files with a part that did not parse.
    pub unparsed: Vec<Box<str>>,
    /// Exact and likely references to any column, outside of migrations.
    pub references: u32,
    /// Of these, those to the target's table.
    pub table_references: u32,
    /// All blind spots.
    pub blind_spots: u32,
    /// Entry points by kind: apis, jobs, commands, consumers.
    pub entry_points: [u32; 4],
}
