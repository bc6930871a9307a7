//! Generic views: what the framework does with a class that names a queryset, a form or a serializer.
//!
//! Facts are those of `django/views/generic/` (Django 4.2 to 5.2) and of `rest_framework/generics.py` and `mixins.py`
//! (3.14 to 3.16).

use super::{carriers, pages, views};
use crate::door::{CallSite, Passed};
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django::{self, read_path};
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, ClassRef, Definition};
use impact_facts::{Certainty, Span};

/// What a generic view does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// Shows many rows.
    List,
    /// Shows one row.
    Detail,
    /// Makes a row.
    Create,
    /// Changes a row.
    Update,
    /// Deletes a row.
    Delete,
    /// Takes a form that need not be of a model.
    Form,
    /// Shows a template.
    Page,
}

use Does::{Create, Delete, Detail, Form, List, Page, Update};

/// What classes of Django and of packages around it do, by the last part of their names.
const BASES: &[(&str, &[Does])] = &[
    ("TemplateView", &[Page]),
    ("FormView", &[Form]),
    ("ListView", &[List]),
    ("BaseListView", &[List]),
    ("MultipleObjectMixin", &[List]),
    ("FilterView", &[List]),
    ("SingleTableView", &[List]),
    ("ArchiveIndexView", &[List]),
    ("YearArchiveView", &[List]),
    ("MonthArchiveView", &[List]),
    ("WeekArchiveView", &[List]),
    ("DayArchiveView", &[List]),
    ("TodayArchiveView", &[List]),
    ("DetailView", &[Detail]),
    ("BaseDetailView", &[Detail]),
    ("DateDetailView", &[Detail]),
    ("SingleObjectMixin", &[Detail]),
    ("CreateView", &[Create, Form]),
    ("BaseCreateView", &[Create, Form]),
    ("UpdateView", &[Detail, Update, Form]),
    ("BaseUpdateView", &[Detail, Update, Form]),
    ("DeleteView", &[Detail, Delete]),
    ("BaseDeleteView", &[Detail, Delete]),
    ("ListModelMixin", &[List]),
    ("RetrieveModelMixin", &[Detail]),
    ("CreateModelMixin", &[Create]),
    ("UpdateModelMixin", &[Update]),
    ("DestroyModelMixin", &[Delete]),
    ("ListAPIView", &[List]),
    ("RetrieveAPIView", &[Detail]),
    ("CreateAPIView", &[Create]),
    ("UpdateAPIView", &[Update]),
    ("DestroyAPIView", &[Delete]),
    ("ListCreateAPIView", &[List, Create]),
    ("RetrieveUpdateAPIView", &[Detail, Update]),
    ("RetrieveDestroyAPIView", &[Detail, Delete]),
    ("RetrieveUpdateDestroyAPIView", &[Detail, Update, Delete]),
    ("ModelViewSet", &[List, Detail, Create, Update, Delete]),
    ("ReadOnlyModelViewSet", &[List, Detail]),
];

/// Packages whose generic views are known.
const PACKAGES: &[&str] = &[
    "django.views.generic",
    "rest_framework",
    "django_filters",
    "django_tables2",
];

/// Whether a base is of a package whose generic views are known.
pub(super) fn is_known(base: &str) -> bool {
    PACKAGES.iter().any(|package| {
        base.strip_prefix(package)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// What a class of such a package does.
pub(super) fn of_base(name: &str) -> &'static [Does] {
    let last = name.rsplit('.').next().unwrap_or_default();
    let known = BASES.iter().find(|(base, _)| *base == last);
    known.map_or(&[], |(_, does)| does)
}

/// What the bases of a class do, and whether they are those of REST framework.
pub(super) fn deeds(cx: &Evaluator<'_>, class: ClassRef) -> (Vec<Does>, bool) {
    let (mut found, mut rest) = (Vec::new(), false);
    for base in cx.program.ancestors(class).iter() {
        let Binding::External(name) = base else {
            continue;
        };
        if !is_known(name) {
            continue;
        }
        rest |= name.starts_with("rest_framework");
        found.extend_from_slice(of_base(name));
    }
    (found, rest)
}

/// Methods of HTTP that generic bases answer.
pub(super) fn methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<&'static str> {
    let (does, rest) = deeds(cx, class);
    let mut found = Vec::new();
    for one in does {
        found.extend_from_slice(match (one, rest) {
            (List | Detail | Page, _) => &["GET"][..],
            (Create, true) => &["POST"],
            (Update, true) => &["PUT", "PATCH"],
            (Delete, true) => &["DELETE"],
            (Create | Update | Delete | Form, _) => &["GET", "POST"],
        });
    }
    found
}

/// The parts of the framework's work that serve a method of HTTP.
pub(super) fn parts(method: &str) -> &'static [Part] {
    match method {
        "GET" | "HEAD" | "OPTIONS" => &[Part::Show],
        "POST" => &[Part::Show, Part::Save, Part::Delete],
        "PUT" | "PATCH" => &[Part::Show, Part::Save],
        "DELETE" => &[Part::Show, Part::Delete],
        _ => &Part::ALL,
    }
}

