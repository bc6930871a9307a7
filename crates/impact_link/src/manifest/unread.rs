//! Parts of data files that could not be parsed: such a part reaches only what its own words name.

use super::draft::Manifests;
use super::tree::{Node, documents};
use impact_facts::{BlindReason, CollectionKind, FileFacts, Reach};
use std::collections::BTreeSet;

/// Narrows the blind spots that syntax errors of data files were made into; those without any word left are none. What
/// was not read for its size was not looked at: it stays wide.
pub(crate) fn narrow(manifests: &mut Manifests<'_, '_>) {
    let program = manifests.input.program;
    manifests.index.blind_spots.retain_mut(|blind| {
        let facts = program.facts(blind.site.file);
        let of_file = blind.symbol.is_none()
            && matches!(blind.reason, BlindReason::Syntax | BlindReason::Unreadable);
        if !of_file || !facts.language.holds_data() {
            return true;
        }
        let words = words(facts);
        let some = !words.is_empty();
        blind.reach = Reach::Words(words);
        some
    });
}

/// The words that the front end kept of what it could not read.
fn words(facts: &FileFacts) -> Vec<Box<str>> {
    let kept = documents(&facts.module).filter(|node| node.kind() == Some(CollectionKind::Set));
    let words: BTreeSet<Box<str>> = kept
        .flat_map(Node::items)
        .filter_map(Node::text)
        .map(|word| word.to_ascii_lowercase().into())
        .collect();
    words.into_iter().collect()
}
