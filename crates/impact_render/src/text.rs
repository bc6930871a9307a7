//! The report for people: what, where, who owns it, the way that proves it, and what next. Eighty columns, no color
//! needed.

use crate::coverage;
use crate::frame::{self, Frame, located};
use crate::paint::Paint;
use crate::report::{Check, Report, Settings, Sources};
use crate::words::{self, count};
use impact_facts::{EntryKind, Scope};
use impact_graph::{AffectedEntry, ColumnState, Proof, TracedReference};
use impact_policy::{Finding, Level, Subject, Verdict};
use std::collections::{BTreeMap, HashMap};

/// How many of the references that a declaration feeds, and of the entry points, are listed.
const LISTED: usize = 12;

/// The sections of findings, with the part in a hundred of all code frames that each may take.
const SECTIONS: &[(Level, &str, usize)] = &[
    (Level::Block, "must change first", 70),
    (Level::Inconclusive, "open: may refer to it", 20),
    (Level::Warn, "worth a look", 10),
];

/// The whole report.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, settings: &Settings) -> String {
    let mut out = String::new();
    for check in &report.checks {
        out.push_str(&one(check, sources, settings));
    }
    out.push_str(&loose(report, sources, settings));
    if report.checks.len() + report.loose.len() > 1 {
        out.push_str(&summary(report, settings));
    }
    if report.checks.is_empty() && report.loose.is_empty() {
        out.push_str("clear: nothing is taken from code that runs.\n");
    }
    out
}

/// What is said of no single change.
fn loose(report: &Report<'_>, sources: Sources<'_>, settings: &Settings) -> String {
    if report.loose.is_empty() {
        return String::new();
    }
    let mut out = heading("migrations and waivers", settings);
    out.push('\n');
    for finding in report.loose {
        out.push_str(&shown(None, finding, None, sources, settings));
        out.push_str("\n\n");
    }
    out
}

fn summary(report: &Report<'_>, settings: &Settings) -> String {
    let mut out = heading("all changes", settings);
    for check in &report.checks {
        let verdict = check.judgement.verdict;
        let verdict = paint_of(verdict).on(settings, &format!("{:<12}", verdict.name()));
        out.push_str(&format!("  {verdict} {}\n", check.title()));
    }
    let open = report
        .loose
        .iter()
        .filter(|one| one.level >= Level::Inconclusive)
        .count();
    if open > 0 {
        let verdict = Paint::Yellow.on(settings, &format!("{:<12}", "inconclusive"));
        out.push_str(&format!("  {verdict} {}\n", count(open, "statement")));
    }
    let verdict = report.verdict();
    out.push_str(&format!(
        "\n{}\n",
        paint_of(verdict).on(settings, &format!("all in all: {}", verdict.name()))
    ));
    out
}

fn paint_of(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Clear => Paint::Green,
        Verdict::Inconclusive => Paint::Yellow,
        Verdict::Blocked => Paint::Red,
    }
}

/// One check.
pub(crate) fn one(check: &Check<'_>, sources: Sources<'_>, settings: &Settings) -> String {
    let mut out = head(check, settings);
    for (level, title, share) in SECTIONS {
        let frames = settings.frames * share / 100;
        out.push_str(&section(check, (*level, title), frames, sources, settings));
    }
    out.push_str(&waived(check, settings));
    out.push_str(&reach(check, settings));
    out.push_str(&downstream(check, settings));
    out.push_str(&coverage::text(check, settings));
    out.push_str(&conclusion(check, settings));
    out
}

