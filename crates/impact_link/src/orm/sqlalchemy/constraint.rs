//! Columns that the body of a mapped class names beside its declarations: `UniqueConstraint("email")`, `Index("ix", email)`,
//! `composite(Point, x, y)`, `relationship(foreign_keys=[owner_id])`.

use super::{SQLALCHEMY, is_ours, write};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{ModelId, Object, Value};
use impact_bind::{ClassRef, Place};
use impact_facts::{Access, ClassId, Name, Span};

/// Constructs that take names of columns, and how many arguments stand before these (SQLAlchemy 2.0, "Defining
/// Constraints and Indexes").
const CONSTRAINTS: &[(&str, usize)] = &[
    ("UniqueConstraint", 0),
    ("PrimaryKeyConstraint", 0),
    ("ForeignKeyConstraint", 0),
    ("Index", 1),
];

/// What a construct of that name is; none for other names. In the body of a mapped class its names are its columns'.
pub(super) fn call(cx: &mut Evaluator<'_>, word: &str, call: &CallSite<'_>) -> Option<Value> {
    let (_, skipped) = CONSTRAINTS.iter().find(|(known, _)| *known == word)?;
    let arguments = call.positional().skip(*skipped);
    let given: Vec<Value> = match word {
        "ForeignKeyConstraint" => arguments.take(1).map(|a| a.value.clone()).collect(),
        _ => arguments.map(|a| a.value.clone()).collect(),
    };
    if let Some(model) = own_model(cx) {
        for names in &given {
            write::strings(cx, model, names, Access::Declare);
        }
    }
    let names = Value::tuple(given);
    Some(
        Object::new(SQLALCHEMY, "expression", None)
            .with_value("declares", names)
            .into(),
    )
}

fn own_model(cx: &Evaluator<'_>) -> Option<ModelId> {
    let mut place = Some(cx.place);
    let places = cx.program.places(cx.file);
    while let Some(at) = place {
        if let Place::Class(class) = at {
            return model_of(cx, class);
        }
        place = places.around(at);
    }
    None
}

fn model_of(cx: &Evaluator<'_>, class: ClassId) -> Option<ModelId> {
    let file = cx.file;
    let model = cx.models.of_class(ClassRef { file, class });
    model.filter(|model| is_ours(cx, *model))
}

/// A name in the body of a mapped class that is a member of its own: the column is named there.
pub(crate) fn named_in_body(cx: &mut Evaluator<'_>, class: ClassId, name: Name, span: Span) {
    let Some(model) = model_of(cx, class) else {
        return;
    };
    let word = cx.module().name(name);
    if let Some(field) = cx.models.field(model, word) {
        cx.touch_field(model, field, span, Manner::named(Access::Read));
    }
}
