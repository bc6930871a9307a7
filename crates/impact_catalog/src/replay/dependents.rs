//! Constraints, indexes, triggers and policies that come and go.

use super::Replay;
use super::columns::position;
use impact_facts::{
    DeclaredDependent, Dependent, DependentKind, Dialect, Relation, Span, TableName,
};

impl Replay {
    pub(super) fn add_dependent(&mut self, dependent: &Dependent, span: Span) {
        let table = self.altered(&dependent.table, span);
        let mut dependent = dependent.clone();
        dependent.table = table.clone();
        for (other, _) in &mut dependent.foreign {
            *other = self.find_or_name(other);
        }
        dependent.function = dependent
            .function
            .as_ref()
            .map(|name| self.function_name(name));
        let (dialect, file) = (self.catalog.dialect, self.file);
        let Some(relation) = self.catalog.relations.get_mut(&table) else {
            return;
        };
        let is_view = relation.view.is_some();
        if !is_view {
            keep_columns(&mut dependent, relation, dialect);
        }
        if dependent.name.is_none() && dialect == Dialect::Postgres {
            dependent.name = default_name(&dependent);
        }
        if dependent.kind == DependentKind::PrimaryKey {
            for (name, _) in &dependent.columns {
                if let Some(column) =
                    position(relation, dialect, name).and_then(|at| relation.columns.get_mut(at))
                {
                    column.nullable = false;
                }
            }
        }
        let named = dependent.name.is_some();
        relation
            .dependents
            .retain(|other| !(named && other.dependent.name == dependent.name));
        relation
            .dependents
            .push(DeclaredDependent { dependent, file });
    }

    fn function_name(&self, name: &TableName) -> TableName {
        if name.schema.is_some() || !self.catalog.dialect.has_schemas() {
            return name.clone();
        }
        self.path
            .iter()
            .chain(&self.catalog.search_path)
            .map(|schema| TableName {
                schema: Some(schema.clone()),
                name: name.name.clone(),
            })
            .find(|qualified| self.catalog.functions.contains_key(qualified))
            .unwrap_or_else(|| self.name_of_new(name))
    }

    pub(super) fn drop_dependent(&mut self, table: Option<&TableName>, name: &str) {
        let table = table.and_then(|table| self.find(table));
        let dialect = self.catalog.dialect;
        for (key, relation) in &mut self.catalog.relations {
            if table.as_ref().is_none_or(|table| table == key) {
                relation
                    .dependents
                    .retain(|other| !is_named(&other.dependent, name, dialect));
            }
        }
    }

    pub(super) fn rename_dependent(&mut self, table: Option<&TableName>, from: &str, to: &str) {
        let table = table.and_then(|table| self.find(table));
        let dialect = self.catalog.dialect;
        for (key, relation) in &mut self.catalog.relations {
            if table.as_ref().is_some_and(|table| table != key) {
                continue;
            }
            for declared in &mut relation.dependents {
                if is_named(&declared.dependent, from, dialect) {
                    declared.dependent.name = Some(to.into());
                }
            }
        }
    }

    /// What hangs on a column that goes: PostgreSQL drops indexes and constraints that need it, MySQL takes the column
    /// out of them. Triggers and policies that name it go, too: the drop would have failed otherwise.
    pub(super) fn drop_dependents_of(&mut self, table: &TableName, column: &str) {
        let shrinks = self.catalog.dialect == Dialect::MySql;
        let Some(relation) = self.catalog.relations.get_mut(table) else {
            return;
        };
        for declared in &mut relation.dependents {
            let dependent = &mut declared.dependent;
            let needs = dependent.columns.iter().any(|(name, _)| &**name == column);
            if needs && shrinks {
                dependent.columns.retain(|(name, _)| &**name != column);
            } else if needs {
                dependent.columns.clear();
            }
            dependent.computed.retain(|name| &**name != column);
            if needs && dependent.columns.is_empty() {
                dependent.foreign.clear();
                dependent.function = None;
            }
        }
        relation
            .dependents
            .retain(|declared| !is_empty(&declared.dependent));
    }

    /// Foreign keys elsewhere that point at a table, or at one of its columns.
    pub(super) fn drop_foreign_keys_to(&mut self, table: &TableName, column: Option<&str>) {
        for relation in self.catalog.relations.values_mut() {
            relation.dependents.retain(|declared| {
                let dependent = &declared.dependent;
                let points = dependent.foreign.iter().any(|(other, name)| {
                    other == table && column.is_none_or(|column| column == &**name)
                });
                dependent.kind != DependentKind::ForeignKey || !points
            });
        }
    }
}

/// Leaves those names that are columns, spelled as the columns are.
fn keep_columns(dependent: &mut Dependent, relation: &Relation, dialect: Dialect) {
    let spelled = |name: &str| {
        let at = position(relation, dialect, name)?;
        relation.columns.get(at).map(|column| column.name.clone())
    };
    let columns = std::mem::take(&mut dependent.columns);
    for (name, span) in columns {
        let twice = |kept: &(Box<str>, Span)| dialect.same_name(&kept.0, &name);
        let kept = spelled(&name).filter(|_| !dependent.columns.iter().any(twice));
        dependent.columns.extend(kept.map(|name| (name, span)));
    }
    dependent.computed = dependent
        .computed
        .iter()
        .filter_map(|name| spelled(name))
        .collect();
}

fn is_empty(dependent: &Dependent) -> bool {
    dependent.columns.is_empty() && dependent.foreign.is_empty() && dependent.function.is_none()
}

fn is_named(dependent: &Dependent, name: &str, dialect: Dialect) -> bool {
    let primary = dependent.kind == DependentKind::PrimaryKey && name == "PRIMARY";
    primary
        || dependent
            .name
            .as_deref()
            .is_some_and(|own| dialect.same_name(own, name))
}

/// The name that PostgreSQL gives a constraint or index that has none.
fn default_name(dependent: &Dependent) -> Option<Box<str>> {
    let table = &dependent.table.name;
    let columns: Vec<&str> = dependent.columns.iter().map(|(name, _)| &**name).collect();
    let columns = columns.join("_");
    let name = match dependent.kind {
        DependentKind::PrimaryKey => format!("{table}_pkey"),
        DependentKind::Unique => format!("{table}_{columns}_key"),
        DependentKind::ForeignKey => format!("{table}_{columns}_fkey"),
        DependentKind::Check if columns.is_empty() => format!("{table}_check"),
        DependentKind::Check => format!("{table}_{columns}_check"),
        DependentKind::Index => format!("{table}_{columns}_idx"),
        _ => return None,
    };
    Some(name.into())
}
