//! A pull request against the example workspace, in a git repository of its own: what its migrations take, as CI sees
//! it.

mod support;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{code, command, git, impact, shop, stdout, write};
use tempfile::TempDir;

const CONTRACT: &str = "accounts/migrations/versions/0003_contract_email.py";

/// A migration that drops what nothing needs any more.
const FIXED: &str = r#"
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.drop_column("users", "legacy_code")


def downgrade():
    op.add_column("users", sa.Column("legacy_code", sa.String(12), nullable=True))
"#;

const INVOICES: &str = "orders/migrations/0003_invoices.sql";

const WAIVER: &str = r#"
[[waiver]]
code = "IMP004,IMP005"
target = "invoices.email"
path = "orders/src/invoices.rs"
reason = "the invoice service moves in March"
owner = "@shop/fulfilment"
until = "2027-01-31"

[[waiver]]
code = "IMP003"
target = "invoices.email"
path = "orders/src/invoices.rs"
reason = "the row of the invoice service moves with it"
owner = "@shop/fulfilment"
until = "2027-01-31"
"#;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => fs::copy(entry.path(), &target).map(|_| ()).unwrap(),
        }
    }
}

fn commit(root: &Path, message: &str) {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-qm", message]);
}

/// The shop on `main`, before its contract step, with a branch checked out.
fn repository() -> TempDir {
    let root = TempDir::new().unwrap();
    copy(&shop(), root.path());
    fs::remove_file(root.path().join(CONTRACT)).unwrap();
    git(root.path(), &["init", "-q", "-b", "main"]);
    commit(root.path(), "the shop");
    git(root.path(), &["checkout", "-qb", "change"]);
    root
}

fn propose(files: &[(&str, &str)]) -> TempDir {
    let root = repository();
    for (path, text) in files {
        write(root.path(), path, text.as_bytes());
    }
    commit(root.path(), "change");
    root
}

fn contract() -> String {
    fs::read_to_string(shop().join(CONTRACT)).unwrap()
}

fn since(root: &Path, more: &[&str]) -> Output {
    impact(root, &[&["check", "--since", "main"], more].concat())
}

fn json(root: &Path, more: &[&str]) -> (i32, Value) {
    let output = since(root, &[&["--format", "json"], more].concat());
    let text = stdout(&output);
    let parsed = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    (code(&output), parsed)
}

/// `change table.column verdict` of each question.
fn asked(report: &Value) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .map(|check| {
            let word = |value: &Value| value.as_str().unwrap_or("*").to_owned();
            let target = &check["target"];
            let (table, column) = (word(&target["table"]), word(&target["column"]));
            format!(
                "{} {table}.{column} {}",
                word(&check["change"]),
                word(&check["verdict"])
            )
        })
        .collect()
}