fn head(check: &Check<'_>, settings: &Settings) -> String {
    let Check {
        trace, judgement, ..
    } = check;
    let verdict =
        paint_of(judgement.verdict).on(settings, &judgement.verdict.name().to_uppercase());
    let title = Paint::Bold.on(settings, &check.title());
    let database = &trace.target.name.database;
    let mut out = format!("{verdict}  {title} (database {database})\n\n");
    if let Some(step) = check.step {
        out.push_str(&indented(&format!("by {}", words::place(step)), settings));
    }
    let state = words::state(&trace.target.state).filter(|_| !is_its_own(check));
    if let Some(state) = state {
        out.push_str(&format!("  {}: {state}\n", trace.target.name));
    }
    out.push_str(&indented(&counts(check), settings));
    if let Some(reached) = reached(check) {
        out.push_str(&indented(&format!("reached by {reached}"), settings));
    }
    out.push('\n');
    out
}

/// Whether what became of the target is what the change's own migration makes of it.
fn is_its_own(check: &Check<'_>) -> bool {
    let by = match &check.trace.target.state {
        ColumnState::Dropped(by) | ColumnState::Renamed(_, by) => by.as_ref(),
        ColumnState::Live | ColumnState::Mentioned => None,
    };
    by.is_some() && by.map(|by| &by.path) == check.step.map(|step| &step.path)
}

fn indented(line: &str, settings: &Settings) -> String {
    format!("{}\n", words::wrap(&format!("  {line}"), settings.width, 2))
}

/// `3 findings block it, in 2 services; 1 site is open; 1 warning`.
fn counts(check: &Check<'_>) -> String {
    let of = |level| check.judgement.of_level(level).count();
    let (blocks, open, warns) = (of(Level::Block), of(Level::Inconclusive), of(Level::Warn));
    let mut parts = Vec::new();
    if blocks > 0 {
        let services: std::collections::BTreeSet<_> = check
            .judgement
            .of_level(Level::Block)
            .filter_map(|finding| Some(&*finding.place.as_ref()?.service))
            .collect();
        let verb = if blocks == 1 { "blocks" } else { "block" };
        let places = if services.is_empty() {
            String::new()
        } else {
            format!(" in {}", count(services.len(), "service"))
        };
        parts.push(format!("{} {verb} it{places}", count(blocks, "finding")));
    }
    if open > 0 {
        let verb = if open == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} open", count(open, "site")));
    }
    if warns > 0 {
        parts.push(count(warns, "warning"));
    }
    if blocks + open == 0 {
        parts.insert(0, "nothing that runs refers to it".to_owned());
    }
    parts.join("; ")
}

/// What is accepted, a line each.
fn waived(check: &Check<'_>, settings: &Settings) -> String {
    let mut accepted = check.judgement.waived().peekable();
    if accepted.peek().is_none() {
        return String::new();
    }
    let mut out = heading("accepted for now", settings);
    for (finding, waived) in accepted {
        let place = finding.place.as_ref().map(words::place).unwrap_or_default();
        let code = finding.class.entry().code;
        let line = format!(
            "  {code} {place}: {}; {}",
            finding.message,
            words::waived(waived)
        );
        out.push_str(&format!("{}\n", words::wrap(&line, settings.width, 9)));
    }
    out.push('\n');
    out
}

fn deployed(scope: Scope) -> bool {
    scope != Scope::Test
}

/// `2 apis, 1 job`; none if nothing reaches it.
fn reached(check: &Check<'_>) -> Option<String> {
    let mut kinds: BTreeMap<EntryKind, usize> = BTreeMap::new();
    for entry in check
        .trace
        .entry_points
        .iter()
        .filter(|entry| deployed(entry.scope))
    {
        *kinds.entry(entry.kind).or_default() += 1;
    }
    let mut parts: Vec<String> = kinds
        .into_iter()
        .map(|(kind, number)| count(number, kind.word()))
        .collect();
    match check.trace.downstream.len() {
        0 => {}
        number => parts.push(count(number, "downstream consumer")),
    }
    (!parts.is_empty()).then(|| words::list(&parts))
}

fn heading(title: &str, settings: &Settings) -> String {
    let rule = "-".repeat(settings.width.min(80).saturating_sub(title.len() + 4));
    format!(
        "{}\n",
        Paint::Dim.on(settings, &format!("-- {title} {rule}"))
    )
}

