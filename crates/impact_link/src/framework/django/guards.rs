//! Guards: what decorators and mixins ask of the user before a view runs.
//!
//! Facts are those of `django/contrib/auth/decorators.py` and `mixins.py` (Django 4.2 to 5.2) and of
//! `rest_framework/decorators.py` (3.14 to 3.16).

use super::{WEB, plugs, request};
use crate::door::{CallSite, Passed};
use crate::effect::Target;
use crate::evaluator::{Evaluator, Unit};
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{ExpressionId, FileId, Span};

/// The kind of a decorator that asks something.
const GUARD: &str = "guard";
/// The word of a guard that asks for permissions.
const PERMISSION: &str = "permission";

/// Decorators and mixins by the last part of their names, and whether they ask for permissions of the user.
const GUARDS: &[(&str, bool)] = &[
    ("login_required", false),
    ("staff_member_required", false),
    ("user_passes_test", false),
    ("permission_required", true),
    ("LoginRequiredMixin", false),
    ("UserPassesTestMixin", false),
    ("PermissionRequiredMixin", true),
];

/// Decorators of function views of REST framework, each with the attribute of a view's class that says the same.
const REST: &[(&str, &str)] = &[
    ("api_view", ""),
    ("permission_classes", "permission_classes"),
    ("authentication_classes", "authentication_classes"),
    ("throttle_classes", "throttle_classes"),
];

fn known(name: &str) -> Option<bool> {
    let last = name.rsplit('.').next()?;
    let found = GUARDS.iter().find(|(guard, _)| *guard == last)?;
    name.starts_with("django.contrib.").then_some(found.1)
}

/// `user_passes_test(is_staff)`, `permission_required("app.add_user")`, `method_decorator(login_required)`.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = name.rsplit('.').next().unwrap_or_default();
    if name.starts_with("rest_framework.decorators.") {
        let (_, attribute) = REST.iter().find(|(decorator, _)| *decorator == last)?;
        let guard = Object::new(WEB, GUARD, None).with_word(&format!("classes:{attribute}"));
        return Some(guard.with_value("classes", call.value(0, attribute)).into());
    }
    if last == "method_decorator" {
        let given = call.value(0, "decorator");
        let inside = cx.iterate(&given, call.span);
        let guards = given.or(&inside).filter(is_guard);
        return Some(guards).filter(|guards| !guards.is_nothing());
    }
    let asks = known(name)?;
    let first = call.value(0, "function");
    if last != "user_passes_test" && first.atoms().iter().any(is_code) {
        return None;
    }
    let mut guard = Object::new(WEB, GUARD, None);
    if asks {
        guard = guard.with_word(PERMISSION);
    }
    if last == "user_passes_test" {
        guard = guard.with_value("test", call.value(0, "test_func"));
    }
    Some(guard.into())
}

fn is_code(atom: &Atom) -> bool {
    matches!(atom, Atom::Function(_) | Atom::Method(..))
        || matches!(atom, Atom::Object(object) if object.kind == "view")
}

fn is_guard(atom: &Atom) -> bool {
    match atom {
        Atom::External(name) => known(name).is_some(),
        Atom::Object(object) => object.door == WEB && object.kind == GUARD,
        _ => false,
    }
}

/// A guard gives back what it stands around.
pub(super) fn around(object: &Object, call: &CallSite<'_>) -> Option<Value> {
    (object.kind == GUARD).then(|| call.value(0, "function"))
}

/// What stands around a function that answers requests.
pub(super) fn of_function(cx: &mut Evaluator<'_>, function: FunctionRef) -> Vec<Target> {
    let module = cx.program.module(function.file);
    let decorators = module.function(function.function).decorators.iter();
    decorators
        .filter_map(|id| asking(cx, function.file, *id))
        .collect()
}

/// The unit of what a decorator asks, if it is a guard.
fn asking(cx: &mut Evaluator<'_>, file: FileId, id: ExpressionId) -> Option<Target> {
    if let Some(unit) = cx.guards.get(&(file, id)) {
        return Some(Target::Unit(*unit));
    }
    let guards = evaluated(cx, file, id);
    if guards.is_nothing() {
        return None;
    }
    let span = cx.program.module(file).expression(id).span;
    let unit = cx.add_unit(Unit::Step(file, id));
    cx.guards.insert((file, id), unit);
    cx.within_unit(unit, |cx| ask(cx, &guards, span));
    Some(Target::Unit(unit))
}

fn evaluated(cx: &mut Evaluator<'_>, file: FileId, id: ExpressionId) -> Value {
    let kept = std::mem::take(&mut cx.current);
    let environment = std::mem::take(&mut cx.environment);
    let here = (cx.file, cx.place);
    (cx.file, cx.place) = (file, Place::Module);
    let value = cx.evaluate(id).filter(is_guard);
    (cx.file, cx.place) = here;
    cx.environment = environment;
    cx.current = kept;
    value
}

fn ask(cx: &mut Evaluator<'_>, guards: &Value, span: Span) {
    for atom in guards.atoms() {
        match atom {
            Atom::External(name) if known(name) == Some(true) => permissions(cx, span),
            Atom::External(_) => drop(request::user(cx, span)),
            Atom::Object(guard) => {
                let user = request::user(cx, span);
                if guard.has(PERMISSION) {
                    permissions(cx, span);
                }
                let test = guard.values.get("test").cloned().unwrap_or_default();
                let passed = [Passed::plain(user, span)];
                let expected = Value::nothing();
                cx.call(&test, &CallSite::at_span(span, &passed, &expected));
                if let Some(attribute) = guard.words_after("classes:").next() {
                    let classes = guard.values.get("classes").cloned().unwrap_or_default();
                    plugs::of_function(cx, attribute, &classes, span);
                }
            }
            _ => {}
        }
    }
}

/// Asks what the user may do: the model backend reads the permissions of the user and of the user's groups.
pub(super) fn permissions(cx: &mut Evaluator<'_>, span: Span) {
    let user = request::user(cx, span);
    for atom in user.atoms() {
        if matches!(atom, Atom::Mapped(_)) {
            cx.call_method(atom, "get_all_permissions", span);
        }
    }
}

/// What mixins and decorators of a view's class, and decorators of its methods, ask.
pub(super) fn of_class(cx: &mut Evaluator<'_>, class: ClassRef) {
    let span = cx.program.module(class.file).class(class.class).name_span;
    for base in cx.program.ancestors(class).iter() {
        match base {
            Binding::External(name) if known(name).is_some() => {
                ask(cx, &Value::external(name), span);
            }
            Binding::Class(base) if cx.program.is_own(base.file) => {
                for id in decorators(cx, *base) {
                    let guards = evaluated(cx, base.file, id);
                    ask(cx, &guards, span);
                }
            }
            _ => {}
        }
    }
}

/// The decorators of a class and of its methods.
fn decorators(cx: &Evaluator<'_>, class: ClassRef) -> Vec<ExpressionId> {
    let module = cx.program.module(class.file);
    let names = cx.program.places(class.file);
    let names = names.names(Place::Class(class.class));
    let mut found = module.class(class.class).decorators.clone();
    for name in names.names() {
        for definition in names.definitions(name) {
            if let Definition::Function(function) = definition {
                found.extend(module.function(*function).decorators.iter().copied());
            }
        }
    }
    found
}
