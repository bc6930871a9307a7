//! Languages of files and dialects of databases.

use serde::{Deserialize, Serialize};

/// What a file is written in. Every variant but [`Language::Other`] has a front end in `impact_extract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Python 3 (`.py`, `.pyi`).
    Python,
    /// Rust (`.rs`).
    Rust,
    /// SQL, with or without Jinja (`.sql`).
    Sql,
    /// A template of Django's or Jinja's language in a text of any kind (`.html`, `.txt`, `.j2`, …).
    Template,
    /// YAML, lowered to collections.
    Yaml,
    /// TOML, lowered to collections.
    Toml,
    /// JSON, lowered to collections.
    Json,
    /// A table of scheduled commands.
    Crontab,
    /// Text of a language without a front end: searched for SQL in its string literals only.
    Other,
}

impl Language {
    /// Whether files of it hold data or unknown code: such a file names tables and columns by their own names or not
    /// at all.
    #[must_use]
    pub fn holds_data(self) -> bool {
        matches!(
            self,
            Language::Yaml | Language::Toml | Language::Json | Language::Crontab | Language::Other
        )
    }
}

/// Which database's SQL a text is written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL.
    #[default]
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// SQLite.
    Sqlite,
    /// Google BigQuery.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// Microsoft SQL Server.
    TSql,
    /// DuckDB.
    DuckDb,
    /// ClickHouse.
    ClickHouse,
    /// Amazon Redshift.
    Redshift,
    /// Trino and Presto.
    Trino,
    /// Not known: what most dialects accept.
    Generic,
}

impl Dialect {
    /// Every dialect with the words that name it on the command line and in `impact.toml`; the first is canonical.
    pub const NAMES: &[(Dialect, &[&str])] = &[
        (Dialect::Postgres, &["postgres", "postgresql", "pg"]),
        (Dialect::MySql, &["mysql", "mariadb"]),
        (Dialect::Sqlite, &["sqlite", "sqlite3"]),
        (Dialect::BigQuery, &["bigquery"]),
        (Dialect::Snowflake, &["snowflake"]),
        (Dialect::TSql, &["tsql", "mssql", "sqlserver"]),
        (Dialect::DuckDb, &["duckdb"]),
        (Dialect::ClickHouse, &["clickhouse"]),
        (Dialect::Redshift, &["redshift"]),
        (Dialect::Trino, &["trino", "presto"]),
        (Dialect::Generic, &["generic"]),
    ];

    /// The dialect that `word` names, in any case.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Dialect> {
        let word = word.to_ascii_lowercase();
        Self::NAMES
            .iter()
            .find(|(_, names)| names.contains(&word.as_str()))
            .map(|(dialect, _)| *dialect)
    }

    /// The canonical word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(dialect, _)| *dialect == self)
            .map_or("generic", |(_, names)| names[0])
    }

    /// An identifier as the catalog keeps it: PostgreSQL and its kin fold what is not quoted to lower case, the others
    /// keep what is written and compare without regard to case, see [`Dialect::same_name`]. What is quoted is folded
    /// as well where [`Dialect::folds_quoted`].
    #[must_use]
    pub fn fold(self, word: &str, quoted: bool) -> Box<str> {
        if self.folds() && (!quoted || self.folds_quoted()) {
            word.to_lowercase().into()
        } else {
            word.into()
        }
    }

    /// Whether two folded identifiers name the same thing.
    #[must_use]
    pub fn same_name(self, left: &str, right: &str) -> bool {
        if self.folds() {
            left == right
        } else {
            left.eq_ignore_ascii_case(right)
        }
    }

    /// Whether a bare name of a table belongs to a schema of the search path.
    #[must_use]
    pub fn has_schemas(self) -> bool {
        !matches!(
            self,
            Dialect::Sqlite | Dialect::MySql | Dialect::Generic | Dialect::ClickHouse
        )
    }

    /// Whether quotes keep no case: Redshift (without `enable_case_sensitive_identifier`) and Trino compare quoted names
    /// without regard to case. Snowflake does not, but `"TOTAL"` and `total` are one name there; that `"total"` is another
    /// is not followed.
    #[must_use]
    pub fn folds_quoted(self) -> bool {
        matches!(
            self,
            Dialect::Redshift | Dialect::Trino | Dialect::Snowflake
        )
    }

    fn folds(self) -> bool {
        matches!(
            self,
            Dialect::Postgres
                | Dialect::Redshift
                | Dialect::Trino
                | Dialect::Snowflake
                | Dialect::Generic
        )
    }
}
