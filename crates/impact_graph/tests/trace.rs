//! What a trace finds in small workspaces.

use impact_facts::*;
use impact_graph::*;
use impact_testing::indexes::{IndexBuilder, Touch, relation, table_name, view};

const VIEWS: &str =
    "def profile(r):\n    return load(r).email\n\ndef load(r):\n    return q(name)\n";

fn billing() -> IndexBuilder {
    IndexBuilder::new("billing")
        .file("app/views.py", Scope::Production, VIEWS)
        .file("app/test_views.py", Scope::Test, "user.email")
        .symbol("app.views.profile", "app/views.py", "profile")
        .symbol("app.views.load", "app/views.py", "load(r):")
        .catalog("main", &[("users", &["id", "email", "name"])])
        .entry(
            EntryKind::Api,
            "GET /users/{id}",
            "app.views.profile",
            "app/views.py",
            "def",
        )
        .call(
            "app.views.profile",
            "app.views.load",
            "app/views.py",
            "load",
        )
        .touch(
            "app/views.py",
            "email",
            "app.views.profile",
            Touch::new(Access::Read, "users", "email"),
        )
        .touch(
            "app/views.py",
            "name",
            "app.views.load",
            Touch::new(Access::Read, "public.users", "name"),
        )
        .touch(
            "app/test_views.py",
            "email",
            "",
            Touch::new(Access::Read, "users", "email"),
        )
}

fn trace_of(indexes: &[Index], target: &str) -> Trace {
    let graph = Graph::build(indexes);
    match graph.lookup(&Target::parse(target).unwrap()) {
        Lookup::Found(found) => graph.trace(&found, Change::Drop),
        other => panic!("{other:?}"),
    }
}

fn words(proof: &Proof) -> String {
    proof
        .steps
        .iter()
        .map(|step| &*step.label)
        .collect::<Vec<_>>()
        .join(" > ")
}

#[test]
fn a_reference_is_proved_from_its_entry_point() {
    let trace = trace_of(&[billing().build()], "users.name");
    let [reference] = trace.references.as_slice() else {
        panic!("{:?}", trace.references)
    };
    assert_eq!(reference.place.path, "billing/app/views.py".into());
    let proof = reference.proof.as_ref().unwrap();
    assert_eq!(
        words(proof),
        "GET /users/{id} > app.views.profile > app.views.load > users.name"
    );
    assert_eq!(trace.entry_points.len(), 1);
    assert_eq!(reference.reached_by, [0]);
    assert_eq!(trace.services[0].table_references, 3);
}

#[test]
fn names_are_one_through_the_search_path_and_without_case() {
    let index = [billing().build()];
    let graph = Graph::build(&index);
    for text in [
        "users.email",
        "public.users.email",
        "main.users.email",
        "main.public.users.email",
        "USERS.Email",
    ] {
        let Lookup::Found(found) = graph.lookup(&Target::parse(text).unwrap()) else {
            panic!("{text}")
        };
        assert_eq!(found.name.to_string(), "users.email");
    }
    assert!(Target::parse("users").is_err() && Target::parse("a..b").is_err());
}

#[test]
fn an_unknown_column_names_its_neighbours() {
    let index = [billing().build()];
    let graph = Graph::build(&index);
    let Lookup::Unknown(nearest) = graph.lookup(&Target::parse("user.emial").unwrap()) else {
        panic!()
    };
    assert_eq!(nearest.first().map(String::as_str), Some("users.email"));
}

#[test]
fn two_databases_with_the_table_need_a_name() {
    let other = IndexBuilder::new("crm")
        .catalog("crm", &[("users", &["email"])])
        .build();
    let indexes = [billing().build(), other];
    let graph = Graph::build(&indexes);
    let Lookup::Ambiguous(names) = graph.lookup(&Target::parse("users.email").unwrap()) else {
        panic!()
    };
    assert_eq!(names, ["main.users.email", "crm.users.email"]);
    assert!(matches!(
        graph.lookup(&Target::parse("crm.users.email").unwrap()),
        Lookup::Found(_)
    ));
}

