//! `operator.attrgetter("email")` and `operator.itemgetter("email")`: functions that are made of names.
//!
//! Facts are those of Python 3's `operator`.

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Assembled, Span};
use std::sync::Arc;

/// The name of the door.
const OPERATOR: &str = "python/operator";

/// Functions that are made of names.
#[derive(Debug)]
pub(crate) struct Operators;

impl Door for Operators {
    fn name(&self) -> &'static str {
        OPERATOR
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => made(name, call),
            Atom::Object(object) if object.door == OPERATOR => Some(applied(cx, object, call)),
            _ => None,
        }
    }
}

fn made(name: &str, call: &CallSite<'_>) -> Option<Value> {
    let kind = match name {
        "operator.attrgetter" => "attribute",
        "operator.itemgetter" => "item",
        _ => return None,
    };
    let names = call.positional().map(|one| one.value.clone()).collect();
    let made = Object::new(OPERATOR, kind, None);
    Some(made.with_value("names", Value::tuple(names)).into())
}

/// What the function gives for its argument: one value for one name, a tuple for more.
fn applied(cx: &mut Evaluator<'_>, getter: &Object, call: &CallSite<'_>) -> Value {
    let of = call.value(0, "obj");
    let names: Vec<Value> = match getter.values.get("names").map(Value::atoms) {
        Some([Atom::Tuple(names)]) => names.to_vec(),
        _ => return Value::unknown("an attribute whose name is computed"),
    };
    let mut found: Vec<Value> = names
        .iter()
        .map(|name| match getter.kind {
            "item" => items(&of, name),
            _ => members(cx, &of, name, call),
        })
        .collect();
    match found.len() {
        1 => found.remove(0),
        _ => Value::tuple(found),
    }
}

fn items(of: &Value, key: &Value) -> Value {
    let entries = of.atoms().iter().filter_map(|atom| match atom {
        Atom::Dictionary(of) => Some(crate::expression::entry(of, key)),
        _ => None,
    });
    entries.fold(Value::nothing(), |all, one| all.or(&one))
}

fn members(cx: &mut Evaluator<'_>, of: &Value, names: &Value, call: &CallSite<'_>) -> Value {
    let mut found = Value::nothing();
    for text in names.texts() {
        found = found.or(&path(cx, of, text, call.span));
    }
    if found.is_nothing() {
        cx.open_member(of, call.span, Access::Read);
    }
    found
}

/// `attrgetter("owner.email")`: each member where the text stands, if that is in the file that is evaluated.
fn path(cx: &mut Evaluator<'_>, of: &Value, text: &Arc<Assembled>, otherwise: Span) -> Value {
    let mut at = of.clone();
    let mut start = 0;
    for name in text.text.split('.') {
        let own = Span::new(start, start + name.len() as u32);
        start = own.end + 1;
        let home = text.locate(own).filter(|(file, _)| *file == cx.file);
        let member = MemberSite {
            name,
            span: home.map_or(otherwise, |(_, span)| span),
            access: Access::Read,
            value: None,
        };
        at = cx.attribute(&at, &member);
    }
    at
}
