//! Classes of responses: a route says which class its answer is of, and the rows that it answers with fill it, and what is
//! nested in it.
//!
//! Facts are those of FastAPI ("Response Model") and Django Ninja 1 ("Response Schema": `resolve_` methods get the row).

use super::record::FILLED;
use crate::cells::Key;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Certainty, ExpressionId, Language, Statement};
use std::collections::BTreeSet;

/// Deeper nesting is not followed.
const MAX_NESTED: u32 = 6;

/// Fills the classes of responses, and tells their methods.
pub(super) fn fill(cx: &mut Evaluator<'_>) {
    let mut next: Vec<(ClassRef, Value)> = Vec::new();
    for (said, function) in crate::framework::tagged::exposures(cx) {
        let returned = answers(&cx.cells.peek(&Key::Return(function)));
        let mut rows = Value::nothing();
        let span = cx
            .program
            .module(function.file)
            .function(function.function)
            .name_span;
        if let Some(unit) = cx.unit_of_function(function) {
            cx.within_unit(unit, |cx| {
                let lazy = crate::orm::django::all_of(&returned);
                let found = cx.iterate(&lazy, span);
                rows = super::intrinsic::rows(cx, &returned.or(&found));
            });
        }
        for class in classes(&said, 0) {
            next.push((class, rows.clone()));
        }
    }
    let mut seen = BTreeSet::new();
    for _ in 0..MAX_NESTED {
        let mut inner = Vec::new();
        for (class, rows) in next {
            let grew = cx.cells.join(Key::Attribute(class, FILLED.into()), &rows);
            if seen.insert(class) || grew {
                tell(cx, class, &rows);
                inner.extend(nested(cx, class));
            }
        }
        next = inner;
    }
}

/// What a route answers with, without a status beside it: `return 201, user`.
fn answers(returned: &Value) -> Value {
    let parts = returned.atoms().iter().map(|atom| match atom {
        Atom::Tuple(items) => items.iter().fold(Value::nothing(), |all, one| all.or(one)),
        _ => Value::from(atom.clone()),
    });
    let all = parts.fold(Value::nothing(), |all, one| all.or(&one));
    all.at_most(returned.certainty)
}

/// The classes that a type speaks of, in lists, too.
pub(super) fn classes(said: &Value, depth: u32) -> Vec<ClassRef> {
    let all = said.atoms().iter().flat_map(|atom| match atom {
        Atom::Instance(class) => vec![*class],
        Atom::List(of) if depth < 4 => classes(of, depth + 1),
        _ => Vec::new(),
    });
    all.collect()
}

/// `resolve_name(row)` gets the row.
fn tell(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value) {
    for function in resolvers(cx, class) {
        let rows = rows.clone().at_most(Certainty::Likely);
        cx.cells.join(Key::Parameter(function, 0), &rows);
    }
}

/// The code that shows a response of a type: methods that work out fields of its classes, and of those nested in them.
pub(crate) fn code(cx: &mut Evaluator<'_>, said: &Value) -> Vec<FunctionRef> {
    let mut all = BTreeSet::new();
    let mut next = classes(said, 0);
    for _ in 0..MAX_NESTED {
        next.retain(|class| all.insert(*class));
        let mut inner = Vec::new();
        for class in next {
            for (body, _, annotation) in annotated(cx, class) {
                let said = cx.annotation_in(body.file, Place::Class(body.class), annotation);
                inner.extend(classes(&said, 0));
            }
        }
        next = inner;
    }
    let found = all.into_iter().flat_map(|class| resolvers(cx, class));
    found.collect()
}

/// The methods of a class that work out its fields.
fn resolvers(cx: &Evaluator<'_>, class: ClassRef) -> Vec<FunctionRef> {
    let mut found = Vec::new();
    for base in cx.program.ancestors(class).iter() {
        let Binding::Class(base) = base else { continue };
        let module = cx.program.module(base.file);
        let places = cx.program.places(base.file);
        let names = places.names(Place::Class(base.class));
        for name in names.names() {
            if !module.name(name).starts_with("resolve_") {
                continue;
            }
            for definition in names.definitions(name) {
                if let Definition::Function(function) = definition {
                    found.push(FunctionRef {
                        file: base.file,
                        function: *function,
                    });
                }
            }
        }
    }
    found
}

/// Classes that the annotated fields of a class are of, with the rows that the fields' relations lead to.
fn nested(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<(ClassRef, Value)> {
    let filled = cx.cells.peek(&Key::Attribute(class, FILLED.into()));
    let models = cx.fitting(class, &filled);
    let mut found = Vec::new();
    for (body, name, annotation) in annotated(cx, class) {
        let said = cx.annotation_in(body.file, Place::Class(body.class), annotation);
        let inner = classes(&said, 0);
        for model in models.iter().filter(|_| !inner.is_empty()) {
            let Some(target) = target(cx, *model, &name) else {
                continue;
            };
            let rows: Value = Atom::Mapped(target).into();
            for class in &inner {
                found.push((*class, rows.clone().at_most(Certainty::Likely)));
            }
        }
    }
    found
}

fn target(cx: &Evaluator<'_>, model: ModelId, path: &str) -> Option<ModelId> {
    let mut at = model;
    for name in path.split('.') {
        at = cx.models.target(cx.models.relation(at, name)?)?;
    }
    Some(at)
}

/// The annotated fields of a class and its bases: whose body, the name of the row's member, the annotation.
fn annotated(cx: &Evaluator<'_>, class: ClassRef) -> Vec<(ClassRef, String, ExpressionId)> {
    let mut found = Vec::new();
    for base in cx.program.ancestors(class).iter() {
        let Binding::Class(base) = base else { continue };
        if cx.program.facts(base.file).language != Language::Python {
            continue;
        }
        let module = cx.program.module(base.file);
        for statement in &module.class(base.class).body.statements {
            let Statement::Bind(bind) = statement else {
                continue;
            };
            if let (Some(annotation), Some(name)) = (bind.annotation, module.dotted(bind.target)) {
                let aliased = super::schema::alias(module, statement, &name);
                let name = aliased.map_or(name, |(name, _)| name);
                found.push((*base, name, annotation));
            }
        }
    }
    found
}
