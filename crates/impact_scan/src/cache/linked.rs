//! The index of a service and the catalogs it declares, by digests of all that they saw.

use super::{Kind, Shelf};
use crate::index_file;
use impact_facts::{Catalog, Index};
use serde::{Deserialize, Serialize};
use std::io;

pub(super) const INDEX: Kind = Kind {
    name: "index",
    magic: b"impacti1",
};

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

#[derive(Default, Serialize, Deserialize)]
struct Directory {
    declared_from: Digest,
    linked_from: Digest,
    /// How many bytes the encoded catalogs take; the encoded index follows them.
    catalogs: u64,
}

/// What the last run declared and linked in one service.
#[derive(Default)]
pub(crate) struct Linked {
    shelf: Option<Shelf>,
    directory: Directory,
    catalogs: Vec<u8>,
    index: Vec<u8>,
    /// What the person who runs this should know.
    pub(crate) warning: Option<String>,
}

impl Linked {
    /// What is kept on a shelf.
    pub(crate) fn open(shelf: Option<&Shelf>) -> Self {
        let Some(shelf) = shelf else {
            return Self::default();
        };
        let (body, warning) = shelf.read(INDEX);
        let empty = Self {
            shelf: Some(shelf.clone()),
            warning,
            ..Self::default()
        };
        let Ok((directory, rest)) = postcard::take_from_bytes::<Directory>(&body) else {
            return empty;
        };
        let length = usize::try_from(directory.catalogs).unwrap_or(usize::MAX);
        match rest.split_at_checked(length) {
            Some((catalogs, index)) => Self {
                catalogs: catalogs.to_vec(),
                index: index.to_vec(),
                directory,
                ..empty
            },
            None => empty,
        }
    }

    /// The catalogs that were declared from what this digest stands for.
    pub(crate) fn catalogs(&self, declared_from: &Digest) -> Option<Vec<Catalog>> {
        let same = self.shelf.is_some() && self.directory.declared_from == *declared_from;
        same.then(|| postcard::from_bytes(&self.catalogs).ok())?
    }

    /// The index that was linked from what this digest stands for.
    pub(crate) fn index(&self, linked_from: &Digest) -> Option<Index> {
        let same = self.shelf.is_some() && self.directory.linked_from == *linked_from;
        let index: Index = same.then(|| postcard::from_bytes(&self.index).ok())??;
        index_file::check(&index).is_ok().then_some(index)
    }

    /// Keeps a service's catalogs as declared, and its index.
    pub(crate) fn save(
        &self,
        (declared_from, catalogs): (Digest, &[Catalog]),
        (linked_from, index): (Digest, &Index),
    ) -> io::Result<()> {
        let Some(shelf) = &self.shelf else {
            return Ok(());
        };
        let catalogs = postcard::to_stdvec(catalogs).map_err(io::Error::other)?;
        let directory = Directory {
            declared_from,
            linked_from,
            catalogs: catalogs.len() as u64,
        };
        let mut body = postcard::to_stdvec(&directory).map_err(io::Error::other)?;
        body.extend_from_slice(&catalogs);
        body.extend(postcard::to_stdvec(index).map_err(io::Error::other)?);
        shelf.write(INDEX, &body)
    }
}
