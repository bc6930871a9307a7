//! A field of a mapped struct of Rust: it is its column.

use crate::carried;
use crate::door::MemberSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{ModelId, Value};
use impact_facts::{Access, MappedField};

/// A member of a row of `orm`: the column is touched, and what is set goes to it. Its value, where it is read.
pub(super) fn member(
    cx: &mut Evaluator<'_>,
    orm: &str,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    cx.models.get(model).filter(|owner| &*owner.orm == orm)?;
    let field = cx.models.field(model, member.name)?;
    cx.touch_field(model, field, member.span, Manner::named(member.access));
    if member.access != Access::Read {
        if let Some(value) = member.value {
            goes(cx, value, model, field);
        }
        return None;
    }
    let class = cx.models.class(model)?;
    let said = crate::language::rust::field_type(cx, class, member.name);
    let table = cx.table_of(model, field)?;
    Some(said.or(&carried::column(cx, &table, &field.column)))
}

/// A value is written to a mapped field's column.
pub(super) fn goes(cx: &mut Evaluator<'_>, value: &Value, model: ModelId, field: &MappedField) {
    if let Some(table) = cx.table_of(model, field) {
        carried::goes(cx, value, &table, &field.column);
    }
}
