//! Statements of dialects other than PostgreSQL, with what their manuals say of them: `fixtures/dialects`.
//!
//! A block is a statement and lines `> reads …`, `> writes …`, `> star …` (the part of `reads` that only a `*` means) and
//! `> needs …` (besides what is named and written). `> likely` is its certainty, else exact; `> covers`: more may be found.

use impact_facts::Dialect;
use impact_sql::{Answer, Schema, resolve};
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../fixtures/dialects/schema.sql");

type Columns = BTreeSet<String>;

/// A statement, and what is expected of it.
#[derive(Default)]
struct Expected<'a> {
    sql: &'a str,
    reads: Columns,
    writes: Columns,
    star: Columns,
    needs: Columns,
    certainty: &'a str,
    covers: bool,
}

impl<'a> Expected<'a> {
    fn of(block: &'a str) -> Option<Self> {
        let start = block.find("\n> ")?;
        let sql = block.get(..start)?;
        let sql = if sql.starts_with("# ") {
            sql.split_once('\n')?.1
        } else {
            sql
        };
        let mut expected = Expected {
            sql: sql.trim(),
            certainty: "exact",
            ..Expected::default()
        };
        for line in block.get(start..)?.lines().filter(|line| !line.is_empty()) {
            let mut words = line.trim_start_matches("> ").split_whitespace();
            let word = words.next()?;
            let columns: Columns = words.map(str::to_owned).collect();
            match word {
                "reads" => expected.reads = columns,
                "writes" => expected.writes = columns,
                "star" => expected.star = columns,
                "needs" => expected.needs = columns,
                "covers" => expected.covers = true,
                word => expected.certainty = word,
            }
        }
        let named = expected.reads.difference(&expected.star);
        let named: Columns = named.chain(&expected.writes).cloned().collect();
        expected.needs.extend(named);
        Some(expected)
    }

    fn differs(&self, answer: &Answer) -> Option<String> {
        let reads = names(&answer.reads);
        let writes = names(&answer.writes);
        if self.covers {
            let covered = self.reads.is_subset(&reads) && self.writes.is_subset(&writes);
            return (!covered).then(|| format!("{}\n  {answer:?}", self.sql));
        }
        let certainty = format!("{:?}", answer.certainty).to_lowercase();
        let same = reads == self.reads
            && writes == self.writes
            && names(&answer.star_only) == self.star
            && names(&answer.needs) == self.needs
            && certainty == self.certainty;
        (!same).then(|| format!("{}\n  {answer:?}", self.sql))
    }
}

fn names(pairs: &BTreeSet<(String, String)>) -> Columns {
    pairs
        .iter()
        .map(|(table, column)| format!("{table}.{column}"))
        .collect()
}

fn check(dialect: Dialect, text: &str) {
    let mut replay = impact_catalog::Replay::new("main", dialect);
    replay.read("schema.sql", SCHEMA);
    let schema = Schema::new(&replay.finish());
    let blocks: Vec<Expected<'_>> = text.split("\n\n").filter_map(Expected::of).collect();
    assert!(blocks.len() >= 15, "{} statements", blocks.len());
    let wrong: Vec<String> = blocks
        .iter()
        .filter_map(|block| {
            let found = resolve(block.sql, &[], &schema);
            block.differs(&Answer::of(&found, &schema))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! dialects {
    ($($name:ident $dialect:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            check(
                Dialect::$dialect,
                include_str!(concat!("../fixtures/dialects/", stringify!($name), ".sql")),
            );
        })*
    };
}

dialects! {
    mysql MySql, sqlite Sqlite, tsql TSql, bigquery BigQuery, snowflake Snowflake, duckdb DuckDb, clickhouse ClickHouse,
    redshift Redshift, trino Trino,
}