#[test]
fn a_drop_that_comes_too_early_fails_and_says_where_who_and_through_what() {
    let root = propose(&[(CONTRACT, &contract())]);
    let reports = TempDir::new().unwrap();
    let file = |name: &str| reports.path().join(name);
    let path = |name: &str| file(name).to_str().unwrap().to_owned();
    let (sarif, junit, markdown) = (path("a.sarif"), path("a.xml"), path("a.md"));
    let output = since(
        root.path(),
        &[
            "--format", "text", "--format", "sarif", "--output", &sarif, "--format", "junit",
            "--output", &junit, "--format", "markdown", "--output", &markdown,
        ],
    );
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    for name in ["a.sarif", "a.xml", "a.md"] {
        let text = fs::read_to_string(file(name)).unwrap();
        for word in [
            "accounts/app/models.py",
            "@shop/identity",
            "POST /auth/signup",
        ] {
            assert!(text.contains(word), "{name} lacks {word}");
        }
    }
    let sarif: Value = serde_json::from_str(&fs::read_to_string(file("a.sarif")).unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let flows = results.iter().filter(|one| one["codeFlows"].is_array());
    assert!(flows.count() > 0);
}

#[test]
fn every_change_of_a_migration_is_asked_about() {
    let root = propose(&[(CONTRACT, &contract())]);
    let (_, report) = json(root.path(), &[]);
    let asked = asked(&report);
    assert!(
        asked.contains(&"drop users.email blocked".to_owned()),
        "{asked:?}"
    );
    assert!(
        asked.contains(&"drop users.legacy_code clear".to_owned()),
        "{asked:?}"
    );
    assert!(
        asked
            .iter()
            .any(|one| one.starts_with("tighten users.email_address")),
        "{asked:?}"
    );
    let (_, given) = {
        let output = impact(
            root.path(),
            &["check", "migration", CONTRACT, "--format", "json"],
        );
        (
            code(&output),
            serde_json::from_str::<Value>(&stdout(&output)).unwrap(),
        )
    };
    assert_eq!(asked, self::asked(&given));
}

#[test]
fn a_drop_of_what_nothing_needs_passes() {
    let root = propose(&[("accounts/migrations/versions/0003_legacy.py", FIXED)]);
    let (code, report) = json(root.path(), &["--base", "main"]);
    assert_eq!(
        (code, asked(&report)),
        (0, vec!["drop users.legacy_code clear".to_owned()])
    );
}

#[test]
fn no_new_migration_is_clear() {
    let root = propose(&[("README", "words")]);
    let (code, report) = json(root.path(), &[]);
    assert_eq!((code, asked(&report)), (0, Vec::new()));
}

#[test]
fn removing_the_last_reader_and_the_column_at_once_is_the_wrong_order() {
    let root = propose(&[(INVOICES, "ALTER TABLE invoices DROP COLUMN email;\n")]);
    let invoices = root.path().join("orders/src/invoices.rs");
    let text = fs::read_to_string(&invoices).unwrap();
    fs::write(&invoices, text.replace("email", "name")).unwrap();
    commit(root.path(), "and its readers");
    let codes = |report: &Value| -> Vec<String> {
        let checks = report["checks"].as_array().unwrap().iter();
        let findings = checks.flat_map(|one| one["findings"].as_array().unwrap());
        findings
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let (_, now) = json(root.path(), &[]);
    let (code, both) = json(root.path(), &["--base", "main"]);
    assert!(!codes(&now).contains(&"IMP012".to_owned()));
    assert!(
        codes(&both).contains(&"IMP012".to_owned()),
        "{:?}",
        codes(&both)
    );
    assert_eq!(code, 1);
    assert!(git(root.path(), &["status", "--porcelain"]).is_empty());
}

#[test]
fn a_waiver_counts_until_its_last_day_and_not_after() {
    let config = fs::read_to_string(shop().join("impact.toml")).unwrap() + WAIVER;
    let root = propose(&[
        (INVOICES, "ALTER TABLE invoices DROP COLUMN email;\n"),
        ("impact.toml", &config),
    ]);
    let on = |day: &str| json(root.path(), &["--today", day]);
    let ((before, report), (after, late)) = (on("2027-01-31"), on("2027-02-01"));
    let findings = &report["checks"][0]["findings"];
    assert_eq!((before, after), (0, 1), "{findings:#}");
    assert!(late.to_string().contains("IMP030"));
}

#[test]
fn a_migration_that_is_not_understood_is_inconclusive_and_says_the_statement() {
    let root = propose(&[(
        INVOICES,
        "\nALTER TABLE invoices FROBNICATE COLUMN email;\n",
    )]);
    let (code, report) = json(root.path(), &[]);
    assert_eq!(code, 3);
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["place"]["line"]),
        (&"IMP022".into(), &2.into())
    );
}

#[test]
fn a_path_without_a_migration_is_an_error() {
    let root = repository();
    for path in ["orders/migrations/0009_none.sql", "orders/src", "README"] {
        assert_eq!(
            code(&impact(root.path(), &["check", "migration", path])),
            2,
            "{path}"
        );
    }
    assert_eq!(
        code(&since(root.path(), &["--base", "no-such-revision"])),
        2
    );
}

