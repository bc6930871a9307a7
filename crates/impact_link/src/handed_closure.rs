//! Closures of Rust that a function of the program is handed: `conn.run(|c| …)` runs what its caller wrote, and no other
//! caller's. A closure is there only if the code around it ran, so that code is said to run it, and not who is handed it.
//!
//! Where a closure is kept (a field, a list, what a function returns), whoever finds it there runs it without that code:
//! then what runs it is said to.

use crate::cells::{Cells, Key, UnitId};
use crate::effect::{Calls, Effects, Target, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{FunctionRef, Place};
use impact_facts::{Certainty, Language};
use std::collections::{BTreeMap, BTreeSet};

/// Containers behind each other in which closures are looked for: values are no deeper.
const MAX_DEPTH: u32 = crate::alternatives::MAX_DEPTH + 2;

/// Gives the code around each closure that is only handed on what runs the closure. A closure that nothing is seen to run
/// is run by the code around it, too.
pub(crate) fn run_by_their_makers(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    let makers = makers(evaluator);
    if makers.is_empty() {
        return;
    }
    let kept = kept(&evaluator.cells);
    let mut runs: BTreeMap<FunctionRef, Option<Certainty>> = BTreeMap::new();
    for (id, effects) in (0..).map(UnitId).zip(all.iter_mut()) {
        let from = evaluator.function_of(id);
        for entry in &effects.entries {
            let closures = entry.runs.iter().filter_map(function);
            for closure in closures {
                runs.entry(closure).or_default();
            }
        }
        effects.calls.retain(|call| {
            let Some((closure, maker)) =
                function(&call.to).and_then(|closure| Some((closure, *makers.get(&closure)?)))
            else {
                return true;
            };
            let most = runs.entry(closure).or_default();
            if kept.contains(&closure)
                || from.is_some_and(|from| related(evaluator, from, closure, maker))
            {
                return true;
            }
            *most = (*most).max(Some(call.certainty));
            false
        });
    }
    for (closure, maker) in makers {
        let certainty = match runs.get(&closure) {
            Some(Some(certainty)) => *certainty,
            Some(None) => continue,
            None => Certainty::Likely,
        };
        let span = evaluator
            .program
            .module(closure.file)
            .function(closure.function)
            .span;
        let joined = evaluator.unit_of_function(maker);
        for unit in joined.into_iter().chain(evaluator.summaries.units(maker)) {
            if let Some(effects) = all.get_mut(unit.0 as usize) {
                effects.calls.push(Calls {
                    to: Target::Function(closure),
                    site: site(closure.file, span),
                    certainty,
                });
            }
        }
    }
}

fn function(target: &Target) -> Option<FunctionRef> {
    match target {
        Target::Function(function) => Some(*function),
        _ => None,
    }
}

/// The closures of the service's own files of Rust, each with the function or closure that it stands in.
fn makers(evaluator: &Evaluator<'_>) -> BTreeMap<FunctionRef, FunctionRef> {
    let program = evaluator.program;
    let mut found = BTreeMap::new();
    for file in program.files().take(program.own_files() as usize) {
        if program.facts(file).language != Language::Rust {
            continue;
        }
        let functions = &program.module(file).functions;
        for (id, function) in (0..).map(impact_facts::FunctionId).zip(functions) {
            let around = program.places(file).around(Place::Function(id));
            if let (None, Some(Place::Function(around))) = (function.name, around) {
                let [closure, maker] = [id, around].map(|function| FunctionRef { file, function });
                found.insert(closure, maker);
            }
        }
    }
    found
}

/// Whether a function stands in the code that makes a closure, or the closure in it: then it is that code that runs it.
fn related(
    evaluator: &Evaluator<'_>,
    from: FunctionRef,
    closure: FunctionRef,
    maker: FunctionRef,
) -> bool {
    stands_in(evaluator, from, maker) || stands_in(evaluator, closure, from)
}

/// Whether a function is another, or stands in it.
fn stands_in(evaluator: &Evaluator<'_>, inner: FunctionRef, outer: FunctionRef) -> bool {
    if inner.file != outer.file {
        return false;
    }
    let places = evaluator.program.places(inner.file);
    let mut place = Some(Place::Function(inner.function));
    while let Some(one) = place {
        if one == Place::Function(outer.function) {
            return true;
        }
        place = places.around(one);
    }
    false
}

/// Functions that are somewhere else than in parameters and locals: kept for whoever finds them.
fn kept(cells: &Cells) -> BTreeSet<FunctionRef> {
    let mut found = BTreeSet::new();
    cells.each(&mut |key, value| {
        let handed = matches!(
            key,
            Some(Key::Parameter(..) | Key::ParameterOf(..) | Key::Local(..))
        );
        inside(value, handed, 0, &mut found);
    });
    found
}

fn inside(value: &Value, handed: bool, depth: u32, found: &mut BTreeSet<FunctionRef>) {
    for atom in value.atoms() {
        inside_atom(atom, handed, depth, found);
    }
}

fn inside_atom(atom: &Atom, handed: bool, depth: u32, found: &mut BTreeSet<FunctionRef>) {
    if depth > MAX_DEPTH {
        return;
    }
    let below = depth + 1;
    match atom {
        Atom::Function(function) if !handed => {
            found.insert(*function);
        }
        Atom::Method(function, receiver) => {
            found.insert(*function);
            inside_atom(receiver, false, below, found);
        }
        Atom::Member(of, _) | Atom::Super(_, of) => inside_atom(of, false, below, found),
        Atom::List(of) => inside(of, false, below, found),
        Atom::Tuple(items) => {
            for item in items.iter() {
                inside(item, false, below, found);
            }
        }
        Atom::Dictionary(of) => {
            for value in of.known.values().chain([&of.keys, &of.rest]) {
                inside(value, false, below, found);
            }
        }
        Atom::Object(of) => {
            for value in of.values.values() {
                inside(value, false, below, found);
            }
        }
        _ => {}
    }
}
