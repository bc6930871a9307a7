//! What files say that are no code: schedules and commands of a deployment, lists of columns, dbt projects, and SQL in
//! languages without a front end. Added to a service's index after its code was evaluated.

mod actions;
mod command;
mod commands;
mod compose;
mod crontab;
mod dbt;
mod draft;
mod fixtures;
mod kubernetes;
mod lists;
mod loco;
mod resolved;
mod sql_texts;
mod tree;
mod unread;

use crate::LinkInput;
use draft::Manifests;
use impact_facts::Index;

/// Reads one kind of file from all files of the service.
type Reader = fn(&mut Manifests<'_, '_>);

/// Every reader. An entry point's order in the index does not depend on theirs.
const READERS: &[Reader] = &[
    unread::narrow,
    dbt::read,
    sql_texts::read,
    lists::read,
    fixtures::read,
    kubernetes::read,
    crontab::read,
    loco::read,
    actions::read,
    compose::read,
    commands::read,
    dbt::start,
];

/// Adds to the index what the service's manifests and data files say.
pub(crate) fn complete(input: &LinkInput<'_>, index: &mut Index) {
    let mut manifests = Manifests::new(input, index);
    for reader in READERS {
        reader(&mut manifests);
    }
    index.references.sort();
    index.references.dedup();
    index.insertions.sort();
    index.insertions.dedup();
    index.entry_points.sort();
    index.entry_points.dedup();
    index.blind_spots.sort();
    index.blind_spots.dedup();
}
