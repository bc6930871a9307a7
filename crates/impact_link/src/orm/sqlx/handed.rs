//! Rows that code of the program hands on: conversions of a driver's row (`impl From<Row> for User`), functions that are
//! generic over what a row becomes (`fn query_one<T: From<Row>>(sql: &str) -> T`), and functions of the same name that
//! differ in what they take. To what callers pass, rows go in [`super::callback`].

use super::row::{self, element};
use super::{NAME, callback, driver};
use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::parameters::Given;
use crate::value::{Atom, Value};
use impact_bind::{ClassRef, FunctionRef, Place};
use impact_facts::{Expression, ExpressionId, ExpressionKind, Module};
use impact_sql::looks_like_sql;

/// Functions of a type that make it of something else.
const CONVERSIONS: &[&str] = &["from", "try_from", "from_row", "from_row_ref"];

/// More functions of one name in the implementations of a type are not told apart.
const MAX_OVERLOADS: usize = 24;

/// Types are looked into as deep as this.
pub(super) const MAX_TYPE: u32 = 8;

/// A record is taken as an instance of a class: the conversion that takes a driver's row gets it. Whether there is one.
pub(super) fn converted(cx: &mut Evaluator<'_>, record: &Atom, said: &Value) -> bool {
    let mut found = false;
    for atom in said.atoms() {
        let Some(class) = cx.class_of_instance(atom) else {
            continue;
        };
        for function in conversions(cx, class) {
            if takes_row(cx, function) {
                cx.cells
                    .join(Key::Parameter(function, 0), &record.clone().into());
                found = true;
            }
        }
    }
    found
}

fn conversions(cx: &Evaluator<'_>, class: ClassRef) -> Vec<FunctionRef> {
    CONVERSIONS
        .iter()
        .flat_map(|name| overloads(cx, class, name))
        .collect()
}

/// All functions of a name in the implementations of a type.
fn overloads(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Vec<FunctionRef> {
    let own = cx.program.implementations(class).iter();
    own.filter_map(|one| cx.program.own_function(*one, name))
        .take(MAX_OVERLOADS)
        .collect()
}

/// Whether a function's one parameter is a driver's row.
fn takes_row(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let parameters = &module.function(function.function).parameters;
    let [only] = parameters.as_slice() else {
        return false;
    };
    let around = cx.program.places(function.file);
    let place = around.around(Place::Function(function.function));
    let found = only
        .annotation
        .and_then(|id| outermost(cx, function, place.unwrap_or(Place::Module), id, 0));
    found.is_some_and(|path| driver::is_row(&path))
}

/// The path of a type without references and arguments.
fn outermost(
    cx: &Evaluator<'_>,
    function: FunctionRef,
    place: Place,
    id: ExpressionId,
    depth: u32,
) -> Option<String> {
    let module = cx.program.module(function.file);
    match &module.expression(id).kind {
        ExpressionKind::Unary(unary) if depth < MAX_TYPE => {
            outermost(cx, function, place, unary.of, depth + 1)
        }
        ExpressionKind::Subscript(subscript) if depth < MAX_TYPE => {
            outermost(cx, function, place, subscript.of, depth + 1)
        }
        ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
            let binding = cx.program.resolve_expression(function.file, place, id);
            binding.external().map(str::to_owned)
        }
        _ => None,
    }
}

/// Which of the functions of one name a call means, by what it passes first: none if there is only one, or if nothing
/// tells.
pub(crate) fn meant(
    cx: &mut Evaluator<'_>,
    function: FunctionRef,
    call: &CallSite<'_>,
) -> Option<Vec<FunctionRef>> {
    let module = cx.program.module(function.file);
    let name = module.function(function.function).name?;
    let name = module.name(name);
    if !CONVERSIONS.contains(&name) {
        return None;
    }
    let class = cx.program.class_of(function)?;
    let own = cx
        .program
        .resolve(class.file, Place::Class(class.class), "Self");
    let all = match own {
        impact_bind::Binding::Class(own) => overloads(cx, own, name),
        _ => return None,
    };
    let passed = call.value(0, "");
    let is_row = row::is_record(&passed) && !passed.is_nothing();
    if all.len() < 2 || !is_row {
        return None;
    }
    let rows: Vec<FunctionRef> = all.into_iter().filter(|one| takes_row(cx, *one)).collect();
    (!rows.is_empty()).then_some(rows)
}

