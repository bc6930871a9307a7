//! Functions that make one value of many: `sum`, `functools.reduce`.

use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};

/// `sum(lists, [])` is a list of what the lists hold; of anything else a number.
pub(super) fn summed(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let element = iterated(cx, call, 0);
    let is_list = |atom: &Atom| matches!(atom, Atom::List(_) | Atom::Tuple(_));
    match call.value(1, "start").atoms().iter().any(is_list) {
        true => element,
        false => Value::outside("builtins.int"),
    }
}

/// `reduce(operator.or_, conditions)`: an operator of the library makes of two values one that is both; a function of the
/// program what it returns.
pub(super) fn reduced(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let element = iterated(cx, call, 1);
    let first = call.value(2, "initial").or(&element);
    let by = call.value(0, "function");
    let is_own = |atom: &Atom| matches!(atom, Atom::Function(_) | Atom::Method(..));
    let own = by.filter(is_own);
    if own.is_nothing() {
        return first;
    }
    let passed = [first.clone(), element].map(|value| Passed::plain(value, call.span));
    let expected = Value::nothing();
    let made = cx.call(&own, &CallSite::at_span(call.span, &passed, &expected));
    first.or(&made)
}

fn iterated(cx: &mut Evaluator<'_>, call: &CallSite<'_>, at: usize) -> Value {
    let Some(argument) = call.at(at) else {
        return Value::nothing();
    };
    let (of, span) = (argument.value.clone(), argument.span);
    cx.iterate(&of, span)
}
