//! Routers of Django REST framework: a viewset's actions become routes.
//! <https://www.django-rest-framework.org/api-guide/routers/>

use super::WEB;
use super::settings::texts;
use crate::attribute::outside_key;
use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, Place};
use impact_facts::{Assembled, ExpressionKind};
use std::sync::Arc;

/// Actions that routers know: name, method, whether the path names one row, the base that brings it.
const ACTIONS: &[(&str, &str, bool, &str)] = &[
    ("list", "GET", false, "ListModelMixin"),
    ("create", "POST", false, "CreateModelMixin"),
    ("retrieve", "GET", true, "RetrieveModelMixin"),
    ("update", "PUT", true, "UpdateModelMixin"),
    ("partial_update", "PATCH", true, "UpdateModelMixin"),
    ("destroy", "DELETE", true, "DestroyModelMixin"),
];

/// `router.register(prefix, viewset)`: the router's `urls` grow.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Outside(class) = of else {
        return None;
    };
    if name != "register" || !class.ends_with("Router") {
        return None;
    }
    let mut routes = Vec::new();
    for prefix in texts(&call.value(0, "prefix")) {
        for atom in call.value(1, "viewset").atoms() {
            if let Atom::Class(class) = atom {
                routes.extend(routes_of(cx, *class, prefix.trim_end_matches('/'), call));
            }
        }
    }
    let all = Value::list(Value::any_of(routes));
    if let Some(key) = outside_key(of) {
        cx.cells.join(Key::Outside(key, "urls".into()), &all);
    }
    Some(Atom::Null.into())
}

fn routes_of(cx: &Evaluator<'_>, class: ClassRef, prefix: &str, call: &CallSite<'_>) -> Vec<Atom> {
    let key = lookup_key(cx, class);
    let mut found = Vec::new();
    for (action, method, detail, base) in ACTIONS {
        if has_action(cx, class, action, base) {
            let path = if *detail {
                format!("{prefix}/<{key}>/")
            } else {
                format!("{prefix}/")
            };
            found.push(route(
                cx,
                class,
                &path,
                &[(*method).to_owned()],
                action,
                call,
            ));
        }
    }
    for (action, methods, detail, path) in extra_actions(cx, class) {
        let row = if detail {
            format!("<{key}>/")
        } else {
            String::new()
        };
        let path = format!("{prefix}/{row}{path}/");
        found.push(route(cx, class, &path, &methods, &action, call));
    }
    found
}

fn has_action(cx: &Evaluator<'_>, class: ClassRef, action: &str, base: &str) -> bool {
    let inherited = cx
        .program
        .ancestors(class)
        .iter()
        .any(|ancestor| match ancestor {
            Binding::External(name) => {
                let last = name.rsplit('.').next().unwrap_or_default();
                last == base
                    || last == "ModelViewSet"
                    || (last == "ReadOnlyModelViewSet" && matches!(action, "list" | "retrieve"))
            }
            _ => false,
        });
    inherited || cx.class_member(class, action).is_some()
}

fn lookup_key(cx: &Evaluator<'_>, class: ClassRef) -> String {
    let said = ["lookup_url_kwarg", "lookup_field"]
        .into_iter()
        .find_map(|name| {
            let (owner, definitions) = cx.class_member(class, name)?;
            match definitions.last()? {
                Definition::Value(bound) => cx.program.module(owner.file).plain_text(bound.value?),
                _ => None,
            }
        });
    said.unwrap_or_else(|| "pk".to_owned())
}

/// Methods decorated with `@action(detail=…, methods=[…], url_path=…)`.
fn extra_actions(cx: &Evaluator<'_>, class: ClassRef) -> Vec<(String, Vec<String>, bool, String)> {
    let mut found = Vec::new();
    for base in cx.program.ancestors(class).iter() {
        let Binding::Class(base) = base else {
            continue;
        };
        let module = cx.program.module(base.file);
        let places = cx.program.places(base.file);
        let names = places.names(Place::Class(base.class));
        for name in names.names() {
            for definition in names.definitions(name) {
                let Definition::Function(function) = definition else {
                    continue;
                };
                for decorator in &module.function(*function).decorators {
                    if let ExpressionKind::Call(call) = &module.expression(*decorator).kind
                        && module
                            .dotted(call.callee)
                            .is_some_and(|callee| callee.ends_with("action"))
                    {
                        let own = module.name(name).to_owned();
                        found.push(extra_action(module, own, call));
                    }
                }
            }
        }
    }
    found
}

fn extra_action(
    module: &impact_facts::Module,
    own: String,
    call: &impact_facts::Call,
) -> (String, Vec<String>, bool, String) {
    let named = |wanted: &str| {
        let all = call.arguments.iter();
        let found = all.filter(|a| a.name.is_some_and(|(name, _)| module.name(name) == wanted));
        found.map(|argument| argument.value).next()
    };
    let detail =
        named("detail").is_some_and(|id| module.expression(id).kind == ExpressionKind::Bool(true));
    let methods = match named("methods").map(|id| &module.expression(id).kind) {
        Some(ExpressionKind::Collection(items)) => items
            .items
            .iter()
            .filter_map(|item| module.plain_text(item.value))
            .map(|text| text.to_ascii_uppercase())
            .collect(),
        _ => vec!["GET".to_owned()],
    };
    let path = named("url_path").and_then(|id| module.plain_text(id));
    (own.clone(), methods, detail, path.unwrap_or(own))
}

fn route(
    cx: &Evaluator<'_>,
    class: ClassRef,
    path: &str,
    methods: &[String],
    action: &str,
    call: &CallSite<'_>,
) -> Atom {
    let mut view = Object::new(WEB, "view", None).with_word(&format!("action:{action}"));
    for method in methods {
        view = view.with_word(&format!("method:{method}"));
    }
    view.class = Some(class);
    let text = Assembled {
        text: path.to_owned(),
        ..Assembled::default()
    };
    let made = Object::new(WEB, "route", None)
        .with_value("route", Atom::Text(Arc::new(text)).into())
        .with_value("view", view.into())
        .with_word(&format!("start:{}:{}", cx.file.0, call.span.start))
        .with_word(&format!("end:{}", call.span.end));
    Atom::Object(Arc::new(made))
}
