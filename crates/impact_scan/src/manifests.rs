//! Database drivers and ORMs that a service's manifests name, and what they say of its dialect.
//!
//! A manifest is searched for package names as whole words, not parsed: nineteen formats, one question.

use impact_facts::Dialect;
use std::collections::BTreeSet;

/// Ecosystems: which manifests name packages of which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ecosystem {
    Python,
    Rust,
    Node,
    Go,
    Ruby,
    Java,
    Php,
    DotNet,
    Elixir,
}

/// File names with the ecosystem that they speak for. A leading `*` fits any beginning.
const MANIFESTS: &[(&str, Ecosystem)] = &[
    ("*requirements*.txt", Ecosystem::Python),
    ("*requirements*.in", Ecosystem::Python),
    ("pyproject.toml", Ecosystem::Python),
    ("Pipfile", Ecosystem::Python),
    ("setup.py", Ecosystem::Python),
    ("setup.cfg", Ecosystem::Python),
    ("environment.yml", Ecosystem::Python),
    ("Cargo.toml", Ecosystem::Rust),
    ("package.json", Ecosystem::Node),
    ("go.mod", Ecosystem::Go),
    ("Gemfile", Ecosystem::Ruby),
    ("*.gemspec", Ecosystem::Ruby),
    ("pom.xml", Ecosystem::Java),
    ("build.gradle", Ecosystem::Java),
    ("build.gradle.kts", Ecosystem::Java),
    ("libs.versions.toml", Ecosystem::Java),
    ("composer.json", Ecosystem::Php),
    ("*.csproj", Ecosystem::DotNet),
    ("mix.exs", Ecosystem::Elixir),
];

/// A package that reaches a database, and the dialect that it speaks if it speaks one.
struct Driver {
    ecosystem: Ecosystem,
    name: &'static str,
    dialect: Option<Dialect>,
}

const fn driver(ecosystem: Ecosystem, name: &'static str, dialect: Option<Dialect>) -> Driver {
    Driver {
        ecosystem,
        name,
        dialect,
    }
}

const PG: Option<Dialect> = Some(Dialect::Postgres);
const MY: Option<Dialect> = Some(Dialect::MySql);
const LITE: Option<Dialect> = Some(Dialect::Sqlite);
const MS: Option<Dialect> = Some(Dialect::TSql);

