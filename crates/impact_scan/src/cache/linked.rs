//! The index of a service and the catalogs it declares, by digests of all that they saw.
//!
//! Two files: a small one says what is kept, and where in the other each part of the index lies.

use super::sections::{PARTS, Reader, Section, Writer};
use super::stored::{decode, encode};
use super::{Digest, Kind, Shelf, digest};
use crate::index_file;
use crate::parts::{Group, is_wanted, put_together, take_apart};
use crate::wanted::Wanted;
use impact_facts::{Catalog, Elsewhere, Index};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

pub(super) const INDEX: Kind = Kind {
    name: "index",
    magic: b"impacti2",
};

/// What an index was made from. An index that saw the same is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// All that its declarations were made from.
    pub(crate) declared_from: Digest,
    /// What every service of the workspace declares: enough to know it again without merging any catalogs.
    pub(crate) universe: Digest,
    /// What it was declared from, and the catalogs that it saw: to know it again when only others' catalogs changed.
    pub(crate) linked_from: Digest,
}

#[derive(Default, Serialize, Deserialize)]
struct Directory {
    origin: Origin,
    /// The catalogs as declared, encoded.
    declared: Vec<u8>,
    /// The index without its references.
    core: Section,
    groups: Vec<(Elsewhere, Section)>,
}

/// Catalogs as a service declares them, encoded, with their digest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared {
    encoded: Vec<u8>,
    pub(crate) digest: Digest,
}

impl Declared {
    /// Encodes catalogs.
    pub(crate) fn of(catalogs: &[Catalog]) -> Self {
        Self::encoded(postcard::to_stdvec(catalogs).unwrap_or_default())
    }

    fn encoded(encoded: Vec<u8>) -> Self {
        let digest = digest([encoded.as_slice()]);
        Self { encoded, digest }
    }

    /// The catalogs.
    pub(crate) fn catalogs(&self) -> Vec<Catalog> {
        postcard::from_bytes(&self.encoded).unwrap_or_default()
    }
}

/// What the last run declared and linked in one service.
#[derive(Default)]
pub(crate) struct Linked {
    shelf: Option<Shelf>,
    directory: Directory,
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
        let directory = postcard::from_bytes(&body).unwrap_or_default();
        Self {
            shelf: Some(shelf.clone()),
            directory,
            warning,
        }
    }

    /// The catalogs that were declared from what this digest stands for.
    pub(crate) fn declared(&self, from: &Digest) -> Option<Declared> {
        let same = self.shelf.is_some() && self.directory.origin.declared_from == *from;
        same.then(|| Declared::encoded(self.directory.declared.clone()))
    }

    /// The index that was made in this universe.
    pub(crate) fn of_universe(&mut self, from: &Digest, universe: &Digest) -> Option<Partial> {
        let origin = &self.directory.origin;
        let same = origin.declared_from == *from && origin.universe == *universe;
        same.then(|| self.partial())?
    }

    /// The index that was made from the same as one would be made now.
    pub(crate) fn of_origin(&mut self, origin: &Origin) -> Option<Partial> {
        let shelf = self.shelf.as_ref()?;
        if self.directory.origin.linked_from != origin.linked_from {
            return None;
        }
        self.directory.origin = *origin;
        let directory = postcard::to_stdvec(&self.directory).map_err(io::Error::other);
        if let Err(error) = directory.and_then(|body| shelf.write(INDEX, &body)) {
            self.warning = Some(format!("the cache was not written: {error}"));
        }
        self.partial()
    }

    /// What is kept is asked for once: if it cannot be used, it is not there.
    fn partial(&mut self) -> Option<Partial> {
        let path = self.shelf.as_ref()?.path(PARTS);
        let Directory { core, groups, .. } = std::mem::take(&mut self.directory);
        let core = Reader::open(&path).and_then(|mut reader| reader.read(&core));
        let Some(core) = core.and_then(|bytes| postcard::from_bytes(&bytes).ok()) else {
            let why = "the cache is damaged or not from here";
            self.warning = self.shelf.as_ref().map(|shelf| shelf.warning(why));
            return None;
        };
        Some(Partial {
            core,
            references: References::Kept { path, groups },
        })
    }

    /// Keeps what a service declares, and its index. What was kept need not be held: the index that comes back reads it
    /// again.
    pub(crate) fn save(
        &self,
        origin: Origin,
        declared: &Declared,
        index: Partial,
    ) -> (Partial, io::Result<()>) {
        let Some(shelf) = &self.shelf else {
            return (index, Ok(()));
        };
        match write(shelf, origin, declared, &index) {
            Ok(groups) => {
                let path = shelf.path(PARTS);
                let core = index.core;
                let references = References::Kept { path, groups };
                (Partial { core, references }, Ok(()))
            }
            Err(error) => (index, Err(error)),
        }
    }
}

/// Where the groups of an index were kept.
type Groups = Vec<(Elsewhere, Section)>;

fn write(
    shelf: &Shelf,
    origin: Origin,
    declared: &Declared,
    index: &Partial,
) -> io::Result<Groups> {
    let groups = match &index.references {
        References::Here(groups) => groups.as_slice(),
        References::Kept { .. } => &[],
    };
    let core = postcard::to_stdvec(&index.core).map_err(io::Error::other)?;
    let mut parts = Writer::new();
    let core = parts.add(&core);
    let groups = groups
        .iter()
        .map(|group| Ok((group.of.clone(), parts.add(&encode(&group.references)?))))
        .collect::<io::Result<Groups>>()?;
    let directory = Directory {
        origin,
        declared: declared.encoded.clone(),
        core,
        groups: groups.clone(),
    };
    let directory = postcard::to_stdvec(&directory).map_err(io::Error::other)?;
    shelf.write_plain(PARTS, &parts.file)?;
    shelf.write(INDEX, &directory)?;
    Ok(groups)
}

/// An index of which not all references are at hand.
pub(crate) struct Partial {
    core: Index,
    references: References,
}

enum References {
    Here(Vec<Group>),
    Kept {
        path: PathBuf,
        groups: Vec<(Elsewhere, Section)>,
    },
}

impl Partial {
    /// One that was just made.
    pub(crate) fn of(mut index: Index) -> Self {
        let references = References::Here(take_apart(&mut index));
        Self {
            core: index,
            references,
        }
    }

    /// The catalogs of its service.
    pub(crate) fn catalogs(&self) -> &[Catalog] {
        &self.core.catalogs
    }

    /// The index with the wanted references; none if they are not there any more.
    pub(crate) fn index(self, wanted: &Wanted) -> Option<Index> {
        let Self { core, references } = self;
        let (mut found, mut elsewhere) = (Vec::new(), Vec::new());
        match references {
            References::Here(groups) => {
                for group in groups {
                    match is_wanted(&group.of, &core, wanted) {
                        true => found.extend(group.references),
                        false => elsewhere.push(group.of),
                    }
                }
                return Some(put_together(core, found, elsewhere));
            }
            References::Kept { path, groups } => {
                let mut reader = None;
                for (of, section) in groups {
                    if !is_wanted(&of, &core, wanted) {
                        elsewhere.push(of);
                        continue;
                    }
                    if reader.is_none() {
                        reader = Some(Reader::open(&path)?);
                    }
                    found.extend(decode(&of, &reader.as_mut()?.read(&section)?)?);
                }
            }
        }
        let index = put_together(core, found, elsewhere);
        index_file::check(&index).is_ok().then_some(index)
    }
}
