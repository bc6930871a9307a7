//! poem 1 to 3 and poem-openapi: routes as values, served by `Server::run`. <https://docs.rs/poem/latest/poem/struct.Route.html>

use super::poem_openapi;
use super::routes::{joined, place, routed, router, serve_all, texts};
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::Language;

/// The door's name.
const NAME: &str = "rust/poem";

/// poem.
#[derive(Debug)]
pub(crate) struct Poem;

/// Functions and methods that bind a handler to a method.
const METHODS: &[&str] = &[
    "get", "post", "put", "delete", "patch", "head", "options", "trace", "connect",
];

impl Door for Poem {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) if path.starts_with("poem_openapi.") => {
                let made = path.ends_with("OpenApiService.new");
                made.then(|| poem_openapi::service(cx, NAME, &call.value(0, "")).into())
            }
            Atom::External(path) => function(path.strip_prefix("poem.")?, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                Atom::Outside(class) if class.starts_with("poem.Server") => {
                    for argument in call.positional() {
                        serve_all(cx, &argument.value, NAME);
                    }
                    Some(Value::outside(class))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn function(path: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = path.rsplit('.').next().unwrap_or_default();
    if path.ends_with("Route.new") {
        return Some(router(NAME).into());
    }
    let methods = Object::new(NAME, "methods", None);
    if path.ends_with("RouteMethod.new") {
        return Some(methods.into());
    }
    METHODS.contains(&last).then(|| {
        methods
            .with_value(&last.to_ascii_uppercase(), call.value(0, ""))
            .into()
    })
}

fn method(cx: &Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let paths = || texts(&call.value(0, ""));
    match (object.kind, name) {
        ("methods", name) if METHODS.contains(&name) => object
            .clone()
            .with_value(&name.to_ascii_uppercase(), call.value(0, ""))
            .into(),
        ("router", "at") => routed(cx, object, &paths(), &call.value(1, ""), place(call)).into(),
        ("router", "nest" | "nest_no_strip") => joined(object, &call.value(1, ""), &paths()).into(),
        // A page or text that describes an api.
        (
            "router",
            "swagger_ui" | "redoc" | "rapidoc" | "openapi_explorer" | "stoplight_elements" | "spec"
            | "spec_yaml" | "spec_endpoint" | "spec_endpoint_yaml",
        ) => Value::unknown("a description"),
        _ => object.clone().into(),
    }
}
