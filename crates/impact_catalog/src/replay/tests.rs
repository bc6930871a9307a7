//! Each case is a block of SQL, a blank line before it, run as one history, and what is left: lines that begin with
//! `--> `.

use super::Replay;
use impact_facts::{Catalog, CatalogFile, Dialect, Origin, Relation, TableName};

fn replayed(sql: &str, dialect: Dialect) -> Catalog {
    let mut replay = Replay::new("main", dialect);
    replay.begin(
        CatalogFile {
            service: "s".into(),
            path: "1.sql".into(),
        },
        Origin::Migration,
    );
    for step in impact_sql::schema_steps(sql, dialect) {
        let said = &sql[step.span.start as usize..step.span.end as usize];
        replay.apply(&step, said);
    }
    replay.finish()
}

fn check(cases: &str, dialect: Dialect) {
    for block in cases.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let expected: Vec<&str> = block
            .lines()
            .filter_map(|line| line.strip_prefix("--> "))
            .collect();
        let found = render(&replayed(block, dialect));
        assert_eq!(
            found,
            expected,
            "\n{block}\nleaves\n--> {}",
            found.join("\n--> ")
        );
    }
}

#[test]
fn postgres() {
    check(include_str!("cases/postgres.sql"), Dialect::Postgres);
}

#[test]
fn sqlite() {
    check(include_str!("cases/sqlite.sql"), Dialect::Sqlite);
}

#[test]
fn mysql() {
    check(include_str!("cases/mysql.sql"), Dialect::MySql);
}

fn render(catalog: &Catalog) -> Vec<String> {
    let live = catalog
        .relations
        .iter()
        .map(|(name, relation)| line("", name, relation));
    let dropped = catalog
        .dropped
        .iter()
        .map(|(name, relation)| line("dropped ", name, relation));
    let unknown = catalog.unknown.iter().map(|step| {
        let tables: Vec<String> = step.tables.iter().map(ToString::to_string).collect();
        format!("unknown ({})", tables.join(", "))
    });
    live.chain(dropped).chain(unknown).collect()
}

fn line(prefix: &str, name: &TableName, relation: &Relation) -> String {
    let columns: Vec<String> = relation
        .columns
        .iter()
        .map(|column| column.name.to_string())
        .collect();
    let mut text = format!("{prefix}{name}({})", columns.join(", "));
    for past in &relation.past {
        text.push_str(&format!(" -{}", past.name));
        text.push_str(
            &past
                .renamed_to
                .as_ref()
                .map(|to| format!(">{to}"))
                .unwrap_or_default(),
        );
    }
    for declared in &relation.dependents {
        let dependent = &declared.dependent;
        let columns: Vec<&str> = dependent.columns.iter().map(|(name, _)| &**name).collect();
        let foreign: Vec<String> = dependent
            .foreign
            .iter()
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        let name = dependent.name.as_deref().unwrap_or("-");
        text.push_str(&format!(
            " {:?} {name}({})",
            dependent.kind,
            columns.join(", ")
        ));
        if !foreign.is_empty() {
            text.push_str(&format!("->{}", foreign.join("+")));
        }
    }
    for need in relation.view.iter().flat_map(|view| &view.needs) {
        let star = if need.star { "*" } else { "" };
        text.push_str(&format!(
            " <{star}{}.{}:{}>",
            need.table,
            need.column,
            need.feeds.join("+")
        ));
    }
    text
}

#[test]
fn thousands_of_migrations_are_replayed() {
    let mut replay = Replay::new("main", Dialect::Postgres);
    for n in (0..3_000).step_by(2) {
        let table = format!("CREATE TABLE t{n} (id int, b int);");
        replay.read(&format!("m/{n:05}.sql"), &table);
        let change = format!(
            "ALTER TABLE t{n} RENAME COLUMN b TO c; CREATE INDEX i{n} ON t{n} (c); CREATE VIEW v{n} AS SELECT c FROM t{n};"
        );
        replay.read(&format!("m/{:05}.sql", n + 1), &change);
    }
    let catalog = replay.finish();
    assert_eq!(catalog.files.len(), 3_000);
    assert_eq!(catalog.relations.len(), 3_000);
    let views = catalog.relations.values().filter_map(|r| r.view.as_ref());
    assert!(
        views
            .into_iter()
            .all(|view| view.needs.len() == 1 && &*view.needs[0].column == "c")
    );
}
