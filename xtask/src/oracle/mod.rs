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
use impact_facts::Dialect;
use impact_sql::{Answer, Schema, resolve};
use server::Server;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The fixtures' folders from the root of the repository: each holds a schema, statements and, once asked, answers.
const FIXTURES: &[&str] = &[
    "crates/impact_sql/fixtures/postgres",
    "crates/impact_sql/fixtures/tracker",
];

/// Runs the task.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let named = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let number = |name: &str| named(name).and_then(|word| word.parse::<u64>().ok());
    let seed = number("--seed").unwrap_or(1);
    let sets = FIXTURES
        .iter()
        .map(|folder| Fixtures::read(folder))
        .collect::<Result<Vec<Fixtures>, String>>()?;
    let first = sets.first().ok_or("no fixtures")?;
    if let Some(seconds) = number("--mutate") {
        return mutate(&sets, seconds, seed);
    }
    let mut server = Server::start()?;
    if let (Some(schema), Some(statements)) = (named("--schema"), named("--ask")) {
        let set = Fixtures::of(PathBuf::from(schema), PathBuf::from(statements))?;
        server.load("asked", &set.schema)?;
        return set.answers(&server).map(|_| ());
    }
    if let Some(count) = number("--random") {
        server.load("random", &first.schema)?;
        return random(&server, &prepare(&first.schema), count, seed);
    }
    for set in &sets {
        server.load(&set.name(), &set.schema)?;
        let answers = set.answers(&server)?;
        std::fs::write(set.folder.join("answers.jsonl"), answers).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// A schema and statements over it.
struct Fixtures {
    folder: PathBuf,
    schema: String,
    text: String,
}

impl Fixtures {
    /// Those of a folder of the repository.
    fn read(folder: &str) -> Result<Self, String> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(folder);
        Self::of(folder.join("schema.sql"), folder.join("statements.sql"))
    }

    fn of(schema: PathBuf, statements: PathBuf) -> Result<Self, String> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        Ok(Self {
            schema: read(&schema)?,
            text: read(&statements)?,
            folder: statements.parent().map(PathBuf::from).unwrap_or_default(),
        })
    }

    fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn statements(&self) -> Vec<String> {
        impact_sql::split(&self.text, Dialect::Postgres)
            .iter()
            .filter_map(|span| self.text.get(span.start as usize..span.end as usize))
            .map(str::to_owned)
            .collect()
    }

    /// The server's answers as lines; what of ours differs is printed.
    fn answers(&self, server: &Server) -> Result<String, String> {
        let schema = prepare(&self.schema);
        let statements = self.statements();
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
                    wrong += usize::from(!agrees(&truth, &schema, Some(&droppable)));
                    out.push_str(&line(&truth, &droppable));
                }
            }
        }
        println!(
            "{} answers, {refused} refused by the server, {wrong} of ours differ",
            out.lines().count()
        );
        Ok(out)
    }
}

fn mutate(sets: &[Fixtures], seconds: u64, seed: u64) -> Result<(), String> {
    let texts: Vec<String> = sets.iter().flat_map(Fixtures::statements).collect();
    let statements: Vec<&str> = texts.iter().map(String::as_str).collect();
    let schema: String = sets.iter().map(|set| set.schema.as_str()).collect();
    let time = std::time::Duration::from_secs(seconds);
    let report = mutate::run(&statements, &prepare(&schema), time, seed)?;
    println!("{report}");
    Ok(())
}

fn prepare(text: &str) -> Schema {
    let mut replay = impact_catalog::Replay::new("main", Dialect::Postgres);
    replay.read("schema.sql", text);
    Schema::new(&replay.finish())
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
        compare("needs", &expected.needs, &ours.lost_with());
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
