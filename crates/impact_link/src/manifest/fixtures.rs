//! Django's fixtures: `[{"model": "app.user", "fields": {…}}]`. One reference for each field of each model in a file:
//! whoever renames a field edits the file, however many records it holds.

use super::draft::Manifests;
use super::tree::{Node, documents};
use impact_facts::{Access, FileId, Language, MappedField, Model, Site, TableName};
use std::collections::BTreeSet;

/// Reads every data file that has the form.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, _, facts) in manifests.files() {
        if !matches!(facts.language, Language::Json | Language::Yaml) {
            continue;
        }
        let mut seen = BTreeSet::new();
        for record in documents(&facts.module).flat_map(Node::items) {
            fields(manifests, file, record, &mut seen);
        }
    }
}

/// What one record names: its key, fields, keys of other rows, and lists of rows at the other side of a table in between.
fn fields(
    manifests: &mut Manifests<'_, '_>,
    file: FileId,
    record: Node<'_>,
    seen: &mut BTreeSet<String>,
) {
    let (Some(label), Some(fields)) = (record.text_of("model"), record.get("fields")) else {
        return;
    };
    let Some(model) = model(manifests.input.models, label) else {
        return;
    };
    let key = record.entries().into_iter().map(|(key, _)| key);
    let key = key.filter(|key| key.text() == Some("pk"));
    for key in key.chain(fields.entries().into_iter().map(|(key, _)| key)) {
        let name = key.text().unwrap_or_default();
        if !seen.insert(format!("{label}.{name}")) {
            continue;
        }
        let site = Site {
            file,
            span: key.text_span(),
        };
        for (table, column) in columns(model, name) {
            manifests.listed(site, table, &column, Access::Write, "python/django");
        }
    }
}

/// The columns that a record writes under a name.
fn columns(model: &Model, name: &str) -> Vec<(TableName, Box<str>)> {
    let is_named = |field: &&MappedField| {
        *field.name == *name
            || field.name.strip_suffix("_id") == Some(name)
            || (name == "pk" && field.primary_key)
    };
    if let Some(field) = model.fields.iter().find(is_named) {
        let table = model.table.clone().into_iter();
        return table.map(|table| (table, field.column.clone())).collect();
    }
    let mut relations = model.relations.iter();
    let between = relations.find(|one| *one.name == *name && !one.reverse);
    let between = between.and_then(|relation| relation.through.as_ref());
    between.map_or_else(Vec::new, |(table, columns)| {
        let columns = columns.iter().cloned();
        columns.map(|column| (table.clone(), column)).collect()
    })
}

fn model<'m>(models: &'m [Model], label: &str) -> Option<&'m Model> {
    models.iter().find(|model| {
        let mut aliases = model.aliases.iter();
        aliases.any(|alias| alias.eq_ignore_ascii_case(label))
    })
}
