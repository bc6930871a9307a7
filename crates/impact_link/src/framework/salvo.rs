//! salvo 0.2 to 0.8: routers as values, pushed into each other and served. <https://docs.rs/salvo/latest/salvo/struct.Router.html>

use super::middleware;
use super::routes::{joined, place, routed, router, serve_all, texts};
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::Language;

/// The door's name.
const NAME: &str = "rust/salvo";

/// salvo.
#[derive(Debug)]
pub(crate) struct Salvo;

/// Methods of a router that bind a handler to a method.
const METHODS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// The word of a router's own path.
const PREFIX: &str = "prefix:";

impl Door for Salvo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => function(cx, path, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                Atom::Outside(class) if class.starts_with("salvo") && &**name == "serve" => {
                    served(cx, &call.value(0, ""));
                    Some(Value::outside(class))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let package = path.split('.').next().unwrap_or_default();
    if !matches!(package, "salvo" | "salvo_core") {
        return None;
    }
    if path.ends_with("Router.new") {
        return Some(router(NAME).into());
    }
    if path.ends_with("Router.with_path") {
        return Some(under(&router(NAME), call).into());
    }
    if path.ends_with("Service.new") {
        served(cx, &call.value(0, ""));
        return Some(Value::outside("salvo.Service"));
    }
    path.ends_with("Server.new")
        .then(|| Value::outside("salvo.Server"))
}

/// A router under one path more.
fn under(object: &Object, call: &CallSite<'_>) -> Object {
    let said = texts(&call.value(0, ""));
    let said = said.first().map_or("{}", String::as_str);
    let mut made = object.clone();
    let prefix = format!("{}/{}", prefix(object), said.trim_matches('/'));
    made.words.retain(|word| !word.starts_with(PREFIX));
    made.with_word(&format!("{PREFIX}{prefix}"))
}

fn prefix(object: &Object) -> String {
    let said = object.words_after(PREFIX).next();
    said.unwrap_or_default().to_owned()
}

fn method(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let handled = |cx: &Evaluator<'_>, method: &str| {
        let handler = call.value(0, "");
        let methods = Object::new(NAME, "methods", None).with_value(method, handler);
        routed(cx, object, &[String::new()], &methods.into(), place(call))
    };
    match name {
        "path" => under(object, call).into(),
        "push" | "append" | "unshift" => below(object, &call.value(0, "")).into(),
        "hoop" => {
            let around = middleware::code(cx, &call.value(0, ""));
            middleware::standing(object, &around).into()
        }
        "goal" => handled(cx, "ANY").into(),
        "then" => {
            let itself: Value = object.clone().into();
            let made = crate::library::rust::applied(
                cx,
                call.at(0),
                std::slice::from_ref(&itself),
                call.span,
            );
            let routers = made.filter(|atom| matches!(atom, Atom::Object(of) if of.door == NAME));
            if routers.is_nothing() {
                itself
            } else {
                routers
            }
        }
        name if METHODS.contains(&name) => handled(cx, &name.to_ascii_uppercase()).into(),
        _ => object.clone().into(),
    }
}

/// A router with others below it, each under its own path.
fn below(object: &Object, others: &Value) -> Object {
    let mut made = object.clone();
    for atom in others.atoms() {
        match atom {
            Atom::Object(other) if other.door == NAME => {
                made = joined(&made, &atom.clone().into(), &[prefix(other)]);
            }
            Atom::List(of) => made = below(&made, of),
            _ => {}
        }
    }
    made
}

fn served(cx: &mut Evaluator<'_>, value: &Value) {
    let whole = below(&router(NAME), value);
    serve_all(cx, &whole.into(), NAME);
}
