//! The fixtures' statements against what PostgreSQL 15 said of them (`cargo xtask oracle` asks it).

use impact_facts::{CatalogFile, Certainty, Dialect, Origin};
use impact_sql::{Answer, Schema, resolve, schema_steps};
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../fixtures/postgres/schema.sql");
const ANSWERS: &str = include_str!("../fixtures/postgres/answers.jsonl");

/// Where the server's tree does not say what is meant: `TABLE t` leaves no place of a `*` in it, and a copy of a table
/// into itself loses the column on both sides.
const OTHERWISE: &[&str] = &[
    "TABLE gone",
    "TABLE label ORDER BY word LIMIT 1",
    "INSERT INTO label SELECT * FROM label",
];

type Pairs = BTreeSet<(String, String)>;

fn schema() -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.begin(
        CatalogFile {
            service: "".into(),
            path: "schema.sql".into(),
        },
        Origin::Ddl,
    );
    for step in schema_steps(SCHEMA, Dialect::Postgres) {
        replay.apply(&step, SCHEMA);
    }
    Schema::new(&replay.finish())
}

fn pairs(value: &serde_json::Value) -> Pairs {
    serde_json::from_value(value.clone()).expect("pairs")
}

#[test]
fn what_the_server_says_we_say() {
    let schema = schema();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in ANSWERS.lines() {
        let truth: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let sql = truth["sql"].as_str().expect("a statement");
        let ours = Answer::of(&resolve(sql, &[], &schema), &schema);
        let rebinds: Pairs = ours
            .rebinds
            .iter()
            .map(|(table, column, _)| (table.clone(), column.clone()))
            .filter(|pair| !ours.star_only.contains(pair))
            .collect();
        let same = ours.reads == pairs(&truth["reads"])
            && ours.writes == pairs(&truth["writes"])
            && ours.star_only == pairs(&truth["star_only"])
            && ours.needs == pairs(&truth["needs"])
            && rebinds == pairs(&truth["rebinds"])
            && ours.certainty == Certainty::Exact;
        count += 1;
        if !same && !OTHERWISE.contains(&sql) {
            wrong.push(format!("{sql}\n  {ours:?}"));
        }
    }
    assert!(count >= 400, "{count} statements");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spans_point_at_what_is_named() {
    let schema = schema();
    for line in ANSWERS.lines() {
        let truth: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let sql = truth["sql"].as_str().expect("a statement");
        for found in resolve(sql, &[], &schema)
            .iter()
            .flat_map(|one| one.uses.clone())
        {
            let text = sql.get(found.span.start as usize..found.span.end as usize);
            assert!(
                text.is_some_and(|text| !text.is_empty()),
                "{sql}: {found:?}"
            );
        }
    }
}
