//! Waivers and policies as files of a scanned tree: what they may do, and what they may not.

mod support;

use serde_json::Value;
use std::fs;
use support::{READER, code, impact, stderr, stdout, tree, write};
use tempfile::TempDir;

/// Two services over one table; both read `users.name`.
fn workspace(config: &str) -> TempDir {
    let services = "[[service]]\nname = \"one\"\npath = \"one\"\n\n[[service]]\nname = \"two\"\npath = \"two\"\n";
    tree(&[
        ("impact.toml", &format!("{services}\n{config}")),
        ("one/requirements.txt", "psycopg2\n"),
        (
            "one/migrations/0001_users.sql",
            "CREATE TABLE users (id integer PRIMARY KEY, name text);\n",
        ),
        ("one/app.py", READER),
        ("two/requirements.txt", "psycopg2\n"),
        ("two/app.py", READER),
    ])
}

fn waiver(site: &str) -> String {
    format!(
        "[[waiver]]\ncode = \"IMP005\"\ntarget = \"users.name\"\n{site}\nreason = \"r\"\nowner = \"@o\"\nuntil = \"2030-01-01\"\n\n"
    )
}

fn check(root: &TempDir) -> (i32, Value) {
    let arguments = [
        "check",
        "column",
        "users.name",
        "--today",
        "2026-01-01",
        "--format",
        "json",
    ];
    let output = impact(root.path(), &arguments);
    let report = serde_json::from_str(&stdout(&output)).unwrap_or(Value::Null);
    (code(&output), report)
}

fn codes(report: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let inner = list(&report["checks"])
        .into_iter()
        .flat_map(|one| list(&one["findings"]));
    let all = inner.chain(list(&report["findings"]));
    all.map(|one| one["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_workspace_may_waive_any_site() {
    let waivers = waiver("path = \"one/app.py\"") + &waiver("service = \"two\"");
    let (code, report) = check(&workspace(&waivers));
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["checks"][0]["findings"][0]["waived"]["owner"], "@o");
}

#[test]
fn a_service_may_waive_its_own_sites_alone() {
    let root = workspace("");
    let sites = [
        "path = \"app.py\"",
        "path = \"../two/app.py\"",
        "service = \"two\"",
    ];
    let waivers: String = sites.map(waiver).concat();
    write(root.path(), "one/.impact/waivers.toml", waivers.as_bytes());
    let (code, report) = check(&root);
    assert_eq!(code, 1);
    let waived = |path: &str| {
        let findings = report["checks"][0]["findings"].as_array().unwrap().iter();
        findings
            .filter(|one| one["place"]["path"] == path)
            .all(|one| !one["waived"].is_null())
    };
    assert!(waived("one/app.py") && !waived("two/app.py"));
    assert!(codes(&report).contains(&"IMP032".to_owned()));
}

#[test]
fn a_comment_waives_its_own_line_until_its_day() {
    let root = workspace("");
    let line = "    cursor.execute(\"SELECT name";
    let note = "    # impact: ignore[IMP005] until=2030-01-01 reason=\"moves\" owner=@o\n";
    for service in ["one", "two"] {
        let text = READER.replace(line, &format!("{note}{line}"));
        write(root.path(), &format!("{service}/app.py"), text.as_bytes());
    }
    assert_eq!(check(&root).0, 0, "{:#}", check(&root).1);
    let late = impact(
        root.path(),
        &["check", "column", "users.name", "--today", "2030-01-02"],
    );
    assert_eq!(code(&late), 1);
}

#[test]
fn what_is_incomplete_or_for_nothing_is_a_finding_and_waives_nothing() {
    let bare = "[[waiver]]\ncode = \"IMP005\"\ntarget = \"users.name\"\nservice = \"one\"\n";
    let (code, report) = check(&workspace(bare));
    assert_eq!(
        (code, codes(&report).contains(&"IMP032".to_owned())),
        (1, true)
    );
    let (_, report) = check(&workspace(&waiver("path = \"one/gone.py\"")));
    assert!(codes(&report).contains(&"IMP031".to_owned()));
}

#[test]
fn a_waiver_hides_nothing_that_is_open() {
    let waivers = waiver("service = \"one\"") + &waiver("service = \"two\"");
    let open = waivers.replace("IMP005", "IMP005,IMP020");
    let root = workspace(&open);
    write(
        root.path(),
        "two/dynamic.py",
        b"import psycopg2\n\n\ndef report(cursor, columns):\n    connection = psycopg2.connect('')\n    connection.cursor().execute(f\"SELECT {columns} FROM users\")\n",
    );
    let (code, report) = check(&root);
    assert_eq!(
        (code, codes(&report).contains(&"IMP032".to_owned())),
        (3, true),
        "{report:#}"
    );
    let rule = "\n[[policy.rule]]\nclass = \"blind_spot\"\nlevel = \"allow\"\n";
    let config = fs::read_to_string(root.path().join("impact.toml")).unwrap() + rule;
    fs::write(root.path().join("impact.toml"), config).unwrap();
    assert_eq!(check(&root).0, 3);
}

#[test]
fn an_inconclusive_answer_may_pass_but_is_said() {
    let root = workspace(
        "[policy]\ninconclusive = \"pass\"\n[[policy.rule]]\nclass = \"explicit\"\nlevel = \"inconclusive\"\n",
    );
    let (code, report) = check(&root);
    assert_eq!(
        (code, report["verdict"].as_str()),
        (0, Some("inconclusive"))
    );
}

#[test]
fn the_last_rule_that_fits_wins() {
    let rules = "[[policy.rule]]\nclass = \"read\"\nlevel = \"allow\"\n[[policy.rule]]\nclass = \"IMP005\"\npath = \"two/**\"\nlevel = \"block\"\n";
    let (code, report) = check(&workspace(rules));
    assert_eq!((code, codes(&report)), (1, vec!["IMP005".to_owned()]));
}

#[test]
fn mistakes_in_a_policy_are_said_with_their_place() {
    let cases = [
        (
            "[[policy.rule]]\nclas = \"read\"\n",
            "10:1: unknown key `clas` in `policy.rule`; did you mean `class`?",
        ),
        (
            "[policy]\ninconclusiv = \"pass\"\n",
            "unknown key `inconclusiv` in `policy`; did you mean `inconclusive`?",
        ),
        (
            "[[policy.rule]]\nlevel = \"blok\"\n",
            "10:9: unknown variant `blok`",
        ),
        (
            "[[policy.rule]]\nclass = \"reed\"\nlevel = \"warn\"\n",
            "9:1: `reed` is no class",
        ),
        ("[[waiver]]\ncods = \"IMP005\"\n", "did you mean `code`?"),
    ];
    for (config, message) in cases {
        let output = impact(workspace(config).path(), &["check", "column", "users.name"]);
        let said = stderr(&output);
        assert!(
            code(&output) == 2 && said.contains(message),
            "{config}\n{said}"
        );
    }
}

#[test]
fn hostile_waiver_files_do_nothing() {
    let root = workspace("");
    let outside = TempDir::new().unwrap();
    let other = outside.path().join("waivers.toml");
    fs::write(&other, waiver("service = \"one\"")).unwrap();
    let texts: [&[u8]; 5] = [
        b"[[waiver",
        b"\xff\xfe\x00",
        b"waiver = 3",
        b"[[waiver]]\ncode = [[[[[[",
        b"[[waiver]]\nservice = \"two\"\nuntil = \"9999-99-99\"\nreason = \"\x1b[31m\"\n",
    ];
    for text in texts {
        write(root.path(), "one/.impact/waivers.toml", text);
        assert_eq!(check(&root).0, 1, "{}", String::from_utf8_lossy(text));
    }
    fs::remove_file(root.path().join("one/.impact/waivers.toml")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&other, root.path().join("one/.impact/waivers.toml")).unwrap();
        let (code, report) = check(&root);
        assert_eq!(code, 1);
        assert!(
            report["checks"][0]["findings"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["waived"].is_null())
        );
    }
}

