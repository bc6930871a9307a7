//! What people and programs get to see of a small workspace.

use impact_facts::*;
use impact_graph::*;
use impact_policy::*;
use impact_render::*;
use impact_testing::indexes::{IndexBuilder, Touch, table_name, view};
use std::collections::BTreeMap;

const MODELS: &str = "class User(Model):\n    email = EmailField()\n    name = CharField()\n";
const VIEWS: &str = "def profile(request, id):\n    user = User.objects.get(id=id)\n    return {\"email\": user.email}\n\n\ndef export(columns):\n    run(f\"SELECT {columns} FROM users\")\n";
const WEB: &str = "async fn page() {\n    client.get(\"http://accounts/users/7\").await\n}\n";
const SCHEMA: &str = "CREATE TABLE users (id int, email text, name text);\nCREATE VIEW contacts AS SELECT email FROM users;\n";

struct Workspace {
    indexes: Vec<Index>,
    sources: BTreeMap<String, String>,
}

fn accounts() -> IndexBuilder {
    let declared = Touch::new(Access::Declare, "users", "email");
    let email = Span::new(23, 28);
    let whole = Touch::new(Access::Read, "users", "email").with(|one| {
        one.how = How::Implicit;
        one.class = ReferenceClass::WholeRow;
        one.via = "python/django".into();
        one.declared_at = Some(Site {
            file: FileId(0),
            span: email,
        });
        one.declared_position = Some(Position {
            line: 2,
            col: 5,
            end_line: 2,
            end_col: 10,
        });
    });
    IndexBuilder::new("accounts")
        .with(|index| {
            index.service.owner = Some("@accounts".into());
            index.coverage = Coverage {
                languages: vec![(Language::Python, 2, 240), (Language::Sql, 1, 105)],
                skipped: vec![(SkipReason::Binary, 3, 9000)],
                statements: 1,
                models: 1,
                drivers: vec!["psycopg".into()],
                ..Coverage::default()
            };
        })
        .file("models.py", Scope::Production, MODELS)
        .file("views.py", Scope::Production, VIEWS)
        .file("schema.sql", Scope::Migration, SCHEMA)
        .symbol("accounts.views.profile", "views.py", "profile")
        .symbol("accounts.views.export", "views.py", "export")
        .entry(
            EntryKind::Api,
            "GET /users/{id}",
            "accounts.views.profile",
            "views.py",
            "def profile",
        )
        .entry(
            EntryKind::Command,
            "export_users",
            "accounts.views.export",
            "views.py",
            "def export",
        )
        .touch("models.py", "email", "", declared)
        .touch(
            "views.py",
            "User.objects.get(id=id)",
            "accounts.views.profile",
            whole,
        )
        .touch(
            "views.py",
            "email",
            "accounts.views.profile",
            Touch::new(Access::Read, "users", "email"),
        )
        .touch(
            "models.py",
            "name",
            "",
            Touch::new(Access::Declare, "users", "name"),
        )
        .catalog("main", &[("users", &["id", "email", "name", "nick"])])
        .in_catalog(|catalog| {
            catalog.files.push(CatalogFile {
                service: "accounts".into(),
                path: "schema.sql".into(),
            });
            let mut contacts = view("users", &["email"]);
            if let Some(need) = contacts
                .view
                .as_mut()
                .and_then(|view| view.needs.first_mut())
            {
                need.site = Some(Site {
                    file: FileId(0),
                    span: Span::new(83, 88),
                });
            }
            catalog.relations.insert(table_name("contacts"), contacts);
        })
        .blind(
            "views.py",
            "f\"SELECT {columns} FROM users\"",
            BlindReason::DynamicSql,
            "the columns of this SELECT are filled in at run time",
            Reach::Columns(vec![(table_name("users"), "email".into())]),
        )
}

