//! The public JSON form of a report. Kept apart from the types that the stages pass on, so that they can change.

use crate::coverage;
use crate::references::{PlaceDocument, ReferenceDocument, certainty, scope};
use crate::report::{Check, Report, Sources};
use crate::{frame, text, words};
use impact_graph::{
    AffectedEntry, ColumnName, ColumnState, Downstream, Proof, ServiceEvidence, StepKind,
    TracedReference,
};
use impact_policy::{Control, ControlState, Finding, Subject};
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
}

/// One change of one column.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckDocument {
    /// The column.
    target: TargetDocument,
    /// drop, rename, retype or tighten.
    change: &'static str,
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
    /// The column.
    column: String,
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
    /// The same wherever its line moves to.
    fingerprint: String,
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
                .map(|check| check_document(check, sources))
                .collect(),
        }
    }
}

fn check_document(check: &Check<'_>, sources: Sources<'_>) -> CheckDocument {
    let Check { trace, judgement } = check;
    let services = trace.services.iter().zip(&judgement.controls);
    let carried = trace
        .carriers
        .iter()
        .filter(|carrier| carrier.hops.len() > 1);
    CheckDocument {
        target: target(check, sources),
        change: trace.change.name(),
        verdict: judgement.verdict.name(),
        findings: judgement
            .findings
            .iter()
            .map(|one| finding(check, one, sources))
            .collect(),
        reasons: reasons(check),
        carriers: carried
            .map(|carrier| CarrierDocument {
                column: carrier.name.to_string(),
                database: carrier.name.database.to_string(),
                hops: carrier.hops.iter().map(ToString::to_string).collect(),
            })
            .collect(),
        entry_points: trace.entry_points.iter().map(entry).collect(),
        downstream: trace.downstream.iter().map(downstream).collect(),
        allowed: judgement
            .allowed
            .iter()
            .map(|(kind, number)| (scope(*kind), *number))
            .collect(),
        coverage: services
            .map(|(evidence, control)| service(evidence, control, check))
            .collect(),
    }
}

fn target(check: &Check<'_>, sources: Sources<'_>) -> TargetDocument {
    let target = &check.trace.target;
    let (state, renamed_to) = match &target.state {
        ColumnState::Live => ("live", None),
        ColumnState::Dropped(_) => ("dropped", None),
        ColumnState::Renamed(to, _) => ("renamed", Some(to.to_string())),
        ColumnState::Mentioned => ("mentioned", None),
    };
    let ColumnName {
        database,
        table,
        column,
    } = &target.name;
    TargetDocument {
        database: database.to_string(),
        table: table.to_string(),
        column: column.to_string(),
        state,
        renamed_to,
        data_type: (!target.data_type.is_empty()).then(|| target.data_type.to_string()),
        declared_at: target
            .declared_at
            .as_ref()
            .map(|place| (&frame::located(place, sources)).into()),
    }
}

/// Why a check is inconclusive.
pub(crate) fn reasons(check: &Check<'_>) -> Vec<String> {
    let open = check.judgement.of_level(impact_policy::Level::Inconclusive);
    let mut reasons: Vec<String> = open
        .map(|finding| match &finding.place {
            Some(place) => format!("{}: {}", words::place(place), finding.message),
            None => finding.message.clone(),
        })
        .collect();
    if check.judgement.no_evidence {
        reasons.push("no service shows any use of a database".to_owned());
    }
    reasons
}

fn reference(traced: &TracedReference) -> ReferenceDocument {
    let declared = traced.declared_at.as_ref();
    ReferenceDocument::new(
        &traced.reference,
        &traced.table,
        &traced.place,
        declared,
        traced.symbol.as_deref(),
    )
}

