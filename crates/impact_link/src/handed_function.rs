//! What a function returns that is generic over what the function it is handed returns: `def in_transaction(run:
//! Callable[..., T]) -> T` gives each caller its own rows, and not those of all callers.

use crate::evaluator::Evaluator;
use crate::parameters::Given;
use crate::summary::Summary;
use crate::value::{Atom, Value};
use impact_bind::FunctionRef;
use impact_facts::{ExpressionId, ExpressionKind, Language, Module};

/// Longer types are not looked through.
const MAX_DEPTH: u32 = 4;

/// Types of which the last argument is what they return, or what awaiting them gives.
const RETURNING: &[&str] = &["Callable", "Awaitable", "Coroutine"];

impl Evaluator<'_> {
    /// What this call returns, where that is what the functions return that it hands over, all of them known.
    pub(crate) fn handed_result(
        &mut self,
        function: FunctionRef,
        given: &[Given],
    ) -> Option<Value> {
        let module = self.program.module(function.file);
        if self.program.facts(function.file).language != Language::Python {
            return None;
        }
        let definition = module.function(function.function);
        let returns = definition.returns?;
        let variable = returned_name(module, returns, 0)?;
        let mut takes = (0..).zip(&definition.parameters).filter(|(_, parameter)| {
            let annotation = parameter.annotation;
            annotation.is_some_and(|id| {
                id != returns
                    && is_callable(module, id)
                    && returned_name(module, id, 0) == Some(variable.clone())
            })
        });
        let ((at, _), None) = (takes.next()?, takes.next()) else {
            return None;
        };
        if !self.is_variable(function.file, last_name(module, returns, 0)?) {
            return None;
        }
        let (_, handed) = given.iter().find(|(place, _)| *place == at)?;
        let mut result = Value::nothing();
        for atom in handed.atoms() {
            let (function, receiver) = match atom {
                Atom::Function(function) => (*function, None),
                Atom::Method(function, receiver) => (*function, Some(&**receiver)),
                _ => return None,
            };
            result = result.or(&self.result_of(Summary::joined(function), receiver));
        }
        (!handed.is_nothing()).then_some(result)
    }
}

/// The name that a type ends in, through what returns or gives it: `T` of `Callable[..., Awaitable[T]]`.
fn returned_name(module: &Module, id: ExpressionId, depth: u32) -> Option<String> {
    module.dotted(last_name(module, id, depth)?)
}

fn last_name(module: &Module, id: ExpressionId, depth: u32) -> Option<ExpressionId> {
    let ExpressionKind::Subscript(of) = &module.expression(id).kind else {
        return Some(id);
    };
    if depth == MAX_DEPTH || !is_one_of(module, of.of, RETURNING) {
        return None;
    }
    let last = of.keys.last()?;
    let last = match &module.expression(*last).kind {
        ExpressionKind::Collection(items) => items.items.last()?.value,
        _ => *last,
    };
    last_name(module, last, depth + 1)
}

fn is_callable(module: &Module, id: ExpressionId) -> bool {
    match &module.expression(id).kind {
        ExpressionKind::Subscript(of) => is_one_of(module, of.of, &["Callable"]),
        _ => false,
    }
}

fn is_one_of(module: &Module, id: ExpressionId, names: &[&str]) -> bool {
    let path = module.dotted(id).unwrap_or_default();
    path.rsplit('.')
        .next()
        .is_some_and(|last| names.contains(&last))
}
