//! What leads to what.

use impact_facts::*;
use impact_graph::*;
use impact_policy::*;
use impact_testing::indexes::{IndexBuilder, Touch, table_name, view};

const MODELS: &str = "class User:\n    email = C()\n";
const CODE: &str = "users = all()\nprint(u.email)\nexecute(sql)\n";

/// A service that is awake: it reads another column of the table.
fn service() -> IndexBuilder {
    IndexBuilder::new("api")
        .file("models.py", Scope::Production, MODELS)
        .file("code.py", Scope::Production, CODE)
        .file("tests.py", Scope::Test, "u.email")
        .file("0002.py", Scope::Migration, "update(email)")
        .catalog("main", &[("users", &["id", "email"])])
        .touch("code.py", "u", "", Touch::new(Access::Read, "users", "id"))
}

fn read() -> Touch {
    Touch::new(Access::Read, "users", "email")
}

fn judged(index: IndexBuilder, change: Change, rules: Vec<Rule>) -> Judgement {
    let indexes = [index.build()];
    let graph = Graph::build(&indexes);
    let Lookup::Found(found) = graph.lookup(&Target::parse("users.email").unwrap()) else {
        panic!()
    };
    judge(&graph.trace(&found, change), &Policy::new(rules).unwrap())
}

fn verdict(index: IndexBuilder) -> Verdict {
    judged(index, Change::Drop, Vec::new()).verdict
}

#[test]
fn nothing_left_and_awake_is_clear() {
    assert_eq!(verdict(service()), Verdict::Clear);
}

#[test]
fn firm_references_block_and_possible_ones_leave_it_open() {
    let with = |certainty| {
        service().touch(
            "code.py",
            "email",
            "",
            read().with(|one| one.certainty = certainty),
        )
    };
    assert_eq!(verdict(with(Certainty::Exact)), Verdict::Blocked);
    assert_eq!(verdict(with(Certainty::Likely)), Verdict::Blocked);
    assert_eq!(verdict(with(Certainty::Possible)), Verdict::Inconclusive);
}

#[test]
fn a_star_alone_warns_and_a_rebinding_comes_first() {
    let star = read().with(|one| one.class = ReferenceClass::Star);
    let judgement = judged(
        service().touch("code.py", "all()", "", star),
        Change::Drop,
        Vec::new(),
    );
    assert_eq!(
        (judgement.verdict, judgement.findings[0].level),
        (Verdict::Clear, Level::Warn)
    );
    let rebinding = read().with(|one| {
        one.class = ReferenceClass::Rebinding;
        one.becomes = Some("orders.email".into());
    });
    let index = service()
        .touch("code.py", "email", "", read())
        .touch("code.py", "sql", "", rebinding);
    let judgement = judged(index, Change::Drop, Vec::new());
    assert_eq!(judgement.findings[0].class, FindingClass::Rebinding);
    assert!(judgement.findings[0].message.ends_with("orders.email"));
}

#[test]
fn tests_and_applied_migrations_never_block_but_pending_ones_do() {
    let migration = |applied: bool| {
        let order = if applied { 0 } else { 2 };
        service()
            .file("0001.py", Scope::Migration, "drop(email)")
            .migration("0001.py", 1, &[0])
            .migration("0002.py", order, if applied { &[] } else { &[1] })
            .ended("users", "email", "0001.py", "email")
            .touch("0002.py", "email", "", read())
    };
    assert_eq!(
        verdict(service().touch("tests.py", "email", "", read())),
        Verdict::Clear
    );
    assert_eq!(verdict(migration(true)), Verdict::Clear);
    assert_eq!(verdict(migration(false)), Verdict::Blocked);
}

#[test]
fn a_declaration_gathers_what_it_feeds() {
    let index = service().touch(
        "models.py",
        "email",
        "",
        Touch::new(Access::Declare, "users", "email"),
    );
    let (site, position) = {
        let built = index
            .sources()
            .get("models.py")
            .map(|text| text.find("email").unwrap() as u32)
            .unwrap();
        (
            Site {
                file: FileId(0),
                span: Span::new(built, built + 5),
            },
            Position {
                line: 2,
                col: 5,
                end_line: 2,
                end_col: 10,
            },
        )
    };
    let whole = read().with(|one| {
        one.how = How::Implicit;
        one.class = ReferenceClass::WholeRow;
        one.declared_at = Some(site);
        one.declared_position = Some(position);
    });
    let judgement = judged(
        index.touch("code.py", "all()", "", whole),
        Change::Drop,
        Vec::new(),
    );
    assert_eq!(judgement.verdict, Verdict::Blocked);
    let [finding] = judgement.findings.as_slice() else {
        panic!("{:?}", judgement.findings)
    };
    assert_eq!(
        (finding.class, finding.feeds.len()),
        (FindingClass::Declaration, 1)
    );
}

