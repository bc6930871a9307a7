//! `impact graph`: the graph, drawn.

use crate::args::{ChangeWord, GraphArguments, GraphFormat};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::question::{Known, find, wanted};
use crate::session::Session;
use impact_graph::{ExportGraph, Graph};
use impact_render::{dot, graph_json, mermaid};
use impact_scan::Wanted;

pub fn run(session: &Session, arguments: &GraphArguments) -> Result<Outcome, Failure> {
    let columns: Vec<String> = arguments.column.iter().cloned().collect();
    let wanted = match arguments.change {
        ChangeWord::Tighten => Wanted::All,
        _ => wanted(&columns, &[]),
    };
    let known = Known::of(session, &wanted)?;
    let part = part(&Graph::build(&known.indexes), arguments)?;
    let report = match arguments.format {
        GraphFormat::Dot => dot(&part, arguments.column.as_deref().unwrap_or("impact")),
        GraphFormat::Json => graph_json(&part),
        GraphFormat::Mermaid => mermaid(&part),
    };
    print(&report).map(|()| Outcome::Answered)
}

fn part(graph: &Graph<'_>, arguments: &GraphArguments) -> Result<ExportGraph, Failure> {
    Ok(match &arguments.column {
        Some(column) => graph
            .trace(&find(graph, column)?, arguments.change.into())
            .export(),
        None if arguments.overview => graph.export_overview(),
        None => graph.export(),
    })
}
