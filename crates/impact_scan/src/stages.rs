//! From the files of all services to their indexes: bind, declare, merge, link, locate.
//!
//! Two rounds over the services, each in parallel. Between them stands the one thing that services share: what every
//! database holds. A round passes by the services of which it is kept what it would yield.

use crate::cache::{Digest, Linked};
use crate::keys;
use crate::locate::{Lines, locate};
use crate::read::{Contents, Listing};
use crate::schema_paths;
use crate::source::beginning;
use crate::unread;
use crate::workspace::{DatabaseSpec, ServiceSpec, Workspace};
use impact_bind::{Library, Program, SourceFile, Sources, Stub};
use impact_catalog::{Declarations, DeclareOptions, Member, declare, merge_databases};
use impact_extract::{Packs, extract};
use impact_facts::{
    BlindReason, BlindSpot, Catalog, FileAnnotation, FileFacts, FileId, Index, Migration, Position,
    Reach, Scope, Site, Span,
};
use impact_link::{LinkInput, decide, link};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Catalogs of all databases by name, each merged over all services.
pub(crate) type Merged = BTreeMap<Box<str>, Catalog>;

/// Something of each service, in the workspace's order; none of those that are passed by.
type Each<T> = Vec<Option<T>>;

/// A service whose names are bound.
struct Bound<'a> {
    contents: &'a Contents,
    program: Program<'a>,
    declarations: Declarations,
}

/// The index of every service, in the workspace's order.
pub(crate) fn analyze(
    workspace: &Workspace,
    packs: &Packs,
    joined: &[Index],
    listings: &mut [Listing],
) -> Vec<Index> {
    let declared_from = keys::declared_from(workspace, listings);
    let kept: Vec<Linked> = listings
        .par_iter()
        .map(|listing| Linked::open(listing.shelf.as_ref()))
        .collect();
    let known: Each<Vec<Catalog>> = kept
        .par_iter()
        .zip(&declared_from)
        .map(|(kept, from)| kept.catalogs(from))
        .collect();

    let wanted: Vec<bool> = known.iter().map(Option::is_none).collect();
    let contents = load(workspace, packs, listings, &wanted);
    let files = source_files(&contents);
    let stubs = StubModules::of(packs, &wanted);
    let stubs = stubs.borrowed();
    let libraries = libraries(workspace, &files);
    let bound = bind_each(workspace, &contents, &files, &libraries, &stubs, &wanted);
    let declared: Vec<Vec<Catalog>> = known
        .into_iter()
        .zip(&bound)
        .map(|(known, bound)| known.unwrap_or_else(|| catalogs_of(bound)))
        .collect();

    let mut catalogs = declared.clone();
    let merged = merge_all(workspace, &mut catalogs, joined);
    let linked_from = keys::linked_from(workspace, &merged, &declared_from, &catalogs);
    let indexes: Each<Index> = kept
        .par_iter()
        .zip(&linked_from)
        .map(|(kept, from)| kept.index(from))
        .collect();
    let fresh: Vec<bool> = indexes.iter().map(Option::is_none).collect();

    let linked = finish_each(workspace, &merged, &catalogs, bound);
    let indexes = either(indexes, linked);
    let wanted: Vec<bool> = indexes.iter().map(Option::is_none).collect();
    let linked = link_anew(workspace, packs, listings, (&merged, &catalogs), &wanted);
    let indexes = either(indexes, linked).into_iter();
    let indexes: Vec<Index> = indexes.map(Option::unwrap_or_default).collect();

    let results = kept.iter().zip(listings).zip(fresh).enumerate();
    for (at, ((kept, listing), _)) in results.filter(|(_, (_, fresh))| *fresh) {
        let (Some(catalogs), Some(index)) = (declared.get(at), indexes.get(at)) else {
            continue;
        };
        let from = declared_from.get(at).zip(linked_from.get(at));
        if let Some((declared_from, linked_from)) = from {
            keep(
                kept,
                listing,
                (*declared_from, catalogs),
                (*linked_from, index),
            );
        }
    }
    indexes
}

