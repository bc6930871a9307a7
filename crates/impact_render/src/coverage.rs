//! The coverage ledger: what was looked at, what was not, and the sign that the analyzer was awake.

use crate::paint::Paint;
use crate::report::{Check, Settings};
use crate::words::{self, count};
use impact_facts::{Coverage, Scope, SkipReason};
use impact_graph::ServiceEvidence;
use impact_policy::{Control, ControlState};

/// Files of a service that did not parse and are named.
const NAMED: usize = 5;

/// Files and bytes that were read.
pub(crate) fn read(coverage: &Coverage) -> (u64, u64) {
    let sum = |total: (u64, u64), (_, files, bytes): &(_, u32, u64)| {
        (total.0 + u64::from(*files), total.1 + bytes)
    };
    coverage.languages.iter().fold((0, 0), sum)
}

/// The word for a reason.
pub(crate) fn skip_reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Binary => "binary",
        SkipReason::TooLarge => "too large",
        SkipReason::Excluded => "excluded",
        SkipReason::Link => "links",
        SkipReason::NoFrontEnd => "without a front end",
    }
}

/// The word for a kind of code.
fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Production => "production code",
        Scope::Script => "scripts",
        Scope::Test => "tests",
        Scope::Migration => "migrations that have run",
        Scope::Generated => "generated files",
    }
}

/// The ledger as text.
pub(crate) fn text(check: &Check<'_>, settings: &Settings) -> String {
    let title = "-- what was looked at ";
    let rule = "-".repeat(settings.width.min(80).saturating_sub(title.len()));
    let mut out = format!("{}\n", Paint::Dim.on(settings, &format!("{title}{rule}")));
    for (evidence, control) in check.trace.services.iter().zip(&check.judgement.controls) {
        out.push_str(&service(evidence, control, check, settings));
    }
    let allowed: Vec<String> = check
        .judgement
        .allowed
        .iter()
        .map(|(scope, number)| format!("{number} in {}", scope_word(*scope)))
        .collect();
    if !allowed.is_empty() {
        out.push_str(&format!(
            "  not counted against it: {}\n",
            allowed.join(", ")
        ));
    }
    out.push('\n');
    out
}

fn service(
    evidence: &ServiceEvidence,
    control: &Control,
    check: &Check<'_>,
    settings: &Settings,
) -> String {
    let (files, bytes) = read(&evidence.coverage);
    let name = Paint::Bold.on(settings, &evidence.service);
    let kind = if evidence.library { " (library)" } else { "" };
    let revision = evidence
        .revision
        .as_ref()
        .map(|at| format!(" at {at}"))
        .unwrap_or_default();
    let read = format!("{}, {}", count(files as usize, "file"), words::bytes(bytes));
    let mut lines = vec![format!(
        "  {name}{kind}{revision}: {read}; {}",
        resolved(&evidence.coverage)
    )];
    lines.extend(missing(evidence));
    lines.push(format!("    control: {}", control_words(control, check)));
    lines
        .iter()
        .map(|line| format!("{}\n", words::wrap(line, settings.width, 6)))
        .collect()
}

fn resolved(coverage: &Coverage) -> String {
    let failed = match coverage.failed_statements {
        0 => String::new(),
        number => format!(" ({number} not resolved)"),
    };
    let statements = count(coverage.statements as usize, "statement");
    format!(
        "{statements}{failed}, {}",
        count(coverage.models as usize, "model")
    )
}

fn missing(evidence: &ServiceEvidence) -> Vec<String> {
    let mut lines = Vec::new();
    let unparsed = &evidence.unparsed;
    if !unparsed.is_empty() {
        let more = if unparsed.len() > NAMED { ", ..." } else { "" };
        let named: Vec<&str> = unparsed.iter().take(NAMED).map(|path| &**path).collect();
        lines.push(format!(
            "    not parsed in full: {}: {}{more}",
            count(unparsed.len(), "file"),
            named.join(", ")
        ));
    }
    let skipped: Vec<String> = evidence
        .coverage
        .skipped
        .iter()
        .map(|(reason, files, _)| format!("{files} {}", skip_reason(*reason)))
        .collect();
    if !skipped.is_empty() {
        lines.push(format!("    left out: {}", skipped.join(", ")));
    }
    lines
}

/// What a control showed, in words.
pub(crate) fn control_words(control: &Control, check: &Check<'_>) -> String {
    let table = &check.trace.target.name.table;
    match &control.state {
        ControlState::Awake { table: 0, all } => {
            format!(
                "awake, {} found; none is to {table}: this service does not touch it",
                count(*all as usize, "reference")
            )
        }
        ControlState::Awake { table: number, all } => {
            format!(
                "awake, {} found, {number} of them to {table}",
                count(*all as usize, "reference")
            )
        }
        ControlState::Quiet => {
            "statements or models were resolved, but nothing refers to a column".to_owned()
        }
        ControlState::NoDatabase => {
            "names no database driver and shows no use of a database".to_owned()
        }
        ControlState::Elsewhere => {
            format!(
                "uses another database than {}",
                check.trace.target.name.database
            )
        }
        ControlState::Asleep(drivers) => {
            format!(
                "ASLEEP: names {}, but no statement or model was found",
                drivers.join(", ")
            )
        }
    }
}
