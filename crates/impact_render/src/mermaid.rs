//! A graph for Mermaid, which code hosts draw in Markdown.

use crate::graph::edge_word;
use impact_facts::EntryKind;
use impact_graph::{EdgeKind, ExportGraph, ExportNode, ExportNodeKind};
use std::collections::{BTreeMap, HashMap};

/// The graph in Mermaid's language.
#[must_use]
pub fn mermaid(graph: &ExportGraph) -> String {
    let ids: HashMap<&str, usize> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(number, node)| (node.id.as_str(), number))
        .collect();
    let mut groups: BTreeMap<&str, Vec<(usize, &ExportNode)>> = BTreeMap::new();
    for (number, node) in graph.nodes.iter().enumerate() {
        groups.entry(&node.group).or_default().push((number, node));
    }
    let mut out = String::from("flowchart LR\n");
    for (number, (group, nodes)) in groups.iter().enumerate() {
        out.push_str(&format!("  subgraph g{number}[\"{}\"]\n", escaped(group)));
        for (number, node) in nodes {
            let (open, close) = brackets(node.kind);
            out.push_str(&format!(
                "    n{number}{open}\"{}\"{close}\n",
                escaped(&node.label)
            ));
        }
        out.push_str("  end\n");
    }
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (ids.get(edge.from.as_str()), ids.get(edge.to.as_str()))
        else {
            continue;
        };
        let label = match edge.kind {
            EdgeKind::Calls | EdgeKind::Runs => String::new(),
            kind => format!("|{}|", edge_word(kind)),
        };
        out.push_str(&format!("  n{from} -->{label} n{to}\n"));
    }
    let targets = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.target);
    for (number, _) in targets {
        out.push_str(&format!(
            "  style n{number} fill:#fee2e2,stroke:#dc2626,stroke-width:3px\n"
        ));
    }
    out
}

fn brackets(kind: ExportNodeKind) -> (&'static str, &'static str) {
    match kind {
        ExportNodeKind::Entry(EntryKind::Api) => (">", "]"),
        ExportNodeKind::Entry(EntryKind::Job) => ("{{", "}}"),
        ExportNodeKind::Entry(EntryKind::Command) => ("[[", "]]"),
        ExportNodeKind::Entry(EntryKind::Consumer) => ("[/", "/]"),
        ExportNodeKind::Code => ("[", "]"),
        ExportNodeKind::Table => ("[(", ")]"),
        ExportNodeKind::View | ExportNodeKind::ForeignTable => ("[\\", "\\]"),
        ExportNodeKind::Column => ("(", ")"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', " ")
}
