//! Who answers for a file: `CODEOWNERS`, as GitHub and GitLab read it. The last pattern that fits counts.

use crate::workspace::{Workspace, normal};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};

/// Where it is looked for, from the root of a repository.
const PLACES: &[&str] = &[
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// A larger file is not read.
const LARGEST: u64 = 3 << 20;

/// The owners that the files of a workspace say.
#[derive(Debug, Default)]
pub struct Owners {
    root: PathBuf,
    /// The innermost last.
    files: Vec<OwnersFile>,
}

#[derive(Debug)]
struct OwnersFile {
    /// The folder that its patterns are matched from.
    root: PathBuf,
    /// A pattern each, with its owners: those of a line without any are nobody.
    rules: Vec<(Gitignore, Option<Box<str>>)>,
}

impl Owners {
    /// Reads the `CODEOWNERS` of the workspace's root and of each repository that a service is in or is.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        let mut roots = vec![workspace.root.clone()];
        for spec in &workspace.services {
            let repository = spec.root.ancestors().find(|dir| dir.join(".git").exists());
            roots.extend(repository.map(Path::to_path_buf));
            roots.push(spec.root.clone());
        }
        roots.sort_by_key(|root| (root.components().count(), root.clone()));
        roots.dedup();
        Self {
            root: workspace.root.clone(),
            files: roots.iter().filter_map(|root| read(root)).collect(),
        }
    }

    /// The owners of a file by its path from the workspace's root, as they are written; none if no pattern fits, or
    /// the last that does names nobody.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Option<Box<str>> {
        let absolute = normal(&self.root.join(path));
        let inner = self.files.iter().rev();
        inner
            .filter(|file| absolute.starts_with(&file.root))
            .find_map(|file| file.of_path(&absolute))
            .flatten()
    }
}

impl OwnersFile {
    /// What the last fitting line says.
    fn of_path(&self, path: &Path) -> Option<Option<Box<str>>> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let fits = |glob: &Gitignore| {
            matches!(
                glob.matched_path_or_any_parents(inside, false),
                Match::Ignore(_)
            )
        };
        let last = self.rules.iter().rev().find(|(glob, _)| fits(glob));
        last.map(|(_, owners)| owners.clone())
    }
}

fn read(root: &Path) -> Option<OwnersFile> {
    let text = PLACES.iter().find_map(|place| {
        let file = root.join(place).canonicalize().ok()?;
        let fits = file.starts_with(root) && file.metadata().is_ok_and(|it| it.len() <= LARGEST);
        fits.then(|| std::fs::read(file).ok()).flatten()
    })?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Some(OwnersFile {
        root: root.to_path_buf(),
        rules: text.lines().filter_map(rule).collect(),
    })
}

/// `pattern @owner @other # why`. A section of GitLab (`[Name] @owner`) and a negated pattern are no rules here.
fn rule(line: &str) -> Option<(Gitignore, Option<Box<str>>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['#', '[', '^', '!']) {
        return None;
    }
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let owners: Vec<&str> = words.take_while(|word| !word.starts_with('#')).collect();
    let mut builder = GitignoreBuilder::new("");
    builder.add_line(None, pattern).ok()?;
    let owners = (!owners.is_empty()).then(|| owners.join(" ").into());
    Some((builder.build().ok()?, owners))
}
