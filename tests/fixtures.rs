//! Every fixture of `fixtures/packs` through the whole pipeline, and every pattern hit by some fixture.

use impact_extract::{Packs, PatternId, language_of};
use impact_scan::{ScanOptions, Wanted, Workspace, packs, scan};
use impact_testing::{Fixture, compare, found};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/packs")
}

/// The Markdown files below a folder, sorted.
fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(markdown(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn fixtures() -> Vec<(String, Fixture)> {
    let read = |path: PathBuf| {
        let name = path
            .strip_prefix(folder())
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = fs::read_to_string(&path).unwrap();
        let fixture = Fixture::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, fixture)
    };
    markdown(&folder()).into_iter().map(read).collect()
}

fn differences(fixture: &Fixture) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for file in &fixture.files {
        let path = folder.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    let workspace = Workspace::around(folder.path()).unwrap();
    let result = scan(
        &workspace,
        &packs(folder.path()).unwrap(),
        &[],
        &Wanted::All,
        &ScanOptions::default(),
    );
    let items: Vec<_> = result.indexes.iter().flat_map(found).collect();
    compare(fixture, &items)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn every_fixture_yields_what_it_expects_and_nothing_else() {
    let wanted = std::env::var("FIXTURE").unwrap_or_default();
    let mut report = String::new();
    for (name, fixture) in fixtures().iter().filter(|(name, _)| name.contains(&wanted)) {
        let differences = differences(fixture);
        if !differences.is_empty() {
            report += &format!("{name}\n  {}\n", differences.join("\n  "));
        }
    }
    assert!(report.is_empty(), "- is missing, + is unexpected\n{report}");
}

#[test]
fn every_pattern_is_hit_by_a_fixture_of_its_framework() {
    let packs = Packs::builtin();
    let mut hit: BTreeSet<PatternId> = BTreeSet::new();
    for (name, fixture) in fixtures() {
        let framework = name.rsplit_once('/').map_or("", |(framework, _)| framework);
        for file in &fixture.files {
            let Some(language) = language_of(&file.path, file.text.as_bytes()) else {
                continue;
            };
            let hits = packs.hits(file.text.as_bytes(), language);
            hit.extend(
                hits.into_iter()
                    .filter(|pattern| pattern.pack.starts_with(framework)),
            );
        }
    }
    let missed: Vec<String> = packs
        .patterns()
        .iter()
        .filter(|pattern| !hit.contains(pattern))
        .map(|pattern| format!("queries/{}.scm:{}", pattern.pack, pattern.line))
        .collect();
    assert!(
        missed.is_empty(),
        "no fixture hits\n  {}",
        missed.join("\n  ")
    );
}
