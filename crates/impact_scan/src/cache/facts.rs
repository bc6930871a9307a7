//! What was extracted from each file, by the digest of its bytes.

use super::{Digest, Kind, Shelf};
use impact_facts::{FileFacts, Language};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Range;

pub(super) const FACTS: Kind = Kind {
    name: "facts",
    magic: b"impactf2",
};

/// What facts are known by: a digest of the file's bytes and its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Key(Digest);

impl Key {
    pub(crate) fn of(bytes: &[u8], language: Language) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[language as u8]);
        hasher.update(bytes);
        Self(*hasher.finalize().as_bytes())
    }
}

/// What the body begins with; the encoded facts follow it.
#[derive(Serialize, Deserialize)]
struct Directory {
    made_by: Digest,
    /// Where each entry's bytes end, counted from the end of the directory, in order of the entries.
    entries: Vec<(Key, u64)>,
}

/// The facts of one service's files as the last run left them.
#[derive(Debug, Default)]
pub(crate) struct FactsCache {
    shelf: Option<Shelf>,
    bytes: Vec<u8>,
    entries: HashMap<Key, Range<usize>>,
    /// What was extracted in this run, encoded.
    fresh: BTreeMap<Key, Vec<u8>>,
    /// What the person who runs this should know: something is there and cannot be used.
    pub(crate) warning: Option<String>,
}

impl FactsCache {
    /// What is kept on a shelf.
    pub(crate) fn open(shelf: Option<&Shelf>) -> Self {
        let Some(shelf) = shelf else {
            return Self::default();
        };
        let (bytes, warning) = shelf.read(FACTS);
        let entries = entries(&bytes, &shelf.made_by).unwrap_or_default();
        Self {
            shelf: Some(shelf.clone()),
            bytes,
            entries,
            fresh: BTreeMap::new(),
            warning,
        }
    }

    /// Holds facts that were extracted just now.
    pub(crate) fn add(&mut self, facts: impl IntoIterator<Item = (Key, Vec<u8>)>) {
        self.fresh.extend(facts);
    }

    /// What is kept under a key.
    pub(crate) fn get(&self, key: &Key) -> Option<FileFacts> {
        postcard::from_bytes(self.encoded(key)?).ok()
    }

    /// Whether anything is kept or held under a key.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.encoded(key).is_some()
    }

    fn encoded(&self, key: &Key) -> Option<&[u8]> {
        match self.entries.get(key) {
            Some(range) => self.bytes.get(range.clone()),
            None => self.fresh.get(key).map(Vec::as_slice),
        }
    }

    /// Keeps the facts of these keys and no others, unless they are what is kept already. Whether all that is held is
    /// kept now, so that this need not be held any more.
    pub(crate) fn save(&self, keys: &BTreeSet<Key>) -> io::Result<bool> {
        let Some(shelf) = &self.shelf else {
            return Ok(false);
        };
        let same = keys.len() == self.entries.len()
            && keys.iter().all(|key| self.entries.contains_key(key));
        if !same {
            let encoded: Vec<(Key, &[u8])> = keys
                .iter()
                .filter_map(|key| Some((*key, self.encoded(key)?)))
                .collect();
            shelf.write(FACTS, &body(&shelf.made_by, &encoded)?)?;
        }
        Ok(true)
    }
}

/// Facts as they are kept.
pub(crate) fn encoded(facts: &FileFacts) -> Vec<u8> {
    postcard::to_stdvec(facts).unwrap_or_default()
}

fn body(made_by: &Digest, encoded: &[(Key, &[u8])]) -> io::Result<Vec<u8>> {
    let mut end = 0;
    let entries = encoded.iter().map(|(key, bytes)| {
        end += bytes.len() as u64;
        (*key, end)
    });
    let directory = Directory {
        made_by: *made_by,
        entries: entries.collect(),
    };
    let mut body = postcard::to_stdvec(&directory).map_err(io::Error::other)?;
    for (_, bytes) in encoded {
        body.extend_from_slice(bytes);
    }
    Ok(body)
}

/// Where the entries of a body lie; none if another program made it, or one lies outside.
fn entries(body: &[u8], made_by: &Digest) -> Option<HashMap<Key, Range<usize>>> {
    let (directory, rest) = postcard::take_from_bytes::<Directory>(body).ok()?;
    if directory.made_by != *made_by {
        return None;
    }
    let start = body.len() - rest.len();
    let mut from = start;
    let mut ranges = HashMap::with_capacity(directory.entries.len());
    for (key, end) in directory.entries {
        let to = start.checked_add(usize::try_from(end).ok()?)?;
        if to < from || to > body.len() {
            return None;
        }
        ranges.insert(key, from..to);
        from = to;
    }
    Some(ranges)
}
