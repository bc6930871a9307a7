//! What each command takes and leaves.

mod support;

use std::io::{Read, Write};
use std::process::Stdio;
use support::{code, command, impact, service, shop, stderr, stdout, tree};

#[test]
fn paths_are_the_services_own_or_the_workspaces() {
    let root = service();
    let one = stdout(&impact(
        root.path(),
        &["references", "--column", "users.name"],
    ));
    assert!(one.contains(r#""path":"app/db.py""#), "{one}");
    let many = stdout(&impact(&shop(), &["references", "--table", "users"]));
    assert!(many.contains(r#""path":"accounts/app/"#), "{many}");
    assert!(!many.contains(r#""path":"./"#));
}

#[test]
fn reports_go_where_they_are_sent() {
    let root = service();
    let out = tree(&[]);
    let file = out.path().join("report.json");
    let named = file.to_str().expect("UTF-8");
    let arguments = [
        "check",
        "column",
        "users.name",
        "--format",
        "text",
        "--format",
        "json",
        "--output",
        named,
    ];
    let output = impact(root.path(), &arguments);
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).starts_with("BLOCKED"),
        "{}",
        stdout(&output)
    );
    assert!(
        std::fs::read_to_string(file)
            .expect("written")
            .starts_with('{')
    );
    let both = impact(
        root.path(),
        &[
            "check",
            "column",
            "users.name",
            "--format",
            "text",
            "--format",
            "json",
        ],
    );
    assert_eq!(code(&both), 2);
}

#[test]
fn several_changes_make_one_report() {
    let output = impact(
        service().path(),
        &["check", "column", "users.email", "users.name"],
    );
    assert_eq!(code(&output), 1, "{}", stderr(&output));
}

#[test]
fn services_can_be_named_on_the_command_line() {
    let (one, two) = (service(), tree(&[("b.py", "x = 1\n")]));
    let named = |name: &str, root: &tempfile::TempDir| format!("{name}={}", root.path().display());
    let output = command()
        .args([
            "--no-cache",
            "--service",
            &named("one", &one),
            "--service",
            &named("two", &two),
        ])
        .args(["check", "column", "users.name"])
        .output()
        .expect("the binary runs");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
}

#[test]
fn init_describes_what_is_found_and_replaces_nothing() {
    let root = service();
    let before = stdout(&impact(root.path(), &["references"]));
    assert_eq!(code(&impact(root.path(), &["init"])), 0);
    let text = std::fs::read_to_string(root.path().join("impact.toml")).expect("written");
    assert!(text.contains("dialect = \"postgres\""), "{text}");
    let again = impact(root.path(), &["init"]);
    assert_eq!(code(&again), 2);
    assert!(stderr(&again).contains("--force"));
    let after = stdout(&impact(root.path(), &["references"]));
    assert_eq!(after, before);
}

#[test]
fn statements_are_answered_by_line() {
    let root = tree(&[("schema.sql", "CREATE TABLE users (id int, email text);")]);
    let mut child = command()
        .args(["sql", "--dialect", "postgres", "--schema"])
        .arg(root.path().join("schema.sql"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let input =
        b"{\"id\":\"a\",\"sql\":\"SELECT email FROM users\"}\n{\"id\":7,\"sql\":\"SELEC\"}\n";
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input)
        .expect("written");
    let output = child.wait_with_output().expect("an answer");
    let lines: Vec<String> = stdout(&output).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0]
            .starts_with(r#"{"id":"a","ok":true,"certainty":"exact","reads":[["users","email"]]"#),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with(r#"{"id":7,"#));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command()
        .args(["--no-cache", "references", "--workspace"])
        .arg(shop())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut some = [0; 1];
    child
        .stdout
        .as_mut()
        .expect("a pipe")
        .read_exact(&mut some)
        .expect("a byte");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

#[test]
fn facts_completions_and_explanations_are_printed() {
    let root = service();
    let file = root.path().join("app/db.py");
    let facts = impact(root.path(), &["facts", file.to_str().expect("UTF-8")]);
    assert!(stdout(&facts).starts_with("Python"), "{}", stderr(&facts));
    assert!(stdout(&impact(root.path(), &["completions", "bash"])).contains("impact"));
    assert_eq!(code(&impact(root.path(), &["explain"])), 0);
    let proof = impact(
        root.path(),
        &["explain", "--column", "users.name", "app/db.py:6"],
    );
    assert!(stdout(&proof).contains("app/db.py:6"), "{}", stderr(&proof));
    assert_eq!(code(&impact(root.path(), &["explain", "nonsense"])), 2);
}

#[test]
fn graphs_are_drawn_in_each_format() {
    for (format, start) in [("dot", "digraph"), ("json", "{"), ("mermaid", "flowchart")] {
        let output = impact(
            &shop(),
            &["graph", "--column", "users.email", "--format", format],
        );
        assert!(
            stdout(&output).starts_with(start),
            "{format}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn what_is_kept_is_shown_and_thrown_away() {
    let (root, gone, cache) = (service(), service(), tree(&[("other.txt", "mine")]));
    let directory = cache.path().to_str().expect("UTF-8");
    for root in [&root, &gone] {
        impact(root.path(), &["references", "--cache-dir", directory]);
    }
    drop(gone);
    let ask = |arguments: &[&str]| {
        let arguments = [&["cache", "--cache-dir", directory], arguments].concat();
        stdout(&command().args(arguments).output().expect("the binary runs"))
    };
    let shown = ask(&["show"]);
    assert!(shown.contains("2 services"), "{shown}");
    assert_eq!(shown.matches("(gone)").count(), 1, "{shown}");
    assert!(ask(&["prune"]).contains("removed 1 service,"));
    assert!(ask(&["prune", "--all"]).contains("removed 1 service,"));
    assert!(ask(&["show"]).contains("0 services"));
    assert!(cache.path().join("other.txt").exists());
}
