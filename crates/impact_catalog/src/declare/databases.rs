//! Sets of migrations to databases: which sets are one database, and what dumps add.

use super::{
    Declarations, DeclareOptions, Declared, FileSteps, MigrationSet, Planned, contract, mapped,
    run, statements,
};
use crate::replay::{NOT_CREATED, Replay};
use impact_bind::Program;
use impact_facts::{
    Catalog, CatalogFile, Contraction, Dialect, FileId, Migration, Origin, Position, SchemaChange,
    TableName, UnreadStatement,
};
use std::collections::{BTreeMap, BTreeSet};

/// Folders of numbered files that no runner is known of: they stand on what the migrations leave.
const UNNAMED_RUNNER: &str = "ordered";

/// The sets that change one database.
struct Database {
    name: Box<str>,
    sets: Vec<MigrationSet>,
    tables: BTreeSet<TableName>,
}

/// The catalogs that all the declared leave.
pub(super) fn compose(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    all: Declared,
) -> Declarations {
    let mut declarations = Declarations::default();
    let (mut sets, twins) = of_dialect(all.sets, options.dialect);
    sets.sort_by_key(|set| set.runner == UNNAMED_RUNNER);
    let databases = group(sets, options);
    let migrated = databases.iter().any(|database| !database.sets.is_empty());
    let said = migrated || !all.dumps.is_empty();
    for (at, database) in databases.into_iter().enumerate() {
        let mut replay = Replay::new(&database.name, options.dialect);
        migrate(
            program,
            options,
            &database,
            (0, &mut replay),
            &mut declarations.migrations,
        );
        if at == 0 {
            for dump in &all.dumps {
                fill(program, options, dump, Origin::Ddl, &mut replay);
            }
            if !said {
                for file in &statements::of(program, options) {
                    fill(program, options, file, Origin::Statement, &mut replay);
                }
            }
            speak(program, options, &all.spoken, &mut replay);
        }
        declarations.catalogs.push(replay.finish());
    }
    for catalog in &mut declarations.catalogs {
        catalog.complete = said;
    }
    migrate_twins(program, options, twins, &mut declarations);
    declarations.models = all.models;
    declarations.backward = all.backward;
    declarations.backward.sort();
    declarations.models.sort_by(|a, b| a.name.cmp(&b.name));
    mapped::bind(
        program,
        options.service,
        &mut declarations.catalogs,
        &mut declarations.models,
    );
    declarations.catalogs.retain(says_something);
    declarations
}

fn says_something(catalog: &Catalog) -> bool {
    let Catalog {
        relations,
        dropped,
        imported,
        unknown,
        ..
    } = catalog;
    !(relations.is_empty() && dropped.is_empty() && imported.is_empty() && unknown.is_empty())
}

fn migrate(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    database: &Database,
    (first, replay): (u32, &mut Replay),
    migrations: &mut Vec<Migration>,
) {
    let mut orders = Orders::default();
    let files = database
        .sets
        .iter()
        .enumerate()
        .flat_map(|(at, set)| set.files.iter().map(move |file| (at, set, file)));
    for (order, (at, set, file)) in (first..).zip(files) {
        let catalog_file = replay.begin(catalog_file(program, options, file), Origin::Migration);
        orders.files.insert(catalog_file, order);
        let after = orders.after(at, order, file);
        let (contractions, unread) = migrate_file(replay, file, catalog_file, &orders);
        if set.runner == UNNAMED_RUNNER && !defines(set) {
            continue;
        }
        migrations.push(Migration {
            file: file.file,
            runner: set.runner.into(),
            database: database.name.clone(),
            revision: file.revision.clone(),
            order,
            after,
            backward: file.backward.clone(),
            contractions,
            unread,
        });
    }
}

/// Migrations of the same database in another dialect: they leave no catalog, but they take the same from code.
fn migrate_twins(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    twins: Vec<MigrationSet>,
    declarations: &mut Declarations,
) {
    for twin in twins {
        let dialect = twin.dialect.unwrap_or(options.dialect);
        let mut replay = Replay::new(options.database, dialect);
        let database = Database {
            name: options.database.into(),
            sets: vec![twin],
            tables: BTreeSet::new(),
        };
        let same = |one: &&Migration| *one.database == *options.database;
        let own = declarations.migrations.iter().filter(same);
        let first = own.map(|one| one.order + 1).max().unwrap_or(0);
        let mut migrations = Vec::new();
        let before = replay.catalog().search_path.clone();
        migrate(
            program,
            options,
            &database,
            (first, &mut replay),
            &mut migrations,
        );
        for migration in &mut migrations {
            let tables = migration.contractions.iter_mut().map(|one| &mut one.table);
            let named = migration.unread.iter_mut().flat_map(|one| &mut one.tables);
            tables
                .chain(named)
                .for_each(|table| without_schema(table, &before));
        }
        declarations.migrations.append(&mut migrations);
    }
}

