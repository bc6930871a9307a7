//! The files that a team copies into its pipeline, held against each other and against the binary, as far as no CI
//! system is needed for it: that they run is in `pull_request.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn house(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(house(path)).unwrap()
}

/// The variables that a shell script reads, by `$NAME` or `${NAME…}`.
fn variables(script: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in script.match_indices('$') {
        let rest = script[at + 1..].trim_start_matches('{');
        let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_');
        let name = &rest[..end.unwrap_or(rest.len())];
        if !name.is_empty() {
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn the_action_gives_its_script_what_it_reads() {
    let action = read(".github/actions/check/action.yml");
    let (_, step) = action.split_once("name: Check").unwrap();
    let (_, given) = step.split_once("env:").unwrap();
    let (given, run) = given.split_once("run:").unwrap();
    let given: BTreeSet<String> = given
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()))
        .filter(|name| !name.is_empty())
        .collect();
    let by_the_runner = |name: &String| name.starts_with("GITHUB_") || name.starts_with("RUNNER_");
    let mut reads = variables(&read(".github/actions/check/check.sh"));
    reads.extend(variables(run));
    reads.retain(|name| !by_the_runner(name));
    assert_eq!(reads, given);
}

#[test]
fn every_input_and_output_of_the_action_is_used() {
    let action = read(".github/actions/check/action.yml");
    let (head, runs) = action.split_once("\nruns:").unwrap();
    let (_, inputs) = head.split_once("inputs:\n").unwrap();
    let (inputs, outputs) = inputs.split_once("\noutputs:").unwrap();
    let names = inputs.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.strip_suffix(':')?;
        (!name.starts_with(' ')).then_some(name)
    });
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let used = format!("inputs.{name} ");
        assert!(runs.contains(&used) || outputs.contains(&used), "{name}");
    }
    let script = read(".github/actions/check/check.sh");
    for file in ["impact.sarif", "impact.md"] {
        assert!(outputs.contains(file) && script.contains(file), "{file}");
    }
}

#[test]
fn the_template_collects_what_the_job_writes() {
    let template = read("docs/ci/gitlab.yml");
    let (script, artifacts) = template.split_once("artifacts:").unwrap();
    assert!(
        script.contains("entrypoint: [\"\"]"),
        "the image's own is impact"
    );
    for (report, format) in [
        (
            "codequality: gl-code-quality-report.json",
            "--format gitlab --output gl-code-quality-report.json",
        ),
        ("junit: impact.xml", "--format junit --output impact.xml"),
    ] {
        assert!(
            artifacts.contains(report) && script.contains(format),
            "{report}"
        );
    }
}

/// Instructions of a container file that this one uses; a stage is copied from only if it was made.
#[test]
fn the_container_file_builds_what_it_copies() {
    let text = read("docs/ci/Containerfile");
    let mut stages = BTreeSet::new();
    let mut built = false;
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "FROM" => {
                let stage = rest.split_once(" AS ").map(|(_, stage)| stage.to_owned());
                stages.extend(stage);
            }
            "RUN" => built |= rest.contains("cargo build --release --locked --package impact"),
            "COPY" if rest.starts_with("--from=") => {
                let (stage, paths) = rest["--from=".len()..].split_once(' ').unwrap();
                assert!(stages.contains(stage) && built, "{line}");
                assert!(
                    paths.starts_with("/impact/target/release/impact "),
                    "{line}"
                );
            }
            "COPY" | "WORKDIR" | "ENTRYPOINT" => {}
            other => panic!("{other} in {line}"),
        }
    }
    assert!(text.contains("ENTRYPOINT [\"impact\"]"));
    assert!(house("Cargo.lock").is_file(), "--locked needs it");
}
