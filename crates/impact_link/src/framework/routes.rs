//! Routes as values: what a router of Rust holds, under which prefix it is put, and what is served in the end.
//!
//! A router is an [`Object`] whose values are handlers, by keys that say the path, the method and where the route stands.

use super::middleware;
use crate::door::CallSite;
use crate::effect::{Entry, Target, site};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, FunctionRef, Place};
use impact_facts::{EntryKind, FileId, Span};

/// Between the parts of a route's key: path, methods, file, start, end.
const JOINT: char = '\u{1f}';

/// The kind of routers.
pub(crate) const ROUTER: &str = "router";

/// Whether a value is a tuple that says a path and what runs for it.
pub(crate) fn is_route(atom: &Atom) -> bool {
    let Atom::Tuple(items) = atom else {
        return false;
    };
    let runs = |atom: &Atom| match atom {
        Atom::Object(of) => of.kind == "methods" || of.kind == ROUTER,
        Atom::Function(_) => true,
        _ => false,
    };
    items.iter().any(|one| one.texts().next().is_some())
        && items.iter().any(|one| one.atoms().iter().any(runs))
}

/// Types of routers: a value that is known to be one says more.
const TYPES: &[&str] = &[
    "axum.Router",
    "axum.routing.Router",
    "poem.Route",
    "salvo.Router",
];

fn is_router(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(of) if of.kind == ROUTER)
}

/// Whether a value is a tuple that holds a router: the type that a function says for it says less.
pub(crate) fn holds_router(value: &Value) -> bool {
    let holds = |atom: &Atom| match atom {
        Atom::Tuple(items) => items.iter().any(|one| one.atoms().iter().any(is_router)),
        _ => false,
    };
    value.atoms().iter().any(holds)
}

/// A value without what is only said to be a router, where one is known: types are known before values are.
pub(crate) fn known_routers(value: Value) -> Value {
    if holds_router(&value) {
        let mut made = Value::nothing();
        for atom in value.atoms() {
            made.join(&match atom {
                Atom::Tuple(items) => {
                    Value::tuple(items.iter().cloned().map(known_routers).collect())
                }
                other => other.clone().into(),
            });
        }
        return made.at_most(value.certainty);
    }
    let is_said = |atom: &Atom| matches!(atom, Atom::Outside(of) if TYPES.contains(&&**of));
    let atoms = value.atoms();
    if !atoms.iter().any(is_router) || !atoms.iter().any(is_said) {
        return value;
    }
    value.filter(|atom| !is_said(atom))
}

/// An empty router of a door.
pub(super) fn router(door: &'static str) -> Object {
    Object::new(door, ROUTER, None)
}

/// The strings that a value is known to be, with `{}` for what is not.
pub(super) fn texts(value: &Value) -> Vec<String> {
    value
        .texts()
        .map(|text| {
            let mut shown = text.text.clone();
            for hole in text.holes.iter().rev() {
                let bytes = hole.start as usize..hole.end as usize;
                if shown.get(bytes.clone()).is_some() {
                    shown.replace_range(bytes, "{}");
                }
            }
            shown
        })
        .collect()
}

/// Under which a route is kept: what it is and where it is declared.
pub(super) fn key(path: &str, method: &str, file: FileId, span: Span) -> String {
    let place = [file.0, span.start, span.end].map(|number| number.to_string());
    [path, method, &place[0], &place[1], &place[2]].join(&JOINT.to_string())
}

/// Whether a key of a router is a route's.
pub(super) fn is_of_route(key: &str) -> bool {
    key.contains(JOINT)
}

/// Where a route stands that a method call adds.
pub(super) fn place(call: &CallSite<'_>) -> Span {
    Span::new(call.callee.start, call.span.end)
}

/// A router with handlers by method under paths.
pub(super) fn routed(
    cx: &Evaluator<'_>,
    router: &Object,
    paths: &[String],
    methods: &Value,
    span: Span,
) -> Object {
    let mut made = router.clone();
    for path in paths {
        for atom in methods.atoms() {
            match atom {
                Atom::Object(methods) if methods.kind == "methods" => {
                    for (method, handler) in &methods.values {
                        let key = key(path, method, cx.file, span);
                        made = made.with_value(&key, handler.clone());
                    }
                }
                Atom::Function(_) | Atom::Method(..) => {
                    let key = key(path, "ANY", cx.file, span);
                    made = made.with_value(&key, atom.clone().into());
                }
                _ => {}
            }
        }
    }
    made
}

/// A router with the routes of others under prefixes, and with what stands around these.
pub(super) fn joined(router: &Object, other: &Value, prefixes: &[String]) -> Object {
    let mut made = router.clone();
    for atom in other.atoms() {
        let Atom::Object(other) = atom else { continue };
        let around = middleware::around(other);
        for (key, handler) in other.values.iter().filter(|(key, _)| is_of_route(key)) {
            for prefix in prefixes {
                let key = format!("{}{key}", prefix.trim_end_matches('/'));
                made = made.with_value(&key, handler.or(&around));
            }
        }
    }
    made
}

