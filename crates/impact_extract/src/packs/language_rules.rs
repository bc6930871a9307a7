//! The rules of one language, in groups that share the words which must stand in a file for any of them to match.
//!
//! Compiling a query takes milliseconds, so a group is compiled when the first file asks for it, once. A query runs over
//! the surroundings of its words, unless there are many.

use super::rule::Rule;
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
    /// Finds the words; empty if there are none.
    words: Option<AhoCorasick>,
    /// For each word, the groups that need it.
    needed_by: Vec<Vec<usize>>,
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
        let mut by_gate: Vec<(Vec<Box<str>>, Vec<Rule>)> = Vec::new();
        for rule in rules {
            match by_gate.iter_mut().find(|(gate, _)| *gate == rule.gate) {
                Some((_, rules)) => rules.push(rule),
                None => by_gate.push((rule.gate.clone(), vec![rule])),
            }
        }
        let mut words: Vec<Box<str>> = by_gate
            .iter()
            .flat_map(|(gate, _)| gate.iter().cloned())
            .collect();
        words.sort();
        words.dedup();
        let needed_by = words
            .iter()
            .map(|word| groups_with(&by_gate, word))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(words.iter().map(|word| &**word));
        Self {
            grammar,
            words: automaton.ok(),
            needed_by,
            groups: by_gate
                .into_iter()
                .map(|(_, rules)| Group::new(rules))
                .collect(),
        }
    }

    /// All groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that may match in `text`, and where.
    pub fn runs(&self, text: &str) -> Vec<Run<'_>> {
        let places = self.places(text);
        let runs = self
            .groups
            .iter()
            .zip(places)
            .filter_map(|(group, places)| {
                let gated = group
                    .rules
                    .first()
                    .is_some_and(|rule| !rule.gate.is_empty());
                match places.len() {
                    0 if gated => None,
                    1..=PLACES => Some(Run {
                        group,
                        places: Some(places),
                    }),
                    _ => Some(Run {
                        group,
                        places: None,
                    }),
                }
            });
        runs.collect()
    }

    /// Where the words of each group stand, up to one more than [`PLACES`] of them.
    fn places(&self, text: &str) -> Vec<Vec<Range<usize>>> {
        let mut places = vec![Vec::new(); self.groups.len()];
        let Some(words) = &self.words else {
            return places;
        };
        for found in words.find_overlapping_iter(text) {
            if !is_whole_word(text.as_bytes(), found.range()) {
                continue;
            }
            for &group in self
                .needed_by
                .get(found.pattern().as_usize())
                .into_iter()
                .flatten()
            {
                let Some(places) = places.get_mut(group) else {
                    continue;
                };
                if places.len() <= PLACES {
                    places.push(found.range());
                }
            }
        }
        places
    }
}

fn groups_with(by_gate: &[(Vec<Box<str>>, Vec<Rule>)], word: &str) -> Vec<usize> {
    let with = by_gate
        .iter()
        .enumerate()
        .filter(|(_, (gate, _))| gate.iter().any(|one| &**one == word));
    with.map(|(at, _)| at).collect()
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
