use super::{Member, merge, merge_databases};
use crate::replay::Replay;
use impact_facts::{Catalog, CatalogFile, Dialect, Origin};

fn catalog(service: &str, origin: Origin, sql: &str) -> Catalog {
    let mut replay = Replay::new("main", Dialect::Postgres);
    replay.begin(
        CatalogFile {
            service: service.into(),
            path: "1.sql".into(),
        },
        origin,
    );
    for step in impact_sql::schema_steps(sql, Dialect::Postgres) {
        replay.apply(&step, "");
    }
    replay.finish()
}

fn columns(catalog: &Catalog, table: &str) -> Vec<String> {
    let found = catalog
        .relations
        .iter()
        .find(|(name, _)| name.to_string() == table);
    found
        .into_iter()
        .flat_map(|(_, relation)| &relation.columns)
        .map(|column| column.name.to_string())
        .collect()
}

#[test]
fn migrations_count_before_models() {
    let model = catalog(
        "a",
        Origin::Model,
        "create table users (id int, nick text);",
    );
    let migrated = catalog(
        "b",
        Origin::Migration,
        "create table users (id int, email text);",
    );
    let merged = merge(&[&model, &migrated]);
    assert_eq!(columns(&merged, "public.users"), ["id", "email"]);
    let site = merged
        .relations
        .values()
        .next()
        .and_then(|relation| relation.declared_at)
        .unwrap();
    assert_eq!(&*merged.files[site.file.0 as usize].service, "b");
}

#[test]
fn services_that_create_the_same_table_have_a_database_each() {
    let one = catalog(
        "shop",
        Origin::Migration,
        "create table users (id int, email text);",
    );
    let two = catalog(
        "blog",
        Origin::Migration,
        "create table users (id int, login text);",
    );
    let three = catalog("jobs", Origin::Model, "create table users (login text);");
    let member = |service, catalog| Member {
        service,
        catalog,
        said: false,
    };
    let merged = merge_databases(&[
        member("shop", &one),
        member("blog", &two),
        member("jobs", &three),
    ]);
    let names: Vec<(&str, &[usize])> = merged
        .iter()
        .map(|m| (&*m.catalog.database, &*m.members))
        .collect();
    assert_eq!(names.len(), 2);
    assert_eq!(names[0].0, "blog");
    assert_eq!(names[1].0, "shop");
}

#[test]
fn an_imported_schema_has_the_tables_of_the_database_that_its_server_names() {
    let lms = catalog(
        "lms",
        Origin::Migration,
        "create schema report; create table report.users (id int, email text);",
    );
    let report = catalog(
        "report",
        Origin::Migration,
        "import foreign schema report from server lms_server into lms_us; create view v as select * from lms_us.users;",
    );
    let member = |service, catalog| Member {
        service,
        catalog,
        said: false,
    };
    let merged = merge_databases(&[member("lms", &lms), member("report", &report)]);
    let report = &merged[1].catalog;
    assert_eq!(&*report.database, "report");
    assert_eq!(columns(report, "lms_us.users"), ["id", "email"]);
    assert_eq!(columns(report, "public.v"), ["id", "email"]);
}
