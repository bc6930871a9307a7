//! Under which name a value leaves the service: what the code of an api returns as `{"email": user.email}`, in a list, in a
//! response object, or through functions of the program that it returns the result of.

use crate::effect::{Effects, Target};
use crate::evaluator::Evaluator;
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{
    Access, Block, CollectionKind, EntryKind, ExpressionId, ExpressionKind, FileId, How, Language,
    Module, Name, Span, Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// Functions that return what functions return are followed as far as this.
const MAX_CALLS: u32 = 4;
/// Deeper expressions than this are not looked into.
const MAX_DEPTH: u32 = 12;

/// The names of what leaves, by the place of the value, file by file.
pub(crate) type Leaving = BTreeMap<FileId, BTreeMap<Span, Box<str>>>;

/// Says of each column that an api returns under a key which key that is.
pub(crate) fn name_what_leaves(evaluator: &Evaluator<'_>, all: &mut [Effects]) {
    let mut walk = Walk {
        evaluator,
        seen: BTreeSet::new(),
        filled: BTreeSet::new(),
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
    let mut leaving = walk.leaving;
    crate::serialized::add(evaluator, all, &mut leaving);
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
    /// Names whose growing was looked at.
    filled: BTreeSet<(FunctionRef, Name)>,
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

    /// What a name of the function was bound to, and what was put into that afterwards.
    fn bound(&mut self, of: FunctionRef, id: ExpressionId, calls: u32, depth: u32) {
        if let Some(value) = self.local(of, id) {
            self.value(of, value, calls, depth + 1);
        }
        self.fillings(of, id, calls, depth);
    }

    /// What is put into the value of a name.
    fn fillings(&mut self, of: FunctionRef, id: ExpressionId, calls: u32, depth: u32) {
        let module = self.module(of);
        let ExpressionKind::Name(name) = module.expression(id).kind else {
            return;
        };
        if !self.filled.insert((of, name)) {
            return;
        }
        let body = &module.function(of.function).body;
        each(body, &mut |statement| match statement {
            Statement::Bind(bind) => {
                if let (ExpressionKind::Subscript(put), Some(value)) =
                    (&module.expression(bind.target).kind, bind.value)
                    && is_name(module, put.of, name)
                    && let [key] = put.keys.as_slice()
                    && let Some(key) = module.plain_text(*key)
                {
                    self.leaves(of, value, &key, calls, depth);
                }
            }
            Statement::Do(done) => self.grown(of, (*done, name), calls, depth),
            _ => {}
        });
    }

    /// `data.update(email=user.email)`, `rows.append({…})`.
    fn grown(
        &mut self,
        of: FunctionRef,
        (done, name): (ExpressionId, Name),
        calls: u32,
        depth: u32,
    ) {
        let module = self.module(of);
        let ExpressionKind::Call(call) = &module.expression(done).kind else {
            return;
        };
        let ExpressionKind::Attribute(method) = &module.expression(call.callee).kind else {
            return;
        };
        if !is_name(module, method.of, name) || !GROWING.contains(&module.name(method.name)) {
            return;
        }
        for argument in &call.arguments {
            match argument.name {
                Some((key, _)) => {
                    let key = module.name(key).to_owned();
                    self.leaves(of, argument.value, &key, calls, depth);
                }
                None => self.value(of, argument.value, calls, depth + 1),
            }
        }
    }

    /// The one value that a name of the function is bound to.
    fn local(&self, of: FunctionRef, id: ExpressionId) -> Option<ExpressionId> {
        let place = Place::Function(of.function);
        let program = self.evaluator.program;
        match program.resolve_expression(of.file, place, id) {
            Binding::Value(value, rest) if rest.is_empty() => {
                let own = value.place == place && value.file == of.file && value.expression != id;
                own.then_some(value.expression)
            }
            _ => None,
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
            None if depth < MAX_DEPTH
                && matches!(module.expression(id).kind, ExpressionKind::Name(_)) =>
            {
                match self.local(of, id) {
                    Some(value) => {
                        self.leaves(of, value, name, calls, depth + 1);
                        self.fillings(of, id, calls, depth);
                    }
                    None => self.value(of, id, calls, depth + 1),
                }
            }
            None => self.value(of, id, calls, depth + 1),
        }
    }
}

/// Methods that put what they are given into a dictionary or list.
const GROWING: &[&str] = &["update", "append", "extend", "insert", "add"];

fn is_name(module: &Module, id: ExpressionId, name: Name) -> bool {
    matches!(module.expression(id).kind, ExpressionKind::Name(own) if own == name)
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
    each(block, &mut |statement| {
        if let Statement::Return(Some(value)) = statement {
            found.push(*value);
        }
    });
}

/// Each statement of a block, those of inner blocks, too.
pub(crate) fn each<'b>(block: &'b Block, run: &mut dyn FnMut(&'b Statement)) {
    let mut work = vec![block];
    while let Some(block) = work.pop() {
        for statement in &block.statements {
            run(statement);
            match statement {
                Statement::Branch(branch) => work.extend([&branch.otherwise, &branch.then]),
                Statement::Loop(repeat) => work.push(&repeat.body),
                Statement::With(with) => work.push(&with.body),
                Statement::Try(tried) => {
                    work.extend([&tried.finally, &tried.otherwise]);
                    work.extend(tried.handlers.iter().map(|handler| &handler.body));
                    work.push(&tried.body);
                }
                _ => {}
            }
        }
    }
}
