//! An index as a file that travels: one repository's CI writes it, the gate in another reads it.

use crate::atomic;
use crate::sealed::{Broken, Seal};
use impact_facts::{Catalog, FileId, Index, Site, Span, SymbolId};
use std::path::Path;

fn seal() -> Seal {
    Seal::new(b"impactx3", None)
}

/// Why an index file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexFileError {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is none, or another version's.
    #[error("not an index of this version of impact: write it again with `impact index`")]
    Foreign,
    /// It is cut off or changed.
    #[error("the index is damaged: its checksum does not fit")]
    Damaged,
    /// What it says does not hold together.
    #[error("the index is inconsistent: {0}")]
    Inconsistent(&'static str),
}

/// Writes indexes to one file.
///
/// # Errors
/// If the file cannot be written.
pub fn write_index(path: &Path, indexes: &[Index]) -> Result<(), IndexFileError> {
    let body = postcard::to_stdvec(indexes).map_err(std::io::Error::other)?;
    Ok(atomic::write(path, &seal().close(&body))?)
}

/// Reads what [`write_index`] wrote.
///
/// # Errors
/// If the file cannot be read, or is not what this version writes.
pub fn read_index(path: &Path) -> Result<Vec<Index>, IndexFileError> {
    let bytes = std::fs::read(path)?;
    let body = seal().open(&bytes).map_err(|broken| match broken {
        Broken::Foreign => IndexFileError::Foreign,
        Broken::Damaged => IndexFileError::Damaged,
    })?;
    let indexes: Vec<Index> = postcard::from_bytes(body).map_err(|_| IndexFileError::Foreign)?;
    indexes.iter().try_for_each(check)?;
    Ok(indexes)
}

/// Every id must point into its own index.
pub(crate) fn check(index: &Index) -> Result<(), IndexFileError> {
    let files = index.files.len();
    let symbols = index.symbols.len();
    let sited = sites(index).all(|site| is_file(site.file, files));
    let unparsed = index
        .coverage
        .unparsed
        .iter()
        .all(|file| is_file(*file, files));
    let named = ids(index).all(|symbol| (symbol.0 as usize) < symbols);
    let catalogs = index.catalogs.iter().all(catalog_holds);
    match (sited && unparsed, named, catalogs) {
        (false, ..) => Err(IndexFileError::Inconsistent("a site is in no file")),
        (_, false, _) => Err(IndexFileError::Inconsistent("a symbol does not exist")),
        (.., false) => Err(IndexFileError::Inconsistent(
            "a catalog's site is in no file",
        )),
        _ => Ok(()),
    }
}

fn is_file(file: FileId, files: usize) -> bool {
    (file.0 as usize) < files
}

fn sites(index: &Index) -> impl Iterator<Item = Site> {
    let references = index
        .references
        .iter()
        .flat_map(|r| [Some(r.site), r.declared_at])
        .flatten();
    references
        .chain(index.insertions.iter().map(|insertion| insertion.site))
        .chain(index.symbols.iter().map(|symbol| symbol.site))
        .chain(index.calls.iter().map(|call| call.site))
        .chain(index.entry_points.iter().map(|entry| entry.site))
        .chain(index.outbound.iter().map(|message| message.site))
        .chain(index.blind_spots.iter().map(|spot| spot.site))
        .chain(index.annotations.iter().map(|annotation| annotation.site))
        .chain(index.migrations.iter().map(|migration| Site {
            file: migration.file,
            span: Span::default(),
        }))
}

fn ids(index: &Index) -> impl Iterator<Item = SymbolId> {
    let references = index
        .references
        .iter()
        .filter_map(|reference| reference.symbol);
    references
        .chain(index.insertions.iter().filter_map(|one| one.symbol))
        .chain(index.calls.iter().flat_map(|call| [call.from, call.to]))
        .chain(
            index
                .entry_points
                .iter()
                .flat_map(|entry| entry.runs.iter().copied()),
        )
        .chain(index.outbound.iter().map(|message| message.symbol))
        .chain(index.blind_spots.iter().filter_map(|spot| spot.symbol))
}

fn catalog_holds(catalog: &Catalog) -> bool {
    let files = catalog.files.len();
    let relations = catalog.relations.values().chain(catalog.dropped.values());
    let in_relations = relations.flat_map(|relation| {
        let columns = relation
            .columns
            .iter()
            .filter_map(|column| column.declared_at);
        let past = relation.past.iter().map(|column| column.ended_at);
        let view = relation.view.iter().flat_map(|view| {
            view.needs
                .iter()
                .filter_map(|need| need.site)
                .chain(view.at)
        });
        let own = [relation.declared_at, relation.dropped_at]
            .into_iter()
            .flatten();
        let dependents = relation.dependents.iter().map(|dependent| dependent.file);
        columns
            .chain(past)
            .chain(view)
            .chain(own)
            .map(|site| site.file)
            .chain(dependents)
            .collect::<Vec<_>>()
    });
    let functions = catalog
        .functions
        .values()
        .filter_map(|function| function.at)
        .map(|site| site.file);
    let unknown = catalog.unknown.iter().map(|step| step.site.file);
    in_relations
        .chain(functions)
        .chain(unknown)
        .all(|file| is_file(file, files))
}
