//! Mapped classes of which the table's name could not be told: a blind spot each, bounded by what they map.

use crate::LinkInput;
use crate::evaluator::Evaluator;
use impact_facts::{
    BlindReason, BlindSpot, MappedField, Model, Position, Reach, Relation, Scope, Site,
};

/// The blind spots of a service's own classes. `scope` is that of a file.
pub(crate) fn blind_spots(
    input: &LinkInput<'_>,
    evaluator: &Evaluator<'_>,
    scope: impl Fn(Site) -> Scope,
) -> Vec<BlindSpot> {
    let unnamed = evaluator.models.iter().filter(|(id, model)| {
        let class = evaluator.models.class(*id);
        let is_base = class.is_some_and(|class| evaluator.descendants.contains_key(&class));
        let has_key = class.is_none() || model.fields.iter().any(|field| field.primary_key);
        model.table.is_none() && !model.is_abstract && !is_base && (has_key || model.reflected)
    });
    let spots = unnamed.filter_map(|(_, model)| {
        let site = match model.fields.first() {
            Some(field) => field.declared_at,
            None => model.declared_at,
        };
        let reach = reached(input, model)?;
        let own = input.program.is_own(site.file);
        own.then(|| blind_spot(model, site, reach, scope(site)))
    });
    spots.collect()
}

/// The mapped columns of every table that has all of them or, where none has, of every table that has one; any table,
/// if the columns are not known, either.
fn reached(input: &LinkInput<'_>, model: &Model) -> Option<Reach> {
    if model.fields.is_empty() {
        return Some(Reach::Database);
    }
    let tables = || input.catalogs.iter().flat_map(|catalog| &catalog.relations);
    let has = |relation: &Relation, field: &MappedField| relation.column(&field.column).is_some();
    let has_all = |relation: &Relation| model.fields.iter().all(|field| has(relation, field));
    let any_has_all = tables().any(|(_, relation)| has_all(relation));
    let mut columns = Vec::new();
    for (name, relation) in tables().filter(|(_, relation)| !any_has_all || has_all(relation)) {
        let fields = model.fields.iter().filter(|field| has(relation, field));
        columns.extend(fields.map(|field| (name.clone(), field.column.clone())));
    }
    columns.sort();
    columns.dedup();
    (!columns.is_empty()).then_some(Reach::Columns(columns))
}

fn blind_spot(model: &Model, site: Site, reach: Reach, scope: Scope) -> BlindSpot {
    BlindSpot {
        site,
        position: Position::default(),
        text: Box::default(),
        reason: BlindReason::DynamicName,
        message: format!(
            "the table of {} is named by code that could not be followed; a literal name would decide it",
            model.name
        )
        .into(),
        reach,
        access: None,
        database: Box::default(),
        scope,
        symbol: None,
    }
}
