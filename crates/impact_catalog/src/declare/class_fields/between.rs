//! Tables in between of relations of many to many: made by the ORM of itself, or mapped by a model.

use super::{Draft, Key, Words, implicit_key, sides};
use impact_facts::{MappedField, Model, Site, TableName};
use std::collections::BTreeMap;

/// How an ORM names the tables in between.
pub(in crate::declare) struct Between {
    /// Options that say the table, or the class that maps it.
    pub(in crate::declare) through: &'static [&'static str],
    /// Options that say the key that points at the declaring side.
    pub(in crate::declare) own: &'static [&'static str],
    /// Options that say the key that points at the other side.
    pub(in crate::declare) other: &'static [&'static str],
    /// What is not said, of the declaring side and the other.
    pub(in crate::declare) named: fn(&End<'_>, &End<'_>) -> Named,
    /// Whether the table has a key of its own, `id`.
    pub(in crate::declare) has_id: bool,
}

/// One side of such a relation.
pub(in crate::declare) struct End<'e> {
    /// Its class, in lower letters.
    pub(in crate::declare) class: &'e str,
    /// Its table.
    pub(in crate::declare) table: &'e str,
}

/// A table in between, as an ORM names it of itself.
pub(in crate::declare) struct Named {
    /// The table.
    pub(in crate::declare) table: String,
    /// The key that points at the declaring side.
    pub(in crate::declare) own: String,
    /// The key that points at the other side.
    pub(in crate::declare) other: String,
}

/// What a declaration says of its table in between.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// The table.
    pub(super) table: Option<Box<str>>,
    /// The qualified name of the class that maps it.
    pub(super) model: Option<Box<str>>,
    /// The key that points at the declaring side.
    pub(super) own: Option<Box<str>>,
    /// The key that points at the other side.
    pub(super) other: Option<Box<str>>,
}

/// Gives each relation its table in between. Those that no class maps come out as models; fields that the ORM adds to classes
/// are added.
pub(super) fn resolve(drafts: &mut BTreeMap<String, Draft>, words: &Words) -> Vec<Model> {
    let Some(between) = words.between else {
        return Vec::new();
    };
    let mut made: Vec<Model> = Vec::new();
    let names: Vec<String> = drafts.keys().cloned().collect();
    for name in names {
        let many = drafts.get(&name).map_or(0, |draft| draft.keys.len());
        for at in 0..many {
            let Some((table, keys, site)) = through(drafts, words, between, &name, at) else {
                continue;
            };
            if let Some(own) = drafts.get_mut(&name) {
                own.keys[at].through = Some((table.clone(), keys.clone()));
            }
            let name_of = table_name(&table);
            let is_of = |model: &Model| model.table.as_ref() == Some(&name_of);
            match drafts.values_mut().find(|draft| is_of(&draft.model)) {
                Some(draft) => add(&mut draft.model, &keys, site),
                None if made.iter().any(is_of) => {}
                None => made.push(model(words, between, &name, (&table, &keys), site)),
            }
        }
    }
    made
}

/// The table in between of a key, and its two keys.
fn through(
    drafts: &BTreeMap<String, Draft>,
    words: &Words,
    between: &Between,
    name: &str,
    at: usize,
) -> Option<(Box<str>, [Box<str>; 2], Site)> {
    let draft = drafts.get(name)?;
    let key = draft.keys.get(at).filter(|key| key.many)?;
    let (target, other) = sides::find(drafts, key)?;
    let is_set_of_keys = words.maker.is_some() && !is_both(drafts, name, other);
    if is_set_of_keys || draft.model.table.is_none() {
        return None;
    }
    let (own_class, other_class) = (class(name), class(target));
    let own_table = draft.model.table.as_ref()?;
    let other_table = other.model.table.as_ref()?;
    let own = End {
        class: &own_class,
        table: &own_table.name,
    };
    let end = End {
        class: &other_class,
        table: &other_table.name,
    };
    let default = (between.named)(&own, &end);
    let mapped = key.said.model.as_deref().and_then(|name| drafts.get(name));
    let points = |at: &str, nth: usize| mapped.and_then(|model| pointing(drafts, model, at, nth));
    let again = usize::from(name == target);
    let said = &key.said;
    let own_key = said.own.clone().or_else(|| points(name, 0));
    let other_key = said.other.clone().or_else(|| points(target, again));
    let table = said
        .table
        .clone()
        .or_else(|| Some(mapped?.model.table.as_ref()?.name.clone()));
    Some((
        table.unwrap_or_else(|| default.table.into()),
        [
            own_key.unwrap_or_else(|| default.own.into()),
            other_key.unwrap_or_else(|| default.other.into()),
        ],
        key.site,
    ))
}

/// Whether the other side holds such a collection, too, and no key.
fn is_both(drafts: &BTreeMap<String, Draft>, name: &str, other: &Draft) -> bool {
    let leads_here = |key: &&Key| sides::find(drafts, key).is_some_and(|(back, _)| back == name);
    let mut back = other.keys.iter().filter(leads_here).peekable();
    back.peek().is_some() && back.all(|key| key.many)
}

/// The column of a model's key that leads to another model.
fn pointing(
    drafts: &BTreeMap<String, Draft>,
    model: &Draft,
    target: &str,
    nth: usize,
) -> Option<Box<str>> {
    let leads = |key: &&Key| {
        !key.many && sides::find(drafts, key).is_some_and(|(found, _)| found == target)
    };
    let key = model.keys.iter().filter(leads).nth(nth)?;
    Some(key.column.clone())
}

/// A table as a declaration says it: with its schema, or bare.
pub(super) fn table_name(text: &str) -> TableName {
    match text.split_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(text),
    }
}

fn class(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_lowercase()
}

/// Adds keys to a class that maps the table without them.
fn add(model: &mut Model, keys: &[Box<str>; 2], site: Site) {
    for key in keys {
        if model.fields.iter().all(|field| field.column != *key) {
            model.fields.push(field(key, site));
        }
    }
}

fn model(
    words: &Words,
    between: &Between,
    name: &str,
    (table, keys): (&str, &[Box<str>; 2]),
    site: Site,
) -> Model {
    let id = between.has_id.then(|| implicit_key(site));
    Model {
        name: format!("{name}.{table}").into(),
        class: None,
        orm: words.orm.into(),
        table: Some(table_name(table)),
        fields: id
            .into_iter()
            .chain(keys.iter().map(|key| field(key, site)))
            .collect(),
        relations: Vec::new(),
        parents: Vec::new(),
        aliases: Vec::new(),
        ordering: Vec::new(),
        reflected: false,
        is_abstract: false,
        declared_at: site,
    }
}

fn field(column: &str, site: Site) -> MappedField {
    MappedField {
        // No code names it.
        name: format!("({column})").into(),
        column: column.into(),
        data_type: "ForeignKey".into(),
        deferred: false,
        has_default: false,
        nullable: false,
        primary_key: false,
        declared_at: site,
        names_column: None,
    }
}
