//! Names: what they are where they stand, and what assigning to them does.

use crate::cells::Key;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::summary::Summary;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place, ValueRef};
use impact_facts::{
    Access, Certainty, ExpressionId, ExpressionKind, FileId, ImportId, Language, Name, Span, Spread,
};

impl<'a> Evaluator<'a> {
    /// What a bare name is, here.
    pub(crate) fn name(&mut self, name: Name, span: Span) -> Value {
        if let Place::Class(class) = self.place {
            crate::orm::sqlalchemy::named_in_body(self, class, name, span);
        }
        if let Some(value) = self.environment.get(name) {
            return value.clone();
        }
        if self.is(Language::Rust) {
            let text = self.program.module(self.file).name(name);
            return crate::language::rust::name(self, text, span);
        }
        let (file, mut place) = (self.file, self.place);
        let places = self.program.places(file);
        let mut first = true;
        loop {
            let definitions = places.names(place).definitions(name);
            let visible = first || !matches!(place, Place::Class(_));
            if visible && !definitions.is_empty() && place != Place::Module {
                return self.defined(file, place, name, definitions);
            }
            first = false;
            match places.around(place) {
                Some(around) => place = around,
                None => break,
            }
        }
        self.global(file, name, span)
    }

    fn global(&mut self, file: FileId, name: Name, span: Span) -> Value {
        let text = self.program.module(file).name(name);
        if self.program.facts(file).language == Language::Template {
            return crate::language::template::name(self, file, text);
        }
        let places = self.program.places(file);
        let definitions = places.names(Place::Module).definitions(name);
        let mut value = Value::nothing();
        if definitions
            .iter()
            .any(|d| matches!(d, Definition::Value(_)))
        {
            value = self.read(Key::Global(file, name));
        }
        let binding = self.program.resolve(file, Place::Module, text);
        let imported = definitions
            .iter()
            .any(|d| matches!(d, Definition::Import(_)));
        let by_star = definitions.is_empty() && matches!(binding, Binding::Value(..));
        if binding.is_definite() || imported || by_star {
            value.join(&self.binding(&binding));
        }
        let _ = span;
        value
    }

    /// What a name is that a class or function around binds.
    fn defined(&mut self, file: FileId, place: Place, name: Name, all: &[Definition]) -> Value {
        let mut value = Value::nothing();
        for definition in all {
            let one = match *definition {
                Definition::Class(class) => Atom::Class(ClassRef { file, class }).into(),
                Definition::Function(function) => {
                    Atom::Function(FunctionRef { file, function }).into()
                }
                Definition::Import(import) => self.imported(file, import),
                Definition::Parameter(..) | Definition::Value(_) => match place {
                    Place::Function(function) => {
                        self.read(Key::Local(FunctionRef { file, function }, name))
                    }
                    Place::Class(class) => {
                        self.read(Key::ClassName(ClassRef { file, class }, name))
                    }
                    Place::Module => self.read(Key::Global(file, name)),
                },
            };
            value.join(&one);
        }
        value
    }

    fn imported(&mut self, file: FileId, import: ImportId) -> Value {
        let binding = self.program.import(file, import);
        self.binding(&binding)
    }

    /// The value of what a name is bound to.
    pub(crate) fn binding(&mut self, binding: &Binding) -> Value {
        match binding {
            Binding::Module(file) => Atom::Module(*file).into(),
            Binding::Class(class) => Atom::Class(*class).into(),
            Binding::Function(function) if self.is_proxy(*function) => self.result(*function, None),
            Binding::Function(function) => Atom::Function(*function).into(),
            Binding::External(name) => Value::external(name),
            Binding::Value(value, rest) => {
                let mut found = self.named_value(value);
                for name in rest.split('.').filter(|name| !name.is_empty()) {
                    found = self.silent_attribute(&found, name);
                }
                found
            }
            Binding::Package(_) | Binding::Local | Binding::Unknown => {
                Value::unknown("a name that is bound nowhere in the tree")
            }
        }
    }

