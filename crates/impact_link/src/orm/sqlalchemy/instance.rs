//! Rows: attributes, relations, constructors.

use super::{SQLALCHEMY, content, entity, write};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Relationship, Span, Spread};

/// A member of a row.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        redeclared(cx, model, &field.name, member);
        return Some(content(&field.data_type));
    }
    let Some(relation) = cx.models.relation(model, member.name) else {
        return super::versions::attribute(cx, model, member);
    };
    touch_keys(cx, model, relation, member.span, member.access);
    let Some(target) = cx.models.target(relation) else {
        return Some(Value::unknown("a related row"));
    };
    let fetched = Manner::whole(Access::Read).at_most(Certainty::Likely);
    entity::load(cx, target, member.span, fetched);
    let row: Value = Atom::Mapped(target).into();
    if !relation.many {
        return Some(row);
    }
    let collection = Object::new(SQLALCHEMY, "collection", Some(target));
    Some(
        collection
            .with_value("item:000", row)
            .with_word("single")
            .into(),
    )
}

/// A row may be one of a subclass with a table of its own. Where that declares the column anew (the key does), it is that
/// one, too.
fn redeclared(cx: &mut Evaluator<'_>, model: ModelId, name: &str, member: &MemberSite<'_>) {
    for child in cx.models.below(model).to_vec() {
        let Some(field) = cx.models.field(child, name) else {
            continue;
        };
        if cx.models.field(model, name).map(|own| own.declared_at) != Some(field.declared_at) {
            let manner = Manner::named(member.access).at_most(Certainty::Likely);
            cx.touch_field(child, field, member.span, manner);
        }
    }
}

/// The keys that a relation joins over.
pub(super) fn touch_keys(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    span: Span,
    access: Access,
) {
    let manner = Manner::implied(access);
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let target = cx.models.target(relation);
    let other = target.and_then(|target| cx.models.get(target)?.table.clone());
    for (table, columns) in [(own, &relation.local), (other, &relation.remote)] {
        let Some(table) = table else { continue };
        let reads = Manner::implied(Access::Read);
        let is_foreign = columns == &relation.local;
        let manner = if is_foreign { manner } else { reads };
        for column in columns {
            cx.touch_column(&table, column, span, manner, SQLALCHEMY);
        }
    }
    if let Some((table, columns)) = &relation.through {
        for column in columns {
            cx.touch_column(table, column, span, manner, SQLALCHEMY);
        }
    }
}

/// `User(email=…)`: the named fields are written.
pub(super) fn construct(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) -> Value {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, span)), _) => set(cx, model, name, *span),
            (None, Spread::Named) => {
                let access = Access::Write;
                write::known_keys(cx, &[model], &argument.value, argument.span, access);
            }
            _ => {}
        }
    }
    added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
    Atom::Mapped(model).into()
}

fn set(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span) {
    if let Some(field) = cx.models.field(model, name) {
        cx.touch_field(model, field, span, Manner::named(Access::Write));
    } else if let Some(relation) = cx.models.relation(model, name) {
        touch_keys(cx, model, relation, span, Access::Write);
    }
}
