//! What a call hands to a parameter, as the code says it.

use super::Taken;
use crate::evaluator::Evaluator;
use foldhash::{HashMap, HashMapExt};
use impact_bind::{Binding, Definition, FunctionRef, Place, Program};
use impact_facts::{
    Call, ExpressionId, ExpressionKind, FileId, Module, ParameterKind, Span, Spread,
};

/// Locals that are bound to locals are followed as far as this.
const MAX_DEPTH: u32 = 4;

/// Where a value that is handed on comes from. What is written out, a constant, comes from nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// An attribute of the parameter's name, by the end of its name, and that name.
    Attribute(FileId, u32, Box<str>),
    /// A parameter of the same name.
    Parameter(FunctionRef, u32),
    /// Anything else.
    Other,
}

/// What one call hands to one parameter.
#[derive(Default)]
pub(super) struct Passed {
    pub(super) sources: Vec<Source>,
    /// The keyword that names the parameter.
    pub(super) keyword: Option<Span>,
}

/// The calls of each file, by their spans.
pub(super) struct Handed<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    program: &'a Program<'a>,
    calls: HashMap<FileId, HashMap<Span, ExpressionId>>,
}

impl<'e, 'a> Handed<'e, 'a> {
    pub(super) fn of(evaluator: &'e Evaluator<'a>) -> Self {
        Self {
            evaluator,
            program: evaluator.program,
            calls: HashMap::new(),
        }
    }

    /// What the call at a span of a file hands to a parameter; none where no call stands, or where it leaves the parameter
    /// to its default.
    pub(super) fn passed(
        &mut self,
        (file, place): (FileId, Place),
        span: Span,
        taken: Taken,
    ) -> Option<Passed> {
        let module = self.program.module(file);
        let known = self.calls.entry(file).or_insert_with(|| {
            let calls = (0..)
                .zip(&module.expressions)
                .filter(|(_, expression)| matches!(expression.kind, ExpressionKind::Call(_)));
            calls
                .map(|(id, expression)| (expression.span, ExpressionId(id)))
                .collect()
        });
        let ExpressionKind::Call(call) = &module.expression(*known.get(&span)?).kind else {
            return None;
        };
        let argument = self.argument((file, place), call, taken)?;
        let mut passed = Passed::default();
        let Some(argument) = argument else {
            passed.sources.push(Source::Other);
            return Some(passed);
        };
        passed.keyword = argument.name.map(|(_, span)| span);
        let name = self.name_of(taken)?;
        self.sources((file, place), argument.value, name, 0, &mut passed.sources);
        Some(passed)
    }

