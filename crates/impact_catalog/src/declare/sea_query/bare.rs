//! sea-query without a migrator: tables that code makes (`Table::create()` in any function) and enums that name a table and
//! its columns. They count where neither migrations nor dumps speak of the table.

use super::run::Run;
use super::{implements, table};
use crate::declare::{DeclareOptions, FileSteps, Planned, is_aside};
use impact_bind::{ClassRef, IdenTable, Place, Program};
use impact_facts::{
    Call, ColumnDefinition, CreateTable, ExpressionId, ExpressionKind, FileId, FunctionId,
    Language, Module, RelationKind, SchemaChange, SchemaStep, TableName,
};
use std::collections::{BTreeMap, BTreeSet};

/// Functions that begin a statement that makes or changes a table.
const BEGINNINGS: &[(&str, &str)] = &[
    ("Table", "create"),
    ("Table", "alter"),
    ("TableCreateStatement", "new"),
    ("TableAlterStatement", "new"),
];

/// Folders of code that runs as history.
const HISTORY: &[&str] = &["migration", "migrations", "migrator"];

/// What code says of tables: first what it makes, then what enums name.
pub(super) fn spoken(program: &Program<'_>, options: &DeclareOptions<'_>) -> Vec<FileSteps> {
    let migrations = migrations(program);
    let counts = |file: FileId| {
        let path = program.path(file);
        let is_rust = program.facts(file).language == Language::Rust;
        is_rust && program.is_own(file) && !is_aside(path) && !migrations.contains(&file)
    };
    let files = program.files().filter(|file| counts(*file));
    let made = files.filter_map(|file| made(program, options, file));
    let named = program.iden_tables().iter().filter(|iden| {
        let class = program.module(iden.class.file).class(iden.class.class);
        let path = program.path(iden.class.file);
        counts(iden.class.file) && !class.is_test && !is_history(path)
    });
    made.chain(named.map(|iden| self::named(program, iden)))
        .collect()
}

/// Files with migrations of a migrator.
fn migrations(program: &Program<'_>) -> BTreeSet<FileId> {
    let all = program.all_classes().filter(|class: &ClassRef| {
        implements(program.module(class.file), *class, "MigrationTrait").is_some()
    });
    all.map(|class| class.file).collect()
}

fn is_history(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    folders.any(|folder| HISTORY.contains(&folder))
}

/// The statements of a file that make tables and add to them.
fn made(program: &Program<'_>, options: &DeclareOptions<'_>, file: FileId) -> Option<FileSteps> {
    let module = program.module(file);
    let beginnings = beginnings(module);
    if beginnings.is_empty() {
        return None;
    }
    let receivers = receivers(module);
    let mut run = Run::new(program, file, options.dialect);
    for begun in beginnings {
        let mut whole = begun;
        while let Some(next) = receivers.get(&whole) {
            whole = *next;
        }
        run.place = place(module, begun);
        let value = run.here(whole);
        let links = run.chain(value);
        let span = run.span(value);
        match links.first().map(|link| link.name.as_str()) {
            Some("Table::create") => table::create(&mut run, &links, span),
            Some("Table::alter") => table::alter(&mut run, &links, span),
            _ => {}
        }
    }
    let (mut steps, mut added) = (Vec::new(), Vec::new());
    for mut planned in run.steps {
        match &mut planned.step.change {
            SchemaChange::CreateTable(create) => {
                create.if_not_exists = true;
                added.extend(columns_again(create));
                steps.push(planned);
            }
            change if counts(change) => added.push(planned),
            _ => {}
        }
    }
    // Nothing is added to a table before it is made.
    steps.append(&mut added);
    (!steps.is_empty()).then(|| FileSteps::forward(file, program.path(file), steps))
}

/// The columns of a table that another statement may have made without them.
fn columns_again(create: &CreateTable) -> Vec<Planned> {
    let columns = create.columns.iter().map(|column| Planned {
        step: SchemaStep {
            change: SchemaChange::AddColumn {
                table: create.name.clone(),
                column: column.clone(),
                if_not_exists: true,
            },
            span: column.span,
        },
        text: "".into(),
    });
    columns.collect()
}

/// Whether a step says that there is something in a table.
fn counts(change: &SchemaChange) -> bool {
    matches!(
        change,
        SchemaChange::AddColumn { .. } | SchemaChange::AddDependent(_) | SchemaChange::Unknown(_)
    )
}

/// Calls of the functions that begin a statement.
fn beginnings(module: &Module) -> Vec<ExpressionId> {
    let calls = (0..).map(ExpressionId).zip(&module.expressions);
    let begun = calls.filter(|(_, expression)| match &expression.kind {
        ExpressionKind::Call(call) => begins(module, call),
        _ => false,
    });
    begun.map(|(id, _)| id).collect()
}

fn begins(module: &Module, call: &Call) -> bool {
    let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind else {
        return false;
    };
    let owner = match &module.expression(attribute.of).kind {
        ExpressionKind::Name(name) => module.name(*name),
        ExpressionKind::Attribute(of) => module.name(of.name),
        _ => return false,
    };
    attribute.path && BEGINNINGS.contains(&(owner, module.name(attribute.name)))
}

/// The call of a method of each call's result.
fn receivers(module: &Module) -> BTreeMap<ExpressionId, ExpressionId> {
    let calls = (0..).map(ExpressionId).zip(&module.expressions);
    let of = calls.filter_map(|(id, expression)| match &expression.kind {
        ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(attribute) if !attribute.path => Some((attribute.of, id)),
            _ => None,
        },
        _ => None,
    });
    of.collect()
}

/// The innermost function that an expression stands in.
fn place(module: &Module, id: ExpressionId) -> Place {
    let span = module.expression(id).span;
    let functions = (0..).map(FunctionId).zip(&module.functions);
    let around = functions.filter(|(_, function)| function.span.contains(span));
    let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
    innermost.map_or(Place::Module, |(id, _)| Place::Function(id))
}

/// The table that an enum names.
fn named(program: &Program<'_>, iden: &IdenTable) -> FileSteps {
    let name = TableName::bare(&iden.table);
    let mut create = CreateTable::new(name.clone(), RelationKind::Table);
    create.if_not_exists = true;
    let step = |change, span| Planned {
        step: SchemaStep { change, span },
        text: "".into(),
    };
    let mut steps = vec![step(SchemaChange::CreateTable(create), iden.span)];
    steps.extend(iden.columns.iter().map(|column| {
        let change = SchemaChange::AddColumn {
            table: name.clone(),
            column: untyped(&column.name, column.span),
            if_not_exists: true,
        };
        step(change, column.span)
    }));
    let file = iden.class.file;
    FileSteps::forward(file, program.path(file), steps)
}

/// A column of which only the name is known.
fn untyped(name: &str, span: impact_facts::Span) -> ColumnDefinition {
    ColumnDefinition {
        name: name.into(),
        data_type: Box::default(),
        nullable: true,
        has_default: false,
        generated_from: Vec::new(),
        span,
    }
}
