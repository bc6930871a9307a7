//! `cargo xtask bench`: what a run costs, in processor seconds and memory, beside what other programs need for the same
//! files.
//!
//! Commands take turns, so that a machine that becomes slower does so for all of them; medians are printed, and ratios
//! to the row that each is held against. Nothing here passes or fails.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What the arguments mean.
struct Plan {
    fleet: PathBuf,
    column: String,
    runs: usize,
    impact: PathBuf,
    parse_only: PathBuf,
    scratch: PathBuf,
}

/// One measured command.
struct Subject {
    name: &'static str,
    /// The row that it is held against.
    against: Option<&'static str>,
    command: fn(&Plan) -> Command,
    /// Done before each run, not measured.
    before: fn(&Plan),
    /// What it ends with when it has done what it is measured for.
    codes: &'static [i32],
}

/// A verdict; 2 is a question that could not be asked.
const JUDGED: &[i32] = &[0, 1, 3];

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    processor: Duration,
    wall: Duration,
    /// Bytes.
    peak: u64,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "parse",
        against: None,
        command: parse_only,
        before: |_| (),
        codes: &[0],
    },
    Subject {
        name: "rg",
        against: None,
        command: ripgrep,
        before: |_| (),
        codes: &[0, 1],
    },
    Subject {
        name: "ast-grep",
        against: Some("parse"),
        command: ast_grep,
        before: |_| (),
        codes: &[0, 1],
    },
    Subject {
        name: "semgrep",
        against: Some("parse"),
        command: semgrep,
        before: |_| (),
        codes: &[0, 1],
    },
    Subject {
        name: "git status",
        against: None,
        command: git_status,
        before: |_| (),
        codes: &[0],
    },
    Subject {
        name: "cold",
        against: Some("parse"),
        command: check,
        before: forget,
        codes: JUDGED,
    },
    Subject {
        name: "warm",
        against: Some("rg"),
        command: check,
        before: |_| (),
        codes: JUDGED,
    },
    Subject {
        name: "fresh clone",
        against: Some("rg"),
        command: check,
        before: renew,
        codes: JUDGED,
    },
    Subject {
        name: "one file changed",
        against: Some("warm"),
        command: check,
        before: change,
        codes: JUDGED,
    },
    Subject {
        name: "1,000 repositories, cold",
        against: None,
        command: check_many,
        before: forget_many,
        codes: JUDGED,
    },
    Subject {
        name: "1,000 repositories, warm",
        against: None,
        command: check_many,
        before: |_| (),
        codes: JUDGED,
    },
    Subject {
        name: "1,000 repositories, one changed",
        against: Some("1,000 repositories, warm"),
        command: check_many,
        before: change_one,
        codes: JUDGED,
    },
    Subject {
        name: "1,000 repositories, git status",
        against: None,
        command: git_status_many,
        before: |_| (),
        codes: &[0],
    },
];

/// Measures every command and prints a table.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let plan = Plan::of(arguments)?;
    make_many(&plan).map_err(|error| error.to_string())?;
    let mut costs: Vec<Vec<Cost>> = SUBJECTS.iter().map(|_| Vec::new()).collect();
    for _ in 0..plan.runs {
        for (subject, costs) in SUBJECTS.iter().zip(&mut costs) {
            (subject.before)(&plan);
            costs.extend(measure((subject.command)(&plan), subject)?);
        }
    }
    let medians: Vec<Option<Cost>> = costs.iter().map(|costs| median(costs)).collect();
    println!("| | processor s | wall s | peak MiB | ratio |");
    println!("|---|---|---|---|---|");
    for (subject, cost) in SUBJECTS.iter().zip(&medians) {
        println!("{}", row(subject, *cost, &medians));
    }
    Ok(())
}

