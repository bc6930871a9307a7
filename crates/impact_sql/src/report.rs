//! A resolution as the sets that `impact sql` answers with.

use crate::resolution::{ColumnUse, Resolution, UseClass};
use crate::schema::Schema;
use impact_facts::{Access, Certainty, TableName};
use serde::Serialize;
use std::collections::BTreeSet;

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
        let mut named = BTreeSet::new();
        for found in &resolution.uses {
            let pair = (schema.display(&found.table), found.column.to_string());
            self.sets_of(found, &pair, &mut named);
        }
        self.star_only.retain(|pair| !named.contains(pair));
        self.certainty = self.certainty.min(resolution.certainty);
        if let Some(error) = &resolution.error {
            self.ok = false;
            self.error.get_or_insert_with(|| error.message.to_string());
        }
    }

    fn sets_of(
        &mut self,
        found: &ColumnUse,
        pair: &(String, String),
        named: &mut BTreeSet<(String, String)>,
    ) {
        if found.needs {
            self.needs.insert(pair.clone());
        }
        if let Some(meaning) = &found.rebinds {
            self.rebinds
                .insert((pair.0.clone(), pair.1.clone(), meaning.to_string()));
        }
        if matches!(found.class, UseClass::Dependency | UseClass::Proposed) {
            return;
        }
        if found.access == Access::Write {
            self.writes.insert(pair.clone());
            return;
        }
        self.reads.insert(pair.clone());
        match found.class {
            UseClass::Star => self.star_only.insert(pair.clone()),
            UseClass::Name => named.insert(pair.clone()),
            _ => false,
        };
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
