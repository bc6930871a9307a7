//! From the files of all services to their indexes: bind, declare, merge, link, locate.
//!
//! Two rounds over the services, each in parallel. Between them stands the one thing that services share: what every
//! database holds.

use crate::locate::{Lines, locate};
use crate::read::Contents;
use crate::schema_paths;
use crate::source::beginning;
use crate::unread;
use crate::workspace::{DatabaseSpec, ServiceSpec, Workspace};
use impact_bind::{Library, Program, SourceFile, Sources, Stub};
use impact_catalog::{Declarations, DeclareOptions, Member, declare, merge_databases};
use impact_extract::{Packs, extract};
use impact_facts::{
    BlindReason, BlindSpot, Catalog, FileAnnotation, FileFacts, FileId, Index, Position, Reach,
    Scope, Site, Span,
};
use impact_link::{LinkInput, link};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Catalogs of all databases by name, each merged over all services.
type Merged = BTreeMap<Box<str>, Catalog>;

/// A service between the rounds.
struct Declared<'a> {
    spec: &'a ServiceSpec,
    contents: &'a Contents,
    program: Program<'a>,
    declarations: Declarations,
}

/// The index of every service, in the workspace's order.
pub(crate) fn analyze(
    workspace: &Workspace,
    packs: &Packs,
    joined: &[Index],
    services: &[Contents],
) -> Vec<Index> {
    let stubs = StubModules::of(packs);
    let stubs = stubs.borrowed();
    let files: Vec<Vec<SourceFile<'_>>> = services.iter().map(source_files).collect();
    let libraries: Vec<Vec<Library<'_>>> = (0..workspace.services.len())
        .map(|own| libraries(workspace, &files, own))
        .collect();
    let work = workspace
        .services
        .par_iter()
        .zip(services)
        .zip(files.par_iter().zip(&libraries));
    let mut declared: Vec<Declared<'_>> = work
        .map(|((spec, contents), (files, libraries))| {
            let program = Program::new(Sources {
                files,
                libraries,
                stubs: &stubs,
            });
            let declarations = declare_all(workspace, spec, &program);
            Declared {
                spec,
                contents,
                program,
                declarations,
            }
        })
        .collect();
    let merged = merge_all(&mut declared, joined);
    declared
        .into_par_iter()
        .map(|service| finish(workspace, &merged, service))
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
        .filter(|(at, (spec, _))| *at != own && spec.service.library && !spec.schema_only)
        .map(|(_, (spec, files))| Library {
            name: &spec.service.name,
            files,
        })
        .collect()
}

/// The modules that packs bring, extracted like user code.
struct StubModules(Vec<(Box<str>, FileFacts)>);

impl StubModules {
    fn of(packs: &Packs) -> Self {
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
        if at == 0 {
            all.models = found.models;
        }
    }
    all
}

/// The databases that a service names, or the workspace's first.
fn databases_of<'a>(workspace: &'a Workspace, spec: &ServiceSpec) -> Vec<&'a DatabaseSpec> {
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
fn merge_all(declared: &mut [Declared<'_>], joined: &[Index]) -> Merged {
    let mut places = Vec::new();
    let mut members = Vec::new();
    for (service, one) in declared.iter().enumerate() {
        for (at, catalog) in one.declarations.catalogs.iter().enumerate() {
            places.push((service, at));
            let said = !one.spec.service.databases.is_empty();
            members.push(Member {
                service: &one.spec.service.name,
                catalog,
                said,
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
            let own = declared
                .get_mut(*service)
                .and_then(|one| one.declarations.catalogs.get_mut(*at));
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

fn finish(workspace: &Workspace, merged: &Merged, service: Declared<'_>) -> Index {
    let Declared {
        spec,
        contents,
        program,
        declarations,
    } = service;
    let empty: Vec<Catalog> = databases_of(workspace, spec)
        .into_iter()
        .map(empty_catalog)
        .collect();
    let catalogs = catalogs_of(merged, &empty, &declarations);
    let mut index = link(&LinkInput {
        service: &spec.service,
        program: &program,
        models: &declarations.models,
        catalogs: &catalogs,
    });
    index.catalogs.splice(0..0, declarations.catalogs);
    complete(&mut index, contents);
    unread::narrow(&mut index, &contents.files, &catalogs);
    locate(&mut index, &contents.files);
    index
}

fn empty_catalog(database: &DatabaseSpec) -> Catalog {
    Catalog {
        database: database.name.clone(),
        dialect: database.dialect,
        ..Catalog::default()
    }
}

/// A service's own databases first, then those that its declarations turned out to speak of. A service that names and
/// declares none may speak of any.
fn catalogs_of<'a>(
    merged: &'a Merged,
    named: &'a [Catalog],
    declarations: &Declarations,
) -> Vec<&'a Catalog> {
    let mut catalogs: Vec<&Catalog> = named
        .iter()
        .filter_map(|empty| merged.get(&empty.database))
        .collect();
    for declared in &declarations.catalogs {
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
                }),
        );
    }
    all
}