impl Plan {
    fn of(arguments: &[String]) -> Result<Self, String> {
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1).cloned()
        };
        let fleet = value("--fleet").ok_or("--fleet DIR is needed: a folder of repositories")?;
        let runs = value("--runs").map_or(Ok(5), |runs| runs.parse());
        Ok(Self {
            fleet: fleet.into(),
            column: value("--column").ok_or("--column TABLE.COLUMN is needed")?,
            runs: runs.map_err(|_| "--runs takes a number")?,
            impact: build(&["--package", "impact"], "impact")?,
            parse_only: build(
                &["--package", "impact_extract", "--example", "parse_only"],
                "examples/parse_only",
            )?,
            scratch: std::env::temp_dir().join("impact-bench"),
        })
    }

    fn cache(&self) -> PathBuf {
        self.scratch.join("cache")
    }

    /// The name that is looked for.
    fn word(&self) -> &str {
        self.column.rsplit('.').next().unwrap_or(&self.column)
    }

    /// The repositories, sorted.
    fn repositories(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.fleet).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.join(".git").exists())
            .collect();
        paths.sort();
        paths
    }
}

fn build(what: &[&str], binary: &str) -> Result<PathBuf, String> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release"])
        .args(what)
        .status()
        .map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("`{binary}` does not build"));
    }
    Ok(Path::new("target/release").join(binary))
}

/// How many small repositories are made.
const MANY: usize = 1000;

fn many(plan: &Plan) -> PathBuf {
    plan.scratch.join("many")
}

/// Small git repositories that share a database, unless they are there already.
fn make_many(plan: &Plan) -> std::io::Result<()> {
    if many(plan).join("done").exists() {
        return Ok(());
    }
    for number in 0..MANY {
        let root = many(plan).join(format!("s{number:04}"));
        for (path, text) in small_service(number) {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(&root))?;
            std::fs::write(path, text)?;
        }
        let script = "git init -q && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm all";
        Command::new("sh")
            .args(["-c", script])
            .current_dir(&root)
            .status()?;
    }
    std::fs::write(many(plan).join("done"), "")
}

fn small_service(number: usize) -> Vec<(String, String)> {
    let reader = |at: usize| {
        format!(
            "import psycopg2\n\ndb = psycopg2.connect('')\n\n\ndef read_{at}(id):\n    \
             cursor = db.cursor()\n    \
             cursor.execute('SELECT name, c{at} FROM t{number} WHERE id = %s', (id,))\n    \
             return cursor.fetchone()\n"
        )
    };
    let mut files: Vec<(String, String)> = (0..8)
        .map(|at| (format!("app/m{at}.py"), reader(at)))
        .collect();
    let columns: String = (0..8).map(|at| format!(", c{at} text")).collect();
    let table = format!("CREATE TABLE t{number} (id integer PRIMARY KEY, name text{columns});\n");
    files.push(("migrations/0001.sql".into(), table));
    files.push(("requirements.txt".into(), "psycopg2\n".into()));
    files
}

fn check_many(plan: &Plan) -> Command {
    let mut command = Command::new(&plan.impact);
    command.arg("--workspace").arg(many(plan));
    command.args(["check", "column", "t7.name", "--cache-dir"]);
    command.arg(plan.scratch.join("many-cache"));
    command
}

fn git_status_many(plan: &Plan) -> Command {
    let mut command = Command::new("sh");
    let script = "for one in \"$1\"/*/; do git -C \"$one\" status --short; done";
    command.args(["-c", script, "sh"]).arg(many(plan));
    command
}

fn forget_many(plan: &Plan) {
    let _ = std::fs::remove_dir_all(plan.scratch.join("many-cache"));
}

/// Adds a line to a file of one repository.
fn change_one(plan: &Plan) {
    let path = many(plan).join("s0003/app/m1.py");
    let mut text = std::fs::read_to_string(&path).unwrap_or_default();
    text.push_str("\n\ndef more():\n    return read_1(2)\n");
    let _ = std::fs::write(path, text);
}

fn check(plan: &Plan) -> Command {
    let mut command = Command::new(&plan.impact);
    command.arg("--workspace").arg(&plan.fleet);
    command.args(["check", "column", &plan.column, "--cache-dir"]);
    command.arg(plan.cache());
    command
}

fn ripgrep(plan: &Plan) -> Command {
    let mut command = Command::new("rg");
    command
        .args(["--word-regexp", plan.word()])
        .arg(&plan.fleet);
    command
}