#[test]
fn a_view_blocks_and_a_plain_index_goes_along() {
    let index = service().in_catalog(|catalog| {
        catalog
            .relations
            .insert(table_name("mails"), view("users", &["email"]));
    });
    assert_eq!(verdict(index), Verdict::Blocked);
    let index = service().in_catalog(|catalog| {
        let dependent = Dependent {
            kind: DependentKind::Index,
            name: Some("by_email".into()),
            table: table_name("users"),
            columns: vec![("email".into(), Span::default())],
            computed: Vec::new(),
            foreign: Vec::new(),
            function: None,
            span: Span::default(),
        };
        let users = catalog.relations.get_mut(&table_name("users")).unwrap();
        users.dependents.push(DeclaredDependent {
            dependent,
            file: FileId(0),
        });
    });
    assert_eq!(verdict(index), Verdict::Clear);
}

#[test]
fn a_blind_spot_that_reaches_it_leaves_it_open() {
    let blind = |table| {
        let reach = Reach::Tables(vec![table_name(table)]);
        service().blind(
            "code.py",
            "execute(sql)",
            BlindReason::DynamicSql,
            "built at run time",
            reach,
        )
    };
    assert_eq!(verdict(blind("users")), Verdict::Inconclusive);
    assert_eq!(verdict(blind("orders")), Verdict::Clear);
}

#[test]
fn silence_proves_nothing() {
    let asleep = IndexBuilder::new("api").catalog("main", &[("users", &["email"])]);
    let judgement = judged(asleep, Change::Drop, Vec::new());
    assert_eq!(
        (judgement.verdict, judgement.no_evidence),
        (Verdict::Inconclusive, true)
    );

    let indexes = [
        service().build(),
        IndexBuilder::new("jobs")
            .with(|one| one.coverage.drivers = vec!["psycopg".into()])
            .build(),
    ];
    let graph = Graph::build(&indexes);
    let Lookup::Found(found) = graph.lookup(&Target::parse("users.email").unwrap()) else {
        panic!()
    };
    let judgement = judge(&graph.trace(&found, Change::Drop), &Policy::default());
    assert_eq!(
        (judgement.verdict, judgement.findings[0].class),
        (Verdict::Inconclusive, FindingClass::Asleep)
    );
}

#[test]
fn the_last_rule_that_fits_wins() {
    let rule = |path: &str, level| Rule {
        path: Some(path.into()),
        level: Some(level),
        ..Rule::default()
    };
    let index = || service().touch("code.py", "email", "", read());
    let rules = vec![rule("**/code.py", Level::Allow)];
    assert_eq!(
        judged(index(), Change::Drop, rules.clone()).verdict,
        Verdict::Clear
    );
    let rules = [rules, vec![rule("api/**", Level::Block)]].concat();
    assert_eq!(
        judged(index(), Change::Drop, rules).verdict,
        Verdict::Blocked
    );
    let unknown = Rule {
        class: Some("reed".into()),
        ..Rule::default()
    };
    assert!(
        Policy::new(vec![unknown])
            .unwrap_err()
            .to_string()
            .contains("rebinding, ")
    );
}

#[test]
fn tightening_looks_for_writers_that_leave_the_column_out() {
    let insert = |columns: &[&str]| {
        let columns = columns.iter().map(|name| Box::from(*name)).collect();
        judged(
            service().with(|index| {
                index.insertions.push(Insertion {
                    site: Site {
                        file: FileId(1),
                        span: Span::new(27, 39),
                    },
                    position: Position::default(),
                    database: "".into(),
                    table: table_name("users"),
                    columns,
                    open: Vec::new(),
                    via: "sql".into(),
                    certainty: Certainty::Exact,
                    scope: Scope::Production,
                    symbol: None,
                });
            }),
            Change::Tighten,
            Vec::new(),
        )
    };
    let judgement = insert(&["id"]);
    assert_eq!(
        (judgement.verdict, judgement.findings[0].class),
        (Verdict::Blocked, FindingClass::Omission)
    );
    assert_eq!(insert(&["id", "email"]).verdict, Verdict::Clear);
    let whole = Touch::new(Access::Write, "users", "id").with(|one| {
        one.how = How::Implicit;
        one.class = ReferenceClass::WholeRow;
    });
    let judgement = judged(
        service().touch("code.py", "execute(sql)", "", whole),
        Change::Tighten,
        Vec::new(),
    );
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(
        judged(
            service().touch("code.py", "email", "", read()),
            Change::Tighten,
            Vec::new()
        )
        .verdict,
        Verdict::Clear
    );
}

#[test]
fn a_fingerprint_survives_moved_lines() {
    let at = |text: &str| {
        let index = IndexBuilder::new("api")
            .file("a.py", Scope::Production, text)
            .catalog("main", &[("users", &["email"])]);
        judged(
            index.touch("a.py", "email", "", read()),
            Change::Drop,
            Vec::new(),
        )
        .findings[0]
            .fingerprint
            .clone()
    };
    assert_eq!(at("u.email"), at("\n\n  u.email"));
}
