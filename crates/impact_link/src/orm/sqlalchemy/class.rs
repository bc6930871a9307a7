//! Mapped classes in queries: `User.email`, `User.addresses`, `User.query`.

use super::{SQLALCHEMY, entity, expression, instance, is_ours};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::fragments::FRAGMENT;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::ClassRef;
use impact_facts::Access;

/// A member of a mapped class.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = cx
        .models
        .of_class(class)
        .filter(|model| is_ours(cx, *model))?;
    self::member(cx, model, member)
}

/// A member of the class of a model, in a query.
pub(super) fn member(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(Access::Read));
        let column = Object::new(SQLALCHEMY, "column", Some(model));
        return Some(column.with_word(&format!("field:{}", field.name)).into());
    }
    if let Some(relation) = cx.models.relation(model, member.name) {
        instance::touch_keys(cx, model, relation, member.span, Access::Read);
        let target = cx.models.target(relation);
        let object = Object::new(SQLALCHEMY, "relationship", target);
        return Some(
            object
                .with_word(&format!("of:{}:{}", model.0, member.name))
                .into(),
        );
    }
    match member.name {
        "query" => {
            let mut query = entity::of_rows("query", &Atom::Mapped(model).into());
            query.class = query_class(cx, model);
            Some(query.into())
        }
        "__table__" => Some(Object::new(SQLALCHEMY, "table", Some(model)).into()),
        "metadata" => Some(super::made("metadata")),
        "__mapper__" => Some(super::mapper::of(model)),
        "registry" => Some(expression()),
        _ => None,
    }
}

/// Members of expressions that are no operators: `User.data.key` stays an expression.
pub(super) fn expression_attribute(_object: &Object, name: &str) -> Option<Value> {
    matches!(name, "c" | "columns" | "type" | "property" | "comparator").then(expression)
}

/// `User.addresses.property.mapper.class_` and operators stay what they are; `of_type` narrows.
pub(super) fn relationship_attribute(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = object.model?;
    let class = cx.models.class(model)?;
    match member.name {
        "entity" | "class_" => Some(Atom::Class(class).into()),
        _ => None,
    }
}

/// Operators and functions on columns: `.label("x")` names the column anew, all others make an expression.
pub(super) fn expression_call(object: &Object, name: &str, call: &CallSite<'_>) -> Value {
    let label = || {
        call.at(0)?
            .value
            .texts()
            .next()
            .map(|text| format!("label:{}", text.text))
    };
    match name {
        "label" => match label() {
            Some(word) => object.clone().with_word(&word).into(),
            None => object.clone().into(),
        },
        _ if object.kind == FRAGMENT => object.clone().into(),
        "of_type" | "options" | "selectinload" | "joinedload" | "and_" => object.clone().into(),
        _ if object.values.contains_key(FRAGMENT) => super::fragment::within(object.clone(), call),
        _ => {
            let made = Object::new(SQLALCHEMY, "expression", object.model);
            super::fragment::within(super::made_of::with_columns(made, object, call), call)
        }
    }
}

/// `User.org.has(title="x")`, `User.orders.any(total=1)`: keywords are fields of the related class.
pub(super) fn related(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) {
    let Some(model) = object.model.filter(|_| matches!(name, "has" | "any")) else {
        return;
    };
    for argument in call.arguments {
        if let Some((name, span)) = &argument.name
            && let Some(field) = cx.models.field(model, name)
        {
            cx.touch_field(model, field, *span, Manner::named(Access::Read));
        }
    }
}

/// The class of the program whose methods a model's `query` has (Flask-SQLAlchemy 3.1, "Advanced Customization").
fn query_class(cx: &mut Evaluator<'_>, model: ModelId) -> Option<ClassRef> {
    let class = cx.models.class(model)?;
    let said = cx.silent_attribute(&Atom::Class(class).into(), "query_class");
    said.atoms().iter().find_map(|atom| match atom {
        Atom::Class(class) => Some(*class),
        _ => None,
    })
}
