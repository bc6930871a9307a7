//! `cargo xtask statements`: statements with a server's answer against ours, in one process: exactness of every set, what
//! is still found when half of the schema is not known, and statements a second.
//!
//! A set is a file of JSON lines (`id`, `sql`, `schema`, `dialect`, `reads`, `writes`, `star_only`, `breaks`,
//! `affected`), its schemas beside it.

use crate::accuracy::{schema_of, stem};
use impact_facts::{Access, Catalog, Dialect};
use impact_sql::{Answer, Resolution, Schema, UseClass, resolve};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A table and a column, in lower case.
type Pair = (String, String);

/// A statement and what the server says of it.
struct Asked {
    id: String,
    sql: String,
    reads: BTreeSet<Pair>,
    writes: BTreeSet<Pair>,
    star_only: BTreeSet<Pair>,
    affected: Option<BTreeSet<Pair>>,
    /// What is named and yet leaves the statement valid when it is dropped.
    rebinds: BTreeSet<Pair>,
}

/// Counts of statements: asked, and of those the ones that are right.
#[derive(Default)]
struct Tally {
    rows: usize,
    exact: usize,
    answered: usize,
    affected: usize,
    star_only: usize,
    /// Statements that stay valid with another meaning: known, found in full, and said to be so falsely.
    rebinding: [usize; 3],
    /// Said to be exact, and wrong.
    overconfident: usize,
    /// Named columns, and those that are lost with half of the tables: the even ones gone, the odd ones gone.
    named: usize,
    lost: [usize; 2],
    time: Duration,
}

/// How often each statement is resolved for the count of statements a second, and how many seconds that must take in all
/// to say anything: a system counts a thread's time in steps.
const ROUNDS: usize = 20;
const SHORTEST: f64 = 0.002;

/// Runs the task.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let named = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let folder = PathBuf::from(named("--truth").ok_or("--truth DIR is needed")?);
    let show = named("--show").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut sets: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .filter(|path| named("--only").is_none_or(|word| stem(path).contains(word)))
        .collect();
    sets.sort();
    println!(
        "{:20} {:>5} {:>7} {:>8} {:>9} {:>10} {:>5} {:>6} {:>10} {:>10} {:>9}",
        "set",
        "rows",
        "exact",
        "affected",
        "star_only",
        "rebinds",
        "wrong",
        "named",
        "lost even",
        "lost odd",
        "a second"
    );
    let mut all = Tally::default();
    for set in &sets {
        let tally = measure(set, show)?;
        tally.print(&stem(set));
        all.add(&tally);
    }
    all.print("all");
    Ok(())
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.rows += other.rows;
        self.exact += other.exact;
        self.answered += other.answered;
        self.affected += other.affected;
        self.star_only += other.star_only;
        self.overconfident += other.overconfident;
        for (sum, more) in self.rebinding.iter_mut().zip(other.rebinding) {
            *sum += more;
        }
        self.named += other.named;
        self.lost = [self.lost[0] + other.lost[0], self.lost[1] + other.lost[1]];
        self.time += other.time;
    }

    fn print(&self, name: &str) {
        let share = |count: usize, of: usize| match of {
            0 => "-".to_owned(),
            of => format!("{:.2}", 100.0 * count as f64 / of as f64),
        };
        let [known, found, wrong] = self.rebinding;
        let rebinds = format!("{found}/{known} +{wrong}");
        let time = self.time.as_secs_f64();
        let speed = if time < SHORTEST {
            "-".to_owned()
        } else {
            format!("{:.0}", self.rows as f64 / time)
        };
        println!(
            "{name:20} {:>5} {:>7} {:>8} {:>9} {:>10} {:>5} {:>6} {:>10} {:>10} {:>9}",
            self.rows,
            share(self.exact, self.rows),
            share(self.affected, self.answered),
            share(self.star_only, self.answered),
            rebinds,
            self.overconfident,
            self.named,
            self.lost[0],
            self.lost[1],
            speed
        );
    }
}

fn measure(set: &Path, show: usize) -> Result<Tally, String> {
    let text = std::fs::read_to_string(set).map_err(|error| error.to_string())?;
    let mut groups: BTreeMap<(PathBuf, String), Vec<Asked>> = BTreeMap::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if row["ok"] == true {
            let schema = schema_of(set, row["schema"].as_str().unwrap_or_default());
            let dialect = row["dialect"].as_str().unwrap_or("generic").to_owned();
            groups
                .entry((schema, dialect))
                .or_default()
                .push(asked(&row));
        }
    }
    let mut tally = Tally::default();
    for ((path, dialect), asked) in &groups {
        let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let dialect = Dialect::from_name(dialect).unwrap_or(Dialect::Generic);
        let mut replay = impact_catalog::Replay::new("main", dialect);
        replay.read("schema.sql", &String::from_utf8_lossy(&text));
        let catalog = replay.finish();
        tally.compare(asked, &catalog, show);
        for remainder in [0, 1] {
            tally.compare_partial(asked, &catalog, remainder, show);
        }
    }
    Ok(tally)
}

fn asked(row: &Value) -> Asked {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut rebinds = pairs(&row["reads"]);
    let (star_only, breaks) = (pairs(&row["star_only"]), pairs(&row["breaks"]));
    rebinds.retain(|pair| !star_only.contains(pair));
    rebinds.extend(pairs(&row["writes"]));
    rebinds.retain(|pair| !breaks.contains(pair));
    Asked {
        id: text("id"),
        sql: text("sql"),
        reads: pairs(&row["reads"]),
        writes: pairs(&row["writes"]),
        star_only: pairs(&row["star_only"]),
        affected: row.get("affected").map(pairs),
        rebinds,
    }
}

