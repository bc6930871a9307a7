//! Rust's own forms: macros, records, `?`, patterns, paths and types.

use crate::evaluator::Evaluator;
use crate::value::Value;
use impact_bind::Place;
use impact_facts::{ExpressionId, ExpressionKind, FileId, Part, Span};

/// The value of a form that Python does not have. Its parts are evaluated.
pub(crate) fn evaluate(cx: &mut Evaluator<'_>, id: ExpressionId, expected: &Value) -> Value {
    let module = cx.module();
    match &module.expression(id).kind {
        ExpressionKind::Question(of) => cx.evaluate_expecting(*of, expected),
        ExpressionKind::Macro(call) => {
            cx.arguments(&call.arguments);
            Value::unknown("what a macro makes")
        }
        _ => {
            let mut parts = Vec::new();
            module.parts(id, &mut |part| parts.push(part));
            for part in parts {
                match part {
                    Part::Expression(id) => {
                        cx.evaluate(id);
                    }
                    Part::Block(block) => {
                        cx.block(block);
                    }
                    Part::Closure(_) => {}
                }
            }
            Value::unknown("a form without meaning here")
        }
    }
}

/// What a name is that nothing in the file binds.
pub(crate) fn name(cx: &mut Evaluator<'_>, text: &str, span: Span) -> Value {
    let _ = (cx, text, span);
    Value::unknown("a name that is bound nowhere in the tree")
}

/// Binds the names of a pattern that is no collection: `Some(x)`, `User { id, .. }`.
pub(crate) fn bind_pattern(cx: &mut Evaluator<'_>, pattern: ExpressionId, value: &Value) {
    let module = cx.module();
    match &module.expression(pattern).kind {
        ExpressionKind::Call(call) => {
            for argument in &call.arguments {
                cx.bind_pattern(argument.value, value);
            }
        }
        ExpressionKind::Record(record) => {
            for (name, _, inner) in &record.fields {
                let part = cx.silent_attribute(value, module.name(*name));
                cx.bind_pattern(*inner, &part);
            }
        }
        ExpressionKind::Other(ids) => {
            for id in ids {
                cx.bind_pattern(*id, value);
            }
        }
        _ => {}
    }
}

/// What a type says.
pub(crate) fn annotation(
    cx: &mut Evaluator<'_>,
    file: FileId,
    place: Place,
    id: ExpressionId,
) -> Value {
    let binding = cx.program.resolve_expression(file, place, id);
    let classes = cx.binding(&binding);
    cx.instances(&classes)
}
