//! Functions of the program that are handed a statement and what is called with its rows (`db.query(sql, |row| row.get(0))`), or
//! a row and the name of a column (`text_of(&row, "email")`). Each call is looked at by itself, at the caller: what the
//! function does with all of them together would mix their columns.

use super::handed::{MAX_TYPE, shape, statement};
use super::row;
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::parameters::Given;
use crate::value::{Atom, Object, Value};
use impact_bind::FunctionRef;
use impact_facts::{ExpressionId, ExpressionKind, Module};

/// What a call answers that hands over a statement with code for its rows, or a row with a column's name; what it hands over
/// so is taken away from what the function is given. None for all other calls.
pub(super) fn called(
    cx: &mut Evaluator<'_>,
    function: FunctionRef,
    call: &CallSite<'_>,
    given: &mut Vec<Given>,
) -> Option<Value> {
    if let Some(value) = read(cx, call, given) {
        return Some(value);
    }
    let code = call.positional().find(|one| is_code(one))?;
    let statement = statement(call)?;
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let (at, _) = given.iter().find(|(_, value)| *value == code.value)?;
    let parameter = definition.parameters.get(*at as usize)?;
    if !takes_rows(module, function, parameter.annotation?) {
        return None;
    }
    let rows = row::record(cx, &statement);
    let made = crate::library::rust::applied(cx, Some(code), &[rows], call.span);
    given.retain(|(_, value)| *value != code.value);
    let many = definition.returns.and_then(|returns| {
        let mut types = definition.type_parameters.iter();
        types.find_map(|one| shape(module, returns, module.name(one.name), false, 0))
    });
    many.map(|many| if many { Value::list(made) } else { made })
}

fn is_code(passed: &Passed) -> bool {
    matches!(passed.value.atoms(), [Atom::Function(_) | Atom::Method(..)])
}

/// Whether a parameter's type is code that takes a driver's row: `impl FnMut(&Row) -> T`, or a type parameter that is bound so.
fn takes_rows(module: &Module, function: FunctionRef, annotation: ExpressionId) -> bool {
    let parameters = &module.function(function.function).type_parameters;
    let named = module.dotted(annotation);
    let bound = parameters
        .iter()
        .filter(|one| named.as_deref() == Some(module.name(one.name)));
    let mut all = bound.flat_map(|one| one.bounds.iter().copied());
    is_of_rows(module, annotation, 0) || all.any(|bound| is_of_rows(module, bound, 0))
}

fn is_of_rows(module: &Module, id: ExpressionId, depth: u32) -> bool {
    let within = |ids: &[ExpressionId]| {
        let mut ids = ids.iter();
        depth < MAX_TYPE && ids.any(|id| is_of_rows(module, *id, depth + 1))
    };
    match &module.expression(id).kind {
        ExpressionKind::Subscript(of) => within(&of.keys),
        ExpressionKind::Collection(of) => of.items.iter().any(|one| within(&[one.value])),
        ExpressionKind::Unary(of) => within(&[of.of]),
        ExpressionKind::Binary(of) => within(&[of.left, of.right]),
        ExpressionKind::Any(of) | ExpressionKind::Other(of) => within(of),
        _ => {
            let path = module.dotted(id);
            path.is_some_and(|path| {
                path.rsplit('.')
                    .next()
                    .is_some_and(|last| last.ends_with("Row"))
            })
        }
    }
}

/// A row and the name of one of its columns: the name reads the column where it is said.
fn read(cx: &mut Evaluator<'_>, call: &CallSite<'_>, given: &mut Vec<Given>) -> Option<Value> {
    let row = call.positional().find(|one| is_row(&one.value))?;
    let rows: Vec<&Object> = row.value.atoms().iter().filter_map(record).collect();
    let is_name = |one: &&Passed| {
        let mut texts = one.value.texts().filter(|text| !text.text.is_empty());
        texts.any(|text| {
            let mut rows = rows.iter();
            rows.any(|row| row.values.contains_key(text.text.as_str()))
        })
    };
    let name = call.positional().find(is_name)?;
    let mut value = Value::nothing();
    for row in rows {
        value.join(&row::by_name(cx, row, (&name.value, name.span)));
    }
    given.retain(|(_, value)| *value != name.value);
    Some(value)
}

fn is_row(value: &Value) -> bool {
    !value.is_nothing() && value.atoms().iter().all(|atom| record(atom).is_some())
}

fn record(atom: &Atom) -> Option<&Object> {
    match atom {
        Atom::Object(object) if object.kind == "record" && object.door == super::NAME => {
            Some(object)
        }
        _ => None,
    }
}
