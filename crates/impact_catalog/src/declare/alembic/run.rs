//! Runs an `upgrade` function in the mind: its operations in order, loops over literal lists unrolled, helpers of the
//! same file followed.

use super::operation::{self, Batch};
use crate::declare::Planned;
use crate::declare::sqlalchemy::Context;
use impact_bind::{Binding, Place, Program};
use impact_facts::{
    Block, Call, Dialect, ExpressionId, ExpressionKind, FileId, FunctionId, Module, Name,
    SchemaChange, SchemaStep, Span, Statement,
};
use std::collections::BTreeMap;

/// Helpers that call helpers deeper than this are left away.
const MAX_DEPTH: u32 = 8;
/// More operations than this in one file: the rest is left away, and the file says so.
const MAX_STEPS: usize = 20_000;

/// More statements than this run in one file: the rest is not understood.
const MAX_WORK: u32 = 200_000;

/// A function under way.
pub(super) struct Run<'a, 'p> {
    pub cx: Context<'a, 'p>,
    pub dialect: Dialect,
    /// Names bound to expressions of the same file: loop variables, parameters, local constants.
    pub bound: BTreeMap<Name, ExpressionId>,
    /// `with op.batch_alter_table("t") as batch`: the names that mean a table's batch.
    pub batches: BTreeMap<Name, Batch>,
    pub steps: Vec<Planned>,
    depth: u32,
    work: u32,
}

/// The steps of a function.
pub(super) fn function(
    program: &Program<'_>,
    file: FileId,
    id: FunctionId,
    dialect: Dialect,
) -> Vec<Planned> {
    let cx = Context {
        program,
        file,
        place: Place::Function(id),
    };
    let mut run = Run {
        cx,
        dialect,
        bound: BTreeMap::new(),
        batches: BTreeMap::new(),
        steps: Vec::new(),
        depth: 0,
        work: 0,
    };
    let function = program.module(file).function(id);
    run.block(&function.body);
    if run.is_spent() {
        let reason = "more than is read of one migration";
        run.push(SchemaChange::Unknown(reason.into()), function.name_span);
    }
    run.steps
}