/// Findings that say the same of one file: the first is shown, the others are lines beside it.
struct Cluster<'a> {
    head: &'a Finding,
    also: Vec<&'a Finding>,
}

fn clusters<'a>(check: &Check<'a>, level: Level) -> Vec<Cluster<'a>> {
    let mut all: Vec<Cluster<'a>> = Vec::new();
    let mut places: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for finding in check.judgement.of_level(level) {
        let path = finding.place.as_ref().map_or("", |place| &place.path);
        let next = all.len();
        let at = *places
            .entry((finding.class.entry().code, path, &finding.message))
            .or_insert(next);
        match all.get_mut(at) {
            Some(cluster) => cluster.also.push(finding),
            None => all.push(Cluster {
                head: finding,
                also: Vec::new(),
            }),
        }
    }
    all
}

impl Cluster<'_> {
    /// `lines 12, 20`; none if the first is alone.
    fn also(&self, sources: Sources<'_>) -> Option<String> {
        let located = self
            .also
            .iter()
            .filter_map(|finding| finding.place.as_ref());
        let mut lines: Vec<u32> = located
            .map(|place| frame::located(place, sources).position.line)
            .collect();
        lines.dedup();
        let shown: Vec<String> = lines.iter().take(LISTED).map(ToString::to_string).collect();
        let more = if lines.len() > LISTED { ", ..." } else { "" };
        let word = if lines.len() == 1 { "line" } else { "lines" };
        (!lines.is_empty()).then(|| format!("{word} {}{more}", shown.join(", ")))
    }
}

fn section(
    check: &Check<'_>,
    (level, title): (Level, &str),
    frames: usize,
    sources: Sources<'_>,
    settings: &Settings,
) -> String {
    let clusters = clusters(check, level);
    if clusters.is_empty() {
        return String::new();
    }
    let number = check.judgement.of_level(level).count();
    let mut out = heading(&format!("{title} ({number})"), settings);
    out.push('\n');
    let (framed, rest) = clusters.split_at(clusters.len().min(frames));
    for cluster in framed {
        out.push_str(&shown(
            Some(check),
            cluster.head,
            cluster.also(sources),
            sources,
            settings,
        ));
        out.push_str("\n\n");
    }
    if !framed.is_empty() && !rest.is_empty() {
        out.push_str("  and, in short:\n");
    }
    out.extend(rest.iter().map(|cluster| line(cluster, sources, settings)));
    if !rest.is_empty() {
        out.push('\n');
    }
    out
}

/// A cluster in one line.
fn line(cluster: &Cluster<'_>, sources: Sources<'_>, settings: &Settings) -> String {
    let finding = cluster.head;
    let place = finding
        .place
        .as_ref()
        .map(|place| words::place(&located(place, sources)));
    let also = cluster
        .also(sources)
        .map(|lines| format!(" (also {lines})"))
        .unwrap_or_default();
    let (code, place) = (finding.class.entry().code, place.unwrap_or_default());
    let line = format!("  {code} {place}{also}: {}", finding.message);
    format!("{}\n", words::wrap(&line, settings.width, 9))
}

/// A finding with its code, its way and its next step.
pub(crate) fn full(
    check: &Check<'_>,
    finding: &Finding,
    sources: Sources<'_>,
    settings: &Settings,
) -> String {
    shown(Some(check), finding, None, sources, settings)
}

