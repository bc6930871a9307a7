//! Diesel 2: `table!` says which tables there are, derives say which structs map them.
//!
//! Attributes as in the reference of `diesel_derives`: `#[diesel(table_name = …, column_name = …, embed, skip_insertion,
//! select_expression = …)]`, and diesel 1's `#[table_name = "…"]`, `#[column_name = "…"]`.

mod structs;
mod tables;

use super::{DeclareOptions, Declared, FileSteps, Planned};
use impact_bind::Program;
use impact_facts::{
    ColumnDefinition, CreateTable, Language, MappedField, Model, RelationKind, SchemaChange,
    SchemaStep, Site,
};
use tables::Table;

/// What the path of a module that `table!` declares begins with, as names are bound.
pub(super) const TABLE: &str = "diesel.table!.";

/// Reads every Rust file of the service and its libraries.
pub(super) fn declare(program: &Program<'_>, _options: &DeclareOptions<'_>) -> Declared {
    let mut declared = Declared::default();
    let mut tables = Vec::new();
    for file in program
        .files()
        .filter(|file| program.facts(*file).language == Language::Rust)
    {
        let found = tables::of(program, file);
        if found.is_empty() {
            continue;
        }
        let steps = found
            .iter()
            .map(|table| Planned {
                step: step(table),
                text: "".into(),
            })
            .collect();
        if program.is_own(file) {
            declared
                .dumps
                .push(FileSteps::forward(file, program.path(file), steps));
        }
        tables.extend(found);
    }
    declared.models.extend(tables.iter().map(model));
    declared.models.extend(structs::of(program, &tables));
    declared
}

fn step(table: &Table) -> SchemaStep {
    let columns = table.columns.iter().map(|column| ColumnDefinition {
        name: column.column.clone(),
        data_type: column.data_type.to_lowercase().into(),
        nullable: is_nullable(&column.data_type),
        has_default: false,
        generated_from: Vec::new(),
        span: column.site.span,
    });
    let create = CreateTable {
        columns: columns.collect(),
        ..CreateTable::new(table.table.clone(), RelationKind::Table)
    };
    SchemaStep {
        change: SchemaChange::CreateTable(create),
        span: table.site.span,
    }
}

/// A table as a model of its own: its columns are named by path.
fn model(table: &Table) -> Model {
    let fields = table.columns.iter().map(|column| MappedField {
        name: column.name.clone(),
        column: column.column.clone(),
        data_type: column.data_type.clone(),
        deferred: false,
        has_default: false,
        nullable: is_nullable(&column.data_type),
        primary_key: table.key.contains(&column.name),
        declared_at: column.site,
        names_column: column.sql_name,
    });
    Model {
        name: table.path.clone(),
        class: None,
        orm: "rust/diesel".into(),
        table: Some(table.table.clone()),
        fields: fields.collect(),
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: vec![format!("{TABLE}{}", table.name).into()],
        ordering: Vec::new(),
        reflected: false,
        is_abstract: false,
        declared_at: Site { ..table.site },
    }
}

fn is_nullable(data_type: &str) -> bool {
    data_type.starts_with("Nullable")
}

#[cfg(test)]
mod tests;
