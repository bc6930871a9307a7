//! Querysets as values: what running one reads, and what comes out of it.

use super::{DJANGO, lookup, other_side};
use crate::door::{Consumption, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Dictionary, ModelId, Object, Value};
use impact_facts::{Access, Certainty, How, ReferenceClass, Span};
use std::sync::Arc;

/// Attributes of querysets and managers.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    match (object.kind, member.name) {
        ("queryset" | "manager", "model") => {
            let class = cx.models.class(object.model?)?;
            Some(Atom::Class(class).into())
        }
        _ => None,
    }
}

/// What comes out when a queryset is used up.
pub(super) fn consume(
    cx: &mut Evaluator<'_>,
    object: &Object,
    how: Consumption,
    span: Span,
) -> Option<Value> {
    if object.kind != "queryset" {
        return None;
    }
    match how {
        Consumption::Slice => Some(object.clone().into()),
        Consumption::Iterate | Consumption::Index => {
            run(cx, object, span);
            Some(element(cx, object))
        }
        Consumption::Test | Consumption::Print | Consumption::Escape => {
            run(cx, object, span);
            Some(object.clone().into())
        }
        Consumption::Await | Consumption::With => None,
    }
}

/// Runs a query: what it selects without naming it is read, and what it is ordered by.
pub(super) fn run(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let Some(model) = object.model else {
        return;
    };
    let whole = Manner::whole(Access::Read);
    let only: Vec<&str> = object.words_after("only:").collect();
    if object.has("named") || object.kind == "aggregate" {
        // What is selected was named.
    } else if only.is_empty() {
        let deferred: Vec<&str> = object.words_after("defer:").collect();
        let keep = |field: &impact_facts::MappedField| {
            !field.deferred && !deferred.contains(&&*field.name)
        };
        cx.touch_row(model, span, whole, &keep);
    } else {
        let file = cx.file;
        lookup::read_primary_key(cx, model, file, span, Manner::implied(Access::Read));
    }
    order(cx, object, model, span);
    other_side::found(cx, object, span);
    varied(cx, model, span);
    relatives(cx, object, model, span);
}

/// Rows of django-polymorphic come as what they are: with the columns of the models that inherit.
fn varied(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    if cx.models.relation(model, "polymorphic_ctype").is_some() {
        let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
        for child in cx.models.below(model).to_vec() {
            cx.touch_row(child, span, manner, &|field| !field.deferred);
        }
    }
}

/// `Meta.ordering`, where the query has no order of its own.
fn order(cx: &mut Evaluator<'_>, object: &Object, model: ModelId, span: Span) {
    if !object.has("ordered") {
        in_order(cx, model, span);
        return;
    }
    for term in object.words_after("order:") {
        let path = term.trim_start_matches(['-', '+', '?']);
        let written = lookup::Written::at(cx, span, "");
        lookup::follow(cx, model, path, written, Manner::implied(Access::Read));
    }
}

/// Reads what rows of a model are ordered by.
pub(super) fn in_order(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let terms = cx
        .models
        .get(model)
        .map(|model| &model.ordering[..])
        .unwrap_or_default();
    for term in terms {
        let path = term.trim_start_matches(['-', '+']);
        let written = lookup::Written::at(cx, span, "");
        lookup::follow(cx, model, path, written, Manner::implied(Access::Read));
    }
}

/// Rows of other tables that come with it.
fn relatives(cx: &mut Evaluator<'_>, object: &Object, model: ModelId, span: Span) {
    let written = lookup::Written::at(cx, span, "");
    let implied = Manner::implied(Access::Read);
    let whole = Manner {
        how: How::Implicit,
        class: ReferenceClass::WholeRow,
        ..implied
    };
    let paths = object
        .words_after("related:")
        .chain(object.words_after("prefetch:"));
    for path in paths {
        together(cx, model, path);
        for target in lookup::follow_members(cx, model, path, written, implied) {
            cx.touch_row(target, span, whole, &|field| !field.deferred);
        }
    }
    for path in object.words_after("joined:") {
        together(cx, model, path);
        lookup::follow_members(cx, model, path, written, implied);
    }
    let inner = object.values.get("prefetched").cloned().unwrap_or_default();
    for object in objects(&inner).filter(|object| matches!(object.kind, "queryset" | "manager")) {
        run(cx, &of(object), span);
    }
}

/// Remembers that the relations of a path come with the rows.
fn together(cx: &mut Evaluator<'_>, model: ModelId, path: &str) {
    let mut at = model;
    for segment in path.split("__") {
        let Some(relation) = cx.models.relation(at, segment) else {
            return;
        };
        cx.together.insert((at, segment.into()));
        match cx.models.target(relation) {
            Some(target) => at = target,
            None => return,
        }
    }
}

/// One row of a query.
pub(super) fn element(cx: &Evaluator<'_>, object: &Object) -> Value {
    let Some(model) = object.model else {
        return Value::unknown("a row of a queryset whose model is not known");
    };
    let names: Vec<&str> = object.words_after("column:").collect();
    if object.has("flat") {
        return Value::outside("a column's value");
    }
    if object.has("dictionaries") {
        return Value::dictionary(Dictionary {
            known: names
                .iter()
                .map(|name| ((*name).into(), column(cx, model, name)))
                .collect(),
            keys: if names.is_empty() {
                Value::outside("builtins.str")
            } else {
                Value::nothing()
            },
            rest: if names.is_empty() {
                Value::outside("a column's value")
            } else {
                Value::nothing()
            },
        });
    }
    if object.has("tuples") {
        let count = object
            .words_after("count:")
            .next()
            .and_then(|n| n.parse::<usize>().ok());
        return match count {
            Some(count) if (1..=32).contains(&count) => {
                Value::tuple(vec![Value::outside("a column's value"); count])
            }
            _ => Value::list(Value::outside("a column's value")),
        };
    }
    Atom::Mapped(model).into()
}

fn column(cx: &Evaluator<'_>, model: ModelId, name: &str) -> Value {
    let _ = (cx, model, name);
    Value::outside("a column's value")
}

/// A queryset over all rows of a manager or queryset.
pub(super) fn of(object: &Object) -> Object {
    let mut all = object.clone();
    all.kind = "queryset";
    all
}

/// The single row that a query comes to, or nothing.
pub(super) fn single(cx: &mut Evaluator<'_>, object: &Object, span: Span) -> Value {
    run(cx, object, span);
    element(cx, object)
}

/// A member of a row that an annotation adds: kept for every row of the model.
pub(super) fn annotate(cx: &mut Evaluator<'_>, model: ModelId, name: &str, value: Value) {
    let key = crate::attribute::outside_key(&Atom::Mapped(model)).unwrap_or_default();
    cx.cells
        .join(crate::cells::Key::Outside(key, name.into()), &value);
}

/// Whether a value is a queryset or manager of this door.
pub(super) fn objects(value: &Value) -> impl Iterator<Item = &Arc<Object>> {
    value.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(object) if object.door == DJANGO => Some(object),
        _ => None,
    })
}
