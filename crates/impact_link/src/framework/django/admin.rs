//! The admin: classes that are registered for a model, their options that name fields, and the rows that their methods get.

use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::django;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Definition, FunctionRef, Place};
use impact_facts::Language;

const ADMINS: &[&str] = &[
    "django.contrib.admin.ModelAdmin",
    "django.contrib.admin.options.ModelAdmin",
    "django.contrib.auth.admin.UserAdmin",
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

fn registered(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let (model, admin) = (
        call.value(0, "model_or_iterable"),
        call.value(1, "admin_class"),
    );
    for atom in admin.atoms() {
        if let Atom::Class(class) = atom {
            cx.cells
                .join(Key::Attribute(*class, "registered".into()), &model);
        }
    }
}

/// The models of a class, if it is an admin.
pub(super) fn models_of(cx: &mut Evaluator<'_>, class: ClassRef) -> Vec<ModelId> {
    if cx.inherits(class, ADMINS) {
        models(cx, class)
    } else {
        Vec::new()
    }
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