fn workspace() -> Workspace {
    let accounts = accounts();
    let web = IndexBuilder::new("web")
        .with(|index| index.coverage.languages = vec![(Language::Rust, 1, 70)])
        .file("src/main.rs", Scope::Production, WEB)
        .symbol("web::page", "src/main.rs", "page")
        .entry(
            EntryKind::Api,
            "GET /",
            "web::page",
            "src/main.rs",
            "async fn",
        )
        .outbound(
            OutboundKind::Request,
            "GET accounts/users/7",
            "web::page",
            "src/main.rs",
            "client.get",
        );
    let mut sources = BTreeMap::new();
    for (service, builder) in [("accounts", &accounts), ("web", &web)] {
        sources.extend(
            builder
                .sources()
                .iter()
                .map(|(path, text)| (format!("{service}/{path}"), text.clone())),
        );
    }
    Workspace {
        indexes: vec![accounts.build(), web.build()],
        sources,
    }
}

fn check(workspace: &Workspace, target: &str, then: impl FnOnce(&Report<'_>, Sources<'_>)) {
    let graph = Graph::build(&workspace.indexes);
    let Lookup::Found(found) = graph.lookup(&Target::parse(target).unwrap()) else {
        panic!("no {target}")
    };
    let trace = graph.trace(&found, Change::Drop);
    let judgement = judge(&trace, &Policy::default());
    let report = Report {
        checks: vec![Check::new(&trace, &judgement)],
        ..Report::default()
    };
    then(&report, &|path: &str| workspace.sources.get(path).cloned());
}

#[test]
fn a_blocked_drop_reads_well() {
    check(&workspace(), "users.email", |report, sources| {
        let text = Format::Text.render(report, sources, &Settings::default());
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        insta::assert_snapshot!(text);
    });
}

#[test]
fn a_clear_drop_prints_its_coverage() {
    check(&workspace(), "users.nick", |report, sources| {
        insta::assert_snapshot!(Format::Text.render(report, sources, &Settings::default()));
    });
}

#[test]
fn without_source_text_the_place_is_still_said() {
    check(&workspace(), "users.name", |report, _| {
        insta::assert_snapshot!(Format::Text.render(report, &|_: &str| None, &Settings::default()));
    });
}

#[test]
fn one_finding_is_explained_step_by_step() {
    check(&workspace(), "users.email", |report, sources| {
        let check = &report.checks[0];
        let read = check
            .judgement
            .findings
            .iter()
            .find(|one| one.class == FindingClass::Read)
            .unwrap();
        insta::assert_snapshot!(explain_finding(check, read, sources, &Settings::default()));
    });
    assert!(explain_list().starts_with("IMP001"));
}

#[test]
fn the_graph_of_a_column_is_drawn() {
    check(&workspace(), "users.email", |report, _| {
        let graph = report.checks[0].trace.export();
        insta::assert_snapshot!("dot", dot(&graph, "users.email"));
        insta::assert_snapshot!("mermaid", mermaid(&graph));
        valid("graph", &graph_schema(), &graph_json(&graph));
    });
}

#[test]
fn references_are_one_json_object_a_line() {
    let workspace = workspace();
    let graph = Graph::build(&workspace.indexes);
    let lines = references_jsonl(&graph, &Filter::default());
    insta::assert_snapshot!(lines);
    for line in lines.lines() {
        valid("reference", &reference_schema(), line);
    }
    let email = ColumnName {
        database: "main".into(),
        table: table_name("users"),
        column: "email".into(),
    };
    let filter = Filter {
        columns: vec![email],
        ..Filter::default()
    };
    assert_eq!(references_jsonl(&graph, &filter).lines().count(), 3);
}

#[test]
fn json_documents_are_valid_under_their_published_schemas() {
    let workspace = workspace();
    for target in ["users.email", "users.name", "users.nick"] {
        check(&workspace, target, |report, sources| {
            valid(
                "report",
                &report_schema(),
                &Format::Json.render(report, sources, &Settings::default()),
            );
        });
    }
    let graph = Graph::build(&workspace.indexes);
    valid(
        "entrypoints",
        &entrypoints_schema(),
        &entrypoints_json(&graph),
    );
    valid("graph", &graph_schema(), &graph_json(&graph.export()));
    valid(
        "graph",
        &graph_schema(),
        &graph_json(&graph.export_overview()),
    );
    insta::assert_snapshot!(entrypoints_text(&graph));
}

#[test]
fn every_format_says_the_verdict_and_the_place() {
    check(&workspace(), "users.email", |report, sources| {
        for (format, name, _) in Format::ALL {
            let text = format.render(report, sources, &Settings::default());
            assert!(
                text.contains("accounts/views.py") && text.ends_with('\n'),
                "{name}"
            );
            if !matches!(format, Format::Text | Format::Json) {
                insta::assert_snapshot!(*name, text);
            }
        }
    });
}

