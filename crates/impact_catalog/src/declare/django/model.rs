//! Models, bound to each other.

use super::app::{Apps, Target};
use super::companion;
use super::field::{Field, FieldKind};
use super::inherit::{Draft, drafts};
use super::relation::{self, Lookup};
use impact_bind::Program;
use impact_facts::{MappedField, Model, Relationship, TableName};
use std::collections::{BTreeMap, BTreeSet};

/// Which ORM the models are of.
const ORM: &str = "python/django";

/// Every model of the program, those that Django makes for many-to-many fields included.
pub(super) fn models(program: &Program<'_>) -> Vec<Model> {
    let apps = Apps::of(program);
    related(companion::beside(
        &apps,
        used(program, &apps, drafts(program, &apps)),
    ))
}

/// Models with their relations from both sides, those that Django makes for many-to-many fields included.
pub(super) fn related(drafts: Vec<Draft>) -> Vec<Model> {
    let mut all = drafts;
    let made = automatic(&all);
    let declared = all.len();
    all.extend(made);
    let lookup = Lookup::of(&all);
    let backward = reverse_relations(&lookup, all.get(..declared).unwrap_or_default());
    all.iter()
        .enumerate()
        .map(|(at, draft)| {
            let mut model = model(&lookup, draft);
            model.class = (at < declared && !draft.made).then_some(draft.class.class);
            for name in family(&lookup, draft) {
                model
                    .relations
                    .extend(backward.get(name.as_str()).into_iter().flatten().cloned());
            }
            model
        })
        .collect()
}

/// The program's own models, and of the framework's those that are installed or that others point at or extend.
fn used(program: &Program<'_>, apps: &Apps, drafts: Vec<Draft>) -> Vec<Draft> {
    let lookup = Lookup::of(&drafts);
    let own = |draft: &Draft| program.is_own(draft.class.file);
    let installed = |draft: &Draft| {
        let module = program.module_name(draft.class.file);
        apps.installed.iter().any(|app| {
            module
                .strip_prefix(app.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Draft> = drafts
        .iter()
        .filter(|draft| own(draft) || installed(draft))
        .collect();
    while let Some(draft) = open.pop() {
        if !kept.insert(&draft.name) {
            continue;
        }
        let targets = draft
            .fields
            .iter()
            .flat_map(|field| field.target.iter().chain(&field.through));
        open.extend(targets.filter_map(|target| lookup.find(target)));
        let parents = draft.parents.iter().map(|name| Target::Class(name.clone()));
        open.extend(parents.filter_map(|parent| lookup.find(&parent)));
    }
    let kept: BTreeSet<String> = kept.into_iter().map(str::to_owned).collect();
    drafts
        .into_iter()
        .filter(|draft| kept.contains(&draft.name))
        .collect()
}

fn automatic(drafts: &[Draft]) -> Vec<Draft> {
    let lookup = Lookup::of(drafts);
    let concrete = drafts
        .iter()
        .filter(|draft| draft.table.is_some() && !draft.meta.proxy);
    let fields = concrete.flat_map(|draft| draft.fields.iter().map(move |field| (draft, field)));
    fields
        .filter_map(|(draft, field)| {
            let target = field.target.as_ref().and_then(|target| lookup.find(target));
            relation::automatic_model(draft, field, target)
        })
        .collect()
}

/// Relations that other models' fields give to a model, by its name.
fn reverse_relations(lookup: &Lookup<'_>, drafts: &[Draft]) -> BTreeMap<String, Vec<Relationship>> {
    let mut found: BTreeMap<String, Vec<Relationship>> = BTreeMap::new();
    for draft in drafts
        .iter()
        .filter(|draft| draft.table.is_some() && !draft.meta.proxy)
    {
        for field in &draft.fields {
            let target = field.target.as_ref().and_then(|target| lookup.find(target));
            let backward = relation::backward(lookup, draft, field);
            if let (Some(target), Some(backward)) = (target, backward) {
                found.entry(target.name.clone()).or_default().push(backward);
            }
        }
    }
    found
}

/// A model, and those whose relations it has, too: its parents, and a proxy's concrete model.
fn family(lookup: &Lookup<'_>, draft: &Draft) -> Vec<String> {
    let mut names = vec![draft.name.clone()];
    names.extend(lineage(lookup, draft).iter().map(|one| one.name.clone()));
    if draft.meta.proxy {
        let concrete = lookup
            .sharing_table(draft)
            .into_iter()
            .map(|other| other.name.clone());
        names.extend(concrete);
    }
    names
}

/// More parents than this: the rest is left away.
const MAX_PARENTS: usize = 24;

/// The models whose tables hold a part of each row, those furthest away first.
fn lineage<'d>(lookup: &Lookup<'d>, draft: &Draft) -> Vec<&'d Draft> {
    let find = |name: &String| lookup.find(&Target::Class(name.clone()));
    let mut open: Vec<&Draft> = draft.parents.iter().filter_map(find).collect();
    let mut found: Vec<&Draft> = Vec::new();
    while let Some(next) = open.pop() {
        if found.len() < MAX_PARENTS && !found.iter().any(|one| one.name == next.name) {
            found.push(next);
            open.extend(next.parents.iter().filter_map(find));
        }
    }
    found.reverse();
    found
}

/// A parent's column is no key of the child's.
fn inherited(field: &Field) -> Option<MappedField> {
    let field = mapped(field)?;
    Some(MappedField {
        primary_key: false,
        ..field
    })
}

fn model(lookup: &Lookup<'_>, draft: &Draft) -> Model {
    let parents = lineage(lookup, draft);
    let above = || {
        parents
            .iter()
            .flat_map(|one| one.fields.iter().map(move |field| (*one, field)))
    };
    Model {
        name: draft.name.as_str().into(),
        class: None,
        orm: ORM.into(),
        table: draft.table.as_deref().map(TableName::bare),
        fields: above()
            .filter_map(|(_, field)| inherited(field))
            .chain(draft.fields.iter().filter_map(mapped))
            .collect(),
        relations: above()
            .chain(draft.fields.iter().map(|field| (draft, field)))
            .filter_map(|(owner, field)| relation::forward(lookup, owner, field))
            .collect(),
        parents: draft
            .parents
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        aliases: vec![relation::label(draft).into()],
        ordering: draft.meta.ordering.clone().unwrap_or_default(),
        reflected: false,
        is_abstract: draft.meta.is_abstract,
        declared_at: draft.site,
    }
}

fn mapped(field: &Field) -> Option<MappedField> {
    let is_key = matches!(field.kind, FieldKind::ForeignKey | FieldKind::OneToOne);
    Some(MappedField {
        name: if is_key {
            field.attribute()
        } else {
            field.name.clone()
        },
        column: field.column()?,
        data_type: field.class.clone(),
        deferred: false,
        has_default: field.has_default,
        nullable: field.null,
        primary_key: field.primary_key,
        declared_at: field.declared_at,
        names_column: field.names_column(),
    })
}
