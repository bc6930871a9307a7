//! Writers that leave a column out.

use crate::build::{ColumnKey, Graph};
use crate::proof::Prover;
use crate::trace::TracedReference;
use impact_facts::{Access, Change};
use std::collections::HashSet;

impl Graph<'_> {
    /// Writers of the target's table whose code never writes the target.
    pub(crate) fn omissions(
        &self,
        target: &ColumnKey,
        change: Change,
        prover: &Prover<'_>,
    ) -> Vec<TracedReference> {
        let mut found = Vec::new();
        if change != Change::Tighten {
            return found;
        }
        let carrier = self.bare_carrier(target);
        for (service, index) in self.indexes.iter().enumerate() {
            let at_target = |reference: &impact_facts::Reference| {
                reference.access == Access::Write
                    && self.databases.table_of(service, reference)
                        == (target.database, target.table.clone())
            };
            let writers: Vec<_> = index
                .references
                .iter()
                .filter(|one| at_target(one))
                .collect();
            let writes =
                |one: &&&impact_facts::Reference| one.column.as_ref() == Some(&target.column);
            let code = |one: &impact_facts::Reference| (one.symbol, one.site.file);
            let named: HashSet<_> = writers.iter().filter(writes).map(|one| code(one)).collect();
            let whole = writers
                .iter()
                .filter(|one| one.column.is_none() && !named.contains(&code(one)));
            for one in whole {
                let symbol = one
                    .symbol
                    .and_then(|symbol| self.symbol(service as u32, symbol));
                let proof = symbol.and_then(|symbol| prover.to_symbol(symbol));
                found.push(self.traced(service as u32, one, &carrier, proof));
            }
        }
        found
    }
}
