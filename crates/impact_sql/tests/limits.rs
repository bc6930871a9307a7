//! Texts that are large, deep or endless: each comes back on a small stack, and what is found is bounded.

use impact_facts::{Certainty, Dialect};
use impact_sql::{Answer, Resolution, Schema, resolve, schema_steps, split};

const SCHEMA: &str = "CREATE TABLE t (a int, b text, c text); CREATE TABLE u (a int, x text);
    CREATE VIEW v AS SELECT a, b FROM t;";

fn schema() -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.read("schema.sql", SCHEMA);
    Schema::new(&replay.finish())
}

/// Resolves on a thread with the stack that threads have by default.
fn found(text: String) -> Vec<Resolution> {
    let work = move || resolve(&text, &[], &schema());
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.expect("a thread").join().expect("no overflow")
}

fn answer(text: String) -> Answer {
    Answer::of(&found(text), &schema())
}

fn names(set: &std::collections::BTreeSet<(String, String)>) -> Vec<String> {
    set.iter().map(|(t, c)| format!("{t}.{c}")).collect()
}

fn list(count: usize, item: impl Fn(usize) -> String, between: &str) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(between)
}

#[test]
fn a_long_list_of_values_is_exact() {
    let values = list(100_000, |n| n.to_string(), ", ");
    let answer = answer(format!("SELECT b FROM t WHERE a IN ({values})"));
    assert_eq!(answer.certainty, Certainty::Exact);
    assert_eq!(names(&answer.reads), ["t.a", "t.b"]);
}

#[test]
fn a_long_chain_of_operators_is_exact() {
    for operator in [" OR ", " + ", " || ", " AND NOT "] {
        let chain = list(100_000, |n| format!("a = {n}"), operator);
        let answer = answer(format!("SELECT b FROM t WHERE {chain}"));
        assert_eq!(answer.certainty, Certainty::Exact, "{operator}");
        assert_eq!(names(&answer.reads), ["t.a", "t.b"]);
    }
}

#[test]
fn many_rows_are_exact() {
    let rows = list(50_000, |n| format!("({n}, 'it''s', NULL)"), ", ");
    let answer = answer(format!("INSERT INTO t VALUES {rows}"));
    assert_eq!(answer.certainty, Certainty::Exact);
    assert_eq!(answer.writes.len(), 3);
}

#[test]
fn many_arms_of_a_union_are_exact() {
    let arms = list(20_000, |n| format!("SELECT a, {n} FROM t"), " UNION ALL ");
    let answer = answer(arms);
    assert_eq!(answer.certainty, Certainty::Exact);
    assert_eq!(names(&answer.reads), ["t.a"]);
}

#[test]
fn conditions_nest_as_deep_as_generators_nest_them() {
    let left = format!("{}a = 0{}", "(".repeat(2_000), " OR a = 1)".repeat(2_000));
    let right = format!("{}a = 0{}", "(a = 1 OR ".repeat(2_000), ")".repeat(2_000));
    for condition in [left, right] {
        let answer = answer(format!("SELECT b FROM t WHERE {condition}"));
        assert_eq!(answer.certainty, Certainty::Exact);
        assert_eq!(names(&answer.reads), ["t.a", "t.b"]);
    }
}

