//! All that a service declares of its databases: migrations, dumps, models.
//!
//! A declarer is one row of [`DECLARERS`] and one file; it yields models, and migrations as steps in the order in which
//! its runner runs them. What the steps leave is one catalog for each database; dumps and then models fill in what no
//! migration says.

mod alembic;
mod class_fields;
mod contract;
mod databases;
mod dialect;
mod diesel;
mod django;
mod encode_orm;
mod mapped;
mod ormar;
mod peewee;
mod pony;
mod refinery;
mod sea_orm;
mod sea_query;
mod sql;
mod sqlalchemy;
mod statements;
mod tagged;
mod tortoise;
mod values;

#[cfg(test)]
mod tests;

use crate::replay::Replay;
use globset::{Glob, GlobSet, GlobSetBuilder};
use impact_bind::Program;
use impact_facts::{Catalog, Dialect, FileId, Migration, Model, SchemaStep, Span};
use std::collections::BTreeSet;

/// Of which service's which database to speak, and what is known beforehand.
#[derive(Debug, Clone)]
pub struct DeclareOptions<'a> {
    /// The service's name: catalogs' files bear it.
    pub service: &'a str,
    /// The database's name in the workspace.
    pub database: &'a str,
    /// Its dialect.
    pub dialect: Dialect,
    /// Files, folders or globs that hold its schema, from the service's root; empty if they are to be found.
    pub schema: &'a [Box<str>],
}

/// What a service declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// A catalog for each database, the largest first: it bears the name that the options give.
    pub catalogs: Vec<Catalog>,
    /// Classes and structs that map tables, by name. Their sites stand in the program's files. A table's name is the
    /// catalog's where the catalog has it.
    pub models: Vec<Model>,
    /// Migrations in the order in which they run, database by database. Positions are left empty.
    pub migrations: Vec<Migration>,
    /// Files that only take migrations back, sorted.
    pub backward: Vec<FileId>,
}

/// A step with what its statement says, where that may name tables.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) step: SchemaStep,
    pub(crate) text: Box<str>,
}

/// The forward steps of one file.
#[derive(Debug, Clone)]
pub(crate) struct FileSteps {
    pub(crate) file: FileId,
    pub(crate) revision: Box<str>,
    pub(crate) steps: Vec<Planned>,
    /// Revisions of its set that must have run before it; none: the one before it in the set.
    pub(crate) after: Option<Vec<Box<str>>>,
    /// Parts of the file that only run when it is taken back.
    pub(crate) backward: Vec<Span>,
}

impl FileSteps {
    /// Steps of a file that runs after the one before it in its set, and only forwards.
    pub(crate) fn forward(file: FileId, revision: &str, steps: Vec<Planned>) -> Self {
        Self {
            file,
            revision: revision.into(),
            steps,
            after: None,
            backward: Vec::new(),
        }
    }
}

/// Migrations that one runner runs one after another.
#[derive(Debug, Clone)]
pub(crate) struct MigrationSet {
    pub(crate) runner: &'static str,
    /// The folder that holds them; what names the database where there are several.
    pub(crate) root: Box<str>,
    /// The dialect that the folder or the files' names say, see [`dialect`].
    pub(crate) dialect: Option<Dialect>,
    pub(crate) files: Vec<FileSteps>,
}

/// What one declarer finds.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) models: Vec<Model>,
    pub(crate) sets: Vec<MigrationSet>,
    /// Files that say what there is, not how it came to be, in the order in which they are read.
    pub(crate) dumps: Vec<FileSteps>,
    /// Tables that code makes or names of itself: they count where nobody else speaks of them.
    pub(crate) spoken: Vec<FileSteps>,
    /// Files that only take migrations back.
    pub(crate) backward: Vec<FileId>,
}

impl Declared {
    /// Leaves away what is also said otherwise: SQL files that code runs as migrations are no other runner's, and no dumps.
    fn once(&mut self) {
        let of_code = |set: &&MigrationSet| set.runner == sea_query::RUNNER;
        let files = self.sets.iter().filter(of_code).flat_map(|set| &set.files);
        let taken: BTreeSet<FileId> = files.map(|file| file.file).collect();
        for set in &mut self.sets {
            if set.runner != sea_query::RUNNER {
                set.files.retain(|file| !taken.contains(&file.file));
            }
        }
        self.sets.retain(|set| !set.files.is_empty());
        self.dumps.retain(|file| !taken.contains(&file.file));
        let back: BTreeSet<FileId> = self.backward.drain(..).collect();
        self.dumps.retain(|file| !back.contains(&file.file));
        self.backward.extend(back.difference(&taken));
    }
}

/// How one ORM or runner declares: one file each.
type Declarer = fn(&Program<'_>, &DeclareOptions<'_>) -> Declared;

/// Every declarer, in the order in which their sets are joined.
const DECLARERS: &[Declarer] = &[
    sql::declare,
    django::declare,
    alembic::declare,
    sqlalchemy::declare,
    diesel::declare,
    sea_orm::declare,
    sea_query::declare,
    peewee::declare,
    tortoise::declare,
    pony::declare,
    encode_orm::declare,
    ormar::declare,
    tagged::declare,
];

/// All that a service declares of one of its databases, and of those that turn out to be others.
#[must_use]
pub fn declare(program: &Program<'_>, options: &DeclareOptions<'_>) -> Declarations {
    let mut all = Declared::default();
    for declarer in DECLARERS {
        let mut found = declarer(program, options);
        all.models.append(&mut found.models);
        all.sets.append(&mut found.sets);
        all.dumps.append(&mut found.dumps);
        all.spoken.append(&mut found.spoken);
        all.backward.append(&mut found.backward);
    }
    all.once();
    let chosen = Chosen::of(options);
    all.sets
        .retain(|set| chosen.any(set.files.iter().map(|file| program.path(file.file))));
    all.dumps
        .retain(|file| chosen.any([program.path(file.file)]));
    databases::compose(program, options, all)
}

/// Which files hold the schema.
struct Chosen(Option<GlobSet>);

impl Chosen {
    fn of(options: &DeclareOptions<'_>) -> Self {
        if options.schema.is_empty() {
            return Self(None);
        }
        let mut set = GlobSetBuilder::new();
        for pattern in options.schema {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            for glob in [pattern.to_owned(), format!("{pattern}/**")] {
                if let Ok(glob) = Glob::new(&glob) {
                    set.add(glob);
                }
            }
        }
        Self(set.build().ok())
    }

    fn any<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> bool {
        match &self.0 {
            Some(set) => paths.into_iter().any(|path| set.is_match(path)),
            None => true,
        }
    }
}

/// Folders whose files describe databases of tests, examples and other people.
const ASIDE: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "test_data",
    "fixtures",
    "fixture",
    "example",
    "examples",
    "node_modules",
    "vendor",
    "third_party",
    "target",
    "spec",
    "bench",
    "benches",
    "benchmarks",
    "docs",
    "doc",
    "demo",
    "samples",
];

/// Whether a path lies in a folder that describes no database of the service itself.
pub(crate) fn is_aside(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders
        .split('/')
        .any(|folder| ASIDE.contains(&folder.to_ascii_lowercase().as_str()))
}

/// Runs the steps of a file.
pub(crate) fn run(replay: &mut Replay, steps: &[Planned]) {
    for planned in steps {
        replay.apply(&planned.step, &planned.text);
    }
}