/// The script of the action, the template and the hook: what they type is understood and fails as it should.
#[test]
fn what_ci_files_type_runs() {
    let root = propose(&[(CONTRACT, &contract())]);
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let summary = root.path().join("summary.md");
    let action = command_in(root.path(), "sh")
        .arg(house.join(".github/actions/check/check.sh"))
        .env("IMPACT", env!("CARGO_BIN_EXE_impact"))
        .env("SINCE", "main")
        .env("BASE", "main")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    let text = stdout(&action);
    assert_eq!(code(&action), 1, "{text}");
    assert!(text.contains("::error file=accounts/"), "{text}");
    assert!(
        fs::read_to_string(summary)
            .unwrap()
            .contains("impact: blocked")
    );
    for (file, mark) in [
        ("docs/ci/gitlab.yml", "- impact "),
        (".pre-commit-hooks.yaml", "entry: impact "),
    ] {
        let text = fs::read_to_string(house.join(file)).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(mark))
            .unwrap();
        let line = line.replace("\"origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME\"", "main");
        let words = line.replace("origin/HEAD", "main");
        let output = command()
            .current_dir(root.path())
            .arg("--no-cache")
            .args(words.split(' '))
            .output();
        let output = output.unwrap();
        assert_eq!(
            code(&output),
            1,
            "{file}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn command_in(directory: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .env("IMPACT_CACHE", cache(directory));
    command
}

fn cache(directory: &Path) -> PathBuf {
    directory.join(".git").join("cache")
}

/// A tree that names folders outside of itself, and a link out of it.
#[test]
#[cfg(unix)]
fn a_revision_that_reaches_outside_writes_nothing_there() {
    let root = propose(&[(CONTRACT, &contract())]);
    let stored = |kind: &str, text: &str| {
        let file = root.path().join(".git/object");
        fs::write(&file, text).unwrap();
        git(
            root.path(),
            &["hash-object", "-w", "-t", kind, ".git/object"],
        )
        .trim()
        .to_owned()
    };
    let made = |entries: &str| {
        let mut child = Command::new("git")
            .current_dir(root.path())
            .args(["mktree"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), entries.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (file, link) = (stored("blob", "outside"), stored("blob", "/"));
    let inner = made(&format!("100644 blob {file}\toutside\n"));
    let tree = made(&format!(
        "040000 tree {inner}\t..\n040000 tree {inner}\t.git\n120000 blob {link}\tlink\n040000 tree {inner}\tlinked\n"
    ));
    let commit = git(root.path(), &["commit-tree", &tree, "-m", "x"]);
    let temporary = TempDir::new().unwrap();
    let inside = temporary.path().join("in");
    fs::create_dir(&inside).unwrap();
    let output = command()
        .current_dir(root.path())
        .env("TMPDIR", &inside)
        .args([
            "--no-cache",
            "check",
            "--since",
            "main",
            "--base",
            commit.trim(),
        ])
        .output()
        .unwrap();
    assert_eq!(
        code(&output),
        1,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let left = |path: &Path| fs::read_dir(path).unwrap().count();
    assert_eq!((left(&inside), left(temporary.path())), (0, 1));
}

/// A link in the tree that is checked leads no report elsewhere, and nothing else into the summary.
#[cfg(unix)]
#[test]
fn the_script_follows_no_link_of_the_tree() {
    use std::os::unix::fs::symlink;
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "secret words").unwrap();
    let root = propose(&[(CONTRACT, &contract())]);
    let summary = outside.path().join("summary.md");
    let run = |since: &str| {
        let mut script = command_in(root.path(), "sh");
        script
            .arg(house.join(".github/actions/check/check.sh"))
            .env("IMPACT", env!("CARGO_BIN_EXE_impact"))
            .env("SINCE", since)
            .env("GITHUB_STEP_SUMMARY", &summary);
        code(&script.output().unwrap())
    };
    let reports = root.path().join("impact-reports");
    symlink(outside.path(), &reports).unwrap();
    assert_eq!(run("main"), 2);
    assert!(!outside.path().join("impact.sarif").exists());
    fs::remove_file(&reports).unwrap();
    fs::create_dir(&reports).unwrap();
    symlink(outside.path().join("secret"), reports.join("impact.md")).unwrap();
    assert_eq!(run("no-such-revision"), 2);
    assert!(
        !fs::read_to_string(&summary)
            .unwrap_or_default()
            .contains("secret words")
    );
    assert_eq!(run("main"), 1);
    assert_eq!(
        fs::read_to_string(outside.path().join("secret")).unwrap(),
        "secret words"
    );
}
