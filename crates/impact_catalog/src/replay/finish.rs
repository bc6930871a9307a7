//! What can be said only when the whole history is known.

use super::Replay;
use impact_facts::{Catalog, DependentKind, Relation, TableName};
use std::collections::BTreeMap;

impl Replay {
    /// The database at the end of its history.
    #[must_use]
    pub fn finish(mut self) -> Catalog {
        self.catalog
            .relations
            .retain(|_, relation| relation.kind != impact_facts::RelationKind::Temporary);
        self.complete_triggers();
        self.complete_generated();
        self.complete_foreign();
        self.catalog
    }

    /// A trigger needs what its function reads and writes of its rows.
    fn complete_triggers(&mut self) {
        let dialect = self.catalog.dialect;
        let Catalog {
            relations,
            functions,
            ..
        } = &mut self.catalog;
        for relation in relations.values_mut() {
            for declared in &mut relation.dependents {
                let trigger = &mut declared.dependent;
                let Some(function) = trigger
                    .function
                    .as_ref()
                    .and_then(|name| functions.get(name))
                else {
                    continue;
                };
                for name in impact_sql::row_columns(&function.definition.body, dialect) {
                    let column = relation
                        .columns
                        .iter()
                        .find(|column| dialect.same_name(&column.name, &name));
                    let new = column
                        .filter(|c| trigger.columns.iter().all(|(known, _)| *known != c.name));
                    trigger
                        .columns
                        .extend(new.map(|column| (column.name.clone(), trigger.span)));
                }
            }
        }
    }

    /// What a generated column is made from is among the columns of its table.
    fn complete_generated(&mut self) {
        let dialect = self.catalog.dialect;
        for relation in self.catalog.relations.values_mut() {
            let names: Vec<Box<str>> = relation
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect();
            for column in &mut relation.columns {
                let mut from: Vec<Box<str>> = names
                    .iter()
                    .filter(|name| {
                        column
                            .generated_from
                            .iter()
                            .any(|other| dialect.same_name(other, name))
                    })
                    .cloned()
                    .collect();
                std::mem::swap(&mut column.generated_from, &mut from);
            }
        }
    }

    /// A foreign key without columns means the primary key; names in policies that are no columns go.
    fn complete_foreign(&mut self) {
        let keys = primary_keys(&self.catalog.relations);
        let columns: BTreeMap<TableName, Vec<Box<str>>> = self
            .catalog
            .relations
            .iter()
            .map(|(name, relation)| {
                (
                    name.clone(),
                    relation.columns.iter().map(|c| c.name.clone()).collect(),
                )
            })
            .collect();
        for declared in self
            .catalog
            .relations
            .values_mut()
            .flat_map(|relation| &mut relation.dependents)
        {
            let dependent = &mut declared.dependent;
            let named = std::mem::take(&mut dependent.foreign);
            for (table, column) in named {
                if column.is_empty() {
                    let key = keys.get(&table).into_iter().flatten();
                    dependent
                        .foreign
                        .extend(key.map(|column| (table.clone(), column.clone())));
                } else if dependent.kind == DependentKind::ForeignKey
                    || columns
                        .get(&table)
                        .is_some_and(|columns| columns.contains(&column))
                {
                    dependent.foreign.push((table, column));
                }
            }
        }
    }
}

fn primary_keys(relations: &BTreeMap<TableName, Relation>) -> BTreeMap<TableName, Vec<Box<str>>> {
    let key = |relation: &Relation| -> Vec<Box<str>> {
        let mut dependents = relation
            .dependents
            .iter()
            .map(|declared| &declared.dependent);
        let key = dependents.find(|dependent| dependent.kind == DependentKind::PrimaryKey);
        key.into_iter()
            .flat_map(|key| &key.columns)
            .map(|(name, _)| name.clone())
            .collect()
    };
    relations
        .iter()
        .map(|(name, relation)| (name.clone(), key(relation)))
        .collect()
}