/// A table of a dialect's own default schema, as dialects without schemas name it.
fn without_schema(table: &mut TableName, defaults: &[Box<str>]) {
    if table
        .schema
        .as_ref()
        .is_some_and(|schema| defaults.contains(schema))
    {
        table.schema = None;
    }
}

/// Runs the steps of a file; what they take from code, and which of them were not understood.
fn migrate_file(
    replay: &mut Replay,
    file: &FileSteps,
    catalog_file: FileId,
    orders: &Orders,
) -> (Vec<Contraction>, Vec<UnreadStatement>) {
    let steps = || file.steps.iter().map(|planned| &planned.step);
    let before = contract::Snapshot::before(replay.catalog(), steps());
    let known = replay.catalog().unknown.len();
    run(replay, &file.steps);
    let order_of = |file: FileId| orders.files.get(&file).copied();
    let contractions = before.map(|before| {
        contract::compare(&before, replay.catalog(), catalog_file, steps(), &order_of)
    });
    let unknown = replay.catalog().unknown.iter().skip(known);
    let unread = unknown.filter(|step| !step.reason.ends_with(NOT_CREATED));
    let unread = unread.map(|step| UnreadStatement {
        span: step.site.span,
        position: Position::default(),
        reason: step.reason.clone(),
        tables: step.tables.clone(),
    });
    (contractions.unwrap_or_default(), unread.collect())
}

/// Whether numbered files are more than queries in an order.
fn defines(set: &MigrationSet) -> bool {
    let mut steps = set.files.iter().flat_map(|file| &file.steps);
    steps.any(|planned| {
        !matches!(
            planned.step.change,
            SchemaChange::Data | SchemaChange::Unknown(_) | SchemaChange::SearchPath(_)
        )
    })
}

/// Places in the order of a database's migrations.
#[derive(Debug, Default)]
struct Orders {
    /// By the catalog's file.
    files: BTreeMap<FileId, u32>,
    /// By set and revision.
    revisions: BTreeMap<(usize, Box<str>), u32>,
    /// The last of each set.
    last: BTreeMap<usize, u32>,
}

impl Orders {
    /// Notes a migration; the places of those that must have run before it.
    fn after(&mut self, set: usize, order: u32, file: &FileSteps) -> Vec<u32> {
        let before = match &file.after {
            Some(revisions) => revisions
                .iter()
                .filter_map(|revision| self.revisions.get(&(set, revision.clone())).copied())
                .collect(),
            None => self.last.get(&set).copied().into_iter().collect(),
        };
        self.revisions.insert((set, file.revision.clone()), order);
        self.last.insert(set, order);
        before
    }
}

fn catalog_file(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    file: &FileSteps,
) -> CatalogFile {
    CatalogFile {
        service: options.service.into(),
        path: program.path(file.file).into(),
    }
}

/// Applies those steps of a dump that speak of relations which nobody else speaks of.
fn fill(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    dump: &FileSteps,
    origin: Origin,
    replay: &mut Replay,
) {
    replay.begin(catalog_file(program, options, dump), origin);
    let mut own: BTreeSet<TableName> = BTreeSet::new();
    for planned in &dump.steps {
        if let Some(name) = created(&planned.step.change) {
            if replay.has(name) && !own.contains(name) {
                continue;
            }
            own.insert(name.clone());
        }
        if belongs(planned, &own) {
            replay.apply(&planned.step, &planned.text);
        }
    }
}

/// Applies what code says of tables that nobody else ever made.
fn speak(
    program: &Program<'_>,
    options: &DeclareOptions<'_>,
    files: &[FileSteps],
    replay: &mut Replay,
) {
    let mut own: BTreeSet<TableName> = BTreeSet::new();
    for file in files {
        replay.begin(catalog_file(program, options, file), Origin::Statement);
        for planned in &file.steps {
            if let Some(name) = created(&planned.step.change)
                && !own.contains(name)
                && !replay.has(name)
                && !replay.had(name)
            {
                own.insert(name.clone());
            }
            let is_own = match &planned.step.change {
                SchemaChange::CreateTable(create) => own.contains(&create.name),
                SchemaChange::Unknown(_) => {
                    own.iter().any(|name| name.to_string() == *planned.text)
                }
                _ => belongs(planned, &own),
            };
            if is_own {
                replay.apply(&planned.step, &planned.text);
            }
        }
    }
}

