//! Which dialect a path says that its SQL is written in: repositories that keep the same migrations once for each
//! database name the folders, or the files, by it.

use impact_facts::Dialect;

/// Parts of longer words that name a dialect: `sqlite3_migrations`, `psqldb`, `mssql-scripts`, hiqlite (SQLite with Raft).
const PARTS: &[(&str, Dialect)] = &[
    ("mssql", Dialect::TSql),
    ("sqlserver", Dialect::TSql),
    ("postgres", Dialect::Postgres),
    ("pgsql", Dialect::Postgres),
    ("psql", Dialect::Postgres),
    ("mysql", Dialect::MySql),
    ("mariadb", Dialect::MySql),
    ("sqlite", Dialect::Sqlite),
    ("hiqlite", Dialect::Sqlite),
    ("clickhouse", Dialect::ClickHouse),
    ("duckdb", Dialect::DuckDb),
];

/// The dialect that a folder of a path names: the innermost counts.
pub(super) fn of_folder(folders: &str) -> Option<Dialect> {
    folders.rsplit('/').find_map(of_name)
}

/// The dialect that a file's path says: `0001_users.postgres.sql`, `schema-mysql.sql`, else its folders.
pub(super) fn of_file(path: &str) -> Option<Dialect> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    of_file_name(file).or_else(|| of_folder(folders))
}

/// The dialect that a file's name says, between its dots or as its last word or its only one. A word inside
/// (`0002_leave_mysql_behind.sql`) is what the file does.
pub(super) fn of_file_name(file: &str) -> Option<Dialect> {
    let (stem, _) = file.rsplit_once('.')?;
    let dotted = stem.split('.').skip(1).find_map(Dialect::from_name);
    dotted.or_else(|| {
        let words: Vec<&str> = stem.split(['_', '-']).collect();
        let numbered = words.first().is_some_and(|first| {
            first
                .trim_start_matches('V')
                .starts_with(|c: char| c.is_ascii_digit())
        });
        let last = words.last().filter(|_| !numbered)?;
        Dialect::from_name(last)
    })
}

fn of_name(name: &str) -> Option<Dialect> {
    let mut words = name.split(['_', '-', '.']).rev();
    words.find_map(|word| Dialect::from_name(word).or_else(|| of_part(word)))
}

fn of_part(word: &str) -> Option<Dialect> {
    let word = word.to_ascii_lowercase();
    let found = PARTS.iter().find(|(part, _)| word.contains(part));
    found.map(|(_, dialect)| *dialect)
}

#[cfg(test)]
mod tests {
    use super::of_file;
    use impact_facts::Dialect;

    #[test]
    fn folders_and_files_name_their_dialect() {
        let cases = [
            ("migrations/mysql/1_a.sql", Some(Dialect::MySql)),
            (
                "migrations/postgresql/2024_x/up.sql",
                Some(Dialect::Postgres),
            ),
            ("mysql/old/sqlite3_migrations/1.sql", Some(Dialect::Sqlite)),
            ("migrations/hiqlite/1_init.sql", Some(Dialect::Sqlite)),
            ("db/mssql/schema.sql", Some(Dialect::TSql)),
            ("db/1_a.postgres.sql", Some(Dialect::Postgres)),
            ("db/schema-mysql.sql", Some(Dialect::MySql)),
            ("sqlite.sql", Some(Dialect::Sqlite)),
            ("db/0002_leave_mysql.sql", None),
            ("db/page/1_a.sql", None),
        ];
        for (path, expected) in cases {
            assert_eq!(of_file(path), expected, "{path}");
        }
    }
}