fn pairs(value: &Value) -> BTreeSet<Pair> {
    let list: Vec<Pair> = serde_json::from_value(value.clone()).unwrap_or_default();
    lower(list)
}

/// Names are compared in lower case; relations of the server itself are left out.
fn lower(pairs: impl IntoIterator<Item = Pair>) -> BTreeSet<Pair> {
    let system = |table: &str| {
        ["pg_", "oid:", "information_schema."]
            .iter()
            .any(|start| table.starts_with(start))
    };
    pairs
        .into_iter()
        .map(|(table, column)| (table.to_lowercase(), column.to_lowercase()))
        .filter(|(table, _)| !system(table))
        .collect()
}

impl Tally {
    fn compare(&mut self, asked: &[Asked], catalog: &Catalog, show: usize) {
        let schema = Schema::new(catalog);
        let views: BTreeSet<String> = catalog
            .relations
            .iter()
            .filter(|(_, relation)| relation.view.is_some())
            .map(|(name, _)| name.name.to_lowercase())
            .collect();
        let before = busy();
        for one in std::iter::repeat_n(asked, ROUNDS).flatten() {
            std::hint::black_box(resolve(std::hint::black_box(&one.sql), &[], &schema));
        }
        self.time += busy().saturating_sub(before) / ROUNDS as u32;
        for asked in asked {
            let answer = Answer::of(&resolve(&asked.sql, &[], &schema), &schema);
            let (reads, writes) = (lower(answer.reads), lower(answer.writes));
            let right = answer.ok && reads == asked.reads && writes == asked.writes;
            self.rows += 1;
            self.exact += usize::from(right);
            let sure = answer.certainty == impact_facts::Certainty::Exact;
            self.overconfident += usize::from(sure && !right);
            if !right && self.rows - self.exact <= show {
                println!("  differs: {} {:?}", asked.id, answer.error);
            }
            if let Some(affected) = &asked.affected {
                self.answered += 1;
                self.affected += usize::from(lower(answer.needs) == *affected);
                let star_only = lower(answer.star_only);
                self.star_only += usize::from(star_only == asked.star_only);
                let found = lower(answer.rebinds.into_iter().map(|(t, c, _)| (t, c)));
                let mut known = asked.rebinds.clone();
                known.retain(|(table, _)| !views.contains(table));
                let wrong = |pair: &Pair| !known.contains(pair) && !star_only.contains(pair);
                self.rebinding[0] += usize::from(!known.is_empty());
                self.rebinding[1] += usize::from(!known.is_empty() && known.is_subset(&found));
                self.rebinding[2] += usize::from(found.iter().any(wrong));
            }
        }
    }

    /// With every second table gone: which columns that a statement names are not found, not even as possible.
    fn compare_partial(
        &mut self,
        asked: &[Asked],
        catalog: &Catalog,
        remainder: usize,
        show: usize,
    ) {
        let mut half = catalog.clone();
        let mut at = 0;
        half.relations.retain(|_, _| {
            at += 1;
            at % 2 != remainder
        });
        let schema = Schema::new(&half);
        for asked in asked {
            let named: BTreeSet<&Pair> = asked
                .reads
                .difference(&asked.star_only)
                .chain(&asked.writes)
                .collect();
            let found = resolve(&asked.sql, &[], &schema);
            let found = Possible::of(&found);
            let lost: Vec<&&Pair> = named.iter().filter(|pair| !found.has(pair)).collect();
            if remainder == 0 {
                self.named += named.len();
            }
            self.lost[remainder] += lost.len();
            if !lost.is_empty() && self.lost[remainder] <= show {
                println!("  lost: {} {lost:?}", asked.id);
            }
        }
    }
}

/// What a resolution holds to be touched, be it only possible.
struct Possible {
    columns: BTreeSet<Pair>,
    /// Tables any of whose columns may be touched, by a `*`, a row, or what could not be decided.
    whole: BTreeSet<String>,
    /// Whether any table may be.
    anything: bool,
}

impl Possible {
    fn of(found: &[Resolution]) -> Self {
        let mut possible = Possible {
            columns: BTreeSet::new(),
            whole: BTreeSet::new(),
            anything: false,
        };
        for found in found {
            for one in &found.uses {
                let table = one.table.name.to_lowercase();
                let every = &*one.column == "*"
                    && (one.access == Access::Write || one.class != UseClass::Dependency);
                if every {
                    possible.whole.insert(table.clone());
                }
                possible.columns.insert((table, one.column.to_lowercase()));
            }
            for unknown in &found.unknown {
                possible.anything |= unknown.tables.is_none();
                let tables = unknown.tables.iter().flatten();
                possible
                    .whole
                    .extend(tables.map(|table| table.name.to_lowercase()));
            }
        }
        possible
    }

    fn has(&self, pair: &Pair) -> bool {
        let (table, column) = pair;
        let table = table.rsplit('.').next().unwrap_or(table);
        self.anything
            || self.whole.contains(table)
            || self.columns.contains(&(table.to_owned(), column.clone()))
    }
}

/// How long this thread has run on a processor; by the clock where the system does not say.
fn busy() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = said.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
