//! Flask-RESTX and Flask-RESTful: what `marshal` takes from rows, and under which names it leaves.
//!
//! Facts are those of Flask-RESTX 1.3 ("Response marshalling"): a field's value is the member of its key's name, or of
//! `attribute`, which may be a path.

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Assembled, Certainty, ExpressionId, ExpressionKind, Span};
use std::sync::Arc;

/// The name of the door.
const RESTX: &str = "python/flask_restx";

/// Their packages.
const PACKAGES: &[&str] = &["flask_restx", "flask_restful", "flask_restplus"];

/// Methods of an api or namespace, and functions, that decorate what answers with rows.
const DECORATORS: &[&str] = &["marshal_with", "marshal_list_with"];

/// What the key of a field is kept under.
const FIELD: &str = "field:";
/// What the model of a field that is nested is kept under.
const NESTED: &str = "nested:";
/// Models in models, and lists in lists, are followed as far as this.
const MAX_DEPTH: u32 = 6;

/// Flask-RESTX.
#[derive(Debug)]
pub(crate) struct Restx;

impl Door for Restx {
    fn name(&self) -> &'static str {
        RESTX
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::Object(object) if object.door == RESTX && object.kind == "decorator" => {
                let function = call.at(0)?.value.clone();
                let model = object.values.get("model").cloned().unwrap_or_default();
                for atom in function.atoms() {
                    if let Atom::Function(of) = atom {
                        let answered = cx.result(*of, None);
                        marshal(cx, &answered, &model);
                    }
                }
                Some(function)
            }
            Atom::External(name) if is_ours(name) => named(cx, last(name), call),
            Atom::Member(of, name) => match &**of {
                Atom::Outside(class) if is_ours(class) => named(cx, name, call),
                _ => None,
            },
            _ => None,
        }
    }
}

fn is_ours(name: &str) -> bool {
    name.split('.')
        .next()
        .is_some_and(|package| PACKAGES.contains(&package))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn named(cx: &mut Evaluator<'_>, word: &str, call: &CallSite<'_>) -> Option<Value> {
    match word {
        "model" => Some(model(cx, call, 1)),
        "inherit" | "clone" => {
            let own = model(cx, call, call.positional().count().saturating_sub(1));
            let rest = call
                .positional()
                .skip(1)
                .map(|argument| argument.value.clone());
            Some(rest.fold(own, |all, one| all.or(&one)))
        }
        "marshal" => {
            let fields = fields(cx, call, 1);
            marshal(cx, &call.value(0, "data"), &fields);
            Some(Value::unknown("a marshalled row"))
        }
        word if DECORATORS.contains(&word) => {
            let fields = fields(cx, call, 0);
            let made = Object::new(RESTX, "decorator", None).with_value("model", fields);
            Some(made.into())
        }
        _ => None,
    }
}

/// The fields that an argument says: a display that stands there, or a model that was made before.
fn fields(cx: &mut Evaluator<'_>, call: &CallSite<'_>, place: usize) -> Value {
    let Some(argument) = call.argument(place, "fields") else {
        return Value::nothing();
    };
    match argument.expression.and_then(|id| display(cx, id)) {
        Some(model) => model.into(),
        None => argument.value.clone(),
    }
}

/// `api.model("User", {"email": fields.String})`.
fn model(cx: &mut Evaluator<'_>, call: &CallSite<'_>, place: usize) -> Value {
    let given = call.argument(place, "model");
    let shown = given.and_then(|argument| argument.expression);
    match shown.and_then(|id| display(cx, id)) {
        Some(model) => model.into(),
        None => given
            .map(|argument| argument.value.clone())
            .unwrap_or_default(),
    }
}

/// A dictionary display as a model: for each key, the text that names the row's member.
fn display(cx: &mut Evaluator<'_>, id: ExpressionId) -> Option<Object> {
    let module = cx.module();
    let ExpressionKind::Collection(all) = &module.expression(id).kind else {
        return None;
    };
    let mut made = Object::new(RESTX, "model", None);
    for item in &all.items {
        let Some(key) = item.key else { continue };
        let Some(name) = module.plain_text(key) else {
            continue;
        };
        let source = attribute(cx, item.value, 0).unwrap_or(key);
        let text = cx.evaluate(source);
        made = made.with_value(&format!("{FIELD}{name}"), text);
        if let Some(nested) = nested(cx, item.value, 0) {
            made = made.with_value(&format!("{NESTED}{name}"), nested);
        }
    }
    Some(made)
}

/// The model of `fields.Nested(org)`, in `fields.List(…)`, too.
fn nested(cx: &mut Evaluator<'_>, value: ExpressionId, depth: u32) -> Option<Value> {
    let module = cx.module();
    let ExpressionKind::Call(call) = &module.expression(value).kind else {
        return None;
    };
    let word = last_word(cx, call.callee);
    let first = call.arguments.iter().find(|one| one.name.is_none())?.value;
    match word {
        "Nested" => match display(cx, first) {
            Some(model) => Some(model.into()),
            None => Some(cx.evaluate(first)),
        },
        "List" if depth < MAX_DEPTH => nested(cx, first, depth + 1),
        _ => None,
    }
}

fn last_word<'a>(cx: &Evaluator<'a>, callee: ExpressionId) -> &'a str {
    let module = cx.module();
    match &module.expression(callee).kind {
        ExpressionKind::Name(name) => module.name(*name),
        ExpressionKind::Attribute(attribute) => module.name(attribute.name),
        _ => "",
    }
}

