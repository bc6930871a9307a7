//! `cargo xtask accuracy`: the scorers of a truth folder over what the binary answers, as one table.
//!
//! The folder holds `sql/`, `python/`, `rust/` and `drops/`, each with its sets, and a scorer in Python for each. Trees
//! to be scanned stand in the folder given by `--trees`, named like their set.

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the arguments mean.
struct Plan {
    truth: PathBuf,
    trees: Option<PathBuf>,
    mirror: Option<PathBuf>,
    impact: PathBuf,
    only: Option<String>,
    scratch: PathBuf,
}

/// A line of the table: the set, what was measured, and what the scorer says.
struct Row {
    set: String,
    measure: &'static str,
    says: String,
}

/// Runs every scorer whose sets, and trees, are there.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let plan = Plan::of(arguments)?;
    fs::create_dir_all(&plan.scratch).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for (folder, extension, score) in SETS {
        for set in plan.sets(folder, extension) {
            rows.extend(score(&plan, &set));
        }
    }
    if plan.wants("drops") {
        rows.extend(drops(&plan));
    }
    print(&rows);
    Ok(())
}

type Score = fn(&Plan, &Path) -> Vec<Row>;

/// Folders of sets, the ending of their files, and how one is scored.
const SETS: &[(&str, &str, Score)] = &[
    ("sql", "jsonl", sql),
    ("python", "json", traced),
    ("rust", "json", sites),
];

impl Plan {
    fn of(arguments: &[String]) -> Result<Self, String> {
        let mut named: BTreeMap<&str, &str> = BTreeMap::new();
        for pair in arguments.chunks(2) {
            match pair {
                [name, value] if name.starts_with("--") => {
                    named.insert(name.as_str(), value.as_str())
                }
                _ => return Err(format!("`{}` is not understood", pair.join(" "))),
            };
        }
        let path = |name: &str| named.get(name).map(PathBuf::from);
        Ok(Self {
            truth: path("--truth").ok_or("--truth DIR is needed")?,
            trees: path("--trees"),
            mirror: path("--mirror"),
            impact: path("--impact").map_or_else(build, Ok)?,
            only: named.get("--only").map(|word| (*word).to_owned()),
            scratch: std::env::temp_dir().join("impact-accuracy"),
        })
    }

    fn wants(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    }

    fn sets(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.truth.join(folder)).into_iter().flatten();
        let mut sets: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension() == Some(OsStr::new(extension)) && self.wants(&stem(path))
            })
            .collect();
        sets.sort();
        sets
    }

    fn tree(&self, set: &Path) -> Option<PathBuf> {
        let tree = self.trees.as_ref()?.join(stem(set));
        tree.is_dir().then_some(tree)
    }

    fn scorer(&self, name: &str) -> Command {
        let mut command = Command::new("python3");
        command.arg(self.truth.join(name));
        command
    }
}

fn build() -> Result<PathBuf, String> {
    let status = Command::new("cargo")
        .args([
            "build",
            "--quiet",
            "--profile",
            "measure",
            "--package",
            "impact",
        ])
        .status()
        .map_err(|error| error.to_string())?;
    if status.success() {
        Ok("target/measure/impact".into())
    } else {
        Err("impact does not build".into())
    }
}

/// A set's name: its file's, without the ending.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Statements by schema to `impact sql`, all answers to the scorer, once for each of its keys.
fn sql(plan: &Plan, set: &Path) -> Vec<Row> {
    let prediction = plan.scratch.join(format!("{}.sql.jsonl", stem(set)));
    if let Err(error) = answer_all(plan, set, &prediction) {
        return vec![Row {
            set: stem(set),
            measure: "sql",
            says: error,
        }];
    }
    let keys: &[(&str, &[&str])] = &[
        ("sql", &[]),
        ("sql, hard", &["--hard"]),
        ("sql, affected", &["--key", "affected"]),
        ("sql, star only", &["--key", "star_only"]),
        ("sql, rebinds", &["--key", "rebinds"]),
    ];
    let score = |(measure, flags): &(&'static str, &[&str])| {
        let mut scorer = plan.scorer("score_sql.py");
        scorer.args([
            OsStr::new("--truth"),
            set.as_os_str(),
            OsStr::new("--pred"),
            prediction.as_os_str(),
        ]);
        Row {
            set: stem(set),
            measure,
            says: last_line(scorer.args(*flags)),
        }
    };
    keys.iter().map(score).collect()
}