/// What a generic function of the program answers that takes a statement and makes of its rows what its caller asks for:
/// the rows, of open type.
pub(crate) fn answered(
    cx: &mut Evaluator<'_>,
    function: FunctionRef,
    call: &CallSite<'_>,
    given: &mut Vec<Given>,
) -> Option<Value> {
    let called = callback::called(cx, function, call, given);
    if called.is_some() {
        return called;
    }
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let returns = definition.returns?;
    let made = definition.type_parameters.iter().find(|parameter| {
        let mut bounds = parameter.bounds.iter();
        bounds.any(|bound| mentions(module, *bound, "Row", 0))
    })?;
    let many = shape(module, returns, module.name(made.name), false, 0)?;
    let statement = statement(call)?;
    let open = row::open_record(cx, &statement);
    row::becomes(cx, &open, call.expected, call.span);
    Some(if many { Value::list(open) } else { open })
}

/// The statement among what a call passes.
pub(super) fn statement(call: &CallSite<'_>) -> Option<Value> {
    call.positional().find_map(|argument| {
        let is_sql = argument
            .value
            .texts()
            .any(|text| looks_like_sql(&text.text));
        is_sql.then(|| argument.value.filter(|atom| matches!(atom, Atom::Text(_))))
    })
}

/// Whether a bound's path or arguments end with a word: `From<tokio_postgres::Row>`, `FromRow<'r, PgRow>`.
fn mentions(module: &Module, id: ExpressionId, word: &str, depth: u32) -> bool {
    let ends = |id: ExpressionId| {
        let path = module.dotted(id);
        path.is_some_and(|path| path.ends_with(word))
    };
    match &module.expression(id).kind {
        ExpressionKind::Subscript(of) if depth < MAX_TYPE => {
            let mut keys = of.keys.iter();
            ends(of.of) || keys.any(|key| mentions(module, *key, word, depth + 1))
        }
        ExpressionKind::Unary(of) if depth < MAX_TYPE => mentions(module, of.of, word, depth + 1),
        ExpressionKind::Binary(of) if depth < MAX_TYPE => {
            mentions(module, of.left, word, depth + 1)
                || mentions(module, of.right, word, depth + 1)
        }
        _ => ends(id),
    }
}

/// Types that hold several of what they are of.
const MANY: &[&str] = &[
    "Vec", "VecDeque", "Stream", "Iterator", "HashSet", "BTreeSet",
];

/// Whether a type is of many of a type parameter; none if it is of none.
pub(crate) fn shape(
    module: &Module,
    id: ExpressionId,
    name: &str,
    many: bool,
    depth: u32,
) -> Option<bool> {
    if depth > MAX_TYPE {
        return None;
    }
    let Expression { kind, .. } = module.expression(id);
    match kind {
        ExpressionKind::Name(own) => (module.name(*own) == name).then_some(many),
        ExpressionKind::Subscript(of) => {
            let path = module.dotted(of.of).unwrap_or_default();
            let last = path.rsplit('.').next().unwrap_or_default();
            let many = many || MANY.contains(&last);
            let mut keys = of.keys.iter();
            keys.find_map(|key| shape(module, *key, name, many, depth + 1))
        }
        ExpressionKind::Unary(of) => shape(module, of.of, name, many, depth + 1),
        ExpressionKind::Assign(of) => shape(module, of.value, name, many, depth + 1),
        _ => None,
    }
}

/// Whether rows among a value are of open type or a driver's, so that what takes them says what they become.
pub(crate) fn is_handed(value: &Value) -> bool {
    element(value)
        .atoms()
        .iter()
        .any(|atom| matches!(atom, Atom::Object(of) if of.door == NAME && of.kind == "record"))
}
