//! What a workspace is, from `impact.toml` or from what is found.

use impact_facts::Dialect;
use impact_scan::{ServiceArgument, Workspace};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn dialect(workspace: Workspace) -> Dialect {
    workspace.with_dialects().databases[0].dialect.unwrap()
}

fn names(workspace: &Workspace) -> Vec<(&str, &str)> {
    workspace
        .services
        .iter()
        .map(|spec| (&*spec.service.name, &*spec.service.path))
        .collect()
}

fn complaint(config: &str) -> String {
    let root = tree(&[("impact.toml", config), ("app/a.py", "")]);
    let error = Workspace::at(root.path()).unwrap_err().to_string();
    error
        .rsplit_once("impact.toml:")
        .map_or(error.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn a_file_names_services_and_databases() {
    let root = tree(&[
        (
            "impact.toml",
            "[[service]]\nname = \"billing\"\npath = \"app\"\nowner = \"@pay\"\ndatabase = \"main\"\n\
             [[database]]\nname = \"main\"\ndialect = \"mysql\"\nschema = [\"db/\"]\n",
        ),
        ("app/a.py", ""),
        ("db/001.sql", ""),
    ]);
    let workspace = Workspace::at(root.path()).unwrap();
    assert_eq!(
        names(&workspace),
        [("billing", "app"), ("schema of main", "")]
    );
    assert_eq!(workspace.services[0].service.owner.as_deref(), Some("@pay"));
    assert!(workspace.databases[0].schema[0].ends_with("/db/"));
    assert_eq!(dialect(workspace), Dialect::MySql);
}

#[test]
fn it_is_found_upward() {
    let root = tree(&[
        ("impact.toml", "[[service]]\nname = \"a\"\npath = \"app\"\n"),
        ("app/x/a.py", ""),
    ]);
    let workspace = Workspace::around(&root.path().join("app/x")).unwrap();
    assert_eq!(names(&workspace), [("a", "app")]);
}

#[test]
fn services_may_lie_outside_the_workspace() {
    let root = tree(&[
        (
            "ops/impact.toml",
            "[[service]]\nname = \"a\"\npath = \"../a\"\n",
        ),
        ("a/a.py", ""),
    ]);
    let workspace = Workspace::at(&root.path().join("ops")).unwrap();
    assert_eq!(names(&workspace), [("a", "../a")]);
}

#[test]
fn an_unknown_key_is_placed_and_the_nearest_named() {
    let text = complaint("[[service]]\nname = \"a\"\n  onwer = \"@x\"\npath = \"app\"\n");
    assert!(
        text.starts_with("3:3: unknown key `onwer` in `service`; did you mean `owner`?"),
        "{text}"
    );
    let text = complaint("[[servce]]\nname = \"a\"\n");
    assert!(
        text.starts_with("1:3: unknown key `servce`; did you mean `service`?"),
        "{text}"
    );
}

#[test]
fn wrong_types_paths_dialects_and_databases_are_placed() {
    let cases = [
        ("[[service]]\nname = 3\npath = \"app\"\n", "2:8: "),
        (
            "[[service]]\nname = \"a\"\npath = \"nope\"\n",
            "3:8: the path of service `a`",
        ),
        (
            "[[database]]\nname = \"m\"\ndialect = \"postgrs\"\n",
            "3:11: unknown dialect `postgrs`; did you mean `postgres`?",
        ),
        (
            "[[service]]\nname = \"a\"\npath = \"app\"\ndatabase = \"mian\"\n[[database]]\nname = \"main\"\n",
            "4:12: no `[[database]]` is named `mian`; did you mean `main`?",
        ),
        (
            "[[database]]\nname = \"m\"\n[[database]]\nname = \"m\"\n",
            "4:8: two databases are named `m`",
        ),
        (
            "[[database]]\nname = \"m\"\nschema = [\"app\", \"nope/\"]\n",
            "3:18: the schema of database `m`: `nope/` does not exist",
        ),
        ("exclude = [\"a[\"]\n", "1:12: "),
        ("[[service\n", "1:"),
    ];
    for (config, expected) in cases {
        let text = complaint(config);
        assert!(text.starts_with(expected), "{config}: {text}");
    }
}

#[test]
fn two_services_of_one_name_are_an_error() {
    let text = complaint(
        "[[service]]\nname = \"a\"\npath = \"app\"\n[[service]]\nname = \"a\"\npath = \".\"\n",
    );
    assert_eq!(text, "two services are named `a`");
}

#[test]
fn without_a_file_a_directory_is_one_service() {
    let root = tree(&[
        ("shop/requirements.txt", "mysqlclient\n"),
        ("shop/a.py", ""),
    ]);
    let workspace = Workspace::at(&root.path().join("shop")).unwrap();
    assert_eq!(names(&workspace), [("shop", "")]);
    assert_eq!(dialect(workspace), Dialect::MySql);
}

#[test]
fn a_folder_of_repositories_holds_a_service_for_each() {
    let root = tree(&[
        ("b/.git/HEAD", "ref: refs/heads/main\n"),
        ("a/.git/HEAD", "ref: refs/heads/main\n"),
        ("notes/a.py", ""),
    ]);
    let workspace = Workspace::at(root.path()).unwrap();
    assert_eq!(names(&workspace), [("a", "a"), ("b", "b")]);
}

#[test]
fn a_repository_is_found_from_inside() {
    let root = tree(&[
        ("shop/.git/HEAD", "ref: refs/heads/main\n"),
        ("shop/app/a.py", ""),
    ]);
    let workspace = Workspace::around(&root.path().join("shop/app")).unwrap();
    assert_eq!(names(&workspace), [("shop", "")]);
}

#[test]
fn services_can_be_named_without_a_file() {
    let root = tree(&[("x/a.py", ""), ("y/a.py", "")]);
    let arguments: Vec<ServiceArgument> = ["one=x", "two=y"]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    let workspace = Workspace::of_services(root.path(), &arguments).unwrap();
    assert_eq!(names(&workspace), [("one", "x"), ("two", "y")]);
    assert!("nameless".parse::<ServiceArgument>().is_err());
}

#[test]
fn several_dialects_are_told_by_weight() {
    let root = tree(&[
        ("requirements.txt", "psycopg2\n"),
        ("app/settings.py", "ENGINE = 'django.db.backends.sqlite3'\n"),
    ]);
    assert_eq!(
        dialect(Workspace::at(root.path()).unwrap()),
        Dialect::Postgres
    );
    let root = tree(&[("Cargo.toml", "[dependencies]\nrusqlite = \"1\"\n")]);
    assert_eq!(
        dialect(Workspace::at(root.path()).unwrap()),
        Dialect::Sqlite
    );
}

#[test]
fn a_missing_directory_is_an_error() {
    assert!(Workspace::at(Path::new("/does/not/exist")).is_err());
}
