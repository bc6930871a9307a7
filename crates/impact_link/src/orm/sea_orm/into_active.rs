//! `#[derive(DeriveIntoActiveModel)]`: a struct whose fields are set in an active model by their names; `ignore` leaves one out.
//! <https://docs.rs/sea-orm/latest/sea_orm/derive.DeriveIntoActiveModel.html>

use super::{NAME, Thing, thing};
use crate::carried;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::language::rust::{derives, has_word, serialized_as, setting};
use crate::orm::sqlx::row;
use crate::touch::Manner;
use crate::value::{ModelId, Value};
use impact_bind::{ClassRef, Place};
use impact_facts::{Access, Certainty, Field, MappedField};

/// The active model that a struct becomes: `ActiveModel` where it stands, or what `#[sea_orm(active_model = "…")]` says.
fn target(cx: &Evaluator<'_>, class: ClassRef) -> Option<(ModelId, String)> {
    let module = cx.program.module(class.file);
    let decorators = &module.class(class.class).decorators;
    if !derives(module, decorators, "DeriveIntoActiveModel") {
        return None;
    }
    let said = setting(module, decorators, "sea_orm", "active_model");
    let said = said.map_or("ActiveModel".to_owned(), |path| {
        path.trim().replace("::", ".")
    });
    let around = cx
        .program
        .places(class.file)
        .around(Place::Class(class.class));
    let place = around.unwrap_or(Place::Module);
    let binding = cx.program.resolve(class.file, place, &said);
    let path = binding.external()?.to_owned();
    match thing(cx, &path)? {
        Thing::ActiveModel(model) => Some((model, path)),
        _ => None,
    }
}

/// The fields that set a column.
fn fields<'p>(
    cx: &Evaluator<'p>,
    class: ClassRef,
    model: ModelId,
) -> Vec<(&'p Field, MappedField)> {
    let module = cx.program.module(class.file);
    let all = module.class(class.class).fields.iter();
    let set = all.filter(|field| {
        !["ignore", "skip"]
            .iter()
            .any(|word| has_word(module, &field.decorators, "sea_orm", word))
    });
    let mapped = set.filter_map(|field| {
        let own = cx.models.field(model, module.name(field.name))?;
        Some((field, own.clone()))
    });
    mapped.collect()
}

/// Its fields declare the columns that they set, and whoever fills them writes these.
pub(super) fn declared(cx: &mut Evaluator<'_>, class: ClassRef) {
    let Some((model, _)) = target(cx, class) else {
        return;
    };
    let module = cx.program.module(class.file);
    for (field, mapped) in fields(cx, class, model) {
        let Some(table) = cx.table_of(model, &mapped) else {
            continue;
        };
        let column = (&table, &*mapped.column);
        let own = module.name(field.name);
        cx.cells
            .join(row::row_key(class, own), &row::source(column.0, column.1));
        carried::stored(cx, class, own, column);
        let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
        let exposed = serialized_as(module, class, field);
        cx.touch_exposed(class.file, column, field.name_span, manner, NAME, exposed);
    }
}

/// `new.into_active_model()`: what its fields set is written.
pub(super) fn made(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    let (model, path) = target(cx, class)?;
    for (_, mapped) in fields(cx, class, model) {
        cx.touch_field(model, &mapped, call.span, Manner::whole(Access::Write));
    }
    Some(Value::outside(&path))
}
