//! Calls: arguments to parameters, results to callers, classes to instances.

use crate::cells::Key;
use crate::door::{CallSite, Consumption, DOORS, MemberSite, Passed};
use crate::effect::{Calls, Target, site};
use crate::evaluator::Evaluator;
use crate::summary::{APPLIED, GIVEN, Summary, is_given};
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{Access, Argument, Call, Certainty, ExpressionKind, Language, Span};
use std::sync::Arc;

/// Whether what is called is code of the tree.
fn is_in_tree(callee: &Atom) -> bool {
    matches!(
        callee,
        Atom::Function(_) | Atom::Method(..) | Atom::Class(_)
    )
}

impl<'a> Evaluator<'a> {
    pub(crate) fn call_expression(&mut self, span: Span, call: &Call, expected: &Value) -> Value {
        if let Some(value) = self.super_call(call) {
            return value;
        }
        if self.is(Language::Rust)
            && let Some(value) = crate::language::rust::call_expression(self, span, call, expected)
        {
            return value;
        }
        let module = self.module();
        let callee = match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(attribute) if self.is(Language::Template) => {
                let of = self.evaluate(attribute.of);
                let span = self.reference_span(call.callee);
                let member = MemberSite {
                    name: module.name(attribute.name),
                    span,
                    access: Access::Read,
                    value: None,
                };
                crate::language::template::found(self, &of, &member)
            }
            _ => self.evaluate(call.callee),
        };
        let at = match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(attribute) => attribute.name_span,
            _ => module.expression(call.callee).span,
        };
        let arguments = self.arguments(&call.arguments);
        let site = CallSite {
            span,
            callee: at,
            arguments: &arguments,
            expected,
        };
        let value = self.call(&callee, &site);
        self.mutate(call, &site);
        crate::orm::sqlx::builder::kept(self, call, &value);
        if !callee.atoms().iter().any(is_in_tree) {
            for argument in &arguments {
                self.composed_sql(&argument.value, argument.span);
            }
        }
        value
    }

    pub(crate) fn arguments(&mut self, arguments: &[Argument]) -> Vec<Passed> {
        let module = self.module();
        let mut passed = Vec::new();
        for argument in arguments {
            let value = self.evaluate(argument.value);
            passed.push(Passed {
                name: argument
                    .name
                    .map(|(name, span)| (module.name(name).into(), span)),
                spread: argument.spread,
                value,
                span: module.expression(argument.value).span,
                expression: Some(argument.value),
            });
        }
        passed
    }

    /// `super()`, in the method of a class.
    fn super_call(&mut self, call: &Call) -> Option<Value> {
        let module = self.module();
        let ExpressionKind::Name(name) = module.expression(call.callee).kind else {
            return None;
        };
        if module.name(name) != "super" {
            return None;
        }
        let places = self.program.places(self.file);
        let (mut place, mut method) = (self.place, None);
        loop {
            match place {
                Place::Function(function) => method = Some(function),
                Place::Class(class) => {
                    let class = ClassRef {
                        file: self.file,
                        class,
                    };
                    let receiver = module.function(method?).parameters.first()?.pattern;
                    let receiver = self.evaluate(receiver);
                    let supers = receiver
                        .atoms()
                        .iter()
                        .map(|of| Atom::Super(class, Arc::new(of.clone())));
                    return Some(Value::any_of(supers).at_most(receiver.certainty));
                }
                Place::Module => return None,
            }
            place = places.around(place)?;
        }
    }

    /// What `callee(arguments)` is, for every alternative.
    pub fn call(&mut self, callee: &Value, call: &CallSite<'_>) -> Value {
        let mut result = Value::nothing();
        for atom in callee.atoms() {
            let value = self.with_certainty(callee.certainty, |cx| cx.call_atom(atom, call));
            result.join(&value);
        }
        result.at_most(callee.certainty)
    }

    pub(crate) fn call_atom(&mut self, callee: &Atom, call: &CallSite<'_>) -> Value {
        match callee {
            Atom::Function(function) => self.call_function(*function, None, call),
            Atom::Method(function, receiver) => {
                self.call_function(*function, Some((**receiver).clone()), call)
            }
            Atom::Class(class) => self.construct(*class, call),
            Atom::Instance(_) => self.call_instance(callee, call),
            Atom::Object(object) if object.door == GIVEN && object.kind == APPLIED => {
                self.construct_applied(object, call)
            }
            given if is_given(given) => self.call_instance(callee, call),
            Atom::Null => Value::nothing(),
            Atom::Object(object) if object.door == DECORATED => self.call_decorated(object, call),
            _ => self.call_described(callee, call),
        }
    }

    fn call_described(&mut self, callee: &Atom, call: &CallSite<'_>) -> Value {
        if let Some(value) = DOORS.iter().find_map(|door| door.call(self, callee, call)) {
            return value;
        }
        self.escape(call);
        match callee {
            Atom::External(name) if is_class_name(name) => {
                self.hand_over(call);
                Value::outside(name)
            }
            _ => Value::unknown("what code outside the tree returns"),
        }
    }

    /// An object that is given to a class outside the tree is called back: its own methods run.
    fn hand_over(&mut self, call: &CallSite<'_>) {
        for argument in call.arguments {
            for atom in argument.value.atoms() {
                let Atom::Instance(class) = atom else {
                    continue;
                };
                let places = self.program.places(class.file);
                let names = places.names(Place::Class(class.class));
                for name in names.names() {
                    for definition in names.definitions(name) {
                        if let Definition::Function(function) = definition {
                            let target = FunctionRef {
                                file: class.file,
                                function: *function,
                            };
                            self.runs(Target::Function(target), call.span, Certainty::Likely);
                        }
                    }
                }
            }
        }
    }

    /// Hands the arguments to code that is not known.
    pub fn escape(&mut self, call: &CallSite<'_>) {
        for argument in call.arguments {
            self.escape_value(&argument.value, argument.span);
        }
    }

    /// Hands a value to code that is not known: lazy queries run, functions are called with who knows what.
    pub fn escape_value(&mut self, value: &Value, span: Span) {
        for atom in value.atoms() {
            match atom {
                Atom::Function(function) => {
                    self.runs(Target::Function(*function), span, Certainty::Likely)
                }
                Atom::Method(function, receiver) => {
                    let receiver: Value = (**receiver).clone().into();
                    self.cells.join(Key::Parameter(*function, 0), &receiver);
                    self.runs(Target::Function(*function), span, Certainty::Likely);
                }
                Atom::List(of) => self.escape_value(&of.clone(), span),
                Atom::Tuple(items) => {
                    for item in items.clone().iter() {
                        self.escape_value(item, span);
                    }
                }
                Atom::Dictionary(of) => {
                    let of = of.clone();
                    for value in of.known.values().chain([&of.rest]) {
                        self.escape_value(value, span);
                    }
                }
                _ => {
                    let one: Value = atom.clone().into();
                    self.consume(&one.at_most(value.certainty), Consumption::Escape, span);
                }
            }
        }
    }

    fn call_instance(&mut self, callee: &Atom, call: &CallSite<'_>) -> Value {
        let Some(class) = self.class_of_instance(callee) else {
            return Value::unknown("a call of a value");
        };
        match self.class_member(class, "__call__") {
            Some((owner, [.., Definition::Function(function)])) => {
                let function = FunctionRef {
                    file: owner.file,
                    function: *function,
                };
                self.call_function(function, Some(callee.clone()), call)
            }
            _ => self.call_described(callee, call),
        }
    }

    /// Calls a function of the program: its parameters grow by the arguments, its result comes back.
    pub fn call_function(
        &mut self,
        function: FunctionRef,
        receiver: Option<Atom>,
        call: &CallSite<'_>,
    ) -> Value {
        let itself = receiver.clone();
        self.call_function_as(function, receiver, itself.as_ref(), call)
    }

    /// The same, where the call says for which type the function is meant that a trait declares for all.
    pub(crate) fn call_function_as(
        &mut self,
        function: FunctionRef,
        receiver: Option<Atom>,
        itself: Option<&Atom>,
        call: &CallSite<'_>,
    ) -> Value {
        if let Some(value) = self.inlined(function, receiver.as_ref(), call) {
            return value;
        }
        if self.is(Language::Rust) && self.called_as_row(function, call) {
            return self.result(function, receiver.as_ref());
        }
        let mut given = self.bound(function, receiver.clone(), call);
        let rows = (self.is(Language::Rust))
            .then(|| crate::orm::sqlx::handed::answered(self, function, call, &mut given))
            .flatten();
        if self.is(Language::Rust) {
            self.types_given(function, itself, &mut given, call);
        }
        let wrappers = self.read(Key::Wrappers(function));
        let summary = if wrappers.is_nothing() {
            self.summary(function, &given)
        } else {
            Summary::joined(function)
        };
        self.runs(summary.target(), call.span, Certainty::Exact);
        self.give(summary, &given);
        for wrapper in wrappers.atoms() {
            if let Atom::Function(wrapper) = wrapper {
                self.wrapped(*wrapper, receiver.clone(), call);
            }
        }
        let result = match rows.or_else(|| self.handed_result(function, &given)) {
            Some(result) => result,
            None => self.result_of(summary, receiver.as_ref()),
        };
        crate::carried::called(self, function, result, &given)
    }

    /// A conversion of a type that has several is called with a driver's row: those that take one get it.
    fn called_as_row(&mut self, function: FunctionRef, call: &CallSite<'_>) -> bool {
        let Some(meant) = crate::orm::sqlx::handed::meant(self, function, call) else {
            return false;
        };
        for function in meant {
            self.pass(function, None, call);
            self.runs(Target::Function(function), call.span, Certainty::Exact);
        }
        true
    }

    /// Code that stands around a function gets what the function gets: summed up for each row that it is called for.
    fn wrapped(&mut self, wrapper: FunctionRef, receiver: Option<Atom>, call: &CallSite<'_>) {
        let given = self.bound(wrapper, receiver.clone(), call);
        let summary = self.summary_around(wrapper, receiver.as_ref());
        if summary.unit.is_some() {
            self.runs(summary.target(), call.span, Certainty::Exact);
        }
        self.give(summary, &given);
    }

    /// What a function of the program returns, whoever calls it.
    pub(crate) fn result(&mut self, function: FunctionRef, receiver: Option<&Atom>) -> Value {
        self.result_of(Summary::joined(function), receiver)
    }

    pub(crate) fn result_of(&mut self, summary: Summary, receiver: Option<&Atom>) -> Value {
        let function = summary.function;
        let definition = self
            .program
            .module(function.file)
            .function(function.function);
        let places = self.program.places(function.file);
        let around = places
            .around(Place::Function(function.function))
            .unwrap_or(Place::Module);
        let said = match definition.returns {
            Some(id) => self.typed_as(receiver, |cx| {
                cx.annotation_for(function.file, around, id, receiver)
            }),
            None => Value::nothing(),
        };
        let said = self.with_self(summary, said);
        if definition.is_generator {
            let yielded = self.read(summary.yielded());
            if self.is_decorated(function, CONTEXT_MANAGERS) {
                return yielded;
            }
            return if is_telling(&said) {
                said
            } else {
                Value::list(yielded)
            };
        }
        let returned = crate::framework::known_routers(self.read(summary.returned()));
        let given = self.given_of(&said, &returned);
        if !given.is_nothing() {
            given.at_most(Certainty::Likely)
        } else if crate::framework::holds_router(&returned) {
            returned.at_most(Certainty::Likely)
        } else if is_telling(&said) {
            said.or(&crate::carried::part(&returned))
        } else if returned.is_unknown() && !said.is_unknown() {
            said
        } else {
            returned.at_most(Certainty::Likely)
        }
    }

    /// An instance of a class of the program.
    fn construct(&mut self, class: ClassRef, call: &CallSite<'_>) -> Value {
        let made = self.allocated(class, call);
        if !made.is_nothing() {
            return made;
        }
        let mut made = self.instance_of(class);
        let callee = Atom::Class(class);
        let initializer = self.initializer(class);
        if initializer.is_some() && self.waits(class, call) {
            return Value::nothing();
        }
        if matches!(made.atoms(), [Atom::Instance(_)])
            && let Some(given) = self.given_instance(class, initializer, call)
        {
            made = given.into();
        }
        if let Some(function) = initializer {
            let receiver = made
                .atoms()
                .first()
                .cloned()
                .unwrap_or(Atom::Instance(class));
            self.call_function(function, Some(receiver), call);
        }
        let left = self.left_over(initializer, call);
        let rest = CallSite {
            arguments: &left,
            ..*call
        };
        if let Some(value) = DOORS
            .iter()
            .find_map(|door| door.call(self, &callee, &rest))
        {
            return value;
        }
        if initializer.is_none() {
            self.fill_fields(class, &made, call);
            self.fill_from(class, call);
        }
        crate::carried::of_argument(made, call)
    }

    /// The arguments that an initializer of the program does not name: those reach the code that is not in the tree.
    fn left_over(&self, initializer: Option<FunctionRef>, call: &CallSite<'_>) -> Vec<Passed> {
        let own = initializer.filter(|function| !self.program.is_stub(function.file));
        let mut left = call.arguments.to_vec();
        if let Some(function) = own {
            let module = self.program.module(function.file);
            let parameters = &module.function(function.function).parameters;
            let plain = |parameter: &impact_facts::Parameter| {
                use impact_facts::ParameterKind as Kind;
                matches!(parameter.kind, Kind::Plain | Kind::Named)
            };
            let names: Vec<String> = parameters
                .iter()
                .filter(|parameter| plain(parameter))
                .filter_map(|parameter| module.dotted(parameter.pattern))
                .collect();
            left.retain(|argument| match &argument.name {
                Some((name, _)) => !names.iter().any(|own| **own == **name),
                None => true,
            });
        }
        left
    }

    /// What a class's own `__new__` returns instead of an instance of it.
    fn allocated(&mut self, class: ClassRef, call: &CallSite<'_>) -> Value {
        let Some((owner, [.., Definition::Function(function)])) =
            self.class_member(class, "__new__")
        else {
            return Value::nothing();
        };
        let function = FunctionRef {
            file: owner.file,
            function: *function,
        };
        let returned = self.call_function(function, Some(Atom::Class(class)), call);
        returned
            .filter(|atom| matches!(atom, Atom::Instance(_) | Atom::Mapped(_)))
            .at_most(Certainty::Likely)
    }

    pub(crate) fn initializer(&self, class: ClassRef) -> Option<FunctionRef> {
        match self.class_member(class, "__init__")? {
            (owner, [.., Definition::Function(function)]) => Some(FunctionRef {
                file: owner.file,
                function: *function,
            }),
            _ => None,
        }
    }

    /// A class without an initializer of its own: dataclasses, named tuples and their kin take fields in order.
    fn fill_fields(&mut self, class: ClassRef, made: &Value, call: &CallSite<'_>) {
        let fields = self.annotated_fields(class);
        let by_place = fields.iter().zip(call.positional());
        let by_name = call.arguments.iter().filter_map(|argument| {
            let (name, _) = argument.name.as_ref()?;
            Some((name, argument))
        });
        for (name, argument) in by_place.chain(by_name) {
            let key = match made.atoms().first().filter(|atom| is_given(atom)) {
                Some(given) => {
                    crate::attribute::outside_key(given).map(|key| Key::Outside(key, name.clone()))
                }
                None => Some(Key::Attribute(class, name.clone())),
            };
            if let Some(key) = key {
                self.cells.join(key, &argument.value);
            }
        }
    }

    pub(crate) fn annotated_fields(&self, class: ClassRef) -> Vec<Box<str>> {
        let ancestors = self.program.ancestors(class);
        let mut fields: Vec<Box<str>> = Vec::new();
        for base in ancestors.iter().rev() {
            let Binding::Class(base) = base else {
                continue;
            };
            let module = self.program.module(base.file);
            for statement in &module.class(base.class).body.statements {
                if let impact_facts::Statement::Bind(bind) = statement
                    && bind.annotation.is_some()
                    && let Some(name) = module.dotted(bind.target)
                    && !fields.iter().any(|field| **field == *name)
                {
                    fields.push(name.into());
                }
            }
        }
        fields
    }

    /// What an instance of a class of the program is.
    #[must_use]
    pub fn instance_of(&self, class: ClassRef) -> Value {
        match self.models.of_class(class) {
            Some(model) if self.models.get(model).is_some_and(|m| !m.is_abstract) => {
                Atom::Mapped(model).into()
            }
            Some(model) => {
                let name = self.models.get(model).map_or("", |m| &*m.name);
                let below = self.descendants.get(&class);
                let children = below
                    .into_iter()
                    .flatten()
                    .filter_map(|c| self.models.of_class(*c));
                let concrete: Vec<Atom> = children
                    .filter(|id| {
                        self.models
                            .get(*id)
                            .is_some_and(|m| !m.is_abstract && &*m.name != name)
                    })
                    .take(24)
                    .map(Atom::Mapped)
                    .collect();
                if concrete.is_empty() {
                    Atom::Instance(class).into()
                } else {
                    Value::any_of(concrete)
                }
            }
            None => {
                let known = DOORS.iter().find_map(|door| door.instance(self, class));
                known.unwrap_or_else(|| Atom::Instance(class).into())
            }
        }
    }

    /// Instances of what a value says are classes.
    #[must_use]
    pub fn instances(&self, classes: &Value) -> Value {
        let mut all = Value::nothing();
        for atom in classes.atoms() {
            all.join(&match atom {
                Atom::Class(class) => self.instance_of(*class),
                Atom::External(name) => match self.models.named(name) {
                    Some(model) => Atom::Mapped(model).into(),
                    None => Atom::Outside(name.clone()).into(),
                },
                Atom::Tuple(items) => items
                    .iter()
                    .fold(Value::nothing(), |all, one| all.or(&self.instances(one))),
                Atom::List(of) => self.instances(of),
                Atom::Null => Atom::Null.into(),
                _ => Value::unknown("an instance of an unknown class"),
            });
        }
        all
    }

    /// Records that code is run from here.
    pub fn runs(&mut self, to: Target, span: Span, certainty: Certainty) {
        let edge = Calls {
            to,
            site: site(self.file, span),
            certainty,
        };
        if span != Span::default() && !self.current.calls.contains(&edge) {
            self.current.calls.push(edge);
        }
    }
}

