//! Joins the indexes of many services to one graph and traces a change through it.
//!
//! [`Graph::build`] takes what each service yields; [`Graph::lookup`] finds the column that a person means;
//! [`Graph::trace`] walks backwards from it, to everything that a change of it touches, with a proof for each;
//! [`Graph::entry_point_columns`] walks forwards, from every entry point to the columns it reads and writes.
//!

mod build;
mod closure;
mod database;
mod dependents;
mod evidence;
mod export;
mod join;
mod merged;
mod mirror;
mod net;
mod node;
mod nodes;
mod omissions;
mod place;
mod proof;
mod reach;
mod route;
mod search;
mod target;
mod timing;
mod trace;
mod tracing;

pub use build::Graph;
pub use closure::EntryPointColumns;
pub use export::{ExportEdge, ExportGraph, ExportNode, ExportNodeKind};
pub use impact_facts::Change;
pub use node::EdgeKind;
pub use place::{ColumnName, Place};
pub use target::{ColumnState, FoundColumn, Lookup, Target, TargetError};
pub use timing::{StepPlace, Timing};
pub use trace::{
    AffectedEntry, Carrier, DependentClass, Downstream, DownstreamKind, Proof, ServiceEvidence,
    Step, StepKind, Trace, TracedBlindSpot, TracedDependent, TracedReference,
};
