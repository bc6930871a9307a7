//! Keys of the dictionaries that an expression is, where they stand in the code: in a display, in `dict(email=…)`, in what a
//! name was bound to first, and in what is put into that by name.

use crate::evaluator::Evaluator;
use crate::exposed::each;
use impact_bind::{BoundFrom, Definition};
use impact_facts::{
    Bind, Block, Call, Certainty, CollectionKind, ExpressionId, ExpressionKind, Module, Name, Span,
    Statement,
};
use std::collections::{BTreeMap, BTreeSet};

/// Deeper expressions than this are not looked into.
const MAX_DEPTH: u32 = 8;

/// Methods that put what they are given into a dictionary or a list of them.
const GROWING: &[&str] = &["update", "setdefault", "append", "extend", "insert", "add"];

/// The keys of some dictionaries.
#[derive(Debug, Default)]
pub(crate) struct StandingKeys {
    /// Texts and keywords by their own bytes: exact in the display itself, likely by way of a name.
    pub(crate) texts: BTreeMap<Span, (Box<str>, Certainty)>,
    /// Keys that are expressions: columns.
    pub(crate) expressions: Vec<Span>,
    /// Whether the dictionaries were bound to a name first.
    pub(crate) bound: bool,
    /// Whether there may be more.
    pub(crate) open: bool,
}

impl Evaluator<'_> {
    /// The keys of the dictionaries that an expression of the code that is being evaluated is, or those of the dictionaries
    /// in a list.
    pub(crate) fn standing_keys(&self, id: ExpressionId) -> StandingKeys {
        let mut walk = Walk {
            cx: self,
            module: self.program.module(self.file),
            found: StandingKeys::default(),
            seen: BTreeSet::new(),
        };
        walk.value(id, Certainty::Exact, 0);
        walk.found
    }
}

struct Walk<'e, 'a> {
    cx: &'e Evaluator<'a>,
    module: &'a Module,
    found: StandingKeys,
    seen: BTreeSet<Name>,
}

impl Walk<'_, '_> {
    fn value(&mut self, id: ExpressionId, certainty: Certainty, depth: u32) {
        let next = depth + 1;
        match &self.module.expression(id).kind {
            _ if depth > MAX_DEPTH => self.found.open = true,
            ExpressionKind::Collection(all) => {
                for item in &all.items {
                    match item.key {
                        Some(key) => self.key(key, certainty),
                        None => self.value(item.value, certainty, next),
                    }
                }
            }
            ExpressionKind::Comprehension(all) if all.kind != CollectionKind::Dictionary => {
                self.value(all.element, certainty, next);
            }
            ExpressionKind::Conditional(either) => {
                self.value(either.then, certainty, next);
                if let Some(otherwise) = either.otherwise {
                    self.value(otherwise, certainty, next);
                }
            }
            ExpressionKind::Binary(both)
                if ["|", "+", "or"].contains(&self.word(both.operator)) =>
            {
                self.value(both.left, certainty, next);
                self.value(both.right, certainty, next);
            }
            ExpressionKind::Call(call) => self.made(call, certainty, next),
            ExpressionKind::Name(name) => self.name(*name, next),
            ExpressionKind::Null => {}
            _ => self.found.open = true,
        }
    }

    fn word(&self, name: Name) -> &str {
        self.module.name(name)
    }

    fn key(&mut self, id: ExpressionId, certainty: Certainty) {
        let span = self.module.expression(id).span;
        match self.module.plain_text(id) {
            Some(name) => {
                let inside = Span::new(span.start + 1, span.end.saturating_sub(1));
                self.found.texts.insert(inside, (name.into(), certainty));
            }
            None => self.found.expressions.push(span),
        }
    }

    /// `dict(base, email=…)`, `values.copy()`.
    fn made(&mut self, call: &Call, certainty: Certainty, depth: u32) {
        match &self.module.expression(call.callee).kind {
            ExpressionKind::Name(name) if matches!(self.word(*name), "dict" | "list") => {
                self.arguments(call, certainty, depth);
            }
            ExpressionKind::Attribute(of) if self.word(of.name) == "copy" => {
                self.value(of.of, certainty, depth);
            }
            _ => self.found.open = true,
        }
    }

    fn arguments(&mut self, call: &Call, certainty: Certainty, depth: u32) {
        for argument in &call.arguments {
            match argument.name {
                Some((name, span)) => {
                    let name = self.word(name).into();
                    self.found.texts.insert(span, (name, certainty));
                }
                None => self.value(argument.value, certainty, depth),
            }
        }
    }

    /// What a name was bound to in the nearest place that binds it, and what is put into that there.
    fn name(&mut self, name: Name, depth: u32) {
        self.found.bound = true;
        if !self.seen.insert(name) {
            return;
        }
        let places = self.cx.program.places(self.cx.file);
        let mut place = Some(self.cx.place);
        while let Some(at) = place {
            let definitions = places.names(at).definitions(name);
            if !definitions.is_empty() {
                for definition in definitions {
                    self.defined(definition, depth);
                }
                let body = match at {
                    impact_bind::Place::Function(id) => &self.module.function(id).body,
                    impact_bind::Place::Class(id) => &self.module.class(id).body,
                    impact_bind::Place::Module => &self.module.body,
                };
                return self.filled(name, body, depth);
            }
            place = places.around(at);
        }
        self.found.open = true;
    }

    fn defined(&mut self, definition: &Definition, depth: u32) {
        match definition {
            Definition::Value(bound)
                if matches!(bound.from, BoundFrom::Whole | BoundFrom::Element) =>
            {
                if let Some(value) = bound.value {
                    self.value(value, Certainty::Likely, depth);
                }
            }
            _ => self.found.open = true,
        }
    }

    /// `values["email"] = …`, `values.update(email=…)`, `rows.append({…})`.
    fn filled(&mut self, name: Name, body: &Block, depth: u32) {
        each(body, &mut |statement| match statement {
            Statement::Bind(bind) => self.put(name, bind),
            Statement::Do(done) => {
                if let ExpressionKind::Call(call) = &self.module.expression(*done).kind
                    && let ExpressionKind::Attribute(method) =
                        &self.module.expression(call.callee).kind
                    && self.is_name(method.of, name)
                    && GROWING.contains(&self.word(method.name))
                {
                    match (self.word(method.name), call.arguments.first()) {
                        ("setdefault", Some(key)) => self.key(key.value, Certainty::Likely),
                        _ => self.arguments(call, Certainty::Likely, depth),
                    }
                }
            }
            _ => {}
        });
    }

    fn put(&mut self, name: Name, bind: &Bind) {
        if let ExpressionKind::Subscript(put) = &self.module.expression(bind.target).kind
            && self.is_name(put.of, name)
            && let [key] = put.keys.as_slice()
        {
            match self.module.plain_text(*key) {
                Some(_) => self.key(*key, Certainty::Likely),
                None => self.found.open = true,
            }
        }
    }

    fn is_name(&self, id: ExpressionId, name: Name) -> bool {
        matches!(self.module.expression(id).kind, ExpressionKind::Name(own) if own == name)
    }
}
