//! Statements over a schema that still has what the tree's migrations drop at its end: the code of today runs before them.

use impact_facts::{Catalog, Certainty, Column, FileId, Origin, Span, TableName};
use impact_sql::{ColumnUse, Resolution, Schema, UseClass, resolve, uses_of_any_table};
use std::collections::{BTreeMap, BTreeSet};

/// A catalog prepared as it stands at the end of its history and, where a live table has lost columns, with these.
#[derive(Debug)]
pub(crate) struct Prepared {
    now: Schema,
    before: Option<Schema>,
    past: BTreeSet<(TableName, Box<str>)>,
    /// Of these, what the last migration of its service drops: a `*` may still meet it.
    last: BTreeSet<(TableName, Box<str>)>,
}

impl Prepared {
    /// Prepares a catalog.
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let (mut past, mut last) = (BTreeSet::new(), BTreeSet::new());
        let ends = last_files(catalog);
        let mut before = Catalog::clone(catalog);
        for (name, relation) in &mut before.relations {
            for lost in &relation.past {
                if relation.columns.iter().all(|live| live.name != lost.name) {
                    let column = Column::untyped(&*lost.name, None, Origin::Migration);
                    relation.columns.push(column);
                    past.insert((name.clone(), lost.name.clone()));
                    if ends.contains(&lost.ended_at.file) {
                        last.insert((name.clone(), lost.name.clone()));
                    }
                }
            }
        }
        Self {
            now: Schema::new(catalog),
            before: (!past.is_empty()).then(|| Schema::new(&before)),
            past,
            last,
        }
    }

    /// What a text touches whose only hole is the name of a table, whichever that is.
    pub(crate) fn of_any_table(&self, text: &str, holes: &[Span]) -> Option<Vec<ColumnUse>> {
        let [hole] = holes else { return None };
        uses_of_any_table(text, *hole, &self.now)
    }

    /// What each statement of a text touches. Where the lost columns explain more of a statement, or a `*` may mean
    /// them, they count, and are never more than *likely*.
    pub(crate) fn resolve(&self, text: &str, holes: &[Span]) -> Vec<Resolution> {
        let now = resolve(text, holes, &self.now);
        let Some(before) = self
            .before
            .as_ref()
            .filter(|_| now.iter().any(may_mean_past))
        else {
            return now;
        };
        let mut then = resolve(text, holes, before);
        if then.len() != now.len() {
            return now;
        }
        for (old, new) in then.iter_mut().zip(now) {
            if open_parts(old) < open_parts(&new)
                || (open_parts(old) == open_parts(&new) && has_star(&new))
            {
                self.weaken(old);
            } else {
                *old = new;
            }
        }
        then
    }

    fn weaken(&self, resolution: &mut Resolution) {
        resolution.uses.retain(|used| {
            let column = (used.table.clone(), used.column.clone());
            let mere_star = used.class == UseClass::Star && !used.needs;
            !mere_star || !self.past.contains(&column) || self.last.contains(&column)
        });
        for used in &mut resolution.uses {
            if self
                .past
                .contains(&(used.table.clone(), used.column.clone()))
            {
                used.certainty = used.certainty.min(Certainty::Likely);
            }
        }
    }
}

/// The last migration of each service, by path: what it drops, code of today may still meet.
fn last_files(catalog: &Catalog) -> BTreeSet<FileId> {
    let relations = || catalog.relations.values().chain(catalog.dropped.values());
    let migrated = relations().flat_map(|relation| {
        let ended = relation.past.iter().map(|past| past.ended_at.file);
        let columns = relation.columns.iter();
        let declared = columns.filter(|column| column.origin == Origin::Migration);
        let declared = declared.filter_map(|column| column.declared_at.map(|site| site.file));
        ended.chain(declared)
    });
    let mut last: BTreeMap<&str, (&str, FileId)> = BTreeMap::new();
    for id in migrated {
        if let Some(file) = catalog.files.get(id.0 as usize) {
            let known = last.entry(&file.service).or_insert((&file.path, id));
            *known = (*known).max((&file.path, id));
        }
    }
    last.into_values().map(|(_, id)| id).collect()
}

fn may_mean_past(resolution: &Resolution) -> bool {
    open_parts(resolution) > 0 || has_star(resolution)
}

fn open_parts(resolution: &Resolution) -> usize {
    resolution.unknown.len() + usize::from(resolution.error.is_some())
}

fn has_star(resolution: &Resolution) -> bool {
    let mut uses = resolution.uses.iter();
    uses.any(|used| matches!(used.class, UseClass::Star | UseClass::WholeRow))
}
