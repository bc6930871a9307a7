//! Migrations, links and packs that a scanned repository makes to crash, to hang, or to reach what is not its own.

mod support;

use std::fs;
use support::{code, impact, service, stderr, stdout, write};
use tempfile::TempDir;

/// Asks about a column of a service that has one migration more.
fn asked(path: &str, text: &[u8]) -> (i32, String) {
    let root = service();
    write(root.path(), path, text);
    let output = impact(root.path(), &["check", "column", "users.name"]);
    (code(&output), stdout(&output) + &stderr(&output))
}

fn alembic(body: &str) -> String {
    format!(
        "from alembic import op\nrevision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n{body}\n"
    )
}

/// The service's own reader blocks, whatever stands beside it.
#[test]
fn migrations_that_are_made_to_crash_or_hang_end() {
    let deep = "(".repeat(100_000);
    let nested: String = (0..60)
        .map(|depth| {
            format!(
                "{}for a{depth} in [1, 2, 3, 4, 5, 6, 7, 8, 9]:\n",
                "    ".repeat(depth + 1)
            )
        })
        .collect();
    let idle = alembic(&format!("{nested}{}print(1)", "    ".repeat(61)));
    let nested = alembic(&format!(
        "{nested}{}op.drop_column('users', 'name')",
        "    ".repeat(61)
    ));
    let mutual = alembic(
        "    one()\n\n\ndef one():\n    two(); two(); two(); two()\n\n\ndef two():\n    one(); one(); one(); one()",
    );
    let rust = "impl MigrationTrait for M { async fn up(&self, m: &SchemaManager) { one(m); } }\n\
        fn one(m: &SchemaManager) { two(m); two(m); two(m); let a = b; let b = a; m.alter_table(a); }\n\
        fn two(m: &SchemaManager) { one(m); one(m); one(m); m.create_table(table()); }\n\
        fn table() -> T { table() }\n";
    let long = format!(
        "ALTER TABLE users ADD COLUMN {} int;",
        "x".repeat(2_000_000)
    );
    let many = "ALTER TABLE users ADD COLUMN a int;\n".repeat(20_000);
    let cases: &[(&str, Vec<u8>)] = &[
        (
            "migrations/0002_deep.sql",
            format!("SELECT {deep};").into_bytes(),
        ),
        (
            "migrations/0002_open.sql",
            b"CREATE TABLE a (b int; $$ ' \" /* ".to_vec(),
        ),
        ("migrations/0002_long.sql", long.into_bytes()),
        ("migrations/0002_many.sql", many.into_bytes()),
        (
            "migrations/0002_nul.sql",
            b"\0\0ALTER TABLE users\0".to_vec(),
        ),
        ("versions/a_nested.py", nested.into_bytes()),
        ("versions/a_idle.py", idle.into_bytes()),
        ("versions/a_mutual.py", mutual.into_bytes()),
        ("migration/src/m1.rs", rust.as_bytes().to_vec()),
    ];
    for (path, text) in cases {
        let (code, said) = asked(path, text);
        assert_eq!(code, 1, "{path}: {said}");
        assert!(!said.contains("panicked"), "{path}: {said}");
    }
}

/// A revision that names itself, and two that name each other.
#[test]
fn migrations_in_a_circle_end() {
    let root = service();
    for (id, before) in [("a", "a"), ("b", "c"), ("c", "b")] {
        let text = format!(
            "from alembic import op\nrevision = '{id}'\ndown_revision = '{before}'\n\n\ndef upgrade():\n    op.drop_column('users', 'email')\n"
        );
        write(root.path(), &format!("versions/{id}.py"), text.as_bytes());
    }
    let output = impact(root.path(), &["check", "migration", "versions"]);
    assert!([0, 1, 3].contains(&code(&output)), "{}", stderr(&output));
}

/// Files outside of the service are neither read nor said, however a scanned file names them.
#[test]
#[cfg(unix)]
fn what_lies_outside_is_not_read() {
    use std::os::unix::fs::symlink;
    let outside = TempDir::new().unwrap();
    let secret = "CREATE TABLE outside_only (id int, secret_column text);\n";
    write(outside.path(), "0009_secret.sql", secret.as_bytes());
    write(outside.path(), "pack.scm", b"(");
    let root = service();
    let link = |to: &std::path::Path, name: &str| {
        let at = root.path().join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(to, at).unwrap();
    };
    link(
        &outside.path().join("0009_secret.sql"),
        "migrations/0009_secret.sql",
    );
    link(outside.path(), "migrations/more");
    link(&outside.path().join("pack.scm"), "app/pack.scm");
    let include = format!(
        "impl MigrationTrait for M {{ async fn up(&self, m: &SchemaManager) {{ m.get_connection().execute_unprepared(include_str!(\"{}/0009_secret.sql\")).await }} }}",
        outside.path().display()
    );
    write(root.path(), "migration/src/m1.rs", include.as_bytes());
    let climbing = "impl MigrationTrait for M { async fn up(&self, m: &SchemaManager) { m.get_connection().execute_unprepared(include_str!(\"../../../../../../../../../../etc/passwd\")).await } }";
    write(root.path(), "migration/src/m2.rs", climbing.as_bytes());
    let output = impact(
        root.path(),
        &["check", "column", "outside_only.secret_column"],
    );
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    let all = impact(root.path(), &["references"]);
    assert!(!stdout(&all).contains("secret_column"), "{}", stdout(&all));
}

/// What a service says of itself counts for itself alone, and is no configuration of the workspace.
#[test]
fn a_scanned_configuration_changes_no_policy() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        "impact.toml",
        b"[[service]]\nname = \"one\"\npath = \"one\"\n",
    );
    write(root.path(), "one/requirements.txt", b"psycopg2==2.9\n");
    write(root.path(), "one/app.py", support::READER.as_bytes());
    write(
        root.path(),
        "one/migrations/0001.sql",
        b"CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n",
    );
    let policy = "[policy]\ninconclusive = \"pass\"\n[[policy.rule]]\nlevel = \"allow\"\n[[service]]\nname = \"x\"\npath = \"/\"\n";
    write(root.path(), "one/impact.toml", policy.as_bytes());
    write(root.path(), "one/.impact/impact.toml", policy.as_bytes());
    write(root.path(), "one/.impact/policy.toml", policy.as_bytes());
    let output = impact(root.path(), &["check", "column", "users.name"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
}

/// A run writes into its cache and where it is told to, and nowhere else.
#[test]
fn nothing_is_written_but_the_cache() {
    let root = service();
    let cache = TempDir::new().unwrap();
    write(root.path(), "app/..%2f..%2fescape.py", b"x = 1\n");
    let listed = || {
        let mut all = Vec::new();
        let mut folders = vec![root.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let meta = entry.metadata().unwrap();
                if meta.is_dir() {
                    folders.push(entry.path());
                }
                all.push((entry.path(), meta.len(), meta.modified().unwrap()));
            }
        }
        all.sort();
        all
    };
    let before = listed();
    let output = impact(
        root.path(),
        &[
            "--cache-dir",
            cache.path().to_str().unwrap(),
            "check",
            "column",
            "users.name",
        ],
    );
    assert_eq!(code(&output), 1);
    assert_eq!(listed(), before);
}
