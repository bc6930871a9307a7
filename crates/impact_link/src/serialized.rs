//! Rust: under which name a column's value leaves the service where it is put into a struct that serde writes
//! (`UserOut { mail: user.email }`), or into the `json!` of a handler (`json!({ "mail": user.email })`).

use crate::effect::{Effects, Target};
use crate::evaluator::Evaluator;
use crate::exposed::Leaving;
use crate::language::rust::serialized_as;
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{
    Access, CollectionKind, EntryKind, ExpressionId, ExpressionKind, FileId, FunctionId, How,
    Language, Module, Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// Calls around a value are looked through as far as this.
const MAX_CALLS: u32 = 8;

/// Places where columns are read, file by file.
type Reads = BTreeMap<FileId, BTreeSet<u32>>;

/// Adds the names of the values that Rust code serializes.
pub(crate) fn add(cx: &Evaluator<'_>, all: &[Effects], leaving: &mut Leaving) {
    let handlers = handlers(cx, all);
    for (file, starts) in reads(cx, all) {
        let module = cx.program.module(file);
        let answers = handlers.get(&file).map_or(&[][..], Vec::as_slice);
        for expression in &module.expressions {
            let span = expression.span;
            if starts.range(span.start..span.end).next().is_none() {
                continue;
            }
            let places = leaving.entry(file).or_default();
            match &expression.kind {
                ExpressionKind::Record(record) => {
                    let Some(class) = class_of(cx, file, span, record.of) else {
                        continue;
                    };
                    for (name, _, value) in &record.fields {
                        let name = field_name(cx, class, module.name(*name));
                        put(module, places, *value, name);
                    }
                }
                ExpressionKind::Collection(of_json)
                    if of_json.kind == CollectionKind::Dictionary =>
                {
                    if !answers.iter().any(|one| one.contains(span)) {
                        continue;
                    }
                    for item in &of_json.items {
                        let name = item.key.and_then(|key| module.plain_text(key));
                        put(module, places, item.value, name.map(Into::into));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Where columns are named that are read, in files of Rust.
fn reads(cx: &Evaluator<'_>, all: &[Effects]) -> Reads {
    let mut found = Reads::new();
    for touch in all.iter().flat_map(|effects| effects.touches.as_slice()) {
        let file = touch.site.file;
        let is_read = touch.access == Access::Read && touch.how == How::Explicit;
        if is_read && cx.program.facts(file).language == Language::Rust {
            found.entry(file).or_default().insert(touch.site.span.start);
        }
    }
    found
}

/// Where the functions stand that apis run, file by file.
fn handlers(cx: &Evaluator<'_>, all: &[Effects]) -> BTreeMap<FileId, Vec<Span>> {
    let mut found: BTreeMap<FileId, BTreeSet<FunctionId>> = BTreeMap::new();
    let entries = all.iter().flat_map(|effects| &effects.entries);
    for entry in entries.filter(|entry| entry.kind == EntryKind::Api) {
        for target in &entry.runs {
            if let Target::Function(of) = target {
                found.entry(of.file).or_default().insert(of.function);
            }
        }
    }
    let spans = |(file, functions): (FileId, BTreeSet<FunctionId>)| {
        let module = cx.program.module(file);
        let all = functions.into_iter().map(|id| module.function(id).span);
        (file, all.collect())
    };
    found.into_iter().map(spans).collect()
}

/// The struct that a record makes, where it is one of the program's.
fn class_of(cx: &Evaluator<'_>, file: FileId, span: Span, path: ExpressionId) -> Option<ClassRef> {
    let functions = cx.program.module(file).functions.iter();
    let around = (0..)
        .zip(functions)
        .filter(|(_, function)| function.span.contains(span))
        .min_by_key(|(_, function)| function.span.end - function.span.start);
    let place = around.map_or(Place::Module, |(id, _)| Place::Function(FunctionId(id)));
    match cx.program.resolve_expression(file, place, path) {
        Binding::Class(class) => Some(class),
        _ => None,
    }
}

/// The name that serde gives a field.
fn field_name(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<Box<str>> {
    let module = cx.program.module(class.file);
    let fields = &module.class(class.class).fields;
    let field = fields.iter().find(|one| module.name(one.name) == name)?;
    serialized_as(module, class, field)
}

fn put(
    module: &Module,
    places: &mut BTreeMap<Span, Box<str>>,
    value: ExpressionId,
    name: Option<Box<str>>,
) {
    if let (Some(name), Some(value)) = (name, core(module, value, 0)) {
        places.entry(module.expression(value).span).or_insert(name);
    }
}

/// The member or item that a value is, whatever form it is given: `user.email.clone().unwrap_or_default()`,
/// `Some(user.email)`.
fn core(module: &Module, id: ExpressionId, depth: u32) -> Option<ExpressionId> {
    if depth > MAX_CALLS {
        return None;
    }
    match &module.expression(id).kind {
        ExpressionKind::Attribute(_) | ExpressionKind::Subscript(_) => Some(id),
        ExpressionKind::Question(of) | ExpressionKind::Await(of) => core(module, *of, depth + 1),
        ExpressionKind::Cast(cast) => core(module, cast.of, depth + 1),
        ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
            // `row.get("email")` names the column itself.
            ExpressionKind::Attribute(of)
                if matches!(module.name(of.name), "get" | "try_get" | "get_unchecked") =>
            {
                Some(id)
            }
            ExpressionKind::Attribute(of) if !of.path => core(module, of.of, depth + 1),
            _ => match call.arguments.as_slice() {
                [only] => core(module, only.value, depth + 1),
                _ => None,
            },
        },
        _ => None,
    }
}