/// A report with everything in it that formats treat apart: a waived finding, a statement that was not understood.
fn rich(then: impl FnOnce(&Report<'_>, Sources<'_>)) {
    let workspace = workspace();
    let graph = Graph::build(&workspace.indexes);
    let Lookup::Found(found) = graph.lookup(&Target::parse("users.email").unwrap()) else {
        panic!()
    };
    let trace = graph.trace(&found, Change::Drop);
    let mut judgement = judge(&trace, &Policy::default());
    let read = judgement
        .findings
        .iter_mut()
        .find(|one| one.class == FindingClass::Read)
        .unwrap();
    read.waived = Some(Waived {
        waiver: 0,
        reason: "moves in March".into(),
        owner: "@accounts".into(),
        until: "2027-01-31".parse().unwrap(),
    });
    let place = Place {
        service: "accounts".into(),
        path: "accounts/schema.sql".into(),
        ..Place::default()
    };
    let unread = unread_statement(&place, "no statement begins like this", &[]);
    let report = Report {
        checks: vec![Check {
            step: Some(&place),
            renamed_to: Some("mail"),
            ..Check::new(&trace, &judgement)
        }],
        loose: &[unread],
        ..Report::default()
    };
    then(&report, &|path: &str| workspace.sources.get(path).cloned());
}

/// Holds a document against a schema of this folder.
fn fits(schema: &str, document: &str) {
    let schema = serde_json::from_str(schema).unwrap();
    let document = serde_json::from_str(document).unwrap();
    if let Err(error) = jsonschema::validate(&schema, &document) {
        panic!("{error} at {}", error.instance_path());
    }
}

#[test]
fn sarif_is_what_the_standard_says() {
    let schema = include_str!("schema/sarif.json");
    rich(|report, sources| {
        let text = Format::Sarif.render(report, sources, &Settings::default());
        fits(schema, &text);
        for word in ["codeFlows", "suppressions", "moves in March", "IMP022"] {
            assert!(text.contains(word), "{word}");
        }
    });
    let failure = Format::Sarif.failure("no such revision").unwrap();
    fits(schema, &failure);
    assert!(failure.contains("\"executionSuccessful\": false"));
    assert_eq!(Format::Junit.failure("no such revision"), None);
}

#[test]
fn code_quality_is_what_gitlab_reads() {
    rich(|report, sources| {
        let text = Format::Gitlab.render(report, sources, &Settings::default());
        fits(include_str!("schema/gitlab.json"), &text);
        assert!(!text.contains("moves in March"));
        let issues: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let marks: std::collections::BTreeSet<String> = issues
            .iter()
            .map(|one| one["fingerprint"].to_string())
            .collect();
        assert_eq!(marks.len(), issues.len());
    });
}

#[test]
fn junit_reads_back_with_waived_skipped_and_open_as_error() {
    use quick_junit::{NonSuccessKind, TestCaseStatus};
    rich(|report, sources| {
        let text = Format::Junit.render(report, sources, &Settings::default());
        let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
        let cases: Vec<_> = read
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
            .collect();
        let of = |code: &str| {
            cases
                .iter()
                .find(|case| case.name.starts_with(code))
                .unwrap()
        };
        let is = |code: &str, wanted: NonSuccessKind| matches!(&of(code).status, TestCaseStatus::NonSuccess { kind, .. } if *kind == wanted);
        assert!(matches!(
            of("IMP005").status,
            TestCaseStatus::Skipped { .. }
        ));
        assert!(is("IMP003", NonSuccessKind::Failure));
        assert!(is("IMP020", NonSuccessKind::Error) && is("IMP022", NonSuccessKind::Error));
    });
}

