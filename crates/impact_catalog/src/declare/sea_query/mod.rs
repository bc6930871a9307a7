//! sea-orm's migrations (sea-orm-migration 0.8 to 1): each `impl MigrationTrait`, in the order of the `MigratorTrait` that
//! lists it. <https://www.sea-ql.org/SeaORM/docs/migration/writing-migration/>

mod bare;
mod chain;
mod column;
mod iden;
mod order;
mod run;
mod statement;
mod table;
mod text;

use super::{DeclareOptions, Declared, FileSteps, MigrationSet, is_aside};
use impact_bind::{ClassRef, Program};
use impact_facts::{ClassKind, FileId, FunctionId, Language, Module, Statement};
use run::Run;
use std::collections::BTreeMap;

/// What these migrations' runner is called.
pub(super) const RUNNER: &str = "sea-orm";

/// An `impl MigrationTrait for …`.
#[derive(Debug, Clone, Copy)]
struct Written {
    file: FileId,
    up: Option<FunctionId>,
    down: Option<FunctionId>,
}

/// Reads every migration that the service's Rust files implement.
pub(super) fn declare(program: &Program<'_>, options: &DeclareOptions<'_>) -> Declared {
    let lists = order::lists(program);
    let mut sets: BTreeMap<Box<str>, Vec<(order::Turn, Written)>> = BTreeMap::new();
    for class in program.all_classes() {
        let path = program.path(class.file);
        let skipped = options.schema.is_empty() && is_aside(path);
        let Some(written) = written(program, class).filter(|_| !skipped) else {
            continue;
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (set, turn) = lists.turn(class.file, folder, path);
        sets.entry(set).or_default().push((turn, written));
    }
    let mut declared = Declared {
        spoken: bare::spoken(program, options),
        ..Declared::default()
    };
    for (root, mut migrations) in sets {
        migrations.sort_by(|a, b| a.0.cmp(&b.0));
        let mut files = Vec::new();
        for (_, one) in migrations {
            files.extend(file_steps(program, options, one, &mut declared.backward));
        }
        declared.sets.push(MigrationSet {
            runner: RUNNER,
            dialect: None,
            root,
            files,
        });
    }
    declared
}

fn written(program: &Program<'_>, class: ClassRef) -> Option<Written> {
    let own = program.is_own(class.file) && program.facts(class.file).language == Language::Rust;
    let module = program.module(class.file);
    implements(module, class, "MigrationTrait")
        .filter(|()| own)
        .map(|()| Written {
            file: class.file,
            up: member(module, class, "up"),
            down: member(module, class, "down"),
        })
}

/// Whether a class is an implementation of the trait that ends in that name.
fn implements(module: &Module, class: ClassRef, name: &str) -> Option<()> {
    let definition = module.class(class.class);
    let mut bases = definition.bases.iter();
    let named = |base: &impact_facts::Argument| {
        let dotted = module.dotted(base.value);
        dotted.is_some_and(|dotted| dotted.rsplit('.').next() == Some(name))
    };
    (definition.kind == ClassKind::Implementation && bases.any(named)).then_some(())
}

/// The function of that name in the body of an implementation.
fn member(module: &Module, class: ClassRef, name: &str) -> Option<FunctionId> {
    let statements = &module.class(class.class).body.statements;
    statements.iter().find_map(|statement| match statement {
        Statement::Function(id) => {
            let own = module.function(*id).name.map(|own| module.name(own));
            (own == Some(name)).then_some(*id)
        }
        _ => None,
    })
}

/// A migration's steps: the SQL files that it runs are migrations of their own, before it.
fn file_steps(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    one: Written,
    backward: &mut Vec<FileId>,
) -> Vec<FileSteps> {
    let module = program.module(one.file);
    let mut run = Run::new(program, one.file, options.dialect);
    if let Some(up) = one.up {
        run.function(up);
    }
    let mut undo = Run::new(program, one.file, options.dialect);
    if let Some(down) = one.down {
        undo.function(down);
    }
    let forward = |file: &FileId| run.files.iter().any(|(run, _)| run == file);
    let only_back = undo.files.iter().map(|(file, _)| *file);
    backward.extend(only_back.filter(|file| !forward(file)));
    let name = |file: FileId| {
        let path = program.path(file);
        path.rsplit('/').next().unwrap_or(path).to_owned()
    };
    let own = FileSteps {
        backward: one
            .down
            .iter()
            .map(|id| module.function(*id).span)
            .collect(),
        ..FileSteps::forward(one.file, name(one.file).trim_end_matches(".rs"), run.steps)
    };
    let included = run.files.into_iter();
    let included = included.map(|(file, steps)| FileSteps::forward(file, &name(file), steps));
    included.chain([own]).collect()
}