#[test]
fn a_dropped_column_is_still_a_target() {
    let index = billing().in_catalog(|catalog| {
        let users = catalog.relations.get_mut(&table_name("users")).unwrap();
        let gone = |name: &str, to: Option<&str>| PastColumn {
            name: name.into(),
            ended_at: Site {
                file: FileId(0),
                span: Span::default(),
            },
            renamed_to: to.map(Into::into),
        };
        users.past = vec![gone("nick", None), gone("mail", Some("email"))];
    });
    let trace = trace_of(&[index.build()], "users.mail");
    assert!(matches!(&trace.target.state, ColumnState::Renamed(to, _) if &**to == "email"));
    assert!(trace.references.is_empty());
}

#[test]
fn readers_of_views_read_the_base_column_at_any_depth() {
    let index = billing()
        .in_catalog(|catalog| {
            catalog
                .relations
                .insert(table_name("contacts"), view("users", &["email", "name"]));
            catalog
                .relations
                .insert(table_name("report.mails"), view("contacts", &["email"]));
        })
        .file(
            "job.py",
            Scope::Production,
            "select email from report.mails",
        )
        .symbol("job", "job.py", "select")
        .touch(
            "job.py",
            "email",
            "job",
            Touch::new(Access::Read, "report.mails", "email"),
        )
        .build();
    let trace = trace_of(&[index], "users.email");
    let far = trace
        .references
        .iter()
        .find(|one| one.place.path.ends_with("job.py"))
        .unwrap();
    let hops: Vec<String> = far.through.iter().map(ToString::to_string).collect();
    assert_eq!(
        hops,
        ["report.mails.email", "contacts.email", "users.email"]
    );
    let views: Vec<_> = trace
        .dependents
        .iter()
        .map(|one| one.table.to_string())
        .collect();
    assert_eq!(views, ["contacts", "report.mails"]);
    let down: Vec<_> = trace
        .downstream
        .iter()
        .map(|one| (one.kind, &*one.name))
        .collect();
    assert_eq!(
        down,
        [
            (DownstreamKind::View, "contacts"),
            (DownstreamKind::View, "report.mails")
        ]
    );
}

#[test]
fn an_imported_schema_carries_a_column_into_another_database() {
    let lms = IndexBuilder::new("lms")
        .with(|index| index.service.databases = vec!["lms".into()])
        .catalog("lms", &[("grouping", &["id", "title"])])
        .in_catalog(|catalog| {
            catalog
                .relations
                .insert(table_name("report.groups"), view("grouping", &["title"]));
        });
    let report = IndexBuilder::new("report")
        .with(|index| index.service.databases = vec!["report".into()])
        .catalog("report", &[])
        .in_catalog(|catalog| {
            catalog.imported.push(ImportedSchema {
                server: "lms_server".into(),
                remote: "report".into(),
                local: "lms".into(),
                only: Vec::new(),
                except: Vec::new(),
            });
            let mut all = view("lms.groups", &["title"]);
            all.kind = RelationKind::MaterializedView;
            catalog.relations.insert(table_name("all_groups"), all);
        })
        .file("q.sql", Scope::Production, "select title from all_groups")
        .touch(
            "q.sql",
            "title",
            "",
            Touch::new(Access::Read, "all_groups", "title"),
        );
    let trace = trace_of(&[lms.build(), report.build()], "grouping.title");
    let [reference] = trace.references.as_slice() else {
        panic!("{:?}", trace.references)
    };
    let hops: Vec<String> = reference.through.iter().map(ToString::to_string).collect();
    assert_eq!(
        hops,
        [
            "all_groups.title",
            "lms.groups.title",
            "report.groups.title",
            "grouping.title"
        ]
    );
    assert_eq!(reference.certainty, Certainty::Likely);
    assert!(trace.services.iter().all(|service| service.uses_database));
}

