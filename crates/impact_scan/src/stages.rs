//! From the files of all services to their indexes: bind, declare, merge, link, locate.
//!
//! Two rounds over the services, each in parallel. Between them stands the one thing that services share: what every
//! database holds. A round passes by the services of which it is kept what it would yield.

use crate::cache::{Declared, Digest, Linked, Origin, Partial};
use crate::keys;
use crate::locate::{Lines, locate};
use crate::options::ScanOptions;
use crate::read::{Contents, Listing};
use crate::schema_paths;
use crate::source::beginning;
use crate::unread;
use crate::wanted::Wanted;
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

/// What is known of every service before any is linked.
struct Known<'w> {
    workspace: &'w Workspace,
    packs: &'w Packs,
    joined: &'w [Index],
    declared_from: Vec<Digest>,
    declared: Vec<Declared>,
    universe: Digest,
}

/// The index of every service, in the workspace's order, with the wanted references.
pub(crate) fn analyze(
    (workspace, packs): (&Workspace, &Packs),
    joined: &[Index],
    wanted: &Wanted,
    options: &ScanOptions,
    listings: &mut [Listing],
) -> Vec<Index> {
    let declared_from = keys::declared_from(workspace, listings);
    let open = |listing: &Listing| Linked::open(listing.shelf.as_ref());
    let mut kept: Vec<Linked> = listings.par_iter().map(open).collect();
    let declared: Each<Declared> = kept
        .par_iter()
        .zip(&declared_from)
        .map(|(kept, from)| kept.declared(from))
        .collect();
    let missing = declared.iter().filter(|one| one.is_none()).count();
    let declared = declare_missing(workspace, packs, listings, declared);
    options.stage("declare", missing, "services");

    let universe = keys::universe(workspace, &declared, joined);
    let known = Known {
        workspace,
        packs,
        joined,
        declared_from,
        declared,
        universe,
    };
    let parts: Each<Partial> = kept
        .par_iter_mut()
        .zip(&known.declared_from)
        .map(|(kept, from)| kept.of_universe(from, &universe))
        .collect();
    let missing = parts.iter().filter(|one| one.is_none()).count();
    let parts = known.complete(&mut kept, listings, parts);
    options.stage("link", missing, "services");
    let indexes = known.hand_out(&mut kept, listings, parts, wanted);
    let references = indexes.iter().flatten().map(|one| one.references.len());
    options.stage("hand out", references.sum(), "references");
    for (kept, listing) in kept.into_iter().zip(listings) {
        listing.warnings.extend(kept.warning);
    }
    indexes.into_iter().map(Option::unwrap_or_default).collect()
}

/// What each service declares, looked for where it is not known.
fn declare_missing(
    workspace: &Workspace,
    packs: &Packs,
    listings: &mut [Listing],
    known: Each<Declared>,
) -> Vec<Declared> {
    let any = known.iter().any(Option::is_none);
    let loaded = Loaded::of(workspace, packs, listings, any);
    let shared = loaded.shared(workspace);
    let services = workspace.services.par_iter().zip(listings).zip(known);
    let services = services.enumerate();
    services
        .map(|(at, ((spec, listing), known))| {
            let look = || {
                with_bound((workspace, packs), (at, spec), listing, &shared, |bound| {
                    Declared::of(&bound.declarations.catalogs)
                })
            };
            known.unwrap_or_else(look)
        })
        .collect()
}

