//! Routers of Django REST framework: a viewset's actions become routes.
//! <https://www.django-rest-framework.org/api-guide/routers/>

use super::WEB;
use super::settings::texts;
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Assembled, ExpressionKind, Span};
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

/// Making a router: each knows the place where it is made.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = name.rsplit('.').next().unwrap_or_default();
    if !name.starts_with("rest_framework") || !last.ends_with("Router") {
        return None;
    }
    let mut made = Object::new(WEB, "router", None)
        .with_word(&format!("at:{}:{}", cx.file.0, call.span.start));
    if last == "DefaultRouter"
        && let Some(key) = key(cx, &Atom::Object(made.clone().into()))
    {
        let list = root(cx, call.span);
        cx.cells.join(key, &Value::list(list));
    }
    // `NestedSimpleRouter(parent, "users", lookup="user")`
    if last.contains("Nested")
        && let [prefix, ..] = texts(&call.value(1, "parent_prefix")).as_slice()
    {
        let lookup = texts(&call.value(2, "lookup"));
        let lookup = lookup.first().map_or("nested", String::as_str);
        made = made.with_word(&format!(
            "under:{}/<{lookup}_pk>/",
            prefix.trim_matches('/')
        ));
    }
    Some(made.into())
}

/// The list of all routes that a default router answers at its root.
fn root(cx: &Evaluator<'_>, span: Span) -> Value {
    let view = Object::new(WEB, "view", None).with_word("method:GET");
    let made = Object::new(WEB, "route", None)
        .with_value("route", Atom::Text(Arc::new(Assembled::default())).into())
        .with_value("view", view.into())
        .with_word(&format!("start:{}:{}", cx.file.0, span.start))
        .with_word(&format!("end:{}", span.end));
    made.into()
}

/// Under which word a router's routes are kept; a router of a class of the program by its class.
fn key(cx: &Evaluator<'_>, router: &Atom) -> Option<Key> {
    let at = match router {
        Atom::Object(router) if router.kind == "router" => {
            router.words_after("at:").next()?.to_owned()
        }
        Atom::Instance(class) if is_router(cx, *class) => {
            format!("class {}:{}", class.file.0, class.class.0)
        }
        _ => return None,
    };
    Some(Key::Outside(format!("router {at}").into(), "urls".into()))
}

fn is_router(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.program.ancestors(class).iter().any(|base| {
        base.external()
            .is_some_and(|name| name.starts_with("rest_framework") && name.ends_with("Router"))
    })
}

fn is_default(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.program.ancestors(class).iter().any(|base| {
        base.external()
            .is_some_and(|name| name.ends_with(".DefaultRouter"))
    })
}

/// `router.urls`.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if member.name != "urls" {
        return None;
    }
    let key = key(cx, of)?;
    let urls = cx.read(key);
    match of {
        Atom::Instance(class) if is_default(cx, *class) && member.span != Span::default() => {
            Some(urls.or(&Value::list(root(cx, member.span))))
        }
        _ => Some(urls),
    }
}

/// `router.register(prefix, viewset)`: the router's `urls` grow.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if name != "register" {
        return None;
    }
    let key = key(cx, of)?;
    let under = match of {
        Atom::Object(router) => router.words_after("under:").next().unwrap_or_default(),
        _ => "",
    };
    let mut routes = Vec::new();
    for prefix in texts(&call.value(0, "prefix")) {
        for atom in call.value(1, "viewset").atoms() {
            if let Atom::Class(class) = atom {
                let prefix = format!("{under}{}", prefix.trim_end_matches('/'));
                let prefix = match prefix.as_str() {
                    "" => prefix,
                    _ => format!("{}/", prefix.trim_end_matches('/')),
                };
                routes.extend(routes_of(cx, *class, &prefix, call));
            }
        }
    }
    let all = Value::list(Value::any_of(routes));
    cx.cells.join(key, &all);
    Some(Atom::Null.into())
}

/// Whether a viewset's method answers a route of its own.
pub(super) fn is_action(cx: &Evaluator<'_>, function: FunctionRef, name: &str) -> bool {
    if ACTIONS.iter().any(|(action, ..)| *action == name) {
        return true;
    }
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    definition.decorators.iter().any(|decorator| {
        matches!(&module.expression(*decorator).kind, ExpressionKind::Call(call)
            if module.dotted(call.callee).is_some_and(|callee| callee.ends_with("action")))
    })
}

fn routes_of(cx: &Evaluator<'_>, class: ClassRef, prefix: &str, call: &CallSite<'_>) -> Vec<Atom> {
    let key = lookup_key(cx, class);
    let mut found = Vec::new();
    for (action, method, detail, base) in ACTIONS {
        if has_action(cx, class, action, base) {
            let path = if *detail {
                format!("{prefix}<{key}>/")
            } else {
                prefix.to_owned()
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
        let path = format!("{prefix}{row}{path}/");
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
        .with_word(&format!("action:{action}"))
        .with_word(&format!("start:{}:{}", cx.file.0, call.span.start))
        .with_word(&format!("end:{}", call.span.end));
    Atom::Object(Arc::new(made))
}
