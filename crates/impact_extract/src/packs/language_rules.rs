//! The rules of one language, in groups that share the words which must stand in a file for any of them to match.
//!
//! Compiling a query takes milliseconds, so a group is compiled when the first file asks for it, once. A query runs over
//! the surroundings of its words, unless there are many.

use super::rule::{Gate, Rule};
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;
use tree_sitter::{Language, Query, QueryError};

/// How many places of its words a group is run over one by one. With more, it is run over the whole tree.
const PLACES: usize = 48;

/// Rules that are compiled to one query.
pub struct Group {
    /// In the order of the query's patterns.
    pub rules: Vec<Rule>,
    query: OnceLock<Option<Query>>,
}

impl Group {
    fn new(rules: Vec<Rule>) -> Self {
        Self {
            rules,
            query: OnceLock::new(),
        }
    }

    /// The query. None if it does not compile, which loading has ruled out.
    pub fn query(&self, grammar: &Language) -> Option<&Query> {
        self.query
            .get_or_init(|| self.compile(grammar).ok())
            .as_ref()
    }

    fn compile(&self, grammar: &Language) -> Result<Query, QueryError> {
        let source: String = self
            .rules
            .iter()
            .flat_map(|rule| [&*rule.source, "\n"])
            .collect();
        Query::new(grammar, &source)
    }
}

/// The rules of one language.
pub struct LanguageRules {
    /// The grammar.
    pub grammar: Language,
    groups: Vec<Group>,
    /// Finds the words of all gates; none if there are none.
    words: Option<AhoCorasick>,
    /// What each word is to which group.
    uses: Vec<Vec<(usize, WordUse)>>,
}

/// What a word in a file is to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordUse {
    /// A match has it: the group is run where it stands.
    Place,
    /// The file must mention it, or another of its kind.
    Mention,
}

/// What a file says of a group.
#[derive(Debug, Clone, Default)]
struct Sighting {
    /// Where its words stand, up to one more than [`PLACES`].
    places: Vec<Range<usize>>,
    mentioned: bool,
}

/// Where a group is to be run: over the whole tree, or where its words stand.
pub struct Run<'a> {
    /// The group.
    pub group: &'a Group,
    /// The places; none for the whole tree.
    pub places: Option<Vec<Range<usize>>>,
}

impl LanguageRules {
    /// Groups the rules.
    pub fn new(grammar: Language, rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut by_gate: Vec<(Gate, Vec<Rule>)> = Vec::new();
        for rule in rules {
            match by_gate.iter_mut().find(|(gate, _)| *gate == rule.gate) {
                Some((_, rules)) => rules.push(rule),
                None => by_gate.push((rule.gate.clone(), vec![rule])),
            }
        }
        let gates = by_gate.iter().map(|(gate, _)| gate);
        let mut words: Vec<Box<str>> = gates
            .flat_map(|gate| gate.words.iter().chain(&gate.mentions).cloned())
            .collect();
        words.sort();
        words.dedup();
        let uses = words.iter().map(|word| uses_of(&by_gate, word)).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(words.iter().map(|word| &**word));
        let groups = by_gate
            .into_iter()
            .map(|(_, rules)| Group::new(rules))
            .collect();
        Self {
            grammar,
            words: automaton.ok(),
            uses,
            groups,
        }
    }

    /// All groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that may match in `text`, and where.
    pub fn runs(&self, text: &str) -> Vec<Run<'_>> {
        let sightings = self.sightings(text);
        self.groups
            .iter()
            .zip(sightings)
            .filter_map(|(group, sighting)| group.run(sighting))
            .collect()
    }

    fn sightings(&self, text: &str) -> Vec<Sighting> {
        let mut sightings = vec![Sighting::default(); self.groups.len()];
        let Some(words) = &self.words else {
            return sightings;
        };
        for found in words.find_overlapping_iter(text) {
            if !is_whole_word(text.as_bytes(), found.range()) {
                continue;
            }
            for (group, word_use) in self
                .uses
                .get(found.pattern().as_usize())
                .into_iter()
                .flatten()
            {
                let Some(sighting) = sightings.get_mut(*group) else {
                    continue;
                };
                match word_use {
                    WordUse::Mention => sighting.mentioned = true,
                    WordUse::Place if sighting.places.len() <= PLACES => {
                        sighting.places.push(found.range())
                    }
                    WordUse::Place => {}
                }
            }
        }
        sightings
    }
}

impl Group {
    fn run(&self, sighting: Sighting) -> Option<Run<'_>> {
        let gate = &self.rules.first()?.gate;
        if !gate.mentions.is_empty() && !sighting.mentioned {
            return None;
        }
        match sighting.places.len() {
            0 if !gate.words.is_empty() => None,
            1..=PLACES => Some(Run {
                group: self,
                places: Some(sighting.places),
            }),
            _ => Some(Run {
                group: self,
                places: None,
            }),
        }
    }
}

fn uses_of(by_gate: &[(Gate, Vec<Rule>)], word: &str) -> Vec<(usize, WordUse)> {
    let mut uses = Vec::new();
    for (at, (gate, _)) in by_gate.iter().enumerate() {
        if gate.words.iter().any(|one| **one == *word) {
            uses.push((at, WordUse::Place));
        }
        if gate.mentions.iter().any(|one| **one == *word) {
            uses.push((at, WordUse::Mention));
        }
    }
    uses
}

/// Whether no letter, digit or underscore joins the range on either side.
fn is_whole_word(text: &[u8], range: Range<usize>) -> bool {
    let joins = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128)
    };
    let inside = |at: usize| joins(text.get(at));
    let before = range.start.checked_sub(1).is_some_and(inside) && inside(range.start);
    let after = range.end.checked_sub(1).is_some_and(inside) && inside(range.end);
    !before && !after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_by_itself() {
        let text = b"get target .get( get_x '/a'";
        assert!(is_whole_word(text, 0..3));
        assert!(!is_whole_word(text, 7..10));
        assert!(is_whole_word(text, 12..15));
        assert!(!is_whole_word(text, 17..20));
        assert!(is_whole_word(text, 23..27));
    }
}
