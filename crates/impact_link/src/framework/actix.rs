//! actix-web 1 to 4, and paperclip in front of it: scopes, resources and services as values, served by `HttpServer`.
//! <https://actix.rs/docs/url-dispatch/>

use super::middleware;
use super::routes::{joined, key, narrowed, place, routed, router, serve_all, texts};
use crate::cells::Key;
use crate::door::{CallSite, Door, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{FunctionRef, Place};
use impact_facts::{Argument, Call, ExpressionKind, Language, Module, Span};

/// The door's name.
const NAME: &str = "rust/actix";

/// actix-web.
#[derive(Debug)]
pub(crate) struct Actix;

/// Functions, methods and attributes that say a method.
const METHODS: &[&str] = &[
    "get", "post", "put", "delete", "patch", "head", "trace", "options",
];

/// The word of a method that a guard asks for.
const GUARD: &str = "guard:";

/// The word of a scope's or resource's own path.
const PREFIX: &str = "prefix:";

impl Door for Actix {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => {
                let inside = path
                    .strip_prefix("actix_web.")
                    .or_else(|| path.strip_prefix("paperclip.actix."))?;
                function(cx, inside, call)
            }
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = path.rsplit('.').next().unwrap_or_default();
    match path {
        "App.new" | "app.App.new" => Some(router(NAME).into()),
        "HttpServer.new" | "test.init_service" => {
            let app = match call.value(0, "").atoms() {
                [Atom::Function(_)] => {
                    crate::library::rust::applied(cx, call.at(0), &[], call.span)
                }
                _ => call.value(0, ""),
            };
            serve_all(cx, &app, NAME);
            Some(Value::outside("actix_web.HttpServer"))
        }
        "web.scope" | "web.resource" | "Scope.new" | "Resource.new" => {
            let said = texts(&call.value(0, "")).into_iter().next()?;
            let said = router(NAME).with_word(&format!("{PREFIX}{said}"));
            Some(said.into())
        }
        "web.route" | "web.method" | "web.to" => {
            let methods = Object::new(NAME, "methods", None);
            let handler = call.value(0, "");
            Some(if last == "to" {
                methods.with_value("ANY", handler).into()
            } else {
                methods.into()
            })
        }
        _ if path.starts_with("guard.") => Some(guard(last, call).into()),
        _ if path.starts_with("web.") && METHODS.contains(&last) => Some(
            Object::new(NAME, "methods", None)
                .with_word(&last.to_ascii_uppercase())
                .into(),
        ),
        _ => None,
    }
}

fn method(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    match (object.kind, name) {
        ("methods", "to") => {
            let said = object.words.iter();
            let mut said: Vec<&str> = said.map(|word| word.trim_start_matches(GUARD)).collect();
            if said.is_empty() {
                said.push("ANY");
            }
            let mut made = object.clone();
            for method in said {
                made = made.with_value(method, call.value(0, ""));
            }
            made.into()
        }
        ("methods" | "router", "guard") | ("guard", "or" | "and") => {
            asked(object, &call.value(0, "")).into()
        }
        ("router", "to") => {
            let handler = Object::new(NAME, "methods", None).with_value("ANY", call.value(0, ""));
            added(cx, object, &[String::new()], &handler.into(), call)
        }
        ("router", "route") => match call.at(1) {
            Some(methods) => {
                let methods = methods.value.clone();
                added(cx, object, &texts(&call.value(0, "")), &methods, call)
            }
            None => added(cx, object, &[String::new()], &call.value(0, ""), call),
        },
        ("router", name) if METHODS.contains(&name) => {
            let methods = Object::new(NAME, "methods", None)
                .with_value(&name.to_ascii_uppercase(), call.value(0, ""));
            added(cx, object, &[String::new()], &methods.into(), call)
        }
        ("router", "wrap" | "wrap_fn") => {
            let around = middleware::code(cx, &call.value(0, ""));
            middleware::standing(object, &around).into()
        }
        ("router", "service") => serviced(cx, object, &call.value(0, "")).into(),
        ("config", "service") => {
            let made = serviced(cx, &router(NAME), &call.value(0, ""));
            configured(cx, object, &made.into());
            object.clone().into()
        }
        ("config", "route") => {
            let paths = texts(&call.value(0, ""));
            let made = added(cx, &router(NAME), &paths, &call.value(1, ""), call);
            configured(cx, object, &made);
            object.clone().into()
        }
        ("router" | "config", "configure") => configure(cx, object, call),
        _ => object.clone().into(),
    }
}

/// What a guard asks for: the methods, where it asks for any.
fn guard(name: &str, call: &CallSite<'_>) -> Object {
    let empty = Object::new(NAME, "guard", None);
    let lower = name.to_ascii_lowercase();
    match name {
        "Any" | "All" => asked(&empty, &call.value(0, "")),
        "Method" => {
            let spelled = call.value(0, "");
            let said = spelled.atoms().iter().filter_map(|atom| match atom {
                Atom::External(path) | Atom::Outside(path) => path.rsplit('.').next(),
                _ => None,
            });
            said.filter(|word| METHODS.contains(&word.to_ascii_lowercase().as_str()))
                .fold(empty, |made, word| {
                    made.with_word(&format!("{GUARD}{word}"))
                })
        }
        _ if METHODS.contains(&lower.as_str()) => {
            empty.with_word(&format!("{GUARD}{}", name.to_ascii_uppercase()))
        }
        _ => empty,
    }
}

/// An object with the methods that guards ask for.
fn asked(object: &Object, guards: &Value) -> Object {
    let mut made = object.clone();
    for atom in guards.atoms() {
        let Atom::Object(guard) = atom else { continue };
        for word in guard.words.iter().filter(|word| word.starts_with(GUARD)) {
            made = made.with_word(word);
        }
    }
    made
}

fn added(
    cx: &Evaluator<'_>,
    object: &Object,
    paths: &[String],
    methods: &Value,
    call: &CallSite<'_>,
) -> Value {
    let paths: Vec<String> = paths.iter().map(|path| slashed(path)).collect();
    routed(cx, object, &paths, methods, place(call)).into()
}

/// A path as actix-web registers it: one that says anything begins with a slash.
fn slashed(path: &str) -> String {
    match path {
        "" => String::new(),
        _ if path.starts_with('/') => path.to_owned(),
        _ => format!("/{path}"),
    }
}

/// A router with what `service` registers: a scope or resource under its own path, or a handler that says its route.
fn serviced(cx: &Evaluator<'_>, object: &Object, service: &Value) -> Object {
    let mut made = object.clone();
    for atom in service.atoms() {
        match atom {
            Atom::Object(inner) if inner.kind == "router" => {
                let prefix: String = inner.words_after(PREFIX).collect();
                let methods: Vec<&str> = inner.words_after(GUARD).collect();
                let routes = narrowed(inner, &methods);
                made = joined(&made, &routes.into(), &[slashed(&prefix)]);
            }
            Atom::Function(function) => {
                for (method, path) in said(cx, *function) {
                    let span = cx.program.module(function.file).function(function.function);
                    let key = key(&slashed(&path), &method, function.file, span.name_span);
                    made = made.with_value(&key, atom.clone().into());
                }
            }
            Atom::Tuple(items) => {
                for item in items.iter() {
                    made = serviced(cx, &made, item);
                }
            }
            _ => {}
        }
    }
    made
}

/// Methods and paths of `#[get("/users/{id}")]` and `#[route("/users", method = "GET")]`.
fn said(cx: &Evaluator<'_>, function: FunctionRef) -> Vec<(String, String)> {
    let module = cx.program.module(function.file);
    let places = cx.program.places(function.file);
    let place = places
        .around(Place::Function(function.function))
        .unwrap_or(Place::Module);
    let mut found = Vec::new();
    for id in &module.function(function.function).decorators {
        let ExpressionKind::Call(call) = &module.expression(*id).kind else {
            continue;
        };
        let binding = cx.program.attribute_name(function.file, place, call.callee);
        let Some(name) = binding
            .external()
            .and_then(|path| path.strip_prefix("actix_web."))
        else {
            continue;
        };
        let mut texts = call.arguments.iter().filter(|one| one.name.is_none());
        let path = texts.find_map(|one| module.plain_text(one.value));
        let methods = match name {
            "route" => named(module, call, "method"),
            _ if METHODS.contains(&name) => vec![name.to_ascii_uppercase()],
            _ => Vec::new(),
        };
        for method in methods {
            found.extend(path.clone().map(|path| (method, path)));
        }
    }
    found
}

fn named(module: &Module, call: &Call, wanted: &str) -> Vec<String> {
    let is_wanted = |argument: &&Argument| {
        argument
            .name
            .is_some_and(|(name, _)| module.name(name) == wanted)
    };
    let all = call.arguments.iter().filter(is_wanted);
    all.filter_map(|argument| module.plain_text(argument.value))
        .collect()
}

/// `configure(f)`: `f` gets a configuration, and what it registers there is the router's.
fn configure(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let mut made: Value = object.clone().into();
    for atom in call.value(0, "").atoms() {
        let Atom::Function(function) = atom else {
            continue;
        };
        let word = format!("of:{}:{}", function.file.0, function.function.0);
        let config = Object::new(NAME, "config", None).with_word(&word);
        let passed = [Value::from(config.clone())];
        crate::library::rust::applied(cx, call.at(0), &passed, call.span);
        let routes = cx.read(config_key(&config));
        if object.kind == "config" {
            configured(cx, object, &routes);
        } else {
            made = joined(object, &routes, &[String::new()]).into();
        }
    }
    made
}

/// Serves what a closure adds to the configuration that it is handed.
pub(super) fn serve_configured(cx: &mut Evaluator<'_>, configures: &Value, span: Span) {
    let passed = [Passed::plain(configures.clone(), span)];
    let expected = Value::nothing();
    let call = CallSite::at_span(span, &passed, &expected);
    let made = configure(cx, &router(NAME), &call);
    serve_all(cx, &made, NAME);
}

fn configured(cx: &mut Evaluator<'_>, config: &Object, routes: &Value) {
    let key = config_key(config);
    cx.cells.join(key, routes);
}

fn config_key(config: &Object) -> Key {
    let word: String = config.words_after("of:").collect();
    Key::Outside("actix configuration".into(), word.into())
}
