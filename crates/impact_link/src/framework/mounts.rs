//! Routers: which value a route belongs to, and what stands before its paths.

use super::tagged::texts;
use crate::evaluator::Evaluator;
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{
    Block, Capture, Captured, ExpressionId, ExpressionKind, FileId, Module, Span, Statement, Tag,
};
use std::collections::{BTreeMap, BTreeSet};

/// A router: where the value that it is stands.
pub(super) type Router = (FileId, u32);

/// In which other router one is mounted, and under what.
type Mounting = (Option<Router>, Option<String>);

/// Routers and what stands before their paths.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    /// What the router itself says.
    own: BTreeMap<Router, String>,
    /// Where it is mounted: in which other, and under what.
    mounted: BTreeMap<Router, Vec<Mounting>>,
    /// Routers whose own prefix gives way to that of the mount.
    replaced: BTreeSet<Router>,
    /// Lists of routes that stand under a prefix: the list's file and place.
    lists: Vec<(FileId, Span, String)>,
    /// What runs before the code of each of its routes.
    before: BTreeMap<Router, BTreeSet<FunctionRef>>,
}

/// Which router an expression is: the value that its name is bound to.
pub(super) fn router(
    cx: &Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    captured: Captured,
) -> Option<Router> {
    let Captured::Expression(id) = captured else {
        return None;
    };
    let module = cx.program.module(file);
    match module.expression(id).kind {
        ExpressionKind::Call(_) => Some((file, module.expression(id).span.start)),
        // A router may be named by its qualified name.
        ExpressionKind::Text(_) => {
            let name = module.plain_text(id)?;
            router_of(cx, &cx.program.lookup(&name))
        }
        _ => {
            let place = place_of(cx, file, tag.span);
            router_of(cx, &cx.program.resolve_expression(file, place, id))
        }
    }
}

fn router_of(cx: &Evaluator<'_>, binding: &Binding) -> Option<Router> {
    match binding {
        Binding::Value(value, rest) if rest.is_empty() => {
            let span = cx
                .program
                .module(value.file)
                .expression(value.expression)
                .span;
            Some((value.file, span.start))
        }
        _ => None,
    }
}

/// The code around a span; decorators are part of the code around their function.
pub(super) fn place_of(cx: &Evaluator<'_>, file: FileId, span: Span) -> Place {
    let functions = cx.program.module(file).functions.iter();
    let around = (0..).zip(functions).filter(|(_, function)| {
        function.span.contains(span)
            && function.span.start < span.start
            && function.name_span.end < span.start
    });
    let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
    innermost.map_or(Place::Module, |(id, _)| {
        Place::Function(impact_facts::FunctionId(id))
    })
}

/// Notes what a tag says of routers and what stands before their paths.
pub(super) fn mount(cx: &mut Evaluator<'_>, file: FileId, tag: &Tag, mounts: &mut Mounts) {
    let prefix = texts(cx, file, tag, Capture::Prefix).into_iter().next();
    let Some(captured) = tag.first(Capture::Router).copied() else {
        return;
    };
    let lists = lists(cx, file, tag, captured);
    if !lists.is_empty() {
        let prefix = prefix.unwrap_or_default();
        let lists = lists.into_iter();
        mounts
            .lists
            .extend(lists.map(|(home, span)| (home, span, prefix.clone())));
        return;
    }
    let Some(child) = router(cx, file, tag, captured) else {
        let parent = tag.first(Capture::Receiver).copied();
        let parent = parent.and_then(|captured| router(cx, file, tag, captured));
        for (prefix, child) in looped(cx, file, tag, captured) {
            let mounted = mounts.mounted.entry(child).or_default();
            mounted.push((parent, Some(prefix)));
        }
        return;
    };
    let before = super::injected::of_call(cx, file, tag.span);
    mounts.before.entry(child).or_default().extend(before);
    let itself = matches!(captured, Captured::Expression(id)
        if cx.program.module(file).expression(id).span == tag.span);
    let prefix = if itself {
        mounts.own.insert(child, prefix.unwrap_or_default());
        if tag.first(Capture::Receiver).is_none() {
            return;
        }
        None
    } else {
        prefix
    };
    let parent = tag.first(Capture::Receiver).copied();
    let parent = parent.and_then(|captured| router(cx, file, tag, captured));
    if tag.setting("syntax") == Some("flask") && prefix.is_some() {
        mounts.replaced.insert(child);
    }
    mounts
        .mounted
        .entry(child)
        .or_default()
        .push((parent, prefix));
}

/// `for prefix, router in ROUTERS.items(): api.add_router(prefix, router)`: the pairs of the dictionary.
fn looped(
    cx: &Evaluator<'_>,
    file: FileId,
    tag: &Tag,
    captured: Captured,
) -> Vec<(String, Router)> {
    let Captured::Expression(named) = captured else {
        return Vec::new();
    };
    let module = cx.program.module(file);
    let place = place_of(cx, file, tag.span);
    let body = match place {
        Place::Function(function) => &module.function(function).body,
        _ => &module.body,
    };
    let Some(over) = loop_around(module, body, tag.span, module.dotted(named).as_deref()) else {
        return Vec::new();
    };
    let ExpressionKind::Call(call) = &module.expression(over).kind else {
        return Vec::new();
    };
    let ExpressionKind::Attribute(items) = &module.expression(call.callee).kind else {
        return Vec::new();
    };
    let Binding::Value(value, _) = cx.program.resolve_expression(file, place, items.of) else {
        return Vec::new();
    };
    let module = cx.program.module(value.file);
    let ExpressionKind::Collection(pairs) = &module.expression(value.expression).kind else {
        return Vec::new();
    };
    let pairs = pairs.items.iter().filter_map(|item| {
        let prefix = module.plain_text(item.key?)?;
        let bound = cx
            .program
            .resolve_expression(value.file, value.place, item.value);
        Some((prefix, router_of(cx, &bound)?))
    });
    pairs.collect()
}

