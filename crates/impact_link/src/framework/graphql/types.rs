//! What the library does with a type: whose rows it shows, what its methods get, what its lists name.

use super::fields::{self, Library};
use super::{INFO, RESOLVING, answers};
use crate::cells::Key;
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::framework::django::{list_of_texts, lists_of_call, meta_model, own_bases, own_methods};
use crate::orm::django;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Definition, FunctionRef};
use impact_facts::{Certainty, Span};

/// The attribute under which a type keeps the rows that answers give it.
const ROWS: &str = "*rows";

/// Shows a type: its rows go to its methods, and every field is answered.
pub(super) fn show(cx: &mut Evaluator<'_>, class: ClassRef) {
    let Some(library) = fields::library(cx, class) else {
        return;
    };
    let model = model(cx, class, library);
    if let Some(model) = model {
        cx.cells.join(registered(model), &Atom::Class(class).into());
    }
    let rows = rows(cx, class, model);
    for base in own_bases(cx, class) {
        for (name, function) in own_methods(cx, base) {
            tell(cx, library, &name, function, (&rows, model));
            let span = name_of(cx, class);
            cx.runs(Target::Function(function), span, Certainty::Exact);
        }
    }
    if let Some(model) = model {
        listed(cx, class, library, model);
    }
    for field in fields::of(cx, class) {
        answers::answer(cx, &field, &rows);
    }
    carried(cx, class);
}

/// The class's own name.
pub(super) fn name_of(cx: &Evaluator<'_>, class: ClassRef) -> Span {
    cx.program.module(class.file).class(class.class).name_span
}

/// Where the types of a model are kept.
fn registered(model: ModelId) -> Key {
    Key::Outside("types of graphql".into(), model.0.to_string().into())
}

/// The model that a type says it is of.
pub(super) fn model(cx: &mut Evaluator<'_>, class: ClassRef, library: Library) -> Option<ModelId> {
    if library == Library::Graphene {
        return meta_model(cx, class);
    }
    let (_, call) = fields::decorated(cx, class)?;
    let first = call?.arguments.first().filter(|one| one.name.is_none())?;
    let mut found = Vec::new();
    let at = (class.file, impact_bind::Place::Module);
    fields::mentions(cx, at, first.value, 0, &mut found);
    let own = found
        .into_iter()
        .find_map(|class| cx.models.of_class(class));
    own.or_else(|| {
        let binding = cx.program.resolve_expression(at.0, at.1, first.value);
        cx.models.named(binding.external()?)
    })
}

/// The rows that a type shows: those of its model, else those that answers give it.
pub(super) fn rows(cx: &mut Evaluator<'_>, class: ClassRef, model: Option<ModelId>) -> Value {
    match model {
        Some(model) => Atom::Mapped(model).into(),
        None => cx.read(Key::Attribute(class, ROWS.into())),
    }
}

/// Rows that an answer gives to a type that says no model.
pub(super) fn give(cx: &mut Evaluator<'_>, class: ClassRef, rows: &Value) {
    let rows = rows.filter(|atom| matches!(atom, Atom::Mapped(_)));
    cx.cells.join(
        Key::Attribute(class, ROWS.into()),
        &rows.at_most(Certainty::Likely),
    );
}

/// All rows of a type's model, as the type's own `get_queryset` narrows them. One that many types inherit is told the rows
/// of each: those of others are none of this type's.
pub(super) fn queryset(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId) -> Value {
    let all: Value = Object::new(django::DJANGO, "queryset", Some(model)).into();
    let own = cx.class_member(class, "get_queryset");
    let Some((owner, [.., Definition::Function(function)])) = own else {
        return all;
    };
    let function = FunctionRef {
        file: owner.file,
        function: *function,
    };
    let made = cx.read(Key::Return(function));
    let own = made.filter(|atom| django::models_of(&atom.clone().into()).contains(&model));
    if own.is_nothing() { all } else { own }
}

/// Names of parameters that get the row of a field.
const ROW: &[&str] = &["root", "parent", "obj", "instance", "self"];
/// Names of parameters that get the rows to choose from.
const QUERYSET: &[&str] = &["queryset", "qs"];

/// Tells a method of a type what the library passes.
fn tell(
    cx: &mut Evaluator<'_>,
    library: Library,
    name: &str,
    function: FunctionRef,
    (rows, model): (&Value, Option<ModelId>),
) {
    let module = cx.program.module(function.file);
    let parameters = &module.function(function.function).parameters;
    for (at, parameter) in (0..).zip(parameters) {
        let word = module.dotted(parameter.pattern).unwrap_or_default();
        let value = match word.as_str() {
            _ if parameter.annotation.is_some() => continue,
            "info" if library == Library::Strawberry => Value::outside(INFO),
            "info" => Value::outside(RESOLVING),
            word if QUERYSET.contains(&word) => match model {
                Some(model) => Object::new(django::DJANGO, "queryset", Some(model)).into(),
                None => continue,
            },
            word if at < 2 && ROW.contains(&word) => rows.clone(),
            _ if at == 0 && name.starts_with("resolve_") => rows.clone(),
            _ => continue,
        };
        cx.cells.join(Key::Parameter(function, at), &value);
    }
}

/// Fields that a type takes over by name, in its `Meta` or its decorator; relations among them show rows of other types.
fn listed(cx: &mut Evaluator<'_>, class: ClassRef, library: Library, model: ModelId) {
    let names = match library {
        Library::Graphene => list_of_texts(cx, class, "fields"),
        Library::Strawberry => {
            let call = fields::decorated(cx, class).and_then(|(_, call)| call);
            call.map_or_else(Vec::new, |call| lists_of_call(cx, class, model, call))
        }
    };
    let named: Vec<String> = names.iter().map(|text| text.text.clone()).collect();
    let all = named.is_empty() && library == Library::Graphene
        || named.iter().any(|name| name == "__all__");
    let Some(described) = cx.models.get(model) else {
        return;
    };
    let span = name_of(cx, class);
    for relation in &described.relations {
        if !all && !named.iter().any(|name| **name == *relation.name) {
            continue;
        }
        if !all {
            answers::related(cx, &Atom::Mapped(model).into(), &relation.name, span);
        }
        let Some(target) = cx.models.target(relation) else {
            continue;
        };
        let types = cx.read(registered(target));
        for atom in types.atoms() {
            if let Atom::Class(shown) = atom {
                cx.runs(Target::Class(*shown, Part::Show), span, Certainty::Exact);
            }
        }
    }
}

/// What a mutation's or connection's `Meta` names: the form or serializer that saves, the model that is saved, the type
/// of the nodes.
fn carried(cx: &mut Evaluator<'_>, class: ClassRef) {
    let Some((owner, [.., Definition::Class(meta)])) = cx.class_member(class, "Meta") else {
        return;
    };
    let meta = ClassRef {
        file: owner.file,
        class: *meta,
    };
    let span = name_of(cx, class);
    let saves = ["form_class", "serializer_class"].map(|name| (name, Part::Save));
    for (name, part) in saves.into_iter().chain([("node", Part::Show)]) {
        if cx.class_member(meta, name).is_none() {
            continue;
        }
        let said = cx.silent_attribute(&Atom::Class(meta).into(), name);
        for atom in said.atoms() {
            if let Atom::Class(carrier) = atom {
                cx.runs(Target::Class(*carrier, part), span, Certainty::Exact);
                if let (Part::Save, Some(model)) = (part, meta_model(cx, *carrier)) {
                    django::save_row(cx, model, span);
                }
            }
        }
    }
}