/// The same, with the lines where it is found again.
fn shown(
    check: Option<&Check<'_>>,
    finding: &Finding,
    also: Option<String>,
    sources: Sources<'_>,
    settings: &Settings,
) -> String {
    let entry = finding.class.entry();
    let level = match finding.level {
        Level::Block => "blocked",
        Level::Inconclusive => "open",
        Level::Warn | Level::Allow => "warning",
    };
    let mut notes = notes(check, finding);
    if let Some(lines) = also {
        notes.insert(0, ("also", lines));
    }
    match &finding.place {
        Some(place) => {
            let (label, title) = (label(finding), entry.title);
            let place = &located(place, sources);
            Frame {
                level,
                code: entry.code,
                title,
                place,
                label,
                notes,
            }
            .render(sources, settings)
        }
        None => {
            let mut out = format!("{level}[{}]: {}", entry.code, finding.message);
            for (word, text) in notes {
                let note = format!("  = {word}: {text}");
                out.push_str(&format!("\n{}", words::wrap(&note, settings.width, 4)));
            }
            out
        }
    }
}

fn label(finding: &Finding) -> String {
    match finding.certainty {
        impact_facts::Certainty::Exact => finding.message.clone(),
        impact_facts::Certainty::Likely => format!("{} (likely)", finding.message),
        impact_facts::Certainty::Possible if finding.level == Level::Inconclusive => {
            finding.message.clone()
        }
        impact_facts::Certainty::Possible => format!("{} (possible)", finding.message),
    }
}

fn notes(check: Option<&Check<'_>>, finding: &Finding) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if let Some(feeds) = check.and_then(|check| fed(check, finding)) {
        notes.push(("feeds", feeds));
    }
    if let Some(proof) = check.and_then(|check| way_of(check, finding)) {
        notes.push(("path", words::way(proof)));
    }
    if let Some(others) = check.and_then(|check| others(check, finding)) {
        notes.push(("reach", others));
    }
    if let Some(owner) = &finding.owner {
        notes.push(("owner", owner.to_string()));
    }
    notes.push(("next", finding.next.clone()));
    notes
}

fn reference<'a>(check: &Check<'a>, finding: &Finding) -> Option<&'a TracedReference> {
    match finding.subject {
        Subject::Reference(at) => check.trace.references.get(at),
        Subject::Omission(at) => check.trace.omissions.get(at),
        Subject::Dependent(_)
        | Subject::BlindSpot(_)
        | Subject::Service(_)
        | Subject::Elsewhere => None,
    }
}

/// `18 whole-row reads and writes: app/views.py:12, …`.
fn fed(check: &Check<'_>, finding: &Finding) -> Option<String> {
    let fed = || {
        finding
            .feeds
            .iter()
            .filter_map(|at| check.trace.references.get(*at))
    };
    let number = fed().count();
    let places: Vec<String> = fed()
        .take(LISTED / 3)
        .map(|one| format!("{}:{}", one.place.path, one.place.position.line))
        .collect();
    let more = if number > places.len() { ", ..." } else { "" };
    (number > 0).then(|| {
        format!(
            "{}: {}{more}",
            count(number, "whole-row use"),
            places.join(", ")
        )
    })
}

/// The proof of a finding: its own or, for a declaration, that of the first reference it feeds.
pub(crate) fn way_of<'a>(check: &Check<'a>, finding: &Finding) -> Option<&'a Proof> {
    let own = match finding.subject {
        Subject::BlindSpot(at) => check
            .trace
            .blind_spots
            .get(at)
            .and_then(|spot| spot.proof.as_ref()),
        _ => reference(check, finding).and_then(|traced| traced.proof.as_ref()),
    };
    own.or_else(|| {
        let fed = finding
            .feeds
            .iter()
            .filter_map(|at| check.trace.references.get(*at));
        fed.filter_map(|traced| traced.proof.as_ref())
            .min_by_key(|proof| proof.steps.len())
    })
}

