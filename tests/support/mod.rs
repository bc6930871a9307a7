//! Runs the binary on trees that a test writes.

#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The example workspace.
pub fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/workspaces/shop")
}

/// A directory with these files.
pub fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().expect("a temporary directory");
    for (path, text) in files {
        write(root.path(), path, text.as_bytes());
    }
    root
}

/// One file more.
pub fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, bytes).expect("a file");
}

/// A service with a migration and a module that reads `users.name`.
pub fn service() -> TempDir {
    tree(&[
        ("requirements.txt", "psycopg2==2.9\n"),
        (
            "migrations/0001_users.sql",
            "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, email text);\n",
        ),
        ("app/db.py", READER),
    ])
}

pub const READER: &str = "import psycopg2


def names(connection):
    cursor = connection.cursor()
    cursor.execute(\"SELECT name FROM users WHERE id = %s\", (1,))
    return cursor.fetchall()
";

pub const DYNAMIC: &str = "import psycopg2


def report(columns):
    connection = psycopg2.connect(\"dbname=x\")
    connection.cursor().execute(f\"SELECT {columns} FROM users\")
";

/// The binary, asked about a workspace, without a cache unless the arguments say otherwise.
pub fn impact(workspace: &Path, arguments: &[&str]) -> Output {
    let mut command = command();
    command.arg("--workspace").arg(workspace).args(arguments);
    if !arguments.contains(&"--cache-dir") {
        command.arg("--no-cache");
    }
    command.output().expect("the binary runs")
}

/// The binary, without the environment's say.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_impact"));
    command
        .env_remove("IMPACT_CACHE")
        .env_remove("IMPACT_CACHE_SECRET")
        .env("NO_COLOR", "1");
    command
}

/// What git says, without the machine's configuration.
pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
