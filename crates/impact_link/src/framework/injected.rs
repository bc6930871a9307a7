//! What FastAPI runs before a route's code: the functions of `Depends(…)` and `Security(…)`, where a parameter's annotation, a
//! route, a router or who includes it says so (FastAPI, "Dependencies", "Dependencies in path operation decorators").

use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{ExpressionId, ExpressionKind, FileId, Span};

/// Calls that name what is run.
const INJECTING: &[&str] = &[
    "fastapi.Depends",
    "fastapi.Security",
    "fastapi.param_functions.Depends",
    "fastapi.param_functions.Security",
    "fastapi.params.Depends",
    "fastapi.params.Security",
];

/// Names behind names are followed as far as this.
const MAX_DEPTH: u32 = 8;

/// The functions that the dependencies in an expression run: in `Annotated[User, Depends(current)]`, in a list of them, or
/// behind a name that one of these has.
pub(crate) fn dependencies(
    cx: &mut Evaluator<'_>,
    (file, place): (FileId, Place),
    id: ExpressionId,
    depth: u32,
) -> Vec<FunctionRef> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let program = cx.program;
    let module = program.module(file);
    match &module.expression(id).kind {
        ExpressionKind::Subscript(of) => {
            let is_told = module
                .dotted(of.of)
                .is_some_and(|name| name.rsplit('.').next() == Some("Annotated"));
            let keys = of.keys.iter().skip(1).filter(|_| is_told);
            keys.flat_map(|key| dependencies(cx, (file, place), *key, depth + 1))
                .collect()
        }
        ExpressionKind::Collection(all) => all
            .items
            .iter()
            .flat_map(|item| dependencies(cx, (file, place), item.value, depth + 1))
            .collect(),
        ExpressionKind::Binary(both) => [both.left, both.right]
            .into_iter()
            .flat_map(|part| dependencies(cx, (file, place), part, depth + 1))
            .collect(),
        ExpressionKind::Call(call) => {
            let callee = program.resolve_expression(file, place, call.callee);
            let injects = callee
                .external()
                .is_some_and(|name| INJECTING.contains(&name));
            let first = call.arguments.first().filter(|_| injects);
            first.map_or_else(Vec::new, |of| run_by(cx, (file, place), of.value))
        }
        ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
            match program.resolve_expression(file, place, id) {
                Binding::Value(value, rest) if rest.is_empty() && value.expression != id => {
                    let at = (value.file, value.place);
                    dependencies(cx, at, value.expression, depth + 1)
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The code of what is depended on: a function, a class, or something that is called.
fn run_by(
    cx: &mut Evaluator<'_>,
    (file, place): (FileId, Place),
    id: ExpressionId,
) -> Vec<FunctionRef> {
    match cx.program.resolve_expression(file, place, id) {
        Binding::Function(function) => vec![function],
        Binding::Class(class) => cx.initializer(class).into_iter().collect(),
        _ => {
            let value = cx.evaluated_at((file, place), id);
            let atoms = value.atoms().iter();
            atoms.filter_map(|atom| code(cx, atom)).collect()
        }
    }
}

fn code(cx: &Evaluator<'_>, atom: &Atom) -> Option<FunctionRef> {
    let called = |class: ClassRef| match cx.class_member(class, "__call__")? {
        (owner, [.., Definition::Function(function)]) => Some(FunctionRef {
            file: owner.file,
            function: *function,
        }),
        _ => None,
    };
    match atom {
        Atom::Function(function) | Atom::Method(function, _) => Some(*function),
        Atom::Class(class) => cx.initializer(*class),
        Atom::Instance(class) => called(*class),
        Atom::Object(object) => called(object.class?),
        _ => None,
    }
}

/// What the argument `dependencies` of the call at a span runs.
pub(super) fn of_call(cx: &mut Evaluator<'_>, file: FileId, span: Span) -> Vec<FunctionRef> {
    let module = cx.program.module(file);
    let found = module.expressions.iter().find_map(|one| match &one.kind {
        ExpressionKind::Call(call) if one.span == span => call.arguments.iter().find(|argument| {
            argument
                .name
                .is_some_and(|(name, _)| module.name(name) == "dependencies")
        }),
        _ => None,
    });
    let Some(list) = found.map(|argument| argument.value) else {
        return Vec::new();
    };
    let place = super::mounts::place_of(cx, file, span);
    dependencies(cx, (file, place), list, 0)
}

/// What a parameter gets of what is run for it.
pub(crate) fn given(cx: &mut Evaluator<'_>, function: FunctionRef) -> Value {
    let passed = [Passed::plain(
        Atom::Function(function).into(),
        Span::default(),
    )];
    let expected = Value::nothing();
    let call = CallSite::at_span(Span::default(), &passed, &expected);
    cx.call(&Value::external(INJECTING[0]), &call)
}

impl Evaluator<'_> {
    /// What an expression of any code is; what it does is not recorded.
    pub(crate) fn evaluated_at(
        &mut self,
        (file, place): (FileId, Place),
        id: ExpressionId,
    ) -> Value {
        let kept = std::mem::take(&mut self.current);
        let around = std::mem::take(&mut self.environment);
        let here = (self.file, self.place);
        (self.file, self.place) = (file, place);
        let value = self.evaluate(id);
        (self.file, self.place) = here;
        self.environment = around;
        self.current = kept;
        value
    }

    /// Functions that a parameter's annotation depends on run with the function, and what they return is the parameter.
    pub(crate) fn note_annotated(&mut self, function: FunctionRef, at: u32, said: ExpressionId) {
        let place = self.place;
        for dependency in dependencies(self, (function.file, place), said, 0) {
            let value: Value = Atom::Function(dependency).into();
            self.cells
                .join(crate::cells::Key::Wrappers(function), &value);
            let given = given(self, dependency);
            let given = given.filter(|atom| !matches!(atom, Atom::Unknown(_)));
            let key = crate::cells::Key::Parameter(function, at);
            self.cells.join(key, &given);
        }
    }
}
