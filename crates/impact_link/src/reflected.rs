//! Columns that only the database knows: reflected models, models with a base that is not in the tree, and tables that code
//! finds by name (`automap_base()`, `Table("users", metadata, autoload_with=engine)`, `table("users")`).

use crate::LinkInput;
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{
    Catalog, Column, ExpressionKind, FileId, Language, MappedField, Model, Relation, Site, Span,
    Statement, TableName,
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
    "ormar",
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
    let unread: Vec<(usize, MappedField)> = unread(input);
    if mapping.is_empty() && unread.is_empty() {
        return Cow::Borrowed(input.models);
    }
    let mut models = input.models.to_vec();
    for (at, field) in unread {
        models[at].fields.push(field);
    }
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

/// Members of mapped classes that calls of packages without a description make (`status = EnumColumn("status")`), where the
/// table has a column of that name.
fn unread(input: &LinkInput<'_>) -> Vec<(usize, MappedField)> {
    let mut found = Vec::new();
    for (at, model) in input.models.iter().enumerate() {
        let of_ours = &*model.orm == ORM && !model.is_abstract && !model.reflected;
        let (Some(class), true) = (model.class, of_ours) else {
            continue;
        };
        let Some(relation) = model.table.as_ref().and_then(|name| relation(input, name)) else {
            continue;
        };
        let file = model.declared_at.file;
        for base in input.program.ancestors(ClassRef { file, class }).iter() {
            let Binding::Class(base) = base else { continue };
            for (name, site) in made_outside(input, *base) {
                let column = relation.columns.iter().find(|column| *column.name == *name);
                let known = |field: &MappedField| *field.name == *name || *field.column == *name;
                if let Some(column) = column.filter(|_| !model.fields.iter().any(known)) {
                    found.push((at, field(column, site)));
                }
            }
        }
    }
    found
}

/// The members of a class's body that calls of packages without a description make.
fn made_outside(input: &LinkInput<'_>, class: ClassRef) -> Vec<(Box<str>, Site)> {
    let module = input.program.module(class.file);
    let statements = module.class(class.class).body.statements.iter();
    let made = statements.filter_map(|statement| {
        let Statement::Bind(bind) = statement else {
            return None;
        };
        let target = module.expression(bind.target);
        let (ExpressionKind::Name(name), ExpressionKind::Call(call)) =
            (&target.kind, &module.expression(bind.value?).kind)
        else {
            return None;
        };
        let place = Place::Class(class.class);
        let callee = input
            .program
            .resolve_expression(class.file, place, call.callee);
        let package = callee
            .external()?
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        let site = Site {
            file: class.file,
            span: target.span,
        };
        (!PLAIN.contains(&&*package)).then(|| (module.name(*name).into(), site))
    });
    made.collect()
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
