//! What is known of files without reading them: by what the file system says of them, or by git's own object ids.
//!
//! A file's times can lie only if it was changed within the same tick in which it was looked at, so times that young are
//! not kept. In a fresh clone every time is new, and git's index names each file's object.

use super::{Key, Kind, Shelf};
use crate::dialects::Votes;
use crate::sealed::CHECKSUM;
use crate::stamp::Stamp;
use crate::tracked::ObjectId;
use crate::walk::Found;
use impact_facts::{Language, SkipReason};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

pub(super) const KNOWN: Kind = Kind {
    name: "known",
    magic: b"impactk2",
};

/// Times of files are kept by some file systems to two seconds.
const TICK: Duration = Duration::from_secs(2);

/// What reading a file said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Said {
    /// It has facts.
    Read {
        /// Under which they are kept.
        key: Key,
        /// Drivers that it names, if it is a manifest, sorted.
        drivers: Vec<Box<str>>,
    },
    /// It is larger than what is read.
    TooLarge(Language),
    /// It is left out.
    Skipped(SkipReason),
}

#[derive(Debug, Serialize, Deserialize)]
struct KnownFile {
    bytes: u64,
    /// None if its times were too young to be told from later ones.
    stamp: Option<Stamp>,
    object: Option<ObjectId>,
    said: Said,
    /// Dialects that it speaks for; none if it was not asked.
    votes: Option<Votes>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Table {
    /// The service's root.
    root: PathBuf,
    made_by: super::Digest,
    files: HashMap<Box<str>, KnownFile>,
}

/// What the last run knew of one service's files.
#[derive(Debug)]
pub(crate) struct KnownFiles {
    shelf: Option<Shelf>,
    files: HashMap<Box<str>, KnownFile>,
    /// When this run began to look.
    since: SystemTime,
    /// What the person who runs this should know.
    pub(crate) warning: Option<String>,
}

impl KnownFiles {
    /// What is kept on a shelf.
    pub(crate) fn open(shelf: Option<&Shelf>) -> Self {
        let (body, warning) = shelf.map_or_else(Default::default, |shelf| shelf.read(KNOWN));
        let table: Table = postcard::from_bytes(&body).unwrap_or_default();
        let mine = shelf.is_some_and(|shelf| shelf.made_by == table.made_by);
        Self {
            shelf: shelf.cloned(),
            files: if mine { table.files } else { HashMap::new() },
            since: SystemTime::now(),
            warning,
        }
    }

    /// What reading a file would say, if that is known.
    pub(crate) fn of(&self, found: &Found) -> Option<&Said> {
        self.known(found).map(|known| &known.said)
    }

    /// Dialects that a file speaks for, if that is known; none in it if it is not asked.
    pub(crate) fn votes(&self, found: &Found) -> Option<&Option<Votes>> {
        Some(&self.known(found)?.votes)
    }

    fn known(&self, found: &Found) -> Option<&KnownFile> {
        let known = self.files.get(&found.path)?;
        let untouched = known.stamp == Some(found.stamp);
        let same_object = found.object.is_some() && known.object == found.object;
        (known.bytes == found.bytes && (untouched || same_object)).then_some(known)
    }

    /// Keeps what was said of these files and no others, unless that is what is kept already.
    pub(crate) fn save<'f>(
        &self,
        files: impl ExactSizeIterator<Item = (&'f Found, &'f Said)> + Clone,
        votes: &HashMap<&str, Votes>,
    ) -> io::Result<()> {
        let Some(shelf) = &self.shelf else {
            return Ok(());
        };
        let is_kept = |(found, _): (&Found, &Said)| {
            let known = self.files.get(&found.path);
            known.is_some_and(|known| {
                let voted = known.votes.is_some() == votes.contains_key(&*found.path);
                voted
                    && known.bytes == found.bytes
                    && known.stamp == Some(found.stamp)
                    && known.object == found.object
            })
        };
        if files.len() == self.files.len() && files.clone().all(is_kept) {
            return Ok(());
        }
        let table = Table {
            root: shelf.root.clone(),
            made_by: shelf.made_by,
            files: files
                .map(|(found, said)| (found.path.clone(), self.entry(found, said, votes)))
                .collect(),
        };
        shelf.write(
            KNOWN,
            &postcard::to_stdvec(&table).map_err(io::Error::other)?,
        )
    }

    fn entry(&self, found: &Found, said: &Said, votes: &HashMap<&str, Votes>) -> KnownFile {
        let settled = self
            .since
            .checked_sub(TICK)
            .is_some_and(|before| found.stamp.is_before(before));
        KnownFile {
            bytes: found.bytes,
            stamp: settled.then_some(found.stamp),
            object: found.object.clone(),
            said: said.clone(),
            votes: votes.get(&*found.path).cloned(),
        }
    }
}

/// The root of the service that a kept file of this kind speaks of, whoever wrote it.
pub(super) fn root_of(bytes: &[u8]) -> Option<PathBuf> {
    let body = bytes.strip_prefix(KNOWN.magic)?.get(CHECKSUM..)?;
    let (root, _) = postcard::take_from_bytes(body).ok()?;
    Some(root)
}
