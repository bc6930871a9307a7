//! `impact check`: may the change run?

mod migrations;

use crate::args::{Asked, ChangeWord, CheckArguments, CheckCommand, ReportFormat};
use crate::gate::Gate;
use crate::outcome::{Failure, Outcome};
use crate::question::{Destination, Known, Past, deliver, destinations, find, wanted};
use crate::session::Session;
use clap::ArgMatches;
use impact_facts::{Certainty, Change};
use impact_graph::{ColumnName, FoundColumn, Graph, Place, Timing, Trace};
use impact_policy::{Finding, Judgement, Verdict, last_readers};
use impact_render::{Check, Format, Report};
use impact_scan::{Repository, Wanted};
use migrations::{Made, Selection};
use std::collections::BTreeSet;

/// A change that is asked about.
pub(crate) struct Question {
    pub(crate) target: FoundColumn,
    pub(crate) change: Change,
    pub(crate) timing: Timing,
    /// The statement that makes it.
    pub(crate) step: Option<Place>,
    pub(crate) renamed_to: Option<Box<str>>,
    /// Whether another column has its name after it.
    pub(crate) reused: bool,
}

/// What is asked about, as typed.
enum Subject<'a> {
    Columns(&'a [String], ChangeWord),
    Migrations(&'a [std::path::PathBuf]),
    Since,
}

impl Subject<'_> {
    /// What it can touch. What is left out of a row that is added may be any other column of its table.
    fn wanted(&self) -> Wanted {
        match self {
            Self::Columns(_, ChangeWord::Tighten) | Self::Migrations(_) | Self::Since => {
                Wanted::All
            }
            Self::Columns(columns, _) => wanted(columns, &[]),
        }
    }
}

pub fn run(
    session: &Session,
    arguments: &CheckArguments,
    typed: &ArgMatches,
) -> Result<Outcome, Failure> {
    let (asked, subject) = match &arguments.command {
        Some(CheckCommand::Column(column)) => (
            &column.asked,
            Subject::Columns(&column.columns, column.change),
        ),
        Some(CheckCommand::Migration(migration)) => {
            (&migration.asked, Subject::Migrations(&migration.paths))
        }
        None => (&arguments.asked, Subject::Since),
    };
    if matches!(subject, Subject::Since) && asked.since.is_none() {
        return Err(Failure(
            "check what? Name a column or a migration, or say --since REV: see impact check --help"
                .into(),
        ));
    }
    let formats = placed(typed, "format", &asked.format);
    let outputs = placed(typed, "output", &asked.output);
    let destinations = destinations(formats, outputs)?;
    let answer = answer(session, asked, &subject, &destinations);
    if let Err(Failure(message)) = &answer {
        for (format, destination) in &destinations {
            if let Some(text) = Format::from(*format).failure(message) {
                deliver(&text, destination.as_deref())?;
            }
        }
    }
    answer
}

fn answer(
    session: &Session,
    asked: &Asked,
    subject: &Subject<'_>,
    destinations: &[(ReportFormat, Destination)],
) -> Result<Outcome, Failure> {
    let known = Known::of(session, &subject.wanted())?;
    let graph = Graph::build(&known.indexes);
    let new = match &asked.since {
        Some(revision) => Selection::since(&known, revision)?,
        None => Selection::default(),
    };
    let selected = match subject {
        Subject::Columns(..) => Selection::default(),
        Subject::Migrations(paths) => Selection::of_paths(&known, paths)?,
        Subject::Since => new.clone(),
    };
    let pending = new.paths(&known).chain(selected.paths(&known)).collect();
    let past = past(session, &known, asked, subject, &selected)?;
    let made = match (subject, &past) {
        (Subject::Since, Some(past)) => Made::by(past),
        _ => Made::default(),
    };
    let (questions, beyond) = match subject {
        Subject::Columns(columns, change) => {
            (of_columns(&graph, columns, *change, &pending)?, None)
        }
        _ => selected.questions(&known, &graph, &pending, &made),
    };
    let gate = Gate::of(&known, asked.today)?;
    let mut answers: Vec<(Trace, Judgement)> = questions
        .iter()
        .map(|one| judged(&graph, &gate, one))
        .collect();
    if let (Some(revision), Some(past)) = (&asked.base, &past) {
        let before = Graph::build(&past.indexes);
        for (question, (trace, judgement)) in questions.iter().zip(&mut answers) {
            let finding = before_it(&before, &gate, question, (trace, judgement), revision);
            finding
                .into_iter()
                .for_each(|finding| judgement.add(finding));
        }
    }
    let mut unread = selected.unread(&known);
    unread.extend(beyond);
    let loose = loose(&gate, &answers, unread);
    report(
        session,
        &known,
        &gate,
        (&questions, &answers, &loose),
        destinations,
    )
}

