//! Templates of class-based views: which one, and what it sees.
//! <https://docs.djangoproject.com/en/stable/ref/class-based-views/>

use super::{generic, request, templates, views};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::django;
use crate::value::{Atom, Dictionary, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Assembled, Span};
use std::sync::Arc;

/// Renders the template of a view.
pub(super) fn render_view(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value, many: bool) {
    let (_, rest) = generic::deeds(cx, class);
    if rest {
        return;
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    let names = template_names(cx, class, rows, many);
    if names.is_nothing() {
        return;
    }
    let mut context = base_context(cx, class, rows);
    if cx.class_member(class, "get_context_data").is_some() {
        let said = cx.call_method(&Atom::Instance(class), "get_context_data", span);
        let own = !cx.program.own_member(class, "get_context_data").is_empty();
        context = if own {
            context.or(&said)
        } else {
            completed(&context, &said)
        };
    }
    templates::render(cx, &names, &context, &request::request(), span);
}

/// `self.render_to_response(context)`.
pub(super) fn respond(cx: &mut Evaluator<'_>, class: ClassRef, context: &Value, span: Span) {
    let names = template_names(cx, class, &Value::nothing(), false);
    templates::render(cx, &names, context, &request::request(), span);
}

/// A context with what a base's method adds to it: what that says of names that are there already is of any subclass.
fn completed(context: &Value, said: &Value) -> Value {
    let mut made = Dictionary::default();
    crate::expression::merge(&mut made, context);
    for atom in said.atoms() {
        if let Atom::Dictionary(of) = atom {
            for (name, value) in &of.known {
                made.known
                    .entry(name.clone())
                    .or_insert_with(|| value.clone());
            }
        }
    }
    Value::dictionary(made)
}

fn template_names(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value, many: bool) -> Value {
    let span = cx.program.module(class.file).class(class.class).name_span;
    let itself = Atom::Instance(class);
    let mut names = Value::nothing();
    if views::says(cx, class, "template_name") {
        names = names.or(&cx.silent_attribute(&itself.clone().into(), "template_name"));
    }
    if cx.class_member(class, "get_template_names").is_some() {
        names = names.or(&cx.call_method(&itself, "get_template_names", span));
    }
    if names.texts().next().is_some() || !super::settings::texts(&names).is_empty() {
        return names;
    }
    names.or(&derived(cx, class, rows, many))
}

/// `app/user_detail.html`, where the view says no other.
fn derived(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value, many: bool) -> Value {
    let said = match cx.class_member(class, "template_name_suffix") {
        Some(_) => cx.silent_attribute(&Atom::Instance(class).into(), "template_name_suffix"),
        None => Value::nothing(),
    };
    let said = super::settings::texts(&said);
    let (does, _) = generic::deeds(cx, class);
    let suffix = match said.first() {
        Some(suffix) => suffix.as_str(),
        None if does.contains(&generic::Does::Delete) => "_confirm_delete",
        None if does.contains(&generic::Does::Form) => "_form",
        None if many => "_list",
        None => "_detail",
    };
    let mut models: Vec<_> = rows
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Mapped(model) => Some(*model),
            _ => None,
        })
        .collect();
    if models.is_empty() {
        let span = Span::default();
        let all = views::queryset(cx, class, span);
        models = django::models_of(&all);
    }
    Value::any_of(models.into_iter().filter_map(|model| {
        let described = cx.models.get(model)?;
        let alias = described
            .aliases
            .iter()
            .find(|alias| alias.matches('.').count() == 1)?;
        let text = format!("{}{suffix}.html", alias.to_lowercase().replace('.', "/"));
        Some(Atom::Text(Arc::new(Assembled {
            text,
            ..Assembled::default()
        })))
    }))
}

