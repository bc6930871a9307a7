//! Rust's own forms: macros, records, `?`, patterns, paths and types.

mod callers;
mod derives;
mod expanded;
mod generic;
mod macros;
mod members;
mod patterns;
mod told;
mod types;

pub(crate) use callers::{Mentions, is_never_named};
pub(crate) use derives::{cased, derives, has_word, serialized_as, setting, setting_span};
pub(crate) use expanded::returned;
pub(crate) use generic::Generic;
pub(crate) use macros::{file_text, in_body, is_filled, text_of};
pub(crate) use members::{member, receiver};
pub(crate) use patterns::bind_pattern;
pub(crate) use types::{annotation, empty, field_type};

use crate::cells::Key;
use crate::door::{CallSite, DOORS, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, Definition, FunctionRef, Place};
use impact_facts::{
    Access, Attribute, Call, Certainty, ClassKind, ExpressionId, ExpressionKind, ImportId, Module,
    Part, Record, Span,
};

/// The value of a form that Python does not have. Its parts are evaluated.
pub(crate) fn evaluate(cx: &mut Evaluator<'_>, id: ExpressionId, expected: &Value) -> Value {
    let module = cx.module();
    let expression = module.expression(id);
    match &expression.kind {
        ExpressionKind::Question(of) => cx.evaluate_expecting(*of, expected),
        ExpressionKind::Macro(call) => macros::evaluate(cx, expression.span, call, expected),
        ExpressionKind::Record(form) => record(cx, form),
        _ => {
            let mut parts = Vec::new();
            module.parts(id, &mut |part| parts.push(part));
            for part in parts {
                match part {
                    Part::Expression(id) => {
                        cx.evaluate(id);
                    }
                    Part::Block(block) => {
                        cx.block(block);
                    }
                    Part::Closure(_) => {}
                }
            }
            Value::unknown("a form without meaning here")
        }
    }
}

/// `Path { field: value, ..rest }`: each field of a mapped struct is set.
fn record(cx: &mut Evaluator<'_>, record: &Record) -> Value {
    let module = cx.module();
    let made = annotation(cx, cx.file, cx.place, record.of);
    let class = made
        .atoms()
        .first()
        .and_then(|atom| cx.class_of_instance(atom));
    let variant = class.and_then(|class| variant_of(cx, class, record.of));
    for (name, span, value) in &record.fields {
        let name = match &variant {
            Some(variant) => format!("{variant}.{}", module.name(*name)),
            None => module.name(*name).to_owned(),
        };
        let wanted = class.map(|class| field_type(cx, class, &name));
        let is_short = module.expression(*value).span == *span;
        let value = cx.evaluate_expecting(*value, &wanted.unwrap_or_default());
        let member = MemberSite {
            name: &name,
            span: *span,
            access: Access::Write,
            value: Some(&value),
        };
        cx.set_attribute(&made, &member);
        if let Some(class) = class {
            crate::carried::filled(cx, class, (&name, *span), &value, is_short);
        }
    }
    if let Some(rest) = record.rest {
        cx.evaluate(rest);
    }
    made
}

/// The variant that a path names, where the class is an enum.
pub(crate) fn variant_of<'a>(
    cx: &Evaluator<'a>,
    class: ClassRef,
    path: ExpressionId,
) -> Option<&'a str> {
    let of = cx.program.module(class.file).class(class.class);
    match &cx.module().expression(path).kind {
        ExpressionKind::Attribute(attribute) if of.kind == ClassKind::Enum => {
            Some(cx.module().name(attribute.name))
        }
        ExpressionKind::Name(name) if of.kind == ClassKind::Enum => Some(cx.module().name(*name)),
        _ => None,
    }
}

