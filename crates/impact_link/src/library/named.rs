//! Named tuples: `namedtuple("Point", ["x", "y"])` makes a class whose instances keep their values by name and place.
//!
//! Facts are those of Python 3's `collections.namedtuple` and `typing.NamedTuple`.

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef};
use impact_facts::{Span, Statement};

/// The name of the door.
const NAMED: &str = "python/namedtuple";
/// The key of the names of a class of named tuples, as a tuple of texts.
const FIELDS: &str = "_fields";

/// Named tuples.
#[derive(Debug)]
pub(crate) struct NamedTuples;

impl Door for NamedTuples {
    fn name(&self) -> &'static str {
        NAMED
    }

    fn attribute(
        &self,
        _cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        object.values.get(member.name).cloned()
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) if &**name == "collections.namedtuple" => Some(class(cx, call)),
            Atom::Object(object) if object.door == NAMED && object.kind == "class" => {
                Some(instance(object, call))
            }
            Atom::Member(of, name) => match (&**of, &**name) {
                (Atom::Object(object), "_replace" | "_asdict") if object.door == NAMED => {
                    Some(replaced(object, call))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        _span: Span,
    ) -> Option<Value> {
        if !matches!(how, Consumption::Iterate | Consumption::Index) {
            return None;
        }
        let parts = parts(cx, value)?;
        Some(parts.iter().fold(Value::nothing(), |all, one| all.or(one)))
    }
}

/// The values of a named tuple by place; none if the value is no named tuple.
pub(crate) fn parts(cx: &mut Evaluator<'_>, of: &Atom) -> Option<Vec<Value>> {
    match of {
        Atom::Object(object) if object.door == NAMED && object.kind == "instance" => {
            let names = names_of(object);
            let values = names.iter().map(|name| object.values.get(name));
            Some(values.map(|one| one.cloned().unwrap_or_default()).collect())
        }
        Atom::Instance(class) if cx.inherits(*class, TYPED) => {
            let names = annotated(cx, *class);
            let itself: Value = of.clone().into();
            let value = |name: &String| cx.silent_attribute(&itself, name);
            Some(names.iter().map(value).collect())
        }
        _ => None,
    }
}

/// Bases of classes of named tuples.
const TYPED: &[&str] = &["typing.NamedTuple", "typing_extensions.NamedTuple"];

/// The names that the bodies of a class and of its own bases annotate, in order.
fn annotated(cx: &Evaluator<'_>, class: ClassRef) -> Vec<String> {
    let mut found = Vec::new();
    for base in cx.program.ancestors(class).iter().rev() {
        let Binding::Class(base) = base else {
            continue;
        };
        let module = cx.program.module(base.file);
        for statement in &module.class(base.class).body.statements {
            if let Statement::Bind(bind) = statement
                && bind.annotation.is_some()
            {
                found.extend(module.dotted(bind.target));
            }
        }
    }
    found
}

/// Whether a named tuple among the alternatives has a member of that name.
pub(crate) fn has_member(of: &Value, name: &str) -> bool {
    of.atoms().iter().any(|atom| match atom {
        Atom::Object(object) => object.door == NAMED && object.values.contains_key(name),
        _ => false,
    })
}

/// The class: its field names are the second argument, a display of texts or one text with blanks or commas.
fn class(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let given = call.value(1, "field_names");
    let mut names = Vec::new();
    for atom in given.atoms() {
        match atom {
            Atom::Text(text) => {
                let words = text.text.split([' ', ',', '\n']).filter(|w| !w.is_empty());
                names.extend(words.map(known));
            }
            Atom::Tuple(items) => names.extend(items.iter().cloned()),
            other => {
                let element = cx.iterate(&other.clone().into(), call.span);
                names.extend(element.atoms().iter().map(|atom| atom.clone().into()));
            }
        }
    }
    Object::new(NAMED, "class", None)
        .with_value(FIELDS, Value::tuple(names))
        .into()
}

fn known(word: &str) -> Value {
    let text = impact_facts::Assembled {
        text: word.to_owned(),
        ..Default::default()
    };
    Atom::Text(std::sync::Arc::new(text)).into()
}

/// An instance: arguments by place and by name.
fn instance(class: &Object, call: &CallSite<'_>) -> Value {
    let mut made = Object {
        kind: "instance",
        ..class.clone()
    };
    for (name, argument) in names_of(class).iter().zip(call.positional()) {
        made.values.insert(name.clone(), argument.value.clone());
    }
    give(&mut made, call);
    made.into()
}

fn names_of(class: &Object) -> Vec<Box<str>> {
    let fields = class.values.get(FIELDS).into_iter();
    fields
        .flat_map(Value::atoms)
        .flat_map(|atom| match atom {
            Atom::Tuple(items) => items.to_vec(),
            _ => Vec::new(),
        })
        .filter_map(|name| name.texts().next().map(|text| text.text.as_str().into()))
        .collect()
}

fn give(made: &mut Object, call: &CallSite<'_>) {
    for argument in call.arguments {
        if let Some((name, _)) = &argument.name {
            made.values.insert(name.clone(), argument.value.clone());
        }
    }
}

fn replaced(object: &Object, call: &CallSite<'_>) -> Value {
    let mut made = object.clone();
    give(&mut made, call);
    made.into()
}
