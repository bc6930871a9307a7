//! Which migrations have run when a change is made.
//!
//! - What only takes a migration back never counts.
//! - A migration that the question calls pending has not run, but for what runs before the one that makes the change.
//!   That one has run up to its step, and so has what makes the same change of another database (a folder of migrations
//!   for each dialect).
//! - If the history makes the change itself, or did, what stands after that step has not run: later in the file, or in
//!   a migration that runs after it by what its runner is told.
//! - All else has run. So has code in a folder of migrations that no runner runs.

use crate::build::{ColumnKey, Graph};
use crate::database::Declared;
use impact_facts::{Catalog, Contraction, Migration, Reference, Site, Span};
use std::collections::BTreeSet;

/// What a question says of the time at which its change is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timing {
    /// Migrations that have not run, by their paths from the workspace's root.
    pub pending: BTreeSet<Box<str>>,
    /// The migration that makes the change; none: whichever the history says, or none of the tree's.
    pub step: Option<StepPlace>,
}

/// A step of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPlace {
    /// The service's place in the graph's indexes.
    pub service: usize,
    /// The migration's place in its index.
    pub migration: usize,
    /// The bytes that say the step.
    pub span: Span,
}

/// The steps that end a column or table, and what comes after each.
#[derive(Debug)]
pub(crate) struct Clock<'t> {
    timing: &'t Timing,
    ends: Vec<End>,
}

/// A step with the places, in the order of its database, of all migrations that run before and after it.
#[derive(Debug)]
struct End {
    step: StepPlace,
    database: Box<str>,
    earlier: BTreeSet<u32>,
    later: BTreeSet<u32>,
}

impl Graph<'_> {
    /// Whether a reference in a migration has run by now, or never runs again, see [`Timing`]. True of all other code.
    #[must_use]
    pub fn has_run(&self, service: usize, reference: &Reference) -> bool {
        let (database, table) = self.databases.table_of(service, reference);
        let column = reference.column.clone().unwrap_or_default();
        let key = ColumnKey {
            database,
            table,
            column,
        };
        let timing = Timing::default();
        Clock::new(self, &key, &timing).has_run(self, service, reference.site)
    }
}

impl<'t> Clock<'t> {
    pub(crate) fn new(graph: &Graph<'_>, target: &ColumnKey, timing: &'t Timing) -> Self {
        let steps = match &timing.step {
            Some(step) => with_twins(graph, step, &timing.pending),
            None => ends_in_history(graph, target),
        };
        let ends = steps
            .into_iter()
            .filter_map(|step| End::of(graph, step))
            .collect();
        Self { timing, ends }
    }

    /// Whether what stands at a site of a service has run, or never runs again.
    pub(crate) fn has_run(&self, graph: &Graph<'_>, service: usize, site: Site) -> bool {
        let Some(index) = graph.indexes.get(service) else {
            return true;
        };
        let here = index
            .migrations
            .iter()
            .enumerate()
            .find(|(_, migration)| migration.file == site.file);
        let Some((at, migration)) = here else {
            return true;
        };
        let inside = |part: &Span| part.start <= site.span.start && site.span.end <= part.end;
        if migration.backward.iter().any(inside) {
            return true;
        }
        let makes_it = |end: &End| end.step.service == service && end.step.migration == at;
        if let Some(end) = self.ends.iter().find(|end| makes_it(end)) {
            return site.span.start < end.step.span.end;
        }
        let path = graph.place(service as u32, site, Default::default()).path;
        let of_order =
            |end: &&End| end.step.service == service && end.database == migration.database;
        let mut ends = self.ends.iter().filter(of_order);
        let before = |end: &End| end.earlier.contains(&migration.order);
        if self.timing.pending.contains(&path) {
            return ends.any(before);
        }
        !ends.any(|end| end.later.contains(&migration.order))
    }
}

impl End {
    fn of(graph: &Graph<'_>, step: StepPlace) -> Option<Self> {
        let index = graph.indexes.get(step.service)?;
        let own = index.migrations.get(step.migration)?;
        let mut of_database: Vec<&Migration> = index
            .migrations
            .iter()
            .filter(|migration| migration.database == own.database)
            .collect();
        of_database.sort_by_key(|migration| migration.order);
        let mut later = BTreeSet::new();
        for migration in &of_database {
            let follows = |order: &u32| *order == own.order || later.contains(order);
            if migration.after.iter().any(follows) {
                later.insert(migration.order);
            }
        }
        let earlier = before(&of_database, own);
        Some(Self {
            step,
            database: own.database.clone(),
            earlier,
            later,
        })
    }
}

/// The places of all migrations that run before one, by what its runner is told.
fn before(all: &[&Migration], own: &Migration) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut next = own.after.clone();
    while let Some(order) = next.pop() {
        if found.insert(order) {
            let here = all.iter().find(|migration| migration.order == order);
            next.extend(here.iter().flat_map(|migration| &migration.after));
        }
    }
    found
}

/// A step, and those of pending migrations of its service that make the same change: of other databases, where a table is
/// kept in several.
fn with_twins(graph: &Graph<'_>, step: &StepPlace, pending: &BTreeSet<Box<str>>) -> Vec<StepPlace> {
    let mut all = vec![step.clone()];
    let Some(index) = graph.indexes.get(step.service) else {
        return all;
    };
    let own = index.migrations.get(step.migration);
    let own = own.and_then(|own| own.contractions.iter().find(|one| one.span == step.span));
    let Some(own) = own else {
        return all;
    };
    let same = |one: &&Contraction| {
        (one.change, &one.table.name, &one.column) == (own.change, &own.table.name, &own.column)
    };
    for (at, migration) in index.migrations.iter().enumerate() {
        let site = Site {
            file: migration.file,
            span: Span::default(),
        };
        let path = graph
            .place(step.service as u32, site, Default::default())
            .path;
        if at == step.migration || !pending.contains(&path) {
            continue;
        }
        let twins = migration.contractions.iter().filter(same);
        all.extend(twins.map(|one| StepPlace {
            service: step.service,
            migration: at,
            span: one.span,
        }));
    }
    all
}

/// The steps of migrations that dropped or renamed a column that is no more, or its table.
fn ends_in_history(graph: &Graph<'_>, target: &ColumnKey) -> Vec<StepPlace> {
    let declared = graph.databases.get(target.database).declared(&target.table);
    let is_live = |one: &Declared<'_>| match &*target.column {
        "" => one.live,
        column => one.live_column(column).is_some(),
    };
    let migrated = |one: &&Declared<'_>| one.relation.origin == impact_facts::Origin::Migration;
    if declared.iter().filter(migrated).any(is_live) {
        return Vec::new();
    }
    let ended = |one: &Declared<'_>| match one.past_column(&target.column) {
        Some(past) => Some(past.ended_at),
        None => one.relation.dropped_at,
    };
    let steps = declared
        .iter()
        .filter_map(|one| step_at(graph, one.catalog, ended(one)?));
    steps.collect()
}

fn step_at(graph: &Graph<'_>, catalog: &Catalog, site: Site) -> Option<StepPlace> {
    let file = catalog.files.get(site.file.0 as usize)?;
    let service = graph
        .indexes
        .iter()
        .position(|index| index.service.name == file.service)?;
    let index = &graph.indexes[service];
    let migration = index.migrations.iter().position(|migration| {
        let path = index.files.get(migration.file.0 as usize);
        path.is_some_and(|own| own.path == file.path)
    })?;
    Some(StepPlace {
        service,
        migration,
        span: site.span,
    })
}
