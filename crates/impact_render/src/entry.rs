//! A finding as every machine format says it.

use crate::report::{Check, Report, Sources};
use crate::{frame, text, words};
use impact_graph::{Place, Proof};
use impact_policy::{Finding, FindingClassEntry, Level};

/// A finding with what formats need of it.
pub(crate) struct Entry<'a> {
    /// The change that it speaks of; none if it speaks of none alone.
    pub(crate) check: Option<Check<'a>>,
    pub(crate) finding: &'a Finding,
    pub(crate) class: &'static FindingClassEntry,
    /// Its place, with line and column; none for a service as a whole.
    pub(crate) place: Option<Place>,
    /// The way that proves it.
    pub(crate) way: Option<&'a Proof>,
}

impl Entry<'_> {
    /// `drop users.email: reads users.email`.
    pub(crate) fn headline(&self) -> String {
        match &self.check {
            Some(check) => format!("{}: {}", check.title(), self.finding.message),
            None => self.finding.message.clone(),
        }
    }

    /// Owner, way and next step, a line each.
    pub(crate) fn details(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.finding.feeds.is_empty() {
            lines.push(format!(
                "feeds: {}",
                words::count(self.finding.feeds.len(), "whole-row use")
            ));
        }
        lines.extend(self.way.map(|way| format!("path: {}", words::way(way))));
        lines.extend(
            self.finding
                .owner
                .as_ref()
                .map(|owner| format!("owner: {owner}")),
        );
        lines.push(format!("next: {}", self.finding.next));
        lines.extend(self.finding.waived.as_ref().map(words::waived));
        lines
    }

    /// Whether it stands against the change, or may.
    pub(crate) fn counts(&self) -> bool {
        self.finding.level >= Level::Inconclusive && !self.is_waived()
    }

    /// Whether it is accepted for now.
    pub(crate) fn is_waived(&self) -> bool {
        self.finding.waived.is_some()
    }
}

/// Every finding of a report, in order.
pub(crate) fn entries<'a>(report: &Report<'a>, sources: Sources<'_>) -> Vec<Entry<'a>> {
    let mut all = Vec::new();
    for check in &report.checks {
        for finding in &check.judgement.findings {
            all.push(entry(report, Some(*check), finding, sources));
        }
    }
    let loose = report.loose.iter();
    all.extend(loose.map(|finding| entry(report, None, finding, sources)));
    all
}

fn entry<'a>(
    report: &Report<'a>,
    check: Option<Check<'a>>,
    finding: &'a Finding,
    sources: Sources<'_>,
) -> Entry<'a> {
    let place = finding.place.as_ref().map(|place| {
        let place = frame::located(place, sources);
        Place {
            path: report.repository_path(&place.path).into(),
            ..place
        }
    });
    Entry {
        check,
        finding,
        class: finding.class.entry(),
        place,
        way: check.and_then(|check| text::way_of(&check, finding)),
    }
}
