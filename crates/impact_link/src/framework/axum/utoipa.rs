//! utoipa 4 and 5 with utoipa-axum: what a handler serves stands in its `#[utoipa::path(get, path = "/users/{id}")]`.

use super::super::routes::{key, router};
use super::{METHODS, NAME};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{FunctionRef, Place};
use impact_facts::{Argument, Call, ExpressionKind, Module};

/// `routes!(a, b)`: the routes of these handlers.
pub(super) fn routes(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut made = router(NAME);
    for argument in call.positional() {
        for atom in argument.value.atoms() {
            let Atom::Function(function) = atom else {
                continue;
            };
            for (method, path) in described(cx, *function) {
                let key = key(&path, &method, cx.file, argument.span);
                made = made.with_value(&key, argument.value.clone());
            }
        }
    }
    made.into()
}

/// Methods and paths that the attribute of a handler says.
fn described(cx: &Evaluator<'_>, function: FunctionRef) -> Vec<(String, String)> {
    let module = cx.program.module(function.file);
    let places = cx.program.places(function.file);
    let place = places
        .around(Place::Function(function.function))
        .unwrap_or(Place::Module);
    let decorators = &module.function(function.function).decorators;
    let attribute = decorators.iter().find_map(|id| {
        let ExpressionKind::Call(call) = &module.expression(*id).kind else {
            return None;
        };
        let binding = cx
            .program
            .resolve_expression(function.file, place, call.callee);
        (binding.external() == Some("utoipa.path")).then_some(call)
    });
    attribute.map_or(Vec::new(), |call| said(module, call))
}

fn said(module: &Module, call: &Call) -> Vec<(String, String)> {
    let named = |wanted: &str| {
        let is_wanted = |argument: &&Argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == wanted)
        };
        let argument = call.arguments.iter().find(is_wanted)?;
        module.plain_text(argument.value)
    };
    let Some(path) = named("path") else {
        return Vec::new();
    };
    let path = format!("{}{path}", named("context_path").unwrap_or_default());
    let mut methods = Vec::new();
    for argument in &call.arguments {
        match &module.expression(argument.value).kind {
            ExpressionKind::Name(name) => methods.push(module.name(*name)),
            ExpressionKind::Call(inner)
                if module.dotted(inner.callee).as_deref() == Some("method") =>
            {
                let words = inner
                    .arguments
                    .iter()
                    .map(|one| &module.expression(one.value).kind);
                methods.extend(words.filter_map(|kind| match kind {
                    ExpressionKind::Name(name) => Some(module.name(*name)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    methods.retain(|method| METHODS.contains(method));
    methods
        .into_iter()
        .map(|method| (method.to_ascii_uppercase(), path.clone()))
        .collect()
}
