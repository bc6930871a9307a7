//! Joins foreign tables to the tables of another database that they mirror.

use crate::build::{ColumnKey, Graph};
use crate::database::DatabaseId;
use crate::node::EdgeKind;
use crate::route::words_of;
use impact_facts::{Certainty, ImportedSchema, TableName};

/// A local table, the remote one that it stands for, and how sure that is.
struct Mirror {
    local: (DatabaseId, TableName),
    remote: (DatabaseId, TableName),
    certainty: Certainty,
}

/// Adds the edges of every foreign table whose remote table some catalog of the workspace knows.
pub(crate) fn add(graph: &mut Graph<'_>) {
    let mut mirrors = declared(graph);
    mirrors.extend(imported(graph));
    for mirror in mirrors {
        for column in columns_of(graph, &mirror.remote) {
            let key = |(database, table): &(DatabaseId, TableName)| ColumnKey {
                database: *database,
                table: table.clone(),
                column: column.clone(),
            };
            graph.link_columns(
                EdgeKind::Mirrors,
                mirror.certainty,
                key(&mirror.local),
                key(&mirror.remote),
            );
        }
    }
}

fn columns_of(graph: &Graph<'_>, (database, table): &(DatabaseId, TableName)) -> Vec<Box<str>> {
    let declared = graph.databases.get(*database).declared(table);
    let mut columns: Vec<Box<str>> = declared
        .iter()
        .flat_map(|one| one.column_names())
        .map(Into::into)
        .collect();
    columns.sort();
    columns.dedup();
    columns
}

/// Foreign tables that a catalog lists one by one.
fn declared(graph: &Graph<'_>) -> Vec<Mirror> {
    let mut mirrors = Vec::new();
    for (database, described) in graph.databases.iter() {
        for (name, declared) in described.tables() {
            let foreign = declared
                .iter()
                .filter(|one| one.live)
                .find_map(|one| one.relation.foreign.as_ref());
            let Some((server, schema)) = foreign else {
                continue;
            };
            let remote = TableName::qualified(schema, &name.name);
            for (other, table, certainty) in remotes(graph, (database, name), server, &remote) {
                mirrors.push(Mirror {
                    local: (database, name.clone()),
                    remote: (other, table),
                    certainty,
                });
            }
        }
    }
    mirrors
}

/// Tables of schemas that are imported as a whole.
fn imported(graph: &Graph<'_>) -> Vec<Mirror> {
    let mut schemas: Vec<(DatabaseId, &ImportedSchema)> = Vec::new();
    for (service, index) in graph.indexes.iter().enumerate() {
        for catalog in &index.catalogs {
            let database = graph.databases.in_service(service, &catalog.database);
            schemas.extend(catalog.imported.iter().map(|schema| (database, schema)));
        }
    }
    schemas.sort();
    schemas.dedup();
    schemas
        .into_iter()
        .flat_map(|(database, schema)| tables_of_schema(graph, database, schema))
        .collect()
}

fn tables_of_schema(
    graph: &Graph<'_>,
    database: DatabaseId,
    schema: &ImportedSchema,
) -> Vec<Mirror> {
    let mut names: Vec<Box<str>> = Vec::new();
    for (_, other) in graph.databases.iter() {
        let remote = |name: &TableName| {
            other.canonical(&TableName::qualified(&schema.remote, &name.name)) == *name
        };
        names.extend(
            other
                .tables()
                .filter(|(name, _)| remote(name))
                .map(|(name, _)| name.name.clone()),
        );
    }
    names.sort();
    names.dedup();
    names.retain(|name| {
        (schema.only.is_empty() || schema.only.contains(name)) && !schema.except.contains(name)
    });
    let mut mirrors = Vec::new();
    for name in names {
        let local = graph
            .databases
            .get(database)
            .canonical(&TableName::qualified(&schema.local, &name));
        let remote = TableName::qualified(&schema.remote, &name);
        for (other, table, certainty) in remotes(graph, (database, &local), &schema.server, &remote)
        {
            mirrors.push(Mirror {
                local: (database, local.clone()),
                remote: (other, table),
                certainty,
            });
        }
    }
    mirrors
}

/// Tables of the workspace that a foreign table may stand for. One whose database or service the server is named
/// after wins; if none is, a single one is likely and of several each is possible.
fn remotes(
    graph: &Graph<'_>,
    local: (DatabaseId, &TableName),
    server: &str,
    remote: &TableName,
) -> Vec<(DatabaseId, TableName, Certainty)> {
    let mut found: Vec<(DatabaseId, TableName)> = Vec::new();
    for (database, described) in graph.databases.iter() {
        let name = described.canonical(remote);
        let itself = local == (database, &name);
        if !itself
            && described
                .declared(&name)
                .iter()
                .any(|one| one.relation.foreign.is_none())
        {
            found.push((database, name));
        }
    }
    let named: Vec<_> = found
        .iter()
        .filter(|(database, _)| is_named(graph, *database, server))
        .cloned()
        .collect();
    let chosen = if named.is_empty() { found } else { named };
    let certainty = if chosen.len() == 1 {
        Certainty::Likely
    } else {
        Certainty::Possible
    };
    chosen
        .into_iter()
        .map(|(database, table)| (database, table, certainty))
        .collect()
}

fn is_named(graph: &Graph<'_>, database: DatabaseId, server: &str) -> bool {
    let words = words_of(server);
    let services = graph.indexes.iter().enumerate();
    let users =
        services.filter(|(service, _)| graph.databases.of_service(*service).contains(&database));
    let names = users
        .map(|(_, index)| &*index.service.name)
        .chain([graph.databases.get(database).name]);
    names
        .map(words_of)
        .any(|name| !name.is_empty() && name.iter().all(|word| words.contains(word)))
}