/// Members of the column's name in Python code alone: one pattern of one language.
fn ast_grep(plan: &Plan) -> Command {
    let mut command = Command::new("ast-grep");
    let pattern = format!("$OF.{}", plan.word());
    command.args(["run", "--lang", "python", "--pattern", &pattern]);
    command.arg(&plan.fleet);
    command
}

/// The same pattern.
fn semgrep(plan: &Plan) -> Command {
    let mut command = Command::new("semgrep");
    let pattern = format!("$OF.{}", plan.word());
    command.args(["scan", "--metrics=off", "--quiet", "--lang", "python"]);
    command.args(["--pattern", &pattern]).arg(&plan.fleet);
    command
}

fn git_status(plan: &Plan) -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "for one; do git -C \"$one\" status --short; done",
        "sh",
    ]);
    command.args(plan.repositories());
    command
}

/// Reads the names of the files from a list that git writes.
fn parse_only(plan: &Plan) -> Command {
    let list = plan.scratch.join("files");
    let mut names = String::new();
    for repository in plan.repositories() {
        let git = Command::new("git")
            .arg("-C")
            .arg(&repository)
            .arg("ls-files")
            .output();
        let listed = git.map(|output| output.stdout).unwrap_or_default();
        for name in String::from_utf8_lossy(&listed).lines() {
            names.push_str(&format!("{}\n", repository.join(name).display()));
        }
    }
    let _ = std::fs::create_dir_all(&plan.scratch);
    let _ = std::fs::write(&list, names);
    let mut command = Command::new(&plan.parse_only);
    command.stdin(File::open(list).map_or_else(|_| Stdio::null(), Stdio::from));
    command
}

fn forget(plan: &Plan) {
    let _ = std::fs::remove_dir_all(plan.cache());
}

/// Gives every file a new time, and git's index with them, as a checkout does.
fn renew(plan: &Plan) {
    let script = "for one; do git -C \"$one\" ls-files -z | (cd \"$one\" && xargs -0 touch -c -h -d '1 minute ago'); \
                  git -C \"$one\" update-index -q --refresh; done";
    let _ = Command::new("sh")
        .args(["-c", script, "sh"])
        .args(plan.repositories())
        .status();
}

/// Adds a line to a Python file of the first repository that has one.
fn change(plan: &Plan) {
    let script = "for one; do file=$(git -C \"$one\" ls-files '*.py' | head -1); \
                  if [ \"$file\" ]; then echo '# changed' >> \"$one/$file\"; exit; fi; done";
    let _ = Command::new("sh")
        .args(["-c", script, "sh"])
        .args(plan.repositories())
        .status();
}

/// None if the command is not there.
fn measure(mut command: Command, subject: &Subject) -> Result<Option<Cost>, String> {
    let started = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        return Ok(None);
    };
    let ended = child.wait4().map_err(|error| error.to_string())?;
    match ended.status.code() {
        Some(code) if subject.codes.contains(&code) => {}
        code => return Err(format!("{} ends with {code:?}: {command:?}", subject.name)),
    }
    let used = ended.rusage;
    Ok(Some(Cost {
        processor: used.utime + used.stime,
        wall: started.elapsed(),
        peak: used.maxrss,
    }))
}

/// The cost whose processor time is the median.
fn median(costs: &[Cost]) -> Option<Cost> {
    let mut sorted = costs.to_vec();
    sorted.sort_by_key(|cost| cost.processor);
    sorted.get(sorted.len() / 2).copied()
}

fn row(subject: &Subject, cost: Option<Cost>, medians: &[Option<Cost>]) -> String {
    let Some(cost) = cost else {
        return format!("| {} | not there | | | |", subject.name);
    };
    let floor = subject.against.and_then(|name| {
        let at = SUBJECTS.iter().position(|other| other.name == name)?;
        Some((name, (*medians.get(at)?)?))
    });
    let ratio = floor.map(|(name, floor)| {
        let ratio = cost.processor.as_secs_f64() / floor.processor.as_secs_f64();
        format!("{ratio:.2} x {name}")
    });
    format!(
        "| {} | {:.2} | {:.2} | {} | {} |",
        subject.name,
        cost.processor.as_secs_f64(),
        cost.wall.as_secs_f64(),
        cost.peak >> 20,
        ratio.unwrap_or_default()
    )
}