#[test]
fn an_annotation_decides_what_is_open_if_it_can_be_true() {
    let root = workspace("");
    let code_of = |columns: &str| {
        let text = format!(
            "import psycopg2\n\n\ndef report(columns):\n    connection = psycopg2.connect('')\n    connection.cursor().execute(f\"SELECT {{columns}} FROM users\")  # impact: columns={columns}\n"
        );
        write(root.path(), "two/app.py", text.as_bytes());
        write(root.path(), "one/app.py", text.as_bytes());
        check(&root)
    };
    assert_eq!(code_of("users.id").0, 0, "{:#}", code_of("users.id").1);
    assert_eq!(code_of("users.name").0, 1);
    let (code, report) = code_of("users.nothing");
    assert_eq!(
        (code, codes(&report).contains(&"IMP033".to_owned())),
        (3, true)
    );
}

#[test]
fn the_last_line_of_codeowners_that_fits_names_the_owner() {
    let root = workspace("");
    write(
        root.path(),
        ".github/CODEOWNERS",
        b"* @all # the rest\n/one/ @one @both\nnobody/\n",
    );
    let (_, report) = check(&root);
    let findings = report["checks"][0]["findings"].as_array().unwrap();
    let owner = |path: &str| {
        let found = findings
            .iter()
            .find(|one| one["place"]["path"] == path)
            .unwrap();
        found["owner"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (&*owner("one/app.py"), &*owner("two/app.py")),
        ("@one @both", "@all")
    );
}

#[test]
fn so_many_waivers_are_not_read() {
    let root = workspace("");
    write(
        root.path(),
        "one/.impact/waivers.toml",
        "[[waiver]]\n".repeat(5000).as_bytes(),
    );
    let (code, report) = check(&root);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((code, findings.len()), (1, 1001));
}