    fn named_value(&mut self, value: &ValueRef) -> Value {
        match (value.name, value.place) {
            (Some(name), Place::Module) => self.read(Key::Global(value.file, name)),
            (Some(name), Place::Class(class)) => self.read(Key::ClassName(
                ClassRef {
                    file: value.file,
                    class,
                },
                name,
            )),
            (Some(name), Place::Function(function)) => self.read(Key::Local(
                FunctionRef {
                    file: value.file,
                    function,
                },
                name,
            )),
            (None, _) => Value::unknown("a value without a name"),
        }
    }

    /// An attribute that no code names at this place.
    pub fn silent_attribute(&mut self, of: &Value, name: &str) -> Value {
        let kept = std::mem::take(&mut self.current);
        let member = MemberSite {
            name,
            span: Span::default(),
            access: Access::Read,
            value: None,
        };
        let value = self.attribute(of, &member);
        self.current = kept;
        value
    }

    /// Binds a target to a value: names, attributes, items and patterns of these.
    pub(crate) fn assign(&mut self, target: ExpressionId, value: &Value) {
        let module = self.module();
        match &module.expression(target).kind {
            ExpressionKind::Name(name) => self.set_name(*name, value.clone()),
            ExpressionKind::Attribute(attribute) => {
                let of = self.evaluate(attribute.of);
                let (name, span) = (module.name(attribute.name), self.reference_span(target));
                let access = Access::Write;
                let member = MemberSite {
                    name,
                    span,
                    access,
                    value: Some(value),
                };
                self.set_attribute(&of, &member);
                if self.is(Language::Python) {
                    crate::framework::starlette::keep(self, attribute.of, name, value);
                }
                if self.is(Language::Rust) {
                    crate::carried::assigned(self, &of, name, attribute.name_span);
                }
            }
            ExpressionKind::Subscript(subscript) => self.set_item(subscript, value),
            _ => self.bind_pattern(target, value),
        }
    }

    fn set_item(&mut self, subscript: &impact_facts::Subscript, value: &Value) {
        self.put(subscript.of, &subscript.keys, value);
        if let ([key], true) = (&subscript.keys[..], self.is(Language::Python)) {
            crate::framework::starlette::in_scope(self, subscript.of, *key, value);
        }
    }

    /// Puts a value under a key of a container, and gives the container back to where it is kept.
    fn put(&mut self, container: ExpressionId, keys: &[ExpressionId], value: &Value) {
        let module = self.module();
        let of = self.evaluate(container);
        let start = module.expression(container).span.start;
        let end = |key: &ExpressionId| module.expression(*key).span.end;
        let whole = Span::new(start, keys.iter().map(end).max().unwrap_or(start));
        let keys: Vec<Value> = keys.iter().map(|key| self.evaluate(*key)).collect();
        let mut grown = Value::nothing();
        for atom in of.atoms() {
            grown.join(&match atom {
                Atom::Dictionary(old) => {
                    let mut new = (**old).clone();
                    let key = keys.first().cloned().unwrap_or_default();
                    self.named_key(old, &key, whole);
                    crate::expression::insert(&mut new, &key, value);
                    Value::dictionary(new)
                }
                Atom::List(old) => Value::list(old.or(value)),
                Atom::Object(record) if crate::library::record::is_record(record) => {
                    let key = keys.first().cloned().unwrap_or_default();
                    crate::library::record::set(self, record, &key, whole);
                    atom.clone().into()
                }
                Atom::Object(object) => {
                    let span = module.expression(container).span;
                    if let Some(door) = crate::door::door(object.door) {
                        door.put(self, object, span);
                    }
                    atom.clone().into()
                }
                other => {
                    let key = keys.first().cloned().unwrap_or_default();
                    crate::framework::flask::put(self, other, &key, value);
                    other.clone().into()
                }
            });
        }
        if grown != of {
            self.regrow(container, &grown, module.expression(container).span);
        }
    }

