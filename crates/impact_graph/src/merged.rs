//! One reference for each place in the code, however many summaries of that code there are.

use crate::tracing::Found;
use foldhash::HashMap;
use impact_facts::Reference;

/// Code that is summed up for each of its receivers is one place all the same: what all of them do there is one reference,
/// which the entry points of all reach.
pub(crate) fn merged(references: Vec<Found>) -> Vec<Found> {
    let mut seen = HashMap::default();
    let mut kept: Vec<Found> = Vec::new();
    for found in references {
        let Reference {
            site,
            access,
            how,
            class,
            ..
        } = found.traced.reference;
        let key = (
            (found.service, site, access, how, class),
            found.traced.symbol.clone(),
            found.traced.through.clone(),
        );
        match seen.get(&key).and_then(|at: &usize| kept.get_mut(*at)) {
            Some(have) => {
                have.traced.reached_by.extend(found.traced.reached_by);
                have.traced.reached_by.sort_unstable();
                have.traced.reached_by.dedup();
                have.traced.certainty = have.traced.certainty.max(found.traced.certainty);
                if have.traced.proof.is_none() {
                    have.traced.proof = found.traced.proof;
                }
            }
            None => {
                seen.insert(key, kept.len());
                kept.push(found);
            }
        }
    }
    kept
}
