//! What the type parameters of a function of Rust mean to one caller: `insert(&user)` and `get::<User>(id)` say that `T` is
//! `User`, and `User::find(id)` says what `Self` is in a function that a trait declares for all.
//!
//! They are kept as if they were parameters, behind those that the function has, so that what tells one caller's summary
//! from another's knows them.

use crate::cells::Key;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::parameters::Given;
use crate::summary::{Summary, Telling};
use crate::value::{Atom, Value};
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{ClassKind, ExpressionId, ExpressionKind, FileId, Module, Span, TypeParameter};
use std::sync::Arc;

/// The place of the first type parameter: functions have fewer parameters.
const TYPES: u32 = 1 << 16;

/// The place of `Self`.
const SELF: u32 = TYPES - 1;

/// Type arguments within type arguments are looked into as deep as this.
const MAX_DEPTH: u32 = 3;

/// A type parameter that a function's code speaks of, or that a trait of the program bounds.
#[derive(Debug)]
pub(crate) struct Generic {
    /// Its place, as a parameter.
    at: u32,
    /// The parameters whose types hold it.
    held_by: Vec<u32>,
}

/// The arguments of a call that say types.
pub(super) fn telling(given: &[Given]) -> Telling {
    let types = given.iter().filter(|(at, _)| *at >= SELF);
    let single = types.filter_map(|(at, value)| match value.atoms() {
        [atom] => Some((*at, atom.clone())),
        _ => None,
    });
    single.collect()
}

/// Whether a value is a type that tells: a struct of the program, a mapped one, an entity of sea-orm, a table of diesel.
fn tells(atom: &Atom) -> bool {
    match atom {
        Atom::Instance(_) | Atom::Mapped(_) => true,
        Atom::Outside(path) => {
            path.starts_with("sea_orm.entity!") || path.starts_with("diesel.table!")
        }
        _ => false,
    }
}

/// The types among the alternatives of a value and of what it holds.
fn types_in(value: &Value, depth: u32) -> Value {
    let mut found = Value::nothing();
    for atom in value.atoms() {
        match atom {
            Atom::List(of) if depth < MAX_DEPTH => found.join(&types_in(of, depth + 1)),
            atom if tells(atom) => found.join(&atom.clone().into()),
            _ => {}
        }
    }
    found
}

impl Evaluator<'_> {
    /// Adds to what a call gives a function what it says of the function's type parameters, and of `Self`.
    pub(crate) fn types_given(
        &mut self,
        function: FunctionRef,
        itself: Option<&Atom>,
        given: &mut Vec<Given>,
        call: &CallSite<'_>,
    ) {
        if !self.program.is_own(function.file) {
            return;
        }
        if let Some(itself) = itself.filter(|atom| tells(atom))
            && is_declared_for_all(self, function)
        {
            let itself = Value::from(itself.clone());
            self.cells.join(Key::Parameter(function, SELF), &itself);
            given.push((SELF, itself));
        }
        let generics = self.generics(function);
        let mut unsaid = Vec::new();
        for generic in generics.iter() {
            let passed = given
                .iter()
                .filter(|(at, _)| generic.held_by.contains(at))
                .fold(Value::nothing(), |all, (_, value)| {
                    all.or(&types_in(value, 0))
                });
            if passed.is_nothing() {
                unsaid.push(generic.at);
                continue;
            }
            self.cells
                .join(Key::Parameter(function, generic.at), &passed);
            given.push((generic.at, passed));
        }
        if let [at] = unsaid.as_slice() {
            let said = types_in(call.expected, 0);
            if !said.is_nothing() {
                self.cells.join(Key::Parameter(function, *at), &said);
                given.push((*at, said));
            }
        }
    }

    /// The type parameters of a function that matter to what it does.
    fn generics(&mut self, function: FunctionRef) -> Arc<[Generic]> {
        if let Some(known) = self.summaries.generics.get(&function) {
            return Arc::clone(known);
        }
        let module = self.program.module(function.file);
        let definition = module.function(function.function);
        let mut found = Vec::new();
        for (at, one) in (TYPES..).zip(&definition.type_parameters) {
            if !self.is_bounded(function, one) && !speaks_of(module, function, one) {
                continue;
            }
            let parameters = (0..).zip(&definition.parameters);
            let holding = parameters.filter(|(_, parameter)| {
                parameter
                    .annotation
                    .is_some_and(|said| holds(module, said, module.name(one.name), 0))
            });
            found.push(Generic {
                at,
                held_by: holding.map(|(at, _)| at).collect(),
            });
        }
        let found: Arc<[Generic]> = found.into();
        self.summaries.generics.insert(function, Arc::clone(&found));
        found
    }

    /// Whether a trait of the program bounds a type parameter.
    fn is_bounded(&self, function: FunctionRef, one: &TypeParameter) -> bool {
        let place = Place::Function(function.function);
        let mut bounds = one.bounds.iter();
        bounds.any(|bound| {
            let of = self
                .program
                .resolve_expression(function.file, place, *bound);
            matches!(of, Binding::Class(class) if self.program.is_own(class.file))
        })
    }

    /// What a name of a type means to the caller of the function that is looked at: of its type parameter, or `Self` in what
    /// a trait declares for all.
    pub(crate) fn type_told(&mut self, file: FileId, place: Place, name: &str) -> Option<Value> {
        let module = self.program.module(file);
        let mut around = Some(place);
        while let Some(at) = around {
            if let Place::Function(id) = at {
                let own = module.function(id).type_parameters.iter();
                let found = (TYPES..)
                    .zip(own)
                    .find(|(_, one)| module.name(one.name) == name);
                let function = FunctionRef { file, function: id };
                let place = match found {
                    Some((place, _)) => Some(place),
                    None if name == "Self" && is_declared_for_all(self, function) => Some(SELF),
                    None => None,
                };
                if let Some(place) = place {
                    return self.told_of(function, place);
                }
            }
            around = self.program.places(file).around(at);
        }
        None
    }

    /// What one caller says, in its summary. In closures, what all of them say if they agree; where all are joined, nothing:
    /// one's table is not another's.
    fn told_of(&mut self, function: FunctionRef, place: u32) -> Option<Value> {
        let own = self.own_summary().filter(|own| own.function == function);
        let key = match own {
            Some(own) => Key::ParameterOf(own.unit?, place),
            None => Key::Parameter(function, place),
        };
        let said = self.read(key);
        (said.atoms().len() == 1).then_some(said)
    }

    /// What a call of a summary returns where its type says `Self`: what that is to the caller.
    pub(crate) fn with_self(&mut self, summary: Summary, said: Value) -> Value {
        if summary.unit.is_none() || !is_declared_for_all(self, summary.function) {
            return said;
        }
        let Some(class) = self.program.class_of(summary.function) else {
            return said;
        };
        let itself = self.cells.peek(&summary.parameter(SELF));
        match itself.is_nothing() {
            true => said,
            false => replaced(&said, &Atom::Instance(class), &itself, 0),
        }
    }
}

