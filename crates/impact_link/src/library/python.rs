//! Python's builtins and standard library: containers and functions that hand values on.

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::sqlalchemy::by_each_name;
use crate::value::{Atom, Dictionary, Value};
use impact_facts::{Access, Assembled, Span, Spread};

/// Builtins and the standard library.
#[derive(Debug)]
pub(crate) struct Python;

/// What a function of the library makes of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// A list of the elements of the argument at that place.
    ListOf(usize),
    /// One element of the first argument, or any of the arguments.
    ElementOf,
    /// The first argument itself.
    Same,
    /// What its arguments come to, in order.
    Gathered,
    /// The elements of the elements of the first argument.
    Flattened,
    /// Calls the argument at a place with what follows it.
    Called(usize),
    /// The text of the argument.
    TextOf,
    /// A scalar; the elements of the arguments are looked at.
    Scalar,
    /// The elements of the first argument, added to the second where that is a list.
    Summed,
    /// The second argument's elements, made one by the first.
    Reduced,
    /// Pairs of a number and an element.
    Enumerated,
    /// Tuples of one element of each argument.
    Zipped,
    /// The result of the first argument for each element of the second.
    Mapped,
    /// The elements of the second argument for which the first holds.
    Filtered,
    /// `getattr(of, "name")`.
    GetAttribute,
    /// `hasattr(of, "name")`.
    HasAttribute,
    /// `type(of)`.
    ClassOf,
    /// `setattr(of, "name", value)`.
    SetAttribute,
    /// A dictionary.
    Dictionary,
    /// The attributes of the argument as a dictionary.
    Record,
    /// `cast(type, value)`.
    Cast,
    /// The elements of all arguments.
    Chained,
    /// Pairs of a key and the elements of the argument.
    Grouped,
    /// A list of the elements, sorted, with a key function that sees each.
    Sorted,
    /// Calls the first argument with the rest.
    Partial,
    /// What the first argument returns: a proxy of it.
    Result,
    /// What the first argument returns or yields (FastAPI 0.110, "Dependencies with yield").
    Injected,
}

const FUNCTIONS: &[(&str, Makes)] = &[
    ("builtins.list", Makes::ListOf(0)),
    ("builtins.tuple", Makes::ListOf(0)),
    ("builtins.set", Makes::ListOf(0)),
    ("builtins.frozenset", Makes::ListOf(0)),
    ("builtins.reversed", Makes::ListOf(0)),
    ("builtins.iter", Makes::ListOf(0)),
    ("collections.deque", Makes::ListOf(0)),
    ("itertools.islice", Makes::ListOf(0)),
    ("itertools.cycle", Makes::ListOf(0)),
    ("random.sample", Makes::ListOf(0)),
    ("copy.copy", Makes::Same),
    ("asyncio.run", Makes::Same),
    ("asyncio.wait_for", Makes::Same),
    ("asyncio.shield", Makes::Same),
    ("asyncio.create_task", Makes::Same),
    ("asyncio.ensure_future", Makes::Same),
    ("asyncio.gather", Makes::Gathered),
    ("asyncio.to_thread", Makes::Called(0)),
    ("anyio.to_thread.run_sync", Makes::Called(0)),
    ("starlette.concurrency.run_in_threadpool", Makes::Called(0)),
    ("fastapi.concurrency.run_in_threadpool", Makes::Called(0)),
    ("itertools.chain.from_iterable", Makes::Flattened),
    ("textwrap.dedent", Makes::Same),
    ("textwrap.indent", Makes::Same),
    ("inspect.cleandoc", Makes::Same),
    ("sqlparse.format", Makes::Same),
    ("typing.get_args", Makes::Same),
    ("copy.deepcopy", Makes::Same),
    ("builtins.sorted", Makes::Sorted),
    ("builtins.next", Makes::ElementOf),
    ("builtins.min", Makes::ElementOf),
    ("builtins.max", Makes::ElementOf),
    ("random.choice", Makes::ElementOf),
    ("builtins.str", Makes::TextOf),
    ("builtins.repr", Makes::TextOf),
    ("builtins.format", Makes::TextOf),
    ("builtins.print", Makes::TextOf),
    ("builtins.len", Makes::Scalar),
    ("builtins.sum", Makes::Summed),
    ("builtins.any", Makes::Scalar),
    ("builtins.all", Makes::Scalar),
    ("builtins.bool", Makes::Scalar),
    ("builtins.int", Makes::Scalar),
    ("builtins.float", Makes::Scalar),
    ("builtins.isinstance", Makes::Scalar),
    ("builtins.issubclass", Makes::Scalar),
    ("builtins.hasattr", Makes::HasAttribute),
    ("builtins.type", Makes::ClassOf),
    ("builtins.enumerate", Makes::Enumerated),
    ("builtins.zip", Makes::Zipped),
    ("itertools.zip_longest", Makes::Zipped),
    ("builtins.map", Makes::Mapped),
    ("builtins.filter", Makes::Filtered),
    ("builtins.getattr", Makes::GetAttribute),
    ("builtins.setattr", Makes::SetAttribute),
    ("builtins.vars", Makes::Record),
    ("builtins.dict", Makes::Dictionary),
    ("collections.OrderedDict", Makes::Dictionary),
    ("collections.defaultdict", Makes::Dictionary),
    ("typing.cast", Makes::Cast),
    ("itertools.chain", Makes::Chained),
    ("itertools.groupby", Makes::Grouped),
    ("functools.partial", Makes::Partial),
    ("functools.reduce", Makes::Reduced),
    ("werkzeug.local.LocalProxy", Makes::Result),
    ("fastapi.Depends", Makes::Injected),
    ("fastapi.Security", Makes::Injected),
    ("fastapi.param_functions.Depends", Makes::Injected),
    ("asgiref.sync.sync_to_async", Makes::Same),
    ("asgiref.sync.async_to_sync", Makes::Same),
];

