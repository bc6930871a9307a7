//! How things are said in a line: counts, places, ways.

use crate::guard;
use impact_graph::{ColumnState, DownstreamKind, Place, Proof, StepKind};
use impact_policy::Waived;

/// `1 api`, `2 apis`.
pub(crate) fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ if one.ends_with('y') => format!("{number} {}ies", one.trim_end_matches('y')),
        _ if one.ends_with('s') => format!("{number} {one}es"),
        _ => format!("{number} {one}s"),
    }
}

/// `a, b and c`.
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A path on one line.
pub(crate) fn path(path: &str) -> String {
    guard::plain(&path.replace('\n', " "), false)
}

/// `path:line:col`, or `path` where no line is known.
pub(crate) fn place(place: &Place) -> String {
    let path = path(&place.path);
    match place.position.line {
        0 => path,
        line => format!("{path}:{line}:{}", place.position.col),
    }
}

/// `waived until 2027-01-31 by @pay: moves in March`.
pub(crate) fn waived(waived: &Waived) -> String {
    format!(
        "waived until {} by {}: {}",
        waived.until, waived.owner, waived.reason
    )
}

/// The word for a kind of downstream consumer.
pub(crate) fn downstream_kind(kind: DownstreamKind) -> &'static str {
    match kind {
        DownstreamKind::View => "view",
        DownstreamKind::ForeignTable => "foreign table",
        DownstreamKind::Model => "dbt model",
        DownstreamKind::Consumer => "consumer",
        DownstreamKind::Service => "service",
    }
}

/// `GET /users/{id} → app.views.profile → users.email`. A step of another service than the one before names it.
pub(crate) fn way(proof: &Proof) -> String {
    let mut service: Option<&str> = None;
    let mut steps = Vec::new();
    for step in &proof.steps {
        let other = step
            .service
            .as_deref()
            .filter(|name| service.is_some_and(|before| before != *name));
        steps.push(match other {
            Some(name) if step.kind != StepKind::Column => format!("{name}: {}", step.label),
            _ => step.label.to_string(),
        });
        service = step.service.as_deref().or(service);
    }
    steps.join(" → ")
}

/// What became of a column, as an aside; none if it exists.
pub(crate) fn state(state: &ColumnState) -> Option<String> {
    let at = |at: &Option<Place>| {
        at.as_ref()
            .map(|at| format!(" by {}", at.path))
            .unwrap_or_default()
    };
    match state {
        ColumnState::Live => None,
        ColumnState::Dropped(by) => Some(format!("already dropped{}", at(by))),
        ColumnState::Renamed(to, by) => Some(format!("already renamed to {to}{}", at(by))),
        ColumnState::Mentioned => Some("no schema describes it, but code refers to it".to_owned()),
    }
}

/// Breaks a line between words so that none is wider than `width`; later lines are indented by `indent`.
pub(crate) fn wrap(line: &str, width: usize, indent: usize) -> String {
    let text = line.trim_start_matches(' ');
    let lead = line.len() - text.len();
    let mut out = " ".repeat(lead);
    let mut used = lead;
    let mut fresh = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !fresh && used + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else if !fresh {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
        fresh = false;
    }
    out
}

/// `1.2 MB`.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: &[(u64, &str)] = &[(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(size, _)| number >= *size) {
        Some((size, unit)) => format!("{:.1} {unit}", number as f64 / *size as f64),
        None => format!("{number} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("a bb ccc dddd", 6, 2), "a bb\n  ccc\n  dddd");
        assert_eq!(wrap("  lead stays", 8, 4), "  lead\n    stays");
    }

    #[test]
    fn numbers_have_their_plural() {
        assert_eq!(
            [count(1, "api"), count(2, "query"), count(0, "class")],
            ["1 api", "2 queries", "0 classes"]
        );
        assert_eq!([bytes(12), bytes(1_250_000)], ["12 B", "1.2 MB"]);
    }
}
