//! Functions that a decorator of a package made tasks: methods of theirs start them (`report.delay(id)` of Celery 5, `load.submit(rows)`
//! of Prefect 3, `send` of Dramatiq 1, `kiq` of TaskIQ 0.11, `enqueue` of Django 6), and answer with what they return, later.

use crate::door::{CallSite, Consumption, Door, MemberSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::FunctionRef;
use impact_facts::{Language, Span, Spread};

/// The name of the door.
const TASKS: &str = "python/tasks";
/// The kind of what a task that was started answers with.
const FUTURE: &str = "future";
/// The key of what the task returns.
const RESULT: &str = "result";
/// The kind of an argument that is each run's, as it is (Prefect 3).
const UNMAPPED: &str = "unmapped";
/// What makes one.
const UNMAPPERS: &[&str] = &["prefect.unmapped", "prefect.utilities.annotations.unmapped"];

/// What a method of a task does with its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// It starts the task with them.
    Starts,
    /// It starts the task with the items of the first, or of `args`, and the entries of the second, or of `kwargs`.
    StartsWithLists,
    /// It starts the task once for each element of them.
    StartsForEach,
    /// It runs the task here and now.
    Runs,
    /// It is told some of them beforehand, and is the task.
    Holds,
    /// It is told how to run, and is the task.
    Configures,
}

const METHODS: &[(&str, Method)] = &[
    ("delay", Method::Starts),
    ("submit", Method::Starts),
    ("send", Method::Starts),
    ("kiq", Method::Starts),
    ("enqueue", Method::Starts),
    ("aenqueue", Method::Starts),
    ("defer", Method::Starts),
    ("defer_async", Method::Starts),
    ("apply_async", Method::StartsWithLists),
    ("apply", Method::StartsWithLists),
    ("send_with_options", Method::StartsWithLists),
    ("schedule", Method::StartsWithLists),
    ("map", Method::StartsForEach),
    ("fn", Method::Runs),
    ("call_local", Method::Runs),
    ("s", Method::Holds),
    ("si", Method::Holds),
    ("with_options", Method::Configures),
    ("options", Method::Configures),
    ("configure", Method::Configures),
    ("using", Method::Configures),
];

/// Methods of what a started task answers with that give what the task returns.
const RESULTS: &[&str] = &["result", "get", "wait", "get_result", "wait_result"];

/// Tasks.
#[derive(Debug)]
pub(crate) struct Tasks;

impl Door for Tasks {
    fn name(&self) -> &'static str {
        TASKS
    }

    /// What is asked of an answer is asked of what the task returns: Prefect hands that on in its place.
    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let result = result_of(of).filter(|_| !RESULTS.contains(&member.name))?;
        Some(cx.attribute(&result, member))
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        let result = result_of_object(of)?;
        Some(cx.items(&result, std::slice::from_ref(key), false, span))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let (of, name) = match callee {
            Atom::Member(of, name) => (of, name),
            Atom::External(name) if UNMAPPERS.contains(&&**name) => {
                let made = Object::new(TASKS, UNMAPPED, None);
                return Some(made.with_value(RESULT, call.value(0, "value")).into());
            }
            _ => return None,
        };
        if let Some(result) = result_of(of) {
            return RESULTS.contains(&&**name).then_some(result);
        }
        let Atom::Function(task) = **of else {
            return None;
        };
        let method = METHODS.iter().find(|(known, _)| *known == &**name);
        let (_, method) = method.filter(|_| is_task(cx, task))?;
        Some(called(cx, task, *method, call))
    }

    fn consume(
        &self,
        _cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        _span: Span,
    ) -> Option<Value> {
        let used = matches!(
            how,
            Consumption::Await | Consumption::Iterate | Consumption::Slice
        );
        result_of(value).filter(|_| used)
    }
}

fn result_of(of: &Atom) -> Option<Value> {
    match of {
        Atom::Object(object) if object.door == TASKS => result_of_object(object),
        _ => None,
    }
}

fn result_of_object(of: &Object) -> Option<Value> {
    let result = of.values.get(RESULT).cloned();
    result.filter(|_| of.kind == FUTURE)
}

/// Whether something made a function of the program more than a function.
fn is_task(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let definition = cx.program.module(function.file).function(function.function);
    cx.is(Language::Python) && !definition.decorators.is_empty()
}

fn called(cx: &mut Evaluator<'_>, task: FunctionRef, method: Method, call: &CallSite<'_>) -> Value {
    let itself = || Atom::Function(task).into();
    let given = match method {
        Method::Configures => return itself(),
        Method::StartsWithLists => listed(call),
        Method::StartsForEach => each(cx, call),
        Method::Starts | Method::Runs | Method::Holds => call.arguments.to_vec(),
    };
    let site = CallSite {
        arguments: &given,
        ..*call
    };
    let result = cx.call_function(task, None, &site);
    let future = |result| Object::new(TASKS, FUTURE, None).with_value(RESULT, result);
    match method {
        Method::Runs => result,
        Method::Holds => itself(),
        Method::StartsForEach => Value::list(future(result).into()),
        _ => future(result).into(),
    }
}

/// `report.apply_async(args=[id], kwargs={"to": mail}, countdown=10)`: the arguments in the lists.
fn listed(call: &CallSite<'_>) -> Vec<Passed> {
    let lists = [(0, "args", Spread::Items), (1, "kwargs", Spread::Named)];
    let found = lists.iter().filter_map(|(place, name, spread)| {
        let mut argument = call.argument(*place, name)?.clone();
        (argument.name, argument.spread) = (None, *spread);
        Some(argument)
    });
    found.collect()
}

/// What one run gets: an element of each argument, or what is not gone through.
fn each(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Vec<Passed> {
    let mut passed = call.arguments.to_vec();
    for argument in &mut passed {
        let mut one = Value::nothing();
        for atom in argument.value.atoms() {
            one.join(&match atom {
                Atom::Object(of) if of.door == TASKS && of.kind == UNMAPPED => {
                    of.values.get(RESULT).cloned().unwrap_or_default()
                }
                other => cx.iterate(&other.clone().into(), argument.span),
            });
        }
        argument.value = one;
    }
    passed
}
