//! A catalog prepared for looking names up.

use impact_facts::{Catalog, DependentKind, Dialect, Relation, RelationKind, TableName};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// A catalog, prepared once and shared by all resolutions. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(crate) inner: Arc<Prepared>,
}

/// A relation of [`Prepared::relations`].
pub(crate) type RelationId = u32;

/// What a [`Schema`] shares.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub dialect: Dialect,
    pub relations: Vec<PreparedRelation>,
    /// Relations by the name they are compared by, without schema.
    by_name: HashMap<Box<str>, Vec<RelationId>>,
    search_path: Vec<Box<str>>,
    /// Functions by name: what they return, where it is known.
    functions: HashMap<Box<str>, FunctionShape>,
    /// Trigger functions: the tables whose rows they see.
    triggers: HashMap<Box<str>, Vec<RelationId>>,
}

/// A relation with its columns numbered.
#[derive(Debug)]
pub(crate) struct PreparedRelation {
    pub name: TableName,
    pub kind: RelationKind,
    /// Names that columns are compared by, in order.
    pub columns: Vec<PreparedColumn>,
    index: HashMap<Box<str>, u16>,
    /// Constraints by name, with their columns.
    pub constraints: Vec<(Box<str>, Vec<u16>)>,
    /// Constraints without a name.
    unnamed: Vec<(DependentKind, Vec<u16>)>,
    /// Relations whose columns it has, too.
    pub parents: Vec<RelationId>,
    /// What a view needs of relations that are not views.
    pub needs: Vec<ViewColumn>,
}

/// A column of a relation.
#[derive(Debug)]
pub(crate) struct PreparedColumn {
    /// As it is compared.
    pub key: Box<str>,
    /// As the catalog writes it.
    pub name: Box<str>,
    pub data_type: Box<str>,
    pub generated_from: Vec<u16>,
    pub generated: bool,
    /// Views: the columns it is made from, down to tables.
    pub sources: Vec<(RelationId, u16)>,
}

/// A column of a table that a view needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ViewColumn {
    pub relation: RelationId,
    pub column: u16,
    /// Views between, outermost first; the view itself is not among them.
    pub through: Vec<RelationId>,
}

/// What a function in FROM yields.
#[derive(Debug, Clone)]
pub(crate) enum FunctionShape {
    /// Rows of a table.
    Rows(RelationId),
    /// Columns of these names.
    Columns(Vec<Box<str>>),
    /// One value.
    Scalar,
}

/// What a name of a relation is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// A relation of the catalog, and whether the name says so itself (else it is the only one of that name).
    Known(RelationId, bool),
    /// One of the server's own.
    System,
    Unknown,
}

impl Schema {
    /// Prepares a catalog. Views are resolved here, so that their columns lead to those of tables.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        let mut prepared = Prepared {
            dialect: catalog.dialect,
            search_path: catalog.search_path.clone(),
            ..Prepared::default()
        };
        if prepared.search_path.is_empty() && catalog.dialect.has_schemas() {
            prepared.search_path = vec!["public".into()];
        }
        for (name, relation) in &catalog.relations {
            prepared.add_relation(name, relation);
        }
        prepared.add_parents(catalog);
        prepared.add_functions(catalog);
        prepared.add_triggers(catalog);
        crate::views::resolve_views(&mut prepared, catalog);
        Self {
            inner: Arc::new(prepared),
        }
    }

    /// The dialect of its names.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }
}

impl Prepared {
    /// A name as it is compared.
    pub fn key(&self, name: &str) -> Box<str> {
        if self.dialect.same_name("a", "A") {
            name.to_ascii_lowercase().into()
        } else {
            name.into()
        }
    }

