//! Arguments to parameters: by place, by name, spread.

use crate::cells::Key;
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::FunctionRef;
use impact_facts::{ParameterKind, Spread};

impl Evaluator<'_> {
    /// Lets a function's parameters grow by arguments.
    pub fn pass(&mut self, function: FunctionRef, receiver: Option<Atom>, call: &CallSite<'_>) {
        let module = self.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        let offset = usize::from(receiver.is_some());
        if let Some(receiver) = receiver {
            self.cells
                .join(Key::Parameter(function, 0), &receiver.into());
        }
        let named = |name: &str| {
            (0..).zip(parameters).find(|(_, parameter)| {
                parameter.kind != ParameterKind::Positional
                    && module
                        .dotted(parameter.pattern)
                        .is_some_and(|own| own == name)
            })
        };
        let catch_all = |kind| {
            (0..)
                .zip(parameters)
                .find(|(_, p)| p.kind == kind)
                .map(|(at, _)| at)
        };
        let mut next = offset;
        for argument in call.arguments {
            match (&argument.name, argument.spread) {
                (Some((name, _)), _) => match named(name) {
                    Some((at, _)) => self.join_parameter(function, at, &argument.value),
                    None => {
                        if let Some(at) = catch_all(ParameterKind::Keywords) {
                            let known = [(name.clone(), argument.value.clone())].into();
                            let extra = Dictionary {
                                known,
                                ..Dictionary::default()
                            };
                            self.join_parameter(function, at, &Value::dictionary(extra));
                        }
                    }
                },
                (None, Spread::None) => {
                    let plain = parameters.get(next).is_some_and(|p| {
                        matches!(p.kind, ParameterKind::Plain | ParameterKind::Positional)
                    });
                    if plain {
                        self.join_parameter(function, next as u32, &argument.value);
                    } else if let Some(at) = catch_all(ParameterKind::Items) {
                        self.join_parameter(function, at, &Value::list(argument.value.clone()));
                    }
                    next += 1;
                }
                (None, Spread::Items) => self.pass_items(function, next, argument),
                (None, Spread::Named) => self.pass_named(function, argument),
            }
        }
    }

    fn join_parameter(&mut self, function: FunctionRef, at: u32, value: &Value) {
        self.cells.join(Key::Parameter(function, at), value);
    }

    fn pass_items(&mut self, function: FunctionRef, from: usize, argument: &Passed) {
        let parameters = &self
            .program
            .module(function.file)
            .function(function.function)
            .parameters;
        let element = self.iterate(&argument.value, argument.span);
        for (at, parameter) in (0u32..).zip(parameters).skip(from) {
            match parameter.kind {
                ParameterKind::Plain | ParameterKind::Positional => {
                    let exact = argument.value.atoms().iter().find_map(|atom| match atom {
                        Atom::Tuple(items) => items.get(at as usize - from).cloned(),
                        _ => None,
                    });
                    self.join_parameter(function, at, &exact.unwrap_or(element.clone()));
                }
                ParameterKind::Items => {
                    self.join_parameter(function, at, &Value::list(element.clone()));
                }
                _ => {}
            }
        }
    }

    fn pass_named(&mut self, function: FunctionRef, argument: &Passed) {
        let module = self.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        for atom in argument.value.atoms() {
            let Atom::Dictionary(of) = atom else {
                continue;
            };
            for (at, parameter) in (0..).zip(parameters) {
                if parameter.kind == ParameterKind::Keywords {
                    self.join_parameter(function, at, &atom.clone().into());
                }
                let name = module.dotted(parameter.pattern).unwrap_or_default();
                let value = of.known.get(name.as_str()).unwrap_or(&of.rest);
                self.join_parameter(function, at, &value.clone());
            }
        }
    }
}
