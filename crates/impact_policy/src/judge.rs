//! From a trace to a verdict.

use crate::class::FindingClass;
use crate::control::{Control, ControlState};
use crate::finding::{Finding, Subject, fingerprint};
use crate::level::Level;
use crate::policy::Policy;
use crate::waiver::{Waived, Waiver, waiver_finding};
use crate::weigh;
use impact_facts::{Certainty, How, Scope};
use impact_graph::{Place, Trace, TracedReference};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing refers to it, everything that could was analyzed, and the analyzer was awake.
    Clear,
    /// No proof either way.
    Inconclusive,
    /// Something still refers to it.
    Blocked,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Clear => "clear",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Blocked => "blocked",
        }
    }

    /// The process's exit code for it. 2 is for questions that could not be asked.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Clear => 0,
            Verdict::Blocked => 1,
            Verdict::Inconclusive => 3,
        }
    }
}

/// A verdict with all that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// What blocks, is open, or warns: by level, class and place. What is allowed is not here.
    pub findings: Vec<Finding>,
    /// How many references are allowed, by the kind of code they stand in.
    pub allowed: BTreeMap<Scope, u32>,
    /// The positive control of every service.
    pub controls: Vec<Control>,
    /// Why it is inconclusive although no single site is: no service shows any use of a database.
    pub no_evidence: bool,
    /// Which of the waivers fit something here, expired or not.
    pub used: BTreeSet<usize>,
}

impl Judgement {
    /// The findings of one level that count, in order.
    pub fn of_level(&self, level: Level) -> impl Iterator<Item = &Finding> {
        let counted = self.findings.iter().filter(|one| one.waived.is_none());
        counted.filter(move |finding| finding.level == level)
    }

    /// The findings that are accepted for now, in order.
    pub fn waived(&self) -> impl Iterator<Item = (&Finding, &Waived)> {
        let all = self.findings.iter();
        all.filter_map(|finding| Some((finding, finding.waived.as_ref()?)))
    }
}

/// What a trace is judged by.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// The team's rules.
    pub policy: &'a Policy,
    /// What is accepted.
    pub waivers: &'a [Waiver],
    /// The day; none: no waiver counts.
    pub today: Option<Date>,
    /// Who answers for a place, where that is known better than by its service.
    pub owner_of: &'a dyn Fn(&Place) -> Option<Box<str>>,
}

/// Judges a trace by a policy. Pure: the same in, the same out.
#[must_use]
pub fn judge(trace: &Trace, policy: &Policy) -> Judgement {
    let circumstances = Circumstances {
        policy,
        waivers: &[],
        today: None,
        owner_of: &|_| None,
    };
    judge_in(trace, &circumstances)
}

/// Judges a trace by a policy, with waivers and owners. Pure: the same in, the same out.
#[must_use]
pub fn judge_in(trace: &Trace, by: &Circumstances<'_>) -> Judgement {
    let controls: Vec<Control> = trace.services.iter().map(Control::of).collect();
    let mut findings = all_findings(trace, &controls);
    for finding in &mut findings {
        by.policy.weigh(finding);
        if let Some(owner) = finding.place.as_ref().and_then(by.owner_of) {
            finding.owner = Some(owner);
        }
    }
    absorb(trace, &mut findings);
    say_once(trace, &mut findings);
    let used = waive(trace, by, &mut findings);
    let mut allowed = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.level == Level::Allow)
    {
        *allowed.entry(finding.scope).or_default() += 1;
    }
    findings.retain(|finding| finding.level > Level::Allow);
    let no_evidence = !controls.iter().any(Control::is_awake);
    let mut judgement = Judgement {
        verdict: Verdict::Clear,
        findings,
        allowed,
        controls,
        no_evidence,
        used,
    };
    judgement.settle();
    judgement
}

fn all_findings(trace: &Trace, controls: &[Control]) -> Vec<Finding> {
    let mut findings = reference_findings(trace);
    let omissions = trace.omissions.iter().enumerate();
    findings.extend(omissions.map(|(at, one)| omission(trace, at, one)));
    findings.extend(dependent_findings(trace));
    findings.extend(blind_findings(trace));
    findings.extend(asleep_findings(trace, controls));
    findings
}

/// Marks what is accepted; which waivers were meant for something, expired or not.
fn waive(trace: &Trace, by: &Circumstances<'_>, findings: &mut Vec<Finding>) -> BTreeSet<usize> {
    let name = &trace.target.name;
    let mut used = BTreeSet::new();
    let mut said = Vec::new();
    for finding in findings.iter_mut().filter(|one| one.level > Level::Allow) {
        for (at, waiver) in by.waivers.iter().enumerate() {
            if !waiver.fits(finding, name) {
                continue;
            }
            used.insert(at);
            if finding.level == Level::Inconclusive {
                let message = format!("it cannot accept what is open: {}", finding.message);
                said.push((FindingClass::WaiverInvalid, at, message));
            } else if by.today.is_some_and(|today| today > waiver.until) {
                let message = format!("it ended on {}: {}", waiver.until, waiver.reason);
                said.push((FindingClass::WaiverExpired, at, message));
            } else if by.today.is_some() {
                finding.waived = Some(Waived {
                    waiver: at,
                    reason: waiver.reason.clone(),
                    owner: waiver.owner.clone(),
                    until: waiver.until,
                });
            }
        }
    }
    said.sort();
    said.dedup();
    for (class, at, message) in said {
        if let Some(waiver) = by.waivers.get(at) {
            let mut finding = waiver_finding(class, &waiver.at.place, message);
            finding.owner = Some(waiver.owner.as_str().into());
            by.policy.weigh(&mut finding);
            findings.push(finding);
        }
    }
    used
}

