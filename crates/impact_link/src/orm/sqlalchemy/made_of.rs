//! What expressions are made of: `func.sum(Order.total).label("spent")` is made of `total`, so whoever names `spent` of a
//! subquery or a row means that column.

use super::{SQLALCHEMY, ours};
use crate::door::CallSite;
use crate::value::{Atom, Object, Value};
use impact_facts::Certainty;

/// The key of the columns.
const COLUMNS: &str = "of";
/// An expression of more columns than this tells none.
const MAX_COLUMNS: usize = 8;

/// An expression with the columns among some operands.
pub(super) fn with_columns(made: Object, operands: &Object, call: &CallSite<'_>) -> Object {
    let given = call.arguments.iter().map(|argument| &argument.value);
    let own = of(operands);
    let all = given.fold(own, |all, value| all.or(&columns(value)));
    keep(made, all)
}

/// An expression with the columns among a call's arguments.
pub(super) fn with_arguments(made: Object, call: &CallSite<'_>) -> Object {
    let given = call.arguments.iter().map(|argument| &argument.value);
    let all = given.fold(Value::nothing(), |all, value| all.or(&columns(value)));
    keep(made, all)
}

fn keep(made: Object, columns: Value) -> Object {
    if columns.is_nothing() || columns.atoms().len() > MAX_COLUMNS {
        return made;
    }
    made.with_value(COLUMNS, columns.at_most(Certainty::Likely))
}

/// The columns that something of a statement is or is made of.
pub(super) fn of(object: &Object) -> Value {
    if object.door != SQLALCHEMY {
        return Value::nothing();
    }
    match object.kind {
        "column" => {
            let field = object.words_after("field:").next();
            let bare = Object::new(SQLALCHEMY, "column", object.model);
            field.map_or(Value::nothing(), |field| {
                bare.with_word(&format!("field:{field}")).into()
            })
        }
        _ => object.values.get(COLUMNS).cloned().unwrap_or_default(),
    }
}

fn columns(value: &Value) -> Value {
    if ours(value).is_none() {
        return Value::nothing();
    }
    let mut found = Value::nothing();
    for atom in value.atoms() {
        if let Atom::Object(object) = atom {
            found.join(&of(object));
        }
    }
    found
}
