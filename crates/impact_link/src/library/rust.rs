//! Rust's standard library: options, results, iterators and closures hand values on.

use crate::door::{CallSite, Consumption, Door, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_facts::{Certainty, Language, Span};
use std::sync::Arc;

/// The standard library.
#[derive(Debug)]
pub(crate) struct Rust;

/// What a method makes of its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// The receiver itself.
    Same,
    /// The receiver, or the first argument.
    OrFirst,
    /// The receiver, or what the first argument returns.
    OrResult,
    /// One element of the receiver.
    Element,
    /// What the first argument makes of the receiver, or of each element of a list.
    Mapped,
    /// The elements of what the first argument makes of each element.
    Flattened,
    /// What the second argument makes of the receiver, or the first argument.
    MapOr,
    /// The receiver; the first argument sees it, or each element.
    Seen,
    /// An element; the first argument sees each.
    Found,
    /// Nothing that matters; the first argument sees each element.
    Visited,
    /// Pairs of a number and an element.
    Enumerated,
    /// Pairs of an element of the receiver and one of the argument.
    Zipped,
    /// The elements of the receiver and of the argument.
    Chained,
    /// The receiver, or the map that its pairs make where the place asks for one.
    Collected,
    /// The first argument, and what the second makes of it and each element.
    Folded,
    /// Keys of a dictionary.
    Keys,
    /// Values of a dictionary.
    Values,
    /// A text.
    Text,
    /// A scalar.
    Scalar,
}

