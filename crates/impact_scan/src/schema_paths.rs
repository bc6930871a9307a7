//! Where the schema of a database is said to come from: inside a service, or in a tree of its own.

use crate::config::{ConfigError, RawDatabase, Source};
use crate::workspace::{DatabaseSpec, ServiceSpec, normal, relative};
use std::path::Path;

/// Complains about a path that names nothing. What a wildcard names is not asked.
pub(crate) fn check(
    source: &Source<'_>,
    root: &Path,
    database: &RawDatabase,
) -> Result<(), ConfigError> {
    let mut paths = database.schema.iter();
    let missing = paths
        .find(|path| !is_wild(Path::new(path.get_ref())) && !root.join(path.get_ref()).exists());
    missing.map_or(Ok(()), |path| {
        let (name, path_text) = (database.name.get_ref(), path.get_ref());
        Err(source.error_at(
            path,
            format!("the schema of database `{name}`: `{path_text}` does not exist"),
        ))
    })
}

fn is_wild(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

/// A service that only declares: schema files that lie in no other service. It is never deployed.
pub(crate) fn outside_services(
    workspace: &Path,
    databases: &[DatabaseSpec],
    services: &[ServiceSpec],
) -> Vec<ServiceSpec> {
    let mut found = Vec::new();
    for database in databases {
        let paths = database
            .schema
            .iter()
            .map(|path| normal(Path::new(&**path)));
        let outside =
            paths.filter(|path| services.iter().all(|spec| !path.starts_with(&spec.root)));
        for (number, path) in outside.enumerate() {
            found.extend(outside_service(workspace, database, number, &path));
        }
    }
    found
}

fn outside_service(
    workspace: &Path,
    database: &DatabaseSpec,
    number: usize,
    path: &Path,
) -> Option<ServiceSpec> {
    let root = literal_parent(path)
        .canonicalize()
        .ok()
        .filter(|root| root.is_dir())?;
    let pattern = relative(literal_parent(path), path);
    let number = if number == 0 {
        String::new()
    } else {
        format!(" {}", number + 1)
    };
    let mut spec = ServiceSpec::found(
        workspace,
        &root,
        &format!("schema of {}{number}", database.name),
    );
    spec.service.databases = vec![database.name.clone()];
    spec.service.library = true;
    spec.schema_only = true;
    spec.selection.only(&pattern);
    Some(spec)
}

/// The directory that holds what a path names or, with a wildcard in it, all that it may name.
fn literal_parent(path: &Path) -> &Path {
    let literal = path
        .ancestors()
        .find(|ancestor| !is_wild(ancestor))
        .unwrap_or(path);
    if literal == path {
        path.parent().unwrap_or(path)
    } else {
        literal
    }
}

/// Where a service is to look for a database's schema, from its own root. Empty: anywhere.
pub(crate) fn of_service(database: &DatabaseSpec, root: &Path) -> Vec<Box<str>> {
    let paths = database
        .schema
        .iter()
        .map(|path| relative(root, &normal(Path::new(&**path))));
    paths
        .map(|path| {
            if path.is_empty() {
                "**".into()
            } else {
                path.into()
            }
        })
        .collect()
}