    /// Gives a container that grew back to where it is kept.
    pub(crate) fn regrow(&mut self, target: ExpressionId, value: &Value, _span: Span) {
        match &self.module().expression(target).kind {
            ExpressionKind::Name(name) => {
                self.regrow_global(*name, value);
                self.set_name(*name, value.clone());
            }
            ExpressionKind::Attribute(attribute) => {
                let of = self.evaluate(attribute.of);
                let name = self.module().name(attribute.name);
                let (span, access) = (Span::default(), Access::Write);
                let kept = std::mem::take(&mut self.current);
                self.set_attribute(
                    &of,
                    &MemberSite {
                        name,
                        span,
                        access,
                        value: Some(value),
                    },
                );
                self.current = kept;
            }
            ExpressionKind::Subscript(subscript) => self.set_item(subscript, value),
            ExpressionKind::Call(call) => self.refill(call, value),
            _ => {}
        }
    }

    /// `by.setdefault(key, []).append(row)`: what the dictionary holds under the key grows.
    fn refill(&mut self, call: &impact_facts::Call, value: &Value) {
        let module = self.module();
        let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind else {
            return;
        };
        let first = call.arguments.first().map(|argument| argument.value);
        if let ("setdefault" | "get", Some(key)) = (module.name(attribute.name), first) {
            self.put(attribute.of, &[key], value);
        }
    }

    /// A container that a module keeps under a name grows for everyone, wherever it is filled.
    fn regrow_global(&mut self, name: Name, value: &Value) {
        let text = self.program.module(self.file).name(name);
        let binding = self.program.resolve(self.file, self.place, text);
        if let Binding::Value(kept, rest) = binding
            && let (Some(name), Place::Module, true) = (kept.name, kept.place, rest.is_empty())
        {
            self.cells.join(Key::Global(kept.file, name), value);
        }
    }

    /// Binds a name where it belongs.
    pub(crate) fn set_name(&mut self, name: Name, value: Value) {
        let (file, place) = (self.file, self.place);
        if self.program.places(file).is_outer(place, name) {
            self.cells.join(Key::Global(file, name), &value);
        }
        match place {
            Place::Module => {
                self.cells.join(Key::Global(file, name), &value);
            }
            Place::Class(class) => {
                self.cells
                    .join(Key::ClassName(ClassRef { file, class }, name), &value);
            }
            Place::Function(function) => {
                let function = FunctionRef { file, function };
                if self.is_captured(function) {
                    self.cells.join(Key::Local(function, name), &value);
                }
            }
        }
        self.environment.set(name, value);
    }

    /// Binds the names of a pattern to the parts of a value.
    pub(crate) fn bind_pattern(&mut self, pattern: ExpressionId, value: &Value) {
        let module = self.module();
        match &module.expression(pattern).kind {
            ExpressionKind::Collection(items) => {
                let count = items.items.len();
                for (at, item) in items.items.iter().enumerate() {
                    let span = module.expression(item.value).span;
                    let part = if item.spread == Spread::None {
                        self.part(value, at, count, span)
                    } else {
                        let of = self.iterate(value, span);
                        Value::list(of)
                    };
                    self.assign_part(item.value, &part);
                }
            }
            ExpressionKind::Any(ids) => {
                for id in ids {
                    self.bind_pattern(*id, value);
                }
            }
            ExpressionKind::Unary(unary) => {
                let of = self.iterate(value, module.expression(pattern).span);
                self.assign_part(unary.of, &Value::list(of));
            }
            ExpressionKind::Name(name)
                if self.is(Language::Rust)
                    && module.name(*name).starts_with(char::is_uppercase) => {}
            // A variant or constant: what it names is named.
            ExpressionKind::Attribute(of) if of.path && self.is(Language::Rust) => {
                self.evaluate(pattern);
            }
            ExpressionKind::Name(_)
            | ExpressionKind::Attribute(_)
            | ExpressionKind::Subscript(_) => self.assign(pattern, value),
            ExpressionKind::Call(call) if self.is(Language::Python) => {
                self.bind_class_pattern(call, value);
            }
            _ => crate::language::rust::bind_pattern(self, pattern, value),
        }
    }

