//! An index taken apart: all but its references, and these by what they refer to.
//!
//! Most of an index are references to columns that nobody asks for. They are handed out in the order of the whole.

use crate::wanted::Wanted;
use impact_facts::{Elsewhere, Index, Reference};
use std::collections::BTreeMap;

/// References to one column, or to one table as a whole, each with its place among all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// What they refer to, and how many of them are evident.
    pub(crate) of: Elsewhere,
    pub(crate) references: Vec<(u32, Reference)>,
}

/// Takes the references out of an index.
pub(crate) fn take_apart(index: &mut Index) -> Vec<Group> {
    let mut groups: BTreeMap<_, Vec<(u32, Reference)>> = BTreeMap::new();
    for (number, reference) in (0..).zip(std::mem::take(&mut index.references)) {
        let key = (
            reference.database.clone(),
            reference.table.clone(),
            reference.column.clone(),
        );
        groups.entry(key).or_default().push((number, reference));
    }
    let groups = groups.into_iter();
    groups
        .map(|((database, table, column), references)| {
            let evident = references.iter().filter(|(_, one)| one.is_evident());
            let of = Elsewhere {
                database,
                table,
                column,
                evident: evident.count() as u32,
            };
            Group { of, references }
        })
        .collect()
}

/// Whether a group is handed out with the index that it belongs to. An annotation may speak of any line, so an index
/// that has one is handed out whole.
pub(crate) fn is_wanted(of: &Elsewhere, core: &Index, wanted: &Wanted) -> bool {
    !core.annotations.is_empty() || wanted.admits(&of.table, of.column.as_deref())
}

/// An index with these references; those of `elsewhere` are left out.
pub(crate) fn put_together(
    mut core: Index,
    mut references: Vec<(u32, Reference)>,
    elsewhere: Vec<Elsewhere>,
) -> Index {
    references.sort_unstable_by_key(|(number, _)| *number);
    core.references = references.into_iter().map(|(_, one)| one).collect();
    core.elsewhere = elsewhere;
    core
}
