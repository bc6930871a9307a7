//! What the variables of a generic class mean: `class UserRepository(Repository[User])` and `Repository[User](session)` say
//! of `Repository`'s own variable that it is `User`.

use crate::call::is_class_of;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::summary::{APPLIED, GIVEN, INSTANCE};
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{ClassId, ExpressionId, ExpressionKind, FileId};
use std::sync::Arc;

/// Longer ways from a variable to its argument are not followed.
const MAX_STEPS: u32 = 8;

/// Types whose arguments are a class's own variables.
const GENERIC: &[&str] = &["Generic", "Protocol"];

impl Evaluator<'_> {
    /// Runs something in which type variables mean what they mean for a receiver.
    pub(crate) fn typed_as<T>(
        &mut self,
        receiver: Option<&Atom>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let kept = std::mem::replace(&mut self.typed, receiver.cloned());
        let result = run(self);
        self.typed = kept;
        result
    }

    /// What a type variable of that name means for the receiver that is spoken of.
    pub(crate) fn type_variable(&mut self, word: &str, steps: u32) -> Option<Value> {
        let receiver = self.typed.clone()?;
        if let Some(class) = applied(self, &receiver, word) {
            return Some(self.instance_of(class));
        }
        let class = match &receiver {
            Atom::Class(class) => *class,
            other => self.class_of_instance(other)?,
        };
        for line in self.program.ancestors(class).iter() {
            let Binding::Class(class) = line else {
                continue;
            };
            if let Some(key) = self.argument_for(*class, word) {
                return self.argument(*class, key, steps);
            }
        }
        None
    }

    /// The argument that a class's own bases give for a variable of that name of theirs.
    fn argument_for(&self, class: ClassRef, word: &str) -> Option<ExpressionId> {
        self.applied_bases(class)
            .into_iter()
            .find_map(|(base, keys)| {
                let Binding::Class(base) = base else {
                    return None;
                };
                let at = self.variables(base).iter().position(|own| **own == *word)?;
                keys.get(at).copied()
            })
    }

    /// What a type argument in the bases of a class is; none for a variable that says nothing.
    fn argument(&mut self, class: ClassRef, key: ExpressionId, steps: u32) -> Option<Value> {
        let name = self.program.module(class.file).dotted(key);
        if let Some(name) = name.filter(|_| self.is_variable(class.file, key)) {
            let next = steps < MAX_STEPS;
            return next.then(|| self.type_variable(&name, steps + 1)).flatten();
        }
        Some(self.annotation_in(class.file, Place::Module, key))
    }

    /// Whether a type is a variable: bound to a call that makes one, or to nothing that the program knows.
    pub(crate) fn is_variable(&self, file: FileId, id: ExpressionId) -> bool {
        match self.program.resolve_expression(file, Place::Module, id) {
            Binding::Value(value, rest) if rest.is_empty() => {
                let module = self.program.module(value.file);
                let ExpressionKind::Call(call) = &module.expression(value.expression).kind else {
                    return false;
                };
                let callee = module.dotted(call.callee).unwrap_or_default();
                callee.rsplit('.').next() == Some("TypeVar")
            }
            Binding::Local | Binding::Unknown => true,
            _ => false,
        }
    }

    /// The bases of a class that have type arguments, with these.
    fn applied_bases(&self, class: ClassRef) -> Vec<(Binding, Vec<ExpressionId>)> {
        let module = self.program.module(class.file);
        let bases = module.class(class.class).bases.iter();
        let applied = bases.filter(|base| base.name.is_none()).filter_map(|base| {
            let ExpressionKind::Subscript(of) = &module.expression(base.value).kind else {
                return None;
            };
            let binding = self
                .program
                .resolve_expression(class.file, Place::Module, of.of);
            let keys = of
                .keys
                .iter()
                .flat_map(|key| match &module.expression(*key).kind {
                    ExpressionKind::Collection(items) => {
                        items.items.iter().map(|item| item.value).collect()
                    }
                    _ => vec![*key],
                });
            Some((binding, keys.collect()))
        });
        applied.collect()
    }

    /// The names of a class's own variables, in order.
    fn variables(&self, class: ClassRef) -> Vec<Box<str>> {
        let module = self.program.module(class.file);
        let said = &module.class(class.class).type_parameters;
        if !said.is_empty() {
            return said
                .iter()
                .map(|one| module.name(one.name).into())
                .collect();
        }
        let (mut own, mut declared) = (Vec::new(), None);
        for (base, keys) in self.applied_bases(class) {
            let names = keys
                .iter()
                .filter(|key| self.is_variable(class.file, **key))
                .filter_map(|key| module.dotted(*key).map(Box::<str>::from));
            let names: Vec<Box<str>> = names.collect();
            let word = base.external().and_then(|name| name.rsplit('.').next());
            if word.is_some_and(|word| GENERIC.contains(&word)) {
                declared = Some(names.clone());
            }
            own.extend(names);
        }
        own.dedup();
        declared.unwrap_or(own)
    }

    /// `Repository[User]`: the class with what its variables are, where these are mapped classes.
    pub(crate) fn applied_class(&self, class: ClassRef, keys: &[Value]) -> Option<Atom> {
        let keys: Vec<Value> = match keys {
            [only] => match only.atoms() {
                [Atom::Tuple(items)] => items.to_vec(),
                _ => vec![only.clone()],
            },
            many => many.to_vec(),
        };
        let mut made = Object::new(GIVEN, APPLIED, None);
        made.class = Some(class);
        for (at, name) in self.variables(class).iter().enumerate() {
            let given = keys.get(at).map_or(&[][..], Value::atoms);
            if let [Atom::Class(of)] = given {
                let word = format!("of:{name}={}.{}", of.file.0, of.class.0);
                made = made.with_word(&word);
            }
        }
        let mapped = keys.iter().flat_map(Value::atoms);
        let mut mapped = mapped.filter(|atom| is_class_of(&self.models, atom));
        let tells = mapped.next().is_some() && !made.words.is_empty();
        tells.then(|| Atom::Object(Arc::new(made)))
    }

    /// `Repository[User](session)`: an instance that knows what its variables are.
    pub(crate) fn construct_applied(&mut self, applied: &Object, call: &CallSite<'_>) -> Value {
        let Some(class) = applied.class else {
            return Value::unknown("a generic class");
        };
        let initializer = self.initializer(class);
        let mut made = match self.given_instance(class, initializer, call) {
            Some(Atom::Object(given)) => (*given).clone(),
            _ => {
                let id = format!("id:{}.{}", class.file.0, class.class.0);
                Object::new(GIVEN, INSTANCE, None).with_word(&id)
            }
        };
        made.class = Some(class);
        let arguments = applied.words.join(" ");
        for word in &mut made.words {
            if word.starts_with("id:") {
                *word = format!("{word} {arguments}").into();
            }
        }
        for word in &applied.words {
            made = made.with_word(word);
        }
        let made = Atom::Object(Arc::new(made));
        if let Some(function) = initializer {
            self.call_function(function, Some(made.clone()), call);
        }
        made.into()
    }

    /// The type arguments that a class's bases are given, each base's as a tuple of classes: `__orig_bases__`.
    pub(crate) fn base_arguments(&mut self, of: &Atom) -> Value {
        let class = match of {
            Atom::Class(class) => Some(*class),
            other => self.class_of_instance(other),
        };
        let Some(class) = class else {
            return Value::unknown("the bases of something");
        };
        let mut bases = Vec::new();
        for (_, keys) in self.applied_bases(class) {
            let mut arguments = Vec::new();
            for key in keys {
                let said = self.typed_as(Some(of), |cx| cx.argument(class, key, 0));
                arguments.push(self.classes_in(&said.unwrap_or_default()));
            }
            bases.push(Value::tuple(arguments));
        }
        Value::tuple(bases)
    }

    /// The classes that a type's alternatives are instances of.
    fn classes_in(&self, said: &Value) -> Value {
        let classes = said
            .atoms()
            .iter()
            .filter_map(|atom| self.class_of_instance(atom));
        Value::any_of(classes.map(Atom::Class))
    }
}

/// What an instance of an applied class was told of a variable.
fn applied(cx: &Evaluator<'_>, receiver: &Atom, word: &str) -> Option<ClassRef> {
    let Atom::Object(object) = receiver else {
        return None;
    };
    if object.door != GIVEN {
        return None;
    }
    let prefix = format!("of:{word}=");
    let (file, class) = object.words_after(&prefix).next()?.split_once('.')?;
    let class = ClassRef {
        file: FileId(file.parse().ok()?),
        class: ClassId(class.parse().ok()?),
    };
    cx.program
        .module(class.file)
        .classes
        .get(class.class.index())?;
    Some(class)
}