fn created(change: &SchemaChange) -> Option<&TableName> {
    match change {
        SchemaChange::CreateTable(create) => Some(&create.name),
        SchemaChange::CreateView(create) => Some(&create.name),
        _ => None,
    }
}

/// Whether a step of a dump speaks of one of the relations that the dump adds, or of none.
fn belongs(planned: &Planned, own: &BTreeSet<TableName>) -> bool {
    use SchemaChange as C;
    match &planned.step.change {
        C::DropRelation { name, .. } | C::RenameRelation { from: name, .. } => own.contains(name),
        C::AddColumn { table, .. }
        | C::DropColumn { table, .. }
        | C::RenameColumn { table, .. }
        | C::AlterColumn { table, .. } => own.contains(table),
        C::AddDependent(dependent) => own.contains(&dependent.table),
        C::DropDependent { table, .. } | C::RenameDependent { table, .. } => {
            table.as_ref().is_some_and(|table| own.contains(table))
        }
        C::Inherit { child, .. } | C::EndInherit { child, .. } | C::CopyColumns { child, .. } => {
            own.contains(child)
        }
        C::DropSchema(_) | C::RenameSchema { .. } => false,
        _ => true,
    }
}

/// Parts from the others the sets that say another dialect where a sibling says the right one, or says none and makes
/// the same tables: the same database twice.
fn of_dialect(sets: Vec<MigrationSet>, dialect: Dialect) -> (Vec<MigrationSet>, Vec<MigrationSet>) {
    let ours = sets.iter().any(|set| set.dialect == Some(dialect));
    let unsaid = sets.iter().filter(|set| set.dialect.is_none());
    let tables: BTreeSet<TableName> = unsaid.flat_map(created_tables).collect();
    sets.into_iter().partition(|set| {
        let same = set.dialect.is_none_or(|said| said == dialect);
        same || !ours && created_tables(set).is_disjoint(&tables)
    })
}

/// Sets that create no table twice are one database.
fn group(sets: Vec<MigrationSet>, options: &DeclareOptions<'_>) -> Vec<Database> {
    let mut databases: Vec<Database> = Vec::new();
    for set in sets {
        let tables = created_tables(&set);
        let home = databases
            .iter_mut()
            .find(|database| database.tables.is_disjoint(&tables));
        match home {
            Some(database) => {
                database.tables.extend(tables);
                database.sets.push(set);
            }
            None => databases.push(Database {
                name: "".into(),
                sets: vec![set],
                tables,
            }),
        }
    }
    if databases.is_empty() {
        databases.push(Database {
            name: "".into(),
            sets: Vec::new(),
            tables: BTreeSet::new(),
        });
    }
    databases.sort_by_key(|database| std::cmp::Reverse(database.tables.len()));
    name_databases(&mut databases, options.database);
    databases
}

fn created_tables(set: &MigrationSet) -> BTreeSet<TableName> {
    let steps = set.files.iter().flat_map(|file| &file.steps);
    let created = steps.filter_map(|planned| match &planned.step.change {
        SchemaChange::CreateTable(create) if !create.if_not_exists => Some(create.name.clone()),
        _ => None,
    });
    created.collect()
}

/// The first bears the given name; each other that of the folder that tells it from those before.
fn name_databases(databases: &mut [Database], first: &str) {
    let mut taken: BTreeSet<Box<str>> = BTreeSet::new();
    for (at, database) in databases.iter_mut().enumerate() {
        let root = database.sets.first().map_or("", |set| &*set.root);
        let folders = root
            .rsplit('/')
            .filter(|folder| !folder.is_empty() && !GENERIC.contains(folder));
        let mut names = folders
            .map(Box::from)
            .chain((2..).map(|n: u32| format!("{first}{n}").into()));
        let name = if at == 0 {
            Some(first.into())
        } else {
            names.find(|name| !taken.contains(name))
        };
        database.name = name.unwrap_or_else(|| first.into());
        taken.insert(database.name.clone());
    }
}

/// Folders that say nothing of which database they belong to.
const GENERIC: &[&str] = &[
    "migrations",
    "migration",
    "sql",
    "db",
    "database",
    "src",
    "schema",
    "versions",
];
