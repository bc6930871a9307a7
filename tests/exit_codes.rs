//! What the shell sees: 0 clear, 1 blocked, 2 the question could not be asked, 3 no proof.

mod support;

use support::{DYNAMIC, code, command, impact, service, shop, stderr, stdout, tree, write};

#[test]
fn a_column_that_nothing_uses_is_clear() {
    let output = impact(service().path(), &["check", "column", "users.email"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("clear"));
    assert!(stderr(&output).is_empty(), "{}", stderr(&output));
}

#[test]
fn a_column_that_is_read_is_blocked_and_every_name_for_it_is_understood() {
    let service = service();
    for name in [
        "users.name",
        "public.users.name",
        "main.users.name",
        "USERS.NAME",
    ] {
        let output = impact(service.path(), &["check", "column", name]);
        assert_eq!(code(&output), 1, "{name}: {}", stderr(&output));
        assert!(
            stdout(&output).contains("app/db.py:6"),
            "{}",
            stdout(&output)
        );
    }
}

#[test]
fn dynamic_sql_leaves_it_open() {
    let service = service();
    write(service.path(), "app/report.py", DYNAMIC.as_bytes());
    assert_eq!(
        code(&impact(service.path(), &["check", "column", "users.email"])),
        3
    );
    assert_eq!(
        code(&impact(service.path(), &["check", "column", "users.name"])),
        1
    );
}

#[test]
fn a_column_that_never_existed_is_an_error_with_the_nearest_names() {
    let output = impact(service().path(), &["check", "column", "users.emial"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).is_empty());
    assert!(
        stderr(&output).contains("did you mean `users.email`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_dropped_column_is_still_a_target() {
    let service = service();
    write(
        service.path(),
        "migrations/0002_drop.sql",
        b"ALTER TABLE users DROP COLUMN email;\n",
    );
    assert_eq!(
        code(&impact(service.path(), &["check", "column", "users.email"])),
        0
    );
}

#[test]
fn bad_arguments_configuration_and_roots_are_errors() {
    let service = service();
    let bad_config = tree(&[("impact.toml", "[[service]]\nnmae = \"a\"\n")]);
    let cases: [(&std::path::Path, &[&str], &str); 6] = [
        (
            service.path(),
            &["check", "column", "users"],
            "names no column",
        ),
        (
            service.path(),
            &["check", "column", "users.name", "--change", "vanish"],
            "vanish",
        ),
        (service.path(), &["chekc"], "chekc"),
        (
            service.path(),
            &["references", "--table", "nope"],
            "no table `nope`",
        ),
        (
            bad_config.path(),
            &["references"],
            "impact.toml:2:1: unknown key `nmae`",
        ),
        (
            std::path::Path::new("/does/not/exist"),
            &["references"],
            "/does/not/exist",
        ),
    ];
    for (workspace, arguments, expected) in cases {
        let output = impact(workspace, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stdout(&output).is_empty());
        assert!(
            stderr(&output).contains(expected),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn the_example_is_blocked() {
    let output = impact(&shop(), &["check", "column", "users.email"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
}

#[test]
fn help_teaches_by_example_and_asking_for_it_is_no_error() {
    for arguments in [
        &["--help"][..],
        &["check", "column", "--help"],
        &["--version"],
    ] {
        let output = command().args(arguments).output().expect("the binary runs");
        assert_eq!(code(&output), 0);
    }
    let help = command()
        .args(["check", "column", "--help"])
        .output()
        .expect("the binary runs");
    assert!(stdout(&help).contains("impact check column users.email"));
}
