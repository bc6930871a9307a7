//! Methods of views that the framework calls, and what it passes: `form_valid(form)`, `perform_create(serializer)`.
//!
//! Facts are those of `django/views/generic/edit.py` (Django 4.2 to 5.2) and of `rest_framework/mixins.py`, `views.py` and
//! `permissions.py` (3.14 to 3.16).

use super::{generic, views};
use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{ExpressionKind, Span, Statement};

/// What a method gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    /// The view's form.
    Form,
    /// The view's serializer.
    Serializer,
    /// What its form took in.
    Taken,
    /// A row of the view.
    Row,
    /// The view's rows.
    Rows,
}

/// Methods of views, each with what its first parameter after the receiver gets.
const METHODS: &[(&str, Gets)] = &[
    ("form_valid", Gets::Form),
    ("form_invalid", Gets::Form),
    ("get_success_message", Gets::Taken),
    ("perform_create", Gets::Serializer),
    ("perform_update", Gets::Serializer),
    ("perform_destroy", Gets::Row),
    ("filter_queryset", Gets::Rows),
    ("paginate_queryset", Gets::Rows),
    ("get_paginate_by", Gets::Rows),
];

/// Tells the methods of a view what they get.
pub(super) fn of_view(cx: &mut Evaluator<'_>, class: ClassRef) {
    for (name, gets) in METHODS {
        if let Some(function) = method_of(cx, class, name) {
            let value = given(cx, class, *gets);
            cx.cells.join(Key::Parameter(function, 1), &value);
        }
    }
}

/// Functions that a field calls with the row: where a file goes, what a slug is made from.
const OF_ROW: &[&str] = &["upload_to", "populate_from"];

/// Tells the functions that fields of models call what row they get.
pub(super) fn of_fields(cx: &mut Evaluator<'_>) {
    let own = cx.program.own_files();
    let classes = cx.program.all_classes();
    let classes: Vec<ClassRef> = classes.filter(|class| class.file.0 < own).collect();
    for class in classes {
        let Some(model) = cx.models.of_class(class) else {
            continue;
        };
        for function in named_by_fields(cx, class) {
            let row: Value = Atom::Mapped(model).into();
            cx.cells.join(Key::Parameter(function, 0), &row);
        }
    }
}

fn named_by_fields(cx: &Evaluator<'_>, class: ClassRef) -> Vec<FunctionRef> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for statement in &module.class(class.class).body.statements {
        if let Statement::Bind(bind) = statement
            && let Some(ExpressionKind::Call(call)) =
                bind.value.map(|id| &module.expression(id).kind)
        {
            for argument in &call.arguments {
                let name = argument.name.map(|(name, _)| module.name(name));
                let place = Place::Class(class.class);
                if name.is_some_and(|name| OF_ROW.contains(&name))
                    && let Binding::Function(function) =
                        cx.program
                            .resolve_expression(class.file, place, argument.value)
                {
                    found.push(function);
                }
            }
        }
    }
    found
}

fn given(cx: &mut Evaluator<'_>, class: ClassRef, gets: Gets) -> Value {
    match gets {
        Gets::Form => form(cx, class),
        Gets::Serializer => carried(cx, class, "get_serializer"),
        Gets::Taken => {
            let form = form(cx, class);
            cx.silent_attribute(&form, "cleaned_data")
        }
        Gets::Row => quietly(cx, |cx| {
            let all = views::queryset(cx, class, Span::default());
            cx.iterate(&all, Span::default())
        }),
        Gets::Rows => quietly(cx, |cx| views::queryset(cx, class, Span::default())),
    }
}

/// The form that a view makes: of the class that it names, and by its own `get_form`. What a base's does is of any of
/// its subclasses.
pub(super) fn form(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let named = carried(cx, class, "get_form");
    let is_known = !named.is_nothing() && !named.is_unknown();
    let own = match cx.class_member(class, "get_form") {
        Some((owner, _)) if owner == class || !is_known => quietly(cx, |cx| {
            cx.call_method(&Atom::Instance(class), "get_form", Span::default())
        }),
        _ => Value::nothing(),
    };
    if is_known {
        named.or(&own)
    } else {
        own.or(&named)
    }
}

fn carried(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Value {
    let expected = Value::nothing();
    let call = CallSite::at_span(Span::default(), &[], &expected);
    quietly(cx, |cx| views::carrier(cx, class, name, &call))
}

/// A row of a view.
pub(super) fn row(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    given(cx, class, Gets::Row)
}

/// Evaluates what the framework does elsewhere: its effects are not those of this place.
pub(super) fn quietly(
    cx: &mut Evaluator<'_>,
    run: impl FnOnce(&mut Evaluator<'_>) -> Value,
) -> Value {
    let kept = std::mem::take(&mut cx.current);
    let value = run(cx);
    cx.current = kept;
    value
}

/// A method of a class of the service.
pub(super) fn method_of(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<FunctionRef> {
    match cx.class_member(class, name)? {
        (owner, [.., Definition::Function(function)]) if cx.program.is_own(owner.file) => {
            Some(FunctionRef {
                file: owner.file,
                function: *function,
            })
        }
        _ => None,
    }
}

/// What a view passes to its form: what its own `get_form_kwargs` says, or what the framework's does.
pub(super) fn form_arguments(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    match cx.class_member(class, "get_form_kwargs") {
        Some(_) => quietly(cx, |cx| {
            cx.call_method(&Atom::Instance(class), "get_form_kwargs", Span::default())
        }),
        None => base_arguments(cx, class),
    }
}

/// `super().get_form_kwargs()`: the row that is changed, and plain values.
pub(super) fn base_arguments(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let mut made = Dictionary {
        keys: Value::outside("builtins.str"),
        ..Dictionary::default()
    };
    let initial = Value::dictionary(Dictionary::default());
    made.known.insert("initial".into(), initial);
    if generic::deeds(cx, class).0.contains(&generic::Does::Update) {
        let row = given(cx, class, Gets::Row);
        let row = row.filter(|atom| matches!(atom, Atom::Mapped(_)));
        made.known.insert("instance".into(), row);
    }
    Value::dictionary(made)
}
