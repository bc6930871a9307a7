//! What a class of findings means, and the whole proof of one finding.

use crate::report::{Check, Settings, Sources};
use crate::words;
use crate::{graph, text};
use impact_graph::StepKind;
use impact_policy::{Finding, FindingClass};

/// Every class with its code, a line each.
#[must_use]
pub fn explain_list() -> String {
    let rows = FindingClass::table().iter();
    rows.map(|row| format!("{}  {:<18} {}\n", row.code, row.name, row.title))
        .collect()
}

/// One class: what it is, why it matters, what to do.
#[must_use]
pub fn explain_class(class: FindingClass) -> String {
    let row = class.entry();
    let (why, next) = (
        words::wrap(row.why, 80, 0),
        words::wrap(&format!("Next: {}.", row.next), 80, 0),
    );
    format!(
        "{} {}: {}\n\n{why}\n\n{next}\n",
        row.code, row.name, row.title
    )
}

/// One finding with every step of its proof, a line each.
#[must_use]
pub fn explain_finding(
    check: &Check<'_>,
    finding: &Finding,
    sources: Sources<'_>,
    settings: &Settings,
) -> String {
    let mut out = text::full(check, finding, sources, settings);
    out.push_str("\n\n");
    match text::way_of(check, finding) {
        Some(proof) => {
            out.push_str("The way that proves it, step by step:\n\n");
            for (number, step) in proof.steps.iter().enumerate() {
                let by = step.by.map(graph::edge_word).unwrap_or("starts at");
                let place = step
                    .place
                    .as_ref()
                    .map(|at| format!(" at {}", words::place(at)))
                    .unwrap_or_default();
                let kind = match step.kind {
                    StepKind::Entry(kind) => kind.word(),
                    StepKind::Code => "code",
                    StepKind::Column => "column",
                };
                let sure = step.certainty.word();
                out.push_str(&format!(
                    "  {}. {by} {kind} {}{place} ({sure})\n",
                    number + 1,
                    step.label
                ));
            }
        }
        None => out.push_str("No entry point is known to run this code.\n"),
    }
    out.push_str(&format!(
        "\n{}\n",
        words::wrap(finding.class.entry().why, settings.width, 0)
    ));
    out
}