impl Door for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => {
                let found = FUNCTIONS.iter().find(|(known, _)| **known == **name);
                found.map(|(_, makes)| function(cx, *makes, call))
            }
            Atom::Member(of, name) => super::containers::method(cx, of, name, call),
            _ => None,
        }
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match (member.name, of) {
            ("__class__", _) => classes_of(cx, &of.clone().into()),
            ("__orig_bases__", _) => Some(cx.base_arguments(of)),
            ("__args__", Atom::Tuple(_)) => Some(of.clone().into()),
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        _span: Span,
    ) -> Option<Value> {
        match value {
            Atom::Outside(name) if &**name == "builtins.str" && how == Consumption::Iterate => {
                Some(value.clone().into())
            }
            Atom::Class(class) if how == Consumption::Iterate => {
                // The members of an enumeration.
                Some(cx.instance_of(*class))
            }
            _ => None,
        }
    }
}

fn function(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>) -> Value {
    let first = call.at(0).map(|a| a.value.clone()).unwrap_or_default();
    let span_of = |at: usize| call.at(at).map_or(call.span, |a| a.span);
    match makes {
        Makes::ElementOf => {
            let element = match call.positional().count() {
                0 | 1 => cx.iterate(&first, span_of(0)),
                _ => call
                    .positional()
                    .fold(cx.iterate(&first, span_of(0)), |all, a| all.or(&a.value)),
            };
            apply(
                cx,
                call.named("key").map(|a| a.value.clone()),
                &element,
                call,
            );
            element.or(&call
                .named("default")
                .map(|a| a.value.clone())
                .unwrap_or_default())
        }
        Makes::Same => first,
        Makes::Gathered => gathered(cx, call),
        Makes::Called(at) => {
            let rest = call.arguments.get(at + 1..).unwrap_or_default();
            let callee = call.value(at, "func");
            cx.call(
                &callee,
                &CallSite {
                    arguments: rest,
                    ..*call
                },
            )
        }
        Makes::TextOf => text_of(cx, call),
        Makes::Scalar => {
            for argument in call.arguments {
                let how = Consumption::Iterate;
                cx.consume(&argument.value, how, argument.span);
            }
            Value::outside("builtins.int")
        }
        Makes::Summed => super::folded::summed(cx, call),
        Makes::Reduced => super::folded::reduced(cx, call),
        _ => listed(cx, makes, call, &first),
    }
}

