//! Models as data migrations see them: `apps.get_model("app", "User")` has the fields that the migrations before it made.

use super::super::field::Field;
use super::super::inherit::Draft;
use super::super::model::related;
use super::state::{ModelKey, State};
use impact_bind::ClassRef;
use impact_facts::{Model, Site};
use std::collections::BTreeMap;

/// Keeps a field as it stands now; most stand where they stood and as they were.
fn keep(known: &mut Vec<Field>, at: usize, field: &Field) {
    let same = |one: &Field| one.name == field.name;
    let place = match known.get(at).is_some_and(same) {
        true => Some(at),
        false => known.iter().position(same),
    };
    match place.and_then(|place| known.get_mut(place)) {
        Some(one) if one == field => {}
        Some(one) => *one = field.clone(),
        None => known.push(field.clone()),
    }
}

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
            for (at, field) in model.fields.iter().enumerate() {
                keep(&mut draft.fields, at, field);
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
