//! Runs an `up` function in the mind: what it hands to the schema manager, in order. Loops over literal lists are
//! unrolled, functions of the service followed, branches for other databases left out.

use super::chain::Link;
use super::{statement, text};
use crate::declare::{Planned, values};
use impact_bind::{Binding, Place, Program, ValueRef};
use impact_facts::{
    Block, Call, Dialect, ExpressionId, ExpressionKind, FileId, FunctionId, Match, Module, Name,
    SchemaChange, SchemaStep, Span, Statement,
};
use std::collections::BTreeMap;

/// Functions that call functions deeper than this are left away.
const MAX_CALLS: u32 = 8;
/// Expressions in expressions deeper than this are left away.
const MAX_DEPTH: u32 = 200;
/// More expressions than this in one migration: the rest is not understood.
const MAX_WORK: u32 = 400_000;

/// A migration under way.
pub(super) struct Run<'r, 'p> {
    pub(super) program: &'r Program<'p>,
    pub(super) dialect: Dialect,
    /// The migration's file: all steps stand there.
    home: FileId,
    /// Where names are looked up now.
    pub(super) file: FileId,
    pub(super) place: Place,
    /// Names bound to expressions: locals, parameters, loop variables.
    pub(super) bound: BTreeMap<(FileId, Name), ValueRef>,
    /// Statements that call methods on a local: `table.drop_column(…);`.
    pub(super) continued: BTreeMap<(FileId, Name), Vec<ExpressionId>>,
    pub(super) steps: Vec<Planned>,
    /// SQL files that it runs as a whole, with their steps.
    pub(super) files: Vec<(FileId, Vec<Planned>)>,
    /// The call in the migration's file that led into another file.
    entered: Option<Span>,
    calls: u32,
    depth: u32,
    work: u32,
    loops: u32,
}

impl<'r, 'p> Run<'r, 'p> {
    pub(super) fn new(program: &'r Program<'p>, file: FileId, dialect: Dialect) -> Self {
        Self {
            program,
            dialect,
            home: file,
            file,
            place: Place::Module,
            bound: BTreeMap::new(),
            continued: BTreeMap::new(),
            steps: Vec::new(),
            files: Vec::new(),
            entered: None,
            calls: 0,
            depth: 0,
            work: 0,
            loops: 0,
        }
    }

    /// Runs a function of the migration's file.
    pub(super) fn function(&mut self, id: FunctionId) {
        self.place = Place::Function(id);
        let function = self.module().function(id);
        self.block(&function.body);
        if self.work >= MAX_WORK {
            self.unknown("more than is read of one migration", "", function.name_span);
        }
    }

