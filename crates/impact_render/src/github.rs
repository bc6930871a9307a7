//! Annotations of GitHub Actions ("Workflow commands for GitHub Actions" in its documentation).

use crate::entry::{Entry, entries};
use crate::report::{Report, Settings, Sources};
use crate::words::count;
use impact_policy::Level;

/// A step shows so many errors and so many warnings; the rest is dropped without a word.
const SHOWN: usize = 10;

/// One command a line: the gravest first, and a notice that counts the rest.
pub(crate) fn report(report: &Report<'_>, sources: Sources<'_>, _: &Settings) -> String {
    let all = entries(report, sources);
    let mut out = String::new();
    let mut left = 0;
    for (word, against) in [("error", true), ("warning", false)] {
        let mut of: Vec<&Entry<'_>> = all
            .iter()
            .filter(|entry| entry.counts() == against && !entry.is_waived())
            .collect();
        of.sort_by_key(|entry| std::cmp::Reverse(entry.finding.level));
        left += of.len().saturating_sub(SHOWN);
        out.extend(of.iter().take(SHOWN).map(|entry| command(word, entry)));
    }
    let verdict = report.verdict().name();
    let rest = if left > 0 {
        format!("; {} not shown here", count(left, "finding"))
    } else {
        String::new()
    };
    out.push_str(&format!("::notice title=impact::{verdict}{rest}\n"));
    out
}

fn command(word: &str, entry: &Entry<'_>) -> String {
    let open = if entry.finding.level == Level::Inconclusive {
        " (open)"
    } else {
        ""
    };
    let mut properties = Vec::new();
    if let Some(place) = &entry.place {
        properties.push(format!("file={}", property(&place.path)));
        if place.position.line > 0 {
            let at = place.position;
            properties.push(format!(
                "line={},endLine={},col={},endColumn={}",
                at.line, at.end_line, at.col, at.end_col
            ));
        }
    }
    properties.push(format!(
        "title={}",
        property(&format!("{}{open} {}", entry.class.code, entry.class.title))
    ));
    let text = [vec![entry.headline()], entry.details()]
        .concat()
        .join("\n");
    format!("::{word} {}::{}\n", properties.join(","), data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
