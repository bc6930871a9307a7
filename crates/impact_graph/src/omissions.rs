//! Writers that leave a column out: what adds rows fails once NULL is not allowed and nothing fills the column in.

use crate::build::{ColumnKey, Graph};
use crate::place::Place;
use crate::proof::Prover;
use crate::trace::TracedReference;
use impact_facts::{
    Access, Certainty, Change, How, Index, Insertion, Reference, ReferenceClass, Site, SymbolId,
};
use std::collections::BTreeMap;

impl Graph<'_> {
    /// For [`Change::Tighten`]: each `INSERT` that does not write the target and, as a possible one, each place where
    /// an ORM writes whole rows of its table without it. None where the database fills the column in.
    pub(crate) fn omissions(
        &self,
        target: &ColumnKey,
        change: Change,
        prover: &Prover<'_>,
    ) -> Vec<TracedReference> {
        if change != Change::Tighten || self.is_filled_in(target) {
            return Vec::new();
        }
        let carrier = self.bare_carrier(target);
        let mut found = Vec::new();
        for (service, index) in self.indexes.iter().enumerate() {
            let mut omitted = self.insertions_without(service, index, target);
            omitted.extend(self.whole_rows_without(service, index, target));
            for reference in omitted {
                let symbol = reference
                    .symbol
                    .and_then(|symbol| self.symbol(service as u32, symbol));
                let proof = symbol.and_then(|symbol| prover.to_symbol(symbol));
                found.push(self.traced(service as u32, &reference, &carrier, proof));
            }
        }
        let place = |one: &TracedReference| -> Place { one.place.clone() };
        found.sort_by_key(place);
        found
    }

    /// Whether an `INSERT` that leaves the column out gets a value all the same.
    fn is_filled_in(&self, target: &ColumnKey) -> bool {
        let declared = self.databases.get(target.database).declared(&target.table);
        let mut live = declared
            .iter()
            .filter_map(|one| one.live_column(&target.column));
        live.any(|column| column.has_default || !column.generated_from.is_empty())
    }

    fn insertions_without(
        &self,
        service: usize,
        index: &Index,
        target: &ColumnKey,
    ) -> Vec<Reference> {
        let omits = |one: &&Insertion| {
            let reference = insertion(one);
            self.databases.table_of(service, &reference) == (target.database, target.table.clone())
                && !one.columns.contains(&target.column)
        };
        index
            .insertions
            .iter()
            .filter(omits)
            .map(insertion)
            .collect()
    }

    /// Places where whole rows are written through a declaration, but not this column.
    fn whole_rows_without(
        &self,
        service: usize,
        index: &Index,
        target: &ColumnKey,
    ) -> Vec<Reference> {
        let mut places: BTreeMap<(Site, Option<SymbolId>), (bool, &Reference)> = BTreeMap::new();
        let whole = index.references.iter().filter(|one| {
            one.access == Access::Write
                && one.how == How::Implicit
                && one.class == ReferenceClass::WholeRow
                && self.databases.table_of(service, one) == (target.database, target.table.clone())
        });
        for one in whole {
            let entry = places.entry((one.site, one.symbol)).or_insert((false, one));
            entry.0 |= one.column.as_ref() == Some(&target.column);
        }
        let named = |site: Site, symbol: Option<SymbolId>| {
            index.references.iter().any(|one| {
                one.access == Access::Write
                    && one.symbol == symbol
                    && one.site.file == site.file
                    && one.column.as_ref() == Some(&target.column)
            })
        };
        let omitted = places
            .into_iter()
            .filter(|((site, symbol), (written, _))| !written && !named(*site, *symbol));
        let as_possible = |reference: &Reference| Reference {
            column: None,
            certainty: Certainty::Possible,
            ..reference.clone()
        };
        omitted.map(|(_, (_, one))| as_possible(one)).collect()
    }
}

/// An insertion as a reference to its table.
fn insertion(one: &Insertion) -> Reference {
    Reference {
        site: one.site,
        position: one.position,
        text: one.table.name.clone(),
        database: one.database.clone(),
        table: one.table.clone(),
        column: None,
        access: Access::Write,
        how: How::Explicit,
        class: ReferenceClass::Name,
        certainty: one.certainty,
        scope: one.scope,
        via: "sql".into(),
        symbol: one.symbol,
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    }
}
