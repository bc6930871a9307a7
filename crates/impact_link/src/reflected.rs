//! Columns that only the database knows: reflected models, models with a base that is not in the tree, and tables that code
//! finds by name (`automap_base()`, `Table("users", metadata, autoload_with=engine)`, `table("users")`).

use crate::LinkInput;
use impact_bind::{Binding, ClassRef};
use impact_facts::{
    Catalog, Column, FileId, Language, MappedField, Model, Relation, Site, Span, TableName,
};
use std::borrow::Cow;

/// The ORM that reflects.
const ORM: &str = "python/sqlalchemy";

/// Packages whose base classes map no columns: what their models map stands in the tree.
const PLAIN: &[&str] = &[
    "abc",
    "builtins",
    "collections",
    "dataclasses",
    "django",
    "enum",
    "flask_sqlalchemy",
    "orm",
    "peewee",
    "playhouse",
    "pony",
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
    "tortoise",
    "typing",
    "typing_extensions",
];

/// The models; those that are reflected, or that extend what is not known, with every column of their tables.
pub(crate) fn filled<'a>(input: &LinkInput<'a>) -> Cow<'a, [Model]> {
    let maps_more = |model: &Model| model.reflected || extends_unknown(input, model);
    let mapping = input.models.iter().enumerate();
    let mapping: Vec<usize> = mapping
        .filter(|(_, model)| maps_more(model))
        .map(|(at, _)| at)
        .collect();
    if mapping.is_empty() {
        return Cow::Borrowed(input.models);
    }
    let mut models = input.models.to_vec();
    for at in mapping {
        let model = &mut models[at];
        let Some(relation) = model.table.as_ref().and_then(|name| relation(input, name)) else {
            continue;
        };
        for column in &relation.columns {
            if model.fields.iter().all(|field| field.column != column.name) {
                model.fields.push(field(column, model.declared_at));
            }
        }
    }
    Cow::Owned(models)
}

/// Whether a model's class extends one of a package that is not in the tree and has no description.
fn extends_unknown(input: &LinkInput<'_>, model: &Model) -> bool {
    let file = model.declared_at.file;
    let Some(class) = model.class.filter(|_| model.orm.starts_with("python/")) else {
        return false;
    };
    let ancestors = input.program.ancestors(ClassRef { file, class });
    ancestors.iter().any(|base| match base {
        Binding::External(name) => !PLAIN.contains(&name.split('.').next().unwrap_or_default()),
        Binding::Unknown => true,
        _ => false,
    })
}

fn relation<'a>(input: &LinkInput<'a>, name: &TableName) -> Option<&'a Relation> {
    let find = |catalog: &&'a Catalog| catalog.relations.get(name);
    input
        .catalogs
        .iter()
        .copied()
        .find_map(|catalog| find(&catalog))
}

/// Each table of the databases of a service that uses SQLAlchemy, as a model without a class and without a declaration.
pub(crate) fn tables(input: &LinkInput<'_>) -> Vec<Model> {
    if !uses_sqlalchemy(input) {
        return Vec::new();
    }
    let all = input.catalogs.iter().flat_map(|catalog| &catalog.relations);
    all.map(|(name, relation)| table(name, relation)).collect()
}

fn uses_sqlalchemy(input: &LinkInput<'_>) -> bool {
    let python = |file: &FileId| input.program.facts(*file).language == Language::Python;
    let mut own = input
        .program
        .files()
        .take(input.program.own_files() as usize);
    own.any(|file| {
        let imports = &input.program.module(file).imports;
        let of = |path: &str| path.split('.').next() == Some("sqlalchemy");
        python(&file) && imports.iter().any(|import| of(&import.path))
    })
}

fn table(name: &TableName, relation: &Relation) -> Model {
    let nowhere = Site {
        file: FileId(0),
        span: Span::default(),
    };
    let word = match &name.schema {
        Some(schema) => format!("table {schema}.{}", name.name),
        None => format!("table {}", name.name),
    };
    Model {
        name: word.into(),
        class: None,
        orm: ORM.into(),
        table: Some(name.clone()),
        fields: relation
            .columns
            .iter()
            .map(|column| field(column, nowhere))
            .collect(),
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: Vec::new(),
        ordering: Vec::new(),
        reflected: true,
        is_abstract: false,
        declared_at: nowhere,
    }
}

fn field(column: &Column, declared_at: Site) -> MappedField {
    MappedField {
        name: column.name.clone(),
        column: column.name.clone(),
        data_type: column.data_type.clone(),
        deferred: false,
        has_default: column.has_default,
        nullable: column.nullable,
        primary_key: false,
        declared_at,
        names_column: None,
    }
}
