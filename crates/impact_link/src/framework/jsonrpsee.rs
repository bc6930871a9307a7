//! jsonrpsee: the methods of a trait under `#[rpc(server, namespace = "eth")]` are served by what implements the trait that
//! the macro makes of it, `EthServer`.
//! <https://docs.rs/jsonrpsee/latest/jsonrpsee/proc_macros/attr.rpc.html>

use super::loops::last_word;
use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use crate::language::rust::{has_word, setting};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{
    ClassKind, EntryKind, ExpressionId, FunctionId, Language, Module, Span, Statement,
};

/// How the macro and its attributes are spelled.
const MACROS: &[&str] = &["rpc", "jsonrpsee.proc_macros.rpc"];

/// A method that a trait declares: its name on the wire, the function's, and where.
struct Method {
    wire: String,
    function: String,
    span: Span,
}

/// Records the methods that the service's own files serve.
pub(crate) fn finish(cx: &mut Evaluator<'_>) {
    let own = |class: &ClassRef| cx.program.is_own(class.file);
    let all: Vec<ClassRef> = cx.program.all_classes().filter(own).collect();
    for class in all.iter().copied() {
        if cx.program.facts(class.file).language != Language::Rust {
            continue;
        }
        let module = cx.program.module(class.file);
        let of = module.class(class.class);
        let (ClassKind::Trait, Some(name)) = (of.kind, of.name) else {
            continue;
        };
        let Some(prefix) = prefix(module, &of.decorators) else {
            continue;
        };
        let served = format!("{}Server", module.name(name));
        let servers: Vec<ClassRef> = all
            .iter()
            .copied()
            .filter(|one| implements(cx, *one, &served))
            .collect();
        for method in methods(module, class, &prefix) {
            let runs: Vec<Target> = servers
                .iter()
                .filter_map(|server| function(cx, *server, &method.function))
                .map(Target::Function)
                .collect();
            if !runs.is_empty() {
                entry(cx, class, method, runs);
            }
        }
    }
}

/// What stands before the names of the methods, if the macro makes a server.
fn prefix(module: &Module, decorators: &[ExpressionId]) -> Option<String> {
    let tool = MACROS
        .iter()
        .find(|tool| has_word(module, decorators, tool, "server"))?;
    let said = |key| setting(module, decorators, tool, key);
    let joint = said("namespace_separator").unwrap_or_else(|| "_".to_owned());
    Some(said("namespace").map_or(String::new(), |space| format!("{space}{joint}")))
}

fn implements(cx: &Evaluator<'_>, class: ClassRef, served: &str) -> bool {
    let module = cx.program.module(class.file);
    let of = module.class(class.class);
    of.kind == ClassKind::Implementation
        && of
            .bases
            .iter()
            .any(|base| last_word(module, base.value) == served)
}

fn methods(module: &Module, class: ClassRef, prefix: &str) -> Vec<Method> {
    let body = &module.class(class.class).body;
    let functions = body.statements.iter().filter_map(|one| match one {
        Statement::Function(function) => Some(module.function(*function)),
        _ => None,
    });
    let declared = functions.filter_map(|of| {
        let said = |tool| setting(module, &of.decorators, tool, "name");
        let wire = said("method").or_else(|| said("subscription"))?;
        Some(Method {
            wire: format!(
                "{prefix}{}",
                wire.split("=>").next().unwrap_or_default().trim()
            ),
            function: module.name(of.name?).to_owned(),
            span: of.name_span,
        })
    });
    declared.collect()
}

fn function(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<FunctionRef> {
    let module = cx.program.module(class.file);
    let mut statements = module.class(class.class).body.statements.iter();
    statements.find_map(|one| match one {
        Statement::Function(id) => is_named(module, *id, name).then_some(FunctionRef {
            file: class.file,
            function: *id,
        }),
        _ => None,
    })
}

fn is_named(module: &Module, id: FunctionId, name: &str) -> bool {
    let own = module.function(id).name;
    own.is_some_and(|own| module.name(own) == name)
}

fn entry(cx: &mut Evaluator<'_>, class: ClassRef, method: Method, runs: Vec<Target>) {
    let entry = Entry {
        kind: EntryKind::Api,
        name: format!("RPC /{}", method.wire).into(),
        site: site(class.file, method.span),
        schedule: None,
        runs,
        via: "rust/jsonrpsee".into(),
    };
    cx.within_file(class.file, |cx| cx.current.entries.push(entry));
}
