//! poem 1 to 3 and poem-openapi: routes as values, served by `Server::run`. <https://docs.rs/poem/latest/poem/struct.Route.html>

use super::middleware;
use super::poem_openapi;
use super::routes::{joined, place, routed, router, serve_all, texts};
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, FunctionRef};
use impact_facts::{ExpressionKind, Language};

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
            Atom::External(path) => match path.strip_prefix("poem.") {
                Some(inside) => function(inside, call),
                None => handler_type(cx, path.strip_suffix(".default")?),
            },
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                // `#[handler]` makes a type of a function: `list::<Store>::default()`.
                Atom::Function(function) if &**name == "default" => {
                    is_handler(cx, *function).then(|| (**of).clone().into())
                }
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

/// `show::default()`: what is no path of a module is one of the type that `#[handler]` makes.
fn handler_type(cx: &Evaluator<'_>, name: &str) -> Option<Value> {
    match cx.program.resolve(cx.file, cx.place, name) {
        Binding::Function(function) if is_handler(cx, function) => {
            Some(Atom::Function(function).into())
        }
        _ => None,
    }
}

fn is_handler(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let decorators = &module.function(function.function).decorators;
    decorators.iter().any(|id| {
        let path = match &module.expression(*id).kind {
            ExpressionKind::Call(call) => call.callee,
            _ => *id,
        };
        let spelled = module.dotted(path);
        spelled.is_some_and(|name| name.rsplit('.').next() == Some("handler"))
    })
}

fn function(path: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = path.rsplit('.').next().unwrap_or_default();
    if path.ends_with("Route.new") {
        return Some(router(NAME).into());
    }
    if path.starts_with("Server.new") {
        return Some(Value::outside("poem.Server"));
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

fn method(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let paths = || texts(&call.value(0, ""));
    match (object.kind, name) {
        ("methods", name) if METHODS.contains(&name) => object
            .clone()
            .with_value(&name.to_ascii_uppercase(), call.value(0, ""))
            .into(),
        ("router", "at") => routed(cx, object, &paths(), &call.value(1, ""), place(call)).into(),
        ("router" | "methods", "with" | "around" | "before") => {
            let around = middleware::code(cx, &call.value(0, ""));
            middleware::surrounded(object, &around).into()
        }
        ("router", "nest" | "nest_no_strip") => {
            let inner = call.value(1, "");
            let made = routed(cx, object, &paths(), &inner, place(call));
            let routers =
                inner.filter(|atom| matches!(atom, Atom::Object(of) if of.kind == "router"));
            joined(&made, &routers, &paths()).into()
        }
        // A page or text that describes an api.
        (
            "router",
            "swagger_ui" | "redoc" | "rapidoc" | "openapi_explorer" | "stoplight_elements" | "spec"
            | "spec_yaml" | "spec_endpoint" | "spec_endpoint_yaml",
        ) => Value::unknown("a description"),
        _ => object.clone().into(),
    }
}
