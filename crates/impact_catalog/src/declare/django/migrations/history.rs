//! Models as data migrations see them: `apps.get_model("app", "User")` has the fields that the migrations before it made.

use super::super::field::Field;
use super::super::inherit::Draft;
use super::super::model::related;
use super::state::{ModelKey, State};
use impact_bind::ClassRef;
use impact_facts::{Model, Site};
use std::collections::BTreeMap;

/// Every field that a model of the migrations ever had.
#[derive(Debug, Default)]
pub(super) struct History {
    drafts: BTreeMap<ModelKey, Draft>,
}

impl History {
    /// Adds the models as they stand after a migration.
    pub(super) fn add(&mut self, state: &State, migration: ClassRef) {
        for (key, model) in state.models.iter().filter(|(_, model)| !model.proxy) {
            let site = |field: Option<&Field>| {
                field.map_or(
                    Site {
                        file: migration.file,
                        span: Default::default(),
                    },
                    |field| field.declared_at,
                )
            };
            let draft = self.drafts.entry(key.clone()).or_insert_with(|| Draft {
                class: migration,
                name: format!("history.{}.{}", key.0, key.1),
                short: model.name.clone(),
                key_name: key.1.clone(),
                label: model.label.clone(),
                meta: Default::default(),
                table: None,
                fields: Vec::new(),
                parents: Vec::new(),
                companion: None,
                made: true,
                site: site(model.fields.first()),
            });
            draft.table = Some(model.table().name.to_string());
            for field in &model.fields {
                match draft.fields.iter_mut().find(|one| one.name == field.name) {
                    Some(known) => *known = field.clone(),
                    None => draft.fields.push(field.clone()),
                }
            }
        }
    }

    /// The models, by the names `history.app_label.model`. They map nothing that code of today uses: each says that it
    /// is abstract.
    pub(super) fn models(self) -> Vec<Model> {
        let drafts = self.drafts.into_values().collect();
        related(drafts)
            .into_iter()
            .map(|model| Model {
                class: None,
                aliases: Vec::new(),
                is_abstract: true,
                ..model
            })
            .collect()
    }
}
