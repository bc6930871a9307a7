//! What is kept between runs, so that nothing is read, extracted or linked twice.
//!
//! Each service has four files in the cache's directory: what is known of its files without reading them, their facts,
//! what is known of its index, and the index in parts. What stands in them is found by digests of all that made it, so nothing kept can be stale, and no
//! answer depends on what is kept. A file that is truncated, foreign, older or damaged is an empty one.
//!
//! Whoever can write to the cache decides what is in it. Where it travels between machines that do not trust each other,
//! a secret makes the checksums signatures.

mod facts;
mod known;
mod linked;
mod sections;
mod shelves;
mod stored;

pub(crate) use facts::{FactsCache, Key, encoded};
pub(crate) use known::{KnownFiles, Said};
pub(crate) use linked::{Declared, Linked, Origin, Partial};

pub use shelves::{KeptService, kept_services};

use crate::atomic;
use crate::options::ScanOptions;
use crate::sealed::Seal;
use impact_extract::Packs;
use std::io;
use std::path::{Path, PathBuf};

/// A BLAKE3 digest.
pub(crate) type Digest = [u8; 32];

/// A digest of parts, each of which is told from the next.
pub(crate) fn digest<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// Where the files of one service are kept.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    directory: PathBuf,
    service: String,
    root: PathBuf,
    secret: Option<String>,
    /// Digest of the program and its packs.
    pub(crate) made_by: Digest,
}

/// One kind of kept file.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    magic: &'static [u8; 8],
}

impl Shelf {
    /// The shelf of the service at `root`; none if nothing is to be kept.
    pub(crate) fn of(options: &ScanOptions, packs: &Packs, root: &Path) -> Option<Self> {
        let place = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
        Some(Self {
            directory: options.cache.clone()?,
            service: place.get(..16).unwrap_or_default().to_owned(),
            root: root.to_path_buf(),
            secret: options.cache_secret.clone(),
            made_by: made_by(&packs.digest()),
        })
    }

    /// The body of a kept file; empty if there is none. The second value is a warning: it is there and cannot be used.
    fn read(&self, kind: Kind) -> (Vec<u8>, Option<String>) {
        let bytes = match std::fs::read(self.path(kind)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Vec::new(), None),
            Err(error) => return (Vec::new(), Some(self.warning(&error.to_string()))),
        };
        match self.seal(kind).open(&bytes) {
            Ok(body) => (body.to_vec(), None),
            Err(_) => {
                let warning = self.warning("the cache is damaged or not from here");
                (Vec::new(), Some(warning))
            }
        }
    }

    fn write(&self, kind: Kind, body: &[u8]) -> io::Result<()> {
        atomic::write(&self.path(kind), &self.seal(kind).close(body))
    }

    /// Writes a file whose contents are vouched for by another.
    fn write_plain(&self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        atomic::write(&self.path(kind), bytes)
    }

    fn warning(&self, why: &str) -> String {
        format!("{}: {why}; starting afresh", self.directory.display())
    }

    fn path(&self, kind: Kind) -> PathBuf {
        let name = format!("{}-{}.pack", kind.name, self.service);
        self.directory.join(name)
    }

    fn seal(&self, kind: Kind) -> Seal {
        Seal::new(kind.magic, self.secret.as_deref())
    }
}

/// Digest of what makes facts and indexes: this build's sources and the packs.
fn made_by(packs: &Digest) -> Digest {
    digest([
        env!("CARGO_PKG_VERSION").as_bytes(),
        env!("IMPACT_SOURCES").as_bytes(),
        packs,
    ])
}
