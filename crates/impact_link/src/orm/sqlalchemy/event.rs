//! Listeners: `@event.listens_for(User, "before_insert")` gets rows of the class (SQLAlchemy 2.0, ORM Events).

use super::{SQLALCHEMY, classes, made, ours};
use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};

/// `listens_for(target, "name")`: waits for its function.
pub(super) fn listens_for(call: &CallSite<'_>) -> Value {
    Object::new(SQLALCHEMY, "listener", None)
        .with_value("target", call.value(0, "target"))
        .with_value("event", call.value(1, "identifier"))
        .with_value("raw", raw(call))
        .into()
}

/// Whether a listener is told the state of a row (`raw=True`): its `object` is the row.
pub(super) fn raw(call: &CallSite<'_>) -> Value {
    let said = call.named("raw").map(|argument| argument.value.clone());
    said.filter(|value| !value.is_nothing())
        .map_or_else(Value::nothing, |_| made("state"))
}

/// The function of a listener that was made.
pub(super) fn decorate(cx: &mut Evaluator<'_>, listener: &Object, call: &CallSite<'_>) -> Value {
    let kept = |key: &str| listener.values.get(key).cloned().unwrap_or_default();
    let function = call.value(0, "fn");
    listen(cx, &kept("target"), &kept("event"), &function, &kept("raw"));
    function
}

/// `listen(target, "name", function)`: mapper events pass the row third, events of instances and attributes first.
pub(super) fn listen(
    cx: &mut Evaluator<'_>,
    target: &Value,
    event: &Value,
    function: &Value,
    raw: &Value,
) {
    let mut models = classes(cx, target);
    let attribute = ours(target).filter(|object| matches!(object.kind, "column" | "relationship"));
    models.extend(attribute.and_then(|object| object.model));
    let mut rows = Value::any_of(models.into_iter().map(Atom::Mapped));
    if !raw.is_nothing() {
        rows = Object::new(SQLALCHEMY, "state", None)
            .with_value("row", rows)
            .into();
    }
    let of_mapper = event
        .texts()
        .any(|text| text.text.starts_with("before_") || text.text.starts_with("after_"));
    let at = if of_mapper && attribute.is_none() {
        2
    } else {
        0
    };
    for atom in function.atoms() {
        if let Atom::Function(function) = atom {
            cx.cells.join(Key::Parameter(*function, at), &rows);
        }
    }
}