#[rustfmt::skip]
const METHODS: &[(&str, Makes)] = &[
    ("unwrap", Makes::Same), ("expect", Makes::Same), ("unwrap_or_default", Makes::Same), ("clone", Makes::Same),
    ("as_ref", Makes::Same), ("as_mut", Makes::Same), ("as_deref", Makes::Same), ("as_deref_mut", Makes::Same),
    ("as_slice", Makes::Same), ("to_owned", Makes::Same), ("into", Makes::Same), ("try_into", Makes::Same),
    ("into_owned", Makes::Same), ("ok", Makes::Same), ("ok_or", Makes::Same), ("ok_or_else", Makes::Same),
    ("map_err", Makes::Same), ("context", Makes::Same), ("with_context", Makes::Same), ("wrap_err", Makes::Same),
    ("cloned", Makes::Same), ("copied", Makes::Same), ("borrow", Makes::Same), ("borrow_mut", Makes::Same),
    ("lock", Makes::Same), ("read", Makes::Same), ("write", Makes::Same), ("take", Makes::Same), ("iter", Makes::Same),
    ("iter_mut", Makes::Same), ("into_iter", Makes::Same), ("collect", Makes::Collected), ("collect_vec", Makes::Same),
    ("rev", Makes::Same), ("skip", Makes::Same), ("step_by", Makes::Same), ("peekable", Makes::Same),
    ("drain", Makes::Same), ("to_vec", Makes::Same), ("into_inner", Makes::Same), ("into_boxed_slice", Makes::Same),
    ("boxed", Makes::Same), ("instrument", Makes::Same), ("in_current_span", Makes::Same), ("flatten", Makes::Same),
    ("fuse", Makes::Same), ("sorted", Makes::Same), ("dedup", Makes::Same), ("unique", Makes::Same),
    ("optional", Makes::Same), ("try_collect", Makes::Collected), ("buffered", Makes::Same), ("replace", Makes::Same),
    ("or", Makes::OrFirst), ("unwrap_or", Makes::OrFirst), ("get_or_insert", Makes::OrFirst),
    ("or_else", Makes::OrResult), ("unwrap_or_else", Makes::OrResult), ("get_or_insert_with", Makes::OrResult),
    ("next", Makes::Element), ("first", Makes::Element), ("last", Makes::Element), ("get", Makes::Element),
    ("get_mut", Makes::Element), ("pop", Makes::Element), ("remove", Makes::Element), ("nth", Makes::Element),
    ("peek", Makes::Element), ("max", Makes::Element), ("min", Makes::Element), ("first_mut", Makes::Element),
    ("swap_remove", Makes::Element), ("pop_front", Makes::Element), ("try_next", Makes::Element),
    ("recv", Makes::Element), ("exactly_one", Makes::Element), ("entry", Makes::Element),
    ("map", Makes::Mapped), ("and_then", Makes::Mapped), ("then", Makes::Mapped), ("filter_map", Makes::Mapped),
    ("map_while", Makes::Mapped), ("map_ok", Makes::Mapped), ("then_some", Makes::OrFirst),
    ("is_some_and", Makes::Visited), ("is_ok_and", Makes::Visited), ("is_none_or", Makes::Visited),
    ("flat_map", Makes::Flattened), ("map_or", Makes::MapOr), ("map_or_else", Makes::MapOr),
    ("fold", Makes::Folded), ("try_fold", Makes::Folded), ("filter", Makes::Seen), ("inspect", Makes::Seen), ("inspect_err", Makes::Same), ("take_while", Makes::Seen),
    ("skip_while", Makes::Seen), ("sorted_by_key", Makes::Seen), ("sorted_by", Makes::Seen),
    ("map_and_drop", Makes::Mapped), ("map_and_collect", Makes::Mapped), ("collect_and_drop", Makes::Same),
    ("for_each_and_drop", Makes::Visited), ("reduce_and_drop", Makes::Folded), ("find", Makes::Found), ("find_map", Makes::Mapped), ("max_by_key", Makes::Found), ("min_by_key", Makes::Found),
    ("max_by", Makes::Found), ("min_by", Makes::Found), ("reduce", Makes::Found),
    ("for_each", Makes::Visited), ("any", Makes::Visited), ("all", Makes::Visited), ("position", Makes::Visited),
    ("sort_by_key", Makes::Visited), ("sort_by", Makes::Visited), ("retain", Makes::Visited),
    ("dedup_by_key", Makes::Visited), ("for_each_concurrent", Makes::Visited),
    ("enumerate", Makes::Enumerated), ("zip", Makes::Zipped), ("chain", Makes::Chained),
    ("keys", Makes::Keys), ("into_keys", Makes::Keys), ("values", Makes::Values), ("values_mut", Makes::Values),
    ("into_values", Makes::Values),
    ("to_string", Makes::Text), ("as_str", Makes::Text), ("trim", Makes::Text), ("to_lowercase", Makes::Text),
    ("as_bytes", Makes::Text), ("into_string", Makes::Text), ("into_boxed_str", Makes::Text), ("trim_end", Makes::Text),
    ("len", Makes::Scalar), ("is_empty", Makes::Scalar), ("is_some", Makes::Scalar), ("is_none", Makes::Scalar),
    ("is_ok", Makes::Scalar), ("is_err", Makes::Scalar), ("count", Makes::Scalar), ("sum", Makes::Scalar),
    ("contains", Makes::Scalar), ("contains_key", Makes::Scalar),
];

/// Whether a method hands on what it is called on: what its place asks for, its receiver is asked for.
pub(crate) fn hands_on(method: &str) -> bool {
    METHODS.iter().any(|(known, makes)| {
        *known == method && matches!(makes, Makes::Same | Makes::OrFirst | Makes::Collected)
    })
}

/// Whether a method of a text gives a text that says the same, or that is made of it here.
pub(crate) fn keeps_text(method: &str) -> bool {
    METHODS.iter().any(|(known, makes)| {
        *known == method
            && matches!(
                makes,
                Makes::Same | Makes::OrFirst | Makes::OrResult | Makes::Text
            )
    })
}

/// Whether a method hands what it is called on to a closure, or tells something about it.
pub(crate) fn is_applied(method: &str) -> bool {
    let known = METHODS.iter().find(|(known, _)| *known == method);
    known.is_some_and(|(_, makes)| *makes != Makes::Text)
}

/// Whether a function's value is its first argument, by the last word of its path.
pub(crate) fn is_transparent(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    matches!(last, "Ok" | "Some" | "Json")
}