/// Does what a stub says of a method of a view, where no code of the service says more.
pub(super) fn from_stub(cx: &mut Evaluator<'_>, class: ClassRef, method: &str, span: Span) {
    let owner = cx.class_member(class, method).map(|(owner, _)| owner);
    if !owner.is_some_and(|owner| cx.program.is_stub(owner.file)) || !views::is_view(cx, class) {
        return;
    }
    let itself: Value = Atom::Instance(class).into();
    let code = cx.silent_attribute(&itself, method);
    let passed = [Passed::plain(super::request::request(), span)];
    let expected = Value::nothing();
    cx.call(&code, &CallSite::at_span(span, &passed, &expected));
}

/// Does what the framework does with a view.
pub(super) fn drive(cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
    if part == Part::Show && views::is_view(cx, class) {
        super::guards::of_class(cx, class);
        super::plugs::of_view(cx, class);
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    match part {
        Part::Show => from_stub(cx, class, "get", span),
        Part::Save => from_stub(cx, class, "post", span),
        Part::Delete => {}
    }
    let (does, rest) = deeds(cx, class);
    if does.is_empty() {
        return;
    }
    if part != Part::Delete {
        super::hooks::of_view(cx, class);
    }
    let has = |one: Does| does.contains(&one);
    match part {
        Part::Show => {
            let rows = if has(List) || has(Detail) || has(Update) || has(Delete) {
                shown(cx, class)
            } else {
                Value::nothing()
            };
            carry(cx, class, &rows, part);
            pages::render_view(cx, class, &rows, has(List));
        }
        Part::Save if has(Create) || has(Update) || has(Form) => {
            carry(cx, class, &Value::nothing(), part);
            if has(Create) || has(Update) {
                for (model, span) in models(cx, class) {
                    if !rest {
                        super::lists::of_edit(cx, class, model);
                    }
                    django::save_row(cx, model, span);
                }
            }
        }
        Part::Delete if has(Delete) => {
            for (model, span) in models(cx, class) {
                django::delete_rows(cx, model, span);
            }
        }
        Part::Save | Part::Delete => {}
    }
}

/// Runs the queryset of a view; the rows that come out.
fn shown(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let span = place_of(cx, class, &["queryset", "model"]);
    if cx.class_member(class, "get_object").is_some() {
        return cx.call_method(&Atom::Instance(class), "get_object", span);
    }
    let all = views::queryset(cx, class, span);
    for model in django::models_of(&all) {
        filters(cx, class, model);
    }
    cx.iterate(&all, span)
}

/// Options of a view that name fields of its rows.
const OPTIONS: &[&str] = &[
    "lookup_field",
    "slug_field",
    "date_field",
    "filterset_fields",
    "filter_fields",
    "search_fields",
    "ordering_fields",
    "ordering",
];

fn filters(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    for name in OPTIONS {
        if cx.program.own_member(class, name).is_empty() {
            continue;
        }
        for (path, span) in super::lists::written_keys(cx, class, name) {
            read_path(cx, model, &path, span);
        }
        let value = cx.silent_attribute(&Atom::Class(class).into(), name);
        let fallback = cx.program.module(class.file).class(class.class).name_span;
        for text in super::lists::all_texts(&value) {
            let home = text.locate(Span::new(0, text.text.len() as u32));
            let at = home.filter(|(file, _)| *file == class.file);
            let path = text.text.trim_start_matches(['-', '+', '=', '^', '@', '$']);
            if path.starts_with("__") {
                continue;
            }
            read_path(cx, model, path, at.map_or(fallback, |(_, span)| span));
        }
    }
}

/// Runs the serializers, forms and filters that a view names.
fn carry(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value, part: Part) {
    for (attribute, method) in [
        ("serializer_class", "get_serializer_class"),
        ("form_class", "get_form_class"),
        ("filterset_class", "get_filterset_class"),
    ] {
        let span = place_of(cx, class, &[attribute]);
        let itself = Atom::Instance(class);
        let mut classes = Value::nothing();
        if views::says(cx, class, attribute) {
            classes = classes.or(&cx.silent_attribute(&itself.clone().into(), attribute));
        }
        if cx.class_member(class, method).is_some() {
            classes = classes.or(&cx.call_method(&itself, method, span));
        }
        for atom in classes.atoms() {
            if let Atom::Class(carrier) = atom {
                cx.runs(Target::Class(*carrier, part), span, Certainty::Exact);
                carriers::receive(cx, *carrier, rows);
            }
        }
    }
}

/// The models that a view makes, changes or deletes rows of, each with where the view names it.
fn models(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<(ModelId, Span)> {
    let span = place_of(
        cx,
        class,
        &["model", "queryset", "form_class", "serializer_class"],
    );
    let all = views::queryset(cx, class, span);
    let mut found = django::models_of(&all);
    for attribute in ["form_class", "serializer_class"] {
        if cx.class_member(class, attribute).is_none() {
            continue;
        }
        let classes = cx.silent_attribute(&Atom::Instance(class).into(), attribute);
        for atom in classes.atoms() {
            if let Atom::Class(carrier) = atom {
                found.extend(carriers::model(cx, *carrier));
            }
        }
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|model| (model, span)).collect()
}

/// Where the class itself binds the first of some names, else its own name.
fn place_of(cx: &Evaluator<'_>, class: ClassRef, names: &[&str]) -> Span {
    let module = cx.program.module(class.file);
    let bound = names.iter().find_map(|name| {
        cx.program
            .own_member(class, name)
            .iter()
            .find_map(|definition| match definition {
                Definition::Value(bound) => bound.value,
                _ => None,
            })
    });
    bound.map_or(module.class(class.class).name_span, |id| {
        module.expression(id).span
    })
}
