//! One file from disk to facts: read, told apart, looked up or extracted.

use crate::cache::{FactsCache, Key};
use crate::manifests;
use crate::walk::Found;
use impact_extract::{Packs, extract, language_of};
use impact_facts::{FileFacts, Language, Module, Problem, ProblemKind, SkipReason, Span};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How much of a file tells whether it is binary, and what it is written in.
const HEAD: usize = 8 << 10;

/// No more of any file is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The largest file of a language that is read, in bytes. A syntax tree takes many times its text.
fn largest(language: Language) -> u64 {
    match language {
        Language::Python | Language::Rust => 8 << 20,
        _ => LARGEST,
    }
}

/// The bytes of a file, as far as files are read; empty if it cannot be.
pub(crate) fn beginning(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
    read.map(|_| bytes).unwrap_or_default()
}

/// What became of one file.
pub(crate) enum Outcome {
    /// It was read.
    Read(Box<SourceText>),
    /// It was left out.
    Skipped(SkipReason),
    /// It is larger than what is read. Its facts say so.
    TooLarge(Box<SourceText>),
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
    match bytes_of(found) {
        Ok(Bytes::Whole(bytes, language)) => facts_of(found, &bytes, language, packs, cache),
        Ok(Bytes::TooLarge(language)) => {
            Outcome::TooLarge(Box::new(SourceText::too_large(found, language)))
        }
        Ok(Bytes::Skipped(reason)) => Outcome::Skipped(reason),
        Err(error) => Outcome::Unreadable(error.kind().to_string()),
    }
}

/// What was read of a file.
enum Bytes {
    /// All of it. The language is none only for a manifest.
    Whole(Vec<u8>, Option<Language>),
    TooLarge(Language),
    Skipped(SkipReason),
}

fn bytes_of(found: &Found) -> io::Result<Bytes> {
    let mut file = File::open(&found.absolute)?;
    let mut bytes = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut bytes)?;
    if bytes.contains(&0) {
        return Ok(Bytes::Skipped(SkipReason::Binary));
    }
    let language = language_of(&found.path, &bytes);
    if language.is_none() && !manifests::is_manifest(&found.path) {
        return Ok(Bytes::Skipped(SkipReason::NoFrontEnd));
    }
    let limit = largest(language.unwrap_or(Language::Other));
    let rest = (limit + 1).saturating_sub(bytes.len() as u64);
    if found.bytes <= limit {
        file.take(rest).read_to_end(&mut bytes)?;
    }
    let whole = found.bytes <= limit && bytes.len() as u64 <= limit;
    Ok(match language {
        _ if whole => Bytes::Whole(bytes, language),
        Some(language) => Bytes::TooLarge(language),
        None => Bytes::Skipped(SkipReason::TooLarge),
    })
}

fn facts_of(
    found: &Found,
    bytes: &[u8],
    language: Option<Language>,
    packs: &Packs,
    cache: &FactsCache,
) -> Outcome {
    let drivers = drivers(&found.path, bytes);
    let Some(language) = language.or_else(|| fallback(&drivers)) else {
        return Outcome::Skipped(SkipReason::NoFrontEnd);
    };
    let key = Key::of(bytes, language);
    let facts = cache
        .get(&key)
        .unwrap_or_else(|| extract(bytes, language, packs));
    Outcome::Read(Box::new(SourceText {
        found: found.clone(),
        key: Some(key),
        facts,
        drivers,
    }))
}

impl SourceText {
    /// A file of which nothing was read for its size.
    fn too_large(found: &Found, language: Language) -> Self {
        let message = format!(
            "larger than the {} MiB that are read; list it under `exclude` in impact.toml if nothing runs it",
            largest(language) >> 20
        );
        let mut facts = nothing(language);
        facts.problems.push(Problem {
            span: Span::new(0, 0),
            kind: ProblemKind::Bound,
            message: message.into(),
        });
        Self {
            found: found.clone(),
            key: None,
            facts,
            drivers: BTreeSet::new(),
        }
    }

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
