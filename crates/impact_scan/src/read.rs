//! All files of one service: walked, read in parallel, and in order of their paths.

use crate::cache::{CacheSettings, FactsCache};
use crate::options::ScanOptions;
use crate::progress::Progress;
use crate::source::{Outcome, SourceText, read};
use crate::walk::{Found, Tally, Tree};
use crate::workspace::ServiceSpec;
use impact_extract::Packs;
use impact_facts::{Coverage, FileId, Language, SkipReason};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One service's files with their facts, by path.
pub(crate) struct Contents {
    /// Its files; a file's position is its [`FileId`].
    pub(crate) files: Vec<SourceText>,
    /// What could not be read, and why.
    pub(crate) unreadable: Vec<(FileId, Box<str>)>,
    /// What was left out.
    pub(crate) skipped: Tally,
    /// What the person who runs this should know.
    pub(crate) warnings: Vec<String>,
}

/// Reads a service that was walked.
pub(crate) fn contents(
    service: &ServiceSpec,
    tree: Tree,
    packs: &Packs,
    options: &ScanOptions,
    progress: &Progress,
) -> Contents {
    let mut warnings = Vec::new();
    let cache = open_cache(service, packs, options, &mut warnings);
    let outcomes: Vec<(Found, Outcome)> = shuffled(tree.files, options.shuffle)
        .into_par_iter()
        .map(|found| {
            let outcome = read(&found, packs, &cache);
            progress.advance();
            (found, outcome)
        })
        .collect();
    let mut contents = sort(service, outcomes, tree.unreadable, tree.skipped);
    let kept: BTreeMap<_, _> = contents
        .files
        .iter()
        .filter_map(|file| Some((file.key?, &file.facts)))
        .collect();
    if let Err(error) = cache.save(&kept) {
        warnings.push(format!("the cache was not written: {error}"));
    }
    contents.warnings = warnings;
    contents
}

fn open_cache(
    service: &ServiceSpec,
    packs: &Packs,
    options: &ScanOptions,
    warnings: &mut Vec<String>,
) -> FactsCache {
    let Some(directory) = &options.cache else {
        return FactsCache::default();
    };
    let secret = options.cache_secret.as_deref();
    let settings = CacheSettings {
        directory,
        packs: packs.digest(),
        secret,
    };
    let (cache, warning) = FactsCache::open(&settings, &service.root);
    warnings.extend(warning);
    cache
}

fn sort(
    service: &ServiceSpec,
    outcomes: Vec<(Found, Outcome)>,
    unreadable: Vec<(Box<str>, Box<str>)>,
    mut skipped: Tally,
) -> Contents {
    let mut files: BTreeMap<Box<str>, SourceText> = BTreeMap::new();
    let mut reasons: BTreeMap<Box<str>, Box<str>> = unreadable.into_iter().collect();
    for (found, outcome) in outcomes {
        match outcome {
            Outcome::Read(file) => {
                files.insert(found.path, *file);
            }
            Outcome::Skipped(reason) => skipped.add(reason, found.bytes),
            Outcome::TooLarge(file) => {
                skipped.add(SkipReason::TooLarge, found.bytes);
                files.insert(found.path, *file);
            }
            Outcome::Unreadable(why) => {
                reasons.insert(found.path, why.into());
            }
        }
    }
    for path in reasons.keys() {
        let absolute = service.root.join(&**path);
        files
            .entry(path.clone())
            .or_insert_with(|| SourceText::unreadable(path, &absolute));
    }
    let ids = (0..).map(FileId).zip(files.keys());
    let unreadable = ids
        .filter_map(|(id, path)| Some((id, reasons.get(path)?.clone())))
        .collect();
    Contents {
        files: files.into_values().collect(),
        unreadable,
        skipped,
        warnings: Vec::new(),
    }
}

impl Contents {
    /// What was looked at, without what later stages count.
    pub(crate) fn coverage(&self) -> Coverage {
        let mut languages: BTreeMap<Language, (u32, u64)> = BTreeMap::new();
        for file in self.files.iter().filter(|file| file.key.is_some()) {
            let entry = languages.entry(file.facts.language).or_default();
            entry.0 = entry.0.saturating_add(1);
            entry.1 = entry.1.saturating_add(u64::from(file.facts.bytes));
        }
        let drivers: BTreeSet<&str> = self
            .files
            .iter()
            .flat_map(|file| &file.drivers)
            .copied()
            .collect();
        let ids = (0..).map(FileId).zip(&self.files);
        Coverage {
            languages: languages
                .into_iter()
                .map(|(language, (files, bytes))| (language, files, bytes))
                .collect(),
            skipped: self.skipped.rows(),
            unparsed: ids
                .filter(|(_, file)| !file.facts.problems.is_empty())
                .map(|(id, _)| id)
                .collect(),
            drivers: drivers.into_iter().map(Into::into).collect(),
            ..Coverage::default()
        }
    }
}

/// The same items in another order, the same for the same seed.
fn shuffled<T>(mut items: Vec<T>, seed: Option<u64>) -> Vec<T> {
    let Some(mut state) = seed else { return items };
    for last in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(last, (state >> 33) as usize % (last + 1));
    }
    items
}
