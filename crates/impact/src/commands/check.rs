//! `impact check`: may the change run?

use crate::args::CheckColumnArguments;
use crate::outcome::{Failure, Outcome};
use crate::question::{Known, ask, deliver, destinations};
use crate::session::Session;
use clap::ArgMatches;
use impact_graph::Graph;
use impact_render::{Check, Report};

pub fn run(
    session: &Session,
    arguments: &CheckColumnArguments,
    typed: &ArgMatches,
) -> Result<Outcome, Failure> {
    let formats = placed(typed, "format", &arguments.format);
    let outputs = placed(typed, "output", &arguments.output);
    let destinations = destinations(formats, outputs)?;
    let known = Known::of(session)?;
    let graph = Graph::build(&known.indexes);
    let mut answers = Vec::new();
    for column in &arguments.columns {
        answers.push(ask(&known, &graph, column, arguments.change)?);
    }
    let checks = answers
        .iter()
        .map(|(trace, judgement)| Check { trace, judgement });
    let report = Report {
        checks: checks.collect(),
    };
    let sources = |path: &str| known.workspace.text_of(path);
    for (format, destination) in destinations {
        let settings = session.settings(destination.is_none());
        let text = impact_render::Format::from(format).render(&report, &sources, &settings);
        deliver(&text, destination.as_deref())?;
    }
    Ok(Outcome::Judged(report.verdict()))
}

/// Values of a repeatable argument with their places on the command line.
fn placed<T: Clone>(typed: &ArgMatches, name: &str, values: &[T]) -> Vec<(usize, T)> {
    let places = typed.indices_of(name).into_iter().flatten();
    places.zip(values.iter().cloned()).collect()
}
