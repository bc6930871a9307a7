//! All files of one service, in order of their paths: what each is known to be and, on demand, its facts.

use crate::cache::{Digest, FactsCache, KnownFiles, Said, Shelf, digest};
use crate::dialects::{Votes, of_file, of_service};
use crate::options::ScanOptions;
use crate::progress::Progress;
use crate::source::{Look, SourceText, read, recall};
use crate::walk::{Found, Tally, Tree};
use crate::workspace::ServiceSpec;
use impact_extract::Packs;
use impact_facts::{Coverage, FileId, Language, SkipReason};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

/// What is known of one service's files. Only those of which nothing was known have been read.
pub(crate) struct Listing {
    root: PathBuf,
    /// Where what is found is kept.
    pub(crate) shelf: Option<Shelf>,
    facts: OnceLock<FactsCache>,
    files: BTreeMap<Box<str>, Listed>,
    unreadable: BTreeMap<Box<str>, Box<str>>,
    passed_by: Tally,
    /// Dialects that its manifests and settings speak for.
    pub(crate) votes: Votes,
    /// Whether a file turned out to be another than it was listed as: it was changed meanwhile.
    pub(crate) outdated: bool,
    /// What the person who runs this should know.
    pub(crate) warnings: Vec<String>,
}

struct Listed {
    found: Found,
    said: Said,
    /// Its facts, if it had to be read.
    file: Option<Box<SourceText>>,
}

/// One service's files with their facts, by path.
pub(crate) struct Contents {
    /// Its files; a file's position is its [`FileId`].
    pub(crate) files: Vec<SourceText>,
    /// What could not be read, and why.
    pub(crate) unreadable: Vec<(FileId, Box<str>)>,
    /// What was left out.
    pub(crate) skipped: Tally,
}

/// Lists a service that was walked.
pub(crate) fn list(
    service: &ServiceSpec,
    tree: Tree,
    packs: &Packs,
    options: &ScanOptions,
    progress: &Progress,
) -> Listing {
    let shelf = Shelf::of(options, packs, &service.root);
    let known = KnownFiles::open(shelf.as_ref());
    let mut listing = Listing {
        root: service.root.clone(),
        shelf,
        facts: OnceLock::new(),
        files: BTreeMap::new(),
        unreadable: tree.unreadable.into_iter().collect(),
        passed_by: tree.skipped,
        votes: Votes::new(),
        outdated: false,
        warnings: known.warning.iter().cloned().collect(),
    };
    let looked: Vec<(Found, Result<Look, String>)> = shuffled(tree.files, options.shuffle)
        .into_par_iter()
        .map(|found| {
            let look = match known.of(&found) {
                Some(said) => Ok(Look {
                    said: said.clone(),
                    file: None,
                }),
                None => read(&found, packs, listing.facts()),
            };
            progress.advance();
            (found, look)
        })
        .collect();
    for (found, look) in looked {
        listing.note(found, look);
    }
    let found = listing.files.values().map(|file| &file.found);
    let votes: Vec<(&Found, Votes)> = found
        .filter_map(|found| {
            let votes = known.votes(found).cloned();
            Some((found, votes.unwrap_or_else(|| of_file(found))?))
        })
        .collect();
    listing.votes = of_service(votes.iter().map(|(_, votes)| votes));
    let votes = votes.into_iter();
    let votes = votes.map(|(found, votes)| (&*found.path, votes)).collect();
    let said = listing.files.values().map(|file| (&file.found, &file.said));
    let saved = known.save(said, &votes);
    listing.warn(saved);
    listing
}

impl Listing {
    /// Tells the files, and what is in them, from any others.
    pub(crate) fn digest(&self) -> Digest {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        let rest = (&self.unreadable, self.passed_by.rows());
        parts.push(postcard::to_stdvec(&rest).unwrap_or_default());
        parts.extend(self.files.values().map(|file| {
            let of_file = (&file.found.path, file.found.bytes, &file.said);
            postcard::to_stdvec(&of_file).unwrap_or_default()
        }));
        digest(parts.iter().map(Vec::as_slice))
    }

    /// Every file with its facts.
    pub(crate) fn contents(&mut self, packs: &Packs) -> Contents {
        let files: Vec<Listed> = std::mem::take(&mut self.files).into_values().collect();
        let looked: Vec<(Found, Result<Look, String>, bool)> = files
            .into_par_iter()
            .map(|listed| {
                let Listed { found, said, file } = listed;
                if file.is_some() {
                    return (found, Ok(Look { said, file }), true);
                }
                let look = recall(&found, &said, packs, self.facts());
                let same = look.as_ref().is_ok_and(|look| look.said == said);
                (found, look, same)
            })
            .collect();
        for (found, look, same) in looked {
            self.outdated |= !same;
            self.note(found, look);
        }
        let contents = self.sort();
        self.keep(&contents);
        contents
    }

    fn facts(&self) -> &FactsCache {
        self.facts
            .get_or_init(|| FactsCache::open(self.shelf.as_ref()))
    }

    fn note(&mut self, found: Found, look: Result<Look, String>) {
        match look {
            Ok(Look { said, file }) => {
                let path = found.path.clone();
                self.files.insert(path, Listed { found, said, file });
            }
            Err(why) => {
                self.unreadable.insert(found.path, why.into());
            }
        }
    }

    fn sort(&mut self) -> Contents {
        let mut skipped = self.passed_by.clone();
        let mut files: BTreeMap<Box<str>, SourceText> = BTreeMap::new();
        for (path, listed) in &mut self.files {
            match listed.said {
                Said::Skipped(reason) => skipped.add(reason, listed.found.bytes),
                Said::TooLarge(_) => skipped.add(SkipReason::TooLarge, listed.found.bytes),
                Said::Read { .. } => {}
            }
            files.extend(listed.file.take().map(|file| (path.clone(), *file)));
        }
        for path in self.unreadable.keys() {
            files
                .entry(path.clone())
                .or_insert_with(|| SourceText::unreadable(path, &self.root.join(&**path)));
        }
        let ids = (0..).map(FileId).zip(files.keys());
        let unreadable = ids
            .filter_map(|(id, path)| Some((id, self.unreadable.get(path)?.clone())))
            .collect();
        Contents {
            files: files.into_values().collect(),
            unreadable,
            skipped,
        }
    }

    fn keep(&mut self, contents: &Contents) {
        let files = contents.files.iter();
        let kept = files.filter_map(|file| Some((file.key?, &file.facts)));
        let saved = self.facts().save(&kept.collect());
        self.warnings.extend(self.facts().warning.clone());
        self.warn(saved);
    }

    /// Says that something could not be kept.
    pub(crate) fn warn(&mut self, saved: std::io::Result<()>) {
        if let Err(error) = saved {
            self.warnings
                .push(format!("the cache was not written: {error}"));
        }
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
        let drivers: BTreeSet<&Box<str>> =
            self.files.iter().flat_map(|file| &file.drivers).collect();
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
            drivers: drivers.into_iter().cloned().collect(),
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