/// What a bare name is: a local, else what the module sees.
pub(crate) fn name(cx: &mut Evaluator<'_>, text: &str, span: Span) -> Value {
    let (file, places) = (cx.file, cx.program.places(cx.file));
    let (mut at, mut own) = (Some(cx.place), None);
    while let Some(place) = at {
        if let (Place::Function(function), Some(name)) = (place, places.name(text)) {
            let local = |definition: &&Definition| match definition {
                Definition::Parameter(..) => true,
                Definition::Value(_) => !text.starts_with(char::is_uppercase),
                _ => false,
            };
            if places
                .names(place)
                .definitions(name)
                .iter()
                .any(|definition| local(&definition))
            {
                let key = Key::Local(FunctionRef { file, function }, name);
                if place != cx.place {
                    return cx.read(key);
                }
                // It is not bound here yet: `if let Some(x) = x` in a closure asks for the one around, and `let f = g(f)`
                // may mean an item.
                own = Some((key, place));
            }
        }
        at = places.around(place);
    }
    if let Some((key, place)) = own {
        let value = cx.read(key);
        let around = places.around(place).unwrap_or(Place::Module);
        let item = cx.program.resolve(file, around, text);
        if !value.is_nothing() || !matches!(item, Binding::Function(_)) {
            return value;
        }
        return bound(cx, &item, span);
    }
    let binding = value_of(cx, text);
    bound(cx, &binding, span)
}

/// What a path means where a value is wanted: `mod login; pub use login::*;` makes `login` a module and, where that has
/// one, a function.
fn value_of(cx: &Evaluator<'_>, path: &str) -> Binding {
    let binding = cx.program.resolve(cx.file, cx.place, path);
    if let Binding::Module(_) = binding {
        let last = path.rsplit('.').next().unwrap_or_default();
        let inside = cx
            .program
            .resolve(cx.file, cx.place, &format!("{path}.{last}"));
        if let Binding::Function(_) = inside {
            return inside;
        }
    }
    binding
}

/// The value of what a path is bound to. A path may name a column.
fn bound(cx: &mut Evaluator<'_>, binding: &Binding, span: Span) -> Value {
    if let Binding::External(path) = binding {
        crate::orm::diesel::named(cx, path, span);
        crate::orm::sea_orm::named(cx, path, span);
    }
    cx.binding(binding)
}

/// `use schema::users::email;` names the column.
pub(crate) fn imported(cx: &mut Evaluator<'_>, id: ImportId) {
    let module = cx.module();
    let Some(import) = module.imports.get(id.index()).filter(|one| !one.declares) else {
        return;
    };
    let Some(name) = import.alias.or(import.name).map(|name| module.name(name)) else {
        return;
    };
    if let Binding::External(path) = cx.program.resolve(cx.file, cx.place, name) {
        crate::orm::diesel::named(cx, &path, import.span);
        crate::orm::sea_orm::named(cx, &path, import.span);
    }
}

/// What `of::name` is.
pub(crate) fn path(cx: &mut Evaluator<'_>, id: ExpressionId, attribute: &Attribute) -> Value {
    let module = cx.module();
    if let Some(value) = of_told_type(cx, attribute) {
        return value;
    }
    if !selects_inside(module, attribute)
        && let Some(spelled) = spelled(cx, id)
    {
        let binding = value_of(cx, &spelled);
        if !matches!(binding, Binding::Unknown | Binding::Local) {
            if let Binding::Class(class) = binding {
                let variant = module.name(attribute.name);
                crate::orm::sea_query::named(cx, class, variant, attribute.name_span);
            }
            return bound(cx, &binding, attribute.name_span);
        }
    }
    if let Some(spelled) = qualified(cx, id)
        && let binding @ Binding::External(_) = value_of(cx, &spelled)
        && crate::orm::sea_orm::is_made(&binding)
    {
        return bound(cx, &binding, attribute.name_span);
    }
    let of = match &module.expression(attribute.of).kind {
        ExpressionKind::Cast(cast) => annotation(cx, cx.file, cx.place, cast.of),
        ExpressionKind::Subscript(of) if is_function(cx, of.of) => cx.evaluate(of.of),
        ExpressionKind::Collection(_) | ExpressionKind::Subscript(_) => {
            annotation(cx, cx.file, cx.place, attribute.of)
        }
        _ => cx.evaluate(attribute.of),
    };
    let name = module.name(attribute.name);
    let member = MemberSite {
        name,
        span: attribute.name_span,
        access: Access::Read,
        value: None,
    };
    cx.attribute(&of, &member)
}

