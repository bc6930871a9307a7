//! A graph for Graphviz: a box around each service and database, a shape for each kind, a color for each access.

use crate::graph::edge_word;
use impact_facts::{Access, Certainty, EntryKind};
use impact_graph::{EdgeKind, ExportEdge, ExportGraph, ExportNode, ExportNodeKind};
use std::collections::BTreeMap;

/// Characters of a line of a label.
const LABEL_WIDTH: usize = 30;

/// A kind's shape, fill and border.
struct Look {
    shape: &'static str,
    fill: &'static str,
    line: &'static str,
}

fn look(kind: ExportNodeKind) -> Look {
    let (shape, fill, line) = match kind {
        ExportNodeKind::Entry(EntryKind::Api) => ("cds", "#dbeafe", "#1d4ed8"),
        ExportNodeKind::Entry(EntryKind::Job) => ("hexagon", "#fef3c7", "#b45309"),
        ExportNodeKind::Entry(EntryKind::Command) => ("component", "#ede9fe", "#6d28d9"),
        ExportNodeKind::Entry(EntryKind::Consumer) => ("rarrow", "#ccfbf1", "#0f766e"),
        ExportNodeKind::Code => ("box", "#ffffff", "#94a3b8"),
        ExportNodeKind::Table => ("cylinder", "#f1f5f9", "#475569"),
        ExportNodeKind::View => ("tab", "#f0fdf4", "#15803d"),
        ExportNodeKind::ForeignTable => ("folder", "#fdf2f8", "#be185d"),
        ExportNodeKind::Column => ("note", "#f8fafc", "#334155"),
    };
    Look { shape, fill, line }
}

fn edge_color(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::References(Access::Read) => "#2563eb",
        EdgeKind::References(Access::Write) => "#dc2626",
        EdgeKind::References(Access::Declare) => "#7c3aed",
        EdgeKind::Derives | EdgeKind::Mirrors | EdgeKind::Inherits => "#15803d",
        EdgeKind::Requests | EdgeKind::Publishes | EdgeKind::Starts => "#d97706",
        EdgeKind::Calls | EdgeKind::Runs => "#94a3b8",
    }
}

/// The graph in Graphviz's language, under a title.
#[must_use]
pub fn dot(graph: &ExportGraph, title: &str) -> String {
    let mut out = String::from("digraph impact {\n");
    out.push_str(&format!(
        "  label={}; labelloc=t; fontsize=16;\n",
        quoted(title)
    ));
    out.push_str("  rankdir=LR; newrank=true; concentrate=false; nodesep=0.25; ranksep=0.8;\n");
    out.push_str("  fontname=\"Helvetica\";\n");
    out.push_str(
        "  node [fontname=\"Helvetica\", fontsize=11, style=filled, margin=\"0.14,0.07\"];\n",
    );
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n");
    let mut groups: BTreeMap<(bool, &str), Vec<&ExportNode>> = BTreeMap::new();
    for node in &graph.nodes {
        groups
            .entry((is_data(node.kind), &node.group))
            .or_default()
            .push(node);
    }
    for (number, ((data, group), nodes)) in groups.iter().enumerate() {
        out.push_str(&cluster(number, *data, group, nodes));
    }
    for edge in &graph.edges {
        out.push_str(&edge_line(edge));
    }
    out.push_str("}\n");
    out
}

fn is_data(kind: ExportNodeKind) -> bool {
    !matches!(kind, ExportNodeKind::Entry(_) | ExportNodeKind::Code)
}

fn cluster(number: usize, data: bool, group: &str, nodes: &[&ExportNode]) -> String {
    let label = if data {
        format!("database {group}")
    } else {
        group.to_owned()
    };
    let fill = if data { "#e2e8f0" } else { "#f8fafc" };
    let mut out = format!("  subgraph cluster_{number} {{\n");
    out.push_str(&format!(
        "    label={}; style=\"rounded,filled\"; ",
        quoted(&label)
    ));
    out.push_str(&format!(
        "fillcolor=\"{fill}\"; color=\"#94a3b8\"; fontsize=13;\n"
    ));
    for node in nodes {
        let Look { shape, fill, line } = look(node.kind);
        let (line, weight, fill) = if node.target {
            ("#dc2626", 3, "#fee2e2")
        } else {
            (line, 1, fill)
        };
        let style =
            format!("shape={shape}, fillcolor=\"{fill}\", color=\"{line}\", penwidth={weight}");
        let place = node
            .place
            .as_ref()
            .map(crate::words::place)
            .unwrap_or_default();
        let tip = if place.is_empty() {
            String::new()
        } else {
            format!(", tooltip={}", quoted(&place))
        };
        let label = label_of(&node.label);
        out.push_str(&format!(
            "    {} [label={label}, {style}{tip}];\n",
            quoted(&node.id)
        ));
    }
    out.push_str("  }\n");
    out
}

fn edge_line(edge: &ExportEdge) -> String {
    let color = edge_color(edge.kind);
    let style = match edge.certainty {
        Certainty::Exact => "solid",
        Certainty::Likely => "dashed",
        Certainty::Possible => "dotted",
    };
    let label = match edge.kind {
        EdgeKind::Calls | EdgeKind::Runs => String::new(),
        kind => format!(", label=\"{}\", fontcolor=\"{color}\"", edge_word(kind)),
    };
    let ends = format!("{} -> {}", quoted(&edge.from), quoted(&edge.to));
    format!("  {ends} [color=\"{color}\", style={style}{label}];\n")
}

/// A quoted string of Graphviz's language.
fn quoted(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A label, broken at dots, slashes and underscores so that it stays narrow.
fn label_of(text: &str) -> String {
    let mut lines = vec![String::new()];
    let mut piece = String::new();
    let flush = |piece: &mut String, lines: &mut Vec<String>| {
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used > 0 && used + piece.chars().count() > LABEL_WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
        piece.clear();
    };
    for c in text.chars() {
        piece.push(c);
        if matches!(c, '.' | '/' | ' ' | '_' | ':') {
            flush(&mut piece, &mut lines);
        }
    }
    flush(&mut piece, &mut lines);
    let lines: Vec<String> = lines
        .iter()
        .map(|line| quoted(line).trim_matches('"').to_owned())
        .collect();
    format!("\"{}\"", lines.join("\\n"))
}