/// Names as their registries write them, lower-cased, `_` as `-` where the registry holds both for one.
const DRIVERS: &[Driver] = &[
    driver(Ecosystem::Python, "psycopg", PG),
    driver(Ecosystem::Python, "psycopg2", PG),
    driver(Ecosystem::Python, "psycopg2-binary", PG),
    driver(Ecosystem::Python, "psycopg-binary", PG),
    driver(Ecosystem::Python, "asyncpg", PG),
    driver(Ecosystem::Python, "aiopg", PG),
    driver(Ecosystem::Python, "pg8000", PG),
    driver(Ecosystem::Python, "mysqlclient", MY),
    driver(Ecosystem::Python, "pymysql", MY),
    driver(Ecosystem::Python, "aiomysql", MY),
    driver(Ecosystem::Python, "mysql-connector-python", MY),
    driver(Ecosystem::Python, "aiosqlite", LITE),
    driver(Ecosystem::Python, "pyodbc", MS),
    driver(Ecosystem::Python, "pymssql", MS),
    driver(Ecosystem::Python, "duckdb", Some(Dialect::DuckDb)),
    driver(
        Ecosystem::Python,
        "clickhouse-driver",
        Some(Dialect::ClickHouse),
    ),
    driver(
        Ecosystem::Python,
        "clickhouse-connect",
        Some(Dialect::ClickHouse),
    ),
    driver(
        Ecosystem::Python,
        "snowflake-connector-python",
        Some(Dialect::Snowflake),
    ),
    driver(
        Ecosystem::Python,
        "snowflake-sqlalchemy",
        Some(Dialect::Snowflake),
    ),
    driver(
        Ecosystem::Python,
        "google-cloud-bigquery",
        Some(Dialect::BigQuery),
    ),
    driver(
        Ecosystem::Python,
        "redshift-connector",
        Some(Dialect::Redshift),
    ),
    driver(Ecosystem::Python, "trino", Some(Dialect::Trino)),
    driver(Ecosystem::Python, "django", None),
    driver(Ecosystem::Python, "sqlalchemy", None),
    driver(Ecosystem::Python, "flask-sqlalchemy", None),
    driver(Ecosystem::Python, "sqlmodel", None),
    driver(Ecosystem::Python, "peewee", None),
    driver(Ecosystem::Python, "tortoise-orm", None),
    driver(Ecosystem::Python, "pony", None),
    driver(Ecosystem::Python, "ormar", None),
    driver(Ecosystem::Python, "orm", None),
    driver(Ecosystem::Python, "piccolo", None),
    driver(Ecosystem::Python, "gino", None),
    driver(Ecosystem::Python, "edgy", None),
    driver(Ecosystem::Python, "saffier", None),
    driver(Ecosystem::Python, "databases", None),
    driver(Ecosystem::Python, "ormar", None),
    driver(Ecosystem::Python, "gino", None),
    driver(Ecosystem::Python, "piccolo", None),
    driver(Ecosystem::Python, "edgy", None),
    driver(Ecosystem::Python, "sqlobject", None),
    driver(Ecosystem::Python, "dbt-postgres", PG),
    driver(Ecosystem::Python, "dbt-snowflake", Some(Dialect::Snowflake)),
    driver(Ecosystem::Python, "dbt-bigquery", Some(Dialect::BigQuery)),
    driver(Ecosystem::Python, "dbt-redshift", Some(Dialect::Redshift)),
    driver(Ecosystem::Python, "dbt-duckdb", Some(Dialect::DuckDb)),
    driver(Ecosystem::Rust, "sqlx", None),
    driver(Ecosystem::Rust, "diesel", None),
    driver(Ecosystem::Rust, "diesel-async", None),
    driver(Ecosystem::Rust, "sea-orm", None),
    driver(Ecosystem::Rust, "tokio-postgres", PG),
    driver(Ecosystem::Rust, "postgres", PG),
    driver(Ecosystem::Rust, "deadpool-postgres", PG),
    driver(Ecosystem::Rust, "bb8-postgres", PG),
    driver(Ecosystem::Rust, "mysql", MY),
    driver(Ecosystem::Rust, "mysql-async", MY),
    driver(Ecosystem::Rust, "rusqlite", LITE),
    driver(Ecosystem::Rust, "tiberius", MS),
    driver(Ecosystem::Rust, "duckdb", Some(Dialect::DuckDb)),
    driver(Ecosystem::Rust, "clickhouse", Some(Dialect::ClickHouse)),
    driver(Ecosystem::Node, "pg", PG),
    driver(Ecosystem::Node, "postgres", PG),
    driver(Ecosystem::Node, "pg-promise", PG),
    driver(Ecosystem::Node, "mysql", MY),
    driver(Ecosystem::Node, "mysql2", MY),
    driver(Ecosystem::Node, "better-sqlite3", LITE),
    driver(Ecosystem::Node, "sqlite3", LITE),
    driver(Ecosystem::Node, "mssql", MS),
    driver(Ecosystem::Node, "@prisma/client", None),
    driver(Ecosystem::Node, "prisma", None),
    driver(Ecosystem::Node, "typeorm", None),
    driver(Ecosystem::Node, "sequelize", None),
    driver(Ecosystem::Node, "knex", None),
    driver(Ecosystem::Node, "drizzle-orm", None),
    driver(Ecosystem::Node, "kysely", None),
    driver(Ecosystem::Node, "objection", None),
    driver(Ecosystem::Node, "@mikro-orm/core", None),
    driver(Ecosystem::Go, "github.com/lib/pq", PG),
    driver(Ecosystem::Go, "github.com/jackc/pgx", PG),
    driver(Ecosystem::Go, "github.com/go-sql-driver/mysql", MY),
    driver(Ecosystem::Go, "github.com/mattn/go-sqlite3", LITE),
    driver(Ecosystem::Go, "modernc.org/sqlite", LITE),
    driver(Ecosystem::Go, "github.com/microsoft/go-mssqldb", MS),
    driver(Ecosystem::Go, "gorm.io/gorm", None),
    driver(Ecosystem::Go, "github.com/jmoiron/sqlx", None),
    driver(Ecosystem::Go, "entgo.io/ent", None),
    driver(Ecosystem::Go, "github.com/uptrace/bun", None),
    driver(Ecosystem::Ruby, "pg", PG),
    driver(Ecosystem::Ruby, "mysql2", MY),
    driver(Ecosystem::Ruby, "trilogy", MY),
    driver(Ecosystem::Ruby, "sqlite3", LITE),
    driver(Ecosystem::Ruby, "rails", None),
    driver(Ecosystem::Ruby, "activerecord", None),
    driver(Ecosystem::Ruby, "sequel", None),
    driver(Ecosystem::Java, "org.postgresql", PG),
    driver(Ecosystem::Java, "mysql-connector-j", MY),
    driver(Ecosystem::Java, "mysql-connector-java", MY),
    driver(Ecosystem::Java, "sqlite-jdbc", LITE),
    driver(Ecosystem::Java, "mssql-jdbc", MS),
    driver(Ecosystem::Java, "spring-boot-starter-data-jpa", None),
    driver(Ecosystem::Java, "hibernate-core", None),
    driver(Ecosystem::Java, "mybatis", None),
    driver(Ecosystem::Java, "jooq", None),
    driver(Ecosystem::Php, "ext-pdo", None),
    driver(Ecosystem::Php, "doctrine/orm", None),
    driver(Ecosystem::Php, "laravel/framework", None),
    driver(Ecosystem::DotNet, "npgsql", PG),
    driver(Ecosystem::DotNet, "microsoft.entityframeworkcore", None),
    driver(Ecosystem::DotNet, "dapper", None),
    driver(Ecosystem::Elixir, "postgrex", PG),
    driver(Ecosystem::Elixir, "ecto-sql", None),
];

