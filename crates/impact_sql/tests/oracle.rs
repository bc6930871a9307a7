//! The fixtures' statements against what PostgreSQL 15 said of them (`cargo xtask oracle` asks it).

use impact_facts::{Certainty, Dialect};
use impact_sql::{Answer, Schema, resolve};
use std::collections::BTreeSet;

/// Schemas, and the server's answers for statements over them.
const SETS: &[(&str, &str)] = &[
    (
        include_str!("../fixtures/postgres/schema.sql"),
        include_str!("../fixtures/postgres/answers.jsonl"),
    ),
    (
        include_str!("../fixtures/tracker/schema.sql"),
        include_str!("../fixtures/tracker/answers.jsonl"),
    ),
];

/// Where the server's tree does not say what is meant: `TABLE t` leaves no place of a `*` in it, a copy of a table into
/// itself (or of rows of its own type) loses the column on both sides, and the column that a table is partitioned by cannot be dropped.
const OTHERWISE: &[&str] = &[
    "TABLE gone",
    "TABLE label ORDER BY word LIMIT 1",
    "INSERT INTO label SELECT * FROM label",
    "INSERT INTO staging SELECT * FROM staging WHERE day IS NULL",
    "INSERT INTO usage_2024 (tenant_id, metric, day, value) SELECT tenant_id, metric, day, value FROM usage_2025 WHERE day < '2025-02-01'",
    "INSERT INTO label SELECT * FROM jsonb_populate_recordset(NULL::label, $1)",
    "INSERT INTO label SELECT (jsonb_populate_record(NULL::label, $1)).*",
];

type Pairs = BTreeSet<(String, String)>;

fn schema(text: &str) -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.read("schema.sql", text);
    Schema::new(&replay.finish())
}

fn pairs(value: &serde_json::Value) -> Pairs {
    serde_json::from_value(value.clone()).expect("pairs")
}

/// Each answer, with the schema of its set.
fn asked() -> impl Iterator<Item = (Schema, serde_json::Value)> {
    SETS.iter().flat_map(|(text, answers)| {
        let schema = schema(text);
        let parsed = answers.lines().map(serde_json::from_str);
        parsed.map(move |truth| (schema.clone(), truth.expect("a line of JSON")))
    })
}

#[test]
fn what_the_server_says_we_say() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (schema, truth) in asked() {
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
            && ours.lost_with() == pairs(&truth["needs"])
            && rebinds == pairs(&truth["rebinds"])
            && ours.certainty == Certainty::Exact;
        count += 1;
        if !same && !OTHERWISE.contains(&sql) {
            wrong.push(format!("{sql}\n  {ours:?}"));
        }
    }
    assert!(count >= 750, "{count} statements");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spans_point_at_what_is_named() {
    for (schema, truth) in asked() {
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
