//! References of one group as bytes: what they refer to is said once, by their group.

use impact_facts::{
    Access, Certainty, Elsewhere, How, Position, Reference, ReferenceClass, Scope, Site, SymbolId,
};
use serde::{Deserialize, Serialize};
use std::io;

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    number: u32,
    site: Site,
    position: Position,
    text: &'a str,
    access: Access,
    how: How,
    class: ReferenceClass,
    certainty: Certainty,
    scope: Scope,
    via: &'a str,
    symbol: Option<SymbolId>,
    declared_at: Option<Site>,
    declared_position: Option<Position>,
    #[serde(borrow)]
    becomes: Option<&'a str>,
    #[serde(borrow)]
    exposed_as: Option<&'a str>,
    applied: bool,
}

/// References of one group, each with its number, as bytes.
pub(super) fn encode(references: &[(u32, Reference)]) -> io::Result<Vec<u8>> {
    let stored: Vec<Stored<'_>> = references
        .iter()
        .map(|(number, one)| stored(*number, one))
        .collect();
    postcard::to_stdvec(&stored).map_err(io::Error::other)
}

fn stored(number: u32, one: &Reference) -> Stored<'_> {
    Stored {
        number,
        site: one.site,
        position: one.position,
        text: &one.text,
        access: one.access,
        how: one.how,
        class: one.class,
        certainty: one.certainty,
        scope: one.scope,
        via: &one.via,
        symbol: one.symbol,
        declared_at: one.declared_at,
        declared_position: one.declared_position,
        becomes: one.becomes.as_deref(),
        exposed_as: one.exposed_as.as_deref(),
        applied: one.applied,
    }
}

/// The references that were encoded as one group.
pub(super) fn decode(of: &Elsewhere, bytes: &[u8]) -> Option<Vec<(u32, Reference)>> {
    let stored: Vec<Stored<'_>> = postcard::from_bytes(bytes).ok()?;
    let references = stored.into_iter();
    Some(
        references
            .map(|one| (one.number, restored(of, &one)))
            .collect(),
    )
}

fn restored(of: &Elsewhere, one: &Stored<'_>) -> Reference {
    Reference {
        site: one.site,
        position: one.position,
        text: one.text.into(),
        database: of.database.clone(),
        table: of.table.clone(),
        column: of.column.clone(),
        access: one.access,
        how: one.how,
        class: one.class,
        certainty: one.certainty,
        scope: one.scope,
        via: one.via.into(),
        symbol: one.symbol,
        declared_at: one.declared_at,
        declared_position: one.declared_position,
        becomes: one.becomes.map(Into::into),
        exposed_as: one.exposed_as.map(Into::into),
        applied: one.applied,
    }
}