impl<'p> Run<'_, 'p> {
    pub(super) fn module(&self) -> &'p Module {
        self.cx.module()
    }

    fn block(&mut self, block: &'p Block) {
        for statement in &block.statements {
            if self.is_spent() {
                return;
            }
            self.work += 1;
            self.statement(statement);
        }
    }

    fn is_spent(&self) -> bool {
        self.steps.len() > MAX_STEPS || self.work > MAX_WORK
    }

    fn statement(&mut self, statement: &'p Statement) {
        match statement {
            Statement::Do(id) | Statement::Return(Some(id)) => self.expression(*id),
            Statement::Bind(bind) => self.bind(bind),
            Statement::Branch(branch) => {
                self.block(&branch.then);
                self.block(&branch.otherwise);
            }
            Statement::Try(tried) => {
                self.block(&tried.body);
                self.block(&tried.otherwise);
                self.block(&tried.finally);
            }
            Statement::With(with) => {
                for (manager, target) in &with.items {
                    self.open(*manager, *target);
                }
                self.block(&with.body);
            }
            Statement::Loop(repeat) => self.repeat(repeat),
            _ => {}
        }
    }

    fn bind(&mut self, bind: &'p impact_facts::Bind) {
        let Some(value) = bind.value else { return };
        if let ExpressionKind::Name(name) = self.module().expression(bind.target).kind {
            self.bound.insert(name, value);
        }
        self.expression(value);
    }

    /// `op.batch_alter_table("t", schema=…) as batch`; other managers only run.
    fn open(&mut self, manager: ExpressionId, target: Option<ExpressionId>) {
        let batch = self
            .call(manager)
            .and_then(|call| operation::batch(self, call));
        let name = target.map(|target| &self.module().expression(target).kind);
        match (batch, name) {
            (Some(batch), Some(ExpressionKind::Name(name))) => {
                self.batches.insert(*name, batch);
            }
            _ => self.expression(manager),
        }
    }

    fn repeat(&mut self, repeat: &'p impact_facts::Loop) {
        let over = repeat.over.map(|over| self.resolved(over));
        let items = match over.map(|over| &self.module().expression(over).kind) {
            Some(ExpressionKind::Collection(all)) => all
                .items
                .iter()
                .map(|item| item.key.unwrap_or(item.value))
                .collect(),
            _ => Vec::new(),
        };
        if items.is_empty() {
            self.block(&repeat.body);
            return;
        }
        for item in items {
            if self.is_spent() {
                return;
            }
            if let Some(target) = repeat.target {
                self.bind_pattern(target, item);
            }
            self.block(&repeat.body);
        }
    }

    fn bind_pattern(&mut self, target: ExpressionId, value: ExpressionId) {
        let module = self.module();
        match (
            &module.expression(target).kind,
            &module.expression(value).kind,
        ) {
            (ExpressionKind::Name(name), _) => {
                self.bound.insert(*name, value);
            }
            (ExpressionKind::Collection(targets), ExpressionKind::Collection(values)) => {
                for (target, value) in targets.items.iter().zip(&values.items) {
                    if let ExpressionKind::Name(name) = module.expression(target.value).kind {
                        self.bound.insert(name, value.value);
                    }
                }
            }
            _ => {}
        }
    }

    /// A call's own effect, then what its callee and arguments hold.
    fn expression(&mut self, id: ExpressionId) {
        let Some(call) = self.call(id) else { return };
        let span = self.module().expression(id).span;
        if operation::apply(self, call, span) || self.helper(call) {
            return;
        }
        if let ExpressionKind::Attribute(attribute) = &self.module().expression(call.callee).kind {
            self.expression(attribute.of);
        }
        for argument in &call.arguments {
            self.expression(argument.value);
        }
    }

    /// A function of the same file.
    fn helper(&mut self, call: &'p Call) -> bool {
        let found = self
            .cx
            .program
            .resolve_expression(self.cx.file, self.cx.place, call.callee);
        let Binding::Function(function) = found else {
            return false;
        };
        if function.file != self.cx.file || self.depth >= MAX_DEPTH {
            return false;
        }
        let definition = self.module().function(function.function);
        let outer = self.bound.clone();
        for (parameter, argument) in definition.parameters.iter().zip(&call.arguments) {
            let value = self.resolved(argument.value);
            self.bind_pattern(parameter.pattern, value);
        }
        let place = std::mem::replace(&mut self.cx.place, Place::Function(function.function));
        self.depth += 1;
        self.block(&definition.body);
        self.depth -= 1;
        self.cx.place = place;
        self.bound = outer;
        true
    }

    pub(super) fn call(&self, id: ExpressionId) -> Option<&'p Call> {
        match &self.module().expression(id).kind {
            ExpressionKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// An expression, or what the name that it is was bound to.
    pub(super) fn resolved(&self, id: ExpressionId) -> ExpressionId {
        let mut id = id;
        for _ in 0..MAX_DEPTH {
            match self.module().expression(id).kind {
                ExpressionKind::Name(name) => match self.bound.get(&name) {
                    Some(value) => id = *value,
                    None => break,
                },
                _ => break,
            }
        }
        id
    }

    /// The string that an expression is.
    pub(super) fn text(&self, id: ExpressionId) -> Option<String> {
        let id = self.resolved(id);
        self.cx.text(id).or_else(|| {
            let text = self.source(id)?;
            (text.holes == 0).then_some(text.text)
        })
    }

    pub(super) fn span(&self, id: ExpressionId) -> Span {
        self.module().expression(id).span
    }

    pub(super) fn push(&mut self, change: SchemaChange, span: Span) {
        self.steps.push(Planned {
            step: SchemaStep { change, span },
            text: "".into(),
        });
    }
}
