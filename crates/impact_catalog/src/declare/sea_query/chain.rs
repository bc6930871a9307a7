//! Statements that are built by calls: `Table::alter().table(…).drop_column(…).to_owned()`.

use super::run::Run;
use crate::declare::values;
use impact_bind::{Binding, FunctionRef, Place, ValueRef};
use impact_facts::{Call, ExpressionKind, Statement};

/// More links than this are no statement that anyone wrote.
const MAX_LINKS: usize = 4_000;
/// Functions that make statements of what functions make, deeper than this, are left away.
const MAX_DEPTH: u32 = 6;

/// One call: `Table::alter()` has the name `Table::alter`, `.drop_column(…)` the name `drop_column`, `pk_auto(…)` its own.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) name: String,
    arguments: Vec<ValueRef>,
    /// The call.
    pub(super) at: ValueRef,
}

impl Link {
    /// The argument at a place.
    pub(super) fn argument(&self, place: usize) -> Option<ValueRef> {
        self.arguments.get(place).copied()
    }
}

/// Other beginnings of the same statements.
const BEGINNINGS: &[(&str, &str)] = &[
    ("TableCreateStatement::new", "Table::create"),
    ("TableAlterStatement::new", "Table::alter"),
    ("TableDropStatement::new", "Table::drop"),
    ("TableRenameStatement::new", "Table::rename"),
    ("IndexCreateStatement::new", "Index::create"),
    ("IndexDropStatement::new", "Index::drop"),
    ("ForeignKeyCreateStatement::new", "ForeignKey::create"),
    ("ForeignKeyDropStatement::new", "ForeignKey::drop"),
];

/// The calls behind a value, the first first; empty if it is none.
pub(super) fn of(run: &Run<'_, '_>, value: ValueRef, depth: u32) -> Vec<Link> {
    let mut found = Vec::new();
    let mut at = value;
    for _ in 0..MAX_LINKS {
        let module = run.program.module(at.file);
        if let ExpressionKind::Name(name) = module.expression(at.expression).kind {
            let continued = run.continued.get(&(at.file, name)).into_iter().flatten();
            let mut all: Vec<Link> = continued
                .flat_map(|more| {
                    links(
                        run,
                        ValueRef {
                            expression: *more,
                            ..at
                        },
                    )
                })
                .collect();
            all.append(&mut found);
            found = all;
        }
        let next = run.followed(at);
        let ExpressionKind::Call(call) = values::kind(run.program, next) else {
            break;
        };
        at = next;
        match &run.program.module(at.file).expression(call.callee).kind {
            ExpressionKind::Attribute(attribute) if !attribute.path => {
                found.insert(0, link(run, at, call));
                at.expression = attribute.of;
            }
            _ => {
                let mut first = first(run, at, call, depth);
                first.append(&mut found);
                return first;
            }
        }
    }
    found
}

/// The calls on a local in one statement, without what the local is.
fn links(run: &Run<'_, '_>, value: ValueRef) -> Vec<Link> {
    let mut found = Vec::new();
    let mut at = value;
    for _ in 0..MAX_LINKS {
        let ExpressionKind::Call(call) = values::kind(run.program, at) else {
            break;
        };
        let ExpressionKind::Attribute(attribute) =
            &run.program.module(at.file).expression(call.callee).kind
        else {
            break;
        };
        found.push(link(run, at, call));
        at.expression = attribute.of;
    }
    found.reverse();
    found
}

fn link(run: &Run<'_, '_>, at: ValueRef, call: &Call) -> Link {
    let module = run.program.module(at.file);
    let last = values::last_name(module, call.callee).unwrap_or_default();
    let owner = match &module.expression(call.callee).kind {
        ExpressionKind::Attribute(attribute) if attribute.path => {
            values::last_name(module, attribute.of)
        }
        _ => None,
    };
    let name = match owner {
        Some(owner) => format!("{owner}::{last}"),
        None => last.to_owned(),
    };
    let other = BEGINNINGS.iter().find(|(other, _)| *other == name);
    Link {
        name: other.map_or(name, |(_, usual)| (*usual).to_owned()),
        arguments: values_of(at, call),
        at,
    }
}

fn values_of(at: ValueRef, call: &Call) -> Vec<ValueRef> {
    let arguments = call.arguments.iter();
    arguments
        .map(|argument| ValueRef {
            expression: argument.value,
            ..at
        })
        .collect()
}

/// Puts what a function is given in the place of its parameters.
fn give(run: &Run<'_, '_>, function: FunctionRef, given: &[ValueRef], links: &mut [Link]) {
    let module = run.program.module(function.file);
    let parameters = &module.function(function.function).parameters;
    let names = parameters
        .iter()
        .map(|one| &module.expression(one.pattern).kind);
    let names: Vec<&ExpressionKind> = names.collect();
    let values = links.iter_mut().flat_map(|link| &mut link.arguments);
    for value in values.filter(|value| value.file == function.file) {
        let said = &module.expression(value.expression).kind;
        let is_parameter =
            |name: &&ExpressionKind| matches!(said, ExpressionKind::Name(_)) && **name == *said;
        let at = names.iter().position(is_parameter);
        if let Some(given) = at.and_then(|at| given.get(at)) {
            *value = *given;
        }
    }
}

/// What a chain begins with: a call of sea-query's, or what a function of the service makes.
fn first(run: &Run<'_, '_>, at: ValueRef, call: &Call, depth: u32) -> Vec<Link> {
    let callee = ValueRef {
        expression: call.callee,
        ..at
    };
    let made = match values::binding(run.program, callee) {
        Binding::Function(function) if run.program.is_own(function.file) => Some(function),
        _ => None,
    };
    let Some(function) = made else {
        let link = link(run, at, call);
        if link.name == "timestamps" {
            let mut inner = link
                .argument(0)
                .filter(|_| depth < MAX_DEPTH)
                .map(|inner| of(run, inner, depth + 1))
                .unwrap_or_default();
            inner.push(link);
            return inner;
        }
        return vec![link];
    };
    let body = &run
        .program
        .module(function.file)
        .function(function.function)
        .body;
    let returned = body.statements.iter().find_map(|one| match one {
        Statement::Return(Some(id)) => Some(*id),
        _ => None,
    });
    match body.tail.or(returned).filter(|_| depth < MAX_DEPTH) {
        Some(tail) => {
            let place = Place::Function(function.function);
            let tail = values::value(function.file, place, tail);
            let mut links = of(run, tail, depth + 1);
            give(run, function, &values_of(at, call), &mut links);
            links
        }
        None => Vec::new(),
    }
}
