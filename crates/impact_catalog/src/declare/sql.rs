//! Migrations and dumps that are SQL files.

use super::{
    DeclareOptions, Declared, FileSteps, MigrationSet, Planned, dialect, is_aside, refinery,
};
use crate::runner::{Layout, layout};
use crate::text::SourceText;
use impact_bind::Program;
use impact_facts::{Dialect, FileId, Language, SchemaChange, Span};
use std::collections::BTreeMap;

/// A migration and when it runs.
struct Versioned<'p> {
    version: Option<Vec<u64>>,
    path: &'p str,
    steps: FileSteps,
}

/// What sets migrations apart: the folder, the runner, and the dialect that their path says.
type Home = (Box<str>, &'static str, Option<Dialect>);

/// Reads every SQL file of the service.
pub(super) fn declare(program: &Program<'_>, options: &DeclareOptions<'_>) -> Declared {
    let mut sets: BTreeMap<Home, Vec<Versioned<'_>>> = BTreeMap::new();
    let mut declared = Declared::default();
    for file in program.files().filter(|file| program.is_own(*file)) {
        let path = program.path(file);
        let skipped = options.schema.is_empty() && is_aside(path);
        if let Some(alike) = refinery::as_sql(program, file).filter(|_| !skipped) {
            written_in_rust(program, file, &alike, options, &mut sets);
            continue;
        }
        if program.facts(file).language != Language::Sql || skipped {
            continue;
        }
        let source = SourceText::of_file(program.module(file));
        let said = dialect::of_file(path);
        let read_as = said.unwrap_or(options.dialect);
        match layout(path, &source.text) {
            Layout::Migration(placed) => {
                let steps = forward(&source, &placed.forward, read_as);
                let revision = revision(path, placed.root);
                let steps = FileSteps {
                    backward: backward(&source, &placed.forward),
                    ..FileSteps::forward(file, revision, steps)
                };
                let set = sets
                    .entry((placed.root.into(), placed.runner, said))
                    .or_default();
                set.push(Versioned {
                    version: placed.version,
                    path,
                    steps,
                });
            }
            Layout::Backward => declared.backward.push(file),
            Layout::Other => declared.dumps.extend(dump(file, path, &source, read_as)),
        }
    }
    declared.sets = sets
        .into_iter()
        .map(|(home, files)| ordered(home, files))
        .collect();
    declared
}

/// A migration in Rust, in one order with the SQL files beside it.
fn written_in_rust<'p>(
    program: &'p Program<'_>,
    file: FileId,
    alike: &str,
    options: &DeclareOptions<'_>,
    sets: &mut BTreeMap<Home, Vec<Versioned<'p>>>,
) {
    let path = program.path(file);
    let Layout::Migration(placed) = layout(alike, "") else {
        return;
    };
    let said = dialect::of_file(path);
    let steps = refinery::steps(program, file, said.unwrap_or(options.dialect));
    let revision = revision(path, placed.root);
    let home = (placed.root.into(), placed.runner, said);
    sets.entry(home).or_default().push(Versioned {
        version: placed.version,
        path,
        steps: FileSteps::forward(file, revision, steps),
    });
}

/// What names a migration in its runner's folder: its path from there, or the folder that holds nothing else.
fn revision<'p>(path: &'p str, root: &str) -> &'p str {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.trim_start_matches('/')
}

/// The parts of a file between and around those that go forward.
fn backward(source: &SourceText, forward: &[Span]) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut at = 0;
    let length = source.text.len() as u32;
    for (start, end) in forward
        .iter()
        .map(|part| (part.start, part.end))
        .chain([(length, length)])
    {
        if start > at {
            parts.push(source.locate(Span::new(at, start)));
        }
        at = end;
    }
    parts
}

fn ordered((root, runner, dialect): Home, mut files: Vec<Versioned<'_>>) -> MigrationSet {
    files.sort_by(|a, b| {
        let (key_a, key_b) = (
            (a.version.is_none(), &a.version, a.path),
            (b.version.is_none(), &b.version, b.path),
        );
        key_a.cmp(&key_b)
    });
    MigrationSet {
        runner,
        root,
        dialect,
        files: files.into_iter().map(|file| file.steps).collect(),
    }
}

/// The steps of the parts of a text that go forward.
fn forward(source: &SourceText, parts: &[Span], dialect: Dialect) -> Vec<Planned> {
    parts
        .iter()
        .flat_map(|part| steps_of(source, *part, dialect))
        .collect()
}

/// The steps that a part of a text says, standing in the text's file.
pub(super) fn steps_of(source: &SourceText, part: Span, dialect: Dialect) -> Vec<Planned> {
    let text = source.slice(part);
    let steps = impact_sql::schema_steps(text, dialect).into_iter();
    steps
        .map(|mut step| {
            let unknown = matches!(step.change, SchemaChange::Unknown(_));
            let said = text
                .get(step.span.start as usize..step.span.end as usize)
                .filter(|_| unknown);
            let said = said.unwrap_or("").into();
            let home = |span: Span| {
                source.locate(Span::new(span.start + part.start, span.end + part.start))
            };
            step.relocate(&home);
            Planned { step, text: said }
        })
        .collect()
}

/// A file that is no migration counts if it makes tables or views; the rest of such a file's steps belong to them.
fn dump(file: FileId, path: &str, source: &SourceText, dialect: Dialect) -> Option<FileSteps> {
    let lower = source.text.to_ascii_lowercase();
    if !["create", "import"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    let all = Span::new(0, source.text.len() as u32);
    let steps = steps_of(source, all, dialect);
    let creates = steps
        .iter()
        .any(|planned| makes_relations(&planned.step.change));
    creates.then(|| FileSteps::forward(file, path, steps))
}

fn makes_relations(change: &SchemaChange) -> bool {
    matches!(
        change,
        SchemaChange::CreateTable(_)
            | SchemaChange::CreateView(_)
            | SchemaChange::ImportForeignSchema { .. }
    )
}
