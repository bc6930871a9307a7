//! Settings: names in upper case of a module that is a settings module.

use crate::cells::Key;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{ClassRef, Place};
use impact_facts::{ClassId, FileId, Language};
use std::sync::Arc;

/// What any settings module of the service binds a name to.
pub(crate) fn setting(cx: &mut Evaluator<'_>, name: &str) -> Value {
    let mut value = Value::nothing();
    for file in modules(cx).iter().copied() {
        let places = cx.program.places(file);
        if let Some(id) = places.name(name)
            && !places.names(Place::Module).definitions(id).is_empty()
        {
            value = value.or(&cx.read(Key::Global(file, id)));
        }
        value = value.or(&of_classes(cx, file, name));
    }
    value
}

/// What the classes of settings of a file bind a name to (django-configurations 2.5).
fn of_classes(cx: &mut Evaluator<'_>, file: FileId, name: &str) -> Value {
    let places = cx.program.places(file);
    let Some(id) = places.name(name) else {
        return Value::nothing();
    };
    let mut value = Value::nothing();
    for class in (0..cx.program.module(file).classes.len() as u32).map(ClassId) {
        let class = ClassRef { file, class };
        let says = !places
            .names(Place::Class(class.class))
            .definitions(id)
            .is_empty();
        if says && cx.inherits(class, CONFIGURATIONS) {
            value = value.or(&cx.read(Key::ClassName(class, id)));
        }
    }
    value
}

const CONFIGURATIONS: &[&str] = &[
    "configurations.Configuration",
    "configurations.base.Configuration",
];

/// All settings modules of the program.
fn modules(cx: &mut Evaluator<'_>) -> Arc<[FileId]> {
    let program = cx.program;
    let found = cx.settings.get_or_insert_with(|| {
        let python = |file: &FileId| program.facts(*file).language == Language::Python;
        let files = program.files().filter(python);
        files
            .filter(|file| is_settings(program.path(*file)))
            .collect()
    });
    Arc::clone(found)
}

/// `settings.py`, or a module of a package `settings`.
fn is_settings(path: &str) -> bool {
    path.split('/').any(|part| {
        part.strip_suffix(".py")
            .unwrap_or(part)
            .contains("settings")
    })
}

/// All known strings in a value, in order, containers looked into.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found, 0);
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<String>, depth: u32) {
    if depth > 8 {
        return;
    }
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => found.push(text.text.clone()),
            Atom::List(of) => collect(of, found, depth + 1),
            Atom::Tuple(items) => items
                .iter()
                .for_each(|item| collect(item, found, depth + 1)),
            Atom::Dictionary(of) => {
                of.known
                    .values()
                    .for_each(|item| collect(item, found, depth + 1));
                collect(&of.rest, found, depth + 1);
            }
            _ => {}
        }
    }
}