/// Functions whose first argument is their value.
const TRANSPARENT: &[&str] = &[
    "std.option.Option.Some",
    "std.result.Result.Ok",
    "std.boxed.Box.new",
    "std.boxed.Box.pin",
    "std.sync.Arc.new",
    "std.sync.Arc.clone",
    "std.rc.Rc.new",
    "std.rc.Rc.clone",
    "std.string.String.from",
    "std.borrow.Cow.Borrowed",
    "std.borrow.Cow.Owned",
    "std.mem.take",
    "std.ops.ControlFlow.Continue",
    "axum.Json",
    "axum.extract.State",
    "sqlx.AssertSqlSafe",
];

/// Functions that make an iterator over their first argument.
const ITERATING: &[&str] = &["std.iter.once", "std.iter.repeat", "std.iter.repeat_n"];

/// Functions that run a closure or future.
const RUNNERS: &[&str] = &[
    "tokio.spawn",
    "tokio.task.spawn",
    "tokio.task.spawn_blocking",
    "tokio.task.block_in_place",
    "std.thread.spawn",
    "rayon.spawn",
    "tokio.time.timeout",
];

impl Door for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        if let Atom::Member(of, name) = callee
            && let Some(made) = crate::language::rust::returned(cx, of, name)
        {
            return Some(made);
        }
        match callee {
            Atom::External(name) if TRANSPARENT.contains(&&**name) => Some(call.value(0, "")),
            Atom::External(name) if ITERATING.contains(&&**name) => {
                Some(Value::list(call.value(0, "")))
            }
            Atom::External(name) if name.ends_with("Url.parse") => {
                super::addresses::made(cx, callee, call)
            }
            Atom::External(name) if RUNNERS.contains(&&**name) => Some(run_all(cx, call)),
            Atom::External(name) if &**name == "std.result.Result.Err" => Some(Value::nothing()),
            Atom::External(name) if name.ends_with(".clone") || name.ends_with(".from") => {
                Some(call.value(0, ""))
            }
            Atom::External(name) => made_outside(name, call),
            // A derive makes it.
            Atom::Member(of, name) if &**name == "default" => match &**of {
                Atom::Class(class) => Some(cx.instance_of(*class)),
                _ => None,
            },
            Atom::Member(of, name) if &**name == "replace" && matches!(&**of, Atom::Text(_)) => {
                Some(replaced(cx, of, call))
            }
            Atom::Member(of, name) if matches!(&**name, "join" | "concat") => {
                strung(cx, of, call).or_else(|| super::addresses::made(cx, callee, call))
            }
            Atom::Member(of, name) => match METHODS.iter().find(|(known, _)| **known == **name) {
                Some((_, makes)) => Some(method(cx, of, *makes, call)),
                None => implemented(cx, of, name, call).or_else(|| adapted(of)),
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        let _ = span;
        let whole = cx.is(Language::Rust) && how == Consumption::Await;
        whole.then(|| value.clone().into())
    }
}

/// `["a", "b"].join(", ")`: the texts of a list, in order, if nothing else is in it.
fn strung(cx: &mut Evaluator<'_>, of: &Atom, call: &CallSite<'_>) -> Option<Value> {
    let Atom::List(of) = of else { return None };
    let is_text = |atom: &Atom| matches!(atom, Atom::Text(_));
    if of.is_nothing() || !of.atoms().iter().all(is_text) {
        return None;
    }
    let between = call.value(0, "");
    let mut made: Option<Value> = None;
    for atom in of.atoms() {
        let next = Value::from(atom.clone());
        made = Some(match made {
            Some(before) if between.is_nothing() => cx.concatenated(&before, &next, call.span),
            Some(before) => {
                let before = cx.concatenated(&before, &between, call.span);
                cx.concatenated(&before, &next, call.span)
            }
            None => next,
        });
    }
    made.map(|made| made.at_most(Certainty::Likely))
}

/// More places than this in one text are not replaced.
const MAX_PLACES: usize = 64;

