//! Templates' own ways: names come from whoever renders them, members are attributes, keys or indexes, and what can be
//! called is called.

use crate::cells::Key;
use crate::door::{CallSite, DOORS, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Definition, FunctionRef, Place};
use impact_facts::{ExpressionKind, FileId, ImportId, Span};
use std::collections::BTreeSet;

/// The word under which functions are kept that libraries of tags and filters register.
pub(crate) const LIBRARY: &str = "template library";

/// What a name of a template is: a variable of its context, else a tag or filter of a library.
pub(crate) fn name(cx: &mut Evaluator<'_>, file: FileId, text: &str) -> Value {
    let variable = cx.read(Key::Template(file, text.into()));
    if !variable.is_nothing() {
        return variable;
    }
    let registered = cx.read(Key::Outside(LIBRARY.into(), text.into()));
    if registered.is_nothing() {
        Value::external(&format!("template.{text}"))
    } else {
        registered
    }
}

/// What `of.name` is in a template: what can be called is.
pub(crate) fn member(cx: &mut Evaluator<'_>, of: &Value, member: &MemberSite<'_>) -> Value {
    let result = found(cx, of, member);
    called(cx, &result, member.span)
}

/// The same before it is called: Jinja's `of.name(…)` says its arguments.
pub(crate) fn found(cx: &mut Evaluator<'_>, of: &Value, member: &MemberSite<'_>) -> Value {
    let mut result = Value::nothing();
    for atom in of.atoms() {
        let one: Value = atom.clone().into();
        let one = one.at_most(of.certainty);
        let found = match atom {
            Atom::Dictionary(dictionary) if dictionary.known.contains_key(member.name) => {
                dictionary
                    .known
                    .get(member.name)
                    .cloned()
                    .unwrap_or_default()
            }
            Atom::Dictionary(dictionary) if !dictionary.rest.is_nothing() => {
                let method = matches!(member.name, "items" | "values" | "keys");
                if method {
                    cx.attribute(&one, member)
                } else {
                    dictionary.rest.clone()
                }
            }
            Atom::Module(file) => macros(cx, *file, member.name),
            Atom::List(items) if is_index(member.name) => items.clone(),
            Atom::Tuple(items) if is_index(member.name) => {
                let at = member.name.parse().unwrap_or(usize::MAX);
                items.get(at).cloned().unwrap_or_default()
            }
            Atom::Object(_) if is_index(member.name) => cx.iterate(&one, member.span),
            _ => cx.attribute(&one, member),
        };
        result = result.or(&found.at_most(of.certainty));
    }
    result
}

/// `{% from "fields.html" import field as one %}`, `{% import "fields.html" as fields %}`: macros of other templates.
pub(crate) fn imported(cx: &mut Evaluator<'_>, id: ImportId) {
    let module = cx.module();
    let Some(import) = module.imports.get(id.0 as usize) else {
        return;
    };
    let Some(bound) = import.alias.or(import.name) else {
        return;
    };
    let mut value = Value::nothing();
    for file in files(cx, &import.path) {
        value = value.or(&match import.name {
            Some(name) => macros(cx, file, module.name(name)),
            None => Atom::Module(file).into(),
        });
    }
    cx.environment.set(bound, value);
}

/// The macros of a name that a template defines.
fn macros(cx: &Evaluator<'_>, file: FileId, name: &str) -> Value {
    let places = cx.program.places(file);
    let Some(name) = places.name(name) else {
        return Value::nothing();
    };
    let defined = places.names(Place::Module).definitions(name).iter();
    Value::any_of(defined.filter_map(|definition| match definition {
        Definition::Function(function) => Some(Atom::Function(FunctionRef {
            file,
            function: *function,
        })),
        _ => None,
    }))
}

fn is_index(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Calls what can be called without arguments.
fn called(cx: &mut Evaluator<'_>, value: &Value, span: Span) -> Value {
    let mut result = Value::nothing();
    let expected = Value::nothing();
    let call = CallSite::at_span(span, &[], &expected);
    for atom in value.atoms() {
        let one: Value = match atom {
            Atom::Method(..) | Atom::Function(_) => cx.call_atom(atom, &call),
            Atom::Member(..) => DOORS
                .iter()
                .find_map(|door| door.call(cx, atom, &call))
                .unwrap_or(Value::unknown(
                    "a member of something without a description",
                )),
            _ => atom.clone().into(),
        };
        result = result.or(&one);
    }
    result.at_most(value.certainty)
}

/// All words that a template and what it includes may read: what is passed on to it.
pub(crate) fn words(cx: &Evaluator<'_>, file: FileId) -> BTreeSet<Box<str>> {
    let (mut words, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        if !seen.insert(file) || seen.len() > 300 {
            continue;
        }
        let module = cx.program.module(file);
        for expression in &module.expressions {
            if let ExpressionKind::Name(name) = expression.kind {
                words.insert(module.name(name).into());
            }
        }
        let paths = module.imports.iter().map(|import| &*import.path);
        open.extend(paths.flat_map(|path| files(cx, path)));
    }
    words
}

/// The templates that a name means: files whose path ends with it, in a folder of templates where there are several.
/// A loader with a prefix (a theme, a blueprint) finds `admin/users.html` in `admin/templates/users.html`.
pub(crate) fn files(cx: &Evaluator<'_>, name: &str) -> Vec<FileId> {
    let found = ending_with(cx, name);
    match name.split_once('/') {
        Some((prefix, rest)) if found.is_empty() => {
            ending_with(cx, &format!("{prefix}/templates/{rest}"))
        }
        _ => found,
    }
}

fn ending_with(cx: &Evaluator<'_>, name: &str) -> Vec<FileId> {
    if name.is_empty() {
        return Vec::new();
    }
    let ends = |path: &str| {
        path.strip_suffix(name)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let all: Vec<FileId> = cx
        .templates()
        .iter()
        .copied()
        .filter(|file| ends(cx.program.path(*file)))
        .collect();
    let rooted = |file: &&FileId| {
        let path = cx.program.path(**file);
        let root = path
            .strip_suffix(name)
            .unwrap_or_default()
            .trim_end_matches('/');
        root.ends_with("templates") || root.ends_with("jinja2")
    };
    let exact: Vec<FileId> = all.iter().filter(rooted).copied().collect();
    if exact.is_empty() { all } else { exact }
}

/// Passes what this template sees on to another, and runs it.
pub(crate) fn pass_on(cx: &mut Evaluator<'_>, name: &str, span: Span, more: &[(Box<str>, Value)]) {
    let from = cx.file;
    for file in files(cx, name) {
        for word in words(cx, file) {
            let value = match more.iter().find(|(key, _)| *key == word) {
                Some((_, value)) => value.clone(),
                None => visible(cx, from, &word),
            };
            cx.cells.join(Key::Template(file, word), &value);
        }
        cx.runs(
            crate::Target::File(file),
            span,
            impact_facts::Certainty::Exact,
        );
    }
}

fn visible(cx: &mut Evaluator<'_>, file: FileId, word: &str) -> Value {
    let places = cx.program.places(file);
    if let Some(name) = places.name(word) {
        if let Some(value) = cx.environment.get(name) {
            return value.clone();
        }
        if !places.names(Place::Module).definitions(name).is_empty() {
            let value = cx.read(Key::Global(file, name));
            return value.or(&cx.read(Key::Template(file, word.into())));
        }
    }
    cx.read(Key::Template(file, word.into()))
}
