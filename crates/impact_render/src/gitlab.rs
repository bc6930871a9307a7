//! GitLab's code quality report: a JSON array of issues ("Code Quality report format" in its documentation).

use crate::document::pretty;
use crate::entry::{Entry, entries};
use crate::report::{Report, Settings, Sources};
use impact_policy::Level;
use serde_json::{Value, json};

/// The whole report. A finding of a service as a whole stands at its first file that GitLab can show: none, so at `.`.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    let issues: Vec<Value> = entries(report, sources)
        .iter()
        .filter(|entry| !entry.is_waived())
        .map(issue)
        .collect();
    pretty(&issues)
}

fn issue(entry: &Entry<'_>) -> Value {
    let severity = match entry.finding.level {
        Level::Block => "blocker",
        Level::Inconclusive => "major",
        Level::Warn => "minor",
        Level::Allow => "info",
    };
    let description = [vec![entry.headline()], entry.details()]
        .concat()
        .join(" | ");
    let path = entry.place.as_ref().map_or(".", |place| &place.path);
    let line = entry
        .place
        .as_ref()
        .map_or(1, |place| place.position.line.max(1));
    json!({
        "description": description,
        "check_name": entry.class.code,
        "fingerprint": entry.finding.fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    })
}
