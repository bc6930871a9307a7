//! What stands around a function: decorators, and the defaults of its parameters.

use crate::call::DECORATED;
use crate::cells::Key;
use crate::door::{CallSite, DOORS, Passed};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::framework::class_views::{HTTP, WRAPPING};
use crate::value::{Atom, Dictionary, Object, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef};
use impact_facts::{Language, ParameterKind, Span, Spread};

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
        if self.is(Language::Python) {
            for (at, parameter) in (0..).zip(&definition.parameters) {
                if let Some(said) = parameter.annotation {
                    self.note_annotated(function, at, said);
                }
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
                Atom::Class(class) => {
                    let made = self.instance_of(*class);
                    self.cells.join(made_of(function), &made);
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

    /// What a decorator that is a class made of a function: `@click.group()` makes a group.
    pub(crate) fn made_by_decorator(&mut self, function: FunctionRef) -> Value {
        let decorated = self.program.facts(function.file).language == Language::Python;
        let module = self.program.module(function.file);
        if !decorated || module.function(function.function).decorators.is_empty() {
            return Value::nothing();
        }
        self.read(made_of(function))
    }

    /// A wrapper calls what it stands around: that gets the arguments, but is run by whoever runs it.
    pub(crate) fn call_decorated(&mut self, object: &Object, call: &CallSite<'_>) -> Value {
        let function = object.values.get("function").cloned().unwrap_or_default();
        let own = self.not_handed_on(call);
        let mut result = Value::nothing();
        for atom in function.atoms() {
            if let Atom::Function(function) = atom {
                let own = self.of_its_class(*function, &own);
                let call = CallSite {
                    arguments: &own,
                    ..*call
                };
                self.pass(*function, None, &call);
                result.join(&self.result(*function, None));
            }
        }
        result
    }

    /// The arguments for a method: a wrapper around methods of many classes has all their instances in its hands, the method
    /// gets those of its own class.
    fn of_its_class(&self, function: FunctionRef, own: &[Passed]) -> Vec<Passed> {
        let mut own = own.to_vec();
        let Some(class) = self.program.class_of(function) else {
            return own;
        };
        let first = own
            .first_mut()
            .filter(|first| first.name.is_none() && first.spread == Spread::None);
        if let Some(first) = first {
            first.value = first.value.filter(|atom| {
                let of = match atom {
                    Atom::Mapped(model) => self.models.class(*model),
                    Atom::Instance(of) => Some(*of),
                    _ => None,
                };
                of.is_none_or(|of| {
                    let above = |low, high| {
                        let all = self.program.ancestors(low);
                        all.contains(&Binding::Class(high))
                    };
                    above(of, class) || above(class, of)
                })
            });
        }
        own
    }

    /// The arguments of a wrapper's call without what it only hands on: `*args, **kwargs` of its own. Who calls the decorated
    /// function gives it those itself, and of a wrapper around many they are any caller's.
    fn not_handed_on(&self, call: &CallSite<'_>) -> Vec<Passed> {
        let mut own = call.arguments.to_vec();
        let Some(summary) = self.own_summary() else {
            return own;
        };
        let module = self.program.module(summary.function.file);
        let parameters = &module.function(summary.function.function).parameters;
        own.retain_mut(|argument| {
            let name = argument.expression.and_then(|id| module.dotted(id));
            let mut catch_all = (0u32..).zip(parameters).filter(|(_, parameter)| {
                let spread = match parameter.kind {
                    ParameterKind::Items => Spread::Items,
                    ParameterKind::Keywords => Spread::Named,
                    _ => return false,
                };
                argument.spread == spread && name.is_some()
            });
            let found = catch_all.find(|(_, parameter)| module.dotted(parameter.pattern) == name);
            let Some((at, _)) = found else {
                return true;
            };
            argument.value = added_names(&argument.value, &self.cells.peek(&summary.parameter(at)));
            !argument.value.is_nothing()
        });
        own
    }

    /// The decorators that a class of views lists for all its methods are told each of these.
    pub(crate) fn decorate_methods(&mut self, class: ClassRef) {
        let said = WRAPPING
            .iter()
            .filter(|name| self.class_member(class, name).is_some());
        let said: Vec<&str> = said.copied().collect();
        for name in said {
            let decorators = self.silent_attribute(&Atom::Class(class).into(), name);
            let decorators = self.iterate(&decorators, Span::default());
            for method in HTTP {
                let [.., Definition::Function(function)] = self.program.own_member(class, method)
                else {
                    continue;
                };
                let file = class.file;
                let function = FunctionRef {
                    file,
                    function: *function,
                };
                let module = self.program.module(file);
                let span = module.function(function.function).name_span;
                self.decorate(function, &decorators, span);
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

fn made_of(function: FunctionRef) -> Key {
    let name = format!("decorated {}.{}", function.file.0, function.function.0);
    Key::Outside(name.into(), "made".into())
}

/// What a wrapper put into the names that it got.
fn added_names(value: &Value, got: &Value) -> Value {
    let has = |name: &str| {
        got.atoms().iter().any(|atom| match atom {
            Atom::Dictionary(of) => of.known.contains_key(name),
            _ => false,
        })
    };
    let added = value.atoms().iter().filter_map(|atom| match atom {
        Atom::Dictionary(of) => {
            let known = of.known.iter().filter(|(name, _)| !has(name));
            Some(Dictionary {
                known: known.map(|(k, v)| (k.clone(), v.clone())).collect(),
                ..Dictionary::default()
            })
        }
        _ => None,
    });
    let added = added.filter(|of| !of.known.is_empty());
    Value::any_of(added.map(|of| Atom::Dictionary(of.into())))
}
