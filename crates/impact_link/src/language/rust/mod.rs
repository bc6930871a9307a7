//! Rust's own forms: macros, records, `?`, patterns, paths and types.

mod macros;
mod members;
mod patterns;
mod types;

pub(crate) use macros::file_text;
pub(crate) use members::{member, receiver};
pub(crate) use patterns::bind_pattern;
pub(crate) use types::{annotation, field_type};

use crate::cells::Key;
use crate::door::{CallSite, DOORS, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, Definition, FunctionRef, Place};
use impact_facts::{Access, Attribute, Call, ExpressionId, ExpressionKind, Part, Record, Span};

/// The value of a form that Python does not have. Its parts are evaluated.
pub(crate) fn evaluate(cx: &mut Evaluator<'_>, id: ExpressionId, expected: &Value) -> Value {
    let module = cx.module();
    let expression = module.expression(id);
    match &expression.kind {
        ExpressionKind::Question(of) => cx.evaluate_expecting(*of, expected),
        ExpressionKind::Macro(call) => macros::evaluate(cx, expression.span, call, expected),
        ExpressionKind::Record(form) => record(cx, form),
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

/// `Path { field: value, ..rest }`: each field of a mapped struct is set.
fn record(cx: &mut Evaluator<'_>, record: &Record) -> Value {
    let module = cx.module();
    let made = annotation(cx, cx.file, cx.place, record.of);
    for (name, span, value) in &record.fields {
        let value = cx.evaluate(*value);
        let member = MemberSite {
            name: module.name(*name),
            span: *span,
            access: Access::Write,
            value: Some(&value),
        };
        cx.set_attribute(&made, &member);
    }
    if let Some(rest) = record.rest {
        cx.evaluate(rest);
    }
    made
}

/// What a bare name is: a local, else what the module sees.
pub(crate) fn name(cx: &mut Evaluator<'_>, text: &str, span: Span) -> Value {
    let (file, places) = (cx.file, cx.program.places(cx.file));
    let mut at = Some(cx.place);
    while let Some(place) = at {
        if let (Place::Function(function), Some(name)) = (place, places.name(text)) {
            let local = |definition: &&Definition| match definition {
                Definition::Parameter(..) => true,
                Definition::Value(_) => !text.starts_with(char::is_uppercase),
                _ => false,
            };
            if places
                .names(place)
                .definitions(name)
                .iter()
                .any(|definition| local(&definition))
            {
                return cx.read(Key::Local(FunctionRef { file, function }, name));
            }
        }
        at = places.around(place);
    }
    let binding = cx.program.resolve(file, cx.place, text);
    bound(cx, &binding, span)
}

/// The value of what a path is bound to. A path may name a column.
fn bound(cx: &mut Evaluator<'_>, binding: &Binding, span: Span) -> Value {
    if let Binding::External(path) = binding {
        crate::orm::diesel::named(cx, path, span);
    }
    cx.binding(binding)
}

/// What `of::name` is.
pub(crate) fn path(cx: &mut Evaluator<'_>, id: ExpressionId, attribute: &Attribute) -> Value {
    let module = cx.module();
    if let Some(spelled) = spelled(cx, id) {
        let binding = cx.program.resolve(cx.file, cx.place, &spelled);
        if !matches!(binding, Binding::Unknown | Binding::Local) {
            return bound(cx, &binding, attribute.name_span);
        }
    }
    let of = match &module.expression(attribute.of).kind {
        ExpressionKind::Cast(cast) => annotation(cx, cx.file, cx.place, cast.of),
        ExpressionKind::Collection(_) | ExpressionKind::Subscript(_) => {
            annotation(cx, cx.file, cx.place, attribute.of)
        }
        _ => cx.evaluate(attribute.of),
    };
    let name = module.name(attribute.name);
    let member = MemberSite {
        name,
        span: attribute.name_span,
        access: Access::Read,
        value: None,
    };
    cx.attribute(&of, &member)
}

/// A path without the type arguments in it: `Vec::<User>::new` is `Vec.new`.
fn spelled(cx: &Evaluator<'_>, id: ExpressionId) -> Option<String> {
    let module = cx.module();
    let mut names = Vec::new();
    let mut at = id;
    loop {
        match &module.expression(at).kind {
            ExpressionKind::Name(name) => {
                names.push(module.name(*name));
                names.reverse();
                return Some(names.join("."));
            }
            ExpressionKind::Attribute(attribute) if attribute.path => {
                names.push(module.name(attribute.name));
                at = attribute.of;
            }
            ExpressionKind::Subscript(subscript) => at = subscript.of,
            _ => return None,
        }
    }
}

/// A call with type arguments: `callee::<T>(arguments)` says which type it makes.
pub(crate) fn call_expression(
    cx: &mut Evaluator<'_>,
    span: Span,
    call: &Call,
    expected: &Value,
) -> Option<Value> {
    let module = cx.module();
    let ExpressionKind::Subscript(subscript) = &module.expression(call.callee).kind else {
        return None;
    };
    let of = &module.expression(subscript.of).kind;
    if !matches!(of, ExpressionKind::Name(_) | ExpressionKind::Attribute(_)) {
        return None;
    }
    let mut said = Value::nothing();
    for key in &subscript.keys {
        let value = annotation(cx, cx.file, cx.place, *key);
        if !value.is_unknown() {
            said = value;
        }
    }
    let wanted = if said.is_nothing() {
        expected.clone()
    } else {
        said
    };
    let callee = cx.evaluate(subscript.of);
    let at = match of {
        ExpressionKind::Attribute(attribute) => attribute.name_span,
        _ => module.expression(subscript.of).span,
    };
    let arguments = cx.arguments(&call.arguments);
    let site = CallSite {
        span,
        callee: at,
        arguments: &arguments,
        expected: &wanted,
    };
    Some(cx.call(&callee, &site))
}

/// Asks the doors what a call of something outside the tree makes.
fn ask(cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
    DOORS.iter().find_map(|door| door.call(cx, callee, call))
}