/// What a view's template sees without any code of the view.
fn base_context(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value) -> Value {
    let kept = std::mem::take(&mut cx.current);
    let all = views::any_queryset(cx, class, Span::default());
    cx.current = kept;
    let all = all.filter(|atom| matches!(atom, Atom::Object(_)));
    let many = if all.is_nothing() {
        Value::list(rows.clone())
    } else {
        all
    };
    let mut made = Dictionary::default();
    let mut insert = |name: &str, value: Value| {
        if !value.is_nothing() {
            made.known.insert(name.into(), value);
        }
    };
    insert("view", Atom::Instance(class).into());
    insert("object", rows.clone());
    insert("object_list", many.clone());
    insert("page_obj", many.clone());
    for atom in rows.atoms() {
        if let Atom::Mapped(model) = atom
            && let Some(described) = cx.models.get(*model)
        {
            let name = described.name.rsplit('.').next().unwrap_or_default();
            insert(&name.to_lowercase(), rows.clone());
            insert(&format!("{}_list", name.to_lowercase()), many.clone());
        }
    }
    let itself: Value = Atom::Instance(class).into();
    if cx.class_member(class, "filterset_class").is_some() {
        let classes = cx.silent_attribute(&itself, "filterset_class");
        insert("filter", cx.instances(&classes));
    }
    if generic::deeds(cx, class).0.contains(&generic::Does::Form) {
        insert("form", super::hooks::form(cx, class));
    }
    if views::says(cx, class, "context_object_name") {
        let names = cx.silent_attribute(&itself, "context_object_name");
        let (does, _) = generic::deeds(cx, class);
        let is_list = does.contains(&generic::Does::List);
        for name in names.texts() {
            insert(
                &name.text,
                if is_list { many.clone() } else { rows.clone() },
            );
        }
    }
    let mut context = Value::dictionary(made);
    if cx.class_member(class, "extra_context").is_some() {
        context = context.or(&cx.silent_attribute(&itself, "extra_context"));
    }
    context
}

/// `super().get_context_data(**kwargs)`.
pub(super) fn context_data(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Value {
    let kept = std::mem::take(&mut cx.current);
    let all = views::any_queryset(cx, class, call.span);
    let rows = cx.iterate(&all, call.span);
    cx.current = kept;
    let rows = rows.filter(|atom| matches!(atom, Atom::Mapped(_)));
    let mut made = Dictionary::default();
    crate::expression::merge(&mut made, &base_context(cx, class, &rows));
    let passed = templates::keywords(call);
    for atom in passed.atoms() {
        if let Atom::Dictionary(of) = atom {
            made.known.extend(of.known.clone());
        }
    }
    made.keys = Value::outside("builtins.str");
    Value::dictionary(made)
}

/// `Paginator(rows, 50)`.
pub(super) fn paginator(name: &str, call: &CallSite<'_>) -> Option<Value> {
    let known = name.starts_with("django.core.paginator.") && name.ends_with("Paginator");
    known.then(|| {
        Object::new(super::WEB, "paginator", None)
            .with_value("rows", call.value(0, "object_list"))
            .into()
    })
}

/// A paginator of a class of the service: `class Eager(Paginator)`.
pub(super) fn made(cx: &Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    let known = ["Paginator", "AsyncPaginator", "BasePaginator"];
    let is_paginator = known
        .iter()
        .any(|name| cx.inherits(class, &[&format!("django.core.paginator.{name}")]));
    is_paginator.then(|| {
        let mut made = Object::new(super::WEB, "paginator", None)
            .with_value("rows", call.value(0, "object_list"));
        made.class = Some(class);
        made.into()
    })
}

/// `paginator.get_page(number)`: the query of a part of the rows, when the page is used.
pub(super) fn page(of: &Atom, name: &str) -> Option<Value> {
    match of {
        Atom::Object(object) if object.kind == "paginator" => {
            let rows = object.values.get("rows").cloned().unwrap_or_default();
            matches!(name, "get_page" | "page" | "aget_page" | "apage").then(|| {
                Object::new(super::WEB, "page", None)
                    .with_value("rows", rows)
                    .into()
            })
        }
        _ => None,
    }
}

/// The rows of a page or paginator.
pub(super) fn rows_of(of: &Atom) -> Option<Value> {
    match of {
        Atom::Object(object) if matches!(object.kind, "page" | "paginator") => {
            Some(object.values.get("rows").cloned().unwrap_or_default())
        }
        _ => None,
    }
}
