//! The admin: classes that are registered for a model, their options that name fields, and the rows that their methods get.

use crate::cells::Key;
use crate::door::CallSite;
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Access, Certainty, Language, Span};

const ADMINS: &[&str] = &[
    "django.contrib.admin.ModelAdmin",
    "django.contrib.admin.options.ModelAdmin",
    "django.contrib.auth.admin.UserAdmin",
    "django.contrib.admin.TabularInline",
    "django.contrib.admin.StackedInline",
];

/// Bases that stand inside the page of another model.
const INLINES: &[&str] = &[
    "django.contrib.admin.TabularInline",
    "django.contrib.admin.StackedInline",
];

/// `admin.register(Model)`, `admin.site.register(Model, Admin)`, and methods that an admin inherits.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match (of, name) {
        (Atom::External(path), "register") if path.starts_with("django.contrib.admin") => {
            registered(cx, call);
            Some(Atom::Null.into())
        }
        (Atom::Instance(class), "get_queryset") if cx.inherits(*class, ADMINS) => {
            let models = models(cx, *class);
            Some(Value::any_of(models.into_iter().map(|model| {
                let object = Object::new(django::DJANGO, "queryset", Some(model));
                Atom::Object(std::sync::Arc::new(object))
            })))
        }
        _ => None,
    }
}

/// `admin.site.register(…)`, spelled as a path.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let known = name.starts_with("django.contrib.admin") && name.ends_with(".register");
    known.then(|| {
        registered(cx, call);
        Atom::Null.into()
    })
}

fn registered(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let (model, admin) = (
        call.value(0, "model_or_iterable"),
        call.value(1, "admin_class"),
    );
    if admin.is_nothing() {
        registered_plainly(cx, &model, call.span);
    }
    for atom in admin.atoms() {
        if let Atom::Class(class) = atom {
            cx.cells
                .join(Key::Attribute(*class, "registered".into()), &model);
        }
    }
}

/// A model that is registered without an admin class of its own: the place of the call is kept with it.
fn registered_plainly(cx: &mut Evaluator<'_>, models: &Value, span: Span) {
    let place = Value::place(cx.file, span);
    let inside = cx.iterate(&models.filter(|atom| !matches!(atom, Atom::Class(_))), span);
    for atom in models.or(&inside).atoms() {
        if let Atom::Class(class) = atom {
            cx.cells.join(Key::Attribute(*class, PLAIN.into()), &place);
        }
    }
}

/// The attribute of a model's class that keeps where it was registered.
const PLAIN: &str = "registered at";

