//! loco: controllers are lists of axum's handlers under prefixes; what the application's `Hooks::routes` answers is served.
//! loco-rs 0.1 to 1.0: `controller::{Routes, AppRoutes}`, <https://docs.rs/loco-rs/latest/loco_rs/controller/>.

use super::axum;
use super::loops::last_word;
use super::routes::{joined, place, routed, router, serve_all, texts};
use crate::cells::Key;
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef};
use impact_facts::{ClassKind, Language};

/// The door's name.
const NAME: &str = "rust/loco";

/// loco.
#[derive(Debug)]
pub(crate) struct Loco;

/// The word of what stands before the paths of a list of routes.
const PREFIX: &str = "prefix:";

impl Door for Loco {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) => function(cx, path.strip_prefix("loco_rs.")?, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => Some(method(cx, object, name, call)),
                _ => None,
            },
            _ => None,
        }
    }

    fn finish(&self, cx: &mut Evaluator<'_>) {
        let own = |class: &ClassRef| cx.program.is_own(class.file);
        let all: Vec<ClassRef> = cx.program.all_classes().filter(own).collect();
        for class in all {
            if !is_application(cx, class) {
                continue;
            }
            if let Some(Binding::Function(routes)) = cx.program.associated_item(class, "routes") {
                let served = cx.read(Key::Return(routes));
                cx.within_file(class.file, |cx| serve_all(cx, &served, NAME));
            }
        }
    }
}

/// `impl Hooks for App`.
fn is_application(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    if cx.program.facts(class.file).language != Language::Rust {
        return false;
    }
    let module = cx.program.module(class.file);
    let of = module.class(class.class);
    let mut bases = of.bases.iter();
    of.kind == ClassKind::Implementation
        && bases.any(|base| last_word(module, base.value) == "Hooks")
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let mut words = path.rsplit('.');
    let (last, of) = (words.next()?, words.next().unwrap_or_default());
    match (of, last) {
        ("Routes", "new" | "default") | ("AppRoutes", "with_default_routes" | "empty") => {
            Some(router(NAME).into())
        }
        ("Routes", "at") => Some(under(&router(NAME), &first(call)).into()),
        ("prelude", method) => axum::function(cx, &format!("axum.routing.{method}"), call),
        _ => None,
    }
}

fn method(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let own = prefix(object);
    match name {
        "prefix" => under(object, &first(call)).into(),
        "nest_prefix" => under(object, &normal(&[&own, &first(call)])).into(),
        "add" => {
            let paths = texts(&call.value(0, ""));
            let paths: Vec<String> = paths.iter().map(|path| normal(&[path])).collect();
            routed(cx, object, &paths, &call.value(1, ""), place(call)).into()
        }
        "merge" => joined(object, &call.value(0, ""), &[String::new()]).into(),
        "merge_all" => {
            let others = cx.iterate(&call.value(0, ""), call.span);
            joined(object, &others, &[String::new()]).into()
        }
        "nest" => joined(object, &call.value(1, ""), &[normal(&[&first(call)])]).into(),
        "add_route" => added(object, &call.value(0, ""), &own).into(),
        "add_routes" => {
            let others = cx.iterate(&call.value(0, ""), call.span);
            added(object, &others, &own).into()
        }
        "nest_route" => added(object, &call.value(1, ""), &normal(&[&own, &first(call)])).into(),
        "nest_routes" => {
            let others = cx.iterate(&call.value(1, ""), call.span);
            added(object, &others, &normal(&[&own, &first(call)])).into()
        }
        _ => object.clone().into(),
    }
}

/// The routes of an application with those of controllers, each under its own prefix after what stands before all.
fn added(application: &Object, controllers: &Value, before: &str) -> Object {
    let mut made = application.clone();
    for atom in controllers.atoms() {
        if let Atom::Object(controller) = atom {
            let whole = normal(&[before, &prefix(controller)]);
            made = joined(&made, &atom.clone().into(), &[whole]);
        }
    }
    made
}

fn prefix(object: &Object) -> String {
    object.words_after(PREFIX).collect()
}

/// A list of routes with another prefix.
fn under(object: &Object, prefix: &str) -> Object {
    let mut made = object.clone();
    made.words.retain(|word| !word.starts_with(PREFIX));
    made.with_word(&format!("{PREFIX}{prefix}"))
}

fn first(call: &CallSite<'_>) -> String {
    let said = texts(&call.value(0, ""));
    said.into_iter().next().unwrap_or_default()
}

/// Parts of a path as loco joins them: one slash before each word, none at the end.
fn normal(parts: &[&str]) -> String {
    let words = parts.iter().flat_map(|part| part.split('/'));
    let words = words.filter(|word| !word.is_empty());
    words.map(|word| format!("/{word}")).collect()
}
