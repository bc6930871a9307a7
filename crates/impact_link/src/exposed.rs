//! Under which name a value leaves the service: what the code of an api returns as `{"email": user.email}`, in a list, in a
//! response object, or through functions of the program that it returns the result of.

use crate::effect::{Effects, Target};
use crate::evaluator::Evaluator;
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{
    Access, Block, CollectionKind, EntryKind, ExpressionId, ExpressionKind, FileId, How, Language,
    Module, Span, Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// Functions that return what functions return are followed as far as this.
const MAX_CALLS: u32 = 4;
/// Deeper expressions than this are not looked into.
const MAX_DEPTH: u32 = 12;

/// The names of what leaves, by the place of the value, file by file.
type Leaving = BTreeMap<FileId, BTreeMap<Span, Box<str>>>;

/// Says of each column that an api returns under a key which key that is.
pub(crate) fn name_what_leaves(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    let mut walk = Walk {
        evaluator,
        seen: BTreeSet::new(),
        leaving: Leaving::new(),
    };
    let entries = all.iter().flat_map(|effects| &effects.entries);
    for entry in entries.filter(|entry| entry.kind == EntryKind::Api) {
        for target in &entry.runs {
            if let Target::Function(function) = target {
                walk.function(*function, 0);
            }
        }
    }
    let leaving = walk.leaving;
    for effects in all {
        for touch in effects.touches.since(0) {
            let named = touch.access == Access::Read && touch.how == How::Explicit;
            let Some(places) = leaving.get(&touch.site.file).filter(|_| named) else {
                continue;
            };
            let at = touch.site.span;
            // A dotted path is reported as a whole, a key by its own bytes before the bracket.
            let is_value = |value: &Span| {
                value.contains(at) && (value.end == at.end || value.end <= at.end + CLOSING)
            };
            let before = places.range(..=Span::new(at.start, u32::MAX));
            let found = before.rev().take(NEAR).find(|(value, _)| is_value(value));
            if let Some((_, name)) = found.filter(|_| touch.exposed_as.is_none()) {
                touch.exposed_as = Some(name.clone());
            }
        }
    }
}

/// The bytes that may stand between a key and the end of its subscript: a quote and a bracket.
const CLOSING: u32 = 2;
/// Values around a place: no more are looked at.
const NEAR: usize = 8;

struct Walk<'a, 'e> {
    evaluator: &'e Evaluator<'a>,
    seen: BTreeSet<FunctionRef>,
    leaving: Leaving,
}

impl<'a> Walk<'a, '_> {
    fn function(&mut self, function: FunctionRef, calls: u32) {
        let program = self.evaluator.program;
        let python = program.facts(function.file).language == Language::Python;
        if !python || calls > MAX_CALLS || !self.seen.insert(function) {
            return;
        }
        let definition = program.module(function.file).function(function.function);
        let mut returned = Vec::new();
        returns(&definition.body, &mut returned);
        for value in returned {
            self.value(function, value, calls, 0);
        }
    }

    fn module(&self, function: FunctionRef) -> &'a Module {
        self.evaluator.program.module(function.file)
    }

    /// A value that is returned, or a part of one.
    fn value(&mut self, of: FunctionRef, id: ExpressionId, calls: u32, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let module = self.module(of);
        match &module.expression(id).kind {
            ExpressionKind::Collection(all) => {
                for item in &all.items {
                    match item.key.and_then(|key| module.plain_text(key)) {
                        Some(name) => self.leaves(of, item.value, &name, calls, depth),
                        None => self.value(of, item.value, calls, depth + 1),
                    }
                }
            }
            ExpressionKind::Comprehension(all) if all.kind != CollectionKind::Dictionary => {
                self.value(of, all.element, calls, depth + 1);
            }
            ExpressionKind::Conditional(either) => {
                self.value(of, either.then, calls, depth + 1);
                if let Some(otherwise) = either.otherwise {
                    self.value(of, otherwise, calls, depth + 1);
                }
            }
            ExpressionKind::Await(inner) => self.value(of, *inner, calls, depth + 1),
            ExpressionKind::Name(_) => self.bound(of, id, calls, depth),
            ExpressionKind::Call(call) => {
                let place = Place::Function(of.function);
                let program = self.evaluator.program;
                let callee = program.resolve_expression(of.file, place, call.callee);
                if let Binding::Function(inner) = callee {
                    self.function(inner, calls + 1);
                    return;
                }
                for argument in &call.arguments {
                    match argument.name {
                        // `jsonify(email=user.email)`; what a response object calls its own parts is no key.
                        Some((name, _)) if is_answer(module, call.callee) => {
                            let name = module.name(name).to_owned();
                            self.leaves(of, argument.value, &name, calls, depth);
                        }
                        _ => self.value(of, argument.value, calls, depth + 1),
                    }
                }
            }
            _ => {}
        }
    }

    /// What a name of the function was bound to.
    fn bound(&mut self, of: FunctionRef, id: ExpressionId, calls: u32, depth: u32) {
        let place = Place::Function(of.function);
        let program = self.evaluator.program;
        if let Binding::Value(value, rest) = program.resolve_expression(of.file, place, id)
            && rest.is_empty()
            && value.place == place
            && value.file == of.file
            && value.expression != id
        {
            self.value(of, value.expression, calls, depth + 1);
        }
    }

    /// A value under a key: it leaves under that name, what it holds under its own.
    fn leaves(&mut self, of: FunctionRef, id: ExpressionId, name: &str, calls: u32, depth: u32) {
        let module = self.module(of);
        match core(module, id, 0) {
            Some(value) => {
                let span = module.expression(value).span;
                let places = self.leaving.entry(of.file).or_default();
                places.entry(span).or_insert_with(|| name.into());
            }
            None => self.value(of, id, calls, depth + 1),
        }
    }
}