/// Does what the admin does with an admin class, or with a model that is registered without one.
pub(super) fn drive(cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
    if let Some(model) = cx.models.of_class(class) {
        let place = cx.read(Key::Attribute(class, PLAIN.into()));
        for (file, span) in place.places() {
            let here = std::mem::replace(&mut cx.file, file);
            let all = Object::new(django::DJANGO, "queryset", Some(model)).into();
            work(cx, model, &all, span, part);
            cx.file = here;
        }
        return;
    }
    if !cx.inherits(class, ADMINS) {
        return;
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    for model in models(cx, class) {
        if part == Part::Show {
            super::lists::of_admin(cx, class, model);
        }
        let all = if part == Part::Show && cx.class_member(class, "get_queryset").is_some() {
            cx.call_method(&Atom::Instance(class), "get_queryset", span)
        } else {
            Object::new(django::DJANGO, "queryset", Some(model)).into()
        };
        work(cx, model, &all, span, part);
    }
    run_methods(cx, class, part, span);
    for atom in inlines(cx, class).atoms() {
        if let Atom::Class(inline) = atom {
            cx.runs(Target::Class(*inline, part), span, Certainty::Exact);
        }
    }
}

fn inlines(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    if cx.class_member(class, "inlines").is_none() {
        return Value::nothing();
    }
    let said = cx.silent_attribute(&Atom::Class(class).into(), "inlines");
    let span = cx.program.module(class.file).class(class.class).name_span;
    cx.iterate(&said, span)
}

/// The admin asks who asks, then shows, saves or deletes rows, and keeps a log of what it did.
fn work(cx: &mut Evaluator<'_>, model: ModelId, all: &Value, span: Span, part: Part) {
    match part {
        Part::Show => {
            super::request::user(cx, span);
            cx.iterate(all, span);
        }
        Part::Save => django::save_row(cx, model, span),
        Part::Delete => django::delete_rows(cx, model, span),
    }
    if part != Part::Show
        && let Some(log) = cx.models.named("django.contrib.admin.models.LogEntry")
    {
        django::touch_whole(cx, log, span, Access::Write);
    }
}

/// Methods of an admin that run when it saves or deletes; all others when it shows.
const CHANGING: &[(&str, Part)] = &[
    ("save_model", Part::Save),
    ("save_form", Part::Save),
    ("save_formset", Part::Save),
    ("save_related", Part::Save),
    ("response_add", Part::Save),
    ("response_change", Part::Save),
    ("delete_model", Part::Delete),
    ("delete_queryset", Part::Delete),
    ("response_delete", Part::Delete),
];

fn run_methods(cx: &mut Evaluator<'_>, class: ClassRef, part: Part, span: Span) {
    let module = cx.program.module(class.file);
    let places = cx.program.places(class.file);
    let names = places.names(Place::Class(class.class));
    for name in names.names() {
        let text = module.name(name);
        let when = CHANGING.iter().find(|(known, _)| *known == text);
        if when.map_or(Part::Show, |(_, part)| *part) != part {
            continue;
        }
        for definition in names.definitions(name) {
            if let Definition::Function(function) = definition {
                let function = FunctionRef {
                    file: class.file,
                    function: *function,
                };
                cx.runs(Target::Function(function), span, Certainty::Exact);
            }
        }
    }
}

/// Every page of the admin: its path after the site's own, its methods, and what it runs.
pub(super) fn pages(cx: &mut Evaluator<'_>) -> Vec<(String, &'static str, Vec<Target>)> {
    let classes: Vec<ClassRef> = cx
        .program
        .all_classes()
        .filter(|class| cx.program.is_own(class.file))
        .filter(|class| cx.program.facts(class.file).language == Language::Python)
        .collect();
    let mut found = Vec::new();
    for class in classes {
        let all: Vec<ModelId> = match cx.models.of_class(class) {
            Some(model) => {
                let place = cx.cells.peek(&Key::Attribute(class, PLAIN.into()));
                (!place.is_nothing()).then_some(model).into_iter().collect()
            }
            None if cx.inherits(class, ADMINS) && !cx.inherits(class, INLINES) => models(cx, class),
            None => continue,
        };
        for model in all {
            found.extend(pages_of(cx, model, class));
        }
    }
    found
}

/// The pages of one model (`ModelAdmin.get_urls`).
fn pages_of(
    cx: &Evaluator<'_>,
    model: ModelId,
    class: ClassRef,
) -> Vec<(String, &'static str, Vec<Target>)> {
    let alias = cx.models.get(model).and_then(|described| {
        let mut aliases = described.aliases.iter();
        aliases.find(|alias| alias.matches('.').count() == 1)
    });
    let Some(alias) = alias else {
        return Vec::new();
    };
    let base = alias.to_lowercase().replace('.', "/");
    let runs = |parts: &[Part]| {
        parts
            .iter()
            .map(|part| Target::Class(class, *part))
            .collect()
    };
    vec![
        (format!("{base}/"), "GET,POST", runs(&Part::ALL)),
        (
            format!("{base}/add/"),
            "GET,POST",
            runs(&[Part::Show, Part::Save]),
        ),
        (
            format!("{base}/{{object_id}}/history/"),
            "GET",
            runs(&[Part::Show]),
        ),
        (
            format!("{base}/{{object_id}}/delete/"),
            "GET,POST",
            runs(&[Part::Show, Part::Delete]),
        ),
        (
            format!("{base}/{{object_id}}/change/"),
            "GET,POST",
            runs(&[Part::Show, Part::Save]),
        ),
    ]
}

/// The models that an admin class is for: registered, or its own `model` (inlines).
fn models(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<ModelId> {
    let mut all = cx.read(Key::Attribute(class, "registered".into()));
    all = all.or(&decorated_with(cx, class));
    if cx.class_member(class, "model").is_some() {
        all = all.or(&cx.silent_attribute(&Atom::Class(class).into(), "model"));
    }
    let instances = cx.instances(&all);
    instances
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Mapped(model) => Some(*model),
            _ => None,
        })
        .collect()
}

/// `@admin.register(Model)` on the class.
fn decorated_with(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let module = cx.program.module(class.file);
    let mut found = Value::nothing();
    for decorator in &module.class(class.class).decorators {
        if let impact_facts::ExpressionKind::Call(call) = &module.expression(*decorator).kind {
            for argument in call
                .arguments
                .iter()
                .filter(|argument| argument.name.is_none())
            {
                let binding =
                    cx.program
                        .resolve_expression(class.file, Place::Module, argument.value);
                found = found.or(&cx.binding(&binding));
            }
        }
    }
    found
}

/// Options of admin classes name fields; their methods get rows, querysets and requests.
pub(super) fn start(cx: &mut Evaluator<'_>) {
    let classes: Vec<ClassRef> = cx
        .program
        .all_classes()
        .filter(|class| cx.program.facts(class.file).language == Language::Python)
        .filter(|class| cx.inherits(*class, ADMINS))
        .collect();
    for class in classes {
        for model in models(cx, class) {
            methods(cx, class, model);
        }
    }
}

fn methods(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) {
    let row: Value = Atom::Mapped(model).into();
    let rows: Value = Object::new(django::DJANGO, "queryset", Some(model)).into();
    let module = cx.program.module(class.file);
    let places = cx.program.places(class.file);
    let names = places.names(Place::Class(class.class));
    for name in names.names() {
        for definition in names.definitions(name) {
            let Definition::Function(function) = definition else {
                continue;
            };
            let parameters = &module.function(*function).parameters;
            let function = FunctionRef {
                file: class.file,
                function: *function,
            };
            let own = module.name(name);
            for (at, parameter) in (0..).zip(parameters).skip(1) {
                let parameter = module.dotted(parameter.pattern).unwrap_or_default();
                let value = match parameter.as_str() {
                    "request" => super::request::request(),
                    "queryset" | "qs" => rows.clone(),
                    "obj" | "object" | "instance" => row.clone(),
                    _ if parameters.len() == 2 && is_display(own) => row.clone(),
                    _ => continue,
                };
                cx.cells.join(Key::Parameter(function, at), &value);
            }
        }
    }
}

/// A method with one parameter that is none of the admin's own shows a column of a row.
fn is_display(name: &str) -> bool {
    !name.starts_with("get_") && !name.starts_with("has_") && !name.starts_with('_')
}