    fn add_relation(&mut self, name: &TableName, relation: &Relation) {
        let id = self.relations.len() as RelationId;
        let key = |text: &str| self.key(text);
        let position = |column: &str| {
            relation
                .columns
                .iter()
                .position(|c| *c.name == *column)
                .map(|at| at as u16)
        };
        let columns: Vec<PreparedColumn> = relation
            .columns
            .iter()
            .map(|column| PreparedColumn {
                key: key(&column.name),
                name: column.name.clone(),
                data_type: column.data_type.clone(),
                generated_from: column
                    .generated_from
                    .iter()
                    .filter_map(|c| position(c))
                    .collect(),
                generated: !column.generated_from.is_empty(),
                sources: Vec::new(),
            })
            .collect();
        let constraints = relation
            .dependents
            .iter()
            .filter(|d| {
                matches!(
                    d.dependent.kind,
                    DependentKind::PrimaryKey
                        | DependentKind::Unique
                        | DependentKind::Check
                        | DependentKind::Index
                )
            })
            .filter_map(|d| {
                let name = d.dependent.name.as_ref()?;
                Some((
                    key(name),
                    d.dependent
                        .columns
                        .iter()
                        .filter_map(|(c, _)| position(c))
                        .collect(),
                ))
            })
            .collect();
        let unnamed = relation
            .dependents
            .iter()
            .filter(|d| d.dependent.name.is_none())
            .map(|d| {
                (
                    d.dependent.kind,
                    d.dependent
                        .columns
                        .iter()
                        .filter_map(|(c, _)| position(c))
                        .collect(),
                )
            })
            .collect();
        let mut prepared = PreparedRelation {
            parents: Vec::new(),
            unnamed,
            name: name.clone(),
            kind: relation.kind,
            index: HashMap::new(),
            columns,
            constraints,
            needs: Vec::new(),
        };
        prepared.reindex();
        let lookup = self.key(&name.name);
        self.by_name.entry(lookup).or_default().push(id);
        self.relations.push(prepared);
    }

    fn add_parents(&mut self, catalog: &Catalog) {
        for (name, relation) in &catalog.relations {
            let parents = relation
                .parents
                .iter()
                .filter_map(|parent| self.by_table_name(parent))
                .collect();
            if let Some(id) = self.by_table_name(name)
                && let Some(prepared) = self.relations.get_mut(id as usize)
            {
                prepared.parents = parents;
            }
        }
    }

    fn add_functions(&mut self, catalog: &Catalog) {
        for (name, function) in &catalog.functions {
            let definition = &function.definition;
            let shape = match &definition.returns_table {
                Some(table) => match self.by_table_name(table) {
                    Some(id) => FunctionShape::Rows(id),
                    None => self.composite(catalog, table),
                },
                None if definition.columns.is_empty() => FunctionShape::Scalar,
                None => FunctionShape::Columns(definition.columns.clone()),
            };
            self.functions.insert(self.key(&name.name), shape);
        }
    }

    fn composite(&self, catalog: &Catalog, table: &TableName) -> FunctionShape {
        let fields = catalog
            .types
            .iter()
            .find(|(name, _)| name.name == table.name);
        match fields {
            Some((_, fields)) if !fields.is_empty() => FunctionShape::Columns(fields.clone()),
            _ => FunctionShape::Scalar,
        }
    }

    fn add_triggers(&mut self, catalog: &Catalog) {
        for (name, relation) in &catalog.relations {
            let Some(id) = self.by_table_name(name) else {
                continue;
            };
            let functions = relation
                .dependents
                .iter()
                .filter_map(|d| d.dependent.function.as_ref());
            for function in functions {
                let entry = self.triggers.entry(function.name.clone()).or_default();
                if !entry.contains(&id) {
                    entry.push(id);
                }
            }
        }
    }

    /// The relation that the catalog keeps under that very name, or under it without a schema.
    pub fn by_table_name(&self, name: &TableName) -> Option<RelationId> {
        let ids = match self.by_name.get(&*name.name) {
            Some(ids) => ids,
            None => self.by_name.get(&self.key(&name.name))?,
        };
        let exact = ids
            .iter()
            .find(|id| self.relation(**id).is_some_and(|r| r.name == *name));
        exact
            .or_else(|| {
                if name.schema.is_none() {
                    ids.first()
                } else {
                    None
                }
            })
            .copied()
    }

    pub fn relation(&self, id: RelationId) -> Option<&PreparedRelation> {
        self.relations.get(id as usize)
    }

    pub fn function(&self, name: &str) -> Option<&FunctionShape> {
        self.functions.get(name)
    }

    /// Tables whose triggers call the function.
    pub fn trigger_tables(&self, function: &str) -> &[RelationId] {
        self.triggers.get(function).map_or(&[], |tables| tables)
    }

    /// The relation that a name means: `name`, or `schema.name`.
    pub fn bind(&self, schema: Option<&str>, name: &str) -> Bound {
        let ids = self.by_name.get(name).map_or(&[][..], |ids| ids);
        match schema {
            Some(schema) => self.bind_qualified(schema, name, ids),
            None => self.bind_bare(name, ids),
        }
    }

