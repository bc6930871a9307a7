//! What a tree says of itself where nobody described it: its services, their databases, the dialect.

use crate::manifests;
use crate::workspace::{DEFAULT_DATABASE, DatabaseSpec, ServiceSpec, Workspace};
use ignore::WalkBuilder;
use impact_facts::Dialect;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How deep manifests and settings are looked for, and how many.
const DEPTH: usize = 5;
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 1 << 20;

/// The workspace of a directory without `impact.toml`.
pub(crate) fn workspace(root: &Path) -> Workspace {
    let services = services(root);
    let databases = vec![database(&services)];
    Workspace {
        root: root.to_path_buf(),
        config: None,
        services,
        databases,
    }
}

/// A folder of repositories holds one service for each; anything else is one service.
pub(crate) fn services(root: &Path) -> Vec<ServiceSpec> {
    let repositories = if root.join(".git").exists() {
        Vec::new()
    } else {
        repositories_in(root)
    };
    if repositories.is_empty() {
        return vec![ServiceSpec::found(root, root, &name_of(root))];
    }
    repositories
        .iter()
        .map(|path| ServiceSpec::found(root, path, &name_of(path)))
        .collect()
}

fn repositories_in(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| path.join(".git").exists())
        .collect();
    found.sort();
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(
        || "service".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The one database that services share when nobody names any.
pub(crate) fn database(services: &[ServiceSpec]) -> DatabaseSpec {
    DatabaseSpec {
        name: DEFAULT_DATABASE.into(),
        dialect: dialect(services.iter()),
        schema: Vec::new(),
    }
}

/// The dialect of a database as the services that name it, or that name none, suggest it.
pub(crate) fn dialect_of(database: &str, services: &[ServiceSpec]) -> Dialect {
    dialect(services.iter().filter(|spec| {
        let names = &spec.service.databases;
        names.is_empty() || names.iter().any(|name| &**name == database)
    }))
}

/// Words of settings that name a dialect, and how much each says. SQLite says least: it is what tests and first
/// steps run on.
const SETTINGS: &[(&str, Dialect, u32)] = &[
    ("django.db.backends.postgresql", Dialect::Postgres, 20),
    ("postgresql://", Dialect::Postgres, 10),
    ("postgresql+", Dialect::Postgres, 10),
    ("postgres://", Dialect::Postgres, 10),
    ("postgis://", Dialect::Postgres, 10),
    ("jdbc:postgresql", Dialect::Postgres, 10),
    ("image: postgres", Dialect::Postgres, 10),
    ("postgis/postgis", Dialect::Postgres, 10),
    ("type: postgres", Dialect::Postgres, 10),
    ("adapter: postgresql", Dialect::Postgres, 10),
    ("django.db.backends.mysql", Dialect::MySql, 20),
    ("mysql://", Dialect::MySql, 10),
    ("mysql+", Dialect::MySql, 10),
    ("jdbc:mysql", Dialect::MySql, 10),
    ("image: mysql", Dialect::MySql, 10),
    ("image: mariadb", Dialect::MySql, 10),
    ("adapter: mysql2", Dialect::MySql, 10),
    ("django.db.backends.sqlite3", Dialect::Sqlite, 2),
    ("sqlite://", Dialect::Sqlite, 2),
    ("adapter: sqlite3", Dialect::Sqlite, 2),
    ("mssql+", Dialect::TSql, 10),
    ("jdbc:sqlserver", Dialect::TSql, 10),
    ("type: snowflake", Dialect::Snowflake, 10),
    ("snowflake://", Dialect::Snowflake, 10),
    ("type: bigquery", Dialect::BigQuery, 10),
    ("type: redshift", Dialect::Redshift, 10),
    ("type: duckdb", Dialect::DuckDb, 10),
    ("clickhouse://", Dialect::ClickHouse, 10),
    ("clickhouse/clickhouse-server", Dialect::ClickHouse, 5),
];

/// Features and settings in manifests that name a dialect: of a library that speaks several.
const FEATURES: &[(&str, Dialect)] = &[
    ("\"postgres\"", Dialect::Postgres),
    ("\"sqlx-postgres\"", Dialect::Postgres),
    ("\"mysql\"", Dialect::MySql),
    ("\"sqlx-mysql\"", Dialect::MySql),
    ("\"sqlite\"", Dialect::Sqlite),
];

fn dialect<'a>(services: impl Iterator<Item = &'a ServiceSpec>) -> Dialect {
    let mut votes: BTreeMap<Dialect, u32> = BTreeMap::new();
    for file in services.flat_map(|spec| telling_files(&spec.root)) {
        if let Ok(bytes) = std::fs::read(&file) {
            vote(&file, &String::from_utf8_lossy(&bytes), &mut votes);
        }
    }
    let most = votes
        .iter()
        .max_by_key(|(dialect, votes)| (**votes, std::cmp::Reverse(**dialect)));
    most.map_or(Dialect::default(), |(dialect, _)| *dialect)
}

fn vote(path: &Path, text: &str, votes: &mut BTreeMap<Dialect, u32>) {
    let name = path.to_string_lossy();
    for (_, dialect) in manifests::drivers(&name, text) {
        if let Some(dialect) = dialect {
            *votes.entry(dialect).or_default() += if dialect == Dialect::Sqlite { 2 } else { 15 };
        }
    }
    if name.ends_with("Cargo.toml") {
        for (_, dialect) in FEATURES.iter().filter(|(word, _)| text.contains(word)) {
            *votes.entry(*dialect).or_default() += if *dialect == Dialect::Sqlite { 3 } else { 15 };
        }
        return;
    }
    for (_, dialect, weight) in SETTINGS.iter().filter(|(word, ..)| text.contains(word)) {
        *votes.entry(*dialect).or_default() += weight;
    }
}

/// Manifests and settings of a service, by path.
fn telling_files(root: &Path) -> Vec<PathBuf> {
    let walker = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .max_depth(Some(DEPTH))
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "node_modules")))
        .build();
    walker
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()) && tells(entry.path()))
        .filter(|entry| {
            entry
                .metadata()
                .is_ok_and(|metadata| metadata.len() <= MOST_BYTES)
        })
        .map(|entry| entry.into_path())
        .take(MOST_FILES)
        .collect()
}

/// Names of settings files, as beginnings and endings.
const SETTINGS_FILES: &[(&str, &str)] = &[
    ("docker-compose", ".yml"),
    ("docker-compose", ".yaml"),
    ("compose", ".yml"),
    ("compose", ".yaml"),
    (".env", ""),
    ("alembic", ".ini"),
    ("settings", ".py"),
    ("config", ".py"),
    ("base", ".py"),
    ("production", ".py"),
    ("database", ".yml"),
    ("profiles", ".yml"),
    ("application", ".yml"),
    ("application", ".properties"),
    ("diesel", ".toml"),
    ("sqlc", ".yaml"),
    ("sqlc", ".yml"),
];

fn tells(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    manifests::is_manifest(&path.to_string_lossy())
        || SETTINGS_FILES
            .iter()
            .any(|(start, end)| name.starts_with(start) && name.ends_with(end))
}
