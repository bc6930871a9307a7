//! What can still be said of a file that was not read to its end: which names of the catalog stand in it.
//!
//! Data names a table and its columns by their own names or not at all, so a file of data or SQL in which no such name
//! stands reaches nothing. Code may reach a column that it never names: its blind spots stay as wide as they are.

use crate::source::SourceText;
use impact_facts::{BlindReason, BlindSpot, Catalog, Index, Language, Reach, Relation, TableName};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How many bytes are looked at a time.
const CHUNK: usize = 1 << 20;

/// A longer word is no name: PostgreSQL cuts at 63 bytes, others at 128 and 300.
const LONGEST_NAME: usize = 300;

/// Narrows the blind spots of files that a bound cut off, and drops those that reach nothing.
pub(crate) fn narrow(index: &mut Index, files: &[SourceText], catalogs: &[&Catalog]) {
    let of_file = |blind: &BlindSpot| {
        let file = files.get(blind.site.file.0 as usize)?;
        let cut = blind.reason == BlindReason::Bound && blind.symbol.is_none();
        (cut && is_narrowed(file)).then_some(file)
    };
    if !index
        .blind_spots
        .iter()
        .any(|blind| of_file(blind).is_some())
    {
        return;
    }
    let names = Names::of(catalogs);
    let mut known: BTreeMap<u32, Option<Reach>> = BTreeMap::new();
    index.blind_spots.retain_mut(|blind| {
        let Some(file) = of_file(blind) else {
            return true;
        };
        let reach = known
            .entry(blind.site.file.0)
            .or_insert_with(|| reach(file, &names).unwrap_or(Some(Reach::Database)));
        match reach {
            Some(reach) => blind.reach = reach.clone(),
            None => return false,
        }
        true
    });
}

/// Whether names decide for a file: it holds data, or SQL of which nothing was read.
fn is_narrowed(file: &SourceText) -> bool {
    file.facts.language.holds_data() || (file.facts.language == Language::Sql && file.key.is_none())
}

/// What a file may reach by the names that stand in it; none: nothing.
fn reach(file: &SourceText, names: &Names) -> io::Result<Option<Reach>> {
    let words = names.standing_in(&file.found.absolute)?;
    if file.facts.language == Language::Sql {
        let tables: Vec<TableName> = names
            .tables
            .iter()
            .filter(|table| words.contains(table.name.to_lowercase().as_str()))
            .cloned()
            .collect();
        return Ok((!tables.is_empty()).then_some(Reach::Tables(tables)));
    }
    Ok((!words.is_empty()).then(|| Reach::Words(words.into_iter().collect())))
}

/// The names of all tables and columns, past ones too.
struct Names {
    tables: Vec<TableName>,
    /// Lower-cased.
    all: HashSet<Vec<u8>>,
}

impl Names {
    fn of(catalogs: &[&Catalog]) -> Self {
        let relations = || {
            let each = catalogs.iter().copied();
            each.flat_map(|catalog| catalog.relations.iter().chain(&catalog.dropped))
        };
        let tables = relations().map(|(name, _)| name.clone()).collect();
        let all = relations()
            .flat_map(|(name, relation)| std::iter::once(&name.name).chain(columns(relation)))
            .map(|name| name.to_lowercase().into_bytes())
            .collect();
        Self { tables, all }
    }

    /// The names that stand in a file as words of their own, sorted. One that is no word may stand anywhere.
    fn standing_in(&self, path: &Path) -> io::Result<BTreeSet<Box<str>>> {
        let unlike_words = self
            .all
            .iter()
            .filter(|name| !name.iter().copied().all(is_part));
        let mut found: BTreeSet<Box<str>> = unlike_words.map(|name| text_of(name)).collect();
        let mut file = File::open(path)?;
        let mut text = Vec::new();
        loop {
            let read = (&mut file).take(CHUNK as u64).read_to_end(&mut text)?;
            let whole = if read == 0 {
                text.len()
            } else {
                last_end(&text)
            };
            self.note(text.get(..whole).unwrap_or_default(), &mut found);
            text.drain(..whole);
            if read == 0 {
                return Ok(found);
            }
        }
    }

    fn note(&self, text: &[u8], found: &mut BTreeSet<Box<str>>) {
        let mut lower = Vec::new();
        for word in text.split(|byte| !is_part(*byte)) {
            if word.len() > LONGEST_NAME {
                continue;
            }
            lower.clear();
            lower.extend(word.iter().map(u8::to_ascii_lowercase));
            if !word.is_ascii() {
                lower = String::from_utf8_lossy(word).to_lowercase().into_bytes();
            }
            if self.all.contains(&lower) {
                found.insert(text_of(&lower));
            }
        }
    }
}

fn text_of(name: &[u8]) -> Box<str> {
    String::from_utf8_lossy(name).into()
}

fn columns(relation: &Relation) -> impl Iterator<Item = &Box<str>> {
    let now = relation.columns.iter().map(|column| &column.name);
    now.chain(relation.past.iter().map(|column| &column.name))
}

/// Where the last word of a chunk begins: it may go on in the next. A word longer than any name is given up.
fn last_end(text: &[u8]) -> usize {
    let tail = text.iter().rev().take_while(|byte| is_part(**byte)).count();
    if tail > LONGEST_NAME {
        text.len() - LONGEST_NAME - 1
    } else {
        text.len() - tail
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(text: &[u8]) -> Vec<Box<str>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let names = Names {
            tables: Vec::new(),
            all: ["users", "email", "größe"]
                .map(|name| name.as_bytes().to_vec())
                .into(),
        };
        names
            .standing_in(file.path())
            .unwrap()
            .into_iter()
            .collect()
    }

    #[test]
    fn names_are_whole_words_in_any_case() {
        assert_eq!(
            standing(b"{\"Users\": [\"e_mail\", \"emails\"]}"),
            [Box::from("users")]
        );
        assert_eq!(standing("GROSSE GRÖßE".as_bytes()), [Box::from("größe")]);
    }

    #[test]
    fn a_name_that_two_chunks_share_is_found() {
        let mut text = vec![b' '; CHUNK - 2];
        text.extend(b"users ");
        text.extend(vec![b'x'; 2 * CHUNK]);
        text.extend(b" email");
        assert_eq!(standing(&text), [Box::from("email"), Box::from("users")]);
    }
}
