//! Which migrations have run when a change is made.
//!
//! - What only takes a migration back never counts.
//! - A migration that the question calls pending has not run, but for the one that makes the change.
//! - If the history makes the change itself, or did, what stands after that step has not run: later in the file, or in
//!   a migration that runs after it by what its runner is told.
//! - All else has run. So has code in a folder of migrations that no runner runs.

use crate::build::{ColumnKey, Graph};
use crate::database::Declared;
use impact_facts::{Catalog, Migration, Reference, Site, Span};
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

/// A step with the places, in the order of its database, of all migrations that run after it.
#[derive(Debug)]
struct End {
    step: StepPlace,
    database: Box<str>,
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
            Some(step) => vec![step.clone()],
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
        let after = |end: &End| {
            end.step.service == service
                && end.database == migration.database
                && end.later.contains(&migration.order)
        };
        !self.timing.pending.contains(&path) && !self.ends.iter().any(after)
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
        for migration in of_database {
            let follows = |order: &u32| *order == own.order || later.contains(order);
            if migration.after.iter().any(follows) {
                later.insert(migration.order);
            }
        }
        Some(Self {
            step,
            database: own.database.clone(),
            later,
        })
    }
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
