//! A resolution as the sets that `impact sql` answers with.

use crate::resolution::{ColumnUse, Resolution, UseClass};
use crate::schema::Schema;
use impact_facts::{Access, Certainty, RelationKind, TableName};
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
    /// What the statement itself needs: columns that are named, written, or without which it breaks. Those below a view
    /// are among them, for the server puts the view's query in its place.
    pub needs: BTreeSet<(String, String)>,
    /// Columns that the statement needs through other relations: `(table, column, those on the way, the nearest first)`.
    /// Below views, which `needs` has as well; and below materialized views and tables that inherit, which it has not:
    /// there the loss reaches the statement by way of what is stored.
    pub behind: BTreeSet<(String, String, Vec<String>)>,
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
            behind: BTreeSet::new(),
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
            if found.heirs.is_empty() && schema.puts_in_place(&found.through) {
                self.sets_of(found, table);
            }
            let way = found.through.iter().chain(&found.heirs);
            let way: Vec<String> = way.map(|hop| schema.display(hop)).collect();
            if !way.is_empty() {
                self.behind
                    .insert((table.clone(), found.column.to_string(), way));
            }
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

    /// All columns whose loss the text does not survive, however they reach it: `needs`, and the columns of `behind`.
    #[must_use]
    pub fn lost_with(&self) -> BTreeSet<(String, String)> {
        let behind = self.behind.iter();
        let pairs = behind.map(|(table, column, _)| (table.clone(), column.clone()));
        pairs.chain(self.needs.iter().cloned()).collect()
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
    /// Whether all of the relations are views that the server replaces by their queries when a statement names them.
    fn puts_in_place(&self, relations: &[TableName]) -> bool {
        relations.iter().all(|name| {
            let found = self.inner.by_table_name(name);
            let found = found.and_then(|id| self.inner.relation(id));
            found.is_some_and(|relation| relation.kind == RelationKind::View)
        })
    }

    /// A table as a statement would write it: bare where the search path finds it.
    #[must_use]
    pub fn display(&self, table: &TableName) -> String {
        match self.inner.by_table_name(table) {
            Some(id) if self.inner.is_visible(id) => table.name.to_string(),
            _ => table.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use crate::{Schema, resolve};
    use impact_facts::Dialect;

    fn answer(sql: &str) -> Answer {
        let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
        replay.read(
            "schema.sql",
            "CREATE TABLE t (a int, b text);
             CREATE TABLE child (c int) INHERITS (t);
             CREATE VIEW v AS SELECT a FROM t;
             CREATE MATERIALIZED VIEW m AS SELECT a FROM v;",
        );
        let schema = Schema::new(&replay.finish());
        Answer::of(&resolve(sql, &[], &schema), &schema)
    }

    fn needs(answer: &Answer) -> Vec<String> {
        let pairs = answer.needs.iter();
        pairs
            .map(|(table, column)| format!("{table}.{column}"))
            .collect()
    }

    fn behind(answer: &Answer) -> Vec<String> {
        let all = answer.behind.iter();
        all.map(|(table, column, way)| format!("{table}.{column} by {}", way.join(", ")))
            .collect()
    }

    #[test]
    fn the_server_puts_a_view_in_place_so_what_is_below_is_needed() {
        let found = answer("SELECT a FROM v");
        assert_eq!(needs(&found), ["t.a", "v.a"]);
        assert_eq!(behind(&found), ["t.a by v"]);
    }

    #[test]
    fn what_is_reached_through_what_is_stored_is_kept_apart() {
        let found = answer("SELECT a FROM m");
        assert_eq!(needs(&found), ["m.a"]);
        assert_eq!(behind(&found), ["t.a by m, v"]);
        let found = answer("SELECT b FROM child");
        assert_eq!(needs(&found), ["child.b"]);
        assert_eq!(behind(&found), ["t.b by child"]);
        let all: Vec<_> = found.lost_with().into_iter().collect();
        let pair = |table: &str| (table.to_owned(), "b".to_owned());
        assert_eq!(all, [pair("child"), pair("t")]);
    }
}
