//! dbt projects: models over sources. A model is a symbol and a job; to the graph it is a view in the schema `dbt`, made
//! from the columns of what it selects from, so that whoever reads a model reads those columns.
//!
//! dbt 1.8: `dbt_project.yml`, `models/**/*.sql`, and `sources:` and `exposures:` in any YAML file of the model paths.

mod bound;
mod known;
mod project;
mod render;
mod select;
mod settings;
mod views;

use super::draft::Manifests;
use impact_facts::{EntryKind, EntryPoint, FileId, Position, Site, Span, SymbolId};
use project::{Model, Project};
use std::collections::BTreeMap;

const VIA: &str = "dbt";

/// Reads every project of the service.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for project in Project::all(manifests) {
        let symbols = add_models(manifests, &project);
        add_exposures(manifests, &project, &symbols);
        views::add(manifests, &project, &symbols);
    }
}

/// Says of every job that runs `dbt` which models it starts.
pub(crate) fn start(manifests: &mut Manifests<'_, '_>) {
    for project in Project::all(manifests) {
        for entry in &mut manifests.index.entry_points {
            let lines = entry.starts.iter();
            let models: Vec<Box<str>> = lines
                .flat_map(|line| select::selected(&project, line))
                .map(|model| format!("dbt model {model}").into())
                .collect();
            entry.starts.extend(models);
        }
    }
}

/// A symbol and a job for each model.
fn add_models(
    manifests: &mut Manifests<'_, '_>,
    project: &Project<'_>,
) -> BTreeMap<String, SymbolId> {
    let mut symbols = BTreeMap::new();
    for model in &project.models {
        let end = manifests.input.program.facts(model.file).bytes;
        let symbol = model_symbol(manifests, model, end);
        symbols.insert(model.name.clone(), symbol);
        let site = first_byte(model.file, end);
        let name = format!("dbt model {}", model.name);
        entry(manifests, EntryKind::Job, &name, site, vec![symbol]);
    }
    symbols
}

/// The symbol of a model's file, under the model's name. What was said of the file as plain SQL is taken back.
fn model_symbol(manifests: &mut Manifests<'_, '_>, model: &Model<'_>, end: u32) -> SymbolId {
    let index = &mut *manifests.index;
    index.references.retain(|one| one.site.file != model.file);
    index.blind_spots.retain(|one| one.site.file != model.file);
    let known = manifests.module_symbol(model.file);
    let slot = known.and_then(|id| manifests.index.symbols.get_mut(id.0 as usize));
    match (known, slot) {
        (Some(id), Some(symbol)) => {
            symbol.name = model.name.as_str().into();
            id
        }
        _ => manifests.symbol(&model.name, model.file, Span::new(0, end)),
    }
}

/// An exposure is a consumer of its models.
fn add_exposures(
    manifests: &mut Manifests<'_, '_>,
    project: &Project<'_>,
    symbols: &BTreeMap<String, SymbolId>,
) {
    for exposure in &project.exposures {
        let models = exposure.models.iter();
        let runs = models
            .filter_map(|model| symbols.get(model).copied())
            .collect();
        let name = format!("dbt exposure {}", exposure.name);
        entry(manifests, EntryKind::Consumer, &name, exposure.site, runs);
    }
}

fn entry(
    manifests: &mut Manifests<'_, '_>,
    kind: EntryKind,
    name: &str,
    site: Site,
    runs: Vec<SymbolId>,
) {
    let scope = manifests.scope(site.file);
    manifests.index.entry_points.push(EntryPoint {
        kind,
        name: name.into(),
        site,
        position: Position::default(),
        schedule: None,
        runs,
        starts: Vec::new(),
        via: VIA.into(),
        scope,
    });
}

fn first_byte(file: FileId, end: u32) -> Site {
    let span = Span::new(0, end.min(1));
    Site { file, span }
}
