//! Work in the background: code that repeats without end and is spawned, `tokio::spawn(async move { loop { … } })`,
//! `handle.spawn(refresh(pool))`, `thread::spawn(move || worker.run())`.
//!
//! A call that spawns is known by its last word, `spawn` and its kin: what it is handed repeats without end, so whoever
//! runs it runs it in the background, a runtime, a set of tasks or a scheduler of the program.

use super::loops::{Wanted, is_endless, words};
use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use impact_bind::{FunctionRef, Program};
use impact_facts::{
    EntryKind, ExpressionId, ExpressionKind, FileId, FunctionId, Language, Module, Span,
};
use std::collections::BTreeSet;

/// The pack that these jobs are of.
const VIA: &str = "rust/tokio";

/// The calls of a file that are handed a loop without end as it is: each is a piece of code that runs on its own.
pub(crate) fn steps(program: &Program<'_>, file: FileId) -> Vec<ExpressionId> {
    if program.facts(file).language != Language::Rust || !program.is_own(file) {
        return Vec::new();
    }
    let module = program.module(file);
    let spawns = spawns(module).into_iter();
    spawns.filter(|id| holds_loop(module, *id)).collect()
}

/// A loop without end. One that is bound ends with a value, and a future that is bound may never run.
const ENDLESS: Wanted = Wanted {
    repeats: is_endless,
    calls: |_, _| false,
    bound: false,
    apart: is_spawn,
};

/// Records what the service's own files start in the background.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let program = cx.program;
    for file in program.files().take(program.own_files() as usize) {
        if program.facts(file).language != Language::Rust {
            continue;
        }
        let module = program.module(file);
        let all = spawns(module);
        let spans: Vec<Span> = all.iter().map(|id| module.expression(*id).span).collect();
        for id in &all {
            let span = module.expression(*id).span;
            if holds_loop(module, *id) {
                let step = Target::Step(file, *id);
                let name = name(cx, file, span, &step);
                entry(cx, file, span, name, step);
                continue;
            }
            for function in started(cx, file, span, &spans) {
                if repeats(cx, function) {
                    let of = cx.program.module(function.file);
                    let name = of.function(function.function).name;
                    let name = name.map_or("", |name| of.name(name)).to_owned();
                    entry(cx, file, span, name, Target::Function(function));
                }
            }
        }
    }
}

/// Names of functions that start many things.
const STARTERS: &[&str] = &[
    "main", "new", "run", "start", "spawn", "init", "build", "serve",
];

/// The name of the code around; where that says little, of the one function that the loop calls.
fn name(cx: &Evaluator<'_>, file: FileId, span: Span, step: &Target) -> String {
    let around = super::tagged::around(cx, file, span).unwrap_or_default();
    let says_little = around.is_empty() || STARTERS.contains(&around.as_str());
    let told = says_little
        .then(|| super::told::name_of(cx, step))
        .flatten();
    let found = told.unwrap_or(around);
    if found.is_empty() {
        // In a `static`: by the module.
        let module = cx.program.module_name(file);
        return module.rsplit('.').next().unwrap_or_default().to_owned();
    }
    found
}

/// The calls of a file that spawn something, in the order of the source.
fn spawns(module: &Module) -> Vec<ExpressionId> {
    let calls = (0..).map(ExpressionId).zip(&module.expressions);
    let mut found: Vec<ExpressionId> = calls
        .filter(|(_, expression)| match &expression.kind {
            ExpressionKind::Call(call) => {
                !call.arguments.is_empty() && is_spawn(words(module, call.callee).1)
            }
            _ => false,
        })
        .map(|(id, _)| id)
        .collect();
    found.sort_by_key(|id| module.expression(*id).span.start);
    found
}

/// Whether the last word of what is called says that it starts something beside the code around it.
fn is_spawn(word: &str) -> bool {
    word == "spawn" || word.starts_with("spawn_")
}

/// Whether one of the arguments of a call holds a loop without end that is not handed to another such call.
fn holds_loop(module: &Module, id: ExpressionId) -> bool {
    let ExpressionKind::Call(call) = &module.expression(id).kind else {
        return false;
    };
    call.arguments
        .iter()
        .any(|argument| ENDLESS.in_expression(module, argument.value))
}

fn repeats(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    cx.program.is_own(function.file)
        && definition.name.is_some()
        && ENDLESS.in_block(module, &definition.body)
}

/// The functions that are called within a span, but for what calls inside of it are handed that spawn themselves.
fn started(cx: &Evaluator<'_>, file: FileId, span: Span, spawns: &[Span]) -> BTreeSet<FunctionRef> {
    let nested: Vec<Span> = spawns
        .iter()
        .copied()
        .filter(|other| *other != span && span.contains(*other))
        .collect();
    let module = cx.program.module(file);
    let near = (0..).map(FunctionId).zip(&module.functions);
    let units = near
        .filter(|(_, one)| one.span.contains(span) || span.contains(one.span))
        .filter_map(|(function, _)| cx.unit_of_function(FunctionRef { file, function }));
    let mut found = BTreeSet::new();
    for unit in units {
        let effects = cx.effects.get(unit.0 as usize);
        for call in effects.into_iter().flat_map(|effects| &effects.calls) {
            let at = call.site.span;
            if call.site.file != file
                || !span.contains(at)
                || nested.iter().any(|inner| inner.contains(at))
            {
                continue;
            }
            found.extend(super::told::function_of(cx, &call.to));
        }
    }
    found
}

fn entry(cx: &mut Evaluator<'_>, file: FileId, span: Span, name: String, runs: Target) {
    let entry = Entry {
        kind: EntryKind::Job,
        name: name.into(),
        site: site(file, span),
        schedule: None,
        runs: vec![runs],
        via: VIA.into(),
    };
    cx.within_file(file, |cx| {
        if !cx.current.entries.contains(&entry) {
            cx.current.entries.push(entry);
        }
    });
}
