//! Trees that nobody would write: the run goes on, and says what it did not see.

mod support;

use std::fs;
use support::{code, impact, service, stderr, stdout, tree, write};

#[test]
fn large_binary_and_broken_files_are_passed_by_and_counted() {
    let root = service();
    let large = vec![b'\n'; 9 << 20];
    write(root.path(), "app/large.py", &large);
    write(root.path(), "app/image.py", b"\x89PNG\0\0\0");
    write(root.path(), "app/latin.py", b"x = '\xff\xfe'\n");
    write(root.path(), "app/half.py", b"def f(:\n    '''");
    write(root.path(), "app/empty.py", b"");
    let deep = "(".repeat(200_000);
    write(root.path(), "app/deep.py", deep.as_bytes());
    write(
        root.path(),
        "app/deep.rs",
        format!("fn f() {{ {deep} }}").as_bytes(),
    );
    write(
        root.path(),
        "app/deep.sql",
        format!("select {deep}").as_bytes(),
    );
    write(root.path(), "app/deep.json", "[".repeat(200_000).as_bytes());
    write(
        root.path(),
        "app/line.py",
        format!("x = [{}]\n", "1,".repeat(200_000)).as_bytes(),
    );
    let output = impact(
        root.path(),
        &["check", "column", "users.email", "--format", "json"],
    );
    assert!(
        [0, 3].contains(&code(&output)),
        "{} {}",
        code(&output),
        stderr(&output)
    );
    assert!(stdout(&output).contains("too large"), "{}", stdout(&output));
    assert!(stdout(&output).contains("binary"));
}

#[test]
fn what_is_not_read_for_its_size_leaves_the_answer_open() {
    let cases: [(&str, String, i32); 4] = [
        ("app/large.py", "# nothing\n".repeat(1 << 20), 3),
        ("data/rows.json", records("{\"users\": \"email\"}"), 3),
        ("data/other.json", records("{\"shops\": \"email\"}"), 0),
        ("data/rows.yaml", "- {a: 1}\n".repeat(1_001), 0),
    ];
    for (path, text, expected) in cases {
        let root = service();
        write(root.path(), path, text.as_bytes());
        let output = impact(root.path(), &["check", "column", "users.email"]);
        assert_eq!(code(&output), expected, "{path}: {}", stdout(&output));
    }
}

/// A list with more unlike records than are read.
fn records(last: &str) -> String {
    let others: String = (0..5_000).map(|at| format!("{{\"a{at}\": 1}},")).collect();
    format!("[{others}{last}]")
}

#[cfg(unix)]
#[test]
fn links_pipes_and_unreadable_files_do_not_stop_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let root = service();
    symlink(root.path(), root.path().join("app/again")).expect("a link");
    symlink("a", root.path().join("b")).expect("a link");
    symlink("b", root.path().join("a")).expect("a link");
    let made = std::process::Command::new("mkfifo")
        .arg(root.path().join("app/pipe.py"))
        .status();
    assert!(made.is_ok());
    let secret = root.path().join("app/secret.py");
    write(root.path(), "app/secret.py", b"x = 1\n");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).expect("permissions");
    let readable = fs::read(&secret).is_ok();
    let output = impact(root.path(), &["check", "column", "users.email"]);
    assert_eq!(
        code(&output),
        if readable { 0 } else { 3 },
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
}

/// Names of files, owners and reasons are no orders to a terminal or to the runner of a CI system.
#[cfg(unix)]
#[test]
fn what_a_tree_says_stays_text() {
    let root = service();
    let order = "::error::pwned\u{1b}[31m\u{202e}";
    write(
        root.path(),
        &format!("app/a\n{order}|`<b>.py"),
        support::READER.as_bytes(),
    );
    let waived = support::READER.replace(
        "    cursor.execute",
        "    # impact: ignore[IMP005] until=2030-01-01 owner=@o\u{1b}[31m reason=\"::error::pwned [a](b)\"\n    cursor.execute",
    );
    write(root.path(), "app/waived.py", waived.as_bytes());
    write(
        root.path(),
        "CODEOWNERS",
        format!("app/ @o\u{1b}]0;t\u{7}\n{order} @x\n").as_bytes(),
    );
    for format in [
        "text", "github", "markdown", "gitlab", "sarif", "junit", "json",
    ] {
        let arguments = [
            "check",
            "column",
            "users.name",
            "--today",
            "2026-01-01",
            "--format",
            format,
        ];
        let output = impact(root.path(), &arguments);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        let text = stdout(&output);
        let bare = |c: char| c.is_control() && c != '\n' || c == '\u{202e}' && format != "json";
        let is_data = matches!(format, "gitlab" | "sarif" | "junit");
        assert!(
            !text.contains(bare) || is_data && !text.contains('\u{1b}'),
            "{format}: {text:?}"
        );
        let obeyed = |line: &&str| line.trim_start().starts_with("::error::");
        assert_eq!(text.lines().find(obeyed), None, "{format}");
    }
}

/// More than anybody writes: a configuration, owners and waivers of megabytes, patterns that could take for ever.
#[test]
fn large_configuration_ends() {
    let root = service();
    let rules = "[[policy.rule]]\npath = \"**/**/**/**/**/a*a*a*a*a*a*b\"\nlevel = \"warn\"\n"
        .repeat(2_000);
    write(root.path(), "impact.toml", rules.as_bytes());
    let owners = format!("{}a @x\n", "**/".repeat(2_000)).repeat(20)
        + &"[a-".repeat(2_000)
        + "\n"
        + &"/app/ @o\n".repeat(50_000);
    write(root.path(), "CODEOWNERS", owners.as_bytes());
    let waiver = "[[waiver]]\ncode = \"IMP005\"\ntarget = \"users.email\"\npath = \"app/x.py\"\nreason = \"r\"\nowner = \"o\"\nuntil = \"2030-01-01\"\n";
    write(
        root.path(),
        ".impact/waivers.toml",
        waiver.repeat(10_000).as_bytes(),
    );
    write(
        root.path(),
        ".impact/queries/python/x/a.scm",
        "((((((".repeat(10_000).as_bytes(),
    );
    let output = impact(root.path(), &["check", "column", "users.name"]);
    assert!([1, 2].contains(&code(&output)), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn configuration_that_leads_to_itself_ends() {
    let root = tree(&[
        (
            "impact.toml",
            "[[service]]\nname = \"a\"\npath = \".\"\n[[service]]\nname = \"b\"\npath = \"inner\"\n",
        ),
        (
            "inner/impact.toml",
            "[[service]]\nname = \"a\"\npath = \"..\"\n",
        ),
        ("inner/a.py", "x = 1\n"),
    ]);
    assert_eq!(code(&impact(root.path(), &["references"])), 0);
    assert_eq!(
        code(&impact(&root.path().join("inner"), &["references"])),
        0
    );
}

#[test]
fn an_empty_directory_is_a_service_with_nothing_in_it() {
    let root = tree(&[]);
    let output = impact(root.path(), &["references"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, ""));
    assert_eq!(
        code(&impact(root.path(), &["check", "column", "users.email"])),
        2
    );
}