/// The finding that a statement of a migration was not understood.
#[must_use]
pub fn unread_statement(
    place: &Place,
    reason: &str,
    tables: &[impact_facts::TableName],
) -> Finding {
    let class = FindingClass::UnreadMigration;
    let names: Vec<String> = tables.iter().map(ToString::to_string).collect();
    let names = match names.is_empty() {
        true => String::new(),
        false => format!(" (it names {})", names.join(", ")),
    };
    Finding {
        class,
        level: Level::Inconclusive,
        certainty: Certainty::Possible,
        scope: Scope::Migration,
        subject: Subject::Elsewhere,
        place: Some(place.clone()),
        message: format!("{reason}{names}"),
        next: class.entry().next.to_owned(),
        owner: None,
        feeds: Vec::new(),
        waived: None,
        fingerprint: fingerprint([class.entry().code, &place.path, reason]),
    }
}

impl Judgement {
    /// Adds what is known from elsewhere, and judges again.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.settle();
    }

    fn settle(&mut self) {
        self.findings.sort_by(|a, b| {
            let key = |one: &Finding| {
                (
                    std::cmp::Reverse(one.level),
                    one.class,
                    one.place.clone(),
                    one.subject,
                )
            };
            key(a).cmp(&key(b))
        });
        tell_apart(&mut self.findings);
        self.verdict = verdict(&self.findings, self.no_evidence);
    }
}

/// Findings that say the same of the same code get fingerprints by their order.
fn tell_apart(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings {
        let number = seen.entry(finding.fingerprint.clone()).or_default();
        *number += 1;
        if *number > 1 {
            finding.fingerprint = fingerprint([&*finding.fingerprint, &*number.to_string()]);
        }
    }
}

fn verdict(findings: &[Finding], no_evidence: bool) -> Verdict {
    let counted = findings.iter().filter(|finding| finding.waived.is_none());
    match counted.map(|finding| finding.level).max() {
        Some(Level::Block) => Verdict::Blocked,
        Some(Level::Inconclusive) => Verdict::Inconclusive,
        _ if no_evidence => Verdict::Inconclusive,
        _ => Verdict::Clear,
    }
}

fn owner(trace: &Trace, place: Option<&Place>) -> Option<Box<str>> {
    let service = trace
        .services
        .iter()
        .find(|one| place.is_some_and(|place| place.service == one.service))?;
    service.owner.clone()
}

fn reference_findings(trace: &Trace) -> Vec<Finding> {
    let make = |(at, traced): (usize, &TracedReference)| {
        let class = weigh::reference_class(&traced.reference);
        let level =
            weigh::reference_level(trace.change, class, &traced.reference, traced.certainty);
        let subject = Subject::Reference(at);
        finding_at(trace, subject, class, level, traced)
    };
    trace.references.iter().enumerate().map(make).collect()
}

fn omission(trace: &Trace, at: usize, traced: &TracedReference) -> Finding {
    let level = weigh::omission_level(traced.reference.scope, traced.certainty);
    finding_at(
        trace,
        Subject::Omission(at),
        FindingClass::Omission,
        level,
        traced,
    )
}

fn finding_at(
    trace: &Trace,
    subject: Subject,
    class: FindingClass,
    level: Level,
    traced: &TracedReference,
) -> Finding {
    let code = traced.symbol.as_deref().unwrap_or_default();
    let place = &traced.place;
    let name = trace.target.name.to_string();
    Finding {
        class,
        level,
        certainty: traced.certainty,
        scope: traced.reference.scope,
        subject,
        message: weigh::reference_message(trace, class, traced),
        next: weigh::reference_next(trace.change, class).to_owned(),
        owner: owner(trace, Some(place)),
        feeds: Vec::new(),
        waived: None,
        fingerprint: fingerprint([
            class.entry().code,
            &name,
            &place.path,
            code,
            &traced.reference.text,
        ]),
        place: Some(place.clone()),
    }
}

fn dependent_findings(trace: &Trace) -> Vec<Finding> {
    let make = |(at, dependent): (usize, &impact_graph::TracedDependent)| {
        let (class, level) = weigh::dependent(trace.change, dependent);
        let name = dependent.name.as_deref().unwrap_or_default();
        let table = dependent.table.to_string();
        Finding {
            class,
            level,
            certainty: dependent.certainty,
            scope: Scope::Production,
            subject: Subject::Dependent(at),
            message: weigh::dependent_message(dependent),
            next: class.entry().next.to_owned(),
            owner: owner(trace, dependent.place.as_ref()),
            feeds: Vec::new(),
            waived: None,
            fingerprint: fingerprint([
                class.entry().code,
                &trace.target.name.to_string(),
                &table,
                name,
            ]),
            place: dependent.place.clone(),
        }
    };
    trace.dependents.iter().enumerate().map(make).collect()
}

