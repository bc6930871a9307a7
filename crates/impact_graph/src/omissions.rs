//! Writers that leave a column out: what adds rows fails once NULL is not allowed and nothing fills the column in.

use crate::build::{ColumnKey, Graph};
use crate::place::Place;
use crate::proof::Prover;
use crate::trace::TracedReference;
use impact_facts::{
    Access, Certainty, Change, Column, How, Index, Insertion, Origin, Reference, ReferenceClass,
    Site, SymbolId,
};
use std::collections::BTreeMap;

impl Graph<'_> {
    /// For [`Change::Tighten`]: each `INSERT` that does not write the target, each row that an ORM is told to add
    /// without it and, as a possible one, each place where an ORM writes whole rows of its table without it. None where
    /// the database fills the column in.
    pub(crate) fn omissions(
        &self,
        target: &ColumnKey,
        change: Change,
        prover: &Prover<'_>,
    ) -> Vec<TracedReference> {
        let filled = self.filled_in(target);
        if change != Change::Tighten || filled == Some(Certainty::Exact) {
            return Vec::new();
        }
        let carrier = self.bare_carrier(target);
        let mut found = Vec::new();
        for (service, index) in self.indexes.iter().enumerate() {
            let mut omitted = self.insertions_without(service, index, target);
            omitted.extend(self.whole_rows_without(service, index, target));
            for reference in surest(omitted) {
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

    /// How sure it is that an `INSERT` that leaves the column out gets a value all the same. A default that only a model
    /// declares may be the ORM's own.
    fn filled_in(&self, target: &ColumnKey) -> Option<Certainty> {
        let declared = self.databases.get(target.database).declared(&target.table);
        let live = declared
            .iter()
            .filter_map(|one| one.live_column(&target.column));
        let filled = live.filter(|column| column.has_default || !column.generated_from.is_empty());
        let sure = |column: &Column| match column.origin {
            Origin::Model => Certainty::Possible,
            _ => Certainty::Exact,
        };
        filled.map(sure).max()
    }

    fn insertions_without(
        &self,
        service: usize,
        index: &Index,
        target: &ColumnKey,
    ) -> Vec<Reference> {
        let of_target = |one: &&Insertion| {
            let table = (target.database, target.table.clone());
            self.databases.table_of(service, &insertion(one)) == table
                && !one.columns.contains(&target.column)
        };
        let set_beside = |one: &Insertion| {
            &*one.via != SQL
                && self.writes((service, index), one.symbol, target, |site| {
                    site.file == one.site.file && !one.site.span.contains(site.span)
                })
        };
        let omits = |one: &&Insertion| !set_beside(one);
        let found = index.insertions.iter().filter(of_target).filter(omits);
        let most = match self.filled_in(target) {
            Some(_) => Certainty::Possible,
            None => Certainty::Exact,
        };
        found.map(|one| of_column(one, target, most)).collect()
    }

    /// Whether code of a symbol writes the target by name where it is asked for.
    fn writes(
        &self,
        (service, index): (usize, &Index),
        symbol: Option<SymbolId>,
        target: &ColumnKey,
        at: impl Fn(Site) -> bool,
    ) -> bool {
        index.references.iter().any(|one| {
            one.access == Access::Write
                && one.class == ReferenceClass::Name
                && one.symbol == symbol
                && one.column.as_ref() == Some(&target.column)
                && at(one.site)
                && self.databases.table_of(service, one) == (target.database, target.table.clone())
        })
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
                && !SAYING.contains(&&*one.via)
                && self.databases.table_of(service, one) == (target.database, target.table.clone())
        });
        for one in whole {
            let entry = places.entry((one.site, one.symbol)).or_insert((false, one));
            entry.0 |= one.column.as_ref() == Some(&target.column);
        }
        let named = |site: Site, symbol: Option<SymbolId>| {
            self.writes((service, index), symbol, target, |other| {
                other.file == site.file
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

/// What [`Insertion::via`] says of statements.
const SQL: &str = "sql";

/// ORMs that tell adding a row from changing one: all that they add is an [`Insertion`].
const SAYING: &[&str] = &["rust/diesel", "rust/sea-orm"];

/// Each place once, the surest of what is said of it.
fn surest(mut all: Vec<Reference>) -> Vec<Reference> {
    all.sort_by_key(|one| (one.site, one.symbol, std::cmp::Reverse(one.certainty)));
    all.dedup_by_key(|one| (one.site, one.symbol));
    all
}

/// An insertion that may leave a column out, as sure as that is, and no surer than `most`.
fn of_column(one: &Insertion, target: &ColumnKey, most: Certainty) -> Reference {
    let most = match one.open.contains(&target.column) {
        true => Certainty::Possible,
        false => most,
    };
    let how = match &*one.via {
        SQL => How::Explicit,
        _ => How::Implicit,
    };
    Reference {
        certainty: one.certainty.min(most),
        how,
        ..insertion(one)
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
        via: one.via.clone(),
        symbol: one.symbol,
        declared_at: None,
        declared_position: None,
        becomes: None,
        exposed_as: None,
        applied: false,
    }
}