/// `text.replace("{table}", name)`: what is not known stands as a hole.
fn replaced(cx: &mut Evaluator<'_>, of: &Atom, call: &CallSite<'_>) -> Value {
    let (whole, with): (Value, Value) = (of.clone().into(), call.value(1, ""));
    let pattern = call
        .value(0, "")
        .texts()
        .next()
        .map(|text| text.text.clone());
    let (Atom::Text(text), Some(pattern)) = (of, pattern.filter(|one| !one.is_empty())) else {
        return Value::outside("builtins.str");
    };
    let places: Vec<usize> = text
        .text
        .match_indices(&pattern)
        .map(|(at, _)| at)
        .collect();
    if places.is_empty() {
        return whole;
    }
    let piece = |from, to| Value::from(Atom::Text(Arc::new(crate::text::part(text, from, to))));
    let mut made = piece(0, 0);
    let mut from = 0;
    for at in places.into_iter().take(MAX_PLACES) {
        made = cx.concatenated(&made, &piece(from, at), call.span);
        made = cx.concatenated(&made, &with, call.span);
        from = at + pattern.len();
    }
    cx.concatenated(&made, &piece(from, text.text.len()), call.span)
}

/// The path of the lists that the program implements traits for.
const LIST: &str = "std.vec.Vec";

/// A method that the program gives lists: `impl<F: Filter> Filters for Vec<F> { … }`.
fn implemented(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if !matches!(of, Atom::List(_)) {
        return None;
    }
    let all: Vec<_> = cx.program.made_functions(LIST, name).collect();
    let mut found = Value::nothing();
    for function in &all {
        found.join(&cx.call_function(*function, Some(of.clone()), call));
    }
    (!all.is_empty()).then(|| found.at_most(Certainty::Likely))
}

/// A method of an iterator that some package adds is taken to hand its elements on.
fn adapted(of: &Atom) -> Option<Value> {
    let whole: Value = of.clone().into();
    matches!(of, Atom::List(_)).then(|| whole.at_most(Certainty::Likely))
}

/// Functions of a type outside the tree that make one: `Client::new()`, `Connection::open(path)`.
const CONSTRUCTORS: &[&str] = &[
    "new",
    "default",
    "open",
    "open_in_memory",
    "connect",
    "connect_with",
    "connect_lazy",
    "establish",
];

/// What a function outside of the tree makes: a form of the one value of a column that it is handed.
fn made_outside(path: &str, call: &CallSite<'_>) -> Option<Value> {
    let made = constructed(path);
    if crate::carried::tells(path) {
        return made;
    }
    let open = made.clone().unwrap_or_default();
    let carrying = crate::carried::of_argument(open, call);
    match &made {
        None if carrying.is_nothing() => None,
        None => Some(Value::unknown("what a function outside of the tree makes").or(&carrying)),
        Some(_) => Some(carrying),
    }
}

fn constructed(path: &str) -> Option<Value> {
    let (of, last) = path.rsplit_once('.')?;
    let name = of.rsplit('.').next()?;
    if matches!(last, "new" | "with_capacity" | "default") {
        if name == "String" {
            return Some(Atom::Text(Arc::default()).into());
        }
        if let Some(empty) = crate::language::rust::empty(name) {
            return Some(empty);
        }
    }
    (CONSTRUCTORS.contains(&last) && name.starts_with(char::is_uppercase))
        .then(|| Value::outside(of))
}

