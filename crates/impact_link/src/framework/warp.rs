//! warp 0.2 to 0.4: filters as values. A filter that has a handler is a route; `warp::serve` and
//! `warp::service` serve what `or` joins.
//! <https://docs.rs/warp/latest/warp/trait.Filter.html>

use super::routes::{joined, place, routed, router, serve_all, texts};
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::{ExpressionId, ExpressionKind, Language, Module};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/warp";

/// warp.
#[derive(Debug)]
pub(crate) struct Warp;

/// Filters of a method.
const METHODS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// The word of a filter's path so far, and of its methods.
const PATH: &str = "path:";
const METHOD: &str = "method:";

/// The word of a filter that takes the end of a path.
const END: &str = "end";

/// Segments of `path!` are looked for as deep as this.
const MAX_SEGMENTS: u32 = 64;

impl Door for Warp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => function(cx, path.strip_prefix("warp.")?, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn filter(path: &str) -> Object {
    Object::new(NAME, "filter", None).with_word(&format!("{PATH}{path}"))
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = path.rsplit('.').next().unwrap_or_default();
    let made = match path {
        "serve" | "service" => {
            serve_all(cx, &call.value(0, ""), NAME);
            return Some(Value::outside("warp.Server"));
        }
        "path!" | "path.path!" => filter(&segments(cx, call)),
        "path" | "path.path" => {
            let said = texts(&call.value(0, ""));
            filter(&format!("/{}", said.first().map_or("{}", String::as_str)))
        }
        "path.end" => filter("").with_word(END),
        "path.param" => filter("/{}"),
        "path.tail" | "path.full" | "path.peek" => filter("/{rest}"),
        _ if METHODS.contains(&last) && (path == last || path.starts_with("method.")) => {
            filter("").with_word(&format!("{METHOD}{}", last.to_ascii_uppercase()))
        }
        _ if path.starts_with(char::is_lowercase) && last.starts_with(char::is_lowercase) => {
            filter("")
        }
        _ => return None,
    };
    Some(made.into())
}

/// `path!("users" / i32 / "posts")`.
fn segments(cx: &Evaluator<'_>, call: &CallSite<'_>) -> String {
    let mut made = String::new();
    for argument in call.positional() {
        if let Some(id) = argument.expression {
            segment(cx.module(), id, &mut made, 0);
        }
    }
    made
}

fn segment(module: &Module, id: ExpressionId, made: &mut String, depth: u32) {
    match &module.expression(id).kind {
        ExpressionKind::Binary(of) if depth < MAX_SEGMENTS => {
            segment(module, of.left, made, depth + 1);
            segment(module, of.right, made, depth + 1);
        }
        ExpressionKind::Text(_) => {
            let said = module.plain_text(id).unwrap_or_default();
            made.push('/');
            made.push_str(&said);
        }
        _ => made.push_str("/{}"),
    }
}

fn method(cx: &Evaluator<'_>, object: &Arc<Object>, name: &str, call: &CallSite<'_>) -> Value {
    let itself = || Atom::Object(object.clone()).into();
    match (object.kind, name) {
        ("filter", "and") => and(object, &call.value(0, "")),
        // `warp::any().map(move || pool.clone())` hands something on; it answers no path.
        ("filter", "and_then" | "map" | "then") if call.at(0).is_some() && tells(object) => {
            let mut methods = Object::new(NAME, "methods", None);
            let said: Vec<String> = object.words_after(METHOD).map(str::to_owned).collect();
            for method in said
                .iter()
                .map(String::as_str)
                .chain(said.is_empty().then_some("ANY"))
            {
                methods = methods.with_value(method, call.value(0, ""));
            }
            routed(
                cx,
                &router(NAME),
                &[path(object)],
                &methods.into(),
                place(call),
            )
            .into()
        }
        ("router", "or") => joined(object, &call.value(0, ""), &[String::new()]).into(),
        ("filter", "or") => {
            let other = call.value(0, "");
            let is_router = |atom: &Atom| matches!(atom, Atom::Object(of) if of.kind == "router");
            if other.atoms().iter().any(is_router) {
                joined(&router(NAME), &other, &[path(object)]).into()
            } else {
                itself()
            }
        }
        _ => itself(),
    }
}

/// Whether a filter says a path or a method.
fn tells(object: &Object) -> bool {
    !path(object).is_empty() || object.has(END) || object.words_after(METHOD).next().is_some()
}

fn path(object: &Object) -> String {
    object
        .words_after(PATH)
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// One filter after the other; before routes it is their prefix.
fn and(first: &Object, other: &Value) -> Value {
    let mut made = Vec::new();
    for atom in other.atoms() {
        let Atom::Object(second) = atom else { continue };
        if second.door != NAME {
            continue;
        }
        if second.kind == "router" {
            made.push(joined(&router(NAME), &atom.clone().into(), &[path(first)]).into());
            continue;
        }
        let mut both = filter(&format!("{}{}", path(first), path(second)));
        for method in first.words_after(METHOD).chain(second.words_after(METHOD)) {
            both = both.with_word(&format!("{METHOD}{method}"));
        }
        if first.has(END) || second.has(END) {
            both = both.with_word(END);
        }
        made.push(both.into());
    }
    if made.is_empty() {
        made.push(first.clone().into());
    }
    made.iter()
        .fold(Value::nothing(), |all, one: &Value| all.or(one))
}
