//! axum-extra: the path of a handler stands at the type of one of its parameters, `#[typed_path("/users/{id}")]`.
//! <https://docs.rs/axum-extra/latest/axum_extra/routing/trait.TypedPath.html>

use super::super::routes::{key, place};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{ClassRef, FunctionRef, Place, attributes};
use impact_facts::ExpressionKind;

/// The router with the route of `router.typed_get(handler)`.
pub(super) fn routed(
    cx: &mut Evaluator<'_>,
    router: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    let method = name.trim_start_matches("typed_").to_ascii_uppercase();
    let handler = call.value(0, "");
    let mut made = router.clone();
    for atom in handler.atoms() {
        let (Atom::Function(function) | Atom::Method(function, _)) = atom else {
            continue;
        };
        if let Some(path) = path_of(cx, *function) {
            let key = key(&path, &method, cx.file, place(call));
            made = made.with_value(&key, atom.clone().into());
        }
    }
    made.into()
}

fn path_of(cx: &mut Evaluator<'_>, handler: FunctionRef) -> Option<String> {
    let module = cx.program.module(handler.file);
    let place = Place::Function(handler.function);
    for parameter in &module.function(handler.function).parameters {
        let Some(said) = parameter.annotation else {
            continue;
        };
        let said = crate::language::rust::annotation(cx, handler.file, place, said);
        for atom in said.atoms() {
            let class = cx.class_of_instance(atom);
            if let Some(path) = class.and_then(|class| said_path(cx, class)) {
                return Some(path);
            }
        }
    }
    None
}

fn said_path(cx: &Evaluator<'_>, class: ClassRef) -> Option<String> {
    let module = cx.program.module(class.file);
    let decorators = &module.class(class.class).decorators;
    attributes(module, decorators).into_iter().find_map(|id| {
        let ExpressionKind::Call(call) = &module.expression(id).kind else {
            return None;
        };
        (module.dotted(call.callee)?.rsplit('.').next() == Some("typed_path")).then_some(())?;
        module.plain_text(call.arguments.first()?.value)
    })
}