fn method(cx: &mut Evaluator<'_>, of: &Atom, makes: Makes, call: &CallSite<'_>) -> Value {
    let whole: Value = of.clone().into();
    let is_list = matches!(of, Atom::List(_) | Atom::Dictionary(_));
    let element = if is_list {
        elements(cx, of, call.span)
    } else {
        whole.clone()
    };
    match makes {
        Makes::Same => whole,
        Makes::Collected => collected(cx, of, call),
        Makes::Folded => {
            let first = call.value(0, "");
            let made = applied(cx, call.at(1), &[first.clone(), element], call.span);
            first.or(&made)
        }
        Makes::OrFirst => whole.or(&call.value(0, "")),
        Makes::OrResult => whole.or(&applied(cx, call.at(0), &[], call.span)),
        Makes::Element => element.at_most(Certainty::Likely),
        Makes::Mapped => {
            let made = applied(cx, call.at(0), &[element], call.span);
            if is_list && !made.is_nothing() {
                Value::list(made)
            } else {
                made
            }
        }
        Makes::Flattened => {
            let made = applied(cx, call.at(0), &[element], call.span);
            Value::list(cx.iterate(&made, call.span))
        }
        Makes::MapOr => {
            let first = call.value(0, "");
            let otherwise = match first.atoms() {
                [Atom::Function(_)] => applied(cx, call.at(0), &[], call.span),
                _ => first,
            };
            applied(cx, call.at(1), &[element], call.span).or(&otherwise)
        }
        Makes::Seen | Makes::Found | Makes::Visited => {
            applied(
                cx,
                call.at(0),
                &[element.clone(), element.clone()],
                call.span,
            );
            match makes {
                Makes::Seen => whole,
                Makes::Found => element.at_most(Certainty::Likely),
                _ => Value::outside("builtins.bool"),
            }
        }
        Makes::Enumerated => {
            Value::list(Value::tuple(vec![Value::outside("builtins.int"), element]))
        }
        Makes::Zipped => {
            let other = call.value(0, "");
            let other = cx.iterate(&other, call.span);
            Value::list(Value::tuple(vec![element, other]))
        }
        Makes::Chained => {
            let other = call.value(0, "");
            Value::list(element.or(&cx.iterate(&other, call.span)))
        }
        Makes::Keys => match of {
            Atom::Dictionary(of) => Value::list(of.keys.clone()),
            _ => Value::unknown("keys"),
        },
        Makes::Values => Value::list(element),
        Makes::Text => match of {
            Atom::Text(_) => whole,
            _ => Value::outside("builtins.str"),
        },
        Makes::Scalar => Value::outside("builtins.int"),
    }
}

/// `collect()`: pairs make a map where one is asked for.
fn collected(cx: &mut Evaluator<'_>, of: &Atom, call: &CallSite<'_>) -> Value {
    let wants_map = |atom: &Atom| matches!(atom, Atom::Dictionary(_));
    let whole: Value = of.clone().into();
    if !matches!(of, Atom::List(_)) || !call.expected.atoms().iter().any(wants_map) {
        return whole;
    }
    let pairs = elements(cx, of, call.span);
    let mut made = Dictionary::default();
    for pair in pairs.atoms() {
        if let Atom::Tuple(items) = pair
            && let [key, value] = &**items
        {
            made.keys = made.keys.or(key);
            made.rest = made.rest.or(value);
        }
    }
    Value::dictionary(made).at_most(pairs.certainty)
}

/// What an iteration over a list or a map's values gives.
fn elements(cx: &mut Evaluator<'_>, of: &Atom, span: Span) -> Value {
    match of {
        Atom::Dictionary(of) => of
            .known
            .values()
            .fold(of.rest.clone(), |all, one| all.or(one)),
        other => cx.iterate(&other.clone().into(), span),
    }
}

/// What a function makes of arguments; its parameters grow by them.
pub(crate) fn applied(
    cx: &mut Evaluator<'_>,
    function: Option<&Passed>,
    arguments: &[Value],
    span: Span,
) -> Value {
    let Some(function) = function else {
        return Value::nothing();
    };
    let passed: Vec<Passed> = arguments
        .iter()
        .map(|value| Passed::plain(value.clone(), span))
        .collect();
    let expected = Value::nothing();
    let mut result = Value::nothing();
    for atom in function.value.atoms() {
        let count = match atom {
            Atom::Function(f) | Atom::Method(f, _) => cx
                .program
                .module(f.file)
                .function(f.function)
                .parameters
                .len(),
            _ => 1,
        };
        let given = passed.get(..count.min(passed.len())).unwrap_or_default();
        let site = CallSite::at_span(span, given, &expected);
        result = result.or(&cx.call_atom(atom, &site));
    }
    result
}

/// Runs every closure that is passed.
fn run_all(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut result = Value::nothing();
    for argument in call.arguments {
        let is_code = |atom: &Atom| matches!(atom, Atom::Function(_) | Atom::Method(..));
        if argument.value.atoms().iter().any(is_code) {
            result = result.or(&applied(cx, Some(argument), &[], call.span));
        } else {
            result = result.or(&argument.value);
        }
    }
    result
}
