//! What query packs recognized, found by the expression that it speaks of, and whether its conditions hold.

use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use foldhash::{HashMap, HashSet};
use impact_bind::{FunctionRef, Program};
use impact_facts::{
    Capture, Captured, Certainty, Condition, ConditionKind, ExpressionId, ExpressionKind, FileId,
    Language, Module, Span, Tag, TagKind,
};

/// The expressions of a file that a framework runs on its own: jobs that are a call and name no function.
pub(crate) fn steps(module: &Module) -> Vec<ExpressionId> {
    let jobs = module.tags.iter().filter(|tag| tag.kind == TagKind::Job);
    let bare: Vec<Span> = jobs
        .filter(|tag| tag.first(Capture::Handler).is_none())
        .map(|tag| tag.span)
        .collect();
    if bare.is_empty() {
        return Vec::new();
    }
    let calls = (0..).map(ExpressionId).zip(&module.expressions);
    calls
        .filter(|(_, expression)| matches!(expression.kind, ExpressionKind::Call(_)))
        .filter(|(_, expression)| bare.contains(&expression.span))
        .map(|(id, _)| id)
        .collect()
}

/// The tags of all files.
#[derive(Debug, Default)]
pub(crate) struct Tags<'a> {
    by_text: HashMap<(FileId, ExpressionId), Vec<&'a Tag>>,
    /// What other tags captured: their values are kept, since local names are gone when these tags are looked at.
    asked: HashSet<(FileId, ExpressionId)>,
    seen: HashMap<(FileId, ExpressionId), Value>,
}

impl<'a> Tags<'a> {
    pub(crate) fn of(program: &'a Program<'a>) -> Self {
        let mut tags = Self::default();
        for file in program.files() {
            for tag in &program.module(file).tags {
                if !matches!(tag.kind, TagKind::Sql | TagKind::Fragment) {
                    let expressions =
                        tag.captures
                            .iter()
                            .filter_map(|(_, captured)| match captured {
                                Captured::Expression(id) => Some((file, *id)),
                                _ => None,
                            });
                    tags.asked.extend(expressions);
                    continue;
                }
                for captured in tag.all(Capture::Text) {
                    if let Captured::Expression(id) = captured {
                        tags.by_text.entry((file, *id)).or_default().push(tag);
                    }
                }
            }
        }
        tags
    }
}

impl<'a> Evaluator<'a> {
    /// Called with the value of every expression: SQL that a pack recognized is resolved.
    pub(crate) fn tagged(&mut self, id: ExpressionId, value: &Value) {
        if self.tags.asked.contains(&(self.file, id)) {
            let seen = self.tags.seen.entry((self.file, id)).or_default();
            *seen = seen.or(value);
        }
        let Some(tags) = self.tags.by_text.get(&(self.file, id)).cloned() else {
            return;
        };
        if self.is(Language::Sql) && crate::language::rust::is_filled(self) {
            return;
        }
        let span = self.module().expression(id).span;
        let (parts, statements): (Vec<&Tag>, Vec<&Tag>) = tags
            .into_iter()
            .filter(|tag| self.holds(tag))
            .partition(|tag| tag.kind == TagKind::Fragment);
        for tag in &statements {
            self.sql_value(value, span, &via_of(&tag.pack));
        }
        for tag in parts.iter().filter(|_| statements.is_empty()) {
            let value = value.clone().at_most(certainty_of(tag));
            self.sql_fragment(&value, span, &via_of(&tag.pack));
        }
    }

    /// Whether the conditions of a tag hold where it stands.
    pub(crate) fn holds(&mut self, tag: &Tag) -> bool {
        tag.conditions.iter().all(|condition| {
            let captured: Vec<Captured> = tag.all(condition.of).copied().collect();
            captured
                .iter()
                .all(|captured| self.condition_holds(condition, *captured))
        })
    }

    fn condition_holds(&mut self, condition: &Condition, captured: Captured) -> bool {
        match captured {
            Captured::Expression(id) => {
                let mut value = self.captured(id);
                if condition.kind == ConditionKind::Instance {
                    value = self.with_made(value);
                }
                let fits = value
                    .atoms()
                    .iter()
                    .any(|atom| self.atom_fits(condition, atom));
                fits || (condition.kind == ConditionKind::Binds
                    && self.spelling_fits(condition, id))
            }
            Captured::Class(class) => {
                let class = impact_bind::ClassRef {
                    file: self.file,
                    class,
                };
                condition
                    .names
                    .iter()
                    .any(|name| self.program.is_subclass(class, name))
            }
            Captured::Function(_) | Captured::Span(_) => false,
        }
    }

    /// A value, with what decorators made of the functions among its alternatives.
    fn with_made(&mut self, value: Value) -> Value {
        let functions: Vec<_> = value.atoms().iter().filter_map(function_of).collect();
        functions.into_iter().fold(value, |value, function| {
            let made = self.made_by_decorator(function);
            value.or(&made)
        })
    }

    /// The value of a captured expression of the file that is being evaluated; what it does is not recorded once more.
    pub(crate) fn captured(&mut self, id: ExpressionId) -> Value {
        if let Some(seen) = self.tags.seen.get(&(self.file, id)) {
            return seen.clone();
        }
        let kept = std::mem::take(&mut self.current);
        let value = self.evaluate(id);
        self.current = kept;
        value
    }

    fn spelling_fits(&self, condition: &Condition, id: ExpressionId) -> bool {
        let binding = self.program.resolve_expression(self.file, self.place, id);
        binding.external().is_some_and(|name| fits(condition, name))
    }

    fn atom_fits(&self, condition: &Condition, atom: &Atom) -> bool {
        match (condition.kind, atom) {
            (ConditionKind::Instance, Atom::Outside(name)) => fits(condition, name),
            (ConditionKind::Binds, Atom::External(name)) => fits(condition, name),
            (ConditionKind::Binds, Atom::Member(of, name)) => match &**of {
                Atom::Outside(class) | Atom::External(class) => {
                    fits(condition, &format!("{class}.{name}"))
                }
                _ => false,
            },
            (ConditionKind::Binds, Atom::Function(function) | Atom::Method(function, _)) => {
                fits(condition, &self.program.function_name(*function))
            }
            (ConditionKind::Binds, Atom::Class(class)) => {
                fits(condition, &self.program.class_name(*class))
            }
            (ConditionKind::Instance, Atom::Instance(class))
            | (ConditionKind::Subclass, Atom::Class(class)) => condition
                .names
                .iter()
                .any(|name| self.program.is_subclass(*class, name)),
            _ => false,
        }
    }
}

fn function_of(atom: &Atom) -> Option<FunctionRef> {
    match atom {
        Atom::Function(function) => Some(*function),
        _ => None,
    }
}

fn fits(condition: &Condition, name: &str) -> bool {
    condition
        .names
        .iter()
        .any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
            None => **wanted == *name,
        })
}

/// How sure what a pack recognized may be at most.
fn certainty_of(tag: &Tag) -> Certainty {
    match tag.setting("certainty") {
        Some("likely") => Certainty::Likely,
        Some("possible") => Certainty::Possible,
        _ => Certainty::Exact,
    }
}

/// `python/psycopg` of `python/psycopg/queries`: language and framework.
pub(crate) fn via_of(pack: &str) -> Box<str> {
    let mut parts = pack.splitn(3, '/');
    match (parts.next(), parts.next()) {
        (Some(language), Some(framework)) => format!("{language}/{framework}").into(),
        _ => pack.into(),
    }
}
