//! Alembic's migrations: revision files, in the order of their graph.

mod column;
mod dependent;
mod operation;
mod parts;
mod run;
mod table;
mod text;

use super::sqlalchemy::Context;
use super::{DeclareOptions, Declared, FileSteps, MigrationSet, dialect};
use impact_bind::{Place, Program};
use impact_facts::{
    CollectionKind, ExpressionId, ExpressionKind, FileId, FunctionId, Language, Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// A revision file.
struct Revision {
    file: FileId,
    id: String,
    parents: Vec<String>,
    upgrade: Option<FunctionId>,
    downgrade: Option<FunctionId>,
}

/// Reads every revision of the service. Each folder of revisions is a history of its own.
pub(super) fn declare(program: &Program<'_>, options: &DeclareOptions<'_>) -> Declared {
    let mut folders: BTreeMap<&str, Vec<Revision>> = BTreeMap::new();
    for file in program.files().filter(|file| program.is_own(*file)) {
        if program.facts(file).language != Language::Python {
            continue;
        }
        if let Some(revision) = revision(program, file) {
            let folder = program
                .path(file)
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            folders.entry(folder).or_default().push(revision);
        }
    }
    let joined = joined(folders);
    let sets = joined.into_iter().map(|(folder, revisions)| MigrationSet {
        runner: "alembic",
        dialect: dialect::of_folder(folder),
        root: folder.into(),
        files: ordered(revisions)
            .into_iter()
            .map(|revision| file_steps(program, &revision, options))
            .collect(),
    });
    Declared {
        sets: sets.collect(),
        ..Declared::default()
    }
}

/// Folders whose revisions name each other are one history (branches kept in folders of their own).
fn joined(folders: BTreeMap<&str, Vec<Revision>>) -> Vec<(&str, Vec<Revision>)> {
    let mut all: Vec<(&str, Vec<Revision>)> = Vec::new();
    for (folder, revisions) in folders {
        let linked = |known: &(&str, Vec<Revision>)| linked(&known.1, &revisions);
        match all.iter().position(linked) {
            Some(at) => {
                if let Some(known) = all.get_mut(at) {
                    known.1.extend(revisions);
                }
            }
            None => all.push((folder, revisions)),
        }
    }
    all
}

fn linked(a: &[Revision], b: &[Revision]) -> bool {
    let names = |some: &[Revision], other: &[Revision]| {
        some.iter().any(|r| {
            r.parents
                .iter()
                .any(|parent| other.iter().any(|o| o.id == *parent))
        })
    };
    names(a, b) || names(b, a)
}

fn revision(program: &Program<'_>, file: FileId) -> Option<Revision> {
    let module = program.module(file);
    let cx = Context {
        program,
        file,
        place: Place::Module,
    };
    let mut found = Revision {
        file,
        id: String::new(),
        parents: Vec::new(),
        upgrade: None,
        downgrade: None,
    };
    let mut has_parent = false;
    for statement in &module.body.statements {
        match statement {
            Statement::Bind(bind) => match (module.dotted(bind.target).as_deref(), bind.value) {
                (Some("revision"), Some(value)) => found.id = cx.text(value)?,
                (Some("down_revision"), Some(value)) => {
                    has_parent = true;
                    found.parents.extend(words(cx, value));
                }
                (Some("depends_on"), Some(value)) => found.parents.extend(words(cx, value)),
                _ => {}
            },
            Statement::Function(id) => {
                let name = module.function(*id).name.map(|name| module.name(name));
                match name {
                    Some("upgrade") => found.upgrade = Some(*id),
                    Some("downgrade") => found.downgrade = Some(*id),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (has_parent && !found.id.is_empty()).then_some(found)
}

fn words(cx: Context<'_, '_>, id: ExpressionId) -> Vec<String> {
    match &cx.module().expression(id).kind {
        ExpressionKind::Collection(all) if all.kind != CollectionKind::Dictionary => all
            .items
            .iter()
            .filter_map(|item| cx.text(item.value))
            .collect(),
        _ => cx.text(id).into_iter().collect(),
    }
}

/// Parents before children; among those that could come next, the first by id. A circle comes last, by id.
fn ordered(mut revisions: Vec<Revision>) -> Vec<Revision> {
    revisions.sort_by(|a, b| a.id.cmp(&b.id));
    let ids: BTreeSet<String> = revisions
        .iter()
        .map(|revision| revision.id.clone())
        .collect();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut out = Vec::with_capacity(revisions.len());
    while !revisions.is_empty() {
        let ready = |r: &Revision| {
            r.parents
                .iter()
                .all(|p| done.contains(p) || !ids.contains(p))
        };
        // Depth first: a child of what came last goes next, so that a long line is not torn by another branch.
        let last = out.last().map(|revision: &Revision| revision.id.clone());
        let follows = |r: &Revision| last.as_ref().is_some_and(|last| r.parents.contains(last));
        let at = revisions
            .iter()
            .position(|r| ready(r) && follows(r))
            .or_else(|| revisions.iter().position(ready))
            .unwrap_or(0);
        let next = revisions.remove(at);
        done.insert(next.id.clone());
        out.push(next);
    }
    out
}

fn file_steps(
    program: &Program<'_>,
    revision: &Revision,
    options: &DeclareOptions<'_>,
) -> FileSteps {
    let module = program.module(revision.file);
    let parents = revision.parents.iter().map(|parent| parent.as_str().into());
    FileSteps {
        file: revision.file,
        revision: revision.id.as_str().into(),
        steps: steps(program, revision, options),
        after: Some(parents.collect()),
        backward: revision
            .downgrade
            .iter()
            .map(|id| module.function(*id).span)
            .collect(),
    }
}

fn steps(
    program: &Program<'_>,
    revision: &Revision,
    options: &DeclareOptions<'_>,
) -> Vec<super::Planned> {
    let Some(upgrade) = revision.upgrade else {
        return Vec::new();
    };
    run::function(program, revision.file, upgrade, options.dialect)
}
