//! Methods that no code of the tree names: their parameters never have a value.

use crate::evaluator::Evaluator;
use foldhash::{HashMap, HashMapExt};
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{ExpressionId, ExpressionKind, FileId, FunctionId, Language, Span};

/// Where members are named in Rust code, by name.
pub(crate) type Mentions = HashMap<Box<str>, Vec<(FileId, ExpressionId)>>;

/// Whether nothing in the program calls a method or hands it on: no `.name` anywhere, and no path that may mean it.
pub(crate) fn is_never_named(cx: &mut Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let Some(name) = definition.name.map(|name| module.name(name)) else {
        return false;
    };
    let takes_self = definition.parameters.first().is_some_and(|first| {
        matches!(module.expression(first.pattern).kind, ExpressionKind::Name(name) if module.name(name) == "self")
    });
    if !takes_self || !cx.program.is_own(function.file) || is_called_from_outside(cx, function) {
        return false;
    }
    if cx.mentions.is_none() {
        cx.mentions = Some(mentions(cx));
    }
    let found = cx.mentions.as_ref().and_then(|all| all.get(name));
    let mut found = found.into_iter().flatten();
    found.all(|(file, id)| means_another(cx, *file, *id, function))
}

/// Whether it stands in an implementation of a trait that is not the tree's: whoever made the trait calls it.
fn is_called_from_outside(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let places = cx.program.places(function.file);
    let Some(Place::Class(class)) = places.around(Place::Function(function.function)) else {
        return true;
    };
    let bases = &cx.program.module(function.file).class(class).bases;
    let around = places.around(Place::Class(class)).unwrap_or(Place::Module);
    bases.iter().any(|base| {
        let of = cx
            .program
            .resolve_expression(function.file, around, base.value);
        !matches!(of, Binding::Class(_))
    })
}

fn mentions(cx: &Evaluator<'_>) -> Mentions {
    let mut all = Mentions::new();
    for file in cx.program.files() {
        if cx.program.facts(file).language != Language::Rust {
            continue;
        }
        let module = cx.program.module(file);
        for (at, expression) in (0..).zip(&module.expressions) {
            if let ExpressionKind::Attribute(attribute) = &expression.kind {
                let name = module.name(attribute.name).into();
                all.entry(name).or_default().push((file, ExpressionId(at)));
            }
        }
    }
    all
}

/// Whether a mention is a path that is bound to another function.
fn means_another(cx: &Evaluator<'_>, file: FileId, id: ExpressionId, than: FunctionRef) -> bool {
    let expression = cx.program.module(file).expression(id);
    let ExpressionKind::Attribute(attribute) = &expression.kind else {
        return false;
    };
    if !attribute.path {
        return false;
    }
    let place = innermost(cx, file, expression.span);
    match cx.program.resolve_expression(file, place, id) {
        Binding::Function(found) => found != than,
        _ => false,
    }
}

fn innermost(cx: &Evaluator<'_>, file: FileId, span: Span) -> Place {
    let functions = cx.program.module(file).functions.iter();
    let around = (0..)
        .zip(functions)
        .filter(|(_, function)| function.span.contains(span));
    let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
    innermost.map_or(Place::Module, |(id, _)| Place::Function(FunctionId(id)))
}
