//! axum 0.5 to 0.8: routers as values. What is served is what stands under a router when it is handed to the server.

mod typed;
mod utoipa;

use super::routes::{joined, place, routed, router, serve, serve_all, texts};
use crate::door::{CallSite, Consumption, Door};
use crate::evaluator::Evaluator;
use crate::framework::middleware;
use crate::value::{Atom, Object, Value};
use impact_facts::{Language, Span};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/axum";

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

/// What a function of axum, or of a package that hands its functions on, answers.
pub(super) fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    if let Some(described) = path.strip_prefix("utoipa_axum.") {
        return match described.rsplit('.').next().unwrap_or_default() {
            "new" | "default" | "with_openapi" => Some(router(NAME).into()),
            "routes!" => Some(utoipa::routes(cx, call)),
            _ => None,
        };
    }
    let inside = path
        .strip_prefix("axum.")
        .or_else(|| path.strip_prefix("aide.axum."))
        .or_else(|| path.strip_prefix("shuttle_axum.axum."))?;
    let last = inside.rsplit('.').next().unwrap_or_default();
    match (inside, last) {
        ("Router.new" | "Router.default" | "routing.Router.new" | "ApiRouter.new", _) => {
            Some(router(NAME).into())
        }
        ("serve", _) => {
            for argument in call.positional() {
                serve_all(cx, &argument.value, NAME);
            }
            Some(Value::unknown("a server"))
        }
        (_, method) if inside.starts_with("routing.") && is_method(method) => {
            Some(handled(&Object::new(NAME, "methods", None), method, call))
        }
        _ => None,
    }
}

/// Whether a function or method binds a handler: `get`, `get_service`, and aide's `get_with`, whose second argument
/// describes it.
fn is_method(name: &str) -> bool {
    METHODS.contains(&method_of(name))
}

fn method_of(name: &str) -> &str {
    name.trim_end_matches("_with").trim_end_matches("_service")
}

/// A handler under a method.
fn handled(object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let mut places = call.positional();
    let handler = if name.ends_with("_with") {
        places.next()
    } else {
        places.last()
    };
    let handler = handler
        .map(|argument| argument.value.clone())
        .unwrap_or_default();
    let method = method_of(name);
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
        ("router" | "methods", "layer" | "route_layer") => {
            let around = middleware::code(cx, &call.value(0, ""));
            Some(middleware::surrounded(object, &around).into())
        }
        ("methods", name) if is_method(name) => Some(handled(object, name, call)),
        ("methods", _) => Some(Atom::Object(object.clone()).into()),
        ("router", "route" | "typed_route" | "api_route" | "api_route_with" | "route_service") => {
            let paths = texts(&call.value(0, ""));
            Some(routed(cx, object, &paths, &call.value(1, ""), place(call)).into())
        }
        (
            "router",
            "typed_connect" | "typed_delete" | "typed_get" | "typed_head" | "typed_options"
            | "typed_patch" | "typed_post" | "typed_put" | "typed_trace",
        ) => Some(typed::routed(cx, object, name, call)),
        ("router", "nest" | "nest_api_service" | "nest_service") => {
            let prefixes = texts(&call.value(0, ""));
            Some(joined(object, &call.value(1, ""), &prefixes).into())
        }
        ("router", "routes") => Some(joined(object, &call.value(0, ""), &[String::new()]).into()),
        ("router", "split_for_parts") => {
            let itself = Atom::Object(object.clone()).into();
            Some(Value::tuple(vec![itself, Value::unknown("a description")]))
        }
        ("router", "merge") => Some(joined(object, &call.value(0, ""), &[String::new()]).into()),
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