/// How many entry points reach a finding beside the one of its path.
fn others(check: &Check<'_>, finding: &Finding) -> Option<String> {
    let own = reference(check, finding).into_iter();
    let fed = finding
        .feeds
        .iter()
        .filter_map(|at| check.trace.references.get(*at));
    let mut all: Vec<usize> = own
        .chain(fed)
        .flat_map(|traced| traced.reached_by.iter().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    let entries = all
        .iter()
        .filter_map(|at| check.trace.entry_points.get(*at));
    let deployed: Vec<&AffectedEntry> = entries.filter(|entry| deployed(entry.scope)).collect();
    let mut kinds: BTreeMap<EntryKind, usize> = BTreeMap::new();
    for entry in &deployed {
        *kinds.entry(entry.kind).or_default() += 1;
    }
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(kind, number)| count(number, kind.word()))
        .collect();
    (deployed.len() > 1).then(|| words::list(&parts))
}

fn reach(check: &Check<'_>, settings: &Settings) -> String {
    let entries: Vec<&AffectedEntry> = check
        .trace
        .entry_points
        .iter()
        .filter(|entry| deployed(entry.scope))
        .collect();
    if entries.is_empty() {
        return String::new();
    }
    let mut out = heading(&format!("who reaches it ({})", entries.len()), settings);
    for entry in entries.iter().take(LISTED) {
        out.push_str(&entry_line(entry, settings));
    }
    if entries.len() > LISTED {
        let rest = entries.len() - LISTED;
        out.push_str(&format!(
            "  and {rest} more: see --format json, or impact graph\n"
        ));
    }
    out.push('\n');
    out
}

fn entry_line(entry: &AffectedEntry, settings: &Settings) -> String {
    let kind = Paint::Cyan.on(settings, &format!("{:<8}", entry.kind.word()));
    let schedule = entry
        .schedule
        .as_ref()
        .map(|when| format!(" ({when})"))
        .unwrap_or_default();
    let sure = match entry.proof.certainty() {
        impact_facts::Certainty::Exact => "",
        impact_facts::Certainty::Likely => ", likely",
        impact_facts::Certainty::Possible => ", possible",
    };
    let head = format!(
        "  {kind} {}{schedule}  [{}{sure}]\n",
        entry.name, entry.place.service
    );
    let way = format!("           {}", words::way(&entry.proof));
    format!("{head}{}\n", words::wrap(&way, settings.width, 13))
}

fn downstream(check: &Check<'_>, settings: &Settings) -> String {
    let all = &check.trace.downstream;
    if all.is_empty() {
        return String::new();
    }
    let mut out = heading(&format!("downstream ({})", all.len()), settings);
    for one in all.iter().take(LISTED) {
        let kind = Paint::Cyan.on(
            settings,
            &format!("{:<13}", words::downstream_kind(one.kind)),
        );
        out.push_str(&format!("  {kind} {}  [{}]\n", one.name, one.owner));
        let way = format!("                {}", words::way(&one.proof));
        out.push_str(&format!("{}\n", words::wrap(&way, settings.width, 18)));
    }
    if all.len() > LISTED {
        out.push_str(&format!(
            "  and {} more: see --format json\n",
            all.len() - LISTED
        ));
    }
    out.push('\n');
    out
}

fn conclusion(check: &Check<'_>, settings: &Settings) -> String {
    let target = &check.trace.target.name;
    let change = check.trace.change.name();
    let line = match check.judgement.verdict {
        Verdict::Clear => {
            format!("clear: nothing that was looked at stands against the {change} of {target}.")
        }
        Verdict::Blocked => {
            format!("blocked: change what is listed above before the {change} of {target}.")
        }
        Verdict::Inconclusive
            if check
                .judgement
                .findings
                .iter()
                .any(|one| one.level == Level::Inconclusive) =>
        {
            format!(
                "inconclusive: no proof either way until the open sites above are decided for {target}."
            )
        }
        Verdict::Inconclusive => {
            format!(
                "inconclusive: no service shows any use of a database, so silence about {target} proves nothing."
            )
        }
    };
    format!(
        "{}\n",
        paint_of(check.judgement.verdict).on(settings, &words::wrap(&line, settings.width, 2))
    )
}
