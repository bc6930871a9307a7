//! Every entry point with the columns that it reads and writes.

use crate::document::{SCHEMA_VERSION, pretty};
use crate::words;
use impact_graph::{EntryPointColumns, Graph};
use schemars::JsonSchema;
use serde::Serialize;

/// What `impact entrypoints --format json` says.
#[derive(Debug, Serialize, JsonSchema)]
struct EntryPointsDocument {
    /// The version of this format.
    schema_version: u32,
    /// Every entry point, by service and then as the index has them.
    entrypoints: Vec<EntryPointDocument>,
}

/// An entry point.
#[derive(Debug, Serialize, JsonSchema)]
struct EntryPointDocument {
    /// api, job, command, consumer.
    kind: &'static str,
    /// `GET /users/{id}`, `sendalerts`.
    name: String,
    /// The service.
    service: String,
    /// Where it is declared.
    path: String,
    /// The line, from 1.
    line: u32,
    /// When it runs.
    schedule: Option<String>,
    /// `table.column` of what it reads, sorted.
    reads: Vec<String>,
    /// `table.column` of what it writes, sorted.
    writes: Vec<String>,
}

/// Entry points outside of tests.
fn deployed<'a>(graph: &Graph<'a>) -> Vec<EntryPointColumns<'a>> {
    let mut all = graph.entry_point_columns();
    all.retain(|one| one.entry.scope != impact_facts::Scope::Test);
    all
}

/// Every entry point as one JSON document.
#[must_use]
pub fn entrypoints_json(graph: &Graph<'_>) -> String {
    let document = |one: EntryPointColumns<'_>| {
        let place = graph.entry_place(one.service, one.entry);
        EntryPointDocument {
            kind: one.entry.kind.word(),
            name: one.entry.name.to_string(),
            service: place.service.to_string(),
            path: place.path.to_string(),
            line: place.position.line,
            schedule: one.entry.schedule.as_deref().map(str::to_owned),
            reads: one.reads,
            writes: one.writes,
        }
    };
    let entrypoints = deployed(graph).into_iter().map(document).collect();
    pretty(&EntryPointsDocument {
        schema_version: SCHEMA_VERSION,
        entrypoints,
    })
}

/// Every entry point for people.
#[must_use]
pub fn entrypoints_text(graph: &Graph<'_>) -> String {
    let mut out = String::new();
    for one in deployed(graph) {
        let place = graph.entry_place(one.service, one.entry);
        let kind = one.entry.kind.word();
        let schedule = one
            .entry
            .schedule
            .as_ref()
            .map(|when| format!(" ({when})"))
            .unwrap_or_default();
        out.push_str(&format!(
            "{kind:<8} {}{schedule}  [{}] {}\n",
            one.entry.name,
            place.service,
            words::place(&place)
        ));
        for (word, columns) in [("reads", &one.reads), ("writes", &one.writes)] {
            if !columns.is_empty() {
                let line = format!("  {word:<6} {}", columns.join(" "));
                out.push_str(&format!("{}\n", words::wrap(&line, 100, 9)));
            }
        }
    }
    out
}

/// The JSON Schema of `entrypoints --format json`.
#[must_use]
pub fn entrypoints_schema() -> String {
    pretty(&schemars::schema_for!(EntryPointsDocument))
}
