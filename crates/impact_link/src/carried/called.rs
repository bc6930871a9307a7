//! What a function of the program makes of the values that it is handed, where its types say more than its body does.

use super::{part, through, without};
use crate::evaluator::Evaluator;
use crate::orm::sqlx::handed::shape;
use crate::parameters::Given;
use crate::value::Value;
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{ClassKind, ExpressionId, ExpressionKind, Function, Language, Module};

/// Functions of a type that make it of a value, by how their names begin.
const CONVERSIONS: &[&str] = &["from", "try_from", "parse", "try_parse"];

/// Types are looked into as deep as this.
const MAX_TYPE: u32 = 8;

/// What a call of a function makes, with what it carries: what returns the value of a type parameter (`fn required<T>(value: Option<T>,
/// name: &str) -> Result<T>`) gives each caller its own back, whoever else calls; a type that holds no more than one value (an
/// enum, a newtype) carries what it is made of, however that is parsed.
pub(crate) fn called(
    cx: &Evaluator<'_>,
    function: FunctionRef,
    made: Value,
    given: &[Given],
) -> Value {
    if !cx.is(Language::Rust) {
        return made;
    }
    if let Some(at) = handed_back(cx, function) {
        let mut all = given.iter().filter(|(place, _)| *place == at);
        return match all.next() {
            Some((_, value)) => through(without(&made), &[value]),
            None => made,
        };
    }
    match given {
        [(_, value)] if !part(value).is_nothing() && is_conversion(cx, function) => {
            through(made, &[value])
        }
        _ => made,
    }
}

/// The parameter whose value a function returns by the type of both: a type parameter that nothing else names.
fn handed_back(cx: &Evaluator<'_>, function: FunctionRef) -> Option<u32> {
    let module = cx.program.module(function.file);
    let definition = module.function(function.function);
    let (returns, [made]) = (definition.returns?, definition.type_parameters.as_slice()) else {
        return None;
    };
    let name = module.name(made.name);
    shape(module, returns, name, false, 0)?;
    only_parameter(module, definition, name)
}

fn only_parameter(module: &Module, definition: &Function, name: &str) -> Option<u32> {
    let typed = (0..).zip(&definition.parameters);
    let typed = typed.filter_map(|(at, parameter)| Some((at, parameter.annotation?)));
    let mut naming = typed.filter(|(_, said)| names(module, *said, name, 0));
    let (at, said) = naming.next()?;
    if naming.next().is_some() {
        return None;
    }
    shape(module, said, name, false, 0).map(|_| at)
}

/// Whether a type names a type parameter, or may: what is not looked into does.
fn names(module: &Module, id: ExpressionId, name: &str, depth: u32) -> bool {
    let within = |id: ExpressionId| depth > MAX_TYPE || names(module, id, name, depth + 1);
    match &module.expression(id).kind {
        ExpressionKind::Name(own) => module.name(*own) == name,
        ExpressionKind::Attribute(of) => within(of.of),
        ExpressionKind::Subscript(of) => within(of.of) || of.keys.iter().any(|key| within(*key)),
        ExpressionKind::Unary(of) => within(of.of),
        ExpressionKind::Collection(of) => of.items.iter().any(|item| within(item.value)),
        ExpressionKind::Null => false,
        _ => true,
    }
}

fn is_conversion(cx: &Evaluator<'_>, function: FunctionRef) -> bool {
    let module = cx.program.module(function.file);
    let name = module.function(function.function).name;
    let named = name.is_some_and(|name| {
        let mut all = CONVERSIONS.iter();
        all.any(|known| module.name(name).starts_with(known))
    });
    let Some(class) = cx.program.class_of(function).filter(|_| named) else {
        return false;
    };
    let own = (cx.program).resolve(class.file, Place::Class(class.class), "Self");
    let Binding::Class(own) = own else {
        return false;
    };
    let definition = cx.program.module(own.file).class(own.class);
    definition.kind == ClassKind::Enum || definition.fields.len() < 2
}