    /// `case Owner(email=found)`: a row of that class, whose members the pattern names.
    fn bind_class_pattern(&mut self, pattern: &impact_facts::Call, value: &Value) {
        let of = self.instances_among(value, pattern.callee);
        for argument in &pattern.arguments {
            let part = match argument.name {
                Some((name, span)) => self.attribute(
                    &of,
                    &MemberSite {
                        name: self.module().name(name),
                        span,
                        access: Access::Read,
                        value: None,
                    },
                ),
                None => Value::unknown("a part of a pattern"),
            };
            self.bind_pattern(argument.value, &part);
        }
    }

    fn assign_part(&mut self, target: ExpressionId, value: &Value) {
        self.bind_pattern(target, value);
    }

    /// One part of a value that is taken apart into `count`.
    fn part(&mut self, value: &Value, at: usize, count: usize, span: Span) -> Value {
        let mut found = Value::nothing();
        for atom in value.atoms() {
            found.join(&match atom {
                Atom::Tuple(items) if items.len() == count => {
                    items.get(at).cloned().unwrap_or_default()
                }
                Atom::Null => Value::nothing(),
                other => match crate::library::named::parts(self, other)
                    .or_else(|| crate::orm::sqlx::row::parts(self, other, count, span))
                {
                    Some(parts) if parts.len() == count => parts[at].clone(),
                    _ => self.iterate(&other.clone().into(), span),
                },
            });
        }
        found.at_most(value.certainty)
    }

    /// The value of a parameter: what its annotation says, else what callers pass.
    pub(crate) fn parameter_value(&mut self, summary: Summary, at: u32) -> Value {
        let function = summary.function;
        if let Some(told) = self.told(summary, at) {
            return told;
        }
        let module = self.program.module(function.file);
        let definition = module.function(function.function);
        let Some(parameter) = definition.parameters.get(at as usize) else {
            return Value::nothing();
        };
        let mut passed = self.read(summary.parameter(at));
        if summary.unit.is_some() {
            passed.join(&self.read(Key::Default(function, at)));
        }
        let carried = crate::carried::part(&passed);
        let passed = crate::framework::known_routers(crate::carried::without(&passed));
        if at == 0
            && parameter.annotation.is_none()
            && let Some(receiver) = self.receiver(function)
        {
            let of_class = matches!(receiver.atoms(), [Atom::Class(_)]);
            let own = passed.filter(|atom| match atom {
                Atom::Object(_) | Atom::Mapped(_) => true,
                Atom::Class(_) => of_class,
                _ => false,
            });
            let described = receiver.filter(|atom| !matches!(atom, Atom::Object(_)));
            return if own.is_nothing() {
                receiver
            } else {
                described.or(&own)
            };
        }
        use impact_facts::ParameterKind as Kind;
        let receiver = self.told(summary, 0).filter(|_| at > 0);
        let receiver = receiver.and_then(|value| value.atoms().first().cloned());
        let said = self.typed_as(receiver.as_ref(), |cx| {
            parameter
                .annotation
                .map(|id| cx.annotation(id))
                .unwrap_or_default()
        });
        if self.is(Language::Rust) {
            let span = module.expression(parameter.pattern).span;
            crate::orm::sqlx::row::becomes(self, &passed, &said, span);
        }
        let unheard = passed.is_nothing() && self.is(Language::Rust) && is_weak(&said);
        if unheard && crate::language::rust::is_never_named(self, function) {
            return Atom::Null.into();
        }
        let inferred = passed.clone().at_most(Certainty::Likely);
        let silent = said.is_nothing() || said.is_unknown();
        let is_query = self.is(Language::Rust)
            && passed
                .atoms()
                .iter()
                .any(|atom| matches!(atom, Atom::Object(_)))
            && !crate::call::is_telling(&said);
        let narrower = match self.given_of(&said, &passed) {
            given if given.is_nothing() => self.narrower(&said, &passed),
            given => given,
        };
        let value = if !narrower.is_nothing() {
            narrower.at_most(Certainty::Likely)
        } else if silent || is_query || (is_weak(&said) && !passed.is_unknown()) {
            inferred
        } else if self.is(Language::Python) {
            said.or(&known_better(&said, &passed))
        } else {
            said
        };
        match parameter.kind {
            Kind::Items if parameter.annotation.is_some() => Value::list(value).or(&passed),
            Kind::Keywords | Kind::Items => passed.at_most(Certainty::Likely),
            _ => value.or(&carried),
        }
    }

