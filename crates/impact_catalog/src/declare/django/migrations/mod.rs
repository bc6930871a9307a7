//! Django's migrations: their graph, and each operation as what it does to the schema, over Django's own state.

mod column;
mod constraint;
mod data;
mod graph;
mod history;
mod model;
mod operation;
mod state;

use super::app::Apps;
use crate::declare::values::{self, in_class};
use crate::declare::{FileSteps, MigrationSet, Planned};
use history::History;
use impact_bind::{Binding, Definition, Program, ValueRef};
use impact_facts::{Dialect, FileId, Model, SchemaChange, SchemaStep, Span};
use state::State;

/// How deep operations stand in operations.
const MAX_DEPTH: u32 = 8;

/// All migrations of a service in the order in which Django runs them, none if there are none; and the models as their
/// data migrations see them.
pub(super) fn set(program: &Program<'_>, dialect: Dialect) -> (Option<MigrationSet>, Vec<Model>) {
    let apps = Apps::of(program);
    let ordered = graph::ordered(program, &apps);
    let mut state = State::default();
    let mut files = Vec::new();
    let mut history = History::default();
    for node in &ordered {
        let mut run = Run {
            program,
            apps: &apps,
            dialect,
            label: &node.label,
            file: node.class.file,
            state,
            steps: Vec::new(),
            backward: Vec::new(),
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
        history.add(&state, node.class);
        let revision = |label: &str, name: &str| Box::from(format!("{label}.{name}"));
        let before = node
            .before
            .iter()
            .map(|(label, name)| revision(label, name));
        files.push(FileSteps {
            file: node.class.file,
            revision: revision(&node.label, &node.name),
            steps: run.steps,
            after: Some(before.collect()),
            backward: sorted(run.backward),
        });
    }
    let set = (!files.is_empty()).then(|| MigrationSet {
        runner: "django",
        root: "".into(),
        dialect: None,
        files,
    });
    (set, history.models())
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
    /// Parts of the file that only run when it is taken back.
    backward: Vec<Span>,
    /// Whether the database changes; else only the state does.
    emits: bool,
    depth: u32,
}

fn sorted(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    spans.dedup();
    spans
}

impl Run<'_, '_> {
    /// Keeps in mind that an argument, and the function of this file that it names, only run backwards.
    fn only_backward(&mut self, value: Option<ValueRef>) {
        let Some(value) = value else { return };
        let here = values::site(self.program, value);
        if here.file == self.file {
            self.backward.push(here.span);
        }
        if let Binding::Function(function) = values::binding(self.program, value)
            && function.file == self.file
        {
            let module = self.program.module(self.file);
            self.backward.push(module.function(function.function).span);
        }
    }

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
