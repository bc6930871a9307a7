//! All files of one service, in order of their paths: what each is known to be and, on demand, its facts.

use crate::cache::{Digest, FactsCache, Key, KnownFiles, Said, Shelf, digest, encoded};
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
    /// How many files had to be read.
    pub(crate) read: usize,
    /// Whether a file turned out to be another than it was listed as: it was changed meanwhile.
    pub(crate) outdated: bool,
    /// What the person who runs this should know.
    pub(crate) warnings: Vec<String>,
}

struct Listed {
    found: Found,
    said: Said,
}

/// Facts as they are kept, with their key.
type Encoded = (Key, Vec<u8>);

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
        read: 0,
        outdated: false,
        warnings: known.warning.iter().cloned().collect(),
    };
    let looked: Vec<(Found, Result<Said, String>, Option<Encoded>)> =
        shuffled(tree.files, options.shuffle)
            .into_par_iter()
            .map(|found| {
                progress.advance();
                if let Some(said) = known.of(&found) {
                    return (found, Ok(said.clone()), None);
                }
                let look = read(&found, packs, listing.facts());
                let facts = look.as_ref().ok().and_then(|look| listing.fresh(look));
                (found, look.map(|look| look.said), facts)
            })
            .collect();
    let mut fresh = Vec::new();
    for (found, said, facts) in looked {
        listing.read += usize::from(known.of(&found).is_none());
        listing.note(found, said);
        fresh.extend(facts);
    }
    listing.hold(fresh);
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
        let files: Vec<&Listed> = self.files.values().collect();
        let looked: Vec<(&Listed, Result<Look, String>, Option<Encoded>)> = files
            .into_par_iter()
            .map(|listed| {
                let look = recall(&listed.found, &listed.said, packs, self.facts());
                let facts = look.as_ref().ok().and_then(|look| self.fresh(look));
                (listed, look, facts)
            })
            .collect();
        let (mut files, mut changed, mut fresh) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (listed, look, facts) in looked {
            fresh.extend(facts);
            let same = look.as_ref().is_ok_and(|look| look.said == listed.said);
            let (said, file) = match look {
                Ok(look) => (Ok(look.said), look.file),
                Err(why) => (Err(why), None),
            };
            files.extend(file.map(|file| (listed.found.path.clone(), *file)));
            if !same {
                changed.push((listed.found.clone(), said));
            }
        }
        self.outdated |= !changed.is_empty();
        for (found, said) in changed {
            self.files.remove(&found.path);
            self.note(found, said);
        }
        let contents = self.sort(files);
        self.hold(fresh);
        contents
    }

    /// The facts of a file, encoded, if they are not held yet.
    fn fresh(&self, look: &Look) -> Option<Encoded> {
        let file = look.file.as_ref()?;
        let key = file.key.filter(|key| !self.facts().has(key))?;
        Some((key, encoded(&file.facts)))
    }

    fn facts(&self) -> &FactsCache {
        self.facts
            .get_or_init(|| FactsCache::open(self.shelf.as_ref()))
    }

    fn note(&mut self, found: Found, said: Result<Said, String>) {
        match said {
            Ok(said) => {
                self.files
                    .insert(found.path.clone(), Listed { found, said });
            }
            Err(why) => {
                self.unreadable.insert(found.path, why.into());
            }
        }
    }

    fn sort(&self, mut files: BTreeMap<Box<str>, SourceText>) -> Contents {
        let mut skipped = self.passed_by.clone();
        for listed in self.files.values() {
            match listed.said {
                Said::Skipped(reason) => skipped.add(reason, listed.found.bytes),
                Said::TooLarge(_) => skipped.add(SkipReason::TooLarge, listed.found.bytes),
                Said::Read { .. } => {}
            }
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

    /// Keeps facts that were extracted just now. They are held only where they cannot be kept.
    fn hold(&mut self, fresh: Vec<Encoded>) {
        let Some(mut facts) = self.facts.take() else {
            return;
        };
        facts.add(fresh);
        let keys = self.files.values().filter_map(|listed| match listed.said {
            Said::Read { key, .. } => Some(key),
            _ => None,
        });
        self.warnings.extend(facts.warning.take());
        match facts.save(&keys.collect()) {
            Ok(true) => {}
            Ok(false) => self.facts = facts.into(),
            Err(error) => {
                self.facts = facts.into();
                self.warn(Err(error));
            }
        }
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
