//! In which order migrations run: as `MigratorTrait::migrations` lists them.

use super::{implements, member};
use impact_bind::{Binding, Place, Program};
use impact_facts::{ExpressionKind, FileId, Language};

/// When a migration runs: its place in its list (those that no list names come last), then its path.
pub(super) type Turn = (usize, Box<str>);

/// The lists of a service's migrators.
pub(super) struct Lists(Vec<(Box<str>, Vec<FileId>)>);

/// Reads every `impl MigratorTrait`.
pub(super) fn lists(program: &Program<'_>) -> Lists {
    let mut lists = Vec::new();
    for class in program.all_classes() {
        let module = program.module(class.file);
        let own =
            program.is_own(class.file) && program.facts(class.file).language == Language::Rust;
        if !own || implements(module, class, "MigratorTrait").is_none() {
            continue;
        }
        let Some(function) = member(module, class, "migrations") else {
            continue;
        };
        let within = module.function(function).span;
        let boxed = module.expressions.iter().filter_map(|expression| {
            let inside = expression.span.start >= within.start && expression.span.end <= within.end;
            match &expression.kind {
                ExpressionKind::Call(call) if inside => {
                    let is_box = module.dotted(call.callee).as_deref() == Some("Box.new");
                    let first = call.arguments.first().filter(|_| is_box)?;
                    Some((expression.span.start, first.value))
                }
                _ => None,
            }
        });
        let mut boxed: Vec<_> = boxed.collect();
        boxed.sort_by_key(|(start, _)| *start);
        let place = Place::Function(function);
        let files = boxed.into_iter().filter_map(|(_, mut id)| {
            if let ExpressionKind::Record(record) = &module.expression(id).kind {
                id = record.of;
            }
            match program.resolve_expression(class.file, place, id) {
                Binding::Class(found) => Some(found.file),
                _ => None,
            }
        });
        let path = program.path(class.file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        lists.push((folder.into(), files.collect()));
    }
    Lists(lists)
}

impl Lists {
    /// The set that a migration belongs to, named by its folder or its migrator's, and when it runs there.
    pub(super) fn turn(&self, file: FileId, folder: &str, path: &str) -> (Box<str>, Turn) {
        for (root, files) in &self.0 {
            if let Some(at) = files.iter().position(|listed| *listed == file) {
                return (root.clone(), (at, path.into()));
            }
        }
        let last = (usize::MAX, path.into());
        let near = self.0.iter().filter(|(root, _)| {
            let rest = folder.strip_prefix(&**root);
            rest.is_some_and(|rest| root.is_empty() || rest.is_empty() || rest.starts_with('/'))
        });
        let nearest = near.max_by_key(|(root, _)| root.len());
        (
            nearest.map_or(folder.into(), |(root, _)| root.clone()),
            last,
        )
    }
}
