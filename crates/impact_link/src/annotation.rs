//! Types as they are written: annotations to values.

use crate::door::DOORS;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{ExpressionId, ExpressionKind, FileId, Language};

/// How a generic type of the standard library holds its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generic {
    /// Its first argument is what it is.
    Transparent,
    /// Any of its arguments.
    Union,
    /// Elements of the first argument.
    Elements,
    /// A tuple.
    Tuple,
    /// Keys and values.
    Mapping,
    /// The class itself.
    Class,
    /// Nothing is said.
    Anything,
}

/// Last segments of generic types of `typing`, `collections.abc`, `contextlib` and builtins.
const GENERICS: &[(&str, Generic)] = &[
    ("Optional", Generic::Union),
    ("Union", Generic::Union),
    ("Annotated", Generic::Transparent),
    ("Final", Generic::Transparent),
    ("ClassVar", Generic::Transparent),
    ("Required", Generic::Transparent),
    ("NotRequired", Generic::Transparent),
    ("ReadOnly", Generic::Transparent),
    ("Awaitable", Generic::Transparent),
    ("AbstractContextManager", Generic::Transparent),
    ("ContextManager", Generic::Transparent),
    ("AsyncContextManager", Generic::Transparent),
    ("list", Generic::Elements),
    ("List", Generic::Elements),
    ("set", Generic::Elements),
    ("Set", Generic::Elements),
    ("frozenset", Generic::Elements),
    ("FrozenSet", Generic::Elements),
    ("AbstractSet", Generic::Elements),
    ("deque", Generic::Elements),
    ("Sequence", Generic::Elements),
    ("MutableSequence", Generic::Elements),
    ("Collection", Generic::Elements),
    ("Iterable", Generic::Elements),
    ("Iterator", Generic::Elements),
    ("Generator", Generic::Elements),
    ("AsyncIterable", Generic::Elements),
    ("AsyncIterator", Generic::Elements),
    ("AsyncGenerator", Generic::Elements),
    ("tuple", Generic::Tuple),
    ("Tuple", Generic::Tuple),
    ("dict", Generic::Mapping),
    ("Dict", Generic::Mapping),
    ("Mapping", Generic::Mapping),
    ("MutableMapping", Generic::Mapping),
    ("defaultdict", Generic::Mapping),
    ("DefaultDict", Generic::Mapping),
    ("OrderedDict", Generic::Mapping),
    ("type", Generic::Class),
    ("Type", Generic::Class),
    ("Any", Generic::Anything),
    ("Literal", Generic::Anything),
    ("Self", Generic::Anything),
];

fn generic(name: &str) -> Option<Generic> {
    let (module, last) = name.rsplit_once('.')?;
    let known = [
        "typing",
        "typing_extensions",
        "collections.abc",
        "collections",
        "builtins",
        "contextlib",
    ];
    if !known.contains(&module) {
        return None;
    }
    GENERICS
        .iter()
        .find(|(name, _)| *name == last)
        .map(|(_, generic)| *generic)
}

