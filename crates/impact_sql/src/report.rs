//! A resolution as the sets that `impact sql` answers with.

use crate::resolution::{ColumnUse, Resolution, UseClass};
use crate::schema::Schema;
use impact_facts::{Access, Certainty, TableName};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a text touches, as sets of `(table, column)`. A table that the search path finds is bare, else `schema.table`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Whether every statement was understood.
    pub ok: bool,
    /// The least certainty of its statements.
    pub certainty: Certainty,
    /// Columns that are read, those behind a `*` and of rows as a whole included. A view's own columns, not those below.
    pub reads: BTreeSet<(String, String)>,
    /// Columns that are written.
    pub writes: BTreeSet<(String, String)>,
    /// The part of `reads` that only a `*` means.
    pub star_only: BTreeSet<(String, String)>,
    /// What a gate must report: named, written, or broken by the drop.
    pub needs: BTreeSet<(String, String)>,
    /// Columns whose loss leaves the text valid with another meaning, and that meaning.
    pub rebinds: BTreeSet<(String, String, String)>,
    /// Why a statement was not understood.
    pub error: Option<String>,
}

impl Answer {
    /// The answer for all statements of a text.
    #[must_use]
    pub fn of(resolutions: &[Resolution], schema: &Schema) -> Self {
        let mut answer = Answer {
            ok: true,
            certainty: Certainty::Exact,
            reads: BTreeSet::new(),
            writes: BTreeSet::new(),
            star_only: BTreeSet::new(),
            needs: BTreeSet::new(),
            rebinds: BTreeSet::new(),
            error: None,
        };
        for resolution in resolutions {
            answer.add(resolution, schema);
        }
        answer
    }

    fn add(&mut self, resolution: &Resolution, schema: &Schema) {
        let mut shown: HashMap<&TableName, String> = HashMap::new();
        let mut named: HashSet<(&TableName, &str)> = HashSet::new();
        let stars = resolution
            .uses
            .iter()
            .any(|found| found.class == UseClass::Star);
        for found in &resolution.uses {
            let table = shown
                .entry(&found.table)
                .or_insert_with(|| schema.display(&found.table));
            self.sets_of(found, table);
            if stars && found.class == UseClass::Name && found.access == Access::Read {
                named.insert((&found.table, &*found.column));
            }
        }
        for (table, column) in named {
            if let Some(table) = shown.get(table) {
                self.star_only.remove(&(table.clone(), column.to_owned()));
            }
        }
        self.certainty = self.certainty.min(resolution.certainty);
        if let Some(error) = &resolution.error {
            self.ok = false;
            self.error.get_or_insert_with(|| error.message.to_string());
        }
    }

    fn sets_of(&mut self, found: &ColumnUse, table: &str) {
        let pair = || (table.to_owned(), found.column.to_string());
        if found.needs {
            self.needs.insert(pair());
        }
        if let Some(meaning) = &found.rebinds {
            let (table, column) = pair();
            self.rebinds.insert((table, column, meaning.to_string()));
        }
        if matches!(found.class, UseClass::Dependency | UseClass::Proposed) {
            return;
        }
        if found.access == Access::Write {
            self.writes.insert(pair());
            return;
        }
        self.reads.insert(pair());
        if found.class == UseClass::Star {
            self.star_only.insert(pair());
        }
    }
}

impl Schema {
    /// A table as a statement would write it: bare where the search path finds it.
    #[must_use]
    pub fn display(&self, table: &TableName) -> String {
        match self.inner.by_table_name(table) {
            Some(id) if self.inner.is_visible(id) => table.name.to_string(),
            _ => table.to_string(),
        }
    }
}
