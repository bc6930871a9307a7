//! The two sides of relations between models that were found.

use super::between::table_name;
use super::{Draft, Key, Words};
use impact_facts::{Relationship, TableName};
use std::collections::BTreeMap;

/// The model that a key leads to.
pub(super) fn find<'d>(
    drafts: &'d BTreeMap<String, Draft>,
    key: &Key,
) -> Option<(&'d String, &'d Draft)> {
    let name = key.target.as_deref()?;
    let short = name.rsplit('.').next().unwrap_or(name);
    let same_class = |other: &String| other.rsplit('.').next() == Some(short);
    drafts
        .get_key_value(name)
        .or_else(|| drafts.iter().find(|(other, _)| same_class(other)))
}

fn key_column(draft: &Draft) -> Box<str> {
    let key = draft.model.fields.iter().find(|field| field.primary_key);
    key.map_or_else(|| "id".into(), |field| field.column.clone())
}

/// The relation that a key is.
pub(super) fn forward(drafts: &BTreeMap<String, Draft>, key: &Key) -> Option<Relationship> {
    let target = find(drafts, key);
    let name = target.map(|(name, _)| name.as_str().into());
    let bare = Relationship::new(key.name.clone(), name, key.site);
    if !key.many {
        return Some(Relationship {
            local: vec![key.column.clone()],
            remote: vec![target.map_or_else(|| "id".into(), |(_, draft)| key_column(draft))],
            ..bare
        });
    }
    target?;
    Some(Relationship {
        many: true,
        reverse: key.through.is_none(),
        through: key.through.as_ref().map(between),
        ..bare
    })
}

fn between((table, columns): &(Box<str>, [Box<str>; 2])) -> (TableName, Vec<Box<str>>) {
    (table_name(table), columns.to_vec())
}

/// What the keys of all models are, seen from the models that they lead to.
pub(super) fn backward(
    drafts: &BTreeMap<String, Draft>,
    words: &Words,
) -> BTreeMap<String, Vec<Relationship>> {
    let mut found: BTreeMap<String, Vec<Relationship>> = BTreeMap::new();
    for draft in drafts.values() {
        let Some(table) = &draft.model.table else {
            continue;
        };
        let named = |key: &&Key| !key.many || (key.through.is_some() && words.maker.is_none());
        for key in draft.keys.iter().filter(named) {
            let Some((target, other)) = find(drafts, key) else {
                continue;
            };
            let class = draft.model.name.rsplit('.').next().unwrap_or("");
            let default = || (words.other_side)(&class.to_lowercase(), &table.name, key.one).into();
            let name = key.reverse.clone().unwrap_or_else(default);
            let bare = Relationship::new(name, Some(draft.model.name.clone()), key.site);
            let mut through = key.through.as_ref().map(between);
            if let Some((_, columns)) = &mut through {
                columns.reverse();
            }
            let holds_key = through.is_none();
            found.entry(target.clone()).or_default().push(Relationship {
                many: !key.one,
                local: holds_key.then(|| key_column(other)).into_iter().collect(),
                remote: holds_key.then(|| key.column.clone()).into_iter().collect(),
                through,
                reverse: true,
                ..bare
            });
        }
    }
    found
}
