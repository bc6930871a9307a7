//! Statements over a schema that still has what the tree's migrations drop at its end: the code of today runs before them.

use impact_facts::{Catalog, Certainty, Column, Origin, Span, TableName};
use impact_sql::{Resolution, Schema, UseClass, resolve};
use std::collections::BTreeSet;

/// A catalog prepared as it stands at the end of its history and, where a live table has lost columns, with these.
#[derive(Debug)]
pub(crate) struct Prepared {
    now: Schema,
    before: Option<Schema>,
    past: BTreeSet<(TableName, Box<str>)>,
}

impl Prepared {
    /// Prepares a catalog.
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let mut past = BTreeSet::new();
        let mut before = Catalog::clone(catalog);
        for (name, relation) in &mut before.relations {
            for lost in &relation.past {
                if relation.columns.iter().all(|live| live.name != lost.name) {
                    relation.columns.push(column(&lost.name));
                    past.insert((name.clone(), lost.name.clone()));
                }
            }
        }
        Self {
            now: Schema::new(catalog),
            before: (!past.is_empty()).then(|| Schema::new(&before)),
            past,
        }
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

fn column(name: &str) -> Column {
    Column {
        name: name.into(),
        data_type: "".into(),
        nullable: true,
        has_default: false,
        generated_from: Vec::new(),
        declared_at: None,
        origin: Origin::Migration,
    }
}
