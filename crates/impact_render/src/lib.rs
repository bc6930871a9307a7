//! Says a report in every format: one file each, and one row in [`Format::ALL`].
//!
//! Nothing here reads a file: the texts that code frames show are handed in as a function from path to text.

mod any_of;
mod coverage;
mod document;
mod dot;
mod entry;
mod entrypoints;
mod explain;
mod format;
mod frame;
mod github;
mod gitlab;
mod graph;
mod guard;
mod json;
mod junit;
mod markdown;
mod mermaid;
mod paint;
mod references;
mod report;
mod sarif;
mod sql;
mod sql_text;
mod text;
mod words;

pub use document::{ReportDocument, SCHEMA_VERSION, report_schema};
pub use dot::dot;
pub use entrypoints::{entrypoints_json, entrypoints_schema, entrypoints_text};
pub use explain::{explain_class, explain_finding, explain_list};
pub use format::Format;
pub use graph::{graph_json, graph_schema};
pub use mermaid::mermaid;
pub use references::{Filter, reference_schema, references_jsonl, references_text};
pub use report::{Check, Report, Settings, Sources};
pub use sql::{SqlQuestion, sql_jsonl, sql_questions};
pub use sql_text::sql_text;
