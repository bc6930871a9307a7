//! Work in the background: `tokio::spawn(refresh(pool))`, where the function loops without end.
//!
//! `spawn` of an `async` block that holds the loop itself is pack `rust/tokio/loops`.

use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{
    Block, Call, EntryKind, ExpressionId, ExpressionKind, FileId, Language, Module, Statement,
};

/// Functions that run a future on its own.
const SPAWNS: &[&str] = &[
    "tokio.spawn",
    "tokio.task.spawn",
    "actix_web.rt.spawn",
    "actix_rt.spawn",
    "rocket.tokio.spawn",
    "async_std.task.spawn",
    "std.thread.spawn",
];

/// Records the functions of the service that are spawned and loop.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let program = cx.program;
    for file in program.files().take(program.own_files() as usize) {
        if program.facts(file).language != Language::Rust {
            continue;
        }
        let module = program.module(file);
        for (id, expression) in (0..).map(ExpressionId).zip(&module.expressions) {
            let ExpressionKind::Call(call) = &expression.kind else {
                continue;
            };
            if let Some(function) = spawned(cx, file, call) {
                entry(cx, file, id, function);
            }
        }
    }
}

fn spawned(cx: &Evaluator<'_>, file: FileId, call: &Call) -> Option<FunctionRef> {
    let module = cx.program.module(file);
    let spelled = module.dotted(call.callee)?;
    spelled.ends_with("spawn").then_some(())?;
    let resolved = cx
        .program
        .resolve_expression(file, Place::Module, call.callee);
    SPAWNS.contains(&resolved.external()?).then_some(())?;
    let [only] = call.arguments.as_slice() else {
        return None;
    };
    let of = future(module, only.value)?;
    let Binding::Function(function) = cx.program.resolve_expression(file, Place::Module, of) else {
        return None;
    };
    let body = &cx
        .program
        .module(function.file)
        .function(function.function)
        .body;
    loops(body).then_some(function)
}

/// What `f(…)`, or `async move { f(…).await }`, calls.
fn future(module: &Module, id: ExpressionId) -> Option<ExpressionId> {
    match &module.expression(id).kind {
        ExpressionKind::Call(call) => Some(call.callee),
        ExpressionKind::Await(of) | ExpressionKind::Question(of) => future(module, *of),
        ExpressionKind::Block(block) => match (block.statements.as_slice(), &block.tail) {
            ([], Some(tail)) | ([Statement::Do(tail)], None) => {
                match &module.expression(*tail).kind {
                    ExpressionKind::Await(of) => future(module, *of),
                    ExpressionKind::Call(call) => Some(call.callee),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a body holds a loop without an end of its own.
fn loops(body: &Block) -> bool {
    body.statements.iter().any(
        |one| matches!(one, Statement::Loop(round) if round.target.is_none() && round.over.is_none()),
    )
}

fn entry(cx: &mut Evaluator<'_>, file: FileId, id: ExpressionId, function: FunctionRef) {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let name = definition.name.map_or("", |name| module.name(name));
    let span = cx.program.module(file).expression(id).span;
    let entry = Entry {
        kind: EntryKind::Job,
        name: name.into(),
        site: site(file, span),
        schedule: None,
        runs: vec![Target::Function(function)],
        via: "rust/tokio".into(),
    };
    cx.within_file(file, |cx| {
        if !cx.current.entries.contains(&entry) {
            cx.current.entries.push(entry);
        }
    });
}
