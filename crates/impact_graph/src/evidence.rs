//! What was looked at in a service, and steps of the schema's history that nobody understood.

use crate::build::{ColumnKey, Graph};
use crate::trace::{ServiceEvidence, TracedBlindSpot};
use crate::tracing::{Carriers, kind_slot};
use impact_facts::{BlindReason, BlindSpot, Position, Reach, Scope};

/// What was looked at in one service.
pub(crate) fn of_service(
    graph: &Graph<'_>,
    service: usize,
    carriers: &Carriers,
    target: &ColumnKey,
) -> ServiceEvidence {
    let index = &graph.indexes[service];
    let used = graph.databases.of_service(service);
    let (references, table_references) = evident(graph, service, target);
    let mut entry_points = [0; 4];
    for entry in index
        .entry_points
        .iter()
        .filter(|entry| entry.scope != Scope::Test)
    {
        entry_points[kind_slot(entry.kind)] += 1;
    }
    let unparsed = index
        .coverage
        .unparsed
        .iter()
        .filter_map(|file| index.files.get(file.0 as usize));
    ServiceEvidence {
        service: index.service.name.clone(),
        owner: index.service.owner.clone(),
        revision: index.revision.clone(),
        library: index.service.library,
        uses_database: carriers.keys().any(|key| used.contains(&key.database)),
        coverage: index.coverage.clone(),
        unparsed: unparsed.map(|file| file.path.clone()).collect(),
        references,
        table_references,
        blind_spots: index.blind_spots.len() as u32,
        entry_points,
    }
}

/// How many references of a service are evident, and how many of these are to the target's table.
fn evident(graph: &Graph<'_>, service: usize, target: &ColumnKey) -> (u32, u32) {
    let index = &graph.indexes[service];
    let named = index.references.iter().filter(|one| one.is_evident());
    let named = named.map(|one| (&one.database, &one.table, 1));
    let summed = index.elsewhere.iter();
    let summed = summed.map(|one| (&one.database, &one.table, one.evident));
    let (mut all, mut of_table) = (0, 0);
    for (database, table, number) in named.chain(summed) {
        all += number;
        let id = graph.databases.in_service(service, database);
        let same =
            id == target.database && graph.databases.get(id).canonical(table) == target.table;
        of_table += if same { number } else { 0 };
    }
    (all, of_table)
}

/// Steps of migrations that were not understood and name a carrier's table, but for those that link reported itself.
pub(crate) fn unknown_steps(
    graph: &Graph<'_>,
    carriers: &Carriers,
    known: &[TracedBlindSpot],
) -> Vec<TracedBlindSpot> {
    let mut found = Vec::new();
    for (service, index) in graph.indexes.iter().enumerate() {
        for catalog in &index.catalogs {
            let database = graph.databases.in_service(service, &catalog.database);
            let described = graph.databases.get(database);
            for step in &catalog.unknown {
                let tables: Vec<_> = step
                    .tables
                    .iter()
                    .map(|table| described.canonical(table))
                    .collect();
                let named = carriers
                    .keys()
                    .any(|key| key.database == database && tables.contains(&key.table));
                let Some(place) = graph.catalog_place(catalog, step.site.file, step.site.span)
                else {
                    continue;
                };
                let same = |spot: &&TracedBlindSpot| {
                    spot.place.path == place.path && spot.place.span == place.span
                };
                if !named || known.iter().any(|spot| same(&spot)) {
                    continue;
                }
                let blind_spot = BlindSpot {
                    site: step.site,
                    position: Position::default(),
                    text: Box::default(),
                    reason: BlindReason::Migration,
                    message: step.reason.clone(),
                    reach: Reach::Tables(step.tables.clone()),
                    access: None,
                    database: catalog.database.clone(),
                    scope: Scope::Migration,
                    symbol: None,
                };
                found.push(TracedBlindSpot {
                    blind_spot,
                    place,
                    symbol: None,
                    applied: false,
                    proof: None,
                });
            }
        }
    }
    found
}
