//! From steps to the catalog that they leave, with what was before.

mod columns;
mod dependents;
mod finish;
mod inherit;
mod names;
mod relations;
pub(crate) mod views;

pub(crate) use names::find_in;
pub(crate) use relations::NOT_CREATED;

#[cfg(test)]
mod tests;

use impact_facts::{
    Catalog, CatalogFile, DatabaseFunction, Dialect, FileId, ImportedSchema, Origin, SchemaChange,
    SchemaStep, Site, Span, TableName, UnknownStep,
};
use std::collections::HashMap;

/// How deep inheritance and views over views are followed.
const MAX_DEPTH: u32 = 32;

/// A history that is being replayed. Steps are applied in the order in which a runner would run them.
#[derive(Debug, Clone)]
pub struct Replay {
    catalog: Catalog,
    /// The search path of the running file.
    path: Vec<Box<str>>,
    file: FileId,
    origin: Origin,
    /// Tables that were created while they existed.
    recreated: Vec<TableName>,
    /// The numbers of the catalog's files.
    files: HashMap<CatalogFile, FileId>,
    /// Whether a temporary table may be among the relations.
    temporary: bool,
}

impl Replay {
    /// An empty database.
    #[must_use]
    pub fn new(database: &str, dialect: Dialect) -> Self {
        let search_path = default_search_path(dialect);
        let catalog = Catalog {
            database: database.into(),
            dialect,
            search_path: search_path.clone(),
            complete: true,
            ..Catalog::default()
        };
        Self {
            catalog,
            path: search_path,
            file: FileId(0),
            origin: Origin::Migration,
            recreated: Vec::new(),
            files: HashMap::new(),
            temporary: false,
        }
    }

    /// Goes on with a database as a catalog knows it.
    #[must_use]
    pub fn resume(catalog: Catalog) -> Self {
        let path = default_search_path(catalog.dialect);
        let numbers = catalog.files.iter().cloned().zip((0..).map(FileId));
        Self {
            files: numbers.collect(),
            temporary: true,
            catalog,
            path,
            file: FileId(0),
            origin: Origin::Migration,
            recreated: Vec::new(),
        }
    }

    /// Begins a file: sites of the steps that follow stand in it. A session's settings and temporary tables end.
    pub fn begin(&mut self, file: CatalogFile, origin: Origin) -> FileId {
        if std::mem::take(&mut self.temporary) {
            self.catalog
                .relations
                .retain(|_, relation| relation.kind != impact_facts::RelationKind::Temporary);
        }
        self.path = default_search_path(self.catalog.dialect);
        self.origin = origin;
        let next = self.catalog.files.len() as u32;
        self.file = *self.files.entry(file.clone()).or_insert(FileId(next));
        if self.file.0 == next {
            self.catalog.files.push(file);
        }
        self.file
    }

    /// Begins a file of DDL that stands at `path` and applies all that it says.
    pub fn read(&mut self, path: &str, text: &str) {
        let file = CatalogFile {
            service: "".into(),
            path: path.into(),
        };
        self.begin(file, Origin::Ddl);
        for step in impact_sql::schema_steps(text, self.catalog.dialect) {
            let said = text.get(step.span.start as usize..step.span.end as usize);
            self.apply(&step, said.unwrap_or_default());
        }
    }

    /// Whether a live relation has that name.
    #[must_use]
    pub fn has(&self, name: &TableName) -> bool {
        self.find(name).is_some()
    }

    /// Whether a relation of that name was dropped.
    #[must_use]
    pub fn had(&self, name: &TableName) -> bool {
        let path = self.path.iter().chain(&self.catalog.search_path);
        find_in(&self.catalog, &self.catalog.dropped, name, path).is_some()
    }

    /// The database as it stands.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Tables that were created while they existed: a sign that the steps belong to several databases.
    #[must_use]
    pub fn recreated(&self) -> &[TableName] {
        &self.recreated
    }

