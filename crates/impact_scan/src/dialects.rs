//! The dialect of a database where nobody said it, as manifests and settings suggest.

use crate::manifests;
use crate::walk::Found;
use impact_facts::Dialect;
use std::collections::BTreeMap;

/// Dialects that something speaks for, and how much.
pub(crate) type Votes = BTreeMap<Dialect, u32>;

/// How deep manifests and settings are looked for, how many of a service's, and how large.
const DEPTH: usize = 5;
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 1 << 20;

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

/// The dialect that all of these votes together are for.
pub(crate) fn winner<'v>(each: impl Iterator<Item = &'v Votes>) -> Dialect {
    let all = sum(each);
    let most = all
        .iter()
        .max_by_key(|(dialect, votes)| (**votes, std::cmp::Reverse(**dialect)));
    most.map_or(Dialect::default(), |(dialect, _)| *dialect)
}

/// All votes together.
fn sum<'v>(each: impl Iterator<Item = &'v Votes>) -> Votes {
    let mut all = Votes::new();
    for (dialect, votes) in each.flatten() {
        *all.entry(*dialect).or_default() += votes;
    }
    all
}

/// The votes of a service's files.
pub(crate) fn of_files(files: &[Found]) -> Votes {
    let each: Vec<Votes> = files.iter().filter_map(of_file).collect();
    of_service(each.iter())
}

/// The votes of a service by those of its files, in the order of their paths.
pub(crate) fn of_service<'v>(files: impl Iterator<Item = &'v Votes>) -> Votes {
    sum(files.take(MOST_FILES))
}

/// The votes of a file; none if it has none to give.
pub(crate) fn of_file(found: &Found) -> Option<Votes> {
    if !tells(found) {
        return None;
    }
    let mut votes = Votes::new();
    if let Ok(bytes) = std::fs::read(&found.absolute) {
        vote(&found.path, &String::from_utf8_lossy(&bytes), &mut votes);
    }
    Some(votes)
}

fn vote(name: &str, text: &str, votes: &mut Votes) {
    for (_, dialect) in manifests::drivers(name, text) {
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

/// Folders whose settings are not those that the service runs with.
const ELSEWHERE: &[&str] = &["node_modules", "test", "tests"];

fn tells(found: &Found) -> bool {
    let name = found.path.rsplit('/').next().unwrap_or(&found.path);
    let is_settings = SETTINGS_FILES
        .iter()
        .any(|(start, end)| name.starts_with(start) && name.ends_with(end));
    found.bytes <= MOST_BYTES
        && (is_settings || manifests::is_manifest(&found.path))
        && found.path.split('/').count() <= DEPTH
        && !found.path.split('/').any(|part| ELSEWHERE.contains(&part))
}
