//! Markdown for one comment on a pull request.

use crate::entry::{Entry, entries};
use crate::report::{Check, Report, Settings, Sources};
use crate::words::{self, count};
use impact_policy::{Level, Verdict};

/// Rows of a table; a comment has a bound, and nobody reads more.
const ROWS: usize = 50;
/// Lines of the list of changes.
const LISTED: usize = 200;
/// A comment on GitHub holds no more than 65,536 characters; what is left for the last line and for marks.
const MOST_BYTES: usize = 60_000;
/// By which a later run finds its comment again.
const MARK: &str = "<!-- impact -->";

/// The whole report.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    let mut out = format!("{MARK}\n## impact: {}\n", report.verdict().name());
    out.push_str(&summary(report));
    let loose = Report {
        loose: report.loose,
        at: report.at,
        ..Report::default()
    };
    let all = entries(&loose, sources);
    let beside: Vec<&Entry<'_>> = all.iter().collect();
    let beside = table("Migrations and waivers", &beside);
    let mut left = 0;
    for check in &report.checks {
        let part = one(report, check, sources);
        match out.len() + part.len() + beside.len() <= MOST_BYTES {
            true => out.push_str(&part),
            false => left += 1,
        }
    }
    if left > 0 {
        let left = count(left, "change");
        out.push_str(&format!(
            "\n{left} more than a comment holds: see the other reports.\n"
        ));
    }
    out.push_str(&beside);
    out
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "✅",
        Verdict::Inconclusive => "❔",
        Verdict::Blocked => "⛔",
    }
}

/// A line for each change, where there are several.
fn summary(report: &Report<'_>) -> String {
    if report.checks.len() < 2 {
        return String::new();
    }
    let mut out = "\n".to_owned();
    for check in report.checks.iter().take(LISTED) {
        let verdict = check.judgement.verdict;
        out.push_str(&format!(
            "- {} `{}`: {}\n",
            sign(verdict),
            check.title(),
            verdict.name()
        ));
    }
    if report.checks.len() > LISTED {
        out.push_str(&format!("- and {} more\n", report.checks.len() - LISTED));
    }
    out
}

fn one(all: &Report<'_>, check: &Check<'_>, sources: Sources<'_>) -> String {
    let verdict = check.judgement.verdict;
    let mut out = format!(
        "\n### {} `{}`: {}\n",
        sign(verdict),
        check.title(),
        verdict.name()
    );
    if let Some(step) = check.step {
        let place = words::place(step).replace('`', "'");
        out.push_str(&format!("\nby `{place}`\n"));
    }
    let report = Report {
        checks: vec![*check],
        at: all.at,
        ..Report::default()
    };
    let all = entries(&report, sources);
    for (level, title) in [
        (Level::Block, "Must change first"),
        (Level::Inconclusive, "Open"),
        (Level::Warn, "Worth a look"),
    ] {
        let of: Vec<&Entry<'_>> = all
            .iter()
            .filter(|entry| entry.finding.level == level && !entry.is_waived())
            .collect();
        out.push_str(&table(title, &of));
    }
    let waived: Vec<&Entry<'_>> = all.iter().filter(|entry| entry.is_waived()).collect();
    out.push_str(&table("Accepted for now", &waived));
    out.push_str(&reach(check));
    out
}

fn table(title: &str, entries: &[&Entry<'_>]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n**{title}** ({})\n\n| where | what | owner | path |\n|---|---|---|---|\n",
        entries.len()
    );
    for entry in entries.iter().take(ROWS) {
        let place = entry
            .place
            .as_ref()
            .map(|place| format!("`{}`", words::place(place).replace('`', "'")))
            .unwrap_or_default();
        let owner = entry.finding.owner.as_deref().unwrap_or_default();
        let way = entry.way.map(words::way).unwrap_or_default();
        let waived = entry.finding.waived.as_ref().map(words::waived);
        let waived = waived.map(|text| format!(" ({text})")).unwrap_or_default();
        let what = format!("{}: {}{waived}", entry.class.code, entry.finding.message);
        let cells = [place.as_str(), &what, owner, &way].map(cell);
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if entries.len() > ROWS {
        out.push_str(&format!("\nand {} more.\n", entries.len() - ROWS));
    }
    out
}

fn reach(check: &Check<'_>) -> String {
    let entries: Vec<_> = check
        .trace
        .entry_points
        .iter()
        .filter(|entry| entry.scope != impact_facts::Scope::Test)
        .collect();
    if entries.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n<details><summary>Reached by {}</summary>\n\n",
        count(entries.len(), "entry point")
    );
    for entry in entries.iter().take(ROWS) {
        let kind = entry.kind.word();
        out.push_str(&format!(
            "- {kind} `{}` ({})\n",
            entry.name.replace('`', "'"),
            entry.place.service
        ));
    }
    out.push_str("\n</details>\n");
    out
}

/// Text in a cell: no row or cell ends in it, and it is no markup.
fn cell(text: &str) -> String {
    let text = text.replace('\n', " ").replace('|', "\\|");
    let text = text.replace('<', "&lt;").replace('>', "&gt;");
    text.replace("](", "] (")
}