impl Evaluator<'_> {
    /// What an annotation of the file and place that are being evaluated says.
    pub fn annotation(&mut self, id: ExpressionId) -> Value {
        self.annotation_in(self.file, self.place, id)
    }

    /// What an annotation says of a method's result, where `Self` is the receiver.
    pub(crate) fn annotation_for(
        &mut self,
        file: FileId,
        place: Place,
        id: ExpressionId,
        receiver: Option<&Atom>,
    ) -> Value {
        let said = self.annotation_in(file, place, id);
        match receiver {
            Some(receiver) if self.is_self_type(file, place, id) => receiver.clone().into(),
            _ => said,
        }
    }

    fn is_self_type(&self, file: FileId, place: Place, id: ExpressionId) -> bool {
        matches!(self.program.resolve_expression(file, place, id), Binding::External(name)
            if name.ends_with(".Self"))
    }

    /// What an annotation says.
    pub fn annotation_in(&mut self, file: FileId, place: Place, id: ExpressionId) -> Value {
        self.depth += 1;
        let value = if self.depth > 100 {
            Value::unknown("nested too deep")
        } else {
            self.annotated(file, place, id)
        };
        self.depth -= 1;
        value
    }

    fn annotated(&mut self, file: FileId, place: Place, id: ExpressionId) -> Value {
        let module = self.program.module(file);
        if self.program.facts(file).language == Language::Rust {
            return crate::language::rust::annotation(self, file, place, id);
        }
        match &module.expression(id).kind {
            ExpressionKind::Null => Atom::Null.into(),
            ExpressionKind::Any(ids) => {
                let ids = ids.clone();
                self.union(file, place, &ids)
            }
            ExpressionKind::Binary(binary) if module.name(binary.operator) == "|" => {
                self.union(file, place, &[binary.left, binary.right])
            }
            ExpressionKind::Subscript(subscript) => {
                let binding = self.program.resolve_expression(file, place, subscript.of);
                let mut keys = Vec::new();
                for key in &subscript.keys {
                    match &module.expression(*key).kind {
                        ExpressionKind::Collection(items) => {
                            keys.extend(items.items.iter().map(|item| item.value));
                        }
                        _ => keys.push(*key),
                    }
                }
                self.applied(file, place, &binding, &keys)
            }
            ExpressionKind::Text(_) => {
                let text = module.plain_text(id).unwrap_or_default();
                self.written(file, place, &text, 0)
            }
            ExpressionKind::Name(name) if self.typed.is_some() && self.is_variable(file, id) => {
                let word = module.name(*name);
                let known = self.type_variable(word, 0);
                known.unwrap_or(Value::unknown("a type variable"))
            }
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
                let binding = self.program.resolve_expression(file, place, id);
                self.applied(file, place, &binding, &[])
            }
            _ => Value::unknown("a type of no known form"),
        }
    }

    fn union(&mut self, file: FileId, place: Place, ids: &[ExpressionId]) -> Value {
        ids.iter().fold(Value::nothing(), |all, id| {
            all.or(&self.annotation_in(file, place, *id))
        })
    }

    /// A type with its arguments.
    fn applied(
        &mut self,
        file: FileId,
        place: Place,
        binding: &Binding,
        keys: &[ExpressionId],
    ) -> Value {
        if let Binding::External(name) = binding
            && name.ends_with(".Literal")
        {
            return keys
                .iter()
                .fold(Value::nothing(), |all, id| all.or(&self.literal(file, *id)));
        }
        let keys: Vec<Value> = keys
            .iter()
            .map(|id| self.annotation_in(file, place, *id))
            .collect();
        self.type_of(file, place, binding, &keys)
    }

    fn literal(&mut self, file: FileId, id: ExpressionId) -> Value {
        let here = std::mem::replace(&mut self.file, file);
        let value = self.evaluate(id);
        self.file = here;
        value
    }

    fn type_of(&mut self, file: FileId, place: Place, binding: &Binding, keys: &[Value]) -> Value {
        match binding {
            Binding::Class(class) => self.class_type(*class, keys),
            Binding::External(name) => self.external_type(name, keys, file, place),
            Binding::Value(value, rest) if rest.is_empty() => self.alias(value),
            _ => Value::unknown("a type that is bound nowhere in the tree"),
        }
    }

    /// What a name that is bound to a type says. Where the type names itself (`JSON = dict[str, "JSON"] | list["JSON"]`), the
    /// inner one says nothing.
    fn alias(&mut self, bound: &impact_bind::ValueRef) -> Value {
        let at = (bound.file, bound.expression);
        if self.aliases.contains(&at) {
            return Value::unknown("a type that names itself");
        }
        self.aliases.push(at);
        let value = self.annotation_in(bound.file, bound.place, bound.expression);
        self.aliases.pop();
        value
    }

    fn class_type(&mut self, class: ClassRef, keys: &[Value]) -> Value {
        if self.inherits(class, &["typing.Protocol", "typing_extensions.Protocol"]) {
            return Value::unknown("a protocol").or(&Atom::Instance(class).into());
        }
        let _ = keys;
        self.instance_of(class)
    }

    fn external_type(&mut self, name: &str, keys: &[Value], file: FileId, place: Place) -> Value {
        if let Some(model) = self.models.named(name) {
            return Atom::Mapped(model).into();
        }
        let Some(generic) = generic(name) else {
            let known = DOORS
                .iter()
                .find_map(|door| door.annotation(self, name, keys));
            return known.unwrap_or_else(|| Value::outside(name));
        };
        let first = || keys.first().cloned().unwrap_or_default();
        match generic {
            Generic::Transparent => first(),
            Generic::Union => {
                let null = if name.ends_with("Optional") {
                    Atom::Null.into()
                } else {
                    Value::nothing()
                };
                keys.iter().fold(null, |all, key| all.or(key))
            }
            Generic::Elements => Value::list(first()),
            Generic::Tuple => match keys {
                [one, rest] if rest.is_unknown() => Value::list(one.clone()),
                [] => Value::list(Value::nothing()),
                _ => Value::tuple(keys.to_vec()),
            },
            Generic::Mapping => {
                let rest = keys.get(1).cloned().unwrap_or_default();
                Value::dictionary(Dictionary {
                    keys: first(),
                    rest,
                    ..Dictionary::default()
                })
            }
            Generic::Class => Value::any_of(keys.iter().flat_map(|key| key.atoms()).filter_map(
                |atom| match atom {
                    Atom::Instance(class) => Some(Atom::Class(*class)),
                    Atom::Mapped(model) => self.models.class(*model).map(Atom::Class),
                    _ => None,
                },
            )),
            Generic::Anything if name.ends_with(".Self") => self.own_type(file, place),
            Generic::Anything => Value::unknown("any type"),
        }
    }

    fn own_type(&mut self, file: FileId, place: Place) -> Value {
        let places = self.program.places(file);
        let mut at = Some(place);
        while let Some(place) = at {
            if let Place::Class(class) = place {
                return self.instance_of(ClassRef { file, class });
            }
            at = places.around(place);
        }
        Value::unknown("a type of no class")
    }

    /// A type that is written in a string: names, arguments in brackets, alternatives.
    fn written(&mut self, file: FileId, place: Place, text: &str, depth: u32) -> Value {
        if depth > 8 {
            return Value::unknown("nested too deep");
        }
        let parts = split_outside_brackets(text, '|');
        if parts.len() > 1 {
            return parts.iter().fold(Value::nothing(), |all, part| {
                all.or(&self.written(file, place, part, depth + 1))
            });
        }
        let text = text.trim();
        if text == "None" {
            return Atom::Null.into();
        }
        let (name, inside) = match text.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end().strip_suffix(']')),
            None => (text, None),
        };
        if !name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            || name.is_empty()
        {
            return Value::unknown("a type of no known form");
        }
        let binding = self.program.resolve(file, place, name);
        let keys: Vec<Value> = inside
            .map(|inside| split_outside_brackets(inside, ','))
            .unwrap_or_default()
            .iter()
            .map(|key| self.written(file, place, key, depth + 1))
            .collect();
        self.type_of(file, place, &binding, &keys)
    }
}

fn split_outside_brackets(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (offset, c) in text.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if c == at && depth == 0 => {
                parts.push(text[start..offset].trim());
                start = offset + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}
