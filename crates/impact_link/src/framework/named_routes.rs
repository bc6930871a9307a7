//! Routes that have a name, by which views take them: Pyramid's `add_route("user", "/users/{id}")` and
//! `@view_config(route_name="user")`; a class says the name for its methods with `@view_defaults`.

use super::tagged::texts;
use crate::evaluator::Evaluator;
use impact_bind::Place;
use impact_facts::{Capture, Captured, ExpressionKind, FileId, Tag, TagKind};
use std::collections::{BTreeMap, BTreeSet};

/// The paths of each name.
pub(super) type Named = BTreeMap<String, BTreeSet<String>>;

/// What a tag has to do with named routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing: it has its path itself.
    None,
    /// It gives a path a name.
    Declares,
    /// It takes the path of a name.
    Uses,
}

/// What a tag has to do with named routes.
pub(super) fn naming(tag: &Tag) -> Naming {
    match tag.setting("named") {
        Some("declares") => Naming::Declares,
        Some("uses") => Naming::Uses,
        _ => Naming::None,
    }
}

/// The paths that routes have by their names.
pub(super) fn declared(cx: &mut Evaluator<'_>, tags: &[(FileId, &Tag)]) -> Named {
    let mut named = Named::new();
    for (file, tag) in tags {
        if tag.kind == TagKind::Route && naming(tag) == Naming::Declares {
            let paths = texts(cx, *file, tag, Capture::Path);
            for name in texts(cx, *file, tag, Capture::Name) {
                named.entry(name).or_default().extend(paths.iter().cloned());
            }
        }
    }
    named
}

/// The paths that a view is for.
pub(super) fn used(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, named: &Named) -> Vec<String> {
    let mut names = texts(cx, file, tag, Capture::Name);
    if names.is_empty() {
        names.extend(of_class(cx, file, tag));
    }
    let paths = names.iter().filter_map(|name| named.get(name));
    paths.flatten().cloned().collect()
}

/// What the class of a method says for it: `@view_defaults(route_name="users")`.
fn of_class(cx: &Evaluator<'_>, file: FileId, tag: &Tag) -> Option<String> {
    let Some(Captured::Function(function)) = tag.first(Capture::Handler) else {
        return None;
    };
    let places = cx.program.places(file);
    let Some(Place::Class(class)) = places.around(Place::Function(*function)) else {
        return None;
    };
    let module = cx.program.module(file);
    module.class(class).decorators.iter().find_map(|decorator| {
        let ExpressionKind::Call(call) = &module.expression(*decorator).kind else {
            return None;
        };
        let named = |(name, _)| module.name(name) == "route_name";
        let argument = call.arguments.iter().find(|a| a.name.is_some_and(named))?;
        module.plain_text(argument.value)
    })
}
