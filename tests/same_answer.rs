//! The answer depends on the trees alone: not on the cache, the order of files, or the number of threads.

mod support;

use std::path::Path;
use support::{READER, code, git, impact, shop, stderr, stdout, tree, write};

const QUESTIONS: &[&[&str]] = &[
    &["references"],
    &["entrypoints"],
    &["graph", "--format", "json"],
    &["check", "column", "users.email", "--format", "json"],
];

fn answers(workspace: &Path, settings: &[&str]) -> Vec<String> {
    QUESTIONS
        .iter()
        .map(|question| stdout(&impact(workspace, &[question, settings].concat())))
        .collect()
}

#[test]
fn cold_warm_shuffled_and_one_thread_say_the_same_bytes() {
    let cache = tree(&[]);
    let kept = ["--cache-dir", cache.path().to_str().expect("UTF-8")];
    let expected = answers(&shop(), &[]);
    assert!(expected.iter().all(|answer| !answer.is_empty()));
    assert_eq!(answers(&shop(), &kept), expected, "cold");
    assert_eq!(answers(&shop(), &kept), expected, "warm");
    assert_eq!(answers(&shop(), &["--jobs", "1"]), expected, "one thread");
    for seed in ["1", "7", "42"] {
        assert_eq!(
            answers(&shop(), &["--shuffle", seed]),
            expected,
            "shuffled by {seed}"
        );
    }
}

/// The value of a string field of a JSON line.
fn field<'l>(line: &'l str, name: &str) -> &'l str {
    let from = line
        .split_once(&format!("\"{name}\":\""))
        .map(|(_, rest)| rest);
    from.and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
}

#[test]
fn a_question_for_one_column_is_answered_from_a_part_as_from_the_whole() {
    let cache = tree(&[]);
    let kept = ["--cache-dir", cache.path().to_str().expect("UTF-8")];
    let ask = |question: &[&str]| stdout(&impact(&shop(), &[question, &kept].concat()));
    let whole = ask(&["references"]);
    let lines = || whole.lines().filter(|line| line.contains("\"column\":\""));
    let columns: std::collections::BTreeSet<(&str, &str)> = lines()
        .map(|line| (field(line, "table"), field(line, "column")))
        .collect();
    assert!(columns.len() > 3, "{columns:?}");
    let step = columns.len() / 6;
    for (table, column) in columns.into_iter().step_by(step.max(1)) {
        let of_column =
            lines().filter(|line| (field(line, "table"), field(line, "column")) == (table, column));
        let expected: String = of_column.map(|line| format!("{line}\n")).collect();
        let target = format!("{table}.{column}");
        assert_eq!(ask(&["references", "--column", &target]), expected);
        for change in ["drop", "retype"] {
            let question = ["check", "column", &target, "--change", change];
            let cold = stdout(&impact(&shop(), &question));
            assert_eq!(ask(&question), cold, "{target}");
        }
    }
}

#[test]
fn edits_are_seen_through_the_cache() {
    let cache = tree(&[]);
    let root = tree(&[(
        "migrations/0001_users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, name text, email text);\n",
    )]);
    let kept = [
        "references",
        "--cache-dir",
        cache.path().to_str().expect("UTF-8"),
    ];
    for round in 0..12_u32 {
        let path = format!("app/m{}.py", round % 5);
        if round % 4 == 3 {
            std::fs::remove_file(root.path().join(format!("app/m{}.py", (round - 1) % 5)))
                .expect("it was there");
        } else {
            let text = READER.replace(
                "SELECT name",
                if round % 2 == 0 {
                    "SELECT name"
                } else {
                    "SELECT email"
                },
            );
            write(root.path(), &path, text.as_bytes());
        }
        let (warm, cold) = (
            impact(root.path(), &kept),
            impact(root.path(), &["references"]),
        );
        assert_eq!(stdout(&warm), stdout(&cold), "round {round}");
    }
}

/// What became of a file's bytes.
type Damage = fn(&[u8]) -> Vec<u8>;

