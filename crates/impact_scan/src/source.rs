//! One file from disk to facts: read, told apart, looked up or extracted.

use crate::cache::{FactsCache, Key};
use crate::manifests;
use crate::walk::Found;
use impact_extract::{Packs, extract, language_of};
use impact_facts::{FileFacts, Language, Module, SkipReason};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Larger files are not read. Files that people write are far smaller.
pub(crate) const LARGEST_FILE: u64 = 8 << 20;

/// How much of a file tells whether it is binary, and what it is written in.
const HEAD: usize = 8 << 10;

/// What became of one file.
pub(crate) enum Outcome {
    /// It was read.
    Read(Box<SourceText>),
    /// It was left out.
    Skipped(SkipReason),
    /// It could not be read: why.
    Unreadable(String),
}

/// A file with its facts.
pub(crate) struct SourceText {
    /// Its path and place.
    pub(crate) found: Found,
    /// What it is known by in the cache; none if it could not be read.
    pub(crate) key: Option<Key>,
    /// What extract says of it.
    pub(crate) facts: FileFacts,
    /// Drivers that it names, if it is a manifest.
    pub(crate) drivers: BTreeSet<&'static str>,
}

/// Reads one file and yields its facts.
pub(crate) fn read(found: &Found, packs: &Packs, cache: &FactsCache) -> Outcome {
    if found.bytes > LARGEST_FILE {
        return Outcome::Skipped(SkipReason::TooLarge);
    }
    let bytes = match contents(&found.absolute) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Outcome::Skipped(SkipReason::TooLarge),
        Err(error) => return Outcome::Unreadable(error.kind().to_string()),
    };
    let head = bytes.get(..HEAD).unwrap_or(&bytes);
    if head.contains(&0) {
        return Outcome::Skipped(SkipReason::Binary);
    }
    let drivers = drivers(&found.path, &bytes);
    let Some(language) = language_of(&found.path, head).or_else(|| fallback(&drivers)) else {
        return Outcome::Skipped(SkipReason::NoFrontEnd);
    };
    let key = Key::of(&bytes, language);
    let facts = cache
        .get(&key)
        .unwrap_or_else(|| extract(&bytes, language, packs));
    Outcome::Read(Box::new(SourceText {
        found: found.clone(),
        key: Some(key),
        facts,
        drivers,
    }))
}

impl SourceText {
    /// A file that could not be read, so that what is said of it has a place to point at.
    pub(crate) fn unreadable(path: &str, absolute: &Path) -> Self {
        Self {
            found: Found {
                path: path.into(),
                absolute: absolute.to_path_buf(),
                bytes: 0,
            },
            key: None,
            facts: nothing(language_of(path, &[]).unwrap_or(Language::Other)),
            drivers: BTreeSet::new(),
        }
    }
}

/// At most [`LARGEST_FILE`] bytes; none if there are more.
fn contents(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST_FILE).then_some(bytes))
}

fn drivers(path: &str, bytes: &[u8]) -> BTreeSet<&'static str> {
    if !manifests::is_manifest(path) {
        return BTreeSet::new();
    }
    let text = String::from_utf8_lossy(bytes);
    manifests::drivers(path, &text)
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// A manifest that names a driver is part of what was looked at, whatever it is written in.
fn fallback(drivers: &BTreeSet<&'static str>) -> Option<Language> {
    (!drivers.is_empty()).then_some(Language::Other)
}

fn nothing(language: Language) -> FileFacts {
    FileFacts {
        language,
        bytes: 0,
        module: Module::default(),
        annotations: Vec::new(),
        problems: Vec::new(),
        generated: false,
    }
}
