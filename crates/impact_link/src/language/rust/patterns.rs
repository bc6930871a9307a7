//! Patterns: `Some(x)`, `User { id, .. }`, `name @ pattern`.

use super::types::{annotation, field_type, variant_type};
use super::variant_of;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::Binding;
use impact_facts::{Access, Call, ExpressionId, ExpressionKind, Record};

/// Binds the names of a pattern that is no collection.
pub(crate) fn bind_pattern(cx: &mut Evaluator<'_>, pattern: ExpressionId, value: &Value) {
    let module = cx.module();
    match &module.expression(pattern).kind {
        ExpressionKind::Call(call) => variant(cx, call, value),
        ExpressionKind::Record(form) => record(cx, form, value),
        ExpressionKind::Assign(assign) => {
            cx.bind_pattern(assign.target, value);
            cx.bind_pattern(assign.value, value);
        }
        ExpressionKind::Other(ids) => {
            for id in ids {
                cx.bind_pattern(*id, value);
            }
        }
        _ => {}
    }
}

/// `Some(x)` and `Ok(x)` hold the value itself, `Err(e)` does not; a variant of the program holds its fields.
fn variant(cx: &mut Evaluator<'_>, call: &Call, value: &Value) {
    let module = cx.module();
    let path = module.dotted(call.callee).unwrap_or_default();
    let last = path.rsplit('.').next().unwrap_or_default();
    let of = cx.program.resolve(cx.file, cx.place, &path);
    if let Binding::Class(class) = of {
        let said = cx.instance_of(class);
        let span = module.expression(call.callee).span;
        crate::orm::sqlx::row::becomes(cx, value, &said, span);
    }
    for (place, argument) in call.arguments.iter().enumerate() {
        let part = match (&of, last) {
            (_, "Err") => Value::unknown("an error"),
            (Binding::Class(class), _) => variant_type(cx, *class, last, place),
            _ => value.filter(|atom| !matches!(atom, Atom::Null)),
        };
        cx.bind_pattern(argument.value, &part);
    }
}

/// Each field that a pattern names is read.
fn record(cx: &mut Evaluator<'_>, record: &Record, value: &Value) {
    let module = cx.module();
    let said = annotation(cx, cx.file, cx.place, record.of);
    let span = module.expression(record.of).span;
    crate::orm::sqlx::row::becomes(cx, value, &said, span);
    let of = if said.is_unknown() {
        value.clone()
    } else {
        said
    };
    let class = of
        .atoms()
        .first()
        .and_then(|atom| cx.class_of_instance(atom));
    let variant = class.and_then(|class| Some((class, variant_of(cx, class, record.of)?)));
    for (name, span, inner) in &record.fields {
        if let Some((class, variant)) = variant {
            let name = format!("{variant}.{}", module.name(*name));
            let part =
                field_type(cx, class, &name).or(&crate::carried::read(cx, class, &name, *span));
            cx.bind_pattern(*inner, &part);
            continue;
        }
        let member = MemberSite {
            name: module.name(*name),
            span: *span,
            access: Access::Read,
            value: None,
        };
        let part = cx.attribute(&of, &member);
        cx.bind_pattern(*inner, &part);
    }
}
