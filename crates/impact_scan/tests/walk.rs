//! Which files count.

use impact_facts::SkipReason;
use impact_scan::{Tree, Workspace, walk};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn tree(root: &Path) -> Tree {
    let workspace = Workspace::at(root).unwrap();
    walk(&workspace.services[0], &[])
}

fn paths(tree: &Tree) -> Vec<&str> {
    tree.files.iter().map(|file| &*file.path).collect()
}

fn git(root: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(root)
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
}

#[test]
fn hidden_files_count_and_git_does_not() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".sqlx/q.json", "{}"),
            (".github/x.yml", ""),
            (".git/config", ""),
            ("a.py", ""),
        ],
    );
    assert_eq!(
        paths(&tree(root.path())),
        [".github/x.yml", ".sqlx/q.json", "a.py"]
    );
}

#[test]
fn ignored_files_do_not_count_unless_git_tracks_them() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".gitignore", "*.log.py\nbuild/\n"),
            ("kept.log.py", ""),
            ("lost.log.py", ""),
            ("build/a.py", ""),
            ("build/lost.py", ""),
            ("build/deep/lost.py", ""),
            (".gitignored/a.py", ""),
        ],
    );
    git(root.path(), &["init", "-q"]);
    git(
        root.path(),
        &["add", "-f", "kept.log.py", "build/a.py", ".gitignore"],
    );
    assert_eq!(
        paths(&tree(root.path())),
        [
            ".gitignore",
            ".gitignored/a.py",
            "build/a.py",
            "kept.log.py"
        ]
    );
}

#[test]
fn a_service_inside_a_repository_obeys_the_whole_repository() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".gitignore", "/svc/out.py\n"),
            ("svc/out.py", ""),
            ("svc/a.py", ""),
        ],
    );
    git(root.path(), &["init", "-q"]);
    assert_eq!(paths(&tree(&root.path().join("svc"))), ["a.py"]);
}

#[test]
fn a_repository_inside_another_obeys_its_own_rules_alone() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".gitignore", "*.log.py\n"),
            ("x.log.py", ""),
            ("inner/.git/HEAD", "ref: refs/heads/main\n"),
            ("inner/.gitignore", "out.py\n"),
            ("inner/y.log.py", ""),
            ("inner/deep/out.py", ""),
        ],
    );
    git(root.path(), &["init", "-q"]);
    assert_eq!(
        paths(&tree(root.path())),
        [".gitignore", "inner/.gitignore", "inner/y.log.py"]
    );
}

#[test]
fn a_rule_nearer_to_a_file_wins() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".gitignore", "*.out.py\n/lost/\n"),
            ("a/.gitignore", "!kept.out.py\n"),
            ("a/kept.out.py", ""),
            ("a/other.out.py", ""),
            ("lost/.gitignore", "!kept.py\n"),
            ("lost/kept.py", ""),
        ],
    );
    assert_eq!(
        paths(&tree(root.path())),
        [".gitignore", "a/.gitignore", "a/kept.out.py"]
    );
}

#[test]
fn what_the_machine_ignores_counts() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".git/info/exclude", "a.py\n"),
            (".ignore", "b.py\n"),
            ("a.py", ""),
            ("b.py", ""),
        ],
    );
    assert_eq!(paths(&tree(root.path())), [".ignore", "a.py", "b.py"]);
}

#[test]
fn a_damaged_git_index_is_reported() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (".git/HEAD", "ref: refs/heads/main\n"),
            (".git/index", "DIRCgarbage"),
            ("a.py", ""),
        ],
    );
    let tree = tree(root.path());
    assert_eq!(paths(&tree), ["a.py"]);
    assert_eq!(&*tree.unreadable[0].0, ".git/index");
}

#[cfg(unix)]
#[test]
fn links_lead_neither_out_nor_in_circles() {
    use std::os::unix::fs::symlink;
    let root = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    write(outside.path(), &[("secret.py", "")]);
    write(root.path(), &[("app/a.py", "")]);
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink(root.path(), root.path().join("app/loop")).unwrap();
    symlink(root.path().join("app"), root.path().join("alias")).unwrap();
    symlink("nowhere", root.path().join("broken")).unwrap();
    let tree = tree(root.path());
    assert_eq!(paths(&tree), ["app/a.py"]);
    assert_eq!(tree.skipped.rows(), [(SkipReason::Link, 3, 0)]);
}

#[cfg(unix)]
#[test]
fn a_link_to_an_ignored_file_of_the_service_is_that_file() {
    use std::os::unix::fs::symlink;
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[(".gitignore", "local.py\n"), ("local.py", "x = 1\n")],
    );
    symlink("local.py", root.path().join("settings.py")).unwrap();
    assert_eq!(paths(&tree(root.path())), [".gitignore", "settings.py"]);
}

#[test]
fn excluded_files_are_counted() {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        &[
            (
                "impact.toml",
                "exclude = [\"vendor/\", \"*.min.js\"]\n[[service]]\nname = \"a\"\npath = \"svc\"\ninclude = [\"src/**\"]\n",
            ),
            ("svc/src/vendor/a.py", "1234"),
            ("svc/src/b.py", ""),
            ("svc/src/x.min.js", ""),
            ("svc/other/c.py", ""),
        ],
    );
    let tree = tree(root.path());
    assert_eq!(paths(&tree), ["src/b.py"]);
    assert_eq!(tree.skipped.rows(), [(SkipReason::Excluded, 3, 4)]);
}

#[test]
fn a_service_inside_another_is_its_own() {
    let root = TempDir::new().unwrap();
    write(root.path(), &[("a.py", ""), ("inner/b.py", "")]);
    let workspace = Workspace::at(root.path()).unwrap();
    let inner = root.path().canonicalize().unwrap().join("inner");
    assert_eq!(paths(&walk(&workspace.services[0], &[&inner])), ["a.py"]);
}
