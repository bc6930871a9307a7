//! What was extracted from each file, kept between runs.
//!
//! Facts are a function of a file's bytes, its language, the packs and the program; all of them are in the key, so that
//! nothing kept can be stale. Each service has one pack file: a header that names the program and the packs, a checksum,
//! a directory of keys, and the encoded facts. A pack that is truncated, foreign, older or damaged is an empty one.
//!
//! Whoever can write to the cache decides what is in it. Where it travels between machines that do not trust each other,
//! a secret makes the checksum a signature.

use crate::atomic;
use impact_facts::{FileFacts, Language};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"impactf1";
const CHECKSUM: std::ops::Range<usize> = 8..40;
const BODY: usize = 40;

/// What facts are known by: a digest of the file's bytes and its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn of(bytes: &[u8], language: Language) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[language as u8]);
        hasher.update(bytes);
        Self(*hasher.finalize().as_bytes())
    }
}

/// What a pack file begins with, after the checksum.
#[derive(Serialize, Deserialize)]
struct Directory {
    /// Digest of the program and its packs.
    made_by: [u8; 32],
    /// Where each entry's bytes end, counted from the end of the directory, in order of the entries.
    entries: Vec<(Key, u64)>,
}

/// The facts of one service's files as the last run left them.
#[derive(Default)]
pub(crate) struct FactsCache {
    file: Option<PathBuf>,
    made_by: [u8; 32],
    secret: Option<[u8; 32]>,
    bytes: Vec<u8>,
    entries: HashMap<Key, std::ops::Range<usize>>,
}

/// Where and for whom facts are kept.
pub(crate) struct CacheSettings<'a> {
    /// The directory of all pack files.
    pub(crate) directory: &'a Path,
    /// Digest of the packs in use.
    pub(crate) packs: [u8; 32],
    /// Signs pack files.
    pub(crate) secret: Option<&'a str>,
}

impl FactsCache {
    /// Opens what is kept for the service at `root`. The second value is a warning: something was there but could not
    /// be used.
    pub(crate) fn open(settings: &CacheSettings<'_>, root: &Path) -> (Self, Option<String>) {
        let place = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
        let file = settings.directory.join(format!(
            "facts-{}.pack",
            place.get(..16).unwrap_or_default()
        ));
        let mut cache = Self {
            made_by: made_by(&settings.packs),
            secret: settings
                .secret
                .map(|secret| blake3::derive_key("impact 2026 cache secret", secret.as_bytes())),
            ..Self::default()
        };
        let warning = match std::fs::read(&file) {
            Ok(bytes) => cache
                .load(bytes)
                .err()
                .map(|why| format!("{}: {why}; starting afresh", file.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(format!("{}: {error}; starting afresh", file.display())),
        };
        cache.file = Some(file);
        (cache, warning)
    }

    fn load(&mut self, bytes: Vec<u8>) -> Result<(), &'static str> {
        let damaged = "the cache is damaged or not from here";
        if bytes.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
            return Err("not a cache of this version");
        }
        let body = bytes.get(BODY..).ok_or(damaged)?;
        if bytes.get(CHECKSUM) != Some(self.checksum(body).as_slice()) {
            return Err(damaged);
        }
        let (directory, rest) =
            postcard::take_from_bytes::<Directory>(body).map_err(|_| damaged)?;
        if directory.made_by != self.made_by {
            return Ok(());
        }
        let start = bytes.len() - rest.len();
        let entries = ranges(&directory.entries, start, bytes.len()).ok_or(damaged)?;
        self.entries = entries;
        self.bytes = bytes;
        Ok(())
    }

    /// What is kept under a key.
    pub(crate) fn get(&self, key: &Key) -> Option<FileFacts> {
        postcard::from_bytes(self.encoded(key)?).ok()
    }

    fn encoded(&self, key: &Key) -> Option<&[u8]> {
        self.bytes.get(self.entries.get(key)?.clone())
    }

    /// Keeps these facts and no others, unless they are what is kept already.
    pub(crate) fn save(&self, facts: &BTreeMap<Key, &FileFacts>) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if facts.len() == self.entries.len()
            && facts.keys().all(|key| self.entries.contains_key(key))
        {
            return Ok(());
        }
        let encoded: Vec<(Key, Vec<u8>)> = facts
            .par_iter()
            .filter_map(|(key, facts)| Some((*key, self.encode(key, facts)?)))
            .collect();
        atomic::write(file, &self.pack(&encoded)?)
    }

    fn encode(&self, key: &Key, facts: &FileFacts) -> Option<Vec<u8>> {
        match self.encoded(key) {
            Some(bytes) => Some(bytes.to_vec()),
            None => postcard::to_stdvec(facts).ok(),
        }
    }

    fn pack(&self, encoded: &[(Key, Vec<u8>)]) -> io::Result<Vec<u8>> {
        let mut end = 0;
        let entries = encoded.iter().map(|(key, bytes)| {
            end += bytes.len() as u64;
            (*key, end)
        });
        let directory = Directory {
            made_by: self.made_by,
            entries: entries.collect(),
        };
        let mut pack = vec![0; BODY];
        pack.extend(postcard::to_stdvec(&directory).map_err(io::Error::other)?);
        encoded
            .iter()
            .for_each(|(_, bytes)| pack.extend_from_slice(bytes));
        let checksum = self.checksum(pack.get(BODY..).unwrap_or_default());
        pack.splice(..BODY, MAGIC.iter().copied().chain(checksum));
        Ok(pack)
    }

    fn checksum(&self, body: &[u8]) -> [u8; 32] {
        match &self.secret {
            Some(secret) => *blake3::keyed_hash(secret, body).as_bytes(),
            None => *blake3::hash(body).as_bytes(),
        }
    }
}

/// Where entries lie in a file of `length` bytes; none if one lies outside.
fn ranges(
    entries: &[(Key, u64)],
    start: usize,
    length: usize,
) -> Option<HashMap<Key, std::ops::Range<usize>>> {
    let mut from = start;
    let mut ranges = HashMap::with_capacity(entries.len());
    for (key, end) in entries {
        let to = start.checked_add(usize::try_from(*end).ok()?)?;
        if to < from || to > length {
            return None;
        }
        ranges.insert(*key, from..to);
        from = to;
    }
    Some(ranges)
}

/// Digest of what makes facts: this build's sources and the packs.
fn made_by(packs: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(env!("IMPACT_SOURCES").as_bytes());
    hasher.update(packs);
    *hasher.finalize().as_bytes()
}
