//! Columns that begin, end, and change.

use super::Replay;
use impact_facts::{
    Column, ColumnDefinition, Dialect, PastColumn, Relation, SchemaChange, Span, TableName,
};

impl Replay {
    pub(super) fn add_column(
        &mut self,
        table: &TableName,
        definition: &ColumnDefinition,
        span: Span,
    ) {
        let name = self.altered(table, span);
        let column = self.column(definition);
        self.insert_column(&name, &column, 0);
    }

    /// Adds a column to a relation and to those that have their columns from it.
    pub(super) fn insert_column(&mut self, table: &TableName, column: &Column, depth: u32) {
        let dialect = self.catalog.dialect;
        let Some(relation) = self.catalog.relations.get_mut(table) else {
            return;
        };
        if position(relation, dialect, &column.name).is_none() {
            relation.past.retain(|past| past.name != column.name);
            relation.columns.push(column.clone());
        }
        if depth < super::MAX_DEPTH {
            for child in self.children(table) {
                self.insert_column(&child, column, depth + 1);
            }
        }
    }

    pub(super) fn drop_column(
        &mut self,
        table: &TableName,
        column: &str,
        cascade: bool,
        span: Span,
    ) {
        let table = self.altered(table, span);
        self.remove_column(&table, column, span, 0);
        if cascade {
            self.drop_views_over(&table, Some(column), span);
            self.drop_foreign_keys_to(&table, Some(column));
        }
    }

    fn remove_column(&mut self, table: &TableName, column: &str, span: Span, depth: u32) {
        let ended_at = self.site(span);
        let dialect = self.catalog.dialect;
        let Some(relation) = self.catalog.relations.get_mut(table) else {
            return;
        };
        let name = match position(relation, dialect, column) {
            Some(at) => relation.columns.remove(at).name,
            None => column.into(),
        };
        relation.past.retain(|past| past.name != name);
        relation.past.push(PastColumn {
            name: name.clone(),
            ended_at,
            renamed_to: None,
        });
        for other in &mut relation.columns {
            other.generated_from.retain(|from| *from != name);
        }
        self.drop_dependents_of(table, &name);
        if depth < super::MAX_DEPTH {
            for child in self.children(table) {
                self.remove_column(&child, &name, span, depth + 1);
            }
        }
    }

    pub(super) fn rename_column(&mut self, table: &TableName, from: &str, to: &str, span: Span) {
        let table = self.altered(table, span);
        self.rename_in(&table, from, to, span, 0);
    }

    fn rename_in(&mut self, table: &TableName, from: &str, to: &str, span: Span, depth: u32) {
        let site = self.site(span);
        let (dialect, origin) = (self.catalog.dialect, self.origin);
        let Some(relation) = self.catalog.relations.get_mut(table) else {
            return;
        };
        let before: Box<str> = match position(relation, dialect, from) {
            Some(at) => relation.columns.get_mut(at).map_or(from.into(), |column| {
                column.declared_at = Some(site);
                std::mem::replace(&mut column.name, to.into())
            }),
            None => {
                if position(relation, dialect, to).is_none() {
                    let column = Column::untyped(to, Some(site), origin);
                    relation.columns.push(column);
                }
                from.into()
            }
        };
        relation
            .past
            .retain(|past| past.name != before && &*past.name != to);
        relation.past.push(PastColumn {
            name: before.clone(),
            ended_at: site,
            renamed_to: Some(to.into()),
        });
        rename_within(relation, &before, to);
        self.rename_outside(table, &before, to);
        if depth < super::MAX_DEPTH {
            for child in self.children(table) {
                self.rename_in(&child, &before, to, span, depth + 1);
            }
        }
    }

    /// Says the new name wherever another relation names the old.
    fn rename_outside(&mut self, table: &TableName, from: &str, to: &str) {
        for relation in self.catalog.relations.values_mut() {
            for declared in &mut relation.dependents {
                for (other, column) in &mut declared.dependent.foreign {
                    if other == table && &**column == from {
                        *column = to.into();
                    }
                }
            }
            for need in relation.view.iter_mut().flat_map(|view| &mut view.needs) {
                if need.table == *table && &*need.column == from {
                    need.column = to.into();
                }
            }
        }
    }

    pub(super) fn alter_column(&mut self, change: &SchemaChange, span: Span) {
        let SchemaChange::AlterColumn {
            table,
            column,
            data_type,
            nullable,
            has_default,
        } = change
        else {
            return;
        };
        let table = self.altered(table, span);
        let dialect = self.catalog.dialect;
        let Some(relation) = self.catalog.relations.get_mut(&table) else {
            return;
        };
        let Some(column) =
            position(relation, dialect, column).and_then(|at| relation.columns.get_mut(at))
        else {
            return;
        };
        if let Some(data_type) = data_type.as_ref().filter(|text| !text.is_empty()) {
            column.data_type = data_type.clone();
        }
        column.nullable = nullable.unwrap_or(column.nullable);
        column.has_default = has_default.unwrap_or(column.has_default);
    }
}

/// Where the column of that name stands.
pub(super) fn position(relation: &Relation, dialect: Dialect, name: &str) -> Option<usize> {
    relation
        .columns
        .iter()
        .position(|column| dialect.same_name(&column.name, name))
}

fn rename_within(relation: &mut Relation, from: &str, to: &str) {
    let rename = |name: &mut Box<str>| {
        if &**name == from {
            *name = to.into();
        }
    };
    for column in &mut relation.columns {
        column.generated_from.iter_mut().for_each(rename);
    }
    for declared in &mut relation.dependents {
        declared
            .dependent
            .columns
            .iter_mut()
            .for_each(|(name, _)| rename(name));
        declared.dependent.computed.iter_mut().for_each(rename);
    }
}
