//! From a trace and its judgement to the public form.

use super::{
    CarrierDocument, CheckDocument, DownstreamDocument, EntryDocument, FindingDocument,
    ServiceDocument, StepDocument, TargetDocument, WaivedDocument,
};
use crate::references::{PlaceDocument, ReferenceDocument};
use crate::report::{Check, Sources};
use crate::{coverage, frame, text, words};
use impact_graph::{
    AffectedEntry, Carrier, ColumnName, ColumnState, Downstream, Proof, ServiceEvidence, StepKind,
    TracedReference,
};
use impact_policy::{Control, ControlState, Finding, Subject, Waived};
use std::collections::BTreeSet;

/// The public form of one check.
pub(super) fn check(check: &Check<'_>, sources: Sources<'_>) -> CheckDocument {
    let Check {
        trace, judgement, ..
    } = check;
    let services = trace.services.iter().zip(&judgement.controls);
    let carried = trace
        .carriers
        .iter()
        .filter(|carrier| carrier.hops.len() > 1);
    CheckDocument {
        target: target(check, sources),
        change: trace.change.name(),
        renamed_to: check.renamed_to.map(str::to_owned),
        step: check.step.map(PlaceDocument::from),
        verdict: judgement.verdict.name(),
        findings: judgement
            .findings
            .iter()
            .map(|one| finding(Some(check), one, sources))
            .collect(),
        reasons: reasons(check),
        carriers: carried.map(carrier).collect(),
        entry_points: trace.entry_points.iter().map(entry).collect(),
        downstream: trace.downstream.iter().map(downstream).collect(),
        allowed: judgement
            .allowed
            .iter()
            .map(|(kind, number)| (kind.word(), *number))
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
        column: (!column.is_empty()).then(|| column.to_string()),
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

fn waived(waived: &Waived) -> WaivedDocument {
    WaivedDocument {
        reason: waived.reason.clone(),
        owner: waived.owner.clone(),
        until: waived.until.to_string(),
    }
}

/// What is said of no single change.
pub(super) fn loose(finding: &Finding, sources: Sources<'_>) -> FindingDocument {
    self::finding(None, finding, sources)
}

fn finding(check: Option<&Check<'_>>, finding: &Finding, sources: Sources<'_>) -> FindingDocument {
    let entry = finding.class.entry();
    let trace = check.map(|check| check.trace);
    let traced = match finding.subject {
        Subject::Reference(at) => trace.and_then(|trace| trace.references.get(at)),
        Subject::Omission(at) => trace.and_then(|trace| trace.omissions.get(at)),
        Subject::Dependent(_)
        | Subject::BlindSpot(_)
        | Subject::Service(_)
        | Subject::Elsewhere => None,
    };
    let feeds = finding
        .feeds
        .iter()
        .filter_map(|at| trace?.references.get(*at));
    FindingDocument {
        code: entry.code,
        class: entry.name,
        level: finding.level.name(),
        certainty: finding.certainty.word(),
        scope: finding.scope.word(),
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
        feeds: feeds.clone().map(reference).collect(),
        path: check
            .and_then(|check| text::way_of(check, finding))
            .map(steps)
            .unwrap_or_default(),
        reached_by: check
            .map(|check| reached_by(check, traced.into_iter().chain(feeds)))
            .unwrap_or_default(),
        waived: finding.waived.as_ref().map(waived),
        fingerprint: finding.fingerprint.clone(),
    }
}

/// Names of the entry points that reach one of these references.
fn reached_by<'a>(
    check: &Check<'_>,
    references: impl Iterator<Item = &'a TracedReference>,
) -> Vec<String> {
    let reached: BTreeSet<usize> = references
        .flat_map(|one| one.reached_by.iter().copied())
        .collect();
    let entries = reached
        .iter()
        .filter_map(|at| check.trace.entry_points.get(*at));
    entries.map(|entry| entry.name.to_string()).collect()
}

fn carrier(carrier: &Carrier) -> CarrierDocument {
    CarrierDocument {
        column: carrier.name.to_string(),
        database: carrier.name.database.to_string(),
        hops: carrier.hops.iter().map(ToString::to_string).collect(),
    }
}

fn steps(proof: &Proof) -> Vec<StepDocument> {
    let step = |step: &impact_graph::Step| StepDocument {
        kind: match step.kind {
            StepKind::Entry(kind) => kind.word(),
            StepKind::Code => "code",
            StepKind::Column => "column",
        },
        name: step.label.to_string(),
        service: step.service.as_deref().map(str::to_owned),
        place: step.place.as_ref().map(PlaceDocument::from),
        certainty: step.certainty.word(),
    };
    proof.steps.iter().map(step).collect()
}

fn entry(entry: &AffectedEntry) -> EntryDocument {
    EntryDocument {
        kind: entry.kind.word(),
        name: entry.name.to_string(),
        service: entry.place.service.to_string(),
        schedule: entry.schedule.as_deref().map(str::to_owned),
        place: (&entry.place).into(),
        certainty: entry.proof.certainty().word(),
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
