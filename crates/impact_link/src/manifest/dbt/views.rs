//! Models as relations, level by level: each is resolved over the database's tables and the models before it.

use super::project::{Model, Project};
use super::render::{Rendered, Star, choices, relation_of, render};
use super::select::parents;
use super::settings;
use crate::manifest::draft::Manifests;
use crate::manifest::resolved::Report;
use crate::past::Prepared;
use impact_facts::{
    Assembled, Catalog, CatalogFile, Certainty, Column, FileId, Origin, Relation, RelationKind,
    Site, Span, SymbolId, TableName, View, ViewNeed,
};
use impact_sql::{Resolution, UseClass};
use std::collections::{BTreeMap, BTreeSet};

/// Adds each model's references, and a catalog of models.
pub(super) fn add(
    manifests: &mut Manifests<'_, '_>,
    project: &Project<'_>,
    symbols: &BTreeMap<String, SymbolId>,
) {
    let Some(base) = manifests.input.catalogs.first() else {
        return;
    };
    let mut known = Catalog::clone(base);
    let mut made = Catalog {
        database: base.database.clone(),
        dialect: base.dialect,
        ..Catalog::default()
    };
    for level in levels(project) {
        let schema = Prepared::new(&known);
        let mut relations = Vec::new();
        for model in level {
            let symbol = symbols.get(&model.name).copied();
            let file = catalog_file(manifests, &mut made, model);
            let mut relation = relation(model, file);
            for choice in 0..choices(model.module.text(model.text)) {
                let rendered = render(project, model, choice);
                let resolutions = resolve(&schema, &rendered);
                for resolution in &resolutions {
                    let one = Made {
                        text: &rendered.text,
                        resolution,
                        model,
                    };
                    one.feed(&mut relation, file);
                }
                let (rendered, resolutions) =
                    with_settings(&schema, model, &rendered).unwrap_or((rendered, resolutions));
                let report = Report {
                    text: &rendered.text,
                    file: model.file,
                    symbol,
                    via: super::VIA,
                    at_most: Certainty::Exact,
                };
                for resolution in &resolutions {
                    report.add(manifests, resolution);
                }
            }
            relations.push((relation_of(&model.name), relation));
        }
        for (name, relation) in relations {
            known.relations.insert(name.clone(), relation.clone());
            made.relations.insert(name, relation);
        }
    }
    manifests.index.catalogs.push(made);
}

/// The statements of a model; what a `*` leaves out is none of them.
fn resolve(schema: &Prepared, rendered: &Rendered) -> Vec<Resolution> {
    let mut resolutions = schema.resolve(&rendered.text.text, &rendered.text.holes);
    for resolution in &mut resolutions {
        for star in &rendered.stars {
            resolution.uses.retain(|used| {
                used.class != UseClass::Star
                    || !is_left_out(star, used.span, &used.table, &used.column)
            });
            resolution.outputs.retain(|output| {
                let sources = &mut output.sources.iter();
                sources.len() == 0
                    || !sources.all(|(table, column)| is_left_out(star, output.span, table, column))
            });
        }
    }
    resolutions
}

fn is_left_out(star: &Star, span: Span, table: &TableName, column: &str) -> bool {
    let other = star.of.as_ref().is_some_and(|of| of.name != table.name);
    star.span.contains(span) && (other || star.except.contains(&column.to_lowercase()))
}

/// The model's query within one that names what its settings name, where that can be resolved.
fn with_settings(
    schema: &Prepared,
    model: &Model<'_>,
    rendered: &Rendered,
) -> Option<(Rendered, Vec<Resolution>)> {
    let (text, start) = settings::around(model, &rendered.text)?;
    let moved = |star: &Star| Star {
        span: Span::new(star.span.start + start, star.span.end + start),
        of: star.of.clone(),
        except: star.except.clone(),
    };
    let around = Rendered {
        text,
        stars: rendered.stars.iter().map(moved).collect(),
    };
    let resolutions = resolve(schema, &around);
    let sound = resolutions.iter().all(|one| one.error.is_none());
    (sound && resolutions.len() == 1).then_some((around, resolutions))
}

/// Models after those that they refer to. What refers in a circle comes last.
fn levels<'p, 'a>(project: &'p Project<'a>) -> Vec<Vec<&'p Model<'a>>> {
    let parents = parents(project);
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&Model<'a>> = project.models.iter().collect();
    let mut levels = Vec::new();
    while !left.is_empty() {
        let ready = |model: &&Model<'a>| {
            let needs = parents.get(&model.name);
            needs.is_none_or(|needs| needs.iter().all(|need| done.contains(need.as_str())))
        };
        let (level, rest): (Vec<_>, Vec<_>) = left.iter().copied().partition(ready);
        if level.is_empty() {
            levels.push(rest);
            break;
        }
        done.extend(level.iter().map(|model| model.name.as_str()));
        levels.push(level);
        left = rest;
    }
    levels
}

fn catalog_file(manifests: &Manifests<'_, '_>, made: &mut Catalog, model: &Model<'_>) -> FileId {
    made.files.push(CatalogFile {
        service: manifests.input.service.name.clone(),
        path: model.path.into(),
    });
    FileId(made.files.len() as u32 - 1)
}

fn relation(model: &Model<'_>, file: FileId) -> Relation {
    let site = Site {
        file,
        span: model.module.text(model.text).span,
    };
    Relation {
        view: Some(View {
            sql: "".into(),
            at: Some(site),
            needs: Vec::new(),
        }),
        ..Relation::new(RelationKind::View, Some(site), Origin::Schema)
    }
}

/// A resolved statement of a model.
struct Made<'r, 'a> {
    text: &'r Assembled,
    resolution: &'r Resolution,
    model: &'r Model<'a>,
}

impl Made<'_, '_> {
    /// What the model's relation needs, and the columns that it has.
    fn feed(&self, relation: &mut Relation, file: FileId) {
        let mut feeds: BTreeMap<(&TableName, &str), Vec<Box<str>>> = BTreeMap::new();
        for output in &self.resolution.outputs {
            let Some(name) = &output.name else { continue };
            if relation.column(name).is_none() {
                let column = Column::untyped(&**name, relation.declared_at, Origin::Schema);
                relation.columns.push(column);
            }
            for (table, column) in &output.sources {
                feeds.entry((table, column)).or_default().push(name.clone());
            }
        }
        let Some(view) = &mut relation.view else {
            return;
        };
        for used in self
            .resolution
            .uses
            .iter()
            .filter(|used| used.through.is_empty() && used.needs)
        {
            feeds.entry((&used.table, &used.column)).or_default();
        }
        for ((table, column), feeds) in feeds {
            let named = self.resolution.uses.iter().find(|used| {
                used.table == *table && *used.column == *column && used.through.is_empty()
            });
            let site = named.and_then(|used| self.text.locate(used.span));
            let need = ViewNeed {
                table: table.clone(),
                column: column.into(),
                site: site
                    .filter(|(of, _)| *of == self.model.file)
                    .map(|(_, span)| Site { file, span }),
                star: named.is_some_and(|used| used.class == UseClass::Star),
                feeds,
            };
            if !view.needs.contains(&need) {
                view.needs.push(need);
            }
        }
    }
}
