//! Code that stands around routes: functions and types that a router is handed (`layer`, `wrap`, `hoop`, `attach`), and what tower,
//! axum, actix-web and Rocket make of functions. What it touches, each route touches that it stands around.
//!
//! axum 0.6 to 0.8 (`axum::middleware`), tower 0.4 and 0.5 (`Layer`, `Service`, `ServiceBuilder`), tower-http 0.5, actix-web 4
//! (`Transform`, `middleware::from_fn`; actix-web-lab, actix-web-httpauth), Rocket 0.5 (`Fairing`, `AdHoc`), poem 3 (`Middleware`).

use super::routes::is_of_route;
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, FunctionRef, Place};
use impact_facts::{ClassKind, Language};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/middleware";

/// The key of the code that stands around all that a router holds.
const AROUND: &str = "around";

/// What is made of code that stands around something.
#[derive(Debug)]
pub(crate) struct Middleware;

/// Functions that make middleware of code: the package, the end of the path, the code's place.
#[rustfmt::skip]
const MAKERS: &[(&str, &str, usize)] = &[
    ("axum", "from_fn", 0), ("axum", "from_fn_with_state", 1), ("axum", "map_request", 0),
    ("axum", "map_request_with_state", 1), ("axum", "map_response", 0), ("axum", "map_response_with_state", 1),
    ("actix_web", "from_fn", 0), ("actix_web_lab", "from_fn", 0), ("actix_web_lab", "map_response_body", 0),
    ("actix_web_httpauth", "basic", 0), ("actix_web_httpauth", "bearer", 0), ("actix_web_httpauth", "with_fn", 0),
    ("tower_http", "AsyncRequireAuthorizationLayer.new", 0), ("tower_http", "ValidateRequestHeaderLayer.custom", 0),
    ("tower", "layer_fn", 0), ("tower", "option_layer", 0), ("axum_extra", "option_layer", 0), ("rocket", "AdHoc.on_request", 1),
    ("rocket", "AdHoc.on_response", 1),
];

/// Functions that make middleware of the type that they are told, an extractor.
const OF_TYPES: &[&str] = &["from_extractor", "from_extractor_with_state"];

/// Functions of the program's own types that run for a request: tower's and actix-web's `Service`, tower-http's
/// `AsyncAuthorizeRequest`, Rocket's `Fairing`, poem's `Endpoint`.
const RUN: &[&str] = &["call", "authorize", "on_request", "on_response"];

/// Types that say what they make around something: tower's `Layer`, actix-web's `Transform`, poem's `Middleware`.
const MADE: &[&str] = &["Service", "Transform", "Output"];

/// Types that make each other are followed as far as this.
const MAX_MADE: u32 = 3;