/// The workspace at `--base`, where there is something to ask it.
fn past(
    session: &Session,
    known: &Known,
    asked: &Asked,
    subject: &Subject<'_>,
    selected: &Selection,
) -> Result<Option<Past>, Failure> {
    let Some(revision) = &asked.base else {
        return Ok(None);
    };
    if matches!(subject, Subject::Columns(..)) || selected.takes_anything(known) {
        return Past::of(session, &known.workspace, revision).map(Some);
    }
    Repository::around(&known.workspace.root)?.revision(revision)?;
    Ok(None)
}

fn of_columns(
    graph: &Graph<'_>,
    columns: &[String],
    change: ChangeWord,
    pending: &BTreeSet<Box<str>>,
) -> Result<Vec<Question>, Failure> {
    let question = |text: &String| {
        Ok(Question {
            target: find(graph, text)?,
            change: change.into(),
            timing: Timing {
                pending: pending.clone(),
                step: None,
            },
            step: None,
            renamed_to: None,
            reused: false,
        })
    };
    columns.iter().map(question).collect()
}

fn judged(graph: &Graph<'_>, gate: &Gate<'_>, question: &Question) -> (Trace, Judgement) {
    let mut trace = graph.trace_at(&question.target, question.change, &question.timing);
    if question.reused {
        // The code of the same tree may mean the column that has the name now.
        for traced in &mut trace.references {
            traced.certainty = Certainty::Possible;
        }
    }
    let judgement = gate.judge(&trace);
    (trace, judgement)
}

/// What the code before still needs, if the code of now does not.
fn before_it(
    before: &Graph<'_>,
    gate: &Gate<'_>,
    question: &Question,
    (trace, now): (&Trace, &Judgement),
    revision: &str,
) -> Option<Finding> {
    let target = before.same(&question.target.name)?;
    let then = gate.judge(&before.trace(&target, question.change));
    last_readers(trace, now, &then, question.step.as_ref(), revision)
}

/// What is said of no single change.
fn loose(
    gate: &Gate<'_>,
    answers: &[(Trace, Judgement)],
    mut unread: Vec<Finding>,
) -> Vec<Finding> {
    let names: Vec<&ColumnName> = answers
        .iter()
        .map(|(trace, _)| &trace.target.name)
        .collect();
    let used: BTreeSet<usize> = answers
        .iter()
        .flat_map(|(_, judgement)| judgement.used.iter().copied())
        .collect();
    for finding in &mut unread {
        finding.owner = finding
            .place
            .as_ref()
            .and_then(|place| gate.owner_of(place));
    }
    unread.extend(gate.faults(&names, &used));
    unread
}

fn report(
    session: &Session,
    known: &Known,
    gate: &Gate<'_>,
    (questions, answers, loose): (&[Question], &[(Trace, Judgement)], &[Finding]),
    destinations: &[(ReportFormat, Destination)],
) -> Result<Outcome, Failure> {
    let checks = questions.iter().zip(answers);
    let at = known.workspace.path_in_repository();
    let report = Report {
        checks: checks
            .map(|(question, (trace, judgement))| Check {
                trace,
                judgement,
                step: question.step.as_ref(),
                renamed_to: question.renamed_to.as_deref(),
            })
            .collect(),
        loose,
        at: &at,
    };
    let sources = |path: &str| known.workspace.text_of(path);
    for (format, destination) in destinations {
        let settings = session.settings(destination.is_none());
        let text = Format::from(*format).render(&report, &sources, &settings);
        deliver(&text, destination.as_deref())?;
    }
    Ok(match (report.verdict(), gate.inconclusive) {
        (Verdict::Inconclusive, impact_policy::Gate::Pass) => Outcome::Passed,
        (verdict, _) => Outcome::Judged(verdict),
    })
}

/// Values of a repeatable argument with their places on the command line.
fn placed<T: Clone>(typed: &ArgMatches, name: &str, values: &[T]) -> Vec<(usize, T)> {
    let places = typed.indices_of(name).into_iter().flatten();
    places.zip(values.iter().cloned()).collect()
}