#[test]
fn what_is_nested_too_deep_is_an_error_with_candidates() {
    let deep = 100_000;
    let texts = [
        format!("SELECT {}a{} FROM t", "(".repeat(deep), ")".repeat(deep)),
        format!("SELECT {}a FROM t", "(".repeat(deep)),
        format!(
            "SELECT {}a{} FROM t",
            "(SELECT ".repeat(deep),
            ")".repeat(deep)
        ),
        format!(
            "SELECT {}a{} FROM t",
            "lower(".repeat(deep),
            ")".repeat(deep)
        ),
        format!(
            "SELECT {}a{} FROM t",
            "CASE WHEN ".repeat(deep),
            " THEN 1 END".repeat(deep)
        ),
        format!("SELECT a FROM {}t{}", "(".repeat(deep), ")".repeat(deep)),
        format!(
            "SELECT a FROM {}t{}",
            "(SELECT * FROM ".repeat(deep),
            ") q".repeat(deep)
        ),
        format!("SELECT a{} FROM t", "[a".repeat(deep)),
        format!(
            "SELECT a FROM t GROUP BY {}a{}",
            "(".repeat(deep),
            ")".repeat(deep)
        ),
        format!("SELECT a FROM t {}", "JOIN u ".repeat(deep)),
        format!(
            "WITH {}q AS (SELECT a FROM t) SELECT 1",
            "q AS (WITH ".repeat(deep)
        ),
        format!("SELECT ARRAY{}a FROM t", "[ARRAY".repeat(deep)),
        format!("SELECT {}a FROM t", "CAST(".repeat(deep)),
        format!(
            "SELECT {}a FROM t",
            "NOT EXISTS (SELECT 1 WHERE ".repeat(deep)
        ),
        format!(
            "SELECT a FROM t WHERE {}",
            "a IN (SELECT a FROM t WHERE ".repeat(deep)
        ),
        format!("EXPLAIN {}", "EXPLAIN ".repeat(deep)),
        format!(
            "SELECT a FROM t WHERE {}1{}",
            "{'a': ".repeat(deep),
            "}".repeat(deep)
        ),
    ];
    for text in texts {
        let start: String = text.chars().take(40).collect();
        let found = found(text);
        assert!(found.iter().any(|one| one.error.is_some()), "{start}");
        assert!(
            found
                .iter()
                .flat_map(|one| &one.uses)
                .all(|one| one.certainty == Certainty::Possible),
            "{start}"
        );
    }
}

#[test]
fn a_chain_that_neither_parser_follows_comes_back() {
    let chain = list(50_000, |n| format!("a = {n}"), " OR ");
    let answer = answer(format!("SELECT b FROM FROM t WHERE {chain}"));
    assert!(!answer.ok);
    assert!(answer.reads.contains(&("t".to_owned(), "a".to_owned())));
}

#[test]
fn joins_are_followed_up_to_a_limit() {
    let joins = |count: usize| {
        let chain = list(count, |n| format!("JOIN u u{n} ON u{n}.a = t.a"), " ");
        answer(format!("SELECT t.b FROM t {chain}"))
    };
    assert_eq!(joins(900).certainty, Certainty::Exact);
    let over = joins(20_000);
    assert!(!over.ok);
    assert!(over.reads.contains(&("u".to_owned(), "a".to_owned())));
    let natural = list(900, |n| format!("NATURAL JOIN u u{n}"), " ");
    assert_eq!(
        answer(format!("SELECT b FROM t {natural}")).certainty,
        Certainty::Exact
    );
    let using = list(900, |n| format!("JOIN u u{n} USING (a)"), " ");
    assert_eq!(
        answer(format!("SELECT * FROM t {using}")).certainty,
        Certainty::Exact
    );
}

#[test]
fn a_star_that_doubles_with_each_query_is_bounded() {
    let queries = list(
        60,
        |n| format!("q{} AS (SELECT a.*, b.* FROM q{n} a, q{n} b)", n + 1),
        ", ",
    );
    let found = found(format!(
        "WITH q0 AS (SELECT * FROM t), {queries} SELECT * FROM q60"
    ));
    assert!(found[0].error.is_some());
    assert!(found[0].outputs.len() < 50_000 && found[0].uses.len() < 50_000);
}

#[test]
fn uses_are_bounded() {
    let arms = list(200_000, |_| "SELECT * FROM t".to_owned(), " UNION ALL ");
    let found = found(arms);
    assert!(found[0].error.is_some());
    assert!(found[0].uses.len() <= 500_000);
}