/// The functions that make a list.
fn listed(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>, first: &Value) -> Value {
    let span_of = |at: usize| call.at(at).map_or(call.span, |a| a.span);
    match makes {
        Makes::ListOf(at) => {
            let of = call.at(at).map(|a| a.value.clone()).unwrap_or_default();
            Value::list(cx.iterate(&of, span_of(at)))
        }
        Makes::Sorted => {
            let element = cx.iterate(first, span_of(0));
            apply(
                cx,
                call.named("key").map(|a| a.value.clone()),
                &element,
                call,
            );
            Value::list(element)
        }
        Makes::Flattened => {
            let inner = cx.iterate(first, span_of(0));
            Value::list(cx.iterate(&inner, span_of(0)))
        }
        Makes::Enumerated => {
            let element = cx.iterate(first, span_of(0));
            Value::list(Value::tuple(vec![Value::outside("builtins.int"), element]))
        }
        Makes::Zipped => {
            let all: Vec<_> = call
                .positional()
                .map(|a| (a.value.clone(), a.span))
                .collect();
            let elements = all
                .iter()
                .map(|(value, span)| cx.iterate(value, *span))
                .collect();
            // Names that are put to the values of a row: what comes of it is the row by name.
            let rows = all
                .iter()
                .skip(1)
                .fold(Value::nothing(), |all, (value, _)| {
                    all.or(&value.filter(is_row))
                });
            Value::list(Value::tuple(elements)).or(&rows)
        }
        Makes::Mapped => {
            let over = call.value(1, "");
            let element = cx.iterate(&over, span_of(1));
            Value::list(apply(cx, Some(first.clone()), &element, call))
        }
        Makes::Filtered => {
            let over = call.value(1, "");
            let element = cx.iterate(&over, span_of(1));
            apply(cx, Some(first.clone()), &element, call);
            Value::list(element)
        }
        Makes::Chained => call
            .positional()
            .map(|a| (a.value.clone(), a.span))
            .collect::<Vec<_>>()
            .iter()
            .fold(Value::list(Value::nothing()), |all, (value, span)| {
                all.or(&Value::list(cx.iterate(value, *span)))
            }),
        Makes::Grouped => {
            let element = cx.iterate(first, span_of(0));
            let key = call.argument(1, "key").map(|a| a.value.clone());
            let key = apply(cx, key, &element, call);
            Value::list(Value::tuple(vec![key, Value::list(element)]))
        }
        _ => special(cx, makes, call, first),
    }
}

fn special(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>, first: &Value) -> Value {
    match makes {
        Makes::GetAttribute => get_attribute(cx, call, first),
        Makes::HasAttribute => {
            get_attribute(cx, call, first);
            Value::outside("builtins.bool")
        }
        Makes::ClassOf => classes_of(cx, first).unwrap_or(Value::unknown("the type of something")),
        Makes::SetAttribute => {
            set_attribute(cx, call, first);
            Atom::Null.into()
        }
        Makes::Dictionary => dictionary(cx, call),
        Makes::Record => {
            let rows = first.atoms().iter().filter_map(|atom| match atom {
                Atom::Mapped(model) => Some(super::record::of_model(*model)),
                _ => None,
            });
            let found = rows.fold(Value::nothing(), |all, row| all.or(&row));
            if found.is_nothing() {
                Value::unknown("the attributes of something")
            } else {
                found.at_most(first.certainty)
            }
        }
        Makes::Cast => {
            let said = call
                .at(0)
                .and_then(|a| a.expression)
                .map(|id| cx.annotation(id));
            match said {
                Some(said) if !said.is_unknown() => said,
                _ => call.value(1, "val"),
            }
        }
        Makes::Injected => {
            let made = special(cx, Makes::Result, call, first);
            let yields = |atom: &Atom| match atom {
                Atom::Function(function) => {
                    let module = cx.program.module(function.file);
                    module.function(function.function).is_generator
                }
                _ => false,
            };
            if first.atoms().iter().any(yields) {
                cx.iterate(&made, call.span)
            } else {
                made
            }
        }
        Makes::Result => {
            let expected = Value::nothing();
            let bare = CallSite {
                arguments: &[],
                expected: &expected,
                ..*call
            };
            cx.call(first, &bare)
        }
        Makes::Partial => {
            let rest = CallSite {
                arguments: call.arguments.get(1..).unwrap_or(&[]),
                ..*call
            };
            for atom in first.atoms() {
                match atom {
                    Atom::Function(function) => cx.pass(*function, None, &rest),
                    Atom::Method(function, of) => cx.pass(*function, Some((**of).clone()), &rest),
                    Atom::Class(_) => drop(cx.call(&atom.clone().into(), &rest)),
                    _ => {}
                }
            }
            first.clone()
        }
        _ => Value::unknown("a function of the library"),
    }
}

