//! Views: function decorators, class-based views and what they carry, middleware.

use super::settings::{setting, texts};
use super::{WEB, request};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Access, ExpressionKind, Language, Span};

/// Methods of HTTP as class-based views define them.
pub(super) const HTTP: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

const VIEWS: &[&str] = &[
    "django.views.View",
    "django.views.generic.View",
    "django.views.generic.base.View",
    "django.views.generic.TemplateView",
    "django.views.generic.RedirectView",
    "django.views.generic.ListView",
    "django.views.generic.DetailView",
    "django.views.generic.CreateView",
    "django.views.generic.UpdateView",
    "django.views.generic.DeleteView",
    "django.views.generic.FormView",
    "rest_framework.views.APIView",
    "rest_framework.generics.GenericAPIView",
    "rest_framework.generics.ListAPIView",
    "rest_framework.generics.RetrieveAPIView",
    "rest_framework.generics.CreateAPIView",
    "rest_framework.generics.UpdateAPIView",
    "rest_framework.generics.DestroyAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.generics.RetrieveUpdateAPIView",
    "rest_framework.generics.RetrieveUpdateDestroyAPIView",
    "rest_framework.viewsets.ViewSet",
    "rest_framework.viewsets.GenericViewSet",
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.viewsets.ReadOnlyModelViewSet",
];

/// What a member of a class-based view is.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let Atom::Instance(class) = of else {
        return None;
    };
    if member.access == Access::Write
        || !matches!(member.name, "request" | "object" | "object_list")
    {
        return None;
    }
    if !is_view(cx, *class) {
        return None;
    }
    match member.name {
        "request" => Some(request::request()),
        "object" => Some(rows(cx, *class, member.span)),
        _ => Some(any_queryset(cx, *class, member.span)),
    }
}

pub(super) fn is_view(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.inherits(class, VIEWS)
        || cx.program.ancestors(class).iter().any(|base| match base {
            Binding::External(name) => {
                name.starts_with("django.views.") || super::generic::is_known(name)
            }
            _ => false,
        })
}

/// Whether a class says something under a name: its body or a base's, or a method that sets it.
pub(super) fn says(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> bool {
    if cx.class_member(class, name).is_some() {
        return true;
    }
    let bases = super::carriers::own_bases(cx, class);
    bases
        .into_iter()
        .any(|base| !cx.read(Key::Attribute(base, name.into())).is_nothing())
}

/// The queryset of a generic view: `get_queryset`, `queryset`, or all rows of `model`.
pub(super) fn queryset(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    if cx.class_member(class, "get_queryset").is_some() {
        return cx.call_method(&Atom::Instance(class), "get_queryset", span);
    }
    own_queryset(cx, class, span)
}

fn rows(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    if cx.class_member(class, "get_object").is_some() {
        return cx.call_method(&Atom::Instance(class), "get_object", span);
    }
    let all = any_queryset(cx, class, span);
    cx.iterate(&all, span)
}

/// The queryset of a view, or of any that inherits from it.
pub(super) fn any_queryset(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    if cx.class_member(class, "get_queryset").is_some() {
        return cx.call_method(&Atom::Instance(class), "get_queryset", span);
    }
    inherited_queryset(cx, class, span)
}

/// Methods of views that no code of the tree defines.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match (of, name) {
        (Atom::Class(class), "as_view") if crate::framework::flask::is_view(cx, *class) => {
            Some(crate::framework::flask::as_view(cx, *class, call))
        }
        (Atom::Class(class), "as_view") => {
            // What a list of URLs fills in is set on the view.
            for argument in call.arguments {
                if let Some((name, _)) = &argument.name {
                    let key = Key::Attribute(*class, name.clone());
                    cx.cells.join(key, &argument.value);
                }
            }
            let mut made = Object::new(WEB, "view", None);
            made.class = Some(*class);
            Some(made.into())
        }
        (Atom::Instance(class), "get_queryset" | "filter_queryset") if is_view(cx, *class) => {
            Some(if name == "filter_queryset" {
                call.value(0, "queryset")
            } else {
                inherited_queryset(cx, *class, call.span)
            })
        }
        (Atom::Instance(class), "get_object") if is_view(cx, *class) => {
            let all = any_queryset(cx, *class, call.span);
            Some(cx.iterate(&all, call.span))
        }
        (Atom::Instance(class), "get_form_kwargs") if is_view(cx, *class) => {
            Some(super::hooks::base_arguments(cx, *class))
        }
        (Atom::Instance(class), "get_initial") if is_view(cx, *class) => {
            Some(Value::dictionary(crate::value::Dictionary::default()))
        }
        (Atom::Instance(class), "get_context_data") if is_view(cx, *class) => {
            Some(super::pages::context_data(cx, *class, call))
        }
        (Atom::Instance(class), "render_to_response") if is_view(cx, *class) => {
            super::pages::respond(cx, *class, &call.value(0, "context"), call.span);
            Some(Value::outside("django.http.HttpResponse"))
        }
        (Atom::Instance(class), "paginate_queryset") if is_view(cx, *class) => {
            let rows = call.at(0).map(|a| (a.value.clone(), a.span));
            rows.map(|(rows, span)| Value::list(cx.iterate(&rows, span)))
        }
        (Atom::Instance(class), "get_form" | "get_serializer") if is_view(cx, *class) => {
            Some(carrier(cx, *class, name, call))
        }
        _ => None,
    }
}

