//! Classes that are found at run time: `for mapper in Base.registry.mappers: if mapper.class_.__tablename__ == name`.
//!
//! Such a class may be any that SQLAlchemy maps. What is done to it is one blind spot, bounded to the columns that it can
//! mean: those of that name, or all.

use super::{SQLALCHEMY, expression, is_ours, made};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, MappedField, Span, Spread};

/// Attributes of a registry or base that hold all mappers or mapped classes (SQLAlchemy 1.3 to 2.0).
const REGISTRIES: &[&str] = &["mappers", "_decl_class_registry", "_class_registry"];

/// Whether a value holds all mapped classes.
pub(super) fn is_registry(of: &Atom) -> bool {
    let last = match of {
        Atom::External(name) => name.rsplit('.').next(),
        Atom::Member(_, name) => Some(&**name),
        _ => None,
    };
    last.is_some_and(|name| REGISTRIES.contains(&name))
}

/// One class, or its mapper, of all there are.
pub(super) fn class() -> Value {
    made("any_class")
}

/// A member of any class, or of a row of it.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    match (object.kind, member.name) {
        ("any_class", "class_" | "entity") => return Some(class()),
        ("any_class", "query") => return Some(made("any_query")),
        (_, name) if name.starts_with("__") => return Some(expression()),
        _ => {}
    }
    named(cx, member.name, member.span, member.access)
        .then(|| Value::unknown("a column of any model"))
}

/// Methods of a query over any class, and constructors.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if object.kind != "any_query" {
        return None;
    }
    let rows = || made("any_row");
    match name {
        "filter_by" => {
            for argument in call.arguments {
                match (&argument.name, argument.spread) {
                    (Some((name, span)), _) => {
                        named(cx, name, *span, Access::Read);
                    }
                    (None, Spread::Named) => all(cx, argument.span, Access::Read),
                    _ => {}
                }
            }
            Some(object.clone().into())
        }
        "all" => {
            all(cx, call.span, Access::Read);
            Some(Value::list(rows()))
        }
        "first" | "one" | "one_or_none" | "get" | "first_or_404" | "get_or_404" | "one_or_404"
        | "scalar" => {
            all(cx, call.span, Access::Read);
            Some(rows())
        }
        "count" | "delete" => Some(Value::outside("builtins.int")),
        _ => Some(object.clone().into()),
    }
}

/// `cls(**data)`, for any class.
pub(super) fn construct(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, span)), _) => {
                named(cx, name, *span, Access::Write);
            }
            (None, Spread::Named) => all(cx, argument.span, Access::Write),
            _ => {}
        }
    }
    made("any_row")
}

/// A member of that name, of whichever models have one.
fn named(cx: &mut Evaluator<'_>, name: &str, span: Span, access: Access) -> bool {
    reach(cx, span, access, &|field| *field.name == *name)
}

/// Every column of every model.
pub(super) fn all(cx: &mut Evaluator<'_>, span: Span, access: Access) {
    reach(cx, span, access, &|_| true);
}

fn reach(
    cx: &mut Evaluator<'_>,
    span: Span,
    access: Access,
    keep: &dyn Fn(&MappedField) -> bool,
) -> bool {
    let mut columns = Vec::new();
    let models: Vec<_> = cx.models.iter().collect();
    for (id, model) in models.into_iter().filter(|(id, _)| is_ours(cx, *id)) {
        for field in model.fields.iter().filter(|field| keep(field)) {
            columns.extend(
                cx.table_of(id, field)
                    .map(|table| (table, field.column.clone())),
            );
        }
    }
    columns.sort();
    columns.dedup();
    let found = !columns.is_empty();
    if found {
        cx.open_columns("a class that is found at run time", columns, span, access);
    }
    found
}

/// The kinds of these objects.
const KINDS: &[&str] = &["any_class", "any_query", "any_row"];

/// Whether an object stands for something of any class.
pub(super) fn is_any(object: &Object) -> bool {
    object.door == SQLALCHEMY && KINDS.contains(&object.kind)
}