/// The classes that types are, and what stands outside of the tree by its path.
pub(super) fn classes(cx: &Evaluator<'_>, types: &Value) -> Value {
    let classes = types.atoms().iter().filter_map(|atom| match atom {
        Atom::Outside(path) => Some(Atom::External(path.clone())),
        other => cx.class_of_instance(other).map(Atom::Class),
    });
    Value::any_of(classes.collect::<Vec<_>>()).at_most(types.certainty)
}

fn replaced(value: &Value, what: &Atom, with: &Value, depth: u32) -> Value {
    let mut made = Value::nothing();
    for atom in value.atoms() {
        match atom {
            atom if atom == what => made.join(with),
            Atom::List(of) if depth < MAX_DEPTH => {
                made.join(&Value::list(replaced(of, what, with, depth + 1)));
            }
            other => made.join(&other.clone().into()),
        }
    }
    made.at_most(value.certainty)
}

/// Whether a function stands in the body of a trait: each type that implements it has it.
fn is_declared_for_all(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let class = cx.program.class_of(function);
    class.is_some_and(|class| {
        cx.program.module(class.file).class(class.class).kind == ClassKind::Trait
    })
}

/// Whether a type is a type parameter or holds it: `T`, `&T`, `Vec<T>`, `impl Into<T>`.
fn holds(module: &Module, id: ExpressionId, name: &str, depth: u32) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match &module.expression(id).kind {
        ExpressionKind::Name(own) => module.name(*own) == name,
        ExpressionKind::Subscript(of) => {
            let mut keys = of.keys.iter();
            keys.any(|key| holds(module, *key, name, depth + 1))
        }
        ExpressionKind::Unary(of) => holds(module, of.of, name, depth + 1),
        ExpressionKind::Collection(items) => {
            let mut items = items.items.iter();
            items.any(|item| holds(module, item.value, name, depth + 1))
        }
        _ => false,
    }
}

/// Whether the code of a function names one of its type parameters, behind what it takes and returns.
fn speaks_of(module: &Module, function: FunctionRef, one: &TypeParameter) -> bool {
    let definition = module.function(function.function);
    let signature = definition
        .parameters
        .iter()
        .filter_map(|parameter| parameter.annotation)
        .chain(definition.returns)
        .map(|id| module.expression(id).span.end);
    let from = signature.max().unwrap_or(definition.name_span.end);
    let code = Span::new(from, definition.span.end);
    module.expressions.iter().any(|expression| {
        matches!(expression.kind, ExpressionKind::Name(name) if name == one.name)
            && code.contains(expression.span)
    })
}
