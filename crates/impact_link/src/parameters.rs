//! Arguments to parameters: by place, by name, spread.

use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::summary::Summary;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::FunctionRef;
use impact_facts::{ParameterKind, Spread};

/// A parameter, by place, and a value that it is given.
pub(crate) type Given = (u32, Value);

impl Evaluator<'_> {
    /// Lets a function's parameters grow by arguments.
    pub fn pass(&mut self, function: FunctionRef, receiver: Option<Atom>, call: &CallSite<'_>) {
        let given = self.bound(function, receiver, call);
        self.give(Summary::joined(function), &given);
    }

    /// Lets a summary's parameters grow by what a call gives them.
    pub(crate) fn give(&mut self, summary: Summary, given: &[Given]) {
        for (at, value) in given {
            self.cells.join(summary.parameter(*at), value);
        }
    }

    /// What arguments give to which parameter. One parameter may be given several values.
    pub(crate) fn bound(
        &mut self,
        function: FunctionRef,
        receiver: Option<Atom>,
        call: &CallSite<'_>,
    ) -> Vec<Given> {
        let mut given = Vec::new();
        let module = self.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        let offset = usize::from(receiver.is_some());
        if let Some(receiver) = receiver {
            given.push((0, receiver.into()));
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
        if let Some(at) = catch_all(ParameterKind::Keywords) {
            given.push((at, Value::dictionary(Dictionary::default())));
        }
        let mut next = offset;
        let mut rest = Vec::new();
        for argument in call.arguments {
            match (&argument.name, argument.spread) {
                (Some((name, _)), _) => match named(name) {
                    Some((at, _)) => given.push((at, argument.value.clone())),
                    None => {
                        if let Some(at) = catch_all(ParameterKind::Keywords) {
                            let known = [(name.clone(), argument.value.clone())].into();
                            let extra = Dictionary {
                                known,
                                ..Dictionary::default()
                            };
                            given.push((at, Value::dictionary(extra)));
                        }
                    }
                },
                (None, Spread::None) => {
                    let plain = parameters.get(next).is_some_and(|p| {
                        matches!(p.kind, ParameterKind::Plain | ParameterKind::Positional)
                    });
                    if plain {
                        given.push((next as u32, argument.value.clone()));
                    } else {
                        rest.push(argument.value.clone());
                    }
                    next += 1;
                }
                (None, Spread::Items) => self.items_given(function, next, argument, &mut given),
                (None, Spread::Named) => self.named_given(function, argument, &mut given),
            }
        }
        if let Some(at) = catch_all(ParameterKind::Items) {
            // What a stub does with them is done at this call alone: their order tells.
            if self.program.is_stub(function.file) && !rest.is_empty() {
                rest = vec![Value::tuple(rest)];
            } else {
                rest = rest.into_iter().map(Value::list).collect();
            }
            given.extend(rest.into_iter().map(|value| (at, value)));
        }
        given
    }

    fn items_given(
        &mut self,
        function: FunctionRef,
        from: usize,
        argument: &Passed,
        given: &mut Vec<Given>,
    ) {
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
                    given.push((at, exact.unwrap_or(element.clone())));
                }
                ParameterKind::Items => {
                    given.push((at, Value::list(element.clone())));
                }
                _ => {}
            }
        }
    }

    fn named_given(&self, function: FunctionRef, argument: &Passed, given: &mut Vec<Given>) {
        let module = self.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        for atom in argument.value.atoms() {
            let Atom::Dictionary(of) = atom else {
                given.extend(open_names(parameters));
                continue;
            };
            for (at, parameter) in (0..).zip(parameters) {
                if parameter.kind == ParameterKind::Keywords {
                    given.push((at, atom.clone().into()));
                }
                let name = module.dotted(parameter.pattern).unwrap_or_default();
                let value = of.known.get(name.as_str()).unwrap_or(&of.rest);
                given.push((at, value.clone()));
            }
        }
    }
}

/// What `**value` gives where its names are not known: any to the parameter that takes all that are left.
fn open_names(parameters: &[impact_facts::Parameter]) -> Option<Given> {
    let mut places = (0..).zip(parameters);
    let (at, _) = places.find(|(_, parameter)| parameter.kind == ParameterKind::Keywords)?;
    let open = Dictionary {
        keys: Value::outside("builtins.str"),
        rest: Value::unknown("a value under a name that is not known"),
        ..Dictionary::default()
    };
    Some((at, Value::dictionary(open)))
}