/// `T::TABLE` and `Self::TABLE`, where the caller says what the type is.
fn of_told_type(cx: &mut Evaluator<'_>, attribute: &Attribute) -> Option<Value> {
    let module = cx.module();
    let of = match &module.expression(attribute.of).kind {
        ExpressionKind::Cast(cast) => cast.of,
        _ => attribute.of,
    };
    let ExpressionKind::Name(name) = module.expression(of).kind else {
        return None;
    };
    let told = cx.type_told(cx.file, cx.place, module.name(name))?;
    let classes = generic::classes(cx, &told);
    let member = MemberSite {
        name: module.name(attribute.name),
        span: attribute.name_span,
        access: Access::Read,
        value: None,
    };
    let value = cx.attribute(&classes, &member);
    (!value.is_nothing() && !value.is_unknown()).then_some(value)
}

/// `Option::<User>::as_select`: what is meant is the struct inside.
fn selects_inside(module: &Module, attribute: &Attribute) -> bool {
    let of = &module.expression(attribute.of).kind;
    let selects = crate::orm::diesel::SELECTIONS.contains(&module.name(attribute.name));
    selects && matches!(of, ExpressionKind::Subscript(_))
}

fn is_function(cx: &Evaluator<'_>, id: ExpressionId) -> bool {
    let named = cx.program.resolve_expression(cx.file, cx.place, id);
    matches!(named, Binding::Function(_))
}

/// A path without the type arguments in it: `Vec::<User>::new` is `Vec.new`.
fn spelled(cx: &Evaluator<'_>, id: ExpressionId) -> Option<String> {
    names_of(cx, id, false)
}

/// A path of which a type is the first part: `<users::Entity as EntityTrait>::Column` is `users.Entity.Column`.
fn qualified(cx: &Evaluator<'_>, id: ExpressionId) -> Option<String> {
    names_of(cx, id, true)
}

fn names_of(cx: &Evaluator<'_>, id: ExpressionId, casts: bool) -> Option<String> {
    let module = cx.module();
    let mut names = Vec::new();
    let mut at = id;
    loop {
        match &module.expression(at).kind {
            ExpressionKind::Name(name) => {
                names.push(module.name(*name));
                names.reverse();
                return Some(names.join("."));
            }
            ExpressionKind::Attribute(attribute) if attribute.path => {
                names.push(module.name(attribute.name));
                at = attribute.of;
            }
            ExpressionKind::Subscript(subscript) => at = subscript.of,
            ExpressionKind::Cast(cast) if casts => at = cast.of,
            _ => return None,
        }
    }
}

/// A call with type arguments: `callee::<T>(arguments)` says which type it makes.
pub(crate) fn call_expression(
    cx: &mut Evaluator<'_>,
    span: Span,
    call: &Call,
    expected: &Value,
) -> Option<Value> {
    let module = cx.module();
    let subscript = match &module.expression(call.callee).kind {
        ExpressionKind::Subscript(subscript) => subscript,
        ExpressionKind::Attribute(attribute) if !attribute.path && !expected.is_nothing() => {
            return handed_on(cx, span, call, attribute, expected);
        }
        ExpressionKind::Attribute(attribute) if attribute.path => {
            return for_type(cx, span, call, attribute, expected)
                .or_else(|| transparent(cx, call, expected))
                .or_else(|| begun(cx, call));
        }
        _ => return transparent(cx, call, expected),
    };
    let of = &module.expression(subscript.of).kind;
    if !matches!(of, ExpressionKind::Name(_) | ExpressionKind::Attribute(_)) {
        return None;
    }
    let mut said = Value::nothing();
    for key in &subscript.keys {
        let value = annotation(cx, cx.file, cx.place, *key);
        if !value.is_unknown() {
            said = value;
        }
    }
    let wanted = if said.is_nothing() {
        expected.clone()
    } else {
        said
    };
    let callee = cx.evaluate(subscript.of);
    let at = match of {
        ExpressionKind::Attribute(attribute) => attribute.name_span,
        _ => module.expression(subscript.of).span,
    };
    let arguments = cx.arguments(&call.arguments);
    let site = CallSite {
        span,
        callee: at,
        arguments: &arguments,
        expected: &wanted,
    };
    let value = cx.call(&callee, &site);
    // What a container outside of the tree hands out is of the type that it is asked for.
    let outside = |atom: &Atom| matches!(atom, Atom::Outside(_) | Atom::Unknown(_));
    let typed = value.atoms().iter().all(outside) && crate::call::is_telling(&wanted);
    Some(if typed && !value.is_nothing() {
        wanted.at_most(Certainty::Likely)
    } else {
        value
    })
}

