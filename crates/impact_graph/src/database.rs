//! The databases of a workspace: which service uses which, and one name for each of their tables.

use foldhash::HashMap;
use impact_facts::{Catalog, Column, Dialect, Index, PastColumn, Reference, Relation, TableName};
use std::collections::BTreeMap;

/// The name of a database that nobody named.
const DEFAULT_DATABASE: &str = "main";

/// A database of [`Databases`].
pub(crate) type DatabaseId = usize;

/// All databases, and who uses them.
#[derive(Debug, Default)]
pub(crate) struct Databases<'a> {
    list: Vec<Database<'a>>,
    by_name: HashMap<&'a str, DatabaseId>,
    used_by: Vec<Vec<DatabaseId>>,
}

/// One database, joined from the catalogs of every service that describes it.
#[derive(Debug)]
pub(crate) struct Database<'a> {
    pub(crate) name: &'a str,
    dialect: Dialect,
    search_path: Vec<&'a str>,
    tables: BTreeMap<TableName, Vec<Declared<'a>>>,
}

/// What one catalog says of a relation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) relation: &'a Relation,
    pub(crate) live: bool,
}

impl<'a> Declared<'a> {
    /// The live column of that name.
    pub(crate) fn live_column(&self, name: &str) -> Option<&'a Column> {
        self.live.then(|| self.relation.column(name)).flatten()
    }

    /// A column that the relation had, or has in a relation that is gone.
    pub(crate) fn past_column(&self, name: &str) -> Option<&'a PastColumn> {
        self.relation
            .past
            .iter()
            .rev()
            .find(|past| &*past.name == name)
    }

    /// Every column it has or had.
    pub(crate) fn column_names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let live = self.relation.columns.iter().map(|column| &*column.name);
        live.chain(self.relation.past.iter().map(|past| &*past.name))
    }
}

impl<'a> Databases<'a> {
    /// Joins the catalogs of all indexes.
    pub(crate) fn new(indexes: &'a [Index]) -> Self {
        let mut databases = Self::default();
        for (service, index) in indexes.iter().enumerate() {
            let mut used: Vec<DatabaseId> = index
                .service
                .databases
                .iter()
                .map(|name| databases.intern(name))
                .collect();
            for catalog in &index.catalogs {
                let id = databases.intern(catalog_name(catalog));
                databases.list[id].adopt(catalog);
                if !used.contains(&id) {
                    used.push(id);
                }
            }
            if used.is_empty() {
                used.push(databases.intern(DEFAULT_DATABASE));
            }
            databases.used_by.insert(service, used);
        }
        for catalog in indexes.iter().flat_map(|index| &index.catalogs) {
            let id = databases.intern(catalog_name(catalog));
            databases.list[id].fill(catalog);
        }
        databases
    }

    fn intern(&mut self, name: &'a str) -> DatabaseId {
        let list = &mut self.list;
        *self.by_name.entry(name).or_insert_with(|| {
            list.push(Database::empty(name));
            list.len() - 1
        })
    }

    /// Every database with its id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DatabaseId, &Database<'a>)> {
        self.list.iter().enumerate()
    }

    /// The database of that id.
    pub(crate) fn get(&self, id: DatabaseId) -> &Database<'a> {
        &self.list[id]
    }

    /// The database of that name.
    pub(crate) fn by_name(&self, name: &str) -> Option<DatabaseId> {
        self.by_name.get(name).copied()
    }

    /// The databases that a service uses; the first is the one of a reference that does not say.
    pub(crate) fn of_service(&self, service: usize) -> &[DatabaseId] {
        self.used_by.get(service).map_or(&[], Vec::as_slice)
    }

    /// The database that `name` means in a service; empty for its first.
    pub(crate) fn in_service(&self, service: usize, name: &str) -> DatabaseId {
        let first = self
            .of_service(service)
            .first()
            .copied()
            .unwrap_or_default();
        if name.is_empty() {
            first
        } else {
            self.by_name(name).unwrap_or(first)
        }
    }

    /// The database and the one name of a reference's table.
    pub(crate) fn table_of(
        &self,
        service: usize,
        reference: &Reference,
    ) -> (DatabaseId, TableName) {
        let id = self.in_service(service, &reference.database);
        (id, self.list[id].canonical(&reference.table))
    }
}

fn catalog_name(catalog: &Catalog) -> &str {
    if catalog.database.is_empty() {
        DEFAULT_DATABASE
    } else {
        &catalog.database
    }
}

impl<'a> Database<'a> {
    fn empty(name: &'a str) -> Self {
        Self {
            name,
            dialect: Dialect::Generic,
            search_path: Vec::new(),
            tables: BTreeMap::new(),
        }
    }

    /// Takes dialect and search path from the first catalog that has one.
    fn adopt(&mut self, catalog: &'a Catalog) {
        if self.dialect == Dialect::Generic {
            self.dialect = catalog.dialect;
        }
        if self.search_path.is_empty() {
            self.search_path = catalog.search_path.iter().map(|schema| &**schema).collect();
        }
    }

    fn fill(&mut self, catalog: &'a Catalog) {
        let live = catalog.relations.iter().map(|entry| (entry, true));
        let dropped = catalog.dropped.iter().map(|entry| (entry, false));
        for ((name, relation), live) in live.chain(dropped) {
            let declared = Declared {
                catalog,
                relation,
                live,
            };
            self.tables
                .entry(self.canonical(name))
                .or_default()
                .push(declared);
        }
    }

    /// The first schema that a bare name is looked up in.
    fn default_schema(&self) -> Option<&str> {
        match (self.search_path.first(), self.dialect) {
            (Some(schema), _) => Some(schema),
            (None, Dialect::Postgres | Dialect::Redshift) => Some("public"),
            (None, Dialect::Sqlite) => Some("main"),
            (None, Dialect::TSql) => Some("dbo"),
            (None, _) => None,
        }
    }

    /// One name for all names of a table: bare where its schema is the first of the search path.
    pub(crate) fn canonical(&self, table: &TableName) -> TableName {
        match &table.schema {
            Some(schema) if Some(&**schema) == self.default_schema() => {
                TableName::bare(&table.name)
            }
            Some(_) => table.clone(),
            None => self.find_bare(table),
        }
    }

    /// The name with its schema, where the dialect has schemas and one is known.
    pub(crate) fn full(&self, table: &TableName) -> TableName {
        let has_schemas = !matches!(self.dialect, Dialect::Sqlite | Dialect::MySql);
        match self.default_schema() {
            Some(schema) if table.schema.is_none() && has_schemas => {
                TableName::qualified(schema, &table.name)
            }
            _ => table.clone(),
        }
    }

    fn find_bare(&self, table: &TableName) -> TableName {
        if self.tables.contains_key(table) {
            return table.clone();
        }
        let later = self
            .search_path
            .iter()
            .skip(1)
            .map(|schema| TableName::qualified(schema, &table.name));
        later
            .into_iter()
            .find(|name| self.tables.contains_key(name))
            .unwrap_or_else(|| table.clone())
    }

    /// What the catalogs say of a table, by its canonical name.
    pub(crate) fn declared(&self, table: &TableName) -> &[Declared<'a>] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// All tables by their canonical names.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&TableName, &[Declared<'a>])> {
        self.tables
            .iter()
            .map(|(name, declared)| (name, declared.as_slice()))
    }
}