#[test]
fn a_useless_cache_is_an_empty_one_with_one_warning() {
    let cache = tree(&[]);
    let kept = [
        "references",
        "--cache-dir",
        cache.path().to_str().expect("UTF-8"),
    ];
    let root = support::service();
    let expected = stdout(&impact(root.path(), &kept));
    let packs: Vec<_> = std::fs::read_dir(cache.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(packs.len(), 4, "{packs:?}");
    let whole: Vec<_> = packs
        .iter()
        .map(|pack| std::fs::read(pack).expect("readable"))
        .collect();
    let damages: [Damage; 7] = [
        |whole| whole[..whole.len() / 2].to_vec(),
        |whole| whole[..20].to_vec(),
        |whole| {
            let flipped = whole.iter().enumerate();
            flipped
                .map(|(at, byte)| if at == 60 { byte ^ 1 } else { *byte })
                .collect()
        },
        |whole| {
            let mut changed = whole.to_vec();
            if let Some(last) = changed.last_mut() {
                *last ^= 1;
            }
            changed
        },
        |_| Vec::new(),
        |_| b"impactf2".to_vec(),
        |_| vec![0xff; 4096],
    ];
    for damage in damages {
        for (pack, whole) in packs.iter().zip(&whole) {
            std::fs::write(pack, damage(whole)).expect("writable");
        }
        let output = impact(root.path(), &kept);
        assert_eq!(code(&output), 0);
        assert_eq!(stdout(&output), expected);
        assert_eq!(
            stderr(&output).matches("starting afresh").count(),
            1,
            "{}",
            stderr(&output)
        );
        let again = impact(root.path(), &kept);
        assert!(stderr(&again).is_empty(), "{}", stderr(&again));
    }
}

#[test]
fn a_schema_that_changes_elsewhere_is_seen_through_the_cache() {
    let cache = tree(&[]);
    let root = tree(&[
        (
            "impact.toml",
            "[[service]]\nname = \"schema\"\npath = \"schema\"\n[[service]]\nname = \"app\"\npath = \"app\"\n",
        ),
        (
            "schema/migrations/0001.sql",
            "CREATE TABLE users (id integer, name text);\n",
        ),
        ("app/db.py", &READER.replace("name FROM", "* FROM")),
    ]);
    let kept = [
        "references",
        "--cache-dir",
        cache.path().to_str().expect("UTF-8"),
    ];
    for (at, column) in ["email", "phone", "fax"].into_iter().enumerate() {
        assert_eq!(
            stdout(&impact(root.path(), &kept)),
            stdout(&impact(root.path(), &["references"])),
        );
        let text = format!("ALTER TABLE users ADD COLUMN {column} text;\n");
        write(
            root.path(),
            &format!("schema/migrations/000{}.sql", at + 2),
            text.as_bytes(),
        );
        let output = stdout(&impact(root.path(), &kept));
        assert!(
            output.contains(&format!("\"column\":\"{column}\"")),
            "{output}"
        );
    }
}

#[test]
fn a_cache_that_cannot_be_written_costs_nothing_but_a_warning() {
    let root = support::service();
    let file = tree(&[("file", "")]);
    let inside = file.path().join("file/cache");
    let output = impact(
        root.path(),
        &["references", "--cache-dir", inside.to_str().expect("UTF-8")],
    );
    assert_eq!(code(&output), 0);
    assert_eq!(
        stdout(&output),
        stdout(&impact(root.path(), &["references"]))
    );
}

#[test]
fn an_index_that_travelled_answers_like_the_tree() {
    let root = support::service();
    let elsewhere = tree(&[]);
    let file = elsewhere.path().join("billing.index");
    let file = file.to_str().expect("UTF-8");
    assert_eq!(code(&impact(root.path(), &["index", "--output", file])), 0);
    let other = tree(&[("other/readme.py", "x = 1\n")]);
    let output = impact(
        &other.path().join("other"),
        &["check", "column", "users.name", "--index", file],
    );
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let whole = std::fs::read(file).expect("readable");
    for bytes in [
        &whole[..whole.len() - 1],
        &whole[..5],
        b"nonsense, and long enough to be an index file",
    ] {
        std::fs::write(file, bytes).expect("writable");
        let output = impact(
            &other.path().join("other"),
            &["references", "--index", file],
        );
        assert_eq!(code(&output), 2);
        assert!(
            stderr(&output).contains("billing.index"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn an_index_names_the_commit_it_is_of_where_nothing_was_changed() {
    let root = support::service();
    let elsewhere = tree(&[("other/readme.py", "x = 1\n")]);
    let file = elsewhere.path().join("billing.index");
    let file = file.to_str().expect("UTF-8");
    let said = || {
        assert_eq!(code(&impact(root.path(), &["index", "--output", file])), 0);
        let other = elsewhere.path().join("other");
        stdout(&impact(
            &other,
            &["check", "column", "users.name", "--index", file],
        ))
    };
    git(root.path(), &["init", "-q"]);
    git(root.path(), &["add", "-A"]);
    git(root.path(), &["commit", "-qm", "all"]);
    let commit = git(root.path(), &["rev-parse", "HEAD"]);
    assert!(said().contains(commit.trim()), "{}", said());
    write(root.path(), "app/more.py", b"x = 1\n");
    assert!(!said().contains(commit.trim()), "a file more: {}", said());
}
