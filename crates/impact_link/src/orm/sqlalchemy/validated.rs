//! SQLModel's rows that are made of and changed by other objects (SQLModel 0.0.14 and later: `model_validate`,
//! `sqlmodel_update`; before, `from_orm`).

use super::{is_ours, write};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{Access, Certainty, Span};

/// Methods of a model that make a row.
const MAKING: &[&str] = &[
    "model_validate",
    "from_orm",
    "parse_obj",
    "from_attributes",
    "from_dict",
];

/// `User.model_validate(data, update={…})`, `user.sqlmodel_update(data, update={…})`.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let model = match of {
        Atom::Class(class) => cx.models.of_class(*class),
        Atom::Mapped(model) => Some(*model),
        _ => None,
    }?;
    let makes = matches!(of, Atom::Class(_)) && MAKING.contains(&name);
    let changes = matches!(of, Atom::Mapped(_)) && name == "sqlmodel_update";
    if !is_ours(cx, model) || !(makes || changes) {
        return None;
    }
    let data = call.at(0)?;
    taken(cx, model, &data.value, data.span);
    if let Some(update) = call.named("update") {
        write::mappings(cx, model, update);
    }
    if makes {
        added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
    }
    Some(Atom::Mapped(model).into())
}

/// The fields that an object and the model share; any field, if nothing is known of the object.
fn taken(cx: &mut Evaluator<'_>, model: ModelId, data: &Value, span: Span) {
    let objects: Vec<_> = data
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Instance(class) => Some(*class),
            _ => None,
        })
        .collect();
    for class in &objects {
        let manner = Manner::implied(Access::Write).at_most(Certainty::Likely);
        let fields = cx.models.get(model).map_or(&[][..], |model| &model.fields);
        for field in fields {
            if cx.class_member(*class, &field.name).is_some() {
                cx.touch_field(model, field, span, manner);
            }
        }
    }
    let rest = data.filter(|atom| !matches!(atom, Atom::Instance(_)));
    if !rest.is_nothing() || objects.is_empty() {
        write::known_keys(cx, &[model], &rest, span, Access::Write);
    }
}
