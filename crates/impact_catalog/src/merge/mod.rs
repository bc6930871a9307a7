//! One database that several services declare; and which services' databases are one.

mod files;
mod group;
mod import;

#[cfg(test)]
mod tests;

use impact_facts::{Catalog, Column, Origin, Relation, TableName};

pub use group::{Member, MergedDatabase, merge_databases};

/// One catalog of what several say of one database, in their order. Who knows best counts: migrations before dumps,
/// dumps before schema files, those before models; what only models declare is joined. Sites stand in the merged
/// catalog's own files.
#[must_use]
pub fn merge(catalogs: &[&Catalog]) -> Catalog {
    let mut rest = catalogs.iter();
    let Some(first) = rest.next() else {
        return Catalog::default();
    };
    let mut merged = (*first).clone();
    for catalog in rest {
        let other = files::moved(catalog, &merged.files);
        add(&mut merged, other);
    }
    merged
}

/// Adds what `other` says; its sites stand in its files, which begin with those of `merged`.
fn add(merged: &mut Catalog, other: Catalog) {
    merged.files = other.files;
    merged.complete |= other.complete;
    for schema in other.search_path {
        if !merged.search_path.contains(&schema) {
            merged.search_path.push(schema);
        }
    }
    for (name, relation) in other.relations {
        add_relation(merged, name, relation);
    }
    for (name, relation) in other.dropped {
        add_dropped(merged, name, relation);
    }
    merged
        .dropped
        .retain(|name, _| !merged.relations.contains_key(name));
    for (name, fields) in other.types {
        merged.types.entry(name).or_insert(fields);
    }
    for (name, function) in other.functions {
        merged.functions.entry(name).or_insert(function);
    }
    for imported in other.imported {
        if !merged.imported.contains(&imported) {
            merged.imported.push(imported);
        }
    }
    merged.unknown.extend(other.unknown);
}

fn add_relation(merged: &mut Catalog, name: TableName, mut relation: Relation) {
    let Some(known) = merged.relations.get_mut(&name) else {
        merged.relations.insert(name, relation);
        return;
    };
    if relation.origin < known.origin {
        std::mem::swap(known, &mut relation);
    }
    if is_declared_only(known.origin) {
        join_columns(known, &relation.columns);
        let new = relation.dependents.into_iter().filter(|other| {
            known
                .dependents
                .iter()
                .all(|own| own.dependent.columns != other.dependent.columns)
        });
        let new: Vec<_> = new.collect();
        known.dependents.extend(new);
    }
    for past in relation.past {
        if known.column(&past.name).is_none()
            && known.past.iter().all(|other| other.name != past.name)
        {
            known.past.push(past);
        }
    }
}

fn add_dropped(merged: &mut Catalog, name: TableName, relation: Relation) {
    merged.dropped.entry(name).or_insert(relation);
}

/// Whether nobody but code says that a relation exists.
fn is_declared_only(origin: Origin) -> bool {
    matches!(origin, Origin::Model | Origin::Statement | Origin::Builtin)
}

fn join_columns(relation: &mut Relation, columns: &[Column]) {
    for column in columns {
        if relation.column(&column.name).is_none() {
            relation.columns.push(column.clone());
        }
    }
}
