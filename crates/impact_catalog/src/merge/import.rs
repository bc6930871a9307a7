//! Tables of imported schemas: `IMPORT FOREIGN SCHEMA` names no column, the other database's catalog does.

use super::group::MergedDatabase;
use crate::replay::views;
use impact_facts::{Catalog, ImportedSchema, Relation, RelationKind, TableName};

/// Views that stand on views of imported tables: so often are they looked at again.
const MAX_ROUNDS: u32 = 8;

/// Relations with their names.
type Tables = Vec<(TableName, Relation)>;

/// Gives every database the tables that it imports from another of the workspace, and binds its views anew.
pub(super) fn complete(databases: &mut [MergedDatabase]) {
    for at in 0..databases.len() {
        let found = imported(databases, at);
        let Some(database) = databases.get_mut(at) else {
            continue;
        };
        if found.is_empty() {
            continue;
        }
        for (name, relation) in found {
            database.catalog.relations.entry(name).or_insert(relation);
        }
        for _ in 0..MAX_ROUNDS {
            if !views::bind_again(&mut database.catalog) {
                break;
            }
        }
    }
}

fn imported(databases: &[MergedDatabase], at: usize) -> Tables {
    let Some(own) = databases.get(at) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for schema in &own.catalog.imported {
        let others = databases
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, database)| database);
        let mut candidates: Vec<(bool, usize, Tables)> = others
            .map(|database| {
                let tables = tables(&database.catalog, schema);
                (
                    is_named(&schema.server, &database.catalog.database),
                    tables.len(),
                    tables,
                )
            })
            .filter(|(_, count, _)| *count > 0)
            .collect();
        candidates.sort_by_key(|(named, count, _)| (!named, std::cmp::Reverse(*count)));
        found.extend(
            candidates
                .into_iter()
                .next()
                .into_iter()
                .flat_map(|(_, _, tables)| tables),
        );
    }
    found
}

/// Whether a server's name has the database's as a word: `lms_us_server` is of `lms`.
fn is_named(server: &str, database: &str) -> bool {
    let words = |text: &str| {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let server = words(server);
    words(database).iter().any(|word| server.contains(word))
}

/// The relations of a catalog that a schema imports, under the names that they get.
fn tables(catalog: &Catalog, schema: &ImportedSchema) -> Tables {
    let wanted = |name: &TableName| {
        let listed = schema.only.is_empty() || schema.only.contains(&name.name);
        name.schema.as_deref() == Some(&*schema.remote)
            && listed
            && !schema.except.contains(&name.name)
    };
    let found = catalog.relations.iter().filter(|(name, _)| wanted(name));
    found
        .map(|(name, relation)| {
            (
                TableName::qualified(&schema.local, &name.name),
                foreign(relation, schema),
            )
        })
        .collect()
}

/// A foreign table with the columns of a relation. Its sites are the other catalog's, and left away.
fn foreign(relation: &Relation, schema: &ImportedSchema) -> Relation {
    let mut columns = relation.columns.clone();
    columns
        .iter_mut()
        .for_each(|column| column.declared_at = None);
    Relation {
        columns,
        foreign: Some((schema.server.clone(), schema.remote.clone())),
        ..Relation::new(RelationKind::ForeignTable, None, relation.origin)
    }
}
