//! A graph as JSON.

use crate::document::{SCHEMA_VERSION, pretty};
use crate::references::PlaceDocument;
use impact_graph::{EdgeKind, ExportGraph};
use schemars::JsonSchema;
use serde::Serialize;

/// What `impact graph --format json` says.
#[derive(Debug, Serialize, JsonSchema)]
struct GraphDocument {
    /// The version of this format.
    schema_version: u32,
    /// Nodes by id.
    nodes: Vec<NodeDocument>,
    /// Edges, from what uses to what is used.
    edges: Vec<EdgeDocument>,
}

/// A node.
#[derive(Debug, Serialize, JsonSchema)]
struct NodeDocument {
    /// Unique in the graph.
    id: String,
    /// api, job, command, consumer, code, table, view, foreign_table, column.
    kind: &'static str,
    /// Its name.
    name: String,
    /// Its service or database.
    group: String,
    /// Where it is.
    place: Option<PlaceDocument>,
}

/// An edge.
#[derive(Debug, Serialize, JsonSchema)]
struct EdgeDocument {
    /// The user's id.
    from: String,
    /// The used one's id.
    to: String,
    /// read, write, declare, derives, mirrors, inherits, calls, runs, requests, publishes, starts.
    kind: &'static str,
    /// exact, likely or possible.
    certainty: &'static str,
}

/// The word for what an edge says.
pub(crate) fn edge_word(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::References(how) => how.word(),
        EdgeKind::Derives => "derives",
        EdgeKind::Mirrors => "mirrors",
        EdgeKind::Inherits => "inherits",
        EdgeKind::Calls => "calls",
        EdgeKind::Runs => "runs",
        EdgeKind::Requests => "requests",
        EdgeKind::Publishes => "publishes",
        EdgeKind::Starts => "starts",
    }
}

/// A graph as one JSON document.
#[must_use]
pub fn graph_json(graph: &ExportGraph) -> String {
    let nodes = graph.nodes.iter().map(|node| NodeDocument {
        id: node.id.clone(),
        kind: node.kind.word(),
        name: node.label.to_string(),
        group: node.group.to_string(),
        place: node.place.as_ref().map(PlaceDocument::from),
    });
    let edges = graph.edges.iter().map(|edge| EdgeDocument {
        from: edge.from.clone(),
        to: edge.to.clone(),
        kind: edge_word(edge.kind),
        certainty: edge.certainty.word(),
    });
    pretty(&GraphDocument {
        schema_version: SCHEMA_VERSION,
        nodes: nodes.collect(),
        edges: edges.collect(),
    })
}

/// The JSON Schema of `graph --format json`.
#[must_use]
pub fn graph_schema() -> String {
    pretty(&schemars::schema_for!(GraphDocument))
}
