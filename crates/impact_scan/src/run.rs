//! The run: every stage over every service, in parallel, with the same result in any order.

use crate::dialects::Votes;
use crate::options::ScanOptions;
use crate::progress::Progress;
use crate::read::{Listing, list};
use crate::stages::analyze;
use crate::walk::{Tree, walk};
use crate::wanted::Wanted;
use crate::workspace::Workspace;
use impact_extract::Packs;
use impact_facts::Index;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::Path;

/// What a scan yields.
#[derive(Debug, Default)]
pub struct Scan {
    /// One index for each service, in the workspace's order.
    pub indexes: Vec<Index>,
    /// What the person who runs it should know, each a line.
    pub warnings: Vec<String>,
}

/// The stack of a worker: lowering and evaluation recurse to a depth of some hundreds.
const STACK: usize = 16 << 20;

/// Scans every service of a workspace. `joined` are indexes of services that are not checked out: their catalogs count.
/// Of references to what is not wanted only the numbers are handed out.
#[must_use]
pub fn scan(
    workspace: &Workspace,
    packs: &Packs,
    joined: &[Index],
    wanted: &Wanted,
    options: &ScanOptions,
) -> Scan {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs.unwrap_or(0))
        .stack_size(STACK)
        .build();
    match pool {
        Ok(pool) => pool.install(|| run(workspace, packs, joined, wanted, options)),
        Err(_) => run(workspace, packs, joined, wanted, options),
    }
}

fn run(
    workspace: &Workspace,
    packs: &Packs,
    joined: &[Index],
    wanted: &Wanted,
    options: &ScanOptions,
) -> Scan {
    let trees = walk_all(workspace);
    let files = trees.iter().map(|tree| tree.files.len()).sum();
    options.stage("walk", files, "files");
    let progress = Progress::new(files, options.progress);
    let mut listings: Vec<Listing> = workspace
        .services
        .par_iter()
        .zip(trees)
        .map(|(service, tree)| list(service, tree, packs, options, &progress))
        .collect();
    let read = listings.iter().map(|one| one.read).sum();
    options.stage("read", read, "files read");
    let votes: Vec<Votes> = listings.iter().map(|one| one.votes.clone()).collect();
    let workspace = workspace.clone().told(&votes);
    progress.say("linking");
    let indexes = analyze((&workspace, packs), joined, wanted, options, &mut listings);
    let mut warnings: Vec<String> = Vec::new();
    for warning in listings.into_iter().flat_map(|listing| listing.warnings) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Scan { indexes, warnings }
}

pub(crate) fn walk_all(workspace: &Workspace) -> Vec<Tree> {
    let roots: BTreeSet<&Path> = workspace
        .services
        .iter()
        .map(|service| service.root.as_path())
        .collect();
    let services = workspace.services.par_iter();
    services
        .map(|service| walk(service, &inside(&service.root, &roots)))
        .collect()
}

/// Roots that lie below a root: they stand right behind it.
fn inside<'a>(root: &Path, roots: &BTreeSet<&'a Path>) -> Vec<&'a Path> {
    let behind = roots.range::<Path, _>((Bound::Excluded(root), Bound::Unbounded));
    let below = behind.copied().take_while(|other| other.starts_with(root));
    below.collect()
}
