//! What code without a name of its own is called by: the one function of the program that it calls.

use crate::effect::Target;
use crate::evaluator::Evaluator;
use impact_bind::FunctionRef;
use std::collections::BTreeSet;

/// The function that a call edge leads to, if it is one.
pub(super) fn function_of(cx: &Evaluator<'_>, target: &Target) -> Option<FunctionRef> {
    match target {
        Target::Function(function) => Some(*function),
        Target::Unit(unit) => cx.function_of(*unit),
        Target::File(_) | Target::Class(..) | Target::Step(..) => None,
    }
}

/// The name of the only function of the program that a closure or a step calls, closures in it included.
pub(super) fn name_of(cx: &Evaluator<'_>, of: &Target) -> Option<String> {
    let mut named = BTreeSet::new();
    let mut seen = Vec::new();
    let mut left = vec![of.clone()];
    while let Some(target) = left.pop() {
        if seen.contains(&target) || seen.len() > 32 {
            continue;
        }
        let unit = match &target {
            Target::Step(file, id) => cx.unit_of_step(*file, *id),
            other => function_of(cx, other).and_then(|function| cx.unit_of_function(function)),
        };
        let effects = unit.and_then(|unit| cx.effects.get(unit.0 as usize));
        for call in effects.into_iter().flat_map(|effects| &effects.calls) {
            match function_of(cx, &call.to) {
                Some(function) if is_named(cx, function) => {
                    named.insert(function);
                }
                Some(function) => left.push(Target::Function(function)),
                None => {}
            }
        }
        seen.push(target);
    }
    let mut own = named.into_iter().filter(|of| cx.program.is_own(of.file));
    let (Some(function), None) = (own.next(), own.next()) else {
        return None;
    };
    let module = cx.program.module(function.file);
    let name = module.function(function.function).name?;
    Some(module.name(name).to_owned())
}

fn is_named(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    module.function(function.function).name.is_some()
}
