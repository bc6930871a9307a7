//! A file of sections: each is found by where it lies, and known to be whole by its digest, so that none is read but
//! those that are asked for. What lists the sections is sealed; the file itself need not be.

use super::{Digest, Kind, digest};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

pub(super) const PARTS: Kind = Kind {
    name: "parts",
    magic: b"impactp1",
};

/// Where a section lies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Section {
    at: u64,
    bytes: u64,
    digest: Digest,
}

/// Sections on their way into a file.
pub(super) struct Writer {
    pub(super) file: Vec<u8>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            file: PARTS.magic.to_vec(),
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> Section {
        let at = self.file.len() as u64;
        self.file.extend_from_slice(bytes);
        Section {
            at,
            bytes: bytes.len() as u64,
            digest: digest([bytes]),
        }
    }
}

/// A file whose sections are asked for.
pub(super) struct Reader {
    file: File,
    length: u64,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        Some(Self { file, length })
    }

    /// A section's bytes; none if they are not what was written.
    pub(super) fn read(&mut self, section: &Section) -> Option<Vec<u8>> {
        let end = section.at.checked_add(section.bytes)?;
        if end > self.length {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(section.bytes).ok()?];
        self.file.seek(SeekFrom::Start(section.at)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        (digest([bytes.as_slice()]) == section.digest).then_some(bytes)
    }
}