fn answer_all(plan: &Plan, set: &Path, prediction: &Path) -> Result<(), String> {
    let text = fs::read_to_string(set).map_err(|error| error.to_string())?;
    let mut groups: BTreeMap<(PathBuf, String), String> = BTreeMap::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let schema = schema_of(set, row["schema"].as_str().unwrap_or_default());
        let dialect = row["dialect"].as_str().unwrap_or("generic").to_owned();
        let asked = serde_json::json!({"id": row["id"], "sql": row["sql"]});
        let group = groups.entry((schema, dialect)).or_default();
        group.push_str(&format!("{asked}\n"));
    }
    let mut answers = Vec::new();
    for ((schema, dialect), statements) in &groups {
        let mut command = Command::new(&plan.impact);
        command.arg("sql").arg("--schema").arg(schema).args([
            "--dialect",
            dialect,
            "--format",
            "jsonl",
        ]);
        answers.extend(feed(&mut command, statements)?);
    }
    fs::write(prediction, answers).map_err(|error| error.to_string())
}

/// A schema is named by its path beside the set or by its beginning; a set may bear its schema's name instead.
pub(crate) fn schema_of(set: &Path, name: &str) -> PathBuf {
    let folder = set.parent().unwrap_or(set);
    let candidates = [
        name.to_owned(),
        format!("{name}.schema.sql"),
        format!("{}.schema.sql", stem(set)),
    ];
    let mut paths = candidates.iter().map(|candidate| folder.join(candidate));
    paths
        .find(|path| path.is_file())
        .unwrap_or_else(|| folder.join(name))
}

fn feed(command: &mut Command, input: &str) -> Result<Vec<u8>, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let _ = writer.join();
    Ok(output.stdout)
}

/// What a traced test suite saw, line by line and entry point by entry point.
fn traced(plan: &Plan, set: &Path) -> Vec<Row> {
    let Some(tree) = plan.tree(set) else {
        return Vec::new();
    };
    let references = ask(plan, &tree, set, &["references", "--format", "jsonl"]);
    let entries = ask(plan, &tree, set, &["entrypoints", "--format", "json"]);
    let mut lines = plan.scorer("score_lines.py");
    let mut points = plan.scorer("score_entries.py");
    vec![
        Row {
            set: stem(set),
            measure: "lines",
            says: last_line(lines.arg(set).arg(references).arg(tree)),
        },
        Row {
            set: stem(set),
            measure: "entry points",
            says: last_line(points.arg(set).arg(entries)),
        },
    ]
}

/// Where known statements stand.
fn sites(plan: &Plan, set: &Path) -> Vec<Row> {
    let Some(tree) = plan.tree(set) else {
        return Vec::new();
    };
    let references = ask(plan, &tree, set, &["references", "--format", "jsonl"]);
    let mut scorer = plan.scorer("score_sites.py");
    vec![Row {
        set: stem(set),
        measure: "sites",
        says: last_line(scorer.arg(set).arg(references)),
    }]
}

/// Real drops: found references, distractors, verdicts.
fn drops(plan: &Plan) -> Vec<Row> {
    let Some(mirror) = &plan.mirror else {
        return Vec::new();
    };
    let cases = plan.truth.join("drops");
    let mut scorer = plan.scorer("score_drops.py");
    scorer
        .arg("--impact")
        .arg(&plan.impact)
        .arg("--cases")
        .arg(cases)
        .arg("--mirror")
        .arg(mirror);
    let text = output(&mut scorer);
    let summary = text.lines().filter(|line| !line.starts_with('{'));
    summary
        .map(|line| Row {
            set: "drops".into(),
            measure: "changes",
            says: line.to_owned(),
        })
        .collect()
}

/// A question about a tree; the answer is left in a file.
fn ask(plan: &Plan, tree: &Path, set: &Path, question: &[&str]) -> PathBuf {
    let mut command = Command::new(&plan.impact);
    let answer = output(command.arg("--workspace").arg(tree).args(question));
    let file = plan.scratch.join(format!(
        "{}.{}",
        stem(set),
        question.first().unwrap_or(&"answer")
    ));
    let _ = fs::write(&file, answer);
    file
}

fn last_line(command: &mut Command) -> String {
    let text = output(command);
    let mut lines = text.lines().filter(|line| !line.starts_with("not found:"));
    lines
        .next_back()
        .unwrap_or("(the scorer said nothing)")
        .trim()
        .to_owned()
}

fn output(command: &mut Command) -> String {
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => error.to_string(),
    }
}

fn print(rows: &[Row]) {
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (set, measure) = (width(|row| row.set.len()), width(|row| row.measure.len()));
    for row in rows {
        println!("{:set$}  {:measure$}  {}", row.set, row.measure, row.says);
    }
}