/// Links services that are known to declare what they did, but see other catalogs now.
fn link_anew(
    workspace: &Workspace,
    packs: &Packs,
    listings: &mut [Listing],
    (merged, catalogs): (&Merged, &[Vec<Catalog>]),
    wanted: &[bool],
) -> Each<Index> {
    let contents = load(workspace, packs, listings, wanted);
    let files = source_files(&contents);
    let stubs = StubModules::of(packs, wanted);
    let stubs = stubs.borrowed();
    let libraries = libraries(workspace, &files);
    let bound = bind_each(workspace, &contents, &files, &libraries, &stubs, wanted);
    finish_each(workspace, merged, catalogs, bound)
}

/// Keeps what was found in a service for the next run, unless its files were changed while it was looked at.
fn keep(
    kept: &Linked,
    listing: &mut Listing,
    declared: (Digest, &[Catalog]),
    linked: (Digest, &Index),
) {
    if !listing.outdated {
        let saved = kept.save(declared, linked);
        listing.warn(saved);
    }
    listing.warnings.extend(kept.warning.clone());
}

fn either<T>(first: Each<T>, second: Each<T>) -> Each<T> {
    let both = first.into_iter().zip(second);
    both.map(|(first, second)| first.or(second)).collect()
}

/// The files of wanted services and, if there are any, of libraries.
fn load(
    workspace: &Workspace,
    packs: &Packs,
    listings: &mut [Listing],
    wanted: &[bool],
) -> Each<Contents> {
    let any = wanted.contains(&true);
    let services = workspace.services.par_iter().zip(listings).zip(wanted);
    services
        .map(|((spec, listing), wanted)| {
            let needed = *wanted || any && is_library(spec);
            needed.then(|| listing.contents(packs))
        })
        .collect()
}

fn source_files(contents: &[Option<Contents>]) -> Each<Vec<SourceFile<'_>>> {
    let services = contents.iter().map(Option::as_ref);
    services
        .map(|contents| {
            let files = contents?.files.iter();
            let sources = files.map(|file| SourceFile {
                path: &file.found.path,
                facts: &file.facts,
            });
            Some(sources.collect())
        })
        .collect()
}

/// Binds the names of wanted services and declares what they declare.
fn bind_each<'a>(
    workspace: &'a Workspace,
    contents: &'a [Option<Contents>],
    files: &'a [Option<Vec<SourceFile<'a>>>],
    libraries: &'a [Vec<Library<'a>>],
    stubs: &'a [Stub<'a>],
    wanted: &[bool],
) -> Each<Bound<'a>> {
    let services = workspace.services.par_iter().zip(contents);
    let services = services.zip(files.par_iter().zip(libraries)).zip(wanted);
    services
        .map(|(((spec, contents), (files, libraries)), wanted)| {
            let contents = contents.as_ref().filter(|_| *wanted)?;
            let program = Program::new(Sources {
                files: files.as_ref()?,
                libraries,
                stubs,
            });
            let declarations = declare_all(workspace, spec, &program);
            Some(Bound {
                contents,
                program,
                declarations,
            })
        })
        .collect()
}

/// For each service, every library of the workspace but itself.
fn libraries<'a>(
    workspace: &'a Workspace,
    files: &'a [Option<Vec<SourceFile<'a>>>],
) -> Vec<Vec<Library<'a>>> {
    let all = || workspace.services.iter().zip(files).enumerate();
    let but = |own: usize| {
        let others = all().filter(move |(at, (spec, _))| *at != own && is_library(spec));
        others.filter_map(|(_, (spec, files))| {
            Some(Library {
                name: &spec.service.name,
                files: files.as_ref()?,
            })
        })
    };
    (0..files.len()).map(|own| but(own).collect()).collect()
}

/// Whether others may import a service's modules.
pub(crate) fn is_library(spec: &ServiceSpec) -> bool {
    spec.service.library && !spec.schema_only
}