impl Door for Middleware {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => made(cx, path, call),
            Atom::Member(of, _) => match &**of {
                Atom::Object(object) if object.door == NAME => {
                    if let Some(router) = layered(object, call) {
                        return Some(router);
                    }
                    let all: Vec<Value> = call.positional().map(|one| one.value.clone()).collect();
                    let more = all
                        .iter()
                        .fold(Value::nothing(), |found, one| found.or(&code(cx, one)));
                    Some(standing(object, &more).into())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// A router that middleware is put around: `from_fn(log).layer(router)`, `ServiceBuilder::new().service(router)`.
fn layered(middleware: &Object, call: &CallSite<'_>) -> Option<Value> {
    let around = around(middleware);
    let of = call.at(0)?;
    let routers = of.value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(router) if router.kind == super::ROUTER => {
            Some(Atom::Object(Arc::new(surrounded(router, &around))))
        }
        _ => None,
    });
    let routers = Value::any_of(routers);
    (!routers.is_nothing()).then(|| routers.at_most(of.value.certainty))
}

fn made(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let package = path.split('.').next().unwrap_or_default();
    let ends = |end: &str| {
        path.strip_suffix(end)
            .is_some_and(|before| before.ends_with('.'))
    };
    let empty = Object::new(NAME, "middleware", None);
    if package == "tower" && ends("ServiceBuilder.new") {
        return Some(empty.into());
    }
    if package == "axum" && OF_TYPES.iter().any(|one| ends(one)) {
        let extractors = call
            .expected
            .atoms()
            .iter()
            .filter_map(|atom| cx.class_of_instance(atom));
        let found: Vec<ClassRef> = extractors.collect();
        let functions = found
            .into_iter()
            .flat_map(|class| super::routes::extracting(cx, class));
        return Some(standing(&empty, &Value::any_of(functions.map(Atom::Function))).into());
    }
    let (.., place) = MAKERS
        .iter()
        .find(|(known, end, _)| *known == package && ends(end))?;
    let code = code(cx, &call.value(*place, ""));
    cx.escape(call);
    Some(standing(&empty, &code).into())
}

/// The code of middleware: of functions, of what is made of them, and of the program's own types.
pub(super) fn code(cx: &mut Evaluator<'_>, value: &Value) -> Value {
    value.atoms().iter().fold(Value::nothing(), |found, atom| {
        let more = match atom {
            Atom::Function(_) | Atom::Method(..) => atom.clone().into(),
            Atom::Object(object) if object.door == NAME => around(object),
            Atom::Class(class) | Atom::Instance(class) => {
                Value::any_of(of_type(cx, *class, 0).into_iter().map(Atom::Function))
            }
            Atom::Tuple(items) => items
                .iter()
                .fold(Value::nothing(), |all, one| all.or(&code(cx, one))),
            _ => Value::nothing(),
        };
        found.or(&more)
    })
}

/// What runs of a type for a request: its own functions, and those of the types that it makes around something.
fn of_type(cx: &mut Evaluator<'_>, class: ClassRef, depth: u32) -> Vec<FunctionRef> {
    let own = RUN
        .iter()
        .filter_map(|name| match cx.program.associated_item(class, name) {
            Some(Binding::Function(function)) if is_of_trait(cx, function) => Some(function),
            _ => None,
        });
    let mut found: Vec<FunctionRef> = own.collect();
    for name in MADE {
        if let Some(made) = type_of(cx, class, name).filter(|_| depth < MAX_MADE) {
            found.extend(of_type(cx, made, depth + 1));
        }
    }
    found
}

fn is_of_trait(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let around = cx.program.class_of(function);
    around.is_some_and(|class| {
        let bases = &cx.program.module(class.file).class(class.class).bases;
        !bases.is_empty()
    })
}

/// `type Service = …;` of an implementation.
fn type_of(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Option<ClassRef> {
    let Some(Binding::Class(alias)) = cx.program.associated_item(class, name) else {
        return None;
    };
    let definition = cx.program.module(alias.file).class(alias.class);
    let subject = definition
        .subject
        .filter(|_| definition.kind == ClassKind::Alias)?;
    let said =
        crate::language::rust::annotation(cx, alias.file, Place::Class(alias.class), subject);
    let made = said
        .atoms()
        .iter()
        .find_map(|atom| cx.class_of_instance(atom));
    made.filter(|made| *made != class)
}

/// The code that stands around all that a router holds.
pub(super) fn around(router: &Object) -> Value {
    router.values.get(AROUND).cloned().unwrap_or_default()
}

/// A router with code around all that it holds, now and later.
pub(super) fn standing(router: &Object, code: &Value) -> Object {
    let all = around(router).or(code);
    if all.is_nothing() {
        return router.clone();
    }
    router.clone().with_value(AROUND, all)
}

/// A router, or methods of one path, with code around what it holds by now.
pub(super) fn surrounded(of: &Object, code: &Value) -> Object {
    let mut made = of.clone();
    for (key, handler) in &of.values {
        if of.kind == "methods" || is_of_route(key) {
            made = made.with_value(key, handler.or(code));
        }
    }
    made
}