    /// Applies one step. `text` is what the step's statement says, where there is one: tables that an unknown step
    /// names are found in it.
    pub fn apply(&mut self, step: &SchemaStep, text: &str) {
        let span = step.span;
        match &step.change {
            SchemaChange::CreateTable(create) => self.create_table(create, span),
            SchemaChange::CreateView(create) => self.create_view(create, span),
            SchemaChange::DropRelation { name, cascade, .. } => {
                self.drop_relation(name, *cascade, span)
            }
            SchemaChange::RenameRelation { from, to } => self.rename_relation(from, to, span),
            SchemaChange::AddColumn { table, column, .. } => self.add_column(table, column, span),
            SchemaChange::DropColumn {
                table,
                column,
                cascade,
            } => self.drop_column(table, column, *cascade, span),
            SchemaChange::RenameColumn { table, from, to } => {
                self.rename_column(table, from, to, span)
            }
            SchemaChange::AlterColumn { .. } => self.alter_column(&step.change, span),
            SchemaChange::AddDependent(dependent) => self.add_dependent(dependent, span),
            SchemaChange::DropDependent { table, name } => {
                self.drop_dependent(table.as_ref(), name)
            }
            SchemaChange::RenameDependent { table, from, to } => {
                self.rename_dependent(table.as_ref(), from, to)
            }
            SchemaChange::Inherit { child, parent } => self.inherit(child, parent),
            SchemaChange::EndInherit { child, parent } => self.end_inherit(child, parent),
            SchemaChange::CopyColumns { child, parent } => self.copy_columns(child, parent),
            SchemaChange::RenameSchema { from, to } => self.rename_schema(from, to, span),
            SchemaChange::DropSchema(schema) => self.drop_schema(schema, span),
            SchemaChange::Unknown(reason) => self.unknown(reason, span, text),
            other => self.apply_other(other, span),
        }
    }

    /// Steps that touch no relation.
    fn apply_other(&mut self, change: &SchemaChange, span: Span) {
        match change {
            SchemaChange::CreateType { name, fields } => {
                let name = self.name_of_new(name);
                let fields = fields.iter().map(|field| field.name.clone()).collect();
                self.catalog.types.insert(name, fields);
            }
            SchemaChange::CreateFunction(definition) => {
                let name = self.name_of_new(&definition.name);
                let at = Some(self.site(span));
                let function = DatabaseFunction {
                    definition: definition.clone(),
                    at,
                };
                self.catalog.functions.insert(name, function);
            }
            SchemaChange::SearchPath(path) => self.set_search_path(path),
            SchemaChange::ImportForeignSchema {
                remote,
                only,
                except,
                server,
                local,
            } => {
                let imported = ImportedSchema {
                    server: server.clone(),
                    remote: remote.clone(),
                    local: local.clone(),
                    only: only.clone(),
                    except: except.clone(),
                };
                if !self.catalog.imported.contains(&imported) {
                    self.catalog.imported.push(imported);
                }
            }
            _ => {}
        }
    }

    /// A path set in a session counts for names in that session; its schemas are looked into afterwards, too, where
    /// nothing else fits.
    fn set_search_path(&mut self, path: &[Box<str>]) {
        self.path = path.to_vec();
        for schema in path {
            if !self.catalog.search_path.contains(schema) && &**schema != "pg_catalog" {
                self.catalog.search_path.push(schema.clone());
            }
        }
    }

    fn site(&self, span: Span) -> Site {
        Site {
            file: self.file,
            span,
        }
    }

    fn unknown(&mut self, reason: &str, span: Span, text: &str) {
        let tables = self.tables_named(text);
        let site = self.site(span);
        self.catalog.unknown.push(UnknownStep {
            site,
            reason: reason.into(),
            tables,
        });
    }
}

/// The schemas in which a bare name is looked up where nobody said otherwise.
fn default_search_path(dialect: Dialect) -> Vec<Box<str>> {
    let schema = match dialect {
        Dialect::Postgres | Dialect::Redshift => "public",
        Dialect::TSql => "dbo",
        _ => return Vec::new(),
    };
    vec![schema.into()]
}
