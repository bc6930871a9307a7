//! Addresses of requests as `url::Url` makes them: `Url::parse(base)?.join("users")`.
//! <https://docs.rs/url/latest/url/struct.Url.html#method.join>

use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use std::sync::Arc;

/// Functions that make an address of a text.
const PARSES: &[&str] = &["url.Url.parse", "reqwest.Url.parse"];

/// The type of addresses.
const TYPES: &[&str] = &["url.Url", "reqwest.Url"];

/// What a call makes of an address: a text, with a hole for what is not known of it.
pub(crate) fn made(cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
    match callee {
        Atom::External(path) if PARSES.contains(&&**path) => {
            let said = call.value(0, "");
            let nothing = Value::nothing();
            Some(cx.concatenated(&said, &Atom::Text(Arc::default()).into(), call.span))
                .filter(|_| said != nothing)
        }
        Atom::Member(of, name) if &**name == "join" => joined(cx, of, call),
        _ => None,
    }
}

fn joined(cx: &mut Evaluator<'_>, of: &Atom, call: &CallSite<'_>) -> Option<Value> {
    let base = match of {
        Atom::Text(_) => of.clone().into(),
        Atom::Outside(name) if TYPES.contains(&&**name) => Value::unknown("an address"),
        _ => return None,
    };
    let path = call.value(0, "");
    let first = path.texts().next()?.text.clone();
    let base = match of {
        Atom::Text(text) => {
            let kept = kept(&text.text, first.starts_with('/'));
            Atom::Text(Arc::new(crate::text::part(text, 0, kept))).into()
        }
        _ => base,
    };
    let slashed = |value: &Value| value.texts().any(|text| text.text.ends_with('/'));
    if first.starts_with('/') || slashed(&base) {
        return Some(cx.concatenated(&base, &path, call.span));
    }
    let slash = impact_facts::Assembled {
        text: "/".to_owned(),
        ..Default::default()
    };
    let base = cx.concatenated(&base, &Atom::Text(Arc::new(slash)).into(), call.span);
    Some(cx.concatenated(&base, &path, call.span))
}

/// How much of a base stays: its host before a whole path, else all to its last slash.
fn kept(base: &str, is_whole: bool) -> usize {
    let host = base.find("://").map_or(0, |at| at + 3);
    let path = base[host..].find('/').map(|at| host + at);
    match (path, is_whole) {
        (None, _) => base.len(),
        (Some(path), true) => path,
        (Some(_), false) => base.rfind('/').map_or(base.len(), |at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn the_last_segment_of_a_base_gives_way() {
        let base = "http://api/v1/users";
        assert_eq!(&base[..kept(base, false)], "http://api/v1/");
        assert_eq!(&base[..kept(base, true)], "http://api");
        assert_eq!(kept("http://api", false), "http://api".len());
        assert_eq!(kept("", true), 0);
    }
}