impl Known<'_> {
    /// Links every service that has no index yet, and keeps what it finds. A service's facts are held only while it is
    /// linked, and its references only if they cannot be kept.
    fn complete(
        &self,
        kept: &mut [Linked],
        listings: &mut [Listing],
        parts: Each<Partial>,
    ) -> Each<Partial> {
        if parts.iter().all(Option::is_some) {
            return parts;
        }
        let mut catalogs: Vec<Vec<Catalog>> =
            self.declared.par_iter().map(Declared::catalogs).collect();
        let merged = merge_all(self.workspace, &mut catalogs, self.joined);
        let origins = self.origins(&merged, &catalogs);
        let services = parts.into_par_iter().zip(kept.par_iter_mut().zip(&origins));
        let parts: Each<Partial> = services
            .map(|(have, (kept, origin))| have.or_else(|| kept.of_origin(origin)))
            .collect();

        let any = parts.iter().any(Option::is_none);
        let loaded = Loaded::of(self.workspace, self.packs, listings, any);
        let shared = loaded.shared(self.workspace);
        let services = parts.into_par_iter().zip(kept.par_iter_mut().zip(&origins));
        let services = services.zip(listings.par_iter_mut()).enumerate();
        services
            .map(|(at, ((part, (kept, origin)), listing))| {
                let link = || {
                    let part = self.link_one(at, listing, &shared, (&merged, &catalogs))?;
                    self.keep(at, kept, listing, *origin, part)
                };
                part.or_else(link)
            })
            .collect()
    }

    fn link_one(
        &self,
        at: usize,
        listing: &mut Listing,
        shared: &Shared<'_>,
        (merged, catalogs): (&Merged, &[Vec<Catalog>]),
    ) -> Option<Partial> {
        let (spec, own) = (self.workspace.services.get(at)?, catalogs.get(at)?);
        let place = (self.workspace, self.packs);
        let index = with_bound(place, (at, spec), listing, shared, |bound| {
            finish(self.workspace, merged, spec, own, bound)
        });
        Some(Partial::of(index))
    }

    /// Keeps an index, unless its files were changed while they were looked at.
    fn keep(
        &self,
        at: usize,
        kept: &mut Linked,
        listing: &mut Listing,
        origin: Origin,
        part: Partial,
    ) -> Option<Partial> {
        if listing.outdated {
            return Some(part);
        }
        let (part, saved) = kept.save(origin, self.declared.get(at)?, part);
        listing.warn(saved);
        Some(part)
    }

    /// What the index of each service is made from.
    fn origins(&self, merged: &Merged, catalogs: &[Vec<Catalog>]) -> Vec<Origin> {
        let linked = keys::linked_from(self.workspace, merged, &self.declared_from, catalogs);
        let both = self.declared_from.iter().zip(linked);
        both.map(|(declared_from, linked_from)| Origin {
            declared_from: *declared_from,
            universe: self.universe,
            linked_from,
        })
        .collect()
    }

    /// The indexes with the wanted references. One whose references cannot be read any more is linked again.
    fn hand_out(
        &self,
        kept: &mut [Linked],
        listings: &mut [Listing],
        parts: Each<Partial>,
        wanted: &Wanted,
    ) -> Each<Index> {
        let own = parts.iter().flatten().flat_map(Partial::catalogs);
        let joined = self.joined.iter().flat_map(|index| &index.catalogs);
        let wanted = wanted.closed(own.chain(joined));
        let read = |part: Option<Partial>| part?.index(&wanted);
        let mut indexes: Each<Index> = parts.into_par_iter().map(read).collect();
        if indexes.iter().any(Option::is_none) {
            let nothing = indexes.iter().map(|_| None).collect();
            let again = self.complete(kept, listings, nothing).into_par_iter();
            let again: Each<Index> = again.map(read).collect();
            let both = indexes.into_iter().zip(again);
            indexes = both.map(|(first, second)| first.or(second)).collect();
        }
        indexes
    }
}

/// What every service is bound with: libraries, and the modules that packs bring. Nothing if no service is wanted.
struct Loaded {
    contents: Each<Contents>,
    stubs: StubModules,
}

/// The same, borrowed.
struct Shared<'a> {
    libraries: Vec<(usize, &'a str, Vec<SourceFile<'a>>)>,
    stubs: Vec<Stub<'a>>,
}

impl Loaded {
    fn of(workspace: &Workspace, packs: &Packs, listings: &mut [Listing], any: bool) -> Self {
        let services = workspace.services.par_iter().zip(listings);
        let contents = services
            .map(|(spec, listing)| (any && is_library(spec)).then(|| listing.contents(packs)))
            .collect();
        let stubs = StubModules::of(packs, any);
        Self { contents, stubs }
    }

    fn shared<'a>(&'a self, workspace: &'a Workspace) -> Shared<'a> {
        let services = workspace.services.iter().zip(&self.contents).enumerate();
        let libraries = services.filter_map(|(at, (spec, contents))| {
            Some((at, &*spec.service.name, source_files(contents.as_ref()?)))
        });
        Shared {
            libraries: libraries.collect(),
            stubs: self.stubs.borrowed(),
        }
    }
}

fn source_files(contents: &Contents) -> Vec<SourceFile<'_>> {
    let files = contents.files.iter();
    let sources = files.map(|file| SourceFile {
        path: &file.found.path,
        facts: &file.facts,
    });
    sources.collect()
}

/// Binds the names of a service with every library but itself, and asks what it declares. Its facts are held no longer
/// than `then` takes.
fn with_bound<T>(
    (workspace, packs): (&Workspace, &Packs),
    (at, spec): (usize, &ServiceSpec),
    listing: &mut Listing,
    shared: &Shared<'_>,
    then: impl FnOnce(Bound<'_>) -> T,
) -> T {
    let contents = listing.contents(packs);
    let files = source_files(&contents);
    let others = shared.libraries.iter().filter(|(other, ..)| *other != at);
    let libraries: Vec<Library<'_>> = others
        .map(|(_, name, files)| Library { name, files })
        .collect();
    let program = Program::new(Sources {
        files: &files,
        libraries: &libraries,
        stubs: &shared.stubs,
    });
    let declarations = declare_all(workspace, spec, &program);
    then(Bound {
        contents: &contents,
        program,
        declarations,
    })
}

/// Whether others may import a service's modules.
pub(crate) fn is_library(spec: &ServiceSpec) -> bool {
    spec.service.library && !spec.schema_only
}

/// The modules that packs bring, extracted like user code.
struct StubModules(Vec<(Box<str>, FileFacts)>);

impl StubModules {
    /// None if no service is wanted.
    fn of(packs: &Packs, any: bool) -> Self {
        if !any {
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
                dialect: database.dialect.unwrap_or_default(),
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
        dialect: database.dialect.unwrap_or_default(),
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
