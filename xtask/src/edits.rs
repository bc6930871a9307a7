//! `cargo xtask edits`: hundreds of random edits of a copy of a real tree; after each, the answer with what was kept
//! from before must be that of a run that keeps nothing, byte for byte.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is asked after each edit.
const QUESTIONS: &[&[&str]] = &[&["references"], &["entrypoints", "--format", "json"]];

/// A way to change a file's bytes, told a number to choose by.
type Edit = fn(&[u8], usize) -> Vec<u8>;

const EDITS: &[(&str, Edit)] = &[
    ("a line is left out", without_line),
    ("a line stands twice", line_twice),
    ("two lines change places", lines_swapped),
    ("a name is another", renamed),
    ("the end is cut off", cut),
    ("a comment is added", commented),
];

/// Numbers that look like chance and are the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// What the arguments mean.
struct Plan {
    tree: PathBuf,
    rounds: usize,
    seed: u64,
    impact: PathBuf,
    scratch: PathBuf,
}

/// Edits, asks and compares. An error names the first edit after which the answers differ.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let plan = Plan::of(arguments)?;
    let root = plan.copied()?;
    let files = plan.files()?;
    let mut chance = Chance(plan.seed);
    let mut asked = 0;
    for round in 0..plan.rounds {
        let what = edit(&plan.tree, &root, &files, &mut chance)?;
        for question in QUESTIONS {
            let kept = plan.answer(&root, question, &["--cache-dir", &plan.cache()])?;
            let anew = plan.answer(&root, question, &["--no-cache"])?;
            if kept != anew {
                return Err(format!("round {round}: {what}: `{}` differs", question[0]));
            }
            asked += 1;
        }
    }
    println!(
        "{} edits, {asked} answers: all the same bytes with and without what was kept",
        plan.rounds
    );
    Ok(())
}

impl Plan {
    fn of(arguments: &[String]) -> Result<Self, String> {
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1).map(String::as_str)
        };
        let number = |name: &str, otherwise: u64| {
            let told = value(name).map_or(Ok(otherwise), str::parse);
            told.map_err(|_| format!("{name} takes a number"))
        };
        let tree = value("--tree").ok_or("--tree DIR is needed: a git repository")?;
        Ok(Self {
            tree: tree.into(),
            rounds: number("--rounds", 300)? as usize,
            seed: number("--seed", 1)?,
            impact: value("--impact").unwrap_or("target/release/impact").into(),
            scratch: std::env::temp_dir().join(format!("impact-edits-{}", std::process::id())),
        })
    }

    fn cache(&self) -> String {
        self.scratch.join("cache").display().to_string()
    }

    /// A copy of the tree without its history.
    fn copied(&self) -> Result<PathBuf, String> {
        let root = self.scratch.join("tree");
        for path in self.files()? {
            copy(&self.tree.join(&path), &root.join(&path))?;
        }
        Ok(root)
    }

    /// The files that git knows, sorted.
    fn files(&self) -> Result<Vec<String>, String> {
        let listed = Command::new("git")
            .arg("-C")
            .arg(&self.tree)
            .arg("ls-files")
            .output();
        let listed = listed.map_err(|error| format!("git: {error}"))?;
        let text = String::from_utf8_lossy(&listed.stdout);
        let known = text.lines().filter(|path| self.tree.join(path).is_file());
        let files: Vec<String> = known.map(str::to_owned).collect();
        if files.is_empty() {
            return Err(format!("git knows no file of {}", self.tree.display()));
        }
        Ok(files)
    }

    fn answer(&self, root: &Path, question: &[&str], settings: &[&str]) -> Result<Vec<u8>, String> {
        let run = Command::new(&self.impact)
            .arg("--workspace")
            .arg(root)
            .args(question)
            .args(settings)
            .stderr(Stdio::null())
            .output();
        let output = run.map_err(|error| format!("{}: {error}", self.impact.display()))?;
        match output.status.code() {
            Some(0) => Ok(output.stdout),
            code => Err(format!("{question:?} ends with {code:?}")),
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().unwrap_or(to);
    let done = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(from, to));
    done.map(|_| ())
        .map_err(|error| format!("{}: {error}", to.display()))
}

/// Changes, removes or brings back one file, or gives it another's content. Says what it did.
fn edit(tree: &Path, root: &Path, files: &[String], chance: &mut Chance) -> Result<String, String> {
    let path = &files[chance.below(files.len())];
    let here = root.join(path);
    match (chance.below(10), std::fs::read(&here)) {
        (_, Err(_)) | (0, _) => {
            copy(&tree.join(path), &here)?;
            Ok(format!("{path}: as it was"))
        }
        (1, Ok(_)) => {
            std::fs::remove_file(&here).map_err(|error| format!("{path}: {error}"))?;
            Ok(format!("{path}: removed"))
        }
        (2, Ok(_)) => {
            let other = &files[chance.below(files.len())];
            copy(&tree.join(other), &here)?;
            Ok(format!("{path}: now what {other} was"))
        }
        (_, Ok(bytes)) => {
            let (what, change) = EDITS[chance.below(EDITS.len())];
            let changed = change(&bytes, chance.below(1 << 30));
            std::fs::write(&here, changed).map_err(|error| format!("{path}: {error}"))?;
            Ok(format!("{path}: {what}"))
        }
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn without_line(bytes: &[u8], number: usize) -> Vec<u8> {
    let mut lines = lines(bytes);
    if !lines.is_empty() {
        lines.remove(number % lines.len());
    }
    lines.concat()
}

fn line_twice(bytes: &[u8], number: usize) -> Vec<u8> {
    let mut lines = lines(bytes);
    if !lines.is_empty() {
        let at = number % lines.len();
        lines.insert(at, lines[at]);
    }
    lines.concat()
}

fn lines_swapped(bytes: &[u8], number: usize) -> Vec<u8> {
    let mut lines = lines(bytes);
    if lines.len() > 1 {
        let at = number % (lines.len() - 1);
        lines.swap(at, at + 1);
    }
    lines.concat()
}

/// One word of the file takes another's place, everywhere.
fn renamed(bytes: &[u8], number: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let is_word = |word: &&str| word.len() > 3;
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(is_word)
        .collect();
    if words.is_empty() {
        return bytes.to_vec();
    }
    let (from, to) = (words[number % words.len()], words[number / 7 % words.len()]);
    text.replace(from, to).into_bytes()
}

fn cut(bytes: &[u8], number: usize) -> Vec<u8> {
    bytes[..number % (bytes.len() + 1)].to_vec()
}

fn commented(bytes: &[u8], number: usize) -> Vec<u8> {
    [bytes, format!("# {number}\n").as_bytes()].concat()
}
