//! What a path in a module that `table!` declares means, and where it stands.

use super::NAME;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::ModelId;
use impact_facts::{Access, Certainty, MappedField, Span};

/// What stands before a path in a module that `table!` declares.
pub(super) const TABLE: &str = "diesel.table!.";

/// What a path means.
pub(super) enum Thing<'a> {
    /// The table.
    Table(ModelId),
    /// One of its columns.
    Column(ModelId, &'a MappedField),
    /// All its columns.
    All(ModelId),
}

/// What a path in a module that `table!` declares means.
pub(super) fn thing<'a>(cx: &Evaluator<'a>, path: &str) -> Option<Thing<'a>> {
    let inside = path.strip_prefix(TABLE)?;
    let mut names = inside.split('.');
    let table = names.next()?;
    let model = cx.models.named(&format!("{TABLE}{table}"))?;
    let last = names.rfind(|name| !matches!(*name, "dsl" | "columns"));
    match last {
        // A table may be named as diesel names a part of each: `star`, `all_columns`.
        None | Some("table") => Some(Thing::Table(model)),
        Some(name) if name == table && cx.models.field(model, name).is_none() => {
            Some(Thing::Table(model))
        }
        Some("all_columns" | "star") => Some(Thing::All(model)),
        Some(name) => cx
            .models
            .field(model, name)
            .map(|field| Thing::Column(model, field)),
    }
}

/// A path that names a column reads it, until what it is passed to says that it is written.
pub(crate) fn named(cx: &mut Evaluator<'_>, path: &str, span: Span) {
    if let Some(Thing::Column(model, field)) = thing(cx, path) {
        cx.touch_field(model, field, span, Manner::named(Access::Read));
    }
}

/// The table that a path means.
pub(crate) fn table(cx: &Evaluator<'_>, path: &str) -> Option<ModelId> {
    match thing(cx, path)? {
        Thing::Table(model) => Some(model),
        _ => None,
    }
}

/// The bare name of a column is said beside its table.
pub(crate) fn told(cx: &mut Evaluator<'_>, table: ModelId, name: &str, span: Span) {
    if let Some(field) = cx.models.field(table, name) {
        let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
        cx.touch_field(table, field, span, manner);
    }
}

/// The model of the table that a mapped struct maps.
pub(super) fn table_of(cx: &Evaluator<'_>, model: ModelId) -> Option<ModelId> {
    let wanted = cx.models.get(model)?.table.as_ref()?;
    cx.models
        .iter()
        .find(|(_, one)| {
            one.class.is_none() && &*one.orm == NAME && one.table.as_ref() == Some(wanted)
        })
        .map(|(id, _)| id)
}
