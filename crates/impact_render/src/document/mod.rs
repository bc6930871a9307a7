//! The public JSON form of a report. Kept apart from the types that the stages pass on, so that they can change.

mod fill;

use crate::references::{PlaceDocument, ReferenceDocument};
use crate::report::{Report, Sources};
use schemars::JsonSchema;
use serde::Serialize;

/// The version of every JSON format. It changes when a field goes or changes its meaning, not when one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// What `impact check --format json` says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportDocument {
    /// The version of this format.
    schema_version: u32,
    /// clear, inconclusive or blocked: the gravest of all checks.
    verdict: &'static str,
    /// One for each change.
    checks: Vec<CheckDocument>,
    /// What is said of no single change: statements of migrations that were not understood, waivers, annotations.
    findings: Vec<FindingDocument>,
}

/// One change of one column.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckDocument {
    /// The column.
    target: TargetDocument,
    /// drop, rename, retype or tighten.
    change: &'static str,
    /// The name after a rename, where it is known.
    renamed_to: Option<String>,
    /// The statement of a migration that makes it, where one does.
    step: Option<PlaceDocument>,
    /// clear, inconclusive or blocked.
    verdict: &'static str,
    /// What blocks, is open or warns, in this order.
    findings: Vec<FindingDocument>,
    /// Why it is inconclusive, in words; empty unless it is.
    reasons: Vec<String>,
    /// Columns that carry the value on: of views, foreign tables, child tables.
    carriers: Vec<CarrierDocument>,
    /// Entry points that reach the column.
    entry_points: Vec<EntryDocument>,
    /// What reads what is derived from the column.
    downstream: Vec<DownstreamDocument>,
    /// Findings that do not count against it, by kind of code.
    allowed: std::collections::BTreeMap<&'static str, u32>,
    /// What was looked at.
    coverage: Vec<ServiceDocument>,
}

/// A column.
#[derive(Debug, Serialize, JsonSchema)]
struct TargetDocument {
    /// The database.
    database: String,
    /// The table.
    table: String,
    /// The column; null for the table as a whole.
    column: Option<String>,
    /// live, dropped, renamed, or mentioned (no schema describes it).
    state: &'static str,
    /// Its name after a rename.
    renamed_to: Option<String>,
    /// Its type as written, where known.
    data_type: Option<String>,
    /// Where it is declared.
    declared_at: Option<PlaceDocument>,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
struct FindingDocument {
    /// The stable code, see `impact explain --list`.
    code: &'static str,
    /// Its class.
    class: &'static str,
    /// block, inconclusive or warn.
    level: &'static str,
    /// exact, likely or possible.
    certainty: &'static str,
    /// production, script, test, migration, generated.
    scope: &'static str,
    /// What was found.
    message: String,
    /// What to do.
    next: String,
    /// The service; null for an object of the database whose file is not known.
    service: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// Where.
    place: Option<PlaceDocument>,
    /// The reference, where the finding is one.
    reference: Option<ReferenceDocument>,
    /// Columns from the one that is named to the target, where it is not the target itself.
    through: Vec<String>,
    /// For a declaration: the whole-row references that it feeds.
    feeds: Vec<ReferenceDocument>,
    /// The way that proves it, from an entry point to the column; empty if no entry point is known.
    path: Vec<StepDocument>,
    /// Names of the entry points that reach it.
    reached_by: Vec<String>,
    /// Accepted for now: it does not count for the verdict.
    waived: Option<WaivedDocument>,
    /// The same wherever its line moves to.
    fingerprint: String,
}

/// Why a finding is accepted.
#[derive(Debug, Serialize, JsonSchema)]
struct WaivedDocument {
    /// Why.
    reason: String,
    /// Who answers for it.
    owner: String,
    /// The last day on which it counts.
    until: String,
}

/// A step of a way.
#[derive(Debug, Serialize, JsonSchema)]
struct StepDocument {
    /// api, job, command, consumer, code or column.
    kind: &'static str,
    /// Its name.
    name: String,
    /// Its service; null for a column.
    service: Option<String>,
    /// Where the step before says so; for the first, where it is declared.
    place: Option<PlaceDocument>,
    /// exact, likely or possible.
    certainty: &'static str,
}

/// A column that carries the target's value.
#[derive(Debug, Serialize, JsonSchema)]
struct CarrierDocument {
    /// `table.column`.
    column: String,
    /// Its database.
    database: String,
    /// The columns from it to the target, both included.
    hops: Vec<String>,
}

/// An entry point that reaches the column.
#[derive(Debug, Serialize, JsonSchema)]
struct EntryDocument {
    /// api, job, command, consumer.
    kind: &'static str,
    /// Its name.
    name: String,
    /// Its service.
    service: String,
    /// When it runs.
    schedule: Option<String>,
    /// Where it is declared.
    place: PlaceDocument,
    /// exact, likely or possible: the weakest step of the way.
    certainty: &'static str,
    /// The surest and shortest way to the column.
    path: Vec<StepDocument>,
}

/// What reads what is derived from the column.
#[derive(Debug, Serialize, JsonSchema)]
struct DownstreamDocument {
    /// view, foreign table, dbt model, consumer, service.
    kind: &'static str,
    /// Its name.
    name: String,
    /// The service or database it belongs to.
    owner: String,
    /// From it to the column.
    path: Vec<StepDocument>,
}

/// What was looked at in a service.
#[derive(Debug, Serialize, JsonSchema)]
struct ServiceDocument {
    /// The service.
    service: String,
    /// Who answers for it.
    owner: Option<String>,
    /// The revision, where known.
    revision: Option<String>,
    /// Whether it is only imported.
    library: bool,
    /// Files that were read.
    files: u64,
    /// Their bytes.
    bytes: u64,
    /// Files that were left out, by reason.
    skipped: std::collections::BTreeMap<&'static str, u32>,
    /// Paths of files with a part that did not parse.
    unparsed: Vec<String>,
    /// SQL statements that were resolved.
    statements: u32,
    /// SQL statements that were not.
    failed_statements: u32,
    /// Models that are mapped.
    models: u32,
    /// Exact and likely references to any column.
    references: u32,
    /// Of these, those to the column's table.
    table_references: u32,
    /// All blind spots, near the table or not.
    blind_spots: u32,
    /// The positive control: awake, quiet, no_database, elsewhere or asleep.
    control: &'static str,
    /// What the control says.
    control_message: String,
}

impl ReportDocument {
    /// The public form of a report.
    #[must_use]
    pub fn new(report: &Report<'_>, sources: Sources<'_>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: report.verdict().name(),
            checks: report
                .checks
                .iter()
                .map(|check| fill::check(check, sources))
                .collect(),
            findings: report
                .loose
                .iter()
                .map(|finding| fill::loose(finding, sources))
                .collect(),
        }
    }
}

/// JSON for people to read, with a newline at the end.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let mut out = serde_json::to_string_pretty(document).unwrap_or_default();
    out.push('\n');
    out
}

/// The JSON Schema of `check --format json`.
#[must_use]
pub fn report_schema() -> String {
    pretty(&schemars::schema_for!(ReportDocument))
}
