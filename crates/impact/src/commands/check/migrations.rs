//! Migrations as questions: which are meant, and all that they take from code that runs.

use super::Question;
use crate::outcome::Failure;
use crate::question::{Known, Past};
use impact_facts::{Change, Contraction, Index, Migration, TableName};
use impact_graph::{Graph, Place, StepPlace, Timing};
use impact_policy::{Finding, unread_statement};
use impact_scan::Repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// More changes are not asked about at once.
const MOST: usize = 1000;

/// Migrations of a workspace: the places of the service and of the migration in its index, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection(Vec<(usize, usize)>);

/// A migration of a service that is checked out.
struct Here {
    at: (usize, usize),
    absolute: PathBuf,
}

/// What migrations took before: by service, file, change, table and column.
#[derive(Debug, Default)]
pub(super) struct Made(BTreeSet<(Box<str>, Box<str>, Contracted)>);

type Contracted = (Change, TableName, Option<Box<str>>);

impl Made {
    /// What the migrations of a workspace of the past take.
    pub(super) fn by(past: &Past) -> Self {
        let migrations = past.indexes.iter().flat_map(|index| {
            let all = index.migrations.iter();
            all.map(move |migration| (index, migration))
        });
        let taken = migrations.flat_map(|(index, migration)| {
            let all = migration.contractions.iter();
            all.filter_map(move |one| key(index, migration, one))
        });
        Self(taken.collect())
    }

    /// Whether the same migration took the same then: it was formatted anew, or changed elsewhere.
    fn holds(&self, index: &Index, migration: &Migration, one: &Contraction) -> bool {
        key(index, migration, one).is_some_and(|key| self.0.contains(&key))
    }
}

fn key(
    index: &Index,
    migration: &Migration,
    one: &Contraction,
) -> Option<(Box<str>, Box<str>, Contracted)> {
    let file = index.files.get(migration.file.0 as usize)?;
    let taken = (one.change, one.table.clone(), one.column.clone());
    Some((index.service.name.clone(), file.path.clone(), taken))
}

/// Every migration whose file is at hand.
fn all(known: &Known) -> Vec<Here> {
    let services = known.workspace.services.iter().zip(&known.indexes);
    let mut found = Vec::new();
    for (service, (spec, index)) in services.enumerate() {
        for (number, migration) in index.migrations.iter().enumerate() {
            if let Some(file) = index.files.get(migration.file.0 as usize) {
                found.push(Here {
                    at: (service, number),
                    absolute: spec.root.join(&*file.path),
                });
            }
        }
    }
    found
}

impl Selection {
    /// The migrations at these paths, or in these folders.
    pub(super) fn of_paths(known: &Known, paths: &[PathBuf]) -> Result<Self, Failure> {
        let here = all(known);
        let mut found = BTreeSet::new();
        for path in paths {
            let real = real_path(path, &known.workspace.root)?;
            let fits = |one: &&Here| one.absolute.starts_with(&real);
            let of_path: Vec<_> = here.iter().filter(fits).map(|one| one.at).collect();
            if of_path.is_empty() {
                return Err(Failure(none_at(path, &real, known)));
            }
            found.extend(of_path);
        }
        Ok(Self(found.into_iter().collect()))
    }

    /// The migrations that are new or changed since HEAD left a revision.
    pub(super) fn since(known: &Known, revision: &str) -> Result<Self, Failure> {
        let repository = Repository::around(&known.workspace.root)?;
        let base = repository.merge_base(revision)?;
        let mut found = Vec::new();
        for one in all(known) {
            let Some(path) = repository.path_of(&one.absolute) else {
                continue;
            };
            let bytes = impact_scan::read_file(&one.absolute)
                .map_err(|error| Failure::about(one.absolute.display(), error))?;
            if !base.holds(&path, &bytes) {
                found.push(one.at);
            }
        }
        Ok(Self(found))
    }

    /// Their paths from the workspace's root.
    pub(super) fn paths<'k>(&'k self, known: &'k Known) -> impl Iterator<Item = Box<str>> + 'k {
        let each = self.each(known);
        each.map(|(index, migration, _)| place(index, migration, Default::default()).path)
    }

