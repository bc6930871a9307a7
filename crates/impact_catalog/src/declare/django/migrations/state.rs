//! Django's state of the models between two migrations.

use super::super::app::Target;
use super::super::field::{Field, FieldKind};
use impact_facts::TableName;
use std::collections::BTreeMap;

/// Label and lower-cased name of a model.
pub(super) type ModelKey = (String, String);

/// A model as the migrations so far leave it.
#[derive(Debug, Clone)]
pub(super) struct ModelState {
    pub(super) label: String,
    pub(super) name: String,
    /// `db_table`, where it is said.
    pub(super) db_table: Option<String>,
    /// It has no table of its own.
    pub(super) proxy: bool,
    pub(super) fields: Vec<Field>,
    /// `unique_together`.
    pub(super) together: Vec<Vec<String>>,
}

impl ModelState {
    pub(super) fn table(&self) -> TableName {
        let default = || format!("{}_{}", self.label, self.name.to_lowercase());
        TableName::bare(&self.db_table.clone().unwrap_or_else(default))
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }

    /// The column of a field; a name that is no field's is a column's.
    pub(super) fn column(&self, name: &str) -> Box<str> {
        self.field(name)
            .and_then(Field::column)
            .unwrap_or_else(|| name.into())
    }

    /// The table that Django makes for a many-to-many field.
    pub(super) fn table_between(&self, field: &Field) -> Option<TableName> {
        if field.kind != FieldKind::ManyToMany || field.through.is_some() {
            return None;
        }
        let default = || format!("{}_{}", self.table().name, field.name).into();
        let name = field.db_table.clone().unwrap_or_else(default);
        Some(TableName::bare(&name))
    }

    /// The key columns of the table that Django makes for a field: the own one, then the other.
    pub(super) fn columns_between(&self, field: &Field) -> [Box<str>; 2] {
        let own = self.name.to_lowercase();
        let other = match &field.target {
            Some(Target::Label(name) | Target::Class(name)) => {
                name.rsplit('.').next().unwrap_or(name).to_lowercase()
            }
            None => String::new(),
        };
        match own == other {
            true => [
                format!("from_{own}_id").into(),
                format!("to_{other}_id").into(),
            ],
            false => [format!("{own}_id").into(), format!("{other}_id").into()],
        }
    }
}

/// All models.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) models: BTreeMap<ModelKey, ModelState>,
}

impl State {
    pub(super) fn get(&self, label: &str, name: &str) -> Option<&ModelState> {
        self.models.get(&key(label, name))
    }

    pub(super) fn get_mut(&mut self, label: &str, name: &str) -> Option<&mut ModelState> {
        self.models.get_mut(&key(label, name))
    }

    /// The table of a model that a field names; by Django's rule where the model is outside the tree.
    pub(super) fn table_of(&self, target: &Target) -> Option<TableName> {
        let Target::Label(name) = target else {
            return None;
        };
        let (label, name) = name.split_once('.')?;
        let known = self.get(label, name).map(ModelState::table);
        Some(known.unwrap_or_else(|| TableName::bare(&format!("{label}_{}", name.to_lowercase()))))
    }
}

pub(super) fn key(label: &str, name: &str) -> ModelKey {
    (label.to_owned(), name.to_lowercase())
}
