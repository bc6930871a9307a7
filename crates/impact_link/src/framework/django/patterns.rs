//! Patterns of URLs as text: the paths that they match, parameters in braces.
//! <https://docs.djangoproject.com/en/stable/topics/http/urls/>

use crate::value::Object;
use impact_facts::Assembled;
use std::collections::BTreeSet;

/// The paths of a pattern, as the framework matches them: `users/{id}/`.
pub(super) fn paths(route: &Object) -> Vec<String> {
    let said = route.values.get("route").cloned().unwrap_or_default();
    let regular = route.has("regular");
    let all: BTreeSet<String> = said
        .texts()
        .map(|text| {
            let shown = without_holes(text);
            if regular {
                of_expression(&shown)
            } else {
                of_path(&shown)
            }
        })
        .collect();
    if all.is_empty() {
        vec![String::new()]
    } else {
        all.into_iter().collect()
    }
}

/// A part that the settings fill in is left away where it stands first: a deployment's prefix.
fn without_holes(text: &Assembled) -> String {
    let mut shown = text.text.clone();
    for hole in text.holes.iter().rev() {
        let (start, end) = (hole.start as usize, hole.end as usize);
        if shown.get(start..end).is_some() {
            shown.replace_range(start..end, if start == 0 { "" } else { "{}" });
        }
    }
    shown
}

/// `users/<int:id>/` to `users/{id}/`.
pub(crate) fn of_path(route: &str) -> String {
    let mut made = String::new();
    let mut rest = route;
    while let Some((before, after)) = rest.split_once('<') {
        made.push_str(before);
        let Some((inside, tail)) = after.split_once('>') else {
            break;
        };
        let name = inside.rsplit(':').next().unwrap_or(inside);
        made.push_str(&format!("{{{name}}}"));
        rest = tail;
    }
    made.push_str(rest);
    made
}

/// `^users/(?P<id>\d+)/$` to `users/{id}/`.
pub(crate) fn of_expression(expression: &str) -> String {
    let mut made = String::new();
    let chars: Vec<char> = expression.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match c {
            '^' | '$' => at += 1,
            '\\' => {
                let next = chars.get(at + 1).copied().unwrap_or_default();
                if !matches!(next, 'Z' | 'A' | 'b') {
                    made.push(next);
                }
                at += 2;
            }
            '(' => {
                let end = closing(&chars, at);
                let inside: String = chars.get(at + 1..end).unwrap_or_default().iter().collect();
                let name = inside
                    .strip_prefix("?P<")
                    .and_then(|rest| rest.split_once('>'));
                if !inside.starts_with("?:") {
                    made.push_str(&format!("{{{}}}", name.map_or("", |(name, _)| name)));
                }
                at = end + 1;
                while matches!(chars.get(at), Some('?' | '*' | '+')) {
                    at += 1;
                }
            }
            '?' | '*' | '+' => at += 1,
            _ => {
                made.push(c);
                at += 1;
            }
        }
    }
    made
}

fn closing(chars: &[char], open: usize) -> usize {
    let mut depth = 0usize;
    let mut at = open;
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 1,
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    chars.len()
}
