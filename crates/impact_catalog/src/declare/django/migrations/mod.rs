//! Django's migrations: their graph, and each operation as what it does to the schema, over Django's own state.

mod column;
mod constraint;
mod data;
mod graph;
mod model;
mod operation;
mod state;

use super::app::Apps;
use crate::declare::values::{self, in_class};
use crate::declare::{FileSteps, MigrationSet, Planned};
use impact_bind::{Definition, Program, ValueRef};
use impact_facts::{Dialect, FileId, SchemaChange, SchemaStep, Span};
use state::State;

/// How deep operations stand in operations.
const MAX_DEPTH: u32 = 8;

/// All migrations of a service in the order in which Django runs them; none if there are none.
pub(super) fn set(program: &Program<'_>, dialect: Dialect) -> Option<MigrationSet> {
    let apps = Apps::of(program);
    let ordered = graph::ordered(program, &apps);
    let mut state = State::default();
    let mut files = Vec::new();
    for node in &ordered {
        let mut run = Run {
            program,
            apps: &apps,
            dialect,
            label: &node.label,
            file: node.class.file,
            state,
            steps: Vec::new(),
            emits: true,
            depth: 0,
        };
        for definition in program.own_member(node.class, "operations") {
            let Definition::Value(bound) = definition else {
                continue;
            };
            if let Some(id) = bound.value {
                run.operations(in_class(node.class.file, node.class.class, id));
            }
        }
        state = run.state;
        let revision = format!("{}.{}", node.label, node.name).into();
        files.push(FileSteps {
            file: node.class.file,
            revision,
            steps: run.steps,
        });
    }
    (!files.is_empty()).then(|| MigrationSet {
        runner: "django",
        root: "".into(),
        files,
    })
}

/// One migration that is being run.
struct Run<'r, 'a> {
    program: &'r Program<'a>,
    apps: &'r Apps,
    dialect: Dialect,
    /// The label of the migration's application.
    label: &'r str,
    file: FileId,
    state: State,
    steps: Vec<Planned>,
    /// Whether the database changes; else only the state does.
    emits: bool,
    depth: u32,
}

impl Run<'_, '_> {
    fn push(&mut self, change: SchemaChange, span: Span) {
        if self.emits {
            self.steps.push(Planned {
                step: SchemaStep { change, span },
                text: "".into(),
            });
        }
    }

    /// What could not be read; `value` says it, and may name tables.
    fn unknown(&mut self, reason: &str, value: ValueRef) {
        let span = values::site(self.program, value).span;
        self.push(SchemaChange::Unknown(reason.into()), span);
    }

    /// Runs a list of operations.
    fn operations(&mut self, list: ValueRef) {
        if self.depth > MAX_DEPTH {
            return self.unknown("operations nested too deeply", list);
        }
        self.depth += 1;
        match values::items(self.program, list) {
            Some(items) => items.into_iter().for_each(|item| self.operation(item)),
            None => self.unknown("a list of operations that is built when it runs", list),
        }
        self.depth -= 1;
    }
}
