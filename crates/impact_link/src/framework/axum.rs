//! axum 0.5 to 0.8: routers as values. What is served is what stands under a router when it is handed to the server.

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::FunctionRef;
use impact_facts::{EntryKind, FileId, Language, Span};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/axum";
/// Between the parts of a route's key: path, methods, file, start, end.
const JOINT: char = '\u{1f}';

/// axum.
#[derive(Debug)]
pub(crate) struct Axum;

/// Functions and methods that bind a handler to a method.
const METHODS: &[&str] = &[
    "get", "post", "put", "delete", "patch", "head", "options", "trace", "connect", "any", "on",
];

impl Door for Axum {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let _ = (cx, of, member);
        None
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => function(cx, path, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => method(cx, object, name, call),
                _ => None,
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        let Atom::Object(object) = value else {
            return None;
        };
        if object.door != NAME {
            return None;
        }
        let _ = span;
        if how == Consumption::Escape {
            serve(cx, object);
        }
        Some(value.clone().into())
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let inside = path
        .strip_prefix("axum.")
        .or_else(|| path.strip_prefix("aide.axum."))?;
    let last = inside.rsplit('.').next().unwrap_or_default();
    match (inside, last) {
        ("Router.new" | "Router.default" | "routing.Router.new" | "ApiRouter.new", _) => {
            Some(Object::new(NAME, "router", None).into())
        }
        ("serve", _) => {
            for argument in call.positional() {
                serve_all(cx, &argument.value);
            }
            Some(Value::unknown("a server"))
        }
        (_, method) if inside.starts_with("routing.") && METHODS.contains(&method) => {
            Some(handled(&Object::new(NAME, "methods", None), method, call))
        }
        _ => None,
    }
}

/// A handler under a method.
fn handled(object: &Object, method: &str, call: &CallSite<'_>) -> Value {
    let handler = call
        .positional()
        .last()
        .map(|argument| argument.value.clone())
        .unwrap_or_default();
    let method = if matches!(method, "any" | "on") {
        "ANY".to_owned()
    } else {
        method.to_ascii_uppercase()
    };
    object.clone().with_value(&method, handler).into()
}

fn method(
    cx: &mut Evaluator<'_>,
    object: &Arc<Object>,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match (object.kind, name) {
        ("methods", name) if METHODS.contains(&name) => Some(handled(object, name, call)),
        ("methods", _) => Some(Atom::Object(object.clone()).into()),
        ("router", "route" | "typed_route" | "api_route") => Some(routed(cx, object, call)),
        ("router", "nest" | "nest_api_service") => {
            let prefixes = texts(&call.value(0, ""));
            Some(joined(object, &call.value(1, ""), &prefixes))
        }
        ("router", "merge") => Some(joined(object, &call.value(0, ""), &[String::new()])),
        (
            "router",
            "into_make_service" | "into_make_service_with_connect_info" | "into_service",
        ) => {
            serve(cx, object);
            Some(Atom::Object(object.clone()).into())
        }
        ("router", _) => Some(Atom::Object(object.clone()).into()),
        _ => None,
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.texts().map(|text| text.text.clone()).collect()
}

fn routed(cx: &Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let mut made = object.clone();
    let methods = call.value(1, "");
    for path in texts(&call.value(0, "")) {
        for atom in methods.atoms() {
            let Atom::Object(methods) = atom else {
                continue;
            };
            for (method, handler) in &methods.values {
                let span = call.span;
                let place =
                    [cx.file.0, call.callee.start, span.end].map(|number| number.to_string());
                let key = [path.as_str(), method, &place[0], &place[1], &place[2]]
                    .join(&JOINT.to_string());
                made = made.with_value(&key, handler.clone());
            }
        }
    }
    made.into()
}

/// A router with the routes of another under a prefix.
fn joined(object: &Object, other: &Value, prefixes: &[String]) -> Value {
    let mut made = object.clone();
    for atom in other.atoms() {
        let Atom::Object(other) = atom else { continue };
        for (key, handler) in &other.values {
            for prefix in prefixes {
                let key = format!("{}{key}", prefix.trim_end_matches('/'));
                made = made.with_value(&key, handler.clone());
            }
        }
    }
    made.into()
}

fn serve_all(cx: &mut Evaluator<'_>, value: &Value) {
    for atom in value.atoms() {
        if let Atom::Object(object) = atom
            && object.door == NAME
        {
            serve(cx, object);
        }
    }
}

/// Each route of a router is an entry point; methods of one path and handler are one.
fn serve(cx: &mut Evaluator<'_>, router: &Object) {
    for (key, handler) in &router.values {
        let parts: Vec<&str> = key.split(JOINT).collect();
        let [path, method, file, start, end] = parts.as_slice() else {
            continue;
        };
        let (Ok(file), Ok(start), Ok(end)) = (file.parse(), start.parse(), end.parse()) else {
            continue;
        };
        let name = format!("{method} /{}", braces(path).trim_start_matches('/'));
        let runs = handler.atoms().iter().filter_map(code).collect();
        let at = site(FileId(file), Span::new(start, end));
        let entry = Entry {
            kind: EntryKind::Api,
            name: name.into(),
            site: at,
            schedule: None,
            runs,
            via: NAME.into(),
        };
        if !cx.current.entries.contains(&entry) {
            cx.current.entries.push(entry);
        }
    }
}

fn code(atom: &Atom) -> Option<Target> {
    match atom {
        Atom::Function(function) | Atom::Method(function, _) => {
            Some(Target::Function(FunctionRef {
                file: function.file,
                function: function.function,
            }))
        }
        _ => None,
    }
}

/// `/users/:id/*rest` of axum before 0.8 is `/users/{id}/{rest}`.
fn braces(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| match part.strip_prefix([':', '*']) {
            Some(name) => format!("{{{name}}}"),
            None => part.replace("{*", "{"),
        });
    parts.collect::<Vec<_>>().join("/")
}