/// Files that speak of a database by being there: name and driver.
const PRESENT: &[(&str, &str)] = &[("dbt_project.yml", "dbt"), ("schema.prisma", "prisma")];

/// Drivers that a file names, if it is a manifest: `(package, dialect)` by name.
pub(crate) fn drivers(path: &str, text: &str) -> BTreeSet<(&'static str, Option<Dialect>)> {
    if let Some((_, driver)) = PRESENT.iter().find(|(name, _)| *name == file_name(path)) {
        return BTreeSet::from([(*driver, None)]);
    }
    let Some(ecosystem) = ecosystem_of(path) else {
        return BTreeSet::new();
    };
    let words = words(text, ecosystem);
    DRIVERS
        .iter()
        .filter(|driver| driver.ecosystem == ecosystem && words.contains(driver.name))
        .map(|driver| (driver.name, driver.dialect))
        .collect()
}

/// Whether a path is a manifest's.
pub(crate) fn is_manifest(path: &str) -> bool {
    ecosystem_of(path).is_some() || PRESENT.iter().any(|(name, _)| *name == file_name(path))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn ecosystem_of(path: &str) -> Option<Ecosystem> {
    let name = file_name(path);
    let in_requirements =
        path.contains("requirements/") && (name.ends_with(".txt") || name.ends_with(".in"));
    if in_requirements {
        return Some(Ecosystem::Python);
    }
    MANIFESTS
        .iter()
        .find(|(pattern, _)| fits(pattern, name))
        .map(|(_, ecosystem)| *ecosystem)
}

fn fits(pattern: &str, name: &str) -> bool {
    let mut rest = name;
    let mut parts = pattern.split('*').peekable();
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

/// The package-like words of a manifest without its comments, lower-cased. A Go module's path is known by each of its
/// beginnings, so that `github.com/jackc/pgx/v5` is `github.com/jackc/pgx`.
fn words(text: &str, ecosystem: Ecosystem) -> BTreeSet<String> {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
    let mut words = BTreeSet::new();
    for line in text.lines().map(|line| without_comment(line, ecosystem)) {
        for word in line.split(|c| !joins(c)).filter(|word| word.len() <= 100) {
            let word = word
                .trim_matches(['.', '/', '-'])
                .to_lowercase()
                .replace('_', "-");
            if ecosystem == Ecosystem::Go {
                let cuts = word.match_indices('/').map(|(at, _)| word[..at].to_owned());
                words.extend(cuts.collect::<Vec<_>>());
            }
            words.insert(word);
        }
    }
    words
}

fn without_comment(line: &str, ecosystem: Ecosystem) -> &str {
    let mark = match ecosystem {
        Ecosystem::Go => "//",
        Ecosystem::Node | Ecosystem::Php | Ecosystem::Java | Ecosystem::DotNet => return line,
        _ => "#",
    };
    line.split_once(mark).map_or(line, |(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::{drivers, is_manifest};

    fn names(path: &str, text: &str) -> Vec<&'static str> {
        drivers(path, text)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn a_requirement_is_a_whole_word_outside_comments() {
        let text = "psycopg2-binary>=2.9  # not mysqlclient\nDjango==5.0\ndjango-redis\n";
        assert_eq!(
            names("requirements/base.txt", text),
            ["django", "psycopg2-binary"]
        );
    }

    #[test]
    fn crates_are_known_with_either_separator() {
        assert_eq!(
            names("a/Cargo.toml", "tokio_postgres = \"1\"\n"),
            ["tokio-postgres"]
        );
    }

    #[test]
    fn go_modules_are_known_without_their_version() {
        assert_eq!(
            names("go.mod", "require github.com/jackc/pgx/v5 v5.1.0"),
            ["github.com/jackc/pgx"]
        );
    }

    #[test]
    fn other_files_are_no_manifests() {
        assert!(!is_manifest("src/requirements.rs"));
        assert!(is_manifest("dev-requirements.txt"));
        assert!(is_manifest("Service.csproj"));
    }
}
