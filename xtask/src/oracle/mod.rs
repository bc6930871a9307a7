//! `cargo xtask oracle`: what PostgreSQL says of our statements, and whether we say the same.
//!
//! Without arguments it asks about the fixtures and writes the answers that tests read. With `--random N` it makes
//! that many random statements and compares. With `--mutate SECONDS` no server is asked: statements are damaged for so
//! long, and the resolver has to come back from each.

mod ask;
mod generate;
mod mutate;
mod server;
mod tree;

use ask::Truth;
use impact_facts::{CatalogFile, Dialect, Origin};
use impact_sql::{Answer, Schema, resolve, schema_steps};
use server::Server;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The fixtures' folder from the root of the repository.
const FIXTURES: &str = "crates/impact_sql/fixtures/postgres";

/// Runs the task.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(FIXTURES);
    let read =
        |name: &str| std::fs::read_to_string(root.join(name)).map_err(|e| format!("{name}: {e}"));
    let (schema, text) = (read("schema.sql")?, read("statements.sql")?);
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    if let Some(seconds) = number("--mutate") {
        let spans = impact_sql::split(&text, Dialect::Postgres);
        let statements: Vec<&str> = spans
            .iter()
            .filter_map(|span| text.get(span.start as usize..span.end as usize))
            .collect();
        let time = std::time::Duration::from_secs(seconds);
        let count = mutate::run(
            &statements,
            &prepare(&schema),
            time,
            number("--seed").unwrap_or(1),
        )?;
        println!("{count} damaged statements in {seconds} s: each came back");
        return Ok(());
    }
    let server = Server::start()?;
    let trouble = server.psql(&schema, true)?;
    if !trouble.is_empty() {
        return Err(format!("the schema is not valid: {trouble}"));
    }
    let ours = prepare(&schema);
    match number("--random") {
        Some(count) => random(&server, &ours, count, number("--seed").unwrap_or(1)),
        None => fixtures(&server, &ours, &text, &root),
    }
}

fn prepare(text: &str) -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.begin(
        CatalogFile {
            service: "".into(),
            path: "schema.sql".into(),
        },
        Origin::Ddl,
    );
    for step in schema_steps(text, Dialect::Postgres) {
        replay.apply(&step, text);
    }
    Schema::new(&replay.finish())
}

fn fixtures(
    server: &Server,
    schema: &Schema,
    text: &str,
    root: &std::path::Path,
) -> Result<(), String> {
    let statements: Vec<String> = impact_sql::split(text, Dialect::Postgres)
        .iter()
        .filter_map(|span| text.get(span.start as usize..span.end as usize))
        .map(str::to_owned)
        .collect();
    let relations = ask::relations(server)?;
    let columns = ask::columns(server, &relations, &statements)?;
    let (breaks, droppable) = ask::breaks(server, &statements)?;
    let mut out = String::new();
    let (mut refused, mut wrong) = (0, 0);
    for ((sql, columns), breaks) in statements.into_iter().zip(columns).zip(breaks) {
        match columns {
            Err(message) => {
                refused += 1;
                println!("refused: {sql}\n  {message}");
            }
            Ok(columns) => {
                let truth = Truth {
                    sql,
                    columns,
                    breaks,
                };
                wrong += usize::from(!agrees(&truth, schema, Some(&droppable)));
                out.push_str(&line(&truth, &droppable));
            }
        }
    }
    std::fs::write(root.join("answers.jsonl"), &out).map_err(|e| e.to_string())?;
    println!(
        "{} answers, {refused} refused by the server, {wrong} of ours differ",
        out.lines().count()
    );
    Ok(())
}

fn line(truth: &Truth, droppable: &BTreeSet<tree::Pair>) -> String {
    let expected = Expected::of(truth, droppable);
    let json = serde_json::json!({
        "sql": truth.sql, "reads": truth.columns.reads, "writes": truth.columns.writes,
        "star_only": truth.columns.star_only, "needs": expected.needs, "rebinds": expected.rebinds,
    });
    format!("{json}\n")
}

/// What follows from what the server says.
struct Expected {
    needs: BTreeSet<tree::Pair>,
    rebinds: BTreeSet<tree::Pair>,
}

impl Expected {
    fn of(truth: &Truth, droppable: &BTreeSet<tree::Pair>) -> Self {
        let named: BTreeSet<tree::Pair> = truth
            .columns
            .reads
            .difference(&truth.columns.star_only)
            .chain(&truth.columns.writes)
            .cloned()
            .collect();
        let rebinds = named
            .iter()
            .filter(|pair| {
                droppable.contains(*pair)
                    && !truth.breaks.contains(*pair)
                    && !truth.columns.whole.contains(&pair.0)
            })
            .cloned()
            .collect();
        Self {
            needs: named.union(&truth.breaks).cloned().collect(),
            rebinds,
        }
    }
}

/// Compares and says what differs.
fn agrees(truth: &Truth, schema: &Schema, droppable: Option<&BTreeSet<tree::Pair>>) -> bool {
    let ours = Answer::of(&resolve(&truth.sql, &[], schema), schema);
    let mut same = true;
    let mut compare = |what: &str, theirs: &BTreeSet<tree::Pair>, ours: &BTreeSet<tree::Pair>| {
        if theirs != ours {
            if same {
                println!("differs: {}", truth.sql);
            }
            same = false;
            println!(
                "  {what}: missed {:?}, invented {:?}",
                theirs.difference(ours).collect::<Vec<_>>(),
                ours.difference(theirs).collect::<Vec<_>>()
            );
        }
    };
    compare("reads", &truth.columns.reads, &ours.reads);
    compare("writes", &truth.columns.writes, &ours.writes);
    compare("star_only", &truth.columns.star_only, &ours.star_only);
    if let Some(droppable) = droppable {
        let expected = Expected::of(truth, droppable);
        compare("needs", &expected.needs, &ours.needs);
        // What only a `*` reads is not named, so the server's answer does not speak of it.
        let rebinds = ours
            .rebinds
            .iter()
            .map(|(table, column, _)| (table.clone(), column.clone()))
            .filter(|pair| !ours.star_only.contains(pair))
            .collect();
        compare("rebinds", &expected.rebinds, &rebinds);
    }
    if !ours.ok {
        println!(
            "  not understood: {} — {}",
            truth.sql,
            ours.error.unwrap_or_default()
        );
    }
    same && ours.ok
}

fn random(server: &Server, schema: &Schema, count: u64, seed: u64) -> Result<(), String> {
    let mut dice = generate::Dice::new(seed);
    let statements: Vec<String> = (0..count).map(|_| dice.statement()).collect();
    let relations = ask::relations(server)?;
    let columns = ask::columns(server, &relations, &statements)?;
    let (mut valid, mut wrong) = (0, 0);
    for (sql, columns) in statements.into_iter().zip(columns) {
        if let Ok(columns) = columns {
            valid += 1;
            wrong += usize::from(!agrees(
                &Truth {
                    sql,
                    columns,
                    breaks: BTreeSet::new(),
                },
                schema,
                None,
            ));
        }
    }
    println!("{count} random statements from seed {seed}: {valid} valid, {wrong} of ours differ");
    if wrong > 0 {
        Err("the resolver and the server differ".to_owned())
    } else {
        Ok(())
    }
}
