//! Which migrations have run when a change is made, and which of their steps are changes at all.

mod support;

use serde_json::Value;
use support::{READER, code, git, impact, stderr, stdout, tree, write};
use tempfile::TempDir;

const CREATE: &str =
    "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, nick text, email text);\n";

fn service(migrations: &[(&str, &str)]) -> TempDir {
    let root = tree(&[
        ("requirements.txt", "psycopg2==2.9\n"),
        ("app/db.py", READER),
    ]);
    for (path, text) in migrations {
        write(root.path(), path, text.as_bytes());
    }
    root
}

/// Exit code, questions (`drop users.nick clear`) and codes of findings.
fn asked(root: &TempDir, arguments: &[&str]) -> (i32, Vec<String>, Vec<String>) {
    let output = impact(
        root.path(),
        &[&["check"], arguments, &["--format", "json"]].concat(),
    );
    let report: Value =
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let word = |value: &Value| value.as_str().unwrap_or("*").to_owned();
    let checks = report["checks"].as_array().unwrap();
    let question = |check: &Value| {
        let target = &check["target"];
        let verdict = word(&check["verdict"]);
        format!(
            "{} {}.{} {verdict}",
            word(&check["change"]),
            word(&target["table"]),
            word(&target["column"])
        )
    };
    let findings = checks
        .iter()
        .flat_map(|one| one["findings"].as_array().unwrap());
    let codes = findings.map(|one| word(&one["code"])).collect();
    (code(&output), checks.iter().map(question).collect(), codes)
}

#[test]
fn what_a_retype_reads_of_the_column_itself_is_no_reader() {
    let root = service(&[
        ("migrations/0001_users.sql", CREATE),
        (
            "migrations/0002_type.sql",
            "ALTER TABLE users\n    ALTER COLUMN nick TYPE integer USING nick::integer;\n",
        ),
    ]);
    let (code, questions, codes) = asked(&root, &["migration", "migrations/0002_type.sql"]);
    assert_eq!(
        (code, questions),
        (0, vec!["retype users.nick clear".to_owned()]),
        "{codes:?}"
    );
}

#[test]
fn the_same_change_of_another_database_is_no_reader() {
    let again = "CREATE TABLE new_users (id integer PRIMARY KEY, name text NOT NULL, nick integer, email text);\n\
        INSERT INTO new_users SELECT id, name, nick, email FROM users;\nDROP TABLE users;\n\
        ALTER TABLE new_users RENAME TO users;\n";
    let root = service(&[
        ("migrations/postgres/0001_users.sql", CREATE),
        (
            "migrations/postgres/0002_type.sql",
            "ALTER TABLE users ALTER COLUMN nick TYPE integer USING nick::integer;\n",
        ),
        ("migrations/sqlite/0001_users.sql", CREATE),
        ("migrations/sqlite/0002_type.sql", again),
    ]);
    let paths = [
        "migration",
        "migrations/postgres/0002_type.sql",
        "migrations/sqlite/0002_type.sql",
    ];
    let (code, questions, codes) = asked(&root, &paths);
    assert!(
        questions.iter().any(|one| one.starts_with("retype")),
        "{questions:?}"
    );
    assert_eq!(
        (code, codes.contains(&"IMP008".to_owned())),
        (0, false),
        "{questions:?} {codes:?}"
    );
}

#[test]
fn what_runs_before_the_change_has_run_and_what_comes_after_has_not() {
    let fill = "UPDATE users SET name = nick WHERE name = '';\n";
    let drop = "ALTER TABLE users DROP COLUMN nick;\n";
    let root = service(&[
        ("migrations/0001_users.sql", CREATE),
        ("migrations/0002_fill.sql", fill),
        ("migrations/0003_drop.sql", drop),
    ]);
    let both = [
        "migration",
        "migrations/0002_fill.sql",
        "migrations/0003_drop.sql",
    ];
    assert_eq!(asked(&root, &both).0, 0);
    write(root.path(), "migrations/0004_fill.sql", fill.as_bytes());
    let (code, _, codes) = asked(&root, &["migration", "migrations/0003_drop.sql"]);
    assert_eq!((code, codes.contains(&"IMP008".to_owned())), (1, true));
}

#[test]
fn names_that_change_places_are_two_changes() {
    let swap = "ALTER TABLE users RENAME COLUMN email TO old_email;\n\
        ALTER TABLE users RENAME COLUMN nick TO email;\n";
    let root = service(&[
        ("migrations/0001_users.sql", CREATE),
        ("migrations/0002_swap.sql", swap),
    ]);
    let (_, mut questions, _) = asked(&root, &["migration", "migrations/0002_swap.sql"]);
    questions.sort();
    assert_eq!(
        questions,
        ["rename users.email clear", "rename users.nick clear"]
    );
    let reads = READER.replace("SELECT name", "SELECT name, email");
    write(root.path(), "app/mail.py", reads.as_bytes());
    let (code, questions, _) = asked(&root, &["migration", "migrations/0002_swap.sql"]);
    assert!(
        questions.contains(&"rename users.email inconclusive".to_owned()),
        "{questions:?}"
    );
    assert_eq!(code, 3);
}

#[test]
fn a_migration_that_is_only_written_anew_takes_nothing_anew() {
    let root = service(&[
        ("migrations/0001_users.sql", CREATE),
        (
            "migrations/0002_drop.sql",
            "ALTER TABLE users DROP COLUMN email;\n",
        ),
    ]);
    git(root.path(), &["init", "-q", "-b", "main"]);
    git(root.path(), &["add", "-A"]);
    git(root.path(), &["commit", "-qm", "before"]);
    let anew = "alter table users\n    drop column email,\n    drop column nick;\n";
    write(root.path(), "migrations/0002_drop.sql", anew.as_bytes());
    let (_, questions, _) = asked(&root, &["--since", "main", "--base", "main"]);
    assert_eq!(questions, ["drop users.nick clear"]);
}

/// A history that was written anew no longer makes what a migration takes from databases that have it.
#[test]
fn what_the_history_does_not_know_is_asked_about() {
    let root = service(&[
        ("migrations/0001_users.sql", CREATE),
        (
            "migrations/0002_drop.sql",
            "ALTER TABLE users DROP COLUMN IF EXISTS age;\nALTER TABLE users ALTER COLUMN name SET NOT NULL;\n",
        ),
    ]);
    let reads = READER.replace("SELECT name", "SELECT age");
    write(root.path(), "app/age.py", reads.as_bytes());
    let (code, mut questions, _) = asked(&root, &["migration", "migrations/0002_drop.sql"]);
    questions.sort();
    assert_eq!(questions.len(), 2, "{questions:?}");
    assert!(questions[0].starts_with("drop users.age"), "{questions:?}");
    assert_eq!(
        (code != 0, &*questions[1]),
        (true, "tighten users.name clear")
    );
}