/// Its name, its parents, the attributes that it must have, those that it may.
type JunitElement = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// Elements of a JUnit report: which they stand in, which attributes they must and may have. Facts of `junit-10.xsd` of
/// Jenkins' xUnit plugin, but for elements and attributes that are not written here.
const JUNIT: &[JunitElement] = &[
    (
        "testsuites",
        &[""],
        &[],
        &["name", "tests", "failures", "errors"],
    ),
    (
        "testsuite",
        &["testsuites"],
        &["name", "tests", "failures", "errors"],
        &["skipped"],
    ),
    ("testcase", &["testsuite"], &["name"], &["classname"]),
    ("failure", &["testcase"], &[], &["type", "message"]),
    ("error", &["testcase"], &[], &["type", "message"]),
    ("skipped", &["testcase"], &[], &["type", "message"]),
    ("system-out", &["testcase"], &[], &[]),
];

#[test]
fn junit_keeps_to_the_schema_of_its_readers() {
    rich(|report, sources| {
        let text = Format::Junit.render(report, sources, &Settings::default());
        let document = roxmltree::Document::parse(&text).unwrap();
        for element in document.descendants().filter(|node| node.is_element()) {
            let name = element.tag_name().name();
            let (_, parents, must, may) = JUNIT.iter().find(|row| row.0 == name).expect(name);
            let parent = element.parent_element();
            let parent = parent.map_or("", |parent| parent.tag_name().name());
            assert!(parents.contains(&parent), "{name} in {parent}");
            let given: Vec<&str> = element.attributes().map(|one| one.name()).collect();
            assert!(
                must.iter().all(|one| given.contains(one)),
                "{name} {given:?}"
            );
            let known = |one: &&str| must.contains(one) || may.contains(one);
            assert!(given.iter().all(known), "{name} {given:?}");
        }
    });
}

#[test]
fn a_comment_holds_no_more_than_it_may() {
    rich(|report, sources| {
        let many = Report {
            checks: vec![report.checks[0]; 400],
            loose: report.loose,
            ..Report::default()
        };
        let text = Format::Markdown.render(&many, sources, &Settings::default());
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains("- and 200 more") && text.contains("more than a comment holds"));
        assert!(text.contains("IMP022"));
    });
}

#[test]
fn code_scanning_gets_a_place_for_each_result_and_no_more_than_it_takes() {
    rich(|report, sources| {
        let many = Report {
            checks: vec![report.checks[0]; 2_000],
            loose: report.loose,
            ..Report::default()
        };
        let text = Format::Sarif.render(&many, sources, &Settings::default());
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 5_000);
        assert!(results.iter().all(|one| one["level"] == "error"));
        let notes = &run["invocations"][0]["toolExecutionNotifications"];
        assert!(
            notes[0]["message"]["text"]
                .as_str()
                .unwrap()
                .ends_with("left out")
        );
        let placed = |one: &serde_json::Value| {
            let region = &one["locations"][0]["physicalLocation"]["region"];
            region["startLine"].as_u64() > Some(0)
        };
        assert!(results.iter().all(placed));
    });
}

#[test]
fn annotations_stay_within_what_a_step_shows() {
    rich(|report, sources| {
        let many = Report {
            checks: vec![report.checks[0]; 20],
            loose: report.loose,
            ..Report::default()
        };
        let text = Format::Github.render(&many, sources, &Settings::default());
        let count = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!((count("::error "), count("::notice ")), (10, 1));
        assert!(count("::warning ") <= 10);
        assert!(text.contains("findings not shown here") && !text.contains("moves in March"));
    });
}

#[test]
fn what_is_waived_is_said_to_people() {
    rich(|report, sources| {
        let text = Format::Text.render(report, sources, &Settings::default());
        assert!(
            text.contains("waived until 2027-01-31 by") && text.contains("moves in March"),
            "{text}"
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        valid(
            "report",
            &report_schema(),
            &Format::Json.render(report, sources, &Settings::default()),
        );
        let markdown = Format::Markdown.render(report, sources, &Settings::default());
        assert!(markdown.contains("Accepted for now"));
    });
}

/// Holds a document against the schema in `docs/schema`, and that against the types.
fn valid(name: &str, schema: &str, document: &str) {
    let path = format!(
        "{}/../../docs/schema/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, schema).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        published, schema,
        "docs/schema/{name}.json is out of date: run the tests with BLESS=1"
    );
    let schema = serde_json::from_str(&published).unwrap();
    let document = serde_json::from_str(document).unwrap();
    if let Err(error) = jsonschema::validate(&schema, &document) {
        panic!("{name}: {error} at {}", error.instance_path());
    }
}