fn finding(check: &Check<'_>, finding: &Finding, sources: Sources<'_>) -> FindingDocument {
    let entry = finding.class.entry();
    let traced = match finding.subject {
        Subject::Reference(at) => check.trace.references.get(at),
        Subject::Omission(at) => check.trace.omissions.get(at),
        Subject::Dependent(_) | Subject::BlindSpot(_) | Subject::Service(_) => None,
    };
    let feeds = finding
        .feeds
        .iter()
        .filter_map(|at| check.trace.references.get(*at));
    let reached = traced
        .into_iter()
        .chain(feeds.clone())
        .flat_map(|one| one.reached_by.iter().copied());
    let reached: std::collections::BTreeSet<usize> = reached.collect();
    let entries = reached
        .iter()
        .filter_map(|at| check.trace.entry_points.get(*at));
    FindingDocument {
        code: entry.code,
        class: entry.name,
        level: finding.level.name(),
        certainty: certainty(finding.certainty),
        scope: scope(finding.scope),
        message: finding.message.clone(),
        next: finding.next.clone(),
        service: finding
            .place
            .as_ref()
            .map(|place| place.service.to_string()),
        owner: finding.owner.as_deref().map(str::to_owned),
        place: finding
            .place
            .as_ref()
            .map(|place| (&frame::located(place, sources)).into()),
        reference: traced.map(reference),
        through: traced
            .map(|one| one.through.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        feeds: feeds.map(reference).collect(),
        path: text::way_of(check, finding).map(steps).unwrap_or_default(),
        reached_by: entries.map(|entry| entry.name.to_string()).collect(),
        fingerprint: finding.fingerprint.clone(),
    }
}

fn steps(proof: &Proof) -> Vec<StepDocument> {
    let step = |step: &impact_graph::Step| StepDocument {
        kind: match step.kind {
            StepKind::Entry(kind) => words::entry_kind(kind),
            StepKind::Code => "code",
            StepKind::Column => "column",
        },
        name: step.label.to_string(),
        service: step.service.as_deref().map(str::to_owned),
        place: step.place.as_ref().map(PlaceDocument::from),
        certainty: certainty(step.certainty),
    };
    proof.steps.iter().map(step).collect()
}

fn entry(entry: &AffectedEntry) -> EntryDocument {
    EntryDocument {
        kind: words::entry_kind(entry.kind),
        name: entry.name.to_string(),
        service: entry.place.service.to_string(),
        schedule: entry.schedule.as_deref().map(str::to_owned),
        place: (&entry.place).into(),
        certainty: certainty(entry.proof.certainty()),
        path: steps(&entry.proof),
    }
}

fn downstream(one: &Downstream) -> DownstreamDocument {
    DownstreamDocument {
        kind: words::downstream_kind(one.kind),
        name: one.name.to_string(),
        owner: one.owner.to_string(),
        path: steps(&one.proof),
    }
}

fn service(evidence: &ServiceEvidence, control: &Control, check: &Check<'_>) -> ServiceDocument {
    let (files, bytes) = coverage::read(&evidence.coverage);
    let skipped = evidence.coverage.skipped.iter();
    ServiceDocument {
        service: evidence.service.to_string(),
        owner: evidence.owner.as_deref().map(str::to_owned),
        revision: evidence.revision.as_deref().map(str::to_owned),
        library: evidence.library,
        files,
        bytes,
        skipped: skipped
            .map(|(reason, files, _)| (coverage::skip_reason(*reason), *files))
            .collect(),
        unparsed: evidence.unparsed.iter().map(ToString::to_string).collect(),
        statements: evidence.coverage.statements,
        failed_statements: evidence.coverage.failed_statements,
        models: evidence.coverage.models,
        references: evidence.references,
        table_references: evidence.table_references,
        blind_spots: evidence.blind_spots,
        control: match control.state {
            ControlState::Awake { .. } => "awake",
            ControlState::Quiet => "quiet",
            ControlState::NoDatabase => "no_database",
            ControlState::Elsewhere => "elsewhere",
            ControlState::Asleep(_) => "asleep",
        },
        control_message: coverage::control_words(control, check),
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
