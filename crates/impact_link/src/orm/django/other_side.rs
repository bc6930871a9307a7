//! Rows at the other side of a relation: a manager that knows whose they are. Its key is read when a query over them runs.
//!
//! Facts are those of `django/db/models/fields/related_descriptors.py` (Django 4.2 to 5.2).

use super::{DJANGO, lookup, queryset};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Language, Relationship, Span};

/// The manager of the rows that a relation leads to: of the class of the model's own `objects`.
pub(super) fn rows(
    cx: &mut Evaluator<'_>,
    (model, relation): (ModelId, &Relationship),
    target: ModelId,
    span: Span,
) -> Value {
    let kind = match relation.through {
        Some(_) => "many",
        None => "reverse",
    };
    manager(cx, target)
        .with_word(kind)
        .with_word(&format!("of:{}:{}", model.0, relation.name))
        .with_value("at", Value::place(cx.file, span))
        .into()
}

fn manager(cx: &mut Evaluator<'_>, model: ModelId) -> Object {
    let bare = Object::new(DJANGO, "manager", Some(model));
    let own = cx
        .models
        .class(model)
        .filter(|class| cx.class_member(*class, "objects").is_some());
    let Some(class) = own else {
        return bare;
    };
    let objects = cx.silent_attribute(&Atom::Class(class).into(), "objects");
    let is_manager =
        |one: &&std::sync::Arc<Object>| one.kind == "manager" && one.model == Some(model);
    let found = queryset::objects(&objects).find(is_manager);
    found.map_or(bare, |one| (**one).clone())
}

/// Reads the keys by which a query finds the rows of the other side: named where the relation stands in the expression
/// that runs the query, else unnamed at that expression.
pub(super) fn found(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let Some((model, relation)) = relation(cx, object) else {
        return;
    };
    let (file, unnamed) = (cx.file, Manner::implied(Access::Read));
    let places = object.values.get("at").map(Value::places);
    let fetched = cx.together.contains(&(model, relation.name.clone()));
    let is_here = |(at, inner): &(_, Span)| *at == file && span.contains(*inner);
    let here = places.unwrap_or_default().into_iter().find(is_here);
    // A generic relation's name says nothing of its two columns.
    let is_generic = relation.many && !relation.reverse && relation.through.is_none();
    match here.filter(|_| !fetched && !is_generic && !cx.is(Language::Template)) {
        Some((_, at)) => {
            lookup::read_key(cx, model, relation, file, at, Manner::named(Access::Read));
        }
        None => lookup::read_key(cx, model, relation, file, span, unnamed),
    }
    ordered(cx, object, relation, span);
}

/// Tags come in the order in which they were put on a row (`taggit/managers.py` of 6, `_TaggableManager.get_queryset`).
fn ordered(cx: &mut Evaluator<'_>, object: &Object, relation: &Relationship, span: Span) {
    let is_tags = relation.through.is_some() && relation.cascade.is_some() && !relation.reverse;
    if let Some(between) = is_tags.then(|| between(cx, object)).flatten() {
        lookup::read_primary_key(cx, between, cx.file, span, Manner::implied(Access::Read));
    }
}

/// Touches the keys of the rows that are put to, or taken from, the other side.
pub(super) fn linked(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    if let Some((model, relation)) = relation(cx, object) {
        let file = cx.file;
        for access in [Access::Read, Access::Write] {
            lookup::read_key(cx, model, relation, file, span, Manner::implied(access));
        }
    }
}

/// The model of the table in between, where it has one of its own.
pub(super) fn between(cx: &Evaluator<'_>, object: &Object) -> Option<ModelId> {
    let (_, relation) = relation(cx, object)?;
    let (table, _) = relation.through.as_ref()?;
    let mut all = cx.models.iter();
    let found = all.find(|(_, one)| one.table.as_ref() == Some(table) && !one.is_abstract);
    found.map(|(id, _)| id)
}

/// `project.check_set.create()` sets the key that points at the project.
pub(super) fn key(cx: &Evaluator<'_>, object: &Object) -> Vec<Box<str>> {
    let found = relation(cx, object);
    found.map_or_else(Vec::new, |(_, relation)| relation.remote.clone())
}

fn relation<'a>(cx: &Evaluator<'a>, object: &Object) -> Option<(ModelId, &'a Relationship)> {
    let (model, name) = object.words_after("of:").next()?.split_once(':')?;
    let model = ModelId(model.parse().ok()?);
    Some((model, cx.models.relation(model, name)?))
}
