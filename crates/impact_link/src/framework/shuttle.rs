//! Shuttle: what `#[shuttle_runtime::main]` returns is served: a router of axum, poem, salvo or warp, or what configures an
//! application of actix-web. <https://docs.rs/shuttle-runtime/latest/shuttle_runtime/attr.main.html>

use super::routes::{ROUTER, serve};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::FunctionRef;
use impact_facts::Language;

/// How the attribute is spelled.
const MAIN: &[&str] = &["shuttle_runtime.main", "shuttle_service.main"];

/// Looks at what a function returns.
pub(crate) fn returned(cx: &mut Evaluator<'_>, function: FunctionRef, value: &Value) {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let is_main = definition
        .name
        .is_some_and(|name| module.name(name) == "main");
    if !is_main
        || definition.decorators.is_empty()
        || !cx.is(Language::Rust)
        || !cx.is_decorated(function, MAIN)
    {
        return;
    }
    let span = definition.name_span;
    for atom in value.atoms() {
        match atom {
            Atom::Object(object) if object.kind == ROUTER => serve(cx, object),
            Atom::Function(_) => super::actix::serve_configured(cx, &atom.clone().into(), span),
            _ => {}
        }
    }
}