/// The form or serializer that a view makes.
pub(super) fn carrier(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    let (attribute, getter) = match name {
        "get_form" => ("form_class", "get_form_class"),
        _ => ("serializer_class", "get_serializer_class"),
    };
    let itself = Atom::Instance(class);
    let classes = if cx.class_member(class, getter).is_some() {
        cx.call_method(&itself, getter, call.span)
    } else {
        cx.silent_attribute(&itself.into(), attribute)
    };
    let classes = classes.filter(|atom| matches!(atom, Atom::Class(_) | Atom::Object(_)));
    if classes.is_nothing() && name == "get_form" {
        return form_of_model(cx, class, call.span);
    }
    if name != "get_form" {
        return cx.call(&classes, call);
    }
    let passed = [crate::door::Passed {
        spread: impact_facts::Spread::Named,
        ..crate::door::Passed::plain(super::hooks::form_arguments(cx, class), call.span)
    }];
    let call = CallSite {
        arguments: &passed,
        ..*call
    };
    cx.call(&classes, &call)
}

/// The form that a view makes of its model, where it names no form.
fn form_of_model(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    if cx.class_member(class, "fields").is_none() {
        return Value::unknown("the form of a view that names none");
    }
    let kept = std::mem::take(&mut cx.current);
    let rows = any_queryset(cx, class, span);
    cx.current = kept;
    let models = crate::orm::django::models_of(&rows).into_iter();
    models
        .map(super::formsets::form_of)
        .fold(Value::nothing(), |all, one| all.or(&one))
}

/// `super().get_queryset()`: what the class says without its own method.
fn own_queryset(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    let itself: Value = Atom::Instance(class).into();
    if says(cx, class, "queryset") {
        return cx.silent_attribute(&itself, "queryset");
    }
    if !says(cx, class, "model") {
        return Value::unknown("the queryset of a view without a model");
    }
    rows_of_models(cx, &itself, span)
}

/// The same in a method that subclasses inherit: what any of them says.
pub(super) fn inherited_queryset(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) -> Value {
    let itself: Value = Atom::Instance(class).into();
    let below = cx.descendants.get(&class).cloned().unwrap_or_default();
    let any_says = |cx: &mut Evaluator<'_>, name: &str| {
        let children = below.iter().take(MAX_BELOW);
        let mut all = children.chain([&class]);
        all.any(|one| says(cx, *one, name))
    };
    let mut rows = Value::nothing();
    if any_says(cx, "queryset") {
        rows = rows.or(&cx.silent_attribute(&itself, "queryset"));
    }
    if any_says(cx, "model") {
        rows = rows.or(&rows_of_models(cx, &itself, span));
    }
    if rows.is_nothing() {
        return Value::unknown("the queryset of a view without a model");
    }
    rows.filter(|atom| !matches!(atom, Atom::Null))
}

/// More subclasses than this are not asked what they say.
const MAX_BELOW: usize = 200;

/// `self.model._default_manager.all()`.
fn rows_of_models(cx: &mut Evaluator<'_>, itself: &Value, span: Span) -> Value {
    let model = cx.silent_attribute(itself, "model");
    let manager = cx.silent_attribute(&model, "objects");
    let all = cx.silent_attribute(&manager, "all");
    let expected = Value::nothing();
    let call = CallSite::at_span(span, &[], &expected);
    cx.call(&all, &call)
}

