//! One file from disk to facts: read, told apart, looked up or extracted.

use crate::cache::{FactsCache, Key, Said};
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
pub(crate) const LARGEST: u64 = 64 << 20;

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

/// What looking at one file yields.
pub(crate) struct Look {
    /// What it is.
    pub(crate) said: Said,
    /// Its facts, unless it is left out.
    pub(crate) file: Option<Box<SourceText>>,
}

/// A file with its facts.
pub(crate) struct SourceText {
    /// Its path and place.
    pub(crate) found: Found,
    /// What it is known by in the cache; none if it could not be read.
    pub(crate) key: Option<Key>,
    /// What extract says of it.
    pub(crate) facts: FileFacts,
    /// Drivers that it names, if it is a manifest, sorted.
    pub(crate) drivers: Vec<Box<str>>,
}

/// Reads one file and yields its facts.
///
/// # Errors
/// Why it could not be read.
pub(crate) fn read(found: &Found, packs: &Packs, cache: &FactsCache) -> Result<Look, String> {
    Ok(match bytes_of(found) {
        Ok(Bytes::Whole(bytes, language)) => facts_of(found, &bytes, language, packs, cache),
        Ok(Bytes::TooLarge(language)) => Look::too_large(found, language),
        Ok(Bytes::Skipped(reason)) => Look::skipped(reason),
        Err(error) => return Err(error.kind().to_string()),
    })
}

/// Yields the facts of a file of which it is known what reading it would say.
///
/// # Errors
/// Why it could not be read, if it had to be.
pub(crate) fn recall(
    found: &Found,
    said: &Said,
    packs: &Packs,
    cache: &FactsCache,
) -> Result<Look, String> {
    match said {
        Said::Skipped(reason) => Ok(Look::skipped(*reason)),
        Said::TooLarge(language) => Ok(Look::too_large(found, *language)),
        Said::Read { key, drivers } => match cache.get(key) {
            Some(facts) => Ok(Look {
                said: said.clone(),
                file: Some(Box::new(SourceText {
                    found: found.clone(),
                    key: Some(*key),
                    facts,
                    drivers: drivers.clone(),
                })),
            }),
            None => read(found, packs, cache),
        },
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
) -> Look {
    let drivers = drivers(&found.path, bytes);
    let Some(language) = language.or_else(|| fallback(&drivers)) else {
        return Look::skipped(SkipReason::NoFrontEnd);
    };
    let key = Key::of(bytes, language);
    let facts = cache
        .get(&key)
        .unwrap_or_else(|| extract(bytes, language, packs));
    Look {
        said: Said::Read {
            key,
            drivers: drivers.clone(),
        },
        file: Some(Box::new(SourceText {
            found: found.clone(),
            key: Some(key),
            facts,
            drivers,
        })),
    }
}

impl Look {
    fn skipped(reason: SkipReason) -> Self {
        Self {
            said: Said::Skipped(reason),
            file: None,
        }
    }

    fn too_large(found: &Found, language: Language) -> Self {
        Self {
            said: Said::TooLarge(language),
            file: Some(Box::new(SourceText::too_large(found, language))),
        }
    }
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
            drivers: Vec::new(),
        }
    }

    /// A file that could not be read, so that what is said of it has a place to point at.
    pub(crate) fn unreadable(path: &str, absolute: &Path) -> Self {
        Self {
            found: Found::unseen(path, absolute),
            key: None,
            facts: nothing(language_of(path, &[]).unwrap_or(Language::Other)),
            drivers: Vec::new(),
        }
    }
}

fn drivers(path: &str, bytes: &[u8]) -> Vec<Box<str>> {
    if !manifests::is_manifest(path) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let named = manifests::drivers(path, &text).into_iter();
    let names: BTreeSet<&str> = named.map(|(name, _)| name).collect();
    names.into_iter().map(Into::into).collect()
}

/// A manifest that names a driver is part of what was looked at, whatever it is written in.
fn fallback(drivers: &[Box<str>]) -> Option<Language> {
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
        declared: false,
    }
}
