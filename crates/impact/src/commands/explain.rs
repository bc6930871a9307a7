//! `impact explain`: what a class of findings means, and the proof of a finding.

use crate::args::{ChangeWord, ExplainArguments};
use crate::gate::Gate;
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::question::{Known, find, wanted};
use crate::session::Session;
use impact_graph::Graph;
use impact_policy::{Finding, FindingClass};
use impact_render::{Check, explain_class, explain_finding, explain_list};
use impact_scan::Wanted;

pub fn run(session: &Session, arguments: &ExplainArguments) -> Result<Outcome, Failure> {
    let report = match (&arguments.column, &arguments.what) {
        (Some(column), what) => findings(session, arguments, column, what.as_deref())?,
        (None, None) => explain_list(),
        (None, Some(word)) => match FindingClass::find(word) {
            Some(class) => explain_class(class),
            None => return Err(Failure(no_class(word))),
        },
    };
    print(&report).map(|()| Outcome::Answered)
}

fn no_class(word: &str) -> String {
    let names: Vec<&str> = FindingClass::table().iter().map(|row| row.name).collect();
    format!(
        "`{word}` is no class of findings (there are {}); a finding needs its --column",
        names.join(", ")
    )
}

/// What is left out of a row that is added may be any other column of its table.
fn wanted_by(arguments: &ExplainArguments, column: &str) -> Wanted {
    match arguments.change {
        ChangeWord::Tighten => Wanted::All,
        _ => wanted(&[column.to_owned()], &[]),
    }
}

fn findings(
    session: &Session,
    arguments: &ExplainArguments,
    column: &str,
    what: Option<&str>,
) -> Result<String, Failure> {
    let known = Known::of(session, &wanted_by(arguments, column))?;
    let graph = Graph::build(&known.indexes);
    let trace = graph.trace(&find(&graph, column)?, arguments.change.into());
    let judgement = Gate::of(&known, None)?.judge(&trace);
    let check = Check::new(&trace, &judgement);
    let sources = |path: &str| known.workspace.text_of(path);
    let settings = session.settings(true);
    let wanted = judgement
        .findings
        .iter()
        .filter(|finding| what.is_none_or(|what| fits(finding, what)));
    let proofs: Vec<String> = wanted
        .map(|finding| explain_finding(&check, finding, &sources, &settings))
        .collect();
    match (proofs.is_empty(), what) {
        (true, Some(what)) => Err(Failure(format!("no finding on `{column}` fits `{what}`"))),
        _ => Ok(proofs.join("\n")),
    }
}

/// Whether a finding is meant by its class, its fingerprint's beginning, its path or its path and line.
fn fits(finding: &Finding, what: &str) -> bool {
    let (path, line) = match what
        .rsplit_once(':')
        .map(|(path, line)| (path, line.parse::<u32>()))
    {
        Some((path, Ok(line))) => (path, Some(line)),
        _ => (what, None),
    };
    let there = finding.place.as_ref().is_some_and(|place| {
        *place.path == *path && line.is_none_or(|line| place.position.line == line)
    });
    let marked = what.len() >= 4 && finding.fingerprint.starts_with(what);
    there || marked || FindingClass::find(what) == Some(finding.class)
}