/// What the loop around a span runs over, if the last of the names that it binds is this one.
fn loop_around(
    module: &Module,
    body: &Block,
    span: Span,
    name: Option<&str>,
) -> Option<ExpressionId> {
    body.statements.iter().find_map(|statement| {
        let Statement::Loop(repeat) = statement else {
            return None;
        };
        let around = repeat.body.statements.iter().any(|inner| {
            matches!(inner, Statement::Do(id) if module.expression(*id).span.contains(span))
        });
        let ExpressionKind::Collection(names) = &module.expression(repeat.target?).kind else {
            return None;
        };
        let last = names.items.last()?;
        let binds = module.dotted(last.value).as_deref() == name;
        repeat.over.filter(|_| around && binds)
    })
}

/// The lists of routes that an expression is, or is bound to: `Mount("/v1", routes=[…] + more)`, `Router([…])`.
fn lists(cx: &Evaluator<'_>, file: FileId, tag: &Tag, captured: Captured) -> Vec<(FileId, Span)> {
    let Captured::Expression(id) = captured else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let place = place_of(cx, file, tag.span);
    list_in(cx, (file, place), id, 0, &mut found);
    found
}

fn list_in(
    cx: &Evaluator<'_>,
    (file, place): (FileId, Place),
    id: ExpressionId,
    depth: u32,
    found: &mut Vec<(FileId, Span)>,
) {
    if depth > 4 {
        return;
    }
    let module = cx.program.module(file);
    let expression = module.expression(id);
    match &expression.kind {
        ExpressionKind::Collection(_) => found.push((file, expression.span)),
        ExpressionKind::Binary(both) => {
            list_in(cx, (file, place), both.left, depth + 1, found);
            list_in(cx, (file, place), both.right, depth + 1, found);
        }
        ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
            if let Binding::Value(value, rest) = cx.program.resolve_expression(file, place, id)
                && rest.is_empty()
                && value.expression != id
            {
                list_in(
                    cx,
                    (value.file, value.place),
                    value.expression,
                    depth + 1,
                    found,
                );
            }
        }
        ExpressionKind::Call(call) => {
            let callee = cx.program.resolve_expression(file, place, call.callee);
            let is_router = callee.external() == Some("starlette.routing.Router");
            let routes = call.arguments.iter().find(|one| match one.name {
                Some((name, _)) => module.name(name) == "routes",
                None => true,
            });
            if let Some(routes) = routes.filter(|_| is_router) {
                list_in(cx, (file, place), routes.value, depth + 1, found);
            }
        }
        _ => {}
    }
}

impl Mounts {
    /// What stands before the path of a route because of the lists that it stands in, the outermost first.
    pub(super) fn listed(&self, file: FileId, route: Span) -> String {
        let mut around: Vec<_> = self
            .lists
            .iter()
            .filter(|(home, span, _)| *home == file && span.contains(route))
            .collect();
        around.sort_by_key(|(_, span, _)| std::cmp::Reverse(span.end - span.start));
        let prefixes = around.into_iter().map(|(_, _, prefix)| prefix);
        prefixes.fold(String::new(), |before, prefix| joined(&before, prefix))
    }

    /// What runs before the code of a router's routes, by what it says itself and by where it is mounted.
    pub(super) fn before(&self, router: Router, depth: u32) -> BTreeSet<FunctionRef> {
        let mut all = self.before.get(&router).cloned().unwrap_or_default();
        let mounted = self.mounted.get(&router).into_iter().flatten();
        for parent in mounted.filter_map(|(parent, _)| *parent) {
            if parent != router && depth < 8 {
                all.extend(self.before(parent, depth + 1));
            }
        }
        all
    }

    /// What may stand before the paths of a router.
    pub(super) fn prefixes(&self, router: Router, depth: u32) -> Vec<String> {
        let own = self.own.get(&router).cloned().unwrap_or_default();
        let mounted = self
            .mounted
            .get(&router)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if mounted.is_empty() || depth > 8 {
            return vec![own];
        }
        let mut all = BTreeSet::new();
        for (parent, prefix) in mounted {
            let outer = match parent {
                Some(parent) if *parent != router => self.prefixes(*parent, depth + 1),
                _ => vec![String::new()],
            };
            let inner = if self.replaced.contains(&router) && prefix.is_some() {
                ""
            } else {
                &own
            };
            for before in outer {
                let outer = joined(&before, prefix.as_deref().unwrap_or_default());
                all.insert(joined(&outer, inner));
            }
        }
        all.into_iter().collect()
    }
}

/// A path after what stands before it, with one slash between them.
pub(super) fn joined(before: &str, path: &str) -> String {
    let path = match before.ends_with('/') {
        true => path.strip_prefix('/').unwrap_or(path),
        false => path,
    };
    format!("{before}{path}")
}
