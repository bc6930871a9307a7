//! Models and catalogs: the table that each model maps, and tables that nothing but a model declares.

use crate::replay::{NOT_CREATED, find_in};
use impact_bind::Program;
use impact_facts::{
    Catalog, CatalogFile, Column, DeclaredDependent, Dependent, DependentKind, FileId, MappedField,
    Model, Origin, Relation, RelationKind, Site, TableName,
};
use std::collections::{BTreeMap, BTreeSet};

/// Binds every model to its table, and adds to `catalogs` the tables and columns that only models declare.
pub(super) fn bind(
    program: &Program<'_>,
    service: &str,
    catalogs: &mut [Catalog],
    models: &mut [Model],
) {
    let inherited = inherited(models);
    for model in models.iter_mut() {
        let Some(table) = &model.table else { continue };
        let found = catalogs.iter().find_map(|catalog| known(catalog, table));
        if model.is_abstract {
            model.table = found.or(model.table.take());
            continue;
        }
        let Some(first) = catalogs.first_mut() else {
            return;
        };
        let name = match found {
            Some(name) => name,
            None => add_table(program, service, first, table, model),
        };
        if let Some(catalog) = catalogs
            .iter_mut()
            .find(|catalog| catalog.relations.contains_key(&name))
        {
            let parents = inherited.get(&model.name);
            let own = |field: &MappedField| {
                !parents.is_some_and(|sites| sites.contains(&field.declared_at))
            };
            add_columns(program, service, catalog, &name, model, &own);
        }
        model.table = Some(name);
    }
    for catalog in catalogs.iter_mut() {
        forget_missing_creations(catalog, models);
    }
    for model in models {
        for (table, _) in model
            .relations
            .iter_mut()
            .filter_map(|relation| relation.through.as_mut())
        {
            if let Some(name) = catalogs.iter().find_map(|catalog| known(catalog, table)) {
                *table = name;
            }
        }
    }
}

/// For each model with parents that have tables of their own: where the parents' fields are declared.
fn inherited(models: &[Model]) -> BTreeMap<Box<str>, BTreeSet<Site>> {
    let fields: BTreeMap<&str, &[MappedField]> = models
        .iter()
        .map(|model| (&*model.name, &*model.fields))
        .collect();
    let with_parents = models.iter().filter(|model| !model.parents.is_empty());
    with_parents
        .map(|model| {
            let parents = model
                .parents
                .iter()
                .filter_map(|parent| fields.get(&**parent));
            let sites = parents.flat_map(|all| all.iter().map(|field| field.declared_at));
            (model.name.clone(), sites.collect())
        })
        .collect()
}

/// A table that migrations alter and nothing creates is known all the same where a model maps it.
fn forget_missing_creations(catalog: &mut Catalog, models: &[Model]) {
    let mapped = |table: &TableName| {
        models
            .iter()
            .any(|model| model.table.as_ref() == Some(table))
    };
    let told = |step: &impact_facts::UnknownStep| {
        step.reason.ends_with(NOT_CREATED)
            && !step.tables.is_empty()
            && step.tables.iter().all(mapped)
    };
    catalog.unknown.retain(|step| !told(step));
}

fn known(catalog: &Catalog, table: &TableName) -> Option<TableName> {
    find_in(
        catalog,
        &catalog.relations,
        table,
        catalog.search_path.iter(),
    )
}

fn origin(program: &Program<'_>, model: &Model) -> Origin {
    if program.is_own(model.declared_at.file) {
        Origin::Model
    } else {
        Origin::Builtin
    }
}

fn add_table(
    program: &Program<'_>,
    service: &str,
    catalog: &mut Catalog,
    table: &TableName,
    model: &Model,
) -> TableName {
    let mut name = table.clone();
    if name.schema.is_none() && catalog.dialect.has_schemas() {
        name.schema = catalog.search_path.first().cloned();
    }
    let relation = Relation::new(
        RelationKind::Table,
        site(program, service, catalog, model.declared_at),
        origin(program, model),
    );
    catalog.relations.insert(name.clone(), relation);
    name
}

/// A site of the program as a site of the catalog; none outside the service's own files.
fn site(program: &Program<'_>, service: &str, catalog: &mut Catalog, at: Site) -> Option<Site> {
    if !program.is_own(at.file) {
        return None;
    }
    let file = CatalogFile {
        service: service.into(),
        path: program.path(at.file).into(),
    };
    let known = catalog.files.iter().position(|other| *other == file);
    let position = known.unwrap_or_else(|| {
        catalog.files.push(file);
        catalog.files.len() - 1
    });
    Some(Site {
        file: FileId(position as u32),
        span: at.span,
    })
}

/// Adds the columns that a model maps and its table lacks, where the table's columns are not all known.
fn add_columns(
    program: &Program<'_>,
    service: &str,
    catalog: &mut Catalog,
    table: &TableName,
    model: &Model,
    own: &dyn Fn(&MappedField) -> bool,
) {
    let uncertain = catalog
        .unknown
        .iter()
        .any(|step| step.tables.contains(table));
    let origin = origin(program, model);
    let Some(relation) = catalog.relations.get(table) else {
        return;
    };
    let declared_only = matches!(
        relation.origin,
        Origin::Model | Origin::Builtin | Origin::Statement
    );
    if !declared_only && !uncertain {
        return;
    }
    let dialect = catalog.dialect;
    let missing = |field: &&MappedField| {
        !relation
            .columns
            .iter()
            .any(|column| dialect.same_name(&column.name, &field.column))
    };
    let fields: Vec<MappedField> = model
        .fields
        .iter()
        .filter(|field| own(field))
        .filter(missing)
        .cloned()
        .collect();
    for field in fields {
        let declared_at = site(program, service, catalog, field.declared_at);
        let Some(relation) = catalog.relations.get_mut(table) else {
            return;
        };
        relation.columns.push(Column {
            name: field.column.clone(),
            data_type: field.data_type.to_lowercase().into(),
            nullable: field.nullable,
            has_default: field.has_default,
            generated_from: Vec::new(),
            declared_at,
            origin,
        });
        if let (true, Some(at)) = (field.primary_key, declared_at) {
            add_key(relation, table, &field, at);
        }
    }
}

/// The primary key that a model declares; a second field of it joins the first.
fn add_key(relation: &mut Relation, table: &TableName, field: &MappedField, at: Site) {
    let column = (field.column.clone(), at.span);
    let mut dependents = relation
        .dependents
        .iter_mut()
        .map(|declared| &mut declared.dependent);
    if let Some(key) = dependents.find(|dependent| dependent.kind == DependentKind::PrimaryKey) {
        key.columns.push(column);
        return;
    }
    let dependent = Dependent {
        kind: DependentKind::PrimaryKey,
        name: None,
        table: table.clone(),
        columns: vec![column],
        computed: Vec::new(),
        foreign: Vec::new(),
        function: None,
        span: at.span,
    };
    relation.dependents.push(DeclaredDependent {
        dependent,
        file: at.file,
    });
}