    pub(super) fn module(&self) -> &'p Module {
        self.program.module(self.file)
    }

    /// An expression of the function that runs now.
    pub(super) fn here(&self, expression: ExpressionId) -> ValueRef {
        values::value(self.file, self.place, expression)
    }

    /// Where a value is said in the migration's file.
    pub(super) fn span(&self, value: ValueRef) -> Span {
        match self.entered {
            Some(entered) => entered,
            None if value.file == self.home => {
                self.program
                    .module(value.file)
                    .expression(value.expression)
                    .span
            }
            None => Span::default(),
        }
    }

    /// Whether steps of a text of that file stand where it says them.
    pub(super) fn is_home(&self, file: FileId) -> bool {
        file == self.home && self.entered.is_none()
    }

    pub(super) fn push(&mut self, change: SchemaChange, span: Span) {
        self.steps.push(Planned {
            step: SchemaStep { change, span },
            text: "".into(),
        });
    }

    /// A step that is not understood, and the tables that it names.
    pub(super) fn unknown(&mut self, what: &str, tables: &str, span: Span) {
        self.steps.push(Planned {
            step: SchemaStep {
                change: SchemaChange::Unknown(what.into()),
                span,
            },
            text: tables.into(),
        });
    }

    fn block(&mut self, block: &'p Block) {
        self.work += 1;
        if self.work >= MAX_WORK {
            return;
        }
        for statement in &block.statements {
            self.statement(statement);
        }
        if let Some(tail) = block.tail {
            self.expression(tail);
        }
    }

    fn statement(&mut self, statement: &'p Statement) {
        match statement {
            Statement::Do(id) => {
                self.continue_local(*id);
                self.expression(*id);
            }
            Statement::Return(Some(id)) => self.expression(*id),
            Statement::Bind(bind) => {
                let Some(value) = bind.value else { return };
                self.bind(bind.target, self.here(value));
                self.expression(value);
                if let Some(otherwise) = &bind.otherwise {
                    self.block(otherwise);
                }
            }
            Statement::Branch(branch) => {
                let (then, otherwise) = self.sides(branch.test);
                self.expression(branch.test);
                if then {
                    self.block(&branch.then);
                }
                if otherwise {
                    self.block(&branch.otherwise);
                }
            }
            Statement::Loop(repeat) => self.repeat(repeat),
            _ => {}
        }
    }

    /// Notes `name.method(…);` of a local that a statement is built in.
    fn continue_local(&mut self, id: ExpressionId) {
        let Some(name) = self.root(id) else { return };
        let key = (self.file, name);
        if !self.bound.contains_key(&key) {
            return;
        }
        if self.loops > 0 {
            self.unknown(
                "a statement that is built in a loop",
                "",
                self.span(self.here(id)),
            );
        }
        self.continued.entry(key).or_default().push(id);
    }

    fn root(&self, id: ExpressionId) -> Option<Name> {
        let mut id = id;
        for _ in 0..MAX_DEPTH {
            match &self.module().expression(id).kind {
                ExpressionKind::Call(call) => match &self.module().expression(call.callee).kind {
                    ExpressionKind::Attribute(attribute) if !attribute.path => id = attribute.of,
                    _ => return None,
                },
                ExpressionKind::Name(name) => return Some(*name),
                _ => return None,
            }
        }
        None
    }

    /// Binds a name, or the names of a tuple, to a value.
    pub(super) fn bind(&mut self, target: ExpressionId, value: ValueRef) {
        let module = self.module();
        let file = self.file;
        match &module.expression(target).kind {
            ExpressionKind::Name(name) => {
                let value = self.followed(value);
                if self.itself(value) != Some(*name) {
                    self.bound.insert((file, *name), value);
                    self.continued.remove(&(file, *name));
                }
            }
            ExpressionKind::Collection(targets) => {
                let parts = values::kind(self.program, self.followed(value));
                let ExpressionKind::Collection(parts) = parts else {
                    return;
                };
                for (target, part) in targets.items.iter().zip(&parts.items) {
                    let part = ValueRef {
                        expression: part.value,
                        ..value
                    };
                    if let ExpressionKind::Name(name) = module.expression(target.value).kind {
                        self.bound.insert((file, name), self.followed(part));
                    }
                }
            }
            _ => {}
        }
    }

    fn itself(&self, value: ValueRef) -> Option<Name> {
        match values::kind(self.program, value) {
            ExpressionKind::Name(name) if value.file == self.file => Some(*name),
            _ => None,
        }
    }

    /// A value, or what the name that it is was bound to.
    pub(super) fn followed(&self, value: ValueRef) -> ValueRef {
        let mut value = value;
        for _ in 0..MAX_CALLS {
            match values::kind(self.program, value) {
                ExpressionKind::Name(name) => match self.bound.get(&(value.file, *name)) {
                    Some(bound) => value = *bound,
                    None => return values::follow(self.program, value),
                },
                ExpressionKind::Await(of) | ExpressionKind::Question(of) => {
                    value.expression = *of;
                }
                ExpressionKind::Attribute(_) => return values::follow(self.program, value),
                _ => break,
            }
        }
        value
    }

    fn repeat(&mut self, repeat: &'p impact_facts::Loop) {
        let over = repeat.over.map(|over| self.here(over));
        let items = over.and_then(|over| self.items(over)).unwrap_or_default();
        if items.is_empty() {
            self.block(&repeat.body);
            return;
        }
        self.loops += 1;
        for item in items {
            if self.work >= MAX_WORK {
                break;
            }
            if let Some(target) = repeat.target {
                self.bind(target, item);
            }
            self.block(&repeat.body);
        }
        self.loops -= 1;
    }

    /// The items of a literal list; `.iter()` and its kin are transparent.
    fn items(&self, value: ValueRef) -> Option<Vec<ValueRef>> {
        let mut value = self.followed(value);
        for _ in 0..MAX_CALLS {
            match values::kind(self.program, value) {
                ExpressionKind::Call(call) => {
                    let module = self.program.module(value.file);
                    let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind
                    else {
                        return None;
                    };
                    value.expression = attribute.of;
                    value = self.followed(value);
                }
                _ => return values::items(self.program, value),
            }
        }
        None
    }

    /// What an expression hands to the schema manager, wherever it stands in it.
    pub(super) fn expression(&mut self, id: ExpressionId) {
        if self.work >= MAX_WORK || self.depth >= MAX_DEPTH {
            return;
        }
        self.work += 1;
        self.depth += 1;
        self.parts(id);
        self.depth -= 1;
    }

    fn parts(&mut self, id: ExpressionId) {
        let module = self.module();
        match &module.expression(id).kind {
            ExpressionKind::Call(call) => self.call(id, call),
            ExpressionKind::Await(of) | ExpressionKind::Question(of) => self.expression(*of),
            ExpressionKind::Return(Some(of)) => self.expression(*of),
            ExpressionKind::Block(block) => self.block(block),
            ExpressionKind::Closure(function) => self.block(&module.function(*function).body),
            ExpressionKind::Conditional(choice) => {
                let (then, otherwise) = self.sides(choice.test);
                self.expression(choice.test);
                if then {
                    self.expression(choice.then);
                }
                if let Some(id) = choice.otherwise.filter(|_| otherwise) {
                    self.expression(id);
                }
            }
            ExpressionKind::Match(choice) => self.choice(choice),
            ExpressionKind::Macro(call) => {
                for argument in &call.arguments {
                    self.expression(argument.value);
                }
            }
            ExpressionKind::Collection(all) => {
                for item in &all.items {
                    self.expression(item.value);
                }
            }
            ExpressionKind::Assign(assign) | ExpressionKind::Let(assign) => {
                self.bind(assign.target, self.here(assign.value));
                self.expression(assign.value);
            }
            ExpressionKind::Binary(binary) => {
                self.expression(binary.left);
                self.expression(binary.right);
            }
            ExpressionKind::Unary(unary) => self.expression(unary.of),
            ExpressionKind::Other(parts) => {
                for part in parts {
                    self.expression(*part);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, id: ExpressionId, call: &'p Call) {
        let module = self.module();
        if let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind {
            let name = module.name(attribute.name);
            let first = call.arguments.first().map(|one| self.here(one.value));
            if statement::apply(self, name, first, self.here(id)) || text::apply(self, name, first)
            {
                return;
            }
            if !attribute.path {
                self.expression(attribute.of);
            }
        }
        if self.follow_call(id, call) {
            return;
        }
        for argument in &call.arguments {
            self.expression(argument.value);
        }
    }

    /// Runs a function of the service.
    fn follow_call(&mut self, id: ExpressionId, call: &'p Call) -> bool {
        let found = self
            .program
            .resolve_expression(self.file, self.place, call.callee);
        let Binding::Function(function) = found else {
            return false;
        };
        if !self.program.is_own(function.file) || self.calls >= MAX_CALLS {
            return false;
        }
        let span = self.span(self.here(id));
        let given: Vec<ValueRef> = call
            .arguments
            .iter()
            .map(|one| self.followed(self.here(one.value)))
            .collect();
        let (file, place, entered) = (self.file, self.place, self.entered);
        let outer = self.bound.clone();
        self.file = function.file;
        self.place = Place::Function(function.function);
        if function.file != self.home {
            self.entered = entered.or(Some(span));
        }
        let definition = self.module().function(function.function);
        for (parameter, value) in definition.parameters.iter().zip(given) {
            self.bind(parameter.pattern, value);
        }
        self.calls += 1;
        self.block(&definition.body);
        self.calls -= 1;
        (self.file, self.place, self.entered) = (file, place, entered);
        self.bound = outer;
        true
    }

    fn choice(&mut self, choice: &'p Match) {
        self.expression(choice.subject);
        let named: Vec<Vec<Dialect>> = choice
            .arms
            .iter()
            .map(|arm| self.backends(arm.pattern))
            .collect();
        let ours = named.iter().any(|names| names.contains(&self.dialect));
        for (arm, names) in choice.arms.iter().zip(named) {
            let other = match names.is_empty() {
                true => ours,
                false => !names.contains(&self.dialect),
            };
            if !other {
                self.block(&arm.body);
            }
        }
    }

    /// Which sides of a test run: both, unless it asks for the database that it talks to.
    fn sides(&self, test: ExpressionId) -> (bool, bool) {
        let names = self.backends(test);
        if names.is_empty() {
            return (true, true);
        }
        let unequal = match &self.module().expression(test).kind {
            ExpressionKind::Binary(binary) => self.module().name(binary.operator) == "!=",
            ExpressionKind::Unary(_) => true,
            _ => false,
        };
        let ours = names.contains(&self.dialect) != unequal;
        (ours, !ours)
    }

    /// The databases that an expression names: `DbBackend::Postgres`.
    fn backends(&self, id: ExpressionId) -> Vec<Dialect> {
        let module = self.module();
        let within = module.expression(id).span;
        let inside = module
            .expressions
            .iter()
            .filter(|one| one.span.start >= within.start && one.span.end <= within.end);
        let names = inside.filter_map(|one| match &one.kind {
            ExpressionKind::Attribute(attribute) if attribute.path => {
                let name = module.name(attribute.name);
                BACKENDS.iter().find(|(known, _)| *known == name)
            }
            _ => None,
        });
        names.map(|(_, dialect)| *dialect).collect()
    }

    /// The calls that build the statement that a value is, the first first.
    pub(super) fn chain(&self, value: ValueRef) -> Vec<Link> {
        super::chain::of(self, value, 0)
    }
}

/// `sea_orm::DbBackend`.
const BACKENDS: &[(&str, Dialect)] = &[
    ("Postgres", Dialect::Postgres),
    ("MySql", Dialect::MySql),
    ("Sqlite", Dialect::Sqlite),
];
