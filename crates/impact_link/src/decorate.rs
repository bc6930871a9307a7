//! What stands around a function: decorators, and the defaults of its parameters.

use crate::call::DECORATED;
use crate::cells::Key;
use crate::door::{CallSite, DOORS, Passed};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::Span;

impl Evaluator<'_> {
    /// Evaluates what stands outside a function's body: decorators and defaults.
    pub(crate) fn define_function(&mut self, function: FunctionRef) {
        let definition = self.module().function(function.function);
        for (at, parameter) in (0..).zip(&definition.parameters) {
            if let Some(default) = parameter.default {
                let before = self.current.calls.len();
                let value = self.evaluate(default);
                self.note_dependencies(function, before);
                let value = value.filter(|atom| !matches!(atom, Atom::Unknown(_)));
                self.cells.join(Key::Parameter(function, at), &value);
                self.cells.join(Key::Default(function, at), &value);
            }
        }
        for decorator in definition.decorators.iter().rev() {
            let made = self.evaluate(*decorator);
            let span = self.module().expression(*decorator).span;
            self.decorate(function, &made, span);
        }
    }

    /// Functions that a default names (`Depends(get_session)`) run with the function.
    fn note_dependencies(&mut self, function: FunctionRef, from: usize) {
        let run: Vec<Target> = self
            .current
            .calls
            .iter()
            .skip(from)
            .map(|call| call.to.clone())
            .collect();
        for target in run {
            let dependency = match target {
                Target::Function(dependency) => Some(dependency),
                Target::Unit(unit) => self.function_of(unit),
                _ => None,
            };
            if let Some(dependency) = dependency {
                let value: Value = Atom::Function(dependency).into();
                self.cells.join(Key::Wrappers(function), &value);
            }
        }
    }

    /// A decorator of the program is told what it decorates; what it returns stands around it.
    fn decorate(&mut self, function: FunctionRef, decorator: &Value, span: Span) {
        for atom in decorator.atoms() {
            let (target, receiver) = match atom {
                Atom::Function(target) => (*target, None),
                Atom::Method(target, receiver) => (*target, Some((**receiver).clone())),
                Atom::Object(_) | Atom::Member(..) => {
                    self.decorate_outside(atom, Atom::Function(function), span);
                    continue;
                }
                _ => continue,
            };
            let value: Value = Object::new(DECORATED, "function", None)
                .with_value("function", Atom::Function(function).into())
                .into();
            let expected = Value::nothing();
            let passed = [Passed::plain(value, span)];
            let call = CallSite::at_span(span, &passed, &expected);
            self.pass(target, receiver, &call);
            let around = self.result(target, None);
            for wrapper in around.atoms() {
                if let Atom::Function(wrapper) = wrapper {
                    let wrapper_value: Value = Atom::Function(*wrapper).into();
                    self.cells.join(Key::Wrappers(function), &wrapper_value);
                }
            }
        }
    }

    /// What stands around a class, where a framework made it.
    pub(crate) fn decorate_class(&mut self, class: ClassRef, decorator: &Value, span: Span) {
        for atom in decorator.atoms() {
            if let Atom::Object(_) = atom {
                self.decorate_outside(atom, Atom::Class(class), span);
            }
        }
    }

    fn decorate_outside(&mut self, decorator: &Atom, decorated: Atom, span: Span) {
        let value: Value = decorated.into();
        let passed = [Passed::plain(value, span)];
        let expected = Value::nothing();
        let call = CallSite::at_span(span, &passed, &expected);
        for door in DOORS {
            if door.call(self, decorator, &call).is_some() {
                return;
            }
        }
    }
}
