//! Methods of selects and of the session's `Query`.

use super::{classes, entity, expression, fragment, loading, ours, result, write};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Span};

/// What a method of a statement is.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    fragment::standing(cx, object, call);
    match name {
        "filter_by" => {
            filter_by(cx, object, call);
            Some(object.clone().into())
        }
        "join" | "outerjoin" | "join_from" | "select_from" => {
            let joined = joined(cx, object, call);
            fragment::selected(cx, &joined, call.span);
            Some(joined.into())
        }
        "options" => Some(loading::applied(cx, object, call).into()),
        "order_by" | "group_by" | "distinct" => {
            fragment::sorted(cx, object, call);
            for argument in call.arguments {
                let value = argument.value.clone();
                for model in sources(object) {
                    write::strings(cx, model, &value, Access::Read);
                }
            }
            Some(object.clone().into())
        }
        "with_entities" | "with_only_columns" => Some(reshaped(cx, object, call)),
        "add_columns" | "add_column" | "add_entity" | "column" => {
            let mut grown = object.clone();
            grown.words.retain(|word| &**word != "single");
            for argument in call.positional() {
                grown = entity::with_item(cx, grown, &argument.value);
            }
            Some(grown.into())
        }
        "subquery" | "cte" | "alias" | "lateral" => {
            count(cx, object, call.span);
            Some(entity::subquery(object))
        }
        // `Query.exists()` selects 1, `Select.exists()` what it selects.
        "exists" if object.kind == "select" => {
            count(cx, object, call.span);
            Some(expression())
        }
        "scalar_subquery" | "as_scalar" | "exists" | "label" | "correlate_except" => {
            Some(expression())
        }
        "append" | "remove" | "extend" | "add" | "clear" | "insert" | "pop"
            if object.kind == "collection" =>
        {
            super::instance::grown(cx, object, call);
            let taken = matches!(name, "pop");
            Some(if taken {
                result::row(object)
            } else {
                Atom::Null.into()
            })
        }
        _ => terminal(cx, object, name, call),
    }
}

/// Methods that run the statement; all others narrow it.
fn terminal(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let row = result::row(object);
    match name {
        "all" | "values" => {
            entity::run(cx, object, call.span);
            Some(Value::list(row))
        }
        "first" | "one" | "one_or_none" | "get" | "first_or_404" | "get_or_404" | "one_or_404"
        | "first_or_none" => {
            entity::run(cx, object, call.span);
            Some(row)
        }
        "scalar" | "scalar_one" | "scalar_one_or_none" => {
            entity::run(cx, object, call.span);
            Some(result::first_item(&object.clone().into()))
        }
        "paginate" => {
            entity::run(cx, object, call.span);
            Some(
                Object {
                    kind: "page",
                    ..object.clone()
                }
                .into(),
            )
        }
        "count" if object.kind != "select" => {
            count(cx, object, call.span);
            Some(Value::outside("builtins.int"))
        }
        "update" if object.kind != "select" => {
            if let (Some(model), Some(values)) = (object.model, call.argument(0, "values")) {
                write::mappings(cx, model, values);
            }
            Some(Value::outside("builtins.int"))
        }
        "delete" if object.kind != "select" => Some(Value::outside("builtins.int")),
        "yield_per" | "execution_options" => Some(object.clone().into()),
        _ => Some(object.clone().into()),
    }
}

/// `query(User).count()` counts a subquery: one that selects a class selects every column, deferred ones, too.
fn count(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    for model in entity::ids(object, "entity:") {
        cx.touch_row(model, span, Manner::whole(Access::Read), &|_| true);
    }
}

/// The models that bare names of a statement may belong to: the last that was joined first.
pub(super) fn sources(object: &Object) -> Vec<ModelId> {
    let joined = object
        .values
        .get("joined")
        .into_iter()
        .flat_map(Value::atoms);
    let last = joined.filter_map(|atom| match atom {
        Atom::Mapped(model) => Some(*model),
        _ => None,
    });
    last.chain(object.model).collect()
}

fn filter_by(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    for argument in call.arguments {
        if let Some((name, span)) = &argument.name {
            named(cx, object, name, *span);
        } else if argument.spread == impact_facts::Spread::Named {
            let models = sources(object);
            write::keyed(cx, &models, argument, Access::Read, write::by_attribute);
        }
    }
}

fn named(cx: &mut Evaluator<'_>, object: &Object, name: &str, span: Span) {
    for model in sources(object) {
        if let Some(field) = cx.models.field(model, name) {
            cx.touch_field(model, field, span, Manner::named(Access::Read));
            return;
        }
        if let Some(relation) = cx.models.relation(model, name) {
            super::instance::touch_keys(cx, model, relation, span, Access::Read);
            return;
        }
    }
}

/// A join without a condition is over the relation between the two.
fn joined(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Object {
    let mut object = object.clone();
    for argument in call.positional() {
        let relation = ours(&argument.value).filter(|value| value.kind == "relationship");
        let target = match relation {
            Some(relation) => relation.model,
            None => {
                let spelled = spelled(cx, &object, &argument.value, argument.span);
                spelled.or_else(|| classes(cx, &argument.value).first().copied())
            }
        };
        let Some(target) = target else { continue };
        if relation.is_none() && call.arguments.len() == 1 {
            over_keys(cx, &object, target, argument.span);
        }
        if object.model.is_none() {
            object.model = Some(target);
        }
        object = object.with_value("joined", Atom::Mapped(target).into());
    }
    object
}

/// `join("org")`: the relation of that name (SQLAlchemy 1.x).
fn spelled(cx: &mut Evaluator<'_>, object: &Object, value: &Value, span: Span) -> Option<ModelId> {
    let name = value.texts().next()?.text.clone();
    for model in sources(object) {
        if let Some(relation) = cx.models.relation(model, &name) {
            super::instance::touch_keys(cx, model, relation, span, Access::Read);
            return cx.models.target(relation);
        }
    }
    None
}

/// The keys of a relation between what is selected and what is joined.
fn over_keys(cx: &mut Evaluator<'_>, object: &Object, target: ModelId, span: Span) {
    for source in sources(object) {
        for (from, to) in [(source, target), (target, source)] {
            let relations = cx
                .models
                .get(from)
                .map_or(&[][..], |model| &model.relations);
            let relation = relations.iter().find(|relation| {
                cx.models.target(relation) == Some(to) && relation.through.is_none()
            });
            if let Some(relation) = relation {
                super::instance::touch_keys(cx, from, relation, span, Access::Read);
                return;
            }
        }
    }
}

/// `with_entities(…)`: other items over the same sources.
fn reshaped(cx: &Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let mut made = entity::select(cx, object.kind, call);
    made.model = made.model.or(object.model);
    if let Some(joined) = object.values.get("joined") {
        made = made.with_value("joined", joined.clone());
    }
    made.into()
}