/// Whether an atom is a mapped class.
pub(crate) fn is_class_of(models: &crate::models::Models<'_>, atom: &Atom) -> bool {
    matches!(atom, Atom::Class(class) if models.of_class(*class).is_some())
}

/// Decorators that make a generator a context manager: `with` gives what it yields.
const CONTEXT_MANAGERS: &[&str] = &[
    "contextlib.contextmanager",
    "contextlib.asynccontextmanager",
];

/// Whether a qualified name is that of a class, as names go.
fn is_class_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.chars().next().is_some_and(char::is_uppercase)
}

/// The door of the functions that decorators get: no one's.
pub(crate) const DECORATED: &str = "decorated";

/// Whether an annotated result says more than evaluation does.
pub(crate) fn is_telling(said: &Value) -> bool {
    !said.is_nothing()
        && said.atoms().iter().all(|atom| match atom {
            Atom::Mapped(_) | Atom::Instance(_) | Atom::Null | Atom::Object(_) => true,
            Atom::List(of) => !of.is_nothing() && is_telling(of),
            Atom::Tuple(items) => items.iter().all(|item| is_telling(item) || is_scalar(item)),
            _ => false,
        })
        && said.atoms().iter().any(|atom| !matches!(atom, Atom::Null))
}

fn is_scalar(value: &Value) -> bool {
    value
        .atoms()
        .iter()
        .all(|atom| matches!(atom, Atom::Outside(_) | Atom::Null))
        && !value.is_nothing()
}