/// Calls a function value with one argument.
pub(super) fn apply(
    cx: &mut Evaluator<'_>,
    callee: Option<Value>,
    argument: &Value,
    call: &CallSite<'_>,
) -> Value {
    let Some(callee) = callee else {
        return Value::nothing();
    };
    let passed = crate::door::Passed::plain(argument.clone(), call.span);
    let expected = Value::nothing();
    let site = CallSite {
        arguments: &[passed],
        expected: &expected,
        ..*call
    };
    cx.call(&callee, &site)
}

/// The classes of the program that a value's alternatives are instances of; none if it has no such.
fn classes_of(cx: &Evaluator<'_>, of: &Value) -> Option<Value> {
    let classes = of.atoms().iter().filter_map(|atom| match atom {
        Atom::Mapped(model) => cx.models.class(*model),
        other => cx.class_of_instance(other),
    });
    let found = Value::any_of(classes.map(Atom::Class)).at_most(of.certainty);
    (!found.is_nothing()).then_some(found)
}

/// `asyncio.gather(one(), two())`, `asyncio.gather(*all)`.
fn gathered(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let own: Vec<_> = call
        .arguments
        .iter()
        .filter(|one| one.name.is_none())
        .collect();
    if own.iter().all(|one| one.spread == Spread::None) {
        return Value::tuple(own.iter().map(|one| one.value.clone()).collect());
    }
    let mut element = Value::nothing();
    for one in own {
        element.join(&match one.spread {
            Spread::Items => cx.iterate(&one.value, one.span),
            _ => one.value.clone(),
        });
    }
    Value::list(element)
}

/// `str(value)`, `format(value)`: a text is itself. What follows is an encoding or how the value is to be shown.
fn text_of(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    for argument in call.arguments {
        cx.consume(&argument.value, Consumption::Print, argument.span);
    }
    let shown = Value::outside("builtins.str");
    match call.arguments {
        [only] => {
            let texts = only.value.filter(|atom| matches!(atom, Atom::Text(_)));
            let all = texts.atoms().len() == only.value.atoms().len();
            match (texts.is_nothing(), all) {
                (true, _) => shown,
                (false, true) => texts,
                (false, false) => texts.or(&shown),
            }
        }
        _ => shown,
    }
}

fn get_attribute(cx: &mut Evaluator<'_>, call: &CallSite<'_>, of: &Value) -> Value {
    let names = call.value(1, "");
    let Some(at) = call.at(1) else {
        return Value::unknown("getattr without a name");
    };
    let mut found = call
        .value(2, "default")
        .filter(|atom| !matches!(atom, Atom::Unknown(_)));
    // A stub that goes through no names at all reads none.
    let mut open = names.is_nothing() && cx.frames.is_empty();
    for atom in names.atoms() {
        match atom {
            Atom::Text(text) if text.holes.is_empty() => {
                let one = named_member(cx, text, at.span, |cx, span| {
                    let member = MemberSite {
                        name: &text.text,
                        span,
                        access: Access::Read,
                        value: None,
                    };
                    cx.attribute(of, &member)
                });
                found = found.or(&one);
            }
            Atom::Object(name) if by_each_name(cx, of, name, call.span, Access::Read) => {
                found = found.or(&Value::outside("field "));
            }
            Atom::Text(text) => {
                let members = super::patterned::members(cx, of, text);
                open |= members.is_nothing();
                found = found.or(&members);
            }
            _ => open = true,
        }
    }
    if open {
        cx.open_member(of, call.span, Access::Read);
        found = found.or(&Value::unknown("an attribute whose name is computed"));
    }
    found
}