/// Whether keywords of a call are keys of what is answered.
fn is_answer(module: &Module, callee: ExpressionId) -> bool {
    let word = module.dotted(callee).unwrap_or_default();
    matches!(word.rsplit('.').next(), Some("jsonify" | "dict"))
}

/// The attribute or item that a value is, in another form at most: `str(user.id)`, `user.made.isoformat()`.
fn core(module: &Module, id: ExpressionId, depth: u32) -> Option<ExpressionId> {
    if depth > 4 {
        return None;
    }
    match &module.expression(id).kind {
        ExpressionKind::Attribute(_) | ExpressionKind::Subscript(_) => Some(id),
        ExpressionKind::Conditional(either) => core(module, either.then, depth + 1),
        ExpressionKind::Binary(binary) if module.name(binary.operator) == "or" => {
            core(module, binary.left, depth + 1)
        }
        ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
            ExpressionKind::Name(name) if FORMS.contains(&module.name(*name)) => {
                core(module, call.arguments.first()?.value, depth + 1)
            }
            ExpressionKind::Attribute(of) if METHODS.contains(&module.name(of.name)) => {
                core(module, of.of, depth + 1)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Functions that give a value another form.
const FORMS: &[&str] = &["str", "int", "float", "bool", "list", "sorted", "repr"];
/// Methods that do.
const METHODS: &[&str] = &[
    "isoformat",
    "strftime",
    "strip",
    "lower",
    "upper",
    "timestamp",
    "hex",
];

/// The values that a block returns.
fn returns(block: &Block, found: &mut Vec<ExpressionId>) {
    for statement in &block.statements {
        match statement {
            Statement::Return(Some(value)) => found.push(*value),
            Statement::Branch(branch) => {
                returns(&branch.then, found);
                returns(&branch.otherwise, found);
            }
            Statement::Loop(repeat) => returns(&repeat.body, found),
            Statement::With(with) => returns(&with.body, found),
            Statement::Try(tried) => {
                for part in [&tried.body, &tried.otherwise, &tried.finally] {
                    returns(part, found);
                }
                for handler in &tried.handlers {
                    returns(&handler.body, found);
                }
            }
            _ => {}
        }
    }
}