    /// What `self` or `cls` is in a method; none if the function has no receiver.
    fn receiver(&mut self, function: FunctionRef) -> Option<Value> {
        let class = self.program.class_of(function)?;
        if self.program.facts(function.file).language == Language::Rust {
            return Some(crate::language::rust::receiver(self, class));
        }
        let decorated = |name: &str| self.is_decorated(function, &[name]);
        if decorated("builtins.staticmethod") {
            return None;
        }
        if decorated("builtins.classmethod") {
            return Some(Atom::Class(class).into());
        }
        Some(self.instance_of(class))
    }

    /// Whether the name of a function stands for what it returns.
    fn is_proxy(&self, function: FunctionRef) -> bool {
        let module = self.program.module(function.file);
        let decorators = &module.function(function.function).decorators;
        !decorators.is_empty() && self.is_decorated(function, PROXIES)
    }

    /// Whether a decorator of a function is one of these.
    pub(crate) fn is_decorated(&self, function: FunctionRef, names: &[&str]) -> bool {
        let module = self.program.module(function.file);
        let places = self.program.places(function.file);
        let place = places
            .around(Place::Function(function.function))
            .unwrap_or(Place::Module);
        module
            .function(function.function)
            .decorators
            .iter()
            .any(|id| {
                let id = match &module.expression(*id).kind {
                    ExpressionKind::Call(call) => call.callee,
                    _ => *id,
                };
                match self.program.resolve_expression(function.file, place, id) {
                    Binding::External(name) => names.contains(&&*name),
                    _ => false,
                }
            })
    }
}

/// Decorators that make a proxy of what a function returns (Werkzeug 3, "Context Locals").
const PROXIES: &[&str] = &["werkzeug.local.LocalProxy", "werkzeug.LocalProxy"];

/// Whether a type says so little that callers know better.
fn is_weak(value: &Value) -> bool {
    value.atoms().iter().any(|atom| match atom {
        Atom::Unknown(_) => true,
        Atom::Outside(name) => WEAK.contains(&&**name) || is_of_code(name),
        Atom::List(of) => of.is_nothing() || is_weak(of),
        Atom::Tuple(items) => items.iter().any(is_weak),
        Atom::Dictionary(of) => of.rest.is_nothing() || is_weak(&of.rest),
        _ => false,
    })
}

/// Whether a type of Rust only says that it is code: `impl FnOnce(&Row) -> T`, `fn(i32) -> i32`.
pub(crate) fn is_of_code(path: &str) -> bool {
    let last = path.strip_prefix("std.ops.").unwrap_or(path);
    CODE.contains(&last)
}

/// Such types.
const CODE: &[&str] = &[
    "Fn",
    "FnMut",
    "FnOnce",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "fn",
];

/// What callers pass where a type without a description is said: `users: Table`, told which.
fn known_better(said: &Value, passed: &Value) -> Value {
    let is_bare =
        |atom: &Atom| matches!(atom, Atom::Outside(name) if !name.starts_with("builtins."));
    if said.is_nothing() || !said.atoms().iter().all(is_bare) {
        return Value::nothing();
    }
    let told = passed.filter(|atom| matches!(atom, Atom::Object(_)));
    told.at_most(Certainty::Likely)
}

/// Types that say little: callers' values are kept instead.
const WEAK: &[&str] = &[
    "builtins.str",
    "builtins.object",
    "builtins.type",
    "typing.Callable",
    "collections.abc.Callable",
    "sqlalchemy.orm.Query",
    "sqlalchemy.orm.query.Query",
    "sqlalchemy.Select",
    "sqlalchemy.sql.Select",
    "sqlalchemy.sql.expression.Select",
    "sqlalchemy.sql.selectable.Select",
    "flask_sqlalchemy.query.Query",
];
