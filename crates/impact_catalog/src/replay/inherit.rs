//! Tables that have their columns from others.

use super::Replay;
use impact_facts::{Column, TableName};

impl Replay {
    pub(super) fn inherit(&mut self, child: &TableName, parent: &TableName) {
        let (child, parent) = (self.find_or_name(child), self.find_or_name(parent));
        if let Some(relation) = self.catalog.relations.get_mut(&child)
            && !relation.parents.contains(&parent)
            && child != parent
        {
            relation.parents.push(parent.clone());
        }
        self.take_columns(&child, &parent);
    }

    pub(super) fn copy_columns(&mut self, child: &TableName, parent: &TableName) {
        let (child, parent) = (self.find_or_name(child), self.find_or_name(parent));
        self.take_columns(&child, &parent);
    }

    /// Gives a table the columns of another, or of a composite type, that it has not yet; they come first.
    fn take_columns(&mut self, child: &TableName, parent: &TableName) {
        let columns: Vec<Column> = match (
            self.catalog.relations.get(parent),
            self.catalog.types.get(parent),
        ) {
            (Some(relation), _) => relation.columns.clone(),
            (None, Some(fields)) => {
                let declared_at = self.catalog.relations.get(child);
                let declared_at = declared_at.and_then(|relation| relation.declared_at);
                let field = |name: &str| Column::untyped(name, declared_at, self.origin);
                fields.iter().map(|name| field(name)).collect()
            }
            (None, None) => Vec::new(),
        };
        let Some(relation) = self.catalog.relations.get_mut(child) else {
            return;
        };
        let own = std::mem::take(&mut relation.columns);
        relation.columns = columns;
        for column in own {
            match relation
                .columns
                .iter_mut()
                .find(|other| other.name == column.name)
            {
                Some(known) => *known = column,
                None => relation.columns.push(column),
            }
        }
    }

    pub(super) fn end_inherit(&mut self, child: &TableName, parent: &TableName) {
        let (child, parent) = (self.find_or_name(child), self.find_or_name(parent));
        self.forget_parent(&child, &parent);
    }

    pub(super) fn forget_parent(&mut self, child: &TableName, parent: &TableName) {
        if let Some(relation) = self.catalog.relations.get_mut(child) {
            relation.parents.retain(|other| other != parent);
        }
    }

    /// Live relations that have columns from `parent`.
    pub(super) fn children(&self, parent: &TableName) -> Vec<TableName> {
        let relations = self.catalog.relations.iter();
        relations
            .filter(|(_, relation)| relation.parents.contains(parent))
            .map(|(name, _)| name.clone())
            .collect()
    }
}