/// `fields.String(attribute="org.title")`, in `fields.List(…)`, too.
fn attribute(cx: &Evaluator<'_>, value: ExpressionId, depth: u32) -> Option<ExpressionId> {
    let module = cx.module();
    let ExpressionKind::Call(call) = &module.expression(value).kind else {
        return None;
    };
    if last_word(cx, call.callee) == "List" && depth < MAX_DEPTH {
        let inner = call.arguments.iter().find(|one| one.name.is_none());
        if let Some(found) = inner.and_then(|inner| attribute(cx, inner.value, depth + 1)) {
            return Some(found);
        }
    }
    let said = call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(name, _)| module.name(name) == "attribute")
    })?;
    module.plain_text(said.value).map(|_| said.value)
}

/// Rows leave with the fields of a model.
fn marshal(cx: &mut Evaluator<'_>, data: &Value, model: &Value) {
    marshal_nested(cx, data, model, 0);
}

fn marshal_nested(cx: &mut Evaluator<'_>, data: &Value, model: &Value, depth: u32) {
    let rows = crate::library::intrinsic::rows(cx, data);
    if rows.is_nothing() {
        return;
    }
    for atom in model.atoms() {
        let Atom::Object(object) = atom else { continue };
        for (key, source) in object.values.iter().filter(|_| object.door == RESTX) {
            let Some(name) = key.strip_prefix(FIELD) else {
                continue;
            };
            for text in source.texts() {
                let taken = take(cx, &rows, text, name);
                if let Some(inner) = object.values.get(&*format!("{NESTED}{name}"))
                    && depth < MAX_DEPTH
                {
                    marshal_nested(cx, &taken, inner, depth + 1);
                }
            }
        }
    }
}

/// A field is the member at a path of each row, named where the path stands.
fn take(cx: &mut Evaluator<'_>, rows: &Value, path: &Arc<Assembled>, name: &str) -> Value {
    let Some((file, span)) = path.locate(Span::new(0, path.text.len() as u32)) else {
        return Value::nothing();
    };
    let kept = std::mem::replace(&mut cx.file, file);
    let first = cx.current.touches.as_slice().len();
    let mut of = rows.clone();
    for part in path.text.split('.') {
        let member = MemberSite {
            name: part,
            span,
            access: Access::Read,
            value: None,
        };
        of = cx.attribute(&of, &member);
    }
    for touch in cx.current.touches.since(first) {
        touch.certainty = touch.certainty.min(Certainty::Likely);
        touch.exposed_as = Some(name.into());
    }
    cx.file = kept;
    of
}
