//! Classes whose methods answer requests, and what their decorators put around each of them.

use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{ClassRef, Definition, FunctionRef};
use std::collections::BTreeSet;

/// Methods of a class of views that answer the requests of their name.
pub(crate) const HTTP: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// Attributes of a class of views whose functions wrap each of its methods (Flask 3 `View.decorators`, Flask-RESTX 1.3
/// `Resource.method_decorators`).
pub(crate) const WRAPPING: &[&str] = &["decorators", "method_decorators"];

/// What wraps the methods of a class of views: the functions that its decorators return.
fn wrappers(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<Target> {
    let mut found = Vec::new();
    for name in WRAPPING {
        if cx.class_member(class, name).is_none() {
            continue;
        }
        let said = cx.silent_attribute(&Atom::Class(class).into(), name);
        for decorator in functions(&said, 0) {
            let made = cx.result(decorator, None);
            let inner = functions(&made, 0).into_iter().map(Target::Function);
            found.extend(inner);
        }
    }
    found
}

/// The functions among a value's alternatives and their elements.
fn functions(value: &Value, depth: u32) -> Vec<FunctionRef> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Function(function) => found.push(*function),
            Atom::List(of) if depth < 3 => found.extend(functions(of, depth + 1)),
            Atom::Tuple(items) if depth < 3 => {
                found.extend(items.iter().flat_map(|item| functions(item, depth + 1)));
            }
            Atom::Dictionary(of) if depth < 3 => {
                let values = of.known.values().chain([&of.rest]);
                found.extend(values.flat_map(|item| functions(item, depth + 1)));
            }
            _ => {}
        }
    }
    found
}

/// The methods of a class of views, each with the code that it runs.
pub(super) fn handlers(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<(Option<String>, Target)> {
    let mut found = methods(cx, class);
    let around = wrappers(cx, class).into_iter();
    let around: Vec<Target> = around.chain(dispatch(cx, class)).collect();
    for target in around {
        let all: Vec<Option<String>> = found.iter().map(|(method, _)| method.clone()).collect();
        let each = all.into_iter().collect::<BTreeSet<_>>();
        found.extend(each.into_iter().map(|method| (method, target.clone())));
    }
    found
}

/// Other methods that answer, of which classes: Starlette's endpoints, middleware and backends among them.
const OTHERS: &[(&str, &[&str])] = &[
    ("", &["dispatch_request", "run", "__call__"]),
    (
        "starlette.endpoints.WebSocketEndpoint",
        &["on_connect", "on_receive", "on_disconnect", "dispatch"],
    ),
    (
        "starlette.middleware.base.BaseHTTPMiddleware",
        &["dispatch"],
    ),
    ("fastapi.middleware.base.BaseHTTPMiddleware", &["dispatch"]),
    (
        "starlette.authentication.AuthenticationBackend",
        &["authenticate"],
    ),
];

/// A method around those of the methods of HTTP: Starlette's `HTTPEndpoint.dispatch`.
fn dispatch(cx: &Evaluator<'_>, class: ClassRef) -> Option<Target> {
    if !cx.inherits(class, &["starlette.endpoints.HTTPEndpoint"]) {
        return None;
    }
    match cx.class_member(class, "dispatch")? {
        (owner, [.., Definition::Function(function)]) => Some(Target::Function(FunctionRef {
            file: owner.file,
            function: *function,
        })),
        _ => None,
    }
}

fn methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<(Option<String>, Target)> {
    let mut found = Vec::new();
    let others = OTHERS
        .iter()
        .filter(|(base, _)| base.is_empty() || cx.inherits(class, &[base]));
    let others = others.flat_map(|(_, names)| names.iter().copied());
    for name in HTTP.iter().copied().chain(others) {
        if let Some((owner, [.., Definition::Function(function)])) = cx.class_member(class, name) {
            let target = Target::Function(FunctionRef {
                file: owner.file,
                function: *function,
            });
            let method = HTTP.contains(&name).then(|| name.to_ascii_uppercase());
            found.push((method, target));
        }
    }
    found
}
