//! Digests of all that declaring and linking a service see: what stands under them can never be stale.

use crate::cache::{Declared, Digest, digest};
use crate::read::Listing;
use crate::stages::{Merged, databases_of, empty_catalog, is_library, visible};
use crate::workspace::{ServiceSpec, Workspace};
use impact_facts::{Catalog, Index};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// For each service the digest of what it declares from: the program, its files, its settings, and the libraries that it
/// may import. Zeros where nothing is kept.
pub(crate) fn declared_from(workspace: &Workspace, listings: &[Listing]) -> Vec<Digest> {
    if listings.iter().all(|listing| listing.shelf.is_none()) {
        return vec![Digest::default(); listings.len()];
    }
    let files: Vec<Digest> = listings.par_iter().map(Listing::digest).collect();
    let libraries: Vec<_> = workspace
        .services
        .iter()
        .zip(&files)
        .filter(|(spec, _)| is_library(spec))
        .map(|(spec, files)| (&spec.service.name, files))
        .collect();
    let libraries = encoded(&libraries);
    let services = workspace.services.iter().zip(listings).zip(&files);
    services
        .map(|((spec, listing), files)| {
            let made_by = listing.shelf.as_ref().map(|shelf| shelf.made_by);
            let settings = settings(workspace, spec);
            digest([
                made_by.unwrap_or_default().as_slice(),
                files,
                &settings,
                &libraries,
            ])
        })
        .collect()
}

/// The digest of all that merging the catalogs of the workspace sees. It may differ where their merging does not.
pub(crate) fn universe(workspace: &Workspace, declared: &[Declared], joined: &[Index]) -> Digest {
    let own = workspace.services.iter().zip(declared);
    let own: Vec<_> = own
        .map(|(spec, declared)| {
            let service = &spec.service;
            (&service.name, service.databases.is_empty(), declared.digest)
        })
        .collect();
    let joined: Vec<_> = joined
        .iter()
        .map(|index| {
            let service = &index.service;
            (&service.name, service.databases.is_empty(), &index.catalogs)
        })
        .collect();
    digest([encoded(&own).as_slice(), &encoded(&joined)])
}

/// For each service the digest of what it is linked from: what it was declared from, and the catalogs that it sees.
/// `own` are the catalogs that it declares, as they are named after merging.
pub(crate) fn linked_from(
    workspace: &Workspace,
    merged: &Merged,
    declared_from: &[Digest],
    own: &[Vec<Catalog>],
) -> Vec<Digest> {
    if declared_from.iter().all(|from| *from == Digest::default()) {
        return declared_from.to_vec();
    }
    let merged_digests: BTreeMap<&str, Digest> = merged
        .par_iter()
        .map(|(name, catalog)| (&**name, digest([encoded(catalog).as_slice()])))
        .collect();
    let services = workspace.services.par_iter().zip(declared_from).zip(own);
    services
        .map(|((spec, from), own)| {
            let named: Vec<Catalog> = databases_of(workspace, spec)
                .into_iter()
                .map(empty_catalog)
                .collect();
            let seen = visible(merged, &named, own).into_iter();
            let seen: Vec<Option<&Digest>> = seen
                .map(|catalog| merged_digests.get(&*catalog.database))
                .collect();
            digest([from.as_slice(), &encoded(&seen), &encoded(own)])
        })
        .collect()
}

fn settings(workspace: &Workspace, spec: &ServiceSpec) -> Vec<u8> {
    let databases: Vec<_> = databases_of(workspace, spec)
        .into_iter()
        .map(|database| (&database.name, database.dialect, &database.schema))
        .collect();
    encoded(&(&spec.service, &spec.root, spec.schema_only, databases))
}

/// A value as bytes that differ where it differs.
fn encoded<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap_or_default()
}
