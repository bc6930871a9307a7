//! `impact references`: every reference that is found.

use crate::args::{LinesFormat, ReferencesArguments};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::question::{Known, find, wanted};
use crate::session::Session;
use impact_graph::Graph;
use impact_render::{Filter, references_jsonl, references_text};

pub fn run(session: &Session, arguments: &ReferencesArguments) -> Result<Outcome, Failure> {
    let known = Known::of(session, &wanted(&arguments.column, &arguments.table))?;
    let graph = Graph::build(&known.indexes);
    let filter = filter(&graph, arguments)?;
    let report = match arguments.format {
        LinesFormat::Jsonl => references_jsonl(&graph, &filter),
        LinesFormat::Text => references_text(&graph, &filter),
    };
    print(&report).map(|()| Outcome::Answered)
}

fn filter(graph: &Graph<'_>, arguments: &ReferencesArguments) -> Result<Filter, Failure> {
    let mut filter = Filter::default();
    for column in &arguments.column {
        filter.columns.push(find(graph, column)?.name);
    }
    for table in &arguments.table {
        let tables = graph.lookup_table(table);
        if tables.is_empty() {
            return Err(Failure(format!("no table `{table}`")));
        }
        filter.tables.extend(tables);
    }
    Ok(filter)
}
