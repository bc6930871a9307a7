//! SARIF 2.1.0, as code scanning reads it (OASIS, Static Analysis Results Interchange Format 2.1.0).

use crate::document::pretty;
use crate::entry::{Entry, entries};
use crate::report::{Report, Settings, Sources};
use crate::words;
use impact_graph::{Place, Proof};
use impact_policy::{FindingClass, Level};
use serde_json::{Value, json};

/// GitHub takes no more results of a run than this, see "SARIF support for code scanning" in its documentation.
const MOST_RESULTS: usize = 5000;

/// The whole report as one SARIF log.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    let rules: Vec<Value> = FindingClass::table().iter().map(rule).collect();
    let mut all = entries(report, sources);
    let left_out = all.len().saturating_sub(MOST_RESULTS);
    if left_out > 0 {
        all.sort_by_key(|entry| std::cmp::Reverse(entry.finding.level));
        all.truncate(MOST_RESULTS);
    }
    let results: Vec<Value> = all.iter().map(|entry| result(report, entry)).collect();
    let verdict = report.verdict();
    let mut invocation = json!({"executionSuccessful": true, "exitCode": verdict.exit_code()});
    if let (1.., Some(object)) = (left_out, invocation.as_object_mut()) {
        let text = format!("{} less grave left out", words::count(left_out, "result"));
        let notes = json!([{"level": "warning", "message": {"text": text}}]);
        object.insert("toolExecutionNotifications".to_owned(), notes);
    }
    log(&rules, &invocation, verdict.name(), &results)
}

/// A log that says that the question could not be answered, and why.
pub(crate) fn failure(message: &str) -> String {
    let invocation = json!({
        "executionSuccessful": false,
        "exitCode": 2,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": message}}],
    });
    log(&[], &invocation, "error", &[])
}

fn log(rules: &[Value], invocation: &Value, verdict: &str, results: &[Value]) -> String {
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "impact",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "properties": {"verdict": verdict},
            "results": results,
        }],
    }))
}

fn rule(row: &impact_policy::FindingClassEntry) -> Value {
    json!({
        "id": row.code,
        "name": row.name,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.why},
        "help": {"text": row.next},
    })
}

fn result(report: &Report<'_>, entry: &Entry<'_>) -> Value {
    let level = match entry.finding.level {
        Level::Block | Level::Inconclusive => "error",
        Level::Warn => "warning",
        Level::Allow => "note",
    };
    let text = [vec![entry.headline()], entry.details()]
        .concat()
        .join("\n");
    let index = FindingClass::table()
        .iter()
        .position(|row| row.code == entry.class.code);
    let mut result = json!({
        "ruleId": entry.class.code,
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
        "locations": [entry.place.as_ref().map_or_else(nowhere, location)],
        "partialFingerprints": {"impact/v1": entry.finding.fingerprint},
    });
    let flow = entry.way.and_then(|way| code_flow(report, way));
    if let (Some(flow), Some(object)) = (flow, result.as_object_mut()) {
        object.insert("codeFlows".to_owned(), json!([flow]));
    }
    if let (Some(waived), Some(object)) = (&entry.finding.waived, result.as_object_mut()) {
        let suppression = json!({
            "kind": "external", "status": "accepted", "justification": words::waived(waived),
        });
        object.insert("suppressions".to_owned(), json!([suppression]));
    }
    result
}

/// The steps that have a place; none if none has.
fn code_flow(report: &Report<'_>, way: &Proof) -> Option<Value> {
    let located = way
        .steps
        .iter()
        .filter_map(|step| Some((step, step.place.as_ref()?)));
    let steps: Vec<Value> = located
        .map(|(step, place)| {
            let mut at = location(&Place {
                path: report.repository_path(&place.path).into(),
                ..place.clone()
            });
            if let Some(object) = at.as_object_mut() {
                object.insert("message".to_owned(), json!({"text": step.label}));
            }
            json!({"location": at})
        })
        .collect();
    (!steps.is_empty()).then(|| json!({"threadFlows": [{"locations": steps}]}))
}

/// Of a service as a whole: the root. Code scanning refuses a result without a location, and a location without a region.
fn nowhere() -> Value {
    location(&Place {
        path: ".".into(),
        ..Place::default()
    })
}

fn location(place: &Place) -> Value {
    let at = place.position;
    let region = match at.line {
        0 => json!({"startLine": 1}),
        line => json!({
            "startLine": line, "startColumn": at.col, "endLine": at.end_line, "endColumn": at.end_col,
        }),
    };
    let artifact = json!({"uri": uri(&place.path)});
    json!({"physicalLocation": {"artifactLocation": artifact, "region": region}})
}

/// A path as a relative URI: what is not allowed in one is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