fn blind_findings(trace: &Trace) -> Vec<Finding> {
    let make = |(at, traced): (usize, &impact_graph::TracedBlindSpot)| {
        let class = FindingClass::BlindSpot;
        let code = traced.symbol.as_deref().unwrap_or_default();
        let place = &traced.place;
        Finding {
            class,
            level: weigh::blind_level(trace.change, traced),
            certainty: Certainty::Possible,
            scope: traced.blind_spot.scope,
            subject: Subject::BlindSpot(at),
            message: traced.blind_spot.message.to_string(),
            next: class.entry().next.to_owned(),
            owner: owner(trace, Some(place)),
            feeds: Vec::new(),
            waived: None,
            fingerprint: fingerprint([
                class.entry().code,
                &place.path,
                code,
                &traced.blind_spot.text,
            ]),
            place: Some(place.clone()),
        }
    };
    trace.blind_spots.iter().enumerate().map(make).collect()
}

fn asleep_findings(trace: &Trace, controls: &[Control]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, (control, evidence)) in controls.iter().zip(&trace.services).enumerate() {
        let ControlState::Asleep(drivers) = &control.state else {
            continue;
        };
        let class = FindingClass::Asleep;
        findings.push(Finding {
            class,
            level: Level::Inconclusive,
            certainty: Certainty::Possible,
            scope: Scope::Production,
            subject: Subject::Service(at),
            message: format!(
                "{} names {}, but no statement or model was found in it",
                control.service,
                drivers.join(", ")
            ),
            next: class.entry().next.to_owned(),
            owner: evidence.owner.clone(),
            feeds: Vec::new(),
            waived: None,
            fingerprint: fingerprint([class.entry().code, &control.service]),
            place: None,
        });
    }
    findings
}

/// Puts whole-row references under the declaration that feeds them: that is the place to fix.
fn absorb(trace: &Trace, findings: &mut Vec<Finding>) {
    let mut heads: BTreeMap<(Box<str>, u32), usize> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if let (FindingClass::Declaration, Some(place)) = (finding.class, &finding.place) {
            heads
                .entry((place.path.clone(), place.position.line))
                .or_insert(at);
        }
    }
    let mut absorbed = vec![false; findings.len()];
    for at in 0..findings.len() {
        let Some((reference, traced)) = fed(trace, &findings[at]) else {
            continue;
        };
        let declared = traced.declared_at.as_ref();
        let head = declared.and_then(|place| heads.get(&(place.path.clone(), place.position.line)));
        let (Some(head), true) = (head, findings[at].level > Level::Allow) else {
            continue;
        };
        let level = findings[at].level;
        absorbed[at] = true;
        let head = &mut findings[*head];
        head.level = head.level.max(level);
        head.feeds.push(reference);
    }
    let mut keep = absorbed.into_iter().map(|absorbed| !absorbed);
    findings.retain(|_| keep.next().unwrap_or(true));
}

/// Leaves one finding of each class for what is done at a place: a text that is handed on is run by other code, too.
fn say_once(trace: &Trace, findings: &mut Vec<Finding>) {
    let deed = |finding: &Finding| {
        let Subject::Reference(at) = finding.subject else {
            return None;
        };
        let traced = trace.references.get(at)?;
        let place = &traced.place;
        let reference = &traced.reference;
        let done = (reference.access, reference.how, &traced.through);
        Some((
            finding.class,
            &place.path,
            place.span,
            &traced.table,
            &reference.column,
            done,
        ))
    };
    let mut tellers = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(deed) = deed(finding) else { continue };
        let weight = (finding.level, finding.certainty);
        let teller = tellers.entry(deed).or_insert((weight, at));
        if weight > teller.0 {
            *teller = (weight, at);
        }
    }
    let kept: BTreeSet<usize> = tellers.values().map(|(_, at)| *at).collect();
    let is_repeat = |(at, one): (usize, &Finding)| deed(one).is_some() && !kept.contains(&at);
    let repeats: Vec<bool> = findings.iter().enumerate().map(is_repeat).collect();
    let mut repeats = repeats.into_iter();
    findings.retain(|_| !repeats.next().unwrap_or_default());
}

/// The whole-row reference that a finding speaks of, if it is one that a declaration feeds.
fn fed<'a>(trace: &'a Trace, finding: &Finding) -> Option<(usize, &'a TracedReference)> {
    let Subject::Reference(at) = finding.subject else {
        return None;
    };
    let traced = trace.references.get(at)?;
    let whole = finding.class == FindingClass::WholeRow && traced.reference.how == How::Implicit;
    (whole && traced.declared_at.is_some()).then_some((at, traced))
}
