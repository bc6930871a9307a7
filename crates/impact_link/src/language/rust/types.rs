//! What a type says.

use crate::door::DOORS;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{
    ClassKind, CollectionKind, ExpressionId, ExpressionKind, Field, FileId, Subscript,
};

/// How a generic type holds its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generic {
    /// What it holds is what it is: smart pointers, options, results, futures, extractors.
    Transparent,
    /// Elements of the first argument.
    Elements,
    /// Keys and values.
    Mapping,
}

/// Generic types by their last word, wherever they come from: aliases of `Result` are many.
const GENERICS: &[(&str, Generic)] = &[
    ("Option", Generic::Transparent),
    ("Box", Generic::Transparent),
    ("Arc", Generic::Transparent),
    ("Rc", Generic::Transparent),
    ("Cow", Generic::Transparent),
    ("Pin", Generic::Transparent),
    ("Mutex", Generic::Transparent),
    ("RwLock", Generic::Transparent),
    ("RefCell", Generic::Transparent),
    ("Cell", Generic::Transparent),
    ("OnceCell", Generic::Transparent),
    ("OnceLock", Generic::Transparent),
    ("LazyLock", Generic::Transparent),
    ("Lazy", Generic::Transparent),
    ("Ref", Generic::Transparent),
    ("Future", Generic::Transparent),
    ("BoxFuture", Generic::Transparent),
    ("IntoFuture", Generic::Transparent),
    ("JoinHandle", Generic::Transparent),
    ("Deref", Generic::Transparent),
    ("AsRef", Generic::Transparent),
    ("Borrow", Generic::Transparent),
    ("Into", Generic::Transparent),
    ("State", Generic::Transparent),
    ("Extension", Generic::Transparent),
    ("Json", Generic::Transparent),
    ("Query", Generic::Transparent),
    ("Path", Generic::Transparent),
    ("Form", Generic::Transparent),
    ("Data", Generic::Transparent),
    ("Vec", Generic::Elements),
    ("VecDeque", Generic::Elements),
    ("HashSet", Generic::Elements),
    ("BTreeSet", Generic::Elements),
    ("IndexSet", Generic::Elements),
    ("Iterator", Generic::Elements),
    ("IntoIterator", Generic::Elements),
    ("DoubleEndedIterator", Generic::Elements),
    ("ExactSizeIterator", Generic::Elements),
    ("Stream", Generic::Elements),
    ("BoxStream", Generic::Elements),
    ("Receiver", Generic::Elements),
    ("HashMap", Generic::Mapping),
    ("BTreeMap", Generic::Mapping),
    ("IndexMap", Generic::Mapping),
];

/// A container without elements, by the last word of its type: it grows.
pub(crate) fn empty(name: &str) -> Option<Value> {
    let (_, generic) = GENERICS.iter().find(|(known, _)| *known == name)?;
    match generic {
        Generic::Transparent => None,
        Generic::Elements => Some(Value::list(Value::nothing())),
        Generic::Mapping => Some(Value::dictionary(Dictionary::default())),
    }
}

/// What a type of a file and place says of its values.
pub(crate) fn annotation(
    cx: &mut Evaluator<'_>,
    file: FileId,
    place: Place,
    id: ExpressionId,
) -> Value {
    if cx.depth > 120 {
        return Value::unknown("nested too deep");
    }
    cx.depth += 1;
    let value = form(cx, file, place, id);
    cx.depth -= 1;
    value
}

fn form(cx: &mut Evaluator<'_>, file: FileId, place: Place, id: ExpressionId) -> Value {
    let module = cx.program.module(file);
    match &module.expression(id).kind {
        ExpressionKind::Null => Atom::Null.into(),
        ExpressionKind::Collection(items) => {
            let values: Vec<Value> = items
                .items
                .iter()
                .take(32)
                .map(|item| annotation(cx, file, place, item.value))
                .collect();
            match items.kind {
                CollectionKind::Tuple => Value::tuple(values),
                _ => Value::list(values.into_iter().next().unwrap_or_default()),
            }
        }
        ExpressionKind::Subscript(subscript) => applied(cx, file, place, subscript),
        ExpressionKind::Assign(assign) => annotation(cx, file, place, assign.value),
        ExpressionKind::Unary(unary) => annotation(cx, file, place, unary.of),
        ExpressionKind::Binary(bounds) => {
            let first = annotation(cx, file, place, bounds.left);
            let says =
                |atom: &Atom| matches!(atom, Atom::Instance(_) | Atom::Mapped(_) | Atom::List(_));
            if first.atoms().iter().any(says) {
                first
            } else {
                annotation(cx, file, place, bounds.right)
            }
        }
        _ => {
            if let ExpressionKind::Name(name) = module.expression(id).kind
                && let Some(told) = cx.type_told(file, place, module.name(name))
            {
                return told;
            }
            let binding = cx.program.resolve_expression(file, place, id);
            match &binding {
                Binding::Local => bounds_of(cx, file, place, id),
                binding => bound_type(cx, binding),
            }
        }
    }
}

