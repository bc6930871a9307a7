//! Moves a catalog's sites into the files of another.

use impact_facts::{Catalog, CatalogFile, FileId, Relation, Site};

/// The catalog with its own files after `files`, and its sites in them.
pub(super) fn moved(catalog: &Catalog, files: &[CatalogFile]) -> Catalog {
    let mut files = files.to_vec();
    let targets: Vec<FileId> = catalog
        .files
        .iter()
        .map(|file| position(&mut files, file))
        .collect();
    let to = |file: FileId| targets.get(file.0 as usize).copied().unwrap_or(file);
    let mut moved = catalog.clone();
    moved.files = files.clone();
    for relation in moved
        .relations
        .values_mut()
        .chain(moved.dropped.values_mut())
    {
        move_relation(relation, &to);
    }
    for function in moved.functions.values_mut() {
        move_site(&mut function.at, &to);
    }
    for step in &mut moved.unknown {
        step.site.file = to(step.site.file);
    }
    moved
}

fn position(files: &mut Vec<CatalogFile>, file: &CatalogFile) -> FileId {
    let known = files.iter().position(|other| other == file);
    let at = known.unwrap_or_else(|| {
        files.push(file.clone());
        files.len() - 1
    });
    FileId(at as u32)
}

fn move_site(site: &mut Option<Site>, to: &dyn Fn(FileId) -> FileId) {
    if let Some(site) = site {
        site.file = to(site.file);
    }
}

fn move_relation(relation: &mut Relation, to: &dyn Fn(FileId) -> FileId) {
    move_site(&mut relation.declared_at, to);
    move_site(&mut relation.dropped_at, to);
    for column in &mut relation.columns {
        move_site(&mut column.declared_at, to);
    }
    for past in &mut relation.past {
        past.ended_at.file = to(past.ended_at.file);
    }
    for declared in &mut relation.dependents {
        declared.file = to(declared.file);
    }
    if let Some(view) = &mut relation.view {
        move_site(&mut view.at, to);
        for need in &mut view.needs {
            move_site(&mut need.site, to);
        }
    }
}