/// A router whose routes for any method are for these, if there are some.
pub(super) fn narrowed(router: &Object, methods: &[&str]) -> Object {
    let mut made = router.clone();
    if methods.is_empty() {
        return made;
    }
    made.values.clear();
    let any = format!("{JOINT}ANY{JOINT}");
    for (key, handler) in &router.values {
        if !key.contains(&any) {
            made = made.with_value(key, handler.clone());
            continue;
        }
        for method in methods {
            let key = key.replacen(&any, &format!("{JOINT}{method}{JOINT}"), 1);
            made = made.with_value(&key, handler.clone());
        }
    }
    made
}

/// Serves every router of a door among the alternatives.
pub(super) fn serve_all(cx: &mut Evaluator<'_>, value: &Value, door: &'static str) {
    for atom in value.atoms() {
        match atom {
            Atom::Object(object) if object.door == door => serve(cx, object),
            Atom::List(of) => serve_all(cx, &of.clone(), door),
            _ => {}
        }
    }
}

/// Each route of a router is an entry point.
pub(super) fn serve(cx: &mut Evaluator<'_>, router: &Object) {
    for (key, handler) in &router.values {
        let parts: Vec<&str> = key.split(JOINT).collect();
        let [path, method, file, start, end] = parts.as_slice() else {
            continue;
        };
        let (Ok(file), Ok(start), Ok(end)) = (file.parse(), start.parse(), end.parse()) else {
            continue;
        };
        let name = format!("{method} /{}", braces(path).trim_start_matches('/'));
        let all = handler.or(&middleware::around(router));
        let mut runs: Vec<Target> = all.atoms().iter().filter_map(code).collect();
        for handler in runs.clone() {
            if let Target::Function(function) = handler {
                runs.extend(extractors(cx, function));
            }
        }
        let entry = Entry {
            kind: EntryKind::Api,
            name: name.into(),
            site: site(FileId(file), Span::new(start, end)),
            schedule: None,
            runs,
            via: router.door.into(),
        };
        if !cx.current.entries.contains(&entry) {
            cx.current.entries.push(entry);
        }
    }
}

/// What makes the arguments of a handler from a request, where their types are the program's own: axum's and Rocket's
/// `FromRequest` and `FromRequestParts`, actix-web's `FromRequest`, Rocket's `FromData`.
const EXTRACTS: &[&str] = &["from_request_parts", "from_request", "from_data"];

fn extractors(cx: &mut Evaluator<'_>, handler: FunctionRef) -> Vec<Target> {
    let module = cx.program.module(handler.file);
    let place = Place::Function(handler.function);
    let mut found = Vec::new();
    for parameter in &module.function(handler.function).parameters {
        let Some(said) = parameter.annotation else {
            continue;
        };
        let said = crate::language::rust::annotation(cx, handler.file, place, said);
        let classes: Vec<_> = said
            .atoms()
            .iter()
            .filter_map(|atom| cx.class_of_instance(atom))
            .collect();
        for class in classes {
            found.extend(extracting(cx, class).into_iter().map(Target::Function));
        }
    }
    found
}

/// The functions that make a type of a request.
pub(super) fn extracting(cx: &Evaluator<'_>, class: ClassRef) -> Vec<FunctionRef> {
    let all = EXTRACTS
        .iter()
        .filter_map(|name| match cx.program.associated_item(class, name) {
            Some(Binding::Function(function)) => Some(function),
            _ => None,
        });
    all.collect()
}

fn code(atom: &Atom) -> Option<Target> {
    match atom {
        Atom::Function(function) | Atom::Method(function, _) => Some(Target::Function(*function)),
        _ => None,
    }
}

/// `/users/:id/*rest`, `/users/<id>/<rest..>`, `/users/{id:\d+}` are `/users/{id}/{rest}`.
fn braces(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts = path.split('/').map(|part| {
        let inner = part
            .strip_prefix([':', '*'])
            .or_else(|| {
                part.strip_prefix('<')
                    .and_then(|rest| rest.strip_suffix('>'))
            })
            .or_else(|| {
                part.strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
            });
        match inner {
            Some(name) => {
                let name = name.split(':').next().unwrap_or_default();
                format!("{{{}}}", name.trim_start_matches('*').trim_end_matches('.'))
            }
            None => without_patterns(part),
        }
    });
    let joined = parts.collect::<Vec<_>>().join("/");
    joined.replace("//", "/")
}

/// `call{route:.*}` is `call{route}`.
fn without_patterns(part: &str) -> String {
    let mut made = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else {
            made.push('{');
            rest = after;
            break;
        };
        let name = inside.split(':').next().unwrap_or_default();
        made.push_str(&format!("{{{}}}", name.trim_start_matches('*')));
        rest = tail;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::braces;

    #[test]
    fn parameters_are_written_alike() {
        for path in [
            "/u/:id/*rest",
            "/u/{id}/{*rest}",
            "/u/<id>/<rest..>?<q>",
            "/u//{id:\\d+}/{rest}",
        ] {
            assert_eq!(braces(path), "/u/{id}/{rest}", "{path}");
        }
        assert_eq!(braces("/call{route:.*}/x"), "/call{route}/x");
        assert_eq!(braces("/a{b"), "/a{b");
    }
}