#[test]
fn callers_in_other_services_and_started_commands_are_reached() {
    let web = IndexBuilder::new("web")
        .file(
            "web.py",
            Scope::Production,
            "def page(): get('http://billing:8000/users/7')",
        )
        .symbol("web.page", "web.py", "page")
        .entry(EntryKind::Api, "GET /", "web.page", "web.py", "def")
        .outbound(
            OutboundKind::Request,
            "GET billing:8000/users/{}",
            "web.page",
            "web.py",
            "get",
        );
    let billing = billing().entry(
        EntryKind::Command,
        "sendmail",
        "app.views.load",
        "app/views.py",
        "load",
    );
    let ops = IndexBuilder::new("ops")
        .file(
            "cron.yaml",
            Scope::Production,
            "command: python manage.py sendmail",
        )
        .entry(EntryKind::Job, "nightly", "", "cron.yaml", "command")
        .with(|index| index.entry_points[0].starts = vec!["python manage.py sendmail".into()]);
    let indexes = [web.build(), billing.build(), ops.build()];
    let trace = trace_of(&indexes, "users.name");
    let reached: Vec<_> = trace
        .entry_points
        .iter()
        .map(|entry| (&*entry.name, words(&entry.proof)))
        .collect();
    let find = |name: &str| {
        reached
            .iter()
            .find(|(have, _)| *have == name)
            .map(|(_, way)| way.as_str())
    };
    assert_eq!(
        find("nightly"),
        Some("nightly > sendmail > app.views.load > users.name")
    );
    let far =
        "GET / > web.page > GET /users/{id} > app.views.profile > app.views.load > users.name";
    assert_eq!(find("GET /"), Some(far));
    assert!(
        trace
            .downstream
            .iter()
            .any(|one| one.kind == DownstreamKind::Service && &*one.name == "web")
    );

    let graph = Graph::build(&indexes);
    let columns = graph.entry_point_columns();
    let of = |name: &str| {
        columns
            .iter()
            .find(|one| &*one.entry.name == name)
            .unwrap()
            .reads
            .clone()
    };
    assert_eq!(of("GET /users/{id}"), ["users.email", "users.name"]);
    assert_eq!(of("nightly"), ["users.name"]);
    assert!(of("GET /").is_empty());
}

#[test]
fn blind_spots_reach_what_they_name() {
    let blind = |reach: Reach| {
        billing()
            .blind(
                "app/views.py",
                "q(name)",
                BlindReason::DynamicSql,
                "open",
                reach,
            )
            .build()
    };
    let count = |reach: Reach| trace_of(&[blind(reach)], "users.email").blind_spots.len();
    assert_eq!(count(Reach::Tables(vec![table_name("public.users")])), 1);
    assert_eq!(count(Reach::Tables(vec![table_name("orders")])), 0);
    assert_eq!(
        count(Reach::Columns(vec![(table_name("users"), "name".into())])),
        0
    );
    assert_eq!(count(Reach::Database), 1);
    assert_eq!(count(Reach::Words(vec!["email".into(), "users".into()])), 1);
    assert_eq!(count(Reach::Words(vec!["email".into()])), 0);
}

#[test]
fn what_the_database_hangs_on_the_column_is_found() {
    let dependent = |kind, columns: &[&str], computed: &[&str]| DeclaredDependent {
        dependent: Dependent {
            kind,
            name: Some("d".into()),
            table: table_name("users"),
            columns: columns
                .iter()
                .map(|name| ((*name).into(), Span::default()))
                .collect(),
            computed: computed.iter().map(|name| (*name).into()).collect(),
            foreign: Vec::new(),
            function: None,
            span: Span::default(),
        },
        file: FileId(0),
    };
    let index = billing().in_catalog(|catalog| {
        let users = catalog.relations.get_mut(&table_name("users")).unwrap();
        users
            .dependents
            .push(dependent(DependentKind::Index, &["email"], &["email"]));
        users
            .dependents
            .push(dependent(DependentKind::Check, &["email", "name"], &[]));
        users
            .dependents
            .push(dependent(DependentKind::Trigger, &["name"], &[]));
        let mut orders = relation(RelationKind::Table, &["mail"]);
        let mut key = dependent(DependentKind::ForeignKey, &[], &[]);
        key.dependent
            .foreign
            .push((table_name("public.users"), "email".into()));
        orders.dependents.push(key);
        catalog.relations.insert(table_name("orders"), orders);
    });
    let found = trace_of(&[index.build()], "users.email").dependents;
    let kinds: Vec<_> = found.iter().map(|one| (one.kind, one.alone)).collect();
    let expected = [
        (DependentClass::IncomingKey, false),
        (DependentClass::Expression, true),
        (DependentClass::Declared(DependentKind::Check), false),
    ];
    assert_eq!(kinds, expected);
}
