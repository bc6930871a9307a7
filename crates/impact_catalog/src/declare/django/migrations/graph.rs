//! Which migrations there are, and in which order they run.

use super::super::app::Apps;
use crate::declare::values::{self, Arguments, in_class};
use impact_bind::{ClassRef, Definition, Program, ValueRef};
use impact_facts::Language;
use std::collections::{BTreeMap, BTreeSet};

type Key = (String, String);

/// A migration of the tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) label: String,
    pub(super) name: String,
    pub(super) class: ClassRef,
    /// Those that must have run before it.
    pub(super) before: Vec<Key>,
    after: Vec<Key>,
    replaces: Vec<Key>,
}

/// Every migration that runs on a new database, in an order that respects all dependencies. Where a squashed migration
/// and all that it replaces are there, the replaced ones run: they hold the history.
pub(super) fn ordered(program: &Program<'_>, apps: &Apps) -> Vec<Node> {
    let mut nodes: BTreeMap<Key, Node> = BTreeMap::new();
    for class in program.all_classes() {
        if let Some(node) = node(program, apps, class) {
            nodes.insert((node.label.clone(), node.name.clone()), node);
        }
    }
    let aliases = resolve_squashed(&mut nodes);
    let edges = dependencies(&nodes, &aliases);
    sorted(&nodes, &edges)
        .into_iter()
        .filter_map(|key| {
            let before = edges.get(&key).into_iter().flatten().cloned().collect();
            let node = nodes.get(&key).cloned()?;
            Some(Node { before, ..node })
        })
        .collect()
}

fn node(program: &Program<'_>, apps: &Apps, class: ClassRef) -> Option<Node> {
    let facts = program.facts(class.file);
    let module = program.module(class.file);
    let definition = module.class(class.class);
    let named = definition
        .name
        .is_some_and(|name| module.name(name) == "Migration");
    if facts.language != Language::Python || !named || !program.is_own(class.file) {
        return None;
    }
    let is_migration = program.is_subclass(class, "django.db.migrations.Migration")
        || program.is_subclass(class, "django.db.migrations.migration.Migration");
    let path = program.path(class.file);
    let (folder, file) = path.rsplit_once('/')?;
    let name = file.strip_suffix(".py")?;
    let module_name = program.module_name(class.file);
    let package = module_name.rsplit_once('.').map(|(package, _)| package);
    let package = package.filter(|package| package.contains('.'));
    let package = package.map_or_else(|| folder.replace('/', "."), str::to_owned);
    is_migration.then(|| Node {
        label: apps.label(&package),
        name: name.to_owned(),
        class,
        before: keys(program, apps, class, "dependencies"),
        after: keys(program, apps, class, "run_before"),
        replaces: keys(program, apps, class, "replaces"),
    })
}

/// The migrations that a list names.
fn keys(program: &Program<'_>, apps: &Apps, class: ClassRef, member: &str) -> Vec<Key> {
    let values =
        program
            .own_member(class, member)
            .iter()
            .filter_map(|definition| match definition {
                Definition::Value(bound) => {
                    bound.value.map(|id| in_class(class.file, class.class, id))
                }
                _ => None,
            });
    let items = values.flat_map(|value| values::items(program, value).unwrap_or_default());
    items.filter_map(|item| key(program, apps, item)).collect()
}

fn key(program: &Program<'_>, apps: &Apps, item: ValueRef) -> Option<Key> {
    if let Some(call) = Arguments::of(program, item) {
        let swappable = call.callee_name() == "swappable_dependency";
        let (label, _) = apps.user_model.split_once('.')?;
        return swappable.then(|| (label.to_owned(), "__first__".to_owned()));
    }
    let parts = values::items(program, item)?;
    let text = |at: usize| parts.get(at).and_then(|part| values::plain(program, *part));
    Some((text(0)?, text(1)?))
}

/// Leaves of each squashed migration and those that it replaces one side, and says what the others stand for.
fn resolve_squashed(nodes: &mut BTreeMap<Key, Node>) -> BTreeMap<Key, Vec<Key>> {
    let mut aliases: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    let squashed: Vec<Key> = nodes
        .iter()
        .filter(|(_, node)| !node.replaces.is_empty())
        .map(|(key, _)| key.clone())
        .collect();
    for key in squashed {
        let Some(node) = nodes.get(&key) else {
            continue;
        };
        let replaces = node.replaces.clone();
        if replaces
            .iter()
            .all(|replaced| nodes.contains_key(replaced) || aliases.contains_key(replaced))
        {
            nodes.remove(&key);
            aliases.insert(key, replaces);
        } else {
            for replaced in replaces {
                nodes.remove(&replaced);
                aliases.insert(replaced, vec![key.clone()]);
            }
        }
    }
    aliases
}

/// For each migration those that run before it.
fn dependencies(
    nodes: &BTreeMap<Key, Node>,
    aliases: &BTreeMap<Key, Vec<Key>>,
) -> BTreeMap<Key, BTreeSet<Key>> {
    let mut edges: BTreeMap<Key, BTreeSet<Key>> = nodes
        .keys()
        .map(|key| (key.clone(), BTreeSet::new()))
        .collect();
    for (key, node) in nodes {
        for before in node
            .before
            .iter()
            .flat_map(|before| expand(before, nodes, aliases))
        {
            if let Some(set) = edges.get_mut(key).filter(|_| before != *key) {
                set.insert(before);
            }
        }
        for after in node
            .after
            .iter()
            .flat_map(|after| expand(after, nodes, aliases))
        {
            if let Some(set) = edges.get_mut(&after).filter(|_| after != *key) {
                set.insert(key.clone());
            }
        }
    }
    edges
}

/// The migrations that a name stands for.
fn expand(key: &Key, nodes: &BTreeMap<Key, Node>, aliases: &BTreeMap<Key, Vec<Key>>) -> Vec<Key> {
    let (mut open, mut found) = (vec![(key.clone(), 0)], Vec::new());
    while let Some((key, depth)) = open.pop() {
        let of_label = nodes.keys().filter(|other| other.0 == key.0);
        match key.1.as_str() {
            "__first__" => found.extend(of_label.min().cloned()),
            "__latest__" => found.extend(of_label.max().cloned()),
            _ if nodes.contains_key(&key) => found.push(key),
            _ if depth < 16 => {
                let names = aliases.get(&key).into_iter().flatten();
                open.extend(names.map(|name| (name.clone(), depth + 1)));
            }
            _ => {}
        }
    }
    found
}

/// Depth first, each after all that it depends on; a circle is cut where it closes.
fn sorted(nodes: &BTreeMap<Key, Node>, edges: &BTreeMap<Key, BTreeSet<Key>>) -> Vec<Key> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for key in nodes.keys() {
        let mut open = vec![(key, false)];
        while let Some((key, done)) = open.pop() {
            if done {
                order.push(key.clone());
            } else if seen.insert(key) {
                open.push((key, true));
                open.extend(
                    edges
                        .get(key)
                        .into_iter()
                        .flatten()
                        .rev()
                        .map(|before| (before, false)),
                );
            }
        }
    }
    order
}
