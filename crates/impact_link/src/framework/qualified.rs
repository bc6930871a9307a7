//! Operations that several types of Rust name alike: fields of GraphQL's objects and methods of gRPC's services. Such a name
//! alone does not tell which is meant, so the type stands before it: `QUERY /User.name`, `RPC /Greeter/SayHello`.

use super::loops::last_word;
use super::tagged::path_of_handler;
use crate::evaluator::Evaluator;
use impact_facts::{Capture, Captured, ClassKind, FileId, Tag, TagKind};
use std::collections::{BTreeMap, BTreeSet};

/// The operations that need their types: tags whose method and name others of other types have, too.
pub(super) type Qualified = BTreeMap<(FileId, u32), String>;

/// Where the operations of each type stand.
type Places = BTreeMap<String, BTreeSet<(FileId, u32)>>;

/// Finds them among all tags.
pub(super) fn qualified(cx: &Evaluator<'_>, tags: &[(FileId, &Tag)]) -> Qualified {
    let mut by_name: BTreeMap<(&str, String), Places> = BTreeMap::new();
    for (file, tag) in tags.iter().filter(|(_, tag)| tag.kind == TagKind::Route) {
        let (Some(method), Some(name), Some(of)) = (
            tag.setting("method"),
            path_of_handler(cx, *file, tag),
            type_of(cx, *file, tag),
        ) else {
            continue;
        };
        let types = by_name.entry((method, name)).or_default();
        types.entry(of).or_default().insert((*file, tag.span.start));
    }
    let mut found = Qualified::new();
    for ((method, name), types) in by_name {
        if types.len() < 2 {
            continue;
        }
        let joint = if method == "RPC" { '/' } else { '.' };
        for (of, places) in types {
            found.extend(
                places
                    .into_iter()
                    .map(|at| (at, format!("{of}{joint}{name}"))),
            );
        }
    }
    found
}

/// The type that an operation belongs to: the service's trait, or the object that is implemented.
fn type_of(cx: &Evaluator<'_>, file: FileId, tag: &Tag) -> Option<String> {
    let Some(Captured::Function(function)) = tag.first(Capture::Handler) else {
        return None;
    };
    let function = impact_bind::FunctionRef {
        file,
        function: *function,
    };
    let class = cx.program.class_of(function)?;
    let module = cx.program.module(file);
    let of = module.class(class.class);
    if of.kind != ClassKind::Implementation {
        return None;
    }
    let base = of.bases.first().map(|base| base.value);
    let said = base
        .or(of.subject)
        .map(|id| last_word(module, id).to_owned());
    said.filter(|name| !name.is_empty())
}
