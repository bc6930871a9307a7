//! Members of Rust values: fields by their types, methods of implementations and traits.

use super::field_type;
use crate::cells::Key;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, ClassRef, FunctionRef, Place};
use impact_facts::{Access, ClassKind, ExpressionKind};
use std::sync::Arc;

/// More implementations of one trait than this are not looked at.
const MAX_IMPLEMENTATIONS: usize = 24;

/// What `of.name` or `Type::name` is, for a type of the program; none if it has no such member.
pub(crate) fn member(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let name = member.name;
    if !matches!(of, Atom::Class(_))
        && let Some(value) = field(cx, class, name)
    {
        if member.access != Access::Read {
            return Some(value);
        }
        let carried = crate::carried::read(cx, class, name, member.span);
        return Some(value.or(&carried));
    }
    if let Some(method) = crate::orm::sqlx::cornucopia::holder(cx, class, name) {
        return Some(method);
    }
    let mut functions: Vec<FunctionRef> = Vec::new();
    match cx.program.associated_item(class, name) {
        Some(Binding::Function(function)) => functions.push(function),
        Some(other) => return Some(cx.binding(&other)),
        None => {}
    }
    let definition = cx.program.module(class.file).class(class.class);
    if definition.kind == ClassKind::Trait {
        // A supertrait may declare it: its implementations have it then.
        let declaring = functions
            .first()
            .and_then(|declared| cx.program.class_of(*declared));
        let all = cx.program.implementors(declaring.unwrap_or(class));
        let own = all.iter().take(MAX_IMPLEMENTATIONS);
        functions.extend(own.filter_map(|one| cx.program.own_function(*one, name)));
    }
    if functions.is_empty() && definition.kind == ClassKind::Enum {
        functions = dispatched(cx, class, name);
    }
    if functions.is_empty() {
        if let Some(target) = dereferenced(cx, class, of) {
            cx.depth += 1;
            let value = cx.attribute(&target, member);
            cx.depth -= 1;
            return Some(value);
        }
        // What a smart pointer or an extractor holds is the value itself here.
        let is_wrapped = name == "0" && definition.kind != ClassKind::Enum;
        return is_wrapped.then(|| of.clone().into());
    }
    let atoms = functions
        .into_iter()
        .map(|function| bound(cx, function, of));
    Some(Value::any_of(atoms.collect::<Vec<_>>()))
}

/// What a method of an enum under `enum_dispatch` runs: that of what each variant holds.
/// <https://docs.rs/enum_dispatch/latest/enum_dispatch/>
fn dispatched(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Vec<FunctionRef> {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    let dispatches = impact_bind::attributes(module, &definition.decorators)
        .into_iter()
        .any(|id| {
            let spelled = match &module.expression(id).kind {
                ExpressionKind::Call(call) => module.dotted(call.callee),
                _ => module.dotted(id),
            };
            spelled.is_some_and(|path| path.rsplit('.').next() == Some("enum_dispatch"))
        });
    if !dispatches {
        return Vec::new();
    }
    let place = Place::Class(class.class);
    let variants = definition.fields.iter().take(MAX_IMPLEMENTATIONS);
    let held: Vec<_> = variants
        .filter_map(|variant| variant.fields.first()?.annotation)
        .collect();
    let mut found = Vec::new();
    for said in held {
        let held = super::annotation(cx, class.file, place, said);
        let classes = held.atoms().iter();
        let classes: Vec<_> = classes
            .filter_map(|atom| cx.class_of_instance(atom))
            .collect();
        for class in classes {
            if let Some(Binding::Function(function)) = cx.program.associated_item(class, name) {
                found.push(function);
            }
        }
    }
    found
}

/// Types that lead to each other by `Deref` are followed as deep as this.
const MAX_DEREFERENCED: u32 = 100;

/// What `Deref` leads to, by its `type Target`.
fn dereferenced(cx: &mut Evaluator<'_>, class: ClassRef, of: &Atom) -> Option<Value> {
    if matches!(of, Atom::Class(_)) || cx.depth > MAX_DEREFERENCED {
        return None;
    }
    let Some(Binding::Class(alias)) = cx.program.associated_item(class, "Target") else {
        return None;
    };
    let definition = cx.program.module(alias.file).class(alias.class);
    let subject = definition
        .subject
        .filter(|_| definition.kind == ClassKind::Alias)?;
    let target = super::annotation(cx, alias.file, Place::Class(alias.class), subject);
    let leads = |atom: &Atom| {
        matches!(atom, Atom::Mapped(_)) || matches!(atom, Atom::Instance(to) if *to != class)
    };
    target.atoms().iter().any(leads).then_some(target)
}

/// A function with its receiver, if it takes one.
fn bound(cx: &Evaluator<'_>, function: FunctionRef, of: &Atom) -> Atom {
    let module = cx.program.module(function.file);
    let first = module.function(function.function).parameters.first();
    let takes_self = first.is_some_and(|parameter| {
        matches!(module.expression(parameter.pattern).kind, ExpressionKind::Name(name) if module.name(name) == "self")
    });
    if takes_self && !matches!(of, Atom::Class(_)) {
        Atom::Method(function, Arc::new(of.clone()))
    } else {
        Atom::Function(function)
    }
}

fn field(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Option<Value> {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    definition
        .fields
        .iter()
        .find(|field| module.name(field.name) == name)?;
    let said = field_type(cx, class, name);
    let set = crate::carried::without(&cx.read(Key::Attribute(class, name.into())));
    let is_code =
        |atom: &Atom| matches!(atom, Atom::Outside(path) if crate::names::is_of_code(path));
    let weak = is_open(&said, 0)
        || said == Value::outside("builtins.str")
        || said.atoms().iter().any(is_code);
    Some(if weak && !set.is_nothing() { set } else { said })
}

/// Containers within containers are looked into as deep as this.
const MAX_HELD: u32 = 4;

/// Whether a type says nothing of what it is, or holds: `T`, `Vec<T>`.
fn is_open(said: &Value, depth: u32) -> bool {
    let mut atoms = said.atoms().iter();
    said.is_unknown()
        || depth < MAX_HELD
            && !said.is_nothing()
            && atoms.all(|atom| match atom {
                Atom::List(of) => is_open(of, depth + 1),
                Atom::Unknown(_) => true,
                _ => false,
            })
}

/// What `self` is in a method of an implementation or trait.
pub(crate) fn receiver(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let binding = cx
        .program
        .resolve(class.file, Place::Class(class.class), "Self");
    match binding {
        Binding::Class(own) => cx.instance_of(own),
        Binding::External(path) => {
            let subject = cx.program.module(class.file).class(class.class).subject;
            let said =
                subject.map(|id| super::annotation(cx, class.file, Place::Class(class.class), id));
            let lists = |value: &Value| matches!(value.atoms(), [Atom::List(_)]);
            said.filter(lists).unwrap_or_else(|| Value::outside(&path))
        }
        _ => Value::unknown("the type that a generic implementation is for"),
    }
}
