//! The run: every stage over every service, in parallel, with the same result in any order.

use crate::locate::locate;
use crate::options::ScanOptions;
use crate::progress::Progress;
use crate::read::{Contents, contents};
use crate::walk::{Tree, walk};
use crate::workspace::{ServiceSpec, Workspace};
use impact_bind::{Library, Program, SourceFile, Sources, Stub};
use impact_extract::{Packs, extract};
use impact_facts::{
    BlindReason, BlindSpot, FileFacts, Index, IndexedFile, Position, Reach, Scope, Site, Span,
};
use rayon::prelude::*;
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
#[must_use]
pub fn scan(workspace: &Workspace, packs: &Packs, joined: &[Index], options: &ScanOptions) -> Scan {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs.unwrap_or(0))
        .stack_size(STACK)
        .build();
    match pool {
        Ok(pool) => pool.install(|| run(workspace, packs, joined, options)),
        Err(_) => run(workspace, packs, joined, options),
    }
}

fn run(workspace: &Workspace, packs: &Packs, joined: &[Index], options: &ScanOptions) -> Scan {
    let trees = walk_all(workspace);
    let progress = Progress::new(
        trees.iter().map(|tree| tree.files.len()).sum(),
        options.progress,
    );
    let mut services: Vec<Contents> = workspace
        .services
        .par_iter()
        .zip(trees)
        .map(|(service, tree)| contents(service, tree, packs, options, &progress))
        .collect();
    progress.say("linking");
    let warnings = services
        .iter_mut()
        .flat_map(|service| std::mem::take(&mut service.warnings))
        .collect();
    let indexes = analyze(workspace, packs, joined, &services);
    Scan { indexes, warnings }
}

fn walk_all(workspace: &Workspace) -> Vec<Tree> {
    let roots: Vec<&Path> = workspace
        .services
        .iter()
        .map(|service| service.root.as_path())
        .collect();
    let threads = rayon::current_num_threads();
    workspace
        .services
        .iter()
        .map(|service| walk(service, &inside(&service.root, &roots), threads))
        .collect()
}

/// Roots that lie below a root.
fn inside<'a>(root: &Path, roots: &[&'a Path]) -> Vec<&'a Path> {
    roots
        .iter()
        .copied()
        .filter(|other| *other != root && other.starts_with(root))
        .collect()
}

fn analyze(
    workspace: &Workspace,
    packs: &Packs,
    _joined: &[Index],
    services: &[Contents],
) -> Vec<Index> {
    let stubs = StubModules::of(packs);
    let files: Vec<Vec<SourceFile<'_>>> = services.iter().map(source_files).collect();
    let stubs = stubs.borrowed();
    let work = workspace.services.par_iter().zip(services).enumerate();
    work.map(|(at, (spec, contents))| {
        let libraries = libraries(workspace, &files, at);
        let own = files.get(at).map(Vec::as_slice).unwrap_or_default();
        let program = Program::new(Sources {
            files: own,
            libraries: &libraries,
            stubs: &stubs,
        });
        let mut index = link_service(&program, spec, contents);
        complete(&mut index, spec, contents);
        locate(&mut index, &contents.files);
        index
    })
    .collect()
}

fn source_files(contents: &Contents) -> Vec<SourceFile<'_>> {
    contents
        .files
        .iter()
        .map(|file| SourceFile {
            path: &file.found.path,
            facts: &file.facts,
        })
        .collect()
}

/// Every library of the workspace but the service itself.
fn libraries<'a>(
    workspace: &'a Workspace,
    files: &'a [Vec<SourceFile<'a>>],
    own: usize,
) -> Vec<Library<'a>> {
    let others = workspace.services.iter().zip(files).enumerate();
    others
        .filter(|(at, (spec, _))| *at != own && spec.service.library)
        .map(|(_, (spec, files))| Library {
            name: &spec.service.name,
            files,
        })
        .collect()
}

/// The modules that packs bring, extracted like user code.
struct StubModules(Vec<(String, FileFacts)>);

impl StubModules {
    fn of(packs: &Packs) -> Self {
        let stubs: Vec<_> = packs.stubs().collect();
        let extracted = stubs.par_iter().map(|stub| {
            (
                stub.module.to_string(),
                extract(stub.text.as_bytes(), stub.language, packs),
            )
        });
        Self(extracted.collect())
    }

    fn borrowed(&self) -> Vec<Stub<'_>> {
        self.0
            .iter()
            .map(|(name, facts)| Stub { name, facts })
            .collect()
    }
}

fn link_service(_program: &Program<'_>, _spec: &ServiceSpec, _contents: &Contents) -> Index {
    Index::default()
}

/// What only the walk knows: who the service is, what could not be read, what was left out.
fn complete(index: &mut Index, spec: &ServiceSpec, contents: &Contents) {
    index.service = spec.service.clone();
    if index.files.is_empty() {
        index.files = contents.files.iter().map(indexed).collect();
    }
    let mut coverage = contents.coverage();
    coverage.statements = index.coverage.statements;
    coverage.failed_statements = index.coverage.failed_statements;
    coverage.models = index.coverage.models;
    index.coverage = coverage;
    for (file, why) in &contents.unreadable {
        let scope = index
            .files
            .get(file.0 as usize)
            .map_or(Scope::Production, |file| file.scope);
        index.blind_spots.push(unreadable(
            Site {
                file: *file,
                span: Span::new(0, 0),
            },
            why,
            scope,
        ));
    }
    index.blind_spots.sort();
}

fn indexed(file: &crate::source::SourceText) -> IndexedFile {
    IndexedFile {
        path: file.found.path.clone(),
        language: file.facts.language,
        scope: Scope::Production,
    }
}

fn unreadable(site: Site, why: &str, scope: Scope) -> BlindSpot {
    BlindSpot {
        site,
        position: Position::default(),
        text: Box::default(),
        reason: BlindReason::Unreadable,
        message: format!("could not be read: {why}").into(),
        reach: Reach::Database,
        database: Box::default(),
        scope,
        symbol: None,
    }
}
