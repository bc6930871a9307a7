//! Prefect: tasks that are handed over (`extract.submit(…)`, `load.map(…)`) and what they will have returned.
//!
//! Facts are those of Prefect 3: `Task.submit`, `map`, `delay` and `with_options`; a future that is given to a task stands for
//! its result.

use crate::door::{CallSite, Consumption, Door, MemberSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::Span;

/// Prefect.
#[derive(Debug)]
pub(crate) struct Prefect;

const NAME: &str = "python/prefect";

/// The kind of what a task will have returned.
const FUTURE: &str = "future";
/// Under what the result stands.
const RESULT: &str = "result";

/// What makes tasks and flows of functions.
const DECORATORS: &[&str] = &[
    "prefect.task",
    "prefect.tasks.task",
    "prefect.flow",
    "prefect.flows.flow",
];

/// Members of a future that are its own.
const OWN: &[&str] = &[
    "result",
    "wait",
    "state",
    "task_run_id",
    "add_done_callback",
];

impl Door for Prefect {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(future) = of else {
            return None;
        };
        let result = result(future).filter(|_| !OWN.contains(&member.name))?;
        Some(cx.attribute(&result, member))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name)
                if matches!(
                    &**name,
                    "prefect.unmapped" | "prefect.utilities.annotations.unmapped"
                ) =>
            {
                Some(
                    Object::new(NAME, "unmapped", None)
                        .with_value(RESULT, call.value(0, "value"))
                        .into(),
                )
            }
            Atom::Member(of, name) => match &**of {
                Atom::Function(function) if cx.is_decorated(*function, DECORATORS) => {
                    task(cx, of, name, call)
                }
                Atom::Object(future) if &**name == "result" => result(future),
                _ => None,
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
        let Atom::Object(future) = value else {
            return None;
        };
        let result = result(future)?;
        Some(cx.consume(&result, how, span))
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        let mut found = Value::nothing();
        for atom in result(of)?.atoms() {
            found.join(&cx.item(atom, std::slice::from_ref(key), false, span));
        }
        Some(found)
    }
}

fn result(of: &Object) -> Option<Value> {
    let known = of.values.get(RESULT).cloned();
    known.filter(|_| of.door == NAME && of.kind == FUTURE)
}

/// A method of a task.
fn task(cx: &mut Evaluator<'_>, of: &Atom, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let function: Value = of.clone().into();
    match name {
        "with_options" => Some(function),
        "fn" => Some(cx.call(&function, call)),
        "submit" | "delay" | "apply_async" => {
            let made = cx.call(&function, call);
            Some(
                Object::new(NAME, FUTURE, None)
                    .with_value(RESULT, made)
                    .into(),
            )
        }
        "map" => {
            let passed: Vec<Passed> = call.arguments.iter().map(|one| each(cx, one)).collect();
            let one = CallSite {
                arguments: &passed,
                ..*call
            };
            let made = cx.call(&function, &one);
            let future = Object::new(NAME, FUTURE, None).with_value(RESULT, made);
            Some(Value::list(future.into()))
        }
        _ => None,
    }
}

/// What one run of a mapped task gets: an element, or what is not mapped.
fn each(cx: &mut Evaluator<'_>, passed: &Passed) -> Passed {
    let mut value = Value::nothing();
    for atom in passed.value.atoms() {
        value.join(&match atom {
            Atom::Object(of) if of.door == NAME && of.kind == "unmapped" => {
                of.values.get(RESULT).cloned().unwrap_or_default()
            }
            Atom::List(of) => of.clone(),
            other => cx.iterate(&other.clone().into(), passed.span),
        });
    }
    Passed {
        value,
        ..passed.clone()
    }
}
