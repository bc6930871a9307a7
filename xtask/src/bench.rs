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
}

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
    },
    Subject {
        name: "rg",
        against: None,
        command: ripgrep,
        before: |_| (),
    },
    Subject {
        name: "git status",
        against: None,
        command: git_status,
        before: |_| (),
    },
    Subject {
        name: "cold",
        against: Some("parse"),
        command: check,
        before: forget,
    },
    Subject {
        name: "warm",
        against: Some("rg"),
        command: check,
        before: |_| (),
    },
    Subject {
        name: "fresh clone",
        against: Some("rg"),
        command: check,
        before: renew,
    },
    Subject {
        name: "one file changed",
        against: Some("warm"),
        command: check,
        before: change,
    },
];

/// Measures every command and prints a table.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let plan = Plan::of(arguments)?;
    let mut costs: Vec<Vec<Cost>> = SUBJECTS.iter().map(|_| Vec::new()).collect();
    for _ in 0..plan.runs {
        for (subject, costs) in SUBJECTS.iter().zip(&mut costs) {
            (subject.before)(&plan);
            costs.extend(measure((subject.command)(&plan)));
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
fn measure(mut command: Command) -> Option<Cost> {
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let used = child.wait4().ok()?.rusage;
    Some(Cost {
        processor: used.utime + used.stime,
        wall: started.elapsed(),
        peak: used.maxrss,
    })
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
