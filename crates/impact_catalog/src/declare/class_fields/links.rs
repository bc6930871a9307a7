//! Relations over a table in between: Tortoise's `ManyToManyField("models.Photo", through="album_items")` (Tortoise ORM 0.25,
//! `tortoise/fields/relational.py` and `Tortoise._init_relations` for the names where nothing is said).

use super::{Draft, Reader, draft_of, key_column};
use crate::declare::values::{self, Arguments};
use impact_facts::{MappedField, Model, Relationship, Site, TableName};
use std::collections::BTreeMap;

/// One such relation before its other side is known.
#[derive(Clone)]
pub(super) struct Link {
    name: Box<str>,
    target: Option<String>,
    table: Option<String>,
    /// The column that leads to the other side.
    forward: Option<String>,
    /// The column that leads back.
    backward: Option<String>,
    reverse: Option<String>,
    site: Site,
}

impl Link {
    pub(super) fn new(
        reader: &Reader<'_, '_>,
        name: &str,
        site: Site,
        call: &Arguments<'_>,
    ) -> Self {
        let text = |name: &str| {
            let (text, _) = values::string(reader.program, call.named(name)?)?;
            Some(text)
        };
        let target = call.named("model_name").or_else(|| call.placed(0));
        Self {
            name: name.into(),
            target: target.and_then(|value| reader.target(value)),
            table: text("through"),
            forward: text("forward_key"),
            backward: text("backward_key"),
            reverse: text("related_name"),
            site,
        }
    }
}

/// Adds both sides of each relation, and a model for each table in between that no class maps.
pub(super) fn join(drafts: &BTreeMap<String, Draft>, all: &mut Vec<Model>) {
    for (name, draft) in drafts {
        for link in &draft.links {
            joined(drafts, all, (name, draft), link);
        }
    }
}

fn joined(
    drafts: &BTreeMap<String, Draft>,
    all: &mut Vec<Model>,
    (name, draft): (&String, &Draft),
    link: &Link,
) -> Option<()> {
    let (other_name, other) = draft_of(drafts, link.target.as_deref()?)?;
    let own_table = draft.model.table.clone()?;
    let other_table = other.model.table.clone()?;
    let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let forward = link.forward.clone();
    let forward = forward.unwrap_or_else(|| format!("{}_id", short(other_name)));
    let backward =
        link.backward
            .clone()
            .unwrap_or_else(|| match format!("{}_id", own_table.name) {
                same if same == forward => format!("{}_rel_id", own_table.name),
                different => different,
            });
    let table = link.table.clone();
    let table = table.unwrap_or_else(|| format!("{}_{}", own_table.name, other_table.name));
    let table = match table.split_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(&table),
    };
    let columns: Vec<Box<str>> = vec![backward.into(), forward.into()];
    let side = |name: Box<str>, target: &str, local: &Draft, remote: &Draft| Relationship {
        many: true,
        local: vec![key_column(local)],
        remote: vec![key_column(remote)],
        through: Some((table.clone(), columns.clone())),
        ..Relationship::new(name, Some(target.into()), link.site)
    };
    let own = side(link.name.clone(), other_name, draft, other);
    let reverse = link.reverse.clone();
    let reverse = reverse.unwrap_or_else(|| format!("{}s", short(name)));
    let back = Relationship {
        reverse: true,
        ..side(reverse.into(), name, other, draft)
    };
    for (of, relation) in [(name, own), (other_name, back)] {
        if let Some(model) = all.iter_mut().find(|model| *model.name == **of) {
            model.relations.push(relation);
        }
    }
    if !all.iter().any(|model| model.table.as_ref() == Some(&table)) {
        all.push(between(draft, link, table, &columns));
    }
    Some(())
}

/// The table in between, declared where the relation is.
fn between(draft: &Draft, link: &Link, table: TableName, columns: &[Box<str>]) -> Model {
    let field = |column: &Box<str>| MappedField {
        name: column.clone(),
        column: column.clone(),
        data_type: "ForeignKeyField".into(),
        deferred: false,
        has_default: false,
        nullable: false,
        primary_key: false,
        declared_at: link.site,
        names_column: None,
    };
    Model {
        name: format!("{}.{}.through", draft.model.name, link.name).into(),
        class: None,
        table: Some(table),
        fields: columns.iter().map(field).collect(),
        relations: Vec::new(),
        aliases: Vec::new(),
        declared_at: link.site,
        ..draft.model.clone()
    }
}
