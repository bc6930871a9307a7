//! A workspace that is a folder of its repository: what other programs read names files from the repository's root.

mod support;

use serde_json::Value;
use std::fs;
use support::{READER, code, git, impact, write};
use tempfile::TempDir;

const CREATE: &str = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n";
const DROP: &str = "ALTER TABLE users DROP COLUMN name;\n";

/// `deploy/people` is the workspace; a second service lies beside it.
fn repository() -> TempDir {
    let root = TempDir::new().unwrap();
    let config = "[[service]]\nname = \"people\"\npath = \".\"\n\n[[service]]\nname = \"beside\"\npath = \"../../beside\"\n";
    for (path, text) in [
        ("deploy/people/impact.toml", config),
        ("deploy/people/requirements.txt", "psycopg2==2.9\n"),
        ("deploy/people/migrations/0001_users.sql", CREATE),
        ("deploy/people/app/db.py", READER),
        ("beside/requirements.txt", "psycopg2==2.9\n"),
        ("beside/report.py", READER),
    ] {
        write(root.path(), path, text.as_bytes());
    }
    git(root.path(), &["init", "-q", "-b", "main"]);
    git(root.path(), &["add", "-A"]);
    git(root.path(), &["commit", "-qm", "before"]);
    write(
        root.path(),
        "deploy/people/migrations/0002_drop.sql",
        DROP.as_bytes(),
    );
    root
}

#[test]
fn annotations_name_files_from_the_root_of_the_repository() {
    let root = repository();
    let out = |name: &str| root.path().join(name);
    let output = impact(
        &root.path().join("deploy/people"),
        &[
            "check",
            "--since",
            "main",
            "--base",
            "main",
            "--format",
            "sarif",
            "--output",
            out("r.sarif").to_str().unwrap(),
            "--format",
            "github",
            "--output",
            out("r.github").to_str().unwrap(),
            "--format",
            "gitlab",
            "--output",
            out("r.gitlab").to_str().unwrap(),
            "--format",
            "json",
            "--output",
            out("r.json").to_str().unwrap(),
        ],
    );
    assert_eq!(
        code(&output),
        1,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = |name: &str| fs::read_to_string(out(name)).unwrap();
    let json = |name: &str| -> Value { serde_json::from_str(&text(name)).unwrap() };
    let sarif = json("r.sarif");
    let mut uris = Vec::new();
    gather(&sarif["runs"][0]["results"], &mut uris);
    assert!(
        uris.contains(&"deploy/people/app/db.py".to_owned()),
        "{uris:?}"
    );
    assert!(uris.contains(&"beside/report.py".to_owned()), "{uris:?}");
    assert!(
        uris.iter().all(|uri| root.path().join(uri).is_file()),
        "{uris:?}"
    );
    assert!(text("r.github").contains("file=deploy/people/app/db.py,line=6"));
    let quality = json("r.gitlab");
    let paths = quality.as_array().unwrap().iter();
    let mut paths = paths.map(|one| one["location"]["path"].as_str().unwrap());
    assert!(paths.any(|path| path == "deploy/people/app/db.py"));
    assert!(text("r.json").contains("\"path\": \"app/db.py\""));
}

/// Every `uri` of a SARIF document.
fn gather(value: &Value, uris: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("uri", Value::String(uri)) => uris.push(uri.clone()),
                    _ => gather(value, uris),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, uris)),
        _ => {}
    }
}