/// A type parameter is what its first telling bound says.
fn bounds_of(cx: &mut Evaluator<'_>, file: FileId, place: Place, id: ExpressionId) -> Value {
    let module = cx.program.module(file);
    let Some(name) = module.dotted(id) else {
        return Value::unknown("a type parameter");
    };
    let mut at = Some(place);
    while let Some(around) = at {
        let parameters = match around {
            Place::Function(id) => module.function(id).type_parameters.as_slice(),
            Place::Class(id) => module.class(id).type_parameters.as_slice(),
            Place::Module => &[],
        };
        if let Some(parameter) = parameters.iter().find(|p| module.name(p.name) == name) {
            for bound in &parameter.bounds {
                let said = annotation(cx, file, around, *bound);
                if said
                    .atoms()
                    .iter()
                    .any(|atom| matches!(atom, Atom::Instance(_) | Atom::List(_)))
                {
                    return said;
                }
            }
        }
        at = cx.program.places(file).around(around);
    }
    Value::unknown("a type parameter")
}

fn bound_type(cx: &mut Evaluator<'_>, binding: &Binding) -> Value {
    match binding {
        Binding::Class(class) => class_type(cx, *class),
        Binding::External(name) => external(cx, name, &[]),
        _ => Value::unknown("a type that is bound nowhere in the tree"),
    }
}

fn class_type(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    match (definition.kind, definition.subject) {
        (ClassKind::Alias, Some(subject)) => {
            annotation(cx, class.file, Place::Class(class.class), subject)
        }
        (ClassKind::Alias, None) => Value::unknown("an associated type"),
        _ => cx.instance_of(class),
    }
}

/// A type with arguments.
fn applied(cx: &mut Evaluator<'_>, file: FileId, place: Place, subscript: &Subscript) -> Value {
    let module = cx.program.module(file);
    let spelled = module.dotted(subscript.of).unwrap_or_default();
    let last = spelled.rsplit('.').next().unwrap_or_default().to_owned();
    let keys: Vec<Value> = subscript
        .keys
        .iter()
        .take(8)
        .map(|key| annotation(cx, file, place, *key))
        .collect();
    let binding = cx.program.resolve_expression(file, place, subscript.of);
    if let Binding::Class(class) = &binding {
        let module = cx.program.module(class.file);
        let definition = module.class(class.class);
        if definition.kind == ClassKind::Alias && !definition.type_parameters.is_empty() {
            return keys.into_iter().next().unwrap_or_default();
        }
        let is_container = GENERICS.iter().any(|(known, _)| *known == last);
        if definition.kind != ClassKind::Trait || !is_container {
            return class_type(cx, *class);
        }
    }
    let name = binding.external().unwrap_or(&last).to_owned();
    external(cx, &name, &keys)
}

fn external(cx: &mut Evaluator<'_>, name: &str, keys: &[Value]) -> Value {
    let last = name.rsplit('.').next().unwrap_or_default();
    let first = || keys.first().cloned().unwrap_or_default();
    let generic = GENERICS
        .iter()
        .find(|(known, _)| *known == last)
        .map(|(_, generic)| *generic);
    match generic.filter(|_| !keys.is_empty()) {
        Some(Generic::Transparent) => first(),
        Some(Generic::Elements) => Value::list(first()),
        Some(Generic::Mapping) => Value::dictionary(Dictionary {
            keys: first(),
            rest: keys.get(1).cloned().unwrap_or_default(),
            ..Dictionary::default()
        }),
        None if last.ends_with("Result") && !keys.is_empty() => first(),
        None if matches!(name, "str" | "std.string.String") => Value::outside("builtins.str"),
        None => {
            let known = DOORS
                .iter()
                .find_map(|door| door.annotation(cx, name, keys));
            known.unwrap_or_else(|| Value::outside(name))
        }
    }
}

/// What a field of a struct is by its type; a variant's is `Variant.field`.
pub(crate) fn field_type(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Value {
    let module = cx.program.module(class.file);
    let named = |fields: &'_ [Field], name: &str| {
        fields
            .iter()
            .position(|field| module.name(field.name) == name)
    };
    let fields = &module.class(class.class).fields;
    let (outer, inner) = name.split_once('.').unwrap_or((name, ""));
    let found = named(fields, outer).and_then(|at| fields.get(at));
    let found = match found.filter(|_| !inner.is_empty()) {
        Some(variant) => named(&variant.fields, inner).and_then(|at| variant.fields.get(at)),
        None => found,
    };
    let said = found.and_then(|field| field.annotation);
    said.map_or(Value::unknown("a field without a type"), |said| {
        annotation(cx, class.file, Place::Class(class.class), said)
    })
}

/// What stands at a place of a variant, or of a tuple struct.
pub(super) fn variant_type(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    variant: &str,
    place: usize,
) -> Value {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    let own = definition
        .fields
        .iter()
        .find(|field| module.name(field.name) == variant);
    let fields = match (definition.kind, own) {
        (ClassKind::Enum, Some(variant)) => &variant.fields,
        _ => &definition.fields,
    };
    match fields.get(place).and_then(|field| field.annotation) {
        Some(said) => annotation(cx, class.file, Place::Class(class.class), said),
        None => Value::unknown("a part of a variant"),
    }
}
