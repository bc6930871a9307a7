//! Which models a `dbt` command runs.

use super::project::{Model, Project};
use super::render;
use crate::manifest::command;
use std::collections::{BTreeMap, BTreeSet};

/// Commands that run models.
const RUNS: &[&str] = &["run", "build", "test", "snapshot", "retry"];

/// Options after which models are named.
const SELECT: &[&str] = &["--select", "-s", "--models", "--model", "-m"];

/// The models that a command line runs: none if it does not run dbt.
pub(super) fn selected(project: &Project<'_>, line: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for simple in command::simple(line) {
        let words = command::words(simple);
        let dbt = words
            .iter()
            .position(|word| *word == "dbt" || word.ends_with("/dbt"));
        let Some(rest) = dbt.and_then(|at| words.get(at + 1..)) else {
            continue;
        };
        if rest.iter().any(|word| RUNS.contains(word)) {
            all.extend(by_options(project, rest));
        }
    }
    all
}

fn by_options(project: &Project<'_>, words: &[&str]) -> BTreeSet<String> {
    let mut named = Vec::new();
    let mut selecting = false;
    for word in words {
        if let Some((option, value)) = word
            .split_once('=')
            .filter(|(option, _)| SELECT.contains(option))
        {
            let _ = option;
            named.push(value);
        } else if word.starts_with('-') {
            selecting = SELECT.contains(word);
        } else if selecting {
            named.push(*word);
        }
    }
    let everything = || {
        project
            .models
            .iter()
            .map(|model| model.name.clone())
            .collect()
    };
    if named.is_empty() {
        return everything();
    }
    let parents = parents(project);
    named
        .iter()
        .flat_map(|name| by_name(project, &parents, name))
        .collect()
}

/// `+name`, `name+`, `path/to/models`, or what has to be everything for all that is known (`tag:x`).
fn by_name(
    project: &Project<'_>,
    parents: &BTreeMap<String, BTreeSet<String>>,
    said: &str,
) -> BTreeSet<String> {
    let name = said.trim_matches(|c: char| c == '+' || c == '@' || c.is_ascii_digit());
    let mut found: BTreeSet<String> = project
        .models
        .iter()
        .filter(|model| model.name == name || in_folder(model, name))
        .map(|model| model.name.clone())
        .collect();
    if found.is_empty() {
        let open = name.contains(':') || name.contains('*');
        return project
            .models
            .iter()
            .filter(|_| open)
            .map(|model| model.name.clone())
            .collect();
    }
    if said.starts_with(['+', '@']) {
        grow(&mut found, |model| {
            parents.get(model).cloned().unwrap_or_default()
        });
    }
    if said.ends_with('+') || said.starts_with('@') {
        grow(&mut found, |model| {
            let children = parents.iter().filter(|(_, of)| of.contains(model));
            children.map(|(child, _)| child.clone()).collect()
        });
    }
    found
}

fn in_folder(model: &Model<'_>, name: &str) -> bool {
    let folders = model
        .path
        .rsplit_once('/')
        .map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| folder == name) || model.path.starts_with(&format!("{name}/"))
}

fn grow(found: &mut BTreeSet<String>, next: impl Fn(&String) -> BTreeSet<String>) {
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(model) = open.pop() {
        for other in next(&model) {
            if found.insert(other.clone()) {
                open.push(other);
            }
        }
    }
}

/// The models that each model refers to.
pub(super) fn parents(project: &Project<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeSet<&str> = project
        .models
        .iter()
        .map(|model| model.name.as_str())
        .collect();
    project
        .models
        .iter()
        .map(|model| {
            let referred = render::referred(project, model);
            let known = referred
                .into_iter()
                .filter(|name| names.contains(name.as_str()) && *name != model.name);
            (model.name.clone(), known.collect())
        })
        .collect()
}