fn catalogs_of(bound: &Option<Bound<'_>>) -> Vec<Catalog> {
    let bound = bound.as_ref();
    bound.map_or_else(Vec::new, |bound| bound.declarations.catalogs.clone())
}

/// The modules that packs bring, extracted like user code.
struct StubModules(Vec<(Box<str>, FileFacts)>);

impl StubModules {
    /// None if no service is wanted.
    fn of(packs: &Packs, wanted: &[bool]) -> Self {
        if !wanted.contains(&true) {
            return Self(Vec::new());
        }
        let stubs: Vec<_> = packs.stubs().collect();
        let extracted = stubs.par_iter().map(|stub| {
            (
                stub.module.clone(),
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

/// What a service declares of each of its databases. Its models come once, from the first.
fn declare_all(workspace: &Workspace, spec: &ServiceSpec, program: &Program<'_>) -> Declarations {
    let mut all = Declarations::default();
    for (at, database) in databases_of(workspace, spec).into_iter().enumerate() {
        let schema = schema_paths::of_service(database, &spec.root);
        if at > 0 && schema.is_empty() {
            continue;
        }
        let found = declare(
            program,
            &DeclareOptions {
                service: &spec.service.name,
                database: &database.name,
                dialect: database.dialect,
                schema: &schema,
            },
        );
        all.catalogs.extend(found.catalogs);
        all.migrations.extend(found.migrations);
        all.backward.extend(found.backward);
        if at == 0 {
            all.models = found.models;
        }
    }
    all
}

/// The databases that a service names, or the workspace's first.
pub(crate) fn databases_of<'a>(
    workspace: &'a Workspace,
    spec: &ServiceSpec,
) -> Vec<&'a DatabaseSpec> {
    let named = &spec.service.databases;
    let known = named.iter().filter_map(|name| {
        workspace
            .databases
            .iter()
            .find(|database| database.name == *name)
    });
    if named.is_empty() {
        workspace.databases.first().into_iter().collect()
    } else {
        known.collect()
    }
}

/// Merges the catalogs of each database over all services. Where services turn out to have a database each, their
/// catalogs get its name, and what it imports from the others.
fn merge_all(workspace: &Workspace, catalogs: &mut [Vec<Catalog>], joined: &[Index]) -> Merged {
    let mut places = Vec::new();
    let mut members = Vec::new();
    for (service, (spec, own)) in workspace.services.iter().zip(&*catalogs).enumerate() {
        for (at, catalog) in own.iter().enumerate() {
            places.push((service, at));
            members.push(Member {
                service: &spec.service.name,
                catalog,
                said: !spec.service.databases.is_empty(),
            });
        }
    }
    for index in joined {
        let said = !index.service.databases.is_empty();
        let catalogs = index.catalogs.iter();
        members.extend(catalogs.map(|catalog| Member {
            service: &index.service.name,
            catalog,
            said,
        }));
    }
    let databases = merge_databases(&members);
    for database in &databases {
        for (service, at) in database
            .members
            .iter()
            .filter_map(|member| places.get(*member))
        {
            let own = catalogs.get_mut(*service).and_then(|own| own.get_mut(*at));
            let Some(own) = own else { continue };
            if database.members.len() == 1 {
                own.clone_from(&database.catalog);
            }
            own.database.clone_from(&database.catalog.database);
        }
    }
    databases
        .into_iter()
        .map(|database| (database.catalog.database.clone(), database.catalog))
        .collect()
}

/// The migrations of a service, by the names that its databases have in the workspace. `own` are its catalogs as the
/// workspace names them.
fn migrations(declarations: &mut Declarations, own: &[Catalog]) -> Vec<Migration> {
    let names = declarations.catalogs.iter().zip(own);
    let names: BTreeMap<&str, &str> = names
        .map(|(said, named)| (&*said.database, &*named.database))
        .collect();
    let mut migrations = std::mem::take(&mut declarations.migrations);
    for migration in &mut migrations {
        if let Some(name) = names.get(&*migration.database) {
            migration.database = (*name).into();
        }
    }
    migrations
}

/// Files of a schema's history, sorted.
fn history(declarations: &Declarations) -> Vec<FileId> {
    let migrations = declarations.migrations.iter().map(|one| one.file);
    let mut files: Vec<FileId> = migrations.chain(declarations.backward.clone()).collect();
    files.sort_unstable();
    files.dedup();
    files
}

fn finish_each(
    workspace: &Workspace,
    merged: &Merged,
    catalogs: &[Vec<Catalog>],
    bound: Each<Bound<'_>>,
) -> Each<Index> {
    let services = workspace.services.par_iter().zip(catalogs).zip(bound);
    services
        .map(|((spec, own), bound)| Some(finish(workspace, merged, spec, own, bound?)))
        .collect()
}

fn finish(
    workspace: &Workspace,
    merged: &Merged,
    spec: &ServiceSpec,
    own: &[Catalog],
    mut bound: Bound<'_>,
) -> Index {
    let empty: Vec<Catalog> = databases_of(workspace, spec)
        .into_iter()
        .map(empty_catalog)
        .collect();
    let catalogs = visible(merged, &empty, own);
    let mut index = link(&LinkInput {
        service: &spec.service,
        program: &bound.program,
        models: &bound.declarations.models,
        catalogs: &catalogs,
        history: &history(&bound.declarations),
    });
    index.migrations = migrations(&mut bound.declarations, own);
    index.catalogs.splice(0..0, own.iter().cloned());
    complete(&mut index, bound.contents);
    unread::narrow(&mut index, &bound.contents.files, &catalogs);
    locate(&mut index, &bound.contents.files);
    decide(&mut index, &catalogs);
    index
}

pub(crate) fn empty_catalog(database: &DatabaseSpec) -> Catalog {
    Catalog {
        database: database.name.clone(),
        dialect: database.dialect,
        ..Catalog::default()
    }
}

/// A service's own databases first, then those that its declarations turned out to speak of. A service that names and
/// declares none may speak of any.
pub(crate) fn visible<'a>(
    merged: &'a Merged,
    named: &'a [Catalog],
    own: &[Catalog],
) -> Vec<&'a Catalog> {
    let mut catalogs: Vec<&Catalog> = named
        .iter()
        .filter_map(|empty| merged.get(&empty.database))
        .collect();
    for declared in own {
        if catalogs
            .iter()
            .all(|catalog| catalog.database != declared.database)
        {
            catalogs.extend(merged.get(&declared.database));
        }
    }
    if catalogs.is_empty() {
        catalogs.extend(merged.values());
    }
    if catalogs.is_empty() {
        catalogs.extend(named);
    }
    catalogs
}

/// What only the walk knows: what could not be read, what was left out, where annotations point.
fn complete(index: &mut Index, contents: &Contents) {
    let linked = std::mem::replace(&mut index.coverage, contents.coverage());
    index.coverage.statements = linked.statements;
    index.coverage.failed_statements = linked.failed_statements;
    index.coverage.models = linked.models;
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
    index.annotations = annotations(contents);
}

fn unreadable(site: Site, why: &str, scope: Scope) -> BlindSpot {
    BlindSpot {
        site,
        position: Position::default(),
        text: Box::default(),
        reason: BlindReason::Unreadable,
        message: format!("could not be read: {why}").into(),
        reach: Reach::Database,
        access: None,
        database: Box::default(),
        scope,
        symbol: None,
    }
}

fn annotations(contents: &Contents) -> Vec<FileAnnotation> {
    let mut all = Vec::new();
    for (file, source) in (0..).map(FileId).zip(&contents.files) {
        if source.facts.annotations.is_empty() {
            continue;
        }
        let bytes = beginning(&source.found.absolute);
        let lines = Lines::of(&bytes);
        all.extend(
            source
                .facts
                .annotations
                .iter()
                .map(|annotation| FileAnnotation {
                    site: Site {
                        file,
                        span: annotation.span,
                    },
                    target: lines.position(annotation.target),
                    text: annotation.text.clone(),
                    fault: None,
                }),
        );
    }
    all
}
