//! Tortoise's and ormar's conditions and expressions, which name fields before it is known of which model: `Q(email=x) | Q(name=y)`,
//! `F("email")` (Tortoise ORM 0.2x, "Query API", "Expressions").

use super::TORTOISE;
use super::names::keyword;
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::Access;

/// The kind of the object that a condition is.
pub(super) const CONDITION: &str = "condition";

/// What stands before a path among a condition's values.
const PATH: &str = "path:";

/// `Q(…)`, `F("email")`, and functions over these.
pub(super) fn made(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let rest = name.strip_prefix("tortoise.")?;
    let word = rest.rsplit('.').next()?;
    let names_fields = word == "F" || rest.contains("functions.") || rest.contains("aggregat");
    if word != "Q" && word != "Subquery" && !names_fields {
        return None;
    }
    let mut made = Object::new(TORTOISE.0, CONDITION, None);
    for argument in call.arguments {
        if let (Some((path, span)), "Q") = (&argument.name, word) {
            made = made.with_value(&format!("{PATH}{path}"), Value::place(cx.file, *span));
        }
        if names_fields && argument.name.is_none() {
            for text in argument.value.texts() {
                let at = Value::from(Atom::Text(text.clone()));
                made = made.with_value(&format!("{PATH}{}", text.text), at);
            }
        }
        made = with(made, &argument.value);
    }
    Some(made.into())
}

/// Conditions joined by an operator.
pub(super) fn joined(of: &Object, call: &CallSite<'_>) -> Value {
    let other = call.value(0, "");
    with(of.clone(), &other).into()
}

/// `and_(email="x", name="y")` of ormar.
pub(super) fn of_keywords(cx: &Evaluator<'_>, orm: &'static str, call: &CallSite<'_>) -> Value {
    let mut made = Object::new(orm, CONDITION, None);
    for argument in call.arguments {
        if let Some((path, span)) = &argument.name {
            made = made.with_value(&format!("{PATH}{path}"), Value::place(cx.file, *span));
        }
        made = with(made, &argument.value);
    }
    made.into()
}

fn with(mut made: Object, value: &Value) -> Object {
    for atom in value.atoms() {
        if let Atom::Object(inner) = atom
            && inner.kind == CONDITION
        {
            made.values.extend(inner.values.clone());
        }
    }
    made
}

/// What conditions among an argument name of a model.
pub(super) fn applied(cx: &mut Evaluator<'_>, model: ModelId, argument: &Passed) {
    for atom in argument.value.atoms() {
        let Atom::Object(condition) = atom else {
            continue;
        };
        if condition.kind != CONDITION {
            continue;
        }
        for (path, places) in &condition.values {
            let Some(path) = path.strip_prefix(PATH) else {
                continue;
            };
            for (file, span) in places.places() {
                let here = std::mem::replace(&mut cx.file, file);
                keyword(cx, model, path, span, Access::Read);
                cx.file = here;
            }
        }
    }
}