#[test]
fn a_dump_is_as_many_statements_as_it_has() {
    let lines = list(
        100_000,
        |n| format!("INSERT INTO t (a, b) VALUES ({n}, 'x;y');"),
        "\n",
    );
    assert_eq!(split(&lines, Dialect::Postgres).len(), 100_000);
    let found = found(lines);
    assert_eq!(found.len(), 100_000);
    assert!(found.iter().all(|one| one.uses.len() == 2));
    let copies = list(50_000, |_| "COPY t FROM stdin;".to_owned(), "\n");
    assert_eq!(split(&copies, Dialect::Postgres).len(), 50_000);
}

#[test]
fn the_ddl_of_a_dump_is_as_many_steps_as_it_has() {
    let tables = list(
        20_000,
        |n| format!("CREATE TABLE t{n} (a int, b text);"),
        "\n",
    );
    assert_eq!(schema_steps(&tables, Dialect::Postgres).len(), 20_000);
    let deep = format!("CREATE TABLE t (a int DEFAULT {}1", "(".repeat(100_000));
    let thread = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || schema_steps(&deep, Dialect::Postgres).len());
    assert!(thread.expect("a thread").join().expect("no overflow") <= 2);
}

#[test]
fn what_never_ends_is_read_once() {
    for part in [
        "${", "$a$", "'", "/*", "\"", "$$", "E'\\", "((", "{{", "[", "\\", "go\n", "::",
    ] {
        let text = format!("SELECT a FROM t WHERE {}", part.repeat(100_000));
        assert!(!found(text).is_empty(), "{part}");
    }
}

#[test]
fn views_named_again_and_again_are_looked_at_once() {
    let arms = list(20_000, |_| "SELECT a FROM v".to_owned(), " UNION ALL ");
    let answer = answer(arms);
    assert_eq!(names(&answer.reads), ["v.a"]);
    assert_eq!(names(&answer.needs), ["t.a", "t.b", "v.a"]);
}

#[test]
fn a_body_with_many_statements_is_followed() {
    let lines = list(
        20_000,
        |n| format!("UPDATE t SET b = 'x' WHERE a = {n};"),
        "\n",
    );
    let body =
        format!("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {lines} END $$");
    let answer = answer(body);
    assert_eq!(names(&answer.writes), ["t.b"]);
    let nested = format!(
        "DO $$ BEGIN {} NULL; END $$",
        "IF true THEN ".repeat(50_000)
    );
    assert!(!found(nested).is_empty());
}

#[test]
fn a_statement_of_ten_megabytes_is_exact() {
    let text = "x".repeat(1_000);
    let rows = list(10_000, |n| format!("({n}, '{text}', NULL)"), ", ");
    let statement = format!("INSERT INTO t VALUES {rows}");
    assert!(statement.len() > 10_000_000);
    let answer = answer(statement);
    assert_eq!(answer.certainty, Certainty::Exact);
    assert_eq!(names(&answer.writes), ["t.a", "t.b", "t.c"]);
}

#[test]
fn statements_without_semicolons_are_each_followed() {
    let lines = list(
        20_000,
        |n| format!("UPDATE t SET b = 'x' WHERE a = {n}"),
        "\n",
    );
    let text = format!("CREATE PROCEDURE p AS BEGIN {lines} END");
    let mut replay = impact_catalog::Replay::new("main", Dialect::TSql);
    replay.read("schema.sql", SCHEMA);
    let schema = Schema::new(&replay.finish());
    let found = resolve(&text, &[], &schema);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].error, None);
    assert_eq!(found[0].uses.len(), 40_000);
    let written = found[0].uses.iter().find(|one| &*one.column == "b");
    let span = written.map(|one| one.span).expect("a use of b");
    assert_eq!(&text[span.start as usize..span.end as usize], "b");
    let nested = format!("IF 1 = 1 {} SELECT a FROM t", "BEGIN ".repeat(100_000));
    let found = resolve(&nested, &[], &schema);
    assert!(
        found
            .iter()
            .any(|one| one.uses.iter().any(|one| &*one.column == "a"))
    );
}
