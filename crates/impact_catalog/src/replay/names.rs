//! What a name in a step means: which relation of the catalog.

use super::Replay;
use impact_facts::{Catalog, Relation, TableName};
use std::collections::BTreeMap;

/// Schemas that are the database itself in a dialect without schemas.
const DEFAULT_SCHEMAS: &[&str] = &["main", "temp"];

impl Replay {
    /// The full name that a relation, type or function gets when it is created.
    pub(super) fn name_of_new(&self, name: &TableName) -> TableName {
        if !self.catalog.dialect.has_schemas() {
            return without_default_schema(name);
        }
        match &name.schema {
            Some(_) => name.clone(),
            None => TableName {
                schema: self.default_schema(),
                name: name.name.clone(),
            },
        }
    }

    fn default_schema(&self) -> Option<Box<str>> {
        self.path
            .first()
            .or_else(|| self.catalog.search_path.first())
            .cloned()
    }

    /// The live relation that a name means.
    pub(super) fn find(&self, name: &TableName) -> Option<TableName> {
        let fallback = &self.catalog.search_path;
        let found = find_in(
            &self.catalog,
            &self.catalog.relations,
            name,
            self.path.iter().chain(fallback),
        );
        found.or_else(|| self.only_one(name))
    }

    /// The only relation of a bare name, in a schema that no path of the history says: the connection's own path does.
    fn only_one(&self, name: &TableName) -> Option<TableName> {
        if name.schema.is_some() {
            return None;
        }
        let dialect = self.catalog.dialect;
        let same = |other: &&TableName| dialect.same_name(&other.name, &name.name);
        let mut all = self.catalog.relations.keys().filter(same);
        let only = all.next()?;
        all.next().is_none().then(|| only.clone())
    }

    /// The live relation that a name means, else the name that it would have.
    pub(super) fn find_or_name(&self, name: &TableName) -> TableName {
        self.find(name).unwrap_or_else(|| self.name_of_new(name))
    }

    /// Live relations whose names are words of a text.
    pub(super) fn tables_named(&self, text: &str) -> Vec<TableName> {
        let words: std::collections::BTreeSet<&str> = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .collect();
        let dialect = self.catalog.dialect;
        self.catalog
            .relations
            .keys()
            .filter(|table| {
                words
                    .iter()
                    .any(|word| dialect.same_name(&table.name, &dialect.fold(word, false)))
            })
            .cloned()
            .collect()
    }
}

/// The entry of `relations` that `name` means: a bare name is looked up along `path`, then alone.
pub(crate) fn find_in<'a>(
    catalog: &Catalog,
    relations: &BTreeMap<TableName, Relation>,
    name: &TableName,
    path: impl Iterator<Item = &'a Box<str>>,
) -> Option<TableName> {
    let name = match catalog.dialect.has_schemas() {
        true => name.clone(),
        false => without_default_schema(name),
    };
    if let Some(found) = exact(catalog, relations, &name) {
        return Some(found);
    }
    if name.schema.is_some() {
        return None;
    }
    path.map(|schema| TableName {
        schema: Some(schema.clone()),
        name: name.name.clone(),
    })
    .find_map(|qualified| exact(catalog, relations, &qualified))
}

fn exact(
    catalog: &Catalog,
    relations: &BTreeMap<TableName, Relation>,
    name: &TableName,
) -> Option<TableName> {
    if relations.contains_key(name) {
        return Some(name.clone());
    }
    let dialect = catalog.dialect;
    if !dialect.same_name("a", "A") {
        return None;
    }
    let same_schema = |other: &TableName| match (&other.schema, &name.schema) {
        (Some(left), Some(right)) => dialect.same_name(left, right),
        (None, None) => true,
        _ => false,
    };
    relations
        .keys()
        .find(|other| dialect.same_name(&other.name, &name.name) && same_schema(other))
        .cloned()
}

fn without_default_schema(name: &TableName) -> TableName {
    let default = name
        .schema
        .as_deref()
        .is_some_and(|schema| DEFAULT_SCHEMAS.contains(&schema));
    if default {
        TableName::bare(&name.name)
    } else {
        name.clone()
    }
}