    fn name_of(&self, (function, at): Taken) -> Option<&'a str> {
        let module = self.program.module(function.file);
        let parameter = module
            .function(function.function)
            .parameters
            .get(at as usize)?;
        match module.expression(parameter.pattern).kind {
            ExpressionKind::Name(name) => Some(module.name(name)),
            _ => None,
        }
    }

    /// The argument of a parameter; an inner none where spread arguments may hold it.
    fn argument<'c>(
        &self,
        (file, place): (FileId, Place),
        call: &'c Call,
        (function, at): Taken,
    ) -> Option<Option<&'c impact_facts::Argument>> {
        let module = self.program.module(file);
        let name = self.name_of((function, at))?;
        let by_name = call.arguments.iter().find(|argument| {
            argument
                .name
                .is_some_and(|(own, _)| module.name(own) == name)
        });
        if by_name.is_some() {
            return Some(by_name);
        }
        let spread = call
            .arguments
            .iter()
            .any(|argument| argument.spread != Spread::None);
        let parameters = &self
            .program
            .module(function.file)
            .function(function.function)
            .parameters;
        let kind = parameters.get(at as usize)?.kind;
        let bound = u32::from(self.is_bound((file, place), call, function));
        let by_place = (kind != ParameterKind::Named && at >= bound)
            .then(|| {
                let mut plain = call.arguments.iter().filter(|a| a.name.is_none());
                plain.nth((at - bound) as usize)
            })
            .flatten();
        match by_place {
            _ if spread => Some(None),
            Some(argument) => Some(Some(argument)),
            None => None,
        }
    }

    /// Whether a call hands a function its receiver of itself.
    fn is_bound(&self, (file, place): (FileId, Place), call: &Call, function: FunctionRef) -> bool {
        let is = |kind| self.evaluator.is_decorated(function, &[kind]);
        if self.program.class_of(function).is_none() || is("builtins.staticmethod") {
            return false;
        }
        let module = self.program.module(file);
        match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(attribute) => {
                let of = self.program.resolve_expression(file, place, attribute.of);
                !matches!(of, Binding::Class(_)) || is("builtins.classmethod")
            }
            _ => true,
        }
    }

    /// Where the value of an expression comes from, as seen by a parameter of that name.
    fn sources(
        &self,
        (file, place): (FileId, Place),
        id: ExpressionId,
        name: &str,
        depth: u32,
        found: &mut Vec<Source>,
    ) {
        if depth > MAX_DEPTH {
            found.push(Source::Other);
            return;
        }
        let module = self.program.module(file);
        let mut inner = |id| self.sources((file, place), id, name, depth + 1, found);
        match &module.expression(id).kind {
            _ if is_constant(module, id) => {}
            ExpressionKind::Attribute(attribute) if module.name(attribute.name) == name => {
                let end = attribute.name_span.end;
                found.push(Source::Attribute(file, end, name.into()));
            }
            ExpressionKind::Conditional(either) => {
                inner(either.then);
                if let Some(otherwise) = either.otherwise {
                    inner(otherwise);
                }
            }
            ExpressionKind::Binary(both) if module.name(both.operator) == "or" => {
                inner(both.left);
                inner(both.right);
            }
            ExpressionKind::Name(own) => {
                let definitions = self.program.places(file).names(place).definitions(*own);
                if definitions.is_empty() {
                    self.global((file, place), id, found);
                }
                for definition in definitions {
                    self.local((file, place), *definition, name, depth, found);
                }
            }
            ExpressionKind::Attribute(_) => self.global((file, place), id, found),
            _ => found.push(Source::Other),
        }
    }

    /// A name that the function itself does not bind: a constant, or anything.
    fn global(&self, (file, place): (FileId, Place), id: ExpressionId, found: &mut Vec<Source>) {
        let known = match self.program.resolve_expression(file, place, id) {
            Binding::Value(value, rest) if rest.is_empty() => {
                let module = self.program.module(value.file);
                is_constant(module, value.expression)
            }
            _ => false,
        };
        if !known {
            found.push(Source::Other);
        }
    }

    /// One definition of a local of a function.
    fn local(
        &self,
        (file, place): (FileId, Place),
        definition: Definition,
        name: &str,
        depth: u32,
        found: &mut Vec<Source>,
    ) {
        match definition {
            Definition::Parameter(function, at) => {
                let taken = (FunctionRef { file, function }, at);
                found.push(match self.name_of(taken) {
                    Some(own) if own == name => Source::Parameter(taken.0, at),
                    _ => Source::Other,
                });
            }
            Definition::Value(bound) => match bound.value {
                Some(value) if bound.from == impact_bind::BoundFrom::Whole => {
                    self.sources((file, place), value, name, depth + 1, found);
                }
                _ => found.push(Source::Other),
            },
            _ => found.push(Source::Other),
        }
    }
}

/// Whether an expression is written out: it comes from no column.
fn is_constant(module: &Module, id: ExpressionId) -> bool {
    match &module.expression(id).kind {
        ExpressionKind::Null
        | ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Number => true,
        ExpressionKind::Text(_) => module.plain_text(id).is_some(),
        ExpressionKind::Collection(all) => all.items.is_empty(),
        _ => false,
    }
}