fn set_attribute(cx: &mut Evaluator<'_>, call: &CallSite<'_>, of: &Value) {
    let (names, value) = (call.value(1, ""), call.value(2, ""));
    let Some(at) = call.at(1) else {
        return;
    };
    if names.is_nothing() {
        cx.open_member(of, call.span, Access::Write);
    }
    for atom in names.atoms() {
        match atom {
            Atom::Text(text) if text.holes.is_empty() => {
                named_member(cx, text, at.span, |cx, span| {
                    let member = MemberSite {
                        name: &text.text,
                        span,
                        access: Access::Write,
                        value: Some(&value),
                    };
                    cx.set_attribute(of, &member);
                });
            }
            Atom::Object(name) if by_each_name(cx, of, name, call.span, Access::Write) => {}
            _ => cx.open_member(of, call.span, Access::Write),
        }
    }
}

/// Runs something where a known string stands, if that is part of the place that uses it, or if a stub uses it; else at
/// the place that uses it, which then does not name what it does.
pub(crate) fn named_member<T>(
    cx: &mut Evaluator<'_>,
    text: &Assembled,
    otherwise: Span,
    run: impl FnOnce(&mut Evaluator<'_>, Span) -> T,
) -> T {
    let here = cx.file;
    let (file, span) = match text.locate(Span::new(0, text.text.len() as u32)) {
        Some((file, span)) if file == here && otherwise.contains(span) => (file, span),
        Some((file, span)) if cx.program.is_stub(here) && cx.program.is_own(file) => (file, span),
        _ => {
            let first = cx.current.touches.as_slice().len();
            let result = run(cx, otherwise);
            for touch in cx.current.touches.since(first) {
                touch.how = impact_facts::How::Implicit;
                touch.certainty = touch.certainty.min(impact_facts::Certainty::Likely);
            }
            return result;
        }
    };
    cx.file = file;
    let result = run(cx, span);
    cx.file = here;
    result
}

fn is_row(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(row) if matches!(row.kind, "row" | "rows" | "record"))
}

fn dictionary(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    // A row that has its values by name is as good as a dictionary of them.
    if let [only] = call.arguments {
        let rows = only.value.filter(is_row);
        if !rows.is_nothing() {
            return rows;
        }
    }
    let mut made = Dictionary::default();
    for argument in call.arguments {
        match &argument.name {
            Some((name, _)) => {
                made.known.insert(name.clone(), argument.value.clone());
            }
            None => {
                for atom in argument.value.atoms() {
                    match atom {
                        Atom::Dictionary(_) => {
                            crate::expression::merge(&mut made, &atom.clone().into());
                        }
                        Atom::Class(_) | Atom::External(_) | Atom::Function(_) => {
                            let one = CallSite {
                                arguments: &[],
                                ..*call
                            };
                            let rest = cx.call(&atom.clone().into(), &one);
                            made.rest = made.rest.or(&rest);
                        }
                        other => pairs(cx, &mut made, other, argument.span),
                    }
                }
            }
        }
    }
    Value::dictionary(made)
}

fn pairs(cx: &mut Evaluator<'_>, made: &mut Dictionary, of: &Atom, span: Span) {
    let element = cx.iterate(&of.clone().into(), span);
    for atom in element.atoms() {
        match atom {
            Atom::Tuple(items) if items.len() == 2 => {
                crate::expression::insert(made, &items[0], &items[1]);
            }
            _ => made.rest = made.rest.or(&Value::unknown("a dictionary's value")),
        }
    }
}