/// Functions of Django that take a function and give one like it: decorators.
pub(super) fn decorator(name: &str, call: &CallSite<'_>) -> Option<Value> {
    if !name.starts_with("django.") && !name.starts_with("functools.") {
        return None;
    }
    let first = call.at(0)?;
    let is_function = |atom: &Atom| {
        matches!(atom, Atom::Function(_) | Atom::Method(..))
            || matches!(atom, Atom::Object(object) if object.kind == "view")
    };
    (call.arguments.len() == 1 && first.value.atoms().iter().any(is_function))
        .then(|| first.value.clone())
}

/// Decorators that say which methods of HTTP a function answers.
const METHODS: &[(&str, &[&str])] = &[
    ("django.views.decorators.http.require_POST", &["POST"]),
    ("django.views.decorators.http.require_GET", &["GET"]),
    (
        "django.views.decorators.http.require_safe",
        &["GET", "HEAD"],
    ),
];

/// The methods of HTTP that a function answers; none if it does not say.
pub(super) fn allowed(cx: &Evaluator<'_>, function: FunctionRef) -> Vec<String> {
    let module = cx.program.module(function.file);
    let mut found = Vec::new();
    for decorator in &module.function(function.function).decorators {
        match &module.expression(*decorator).kind {
            ExpressionKind::Call(call) => {
                let binding =
                    cx.program
                        .resolve_expression(function.file, Place::Module, call.callee);
                let last = binding.external().and_then(|name| name.rsplit('.').next());
                if matches!(last, Some("require_http_methods" | "api_view"))
                    && let Some(first) = call.arguments.first()
                    && let ExpressionKind::Collection(items) = &module.expression(first.value).kind
                {
                    let texts = items
                        .items
                        .iter()
                        .filter_map(|item| module.plain_text(item.value));
                    found.extend(texts.map(|text| text.to_ascii_uppercase()));
                }
            }
            _ => {
                let binding =
                    cx.program
                        .resolve_expression(function.file, Place::Module, *decorator);
                let known = METHODS
                    .iter()
                    .find(|(name, _)| binding.external() == Some(name));
                found.extend(
                    known
                        .into_iter()
                        .flat_map(|(_, all)| all.iter().map(|m| (*m).to_owned())),
                );
            }
        }
    }
    found
}

/// Methods of class-based views and of middleware are called with a request.
pub(super) fn start(cx: &mut Evaluator<'_>) {
    let classes: Vec<ClassRef> = cx
        .program
        .all_classes()
        .filter(|class| cx.program.facts(class.file).language == Language::Python)
        .collect();
    for class in classes {
        if is_view(cx, class) {
            for name in HTTP.iter().copied().chain(["dispatch", "setup"]) {
                pass_request(cx, class, name);
            }
        }
    }
    for class in middleware_classes(cx) {
        for name in [
            "__call__",
            "process_request",
            "process_view",
            "process_response",
            "process_exception",
        ] {
            pass_request(cx, class, name);
        }
    }
}

fn pass_request(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) {
    if let Some(function) = method_of(cx, class, name) {
        cx.cells
            .join(Key::Parameter(function, 1), &request::request());
    }
}

fn method_of(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<FunctionRef> {
    match cx.class_member(class, name)? {
        (owner, [.., Definition::Function(function)]) => Some(FunctionRef {
            file: owner.file,
            function: *function,
        }),
        _ => None,
    }
}

fn middleware_classes(cx: &mut Evaluator<'_>) -> Vec<ClassRef> {
    let said = setting(cx, "MIDDLEWARE");
    let bindings = texts(&said)
        .into_iter()
        .map(|name| cx.program.lookup(&name));
    bindings
        .filter_map(|binding| match binding {
            Binding::Class(class) => Some(class),
            _ => None,
        })
        .collect()
}

/// The code of middleware that the settings name: it runs for every route.
pub(super) fn middleware(cx: &mut Evaluator<'_>) -> Vec<Target> {
    let mut found = Vec::new();
    for class in middleware_classes(cx) {
        for name in [
            "__call__",
            "process_request",
            "process_view",
            "process_response",
        ] {
            found.extend(method_of(cx, class, name).map(Target::Function));
        }
    }
    let said = setting(cx, "MIDDLEWARE");
    for name in texts(&said) {
        if let Binding::Function(function) = cx.program.lookup(&name) {
            found.push(Target::Function(function));
            let inner = cx.cells.peek(&Key::Return(function));
            found.extend(inner.atoms().iter().filter_map(|atom| match atom {
                Atom::Function(inner) => Some(Target::Function(*inner)),
                _ => None,
            }));
        }
    }
    found
}
