//! Django Ninja's `FilterSchema`: each field narrows the rows by a look-up of its own name, or of those that it says.
//! <https://django-ninja.dev/guides/input/filtering/>

use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::django::{self, read_path};
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{Bind, ExpressionId, ExpressionKind, Module, Span, Statement};

const BASES: &[&str] = &[
    "ninja.FilterSchema",
    "ninja.filter_schema.FilterSchema",
    "ninja.filter.FilterSchema",
];

/// `filters.filter(Pet.objects.all())`: the same rows, narrower.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Instance(class) = of else {
        return None;
    };
    if name != "filter" || !cx.inherits(*class, BASES) {
        return None;
    }
    let rows = call.value(0, "queryset");
    for base in cx.program.ancestors(*class).iter() {
        if let Binding::Class(base) = base {
            narrow(cx, *base, &rows);
        }
    }
    by_methods(cx, of, *class, &rows, call.span);
    Some(rows)
}

/// The look-ups that a class's own body declares.
fn narrow(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value) {
    let module = cx.program.module(class.file);
    let here = (cx.file, cx.place);
    (cx.file, cx.place) = (class.file, Place::Class(class.class));
    for statement in &module.class(class.class).body.statements {
        let Statement::Bind(bind) = statement else {
            continue;
        };
        for (path, span) in lookups(module, bind) {
            let own = format!("filter_{path}");
            if cx.class_member(class, &own).is_some() {
                continue;
            }
            for model in django::models_of(rows) {
                read_path(cx, model, &path, span);
            }
        }
    }
    (cx.file, cx.place) = here;
}

/// `filter_name(self, value)` answers with an expression.
fn by_methods(cx: &mut Evaluator<'_>, of: &Atom, class: ClassRef, rows: &Value, span: Span) {
    let methods = super::carriers::own_methods(cx, class).into_iter();
    let own =
        methods.filter(|(name, _)| name.starts_with("filter_") || name == "custom_expression");
    for (name, _) in own {
        let made = cx.call_method(of, &name, span);
        let passed = [Passed::plain(made, span)];
        let expected = Value::nothing();
        for atom in rows.atoms() {
            if let Atom::Object(_) = atom {
                let filter = Atom::Member(atom.clone().into(), "filter".into());
                cx.call(&filter.into(), &CallSite::at_span(span, &passed, &expected));
            }
        }
    }
}

/// The look-ups of a field: `q=` of its `Field`, `FilterLookup("…")` of its annotation, else its own name.
fn lookups(module: &Module, bind: &Bind) -> Vec<(String, Span)> {
    let Some(annotation) = bind.annotation else {
        return Vec::new();
    };
    let mut said = Vec::new();
    if let Some(ExpressionKind::Call(call)) = bind.value.map(|id| &module.expression(id).kind) {
        let named = call.arguments.iter().filter(|argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == "q")
        });
        named.for_each(|argument| texts(module, argument.value, &mut said));
    }
    if let ExpressionKind::Subscript(of) = &module.expression(annotation).kind {
        of.keys.iter().for_each(|key| told(module, *key, &mut said));
    }
    if said.is_empty() {
        let name = module.dotted(bind.target);
        said.extend(name.map(|name| (name, module.expression(bind.target).span)));
    }
    said
}

/// The first argument of `FilterLookup` among the parts of an annotation.
fn told(module: &Module, id: ExpressionId, found: &mut Vec<(String, Span)>) {
    match &module.expression(id).kind {
        ExpressionKind::Call(call) => {
            let name = module.dotted(call.callee).unwrap_or_default();
            if name.ends_with("FilterLookup")
                && let Some(argument) = call.arguments.first()
            {
                texts(module, argument.value, found);
            }
        }
        ExpressionKind::Collection(of) => {
            of.items
                .iter()
                .for_each(|item| told(module, item.value, found));
        }
        _ => {}
    }
}

fn texts(module: &Module, id: ExpressionId, found: &mut Vec<(String, Span)>) {
    if let ExpressionKind::Collection(of) = &module.expression(id).kind {
        of.items
            .iter()
            .for_each(|item| texts(module, item.value, found));
        return;
    }
    let span = module.expression(id).span;
    let inside = Span::new(
        span.start + 1,
        span.end.saturating_sub(1).max(span.start + 1),
    );
    found.extend(module.plain_text(id).map(|text| (text, inside)));
}