    /// The table whose rows a type's name means.
    pub fn row_type(&self, name: &str) -> Option<RelationId> {
        match self.bind(None, name) {
            Bound::Known(id, _) => Some(id),
            _ => None,
        }
    }

    fn schema_of(&self, id: RelationId) -> Option<&str> {
        self.relation(id).and_then(|r| r.name.schema.as_deref())
    }

    fn bind_qualified(&self, schema: &str, name: &str, ids: &[RelationId]) -> Bound {
        if let Some(id) = ids.iter().find(|id| {
            self.schema_of(**id)
                .is_some_and(|s| self.dialect.same_name(s, schema))
        }) {
            return Bound::Known(*id, true);
        }
        if matches!(
            schema,
            "pg_catalog"
                | "information_schema"
                | "sys"
                | "mysql"
                | "performance_schema"
                | "pg_toast"
        ) {
            return Bound::System;
        }
        let _ = name;
        // A catalog without schemas says nothing about them.
        match ids.iter().find(|id| self.schema_of(**id).is_none()) {
            Some(id) => Bound::Known(*id, true),
            None => Bound::Unknown,
        }
    }

    fn bind_bare(&self, name: &str, ids: &[RelationId]) -> Bound {
        if let [only] = ids {
            let visible = self
                .schema_of(*only)
                .is_none_or(|s| self.search_path.iter().any(|p| **p == *s));
            return Bound::Known(*only, visible);
        }
        for schema in &self.search_path {
            if let Some(id) = ids.iter().find(|id| self.schema_of(**id) == Some(schema)) {
                return Bound::Known(*id, true);
            }
        }
        if let Some(id) = ids.iter().find(|id| self.schema_of(**id).is_none()) {
            return Bound::Known(*id, true);
        }
        if self.is_system(name) {
            Bound::System
        } else {
            ids.first()
                .map_or(Bound::Unknown, |id| Bound::Known(*id, false))
        }
    }

    fn is_system(&self, name: &str) -> bool {
        match self.dialect {
            Dialect::Postgres | Dialect::Redshift | Dialect::DuckDb => {
                name.starts_with("pg_") || name.ends_with("_seq")
            }
            Dialect::Sqlite => name.starts_with("sqlite_"),
            _ => false,
        }
    }

    /// Whether a bare name finds the relation.
    pub fn is_visible(&self, id: RelationId) -> bool {
        let Some(relation) = self.relation(id) else {
            return false;
        };
        let key = if self.by_name.contains_key(&*relation.name.name) {
            Cow::Borrowed(&*relation.name.name)
        } else {
            Cow::Owned(self.key(&relation.name.name).into_string())
        };
        matches!(self.bind(None, &key), Bound::Known(found, true) if found == id)
    }
}

impl PreparedRelation {
    pub fn reindex(&mut self) {
        self.index = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| (column.key.clone(), at as u16))
            .collect();
    }

    pub fn column(&self, key: &str) -> Option<u16> {
        if self.columns.len() <= 6 {
            return self
                .columns
                .iter()
                .position(|column| *column.key == *key)
                .map(|at| at as u16);
        }
        self.index.get(key).copied()
    }

    pub fn is_view(&self) -> bool {
        matches!(
            self.kind,
            RelationKind::View | RelationKind::MaterializedView
        )
    }

    /// The constraint that the server names so where nobody named it: `t_a_key`, `t_pkey`. Its columns are those of the
    /// only constraint of that kind, which the catalog may keep without a name.
    pub fn implied_constraint(&self, name: &str) -> Option<Vec<u16>> {
        let rest = name.strip_prefix(&*self.name.name)?.strip_prefix('_')?;
        let unnamed = |kind: DependentKind| self.unnamed.iter().filter(move |(k, _)| *k == kind);
        if rest == "pkey" {
            return unnamed(DependentKind::PrimaryKey)
                .next()
                .map(|(_, columns)| columns.clone());
        }
        let columns = rest.strip_suffix("_key")?;
        unnamed(DependentKind::Unique)
            .find(|(_, list)| {
                list.iter()
                    .map(|at| self.key(*at))
                    .collect::<Vec<_>>()
                    .join("_")
                    == columns
            })
            .map(|(_, list)| list.clone())
    }

    pub fn key(&self, column: u16) -> &str {
        self.columns
            .get(usize::from(column))
            .map_or("", |column| &column.key)
    }
}