/// A builder that a derive makes, by a path that nothing binds.
fn begun(cx: &Evaluator<'_>, call: &Call) -> Option<Value> {
    let path = spelled(cx, call.callee).filter(|path| path.contains("Builder."))?;
    let is_open = !matches!(
        value_of(cx, &path),
        Binding::Function(_) | Binding::Class(_) | Binding::Value(..)
    );
    is_open
        .then(|| crate::library::builders::begun(cx, &path))
        .flatten()
}

/// `User::find(id)`, where a trait of the program declares `find` for all: in it, `Self` is `User`.
fn for_type(
    cx: &mut Evaluator<'_>,
    span: Span,
    call: &Call,
    attribute: &Attribute,
    expected: &Value,
) -> Option<Value> {
    let module = cx.module();
    let of = match &module.expression(attribute.of).kind {
        ExpressionKind::Cast(cast) => cast.of,
        _ => attribute.of,
    };
    let itself = match &module.expression(of).kind {
        ExpressionKind::Name(name) => cx.type_told(cx.file, cx.place, module.name(*name)),
        _ => None,
    };
    let classes: Vec<ClassRef> = match itself {
        Some(told) => {
            let atoms = told.atoms().iter();
            atoms
                .filter_map(|atom| cx.class_of_instance(atom))
                .collect()
        }
        None => match cx.program.resolve_expression(cx.file, cx.place, of) {
            Binding::Class(class) => vec![class],
            _ => return None,
        },
    };
    let name = module.name(attribute.name);
    let shared = |class: ClassRef| {
        let kind = |class: ClassRef| cx.program.module(class.file).class(class.class).kind;
        let function = cx.program.associated_function(class, name)?;
        let declaring = cx.program.class_of(function)?;
        (kind(declaring) == ClassKind::Trait && kind(class) != ClassKind::Trait)
            .then_some((function, class))
    };
    let all: Option<Vec<_>> = classes.into_iter().map(shared).collect();
    let all = all.filter(|all| !all.is_empty())?;
    let arguments = cx.arguments(&call.arguments);
    let site = CallSite {
        span,
        callee: attribute.name_span,
        arguments: &arguments,
        expected,
    };
    let mut made = Value::nothing();
    for (function, class) in all {
        let itself = cx.instance_of(class);
        let itself = itself.atoms().first().cloned();
        made.join(&cx.call_function_as(function, None, itself.as_ref(), &site));
    }
    cx.mutate(call, &site);
    Some(made)
}

/// A method that hands on what it is called on: its receiver is asked for what its place asks for.
fn handed_on(
    cx: &mut Evaluator<'_>,
    span: Span,
    call: &Call,
    attribute: &Attribute,
    expected: &Value,
) -> Option<Value> {
    let name = cx.module().name(attribute.name);
    if !crate::library::rust::hands_on(name) {
        return None;
    }
    let of = cx.evaluate_expecting(attribute.of, expected);
    let member = MemberSite {
        name,
        span: attribute.name_span,
        access: Access::Read,
        value: None,
    };
    let callee = cx.attribute(&of, &member);
    let arguments = cx.arguments(&call.arguments);
    let site = CallSite {
        span,
        callee: attribute.name_span,
        arguments: &arguments,
        expected,
    };
    let value = cx.call(&callee, &site);
    cx.mutate(call, &site);
    Some(value)
}

/// `Ok(value)`: the value is asked for what the place asks for.
fn transparent(cx: &mut Evaluator<'_>, call: &Call, expected: &Value) -> Option<Value> {
    let module = cx.module();
    let path = module.dotted(call.callee)?;
    let [only] = call.arguments.as_slice() else {
        return None;
    };
    if expected.is_nothing() || !crate::library::rust::is_transparent(&path) {
        return None;
    }
    match cx.program.resolve(cx.file, cx.place, &path) {
        Binding::External(_) => Some(cx.evaluate_expecting(only.value, expected)),
        _ => None,
    }
}

/// Asks the doors what a call of something outside the tree makes.
fn ask(cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
    DOORS.iter().find_map(|door| door.call(cx, callee, call))
}

/// Asks the doors what a member of something outside the tree, or of a row, is.
fn ask_member(cx: &mut Evaluator<'_>, of: &Atom, member: &MemberSite<'_>) -> Option<Value> {
    DOORS.iter().find_map(|door| door.attribute(cx, of, member))
}