    fn each<'k>(
        &'k self,
        known: &'k Known,
    ) -> impl Iterator<Item = (&'k Index, &'k Migration, (usize, usize))> {
        self.0.iter().filter_map(|at| {
            let index = known.indexes.get(at.0)?;
            Some((index, index.migrations.get(at.1)?, *at))
        })
    }

    /// Whether they take anything at all.
    pub(super) fn takes_anything(&self, known: &Known) -> bool {
        let mut all = self.each(known);
        all.any(|(_, migration, _)| !migration.contractions.is_empty())
    }

    /// Everything that they take, once each, and a finding if that is more than is asked about. What they themselves
    /// made is nobody's loss, and what they took before (`made`) is no change.
    pub(super) fn questions(
        &self,
        known: &Known,
        graph: &Graph<'_>,
        pending: &BTreeSet<Box<str>>,
        made: &Made,
    ) -> (Vec<Question>, Option<Finding>) {
        let makers: BTreeSet<(usize, &str, u32)> = self
            .each(known)
            .map(|(_, migration, at)| (at.0, &*migration.database, migration.order))
            .collect();
        let mut asked = BTreeSet::new();
        let mut questions: Vec<Question> = Vec::new();
        for (index, migration, at) in self.each(known) {
            for contraction in &migration.contractions {
                let maker = contraction.made_by;
                let own = |maker| makers.contains(&(at.0, &*migration.database, maker));
                if maker.is_some_and(own) || made.holds(index, migration, contraction) {
                    continue;
                }
                if questions.len() == MOST {
                    let place = place(index, migration, contraction.position);
                    let message = format!("it takes more than the {MOST} things asked about");
                    return (questions, Some(unread_statement(&place, &message, &[])));
                }
                let question = question(graph, (index, migration, at), contraction, pending);
                if asked.insert((question.target.name.clone(), question.change)) {
                    questions.push(question);
                }
            }
        }
        (questions, None)
    }

    /// A finding for each statement of theirs that was not understood.
    pub(super) fn unread(&self, known: &Known) -> Vec<Finding> {
        let statements = self.each(known).flat_map(|(index, migration, _)| {
            let all = migration.unread.iter();
            all.map(move |one| (index, migration, one))
        });
        let found = statements.map(|(index, migration, one)| {
            let place = Place {
                span: one.span,
                ..place(index, migration, one.position)
            };
            unread_statement(&place, &one.reason, &one.tables)
        });
        found.collect()
    }
}

fn question(
    graph: &Graph<'_>,
    (index, migration, (service, number)): (&Index, &Migration, (usize, usize)),
    contraction: &Contraction,
    pending: &BTreeSet<Box<str>>,
) -> Question {
    let column = contraction.column.as_deref().unwrap_or_default();
    let step = Place {
        span: contraction.span,
        ..place(index, migration, contraction.position)
    };
    Question {
        target: graph.named(service, &migration.database, &contraction.table, column),
        change: contraction.change,
        timing: Timing {
            pending: pending.clone(),
            step: Some(StepPlace {
                service,
                migration: number,
                span: contraction.span,
            }),
        },
        step: Some(step),
        renamed_to: contraction.renamed_to.clone(),
        reused: contraction.reused,
    }
}

fn place(index: &Index, migration: &Migration, position: impact_facts::Position) -> Place {
    let file = index.files.get(migration.file.0 as usize);
    let path = file.map_or("", |file| &*file.path);
    Place {
        service: index.service.name.clone(),
        path: match &*index.service.path {
            "" => path.into(),
            root => format!("{root}/{path}").into(),
        },
        position,
        ..Place::default()
    }
}

/// A path as typed: from the working directory, else from the workspace's root.
fn real_path(path: &Path, root: &Path) -> Result<PathBuf, Failure> {
    let found = path
        .canonicalize()
        .or_else(|_| root.join(path).canonicalize());
    found.map_err(|error| Failure::about(path.display(), error))
}

fn none_at(path: &Path, real: &Path, known: &Known) -> String {
    let inside = known
        .workspace
        .services
        .iter()
        .any(|spec| real.starts_with(&spec.root));
    let why = match inside {
        false => "it lies in no service of the workspace",
        true => "no runner that is known runs it forwards",
    };
    format!("{}: no migration is there: {why}", path.display())
}
