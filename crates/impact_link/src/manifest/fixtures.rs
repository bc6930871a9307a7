//! Django's fixtures: `[{"model": "app.user", "fields": {…}}]`. One reference for each field of each model in a file:
//! whoever renames a field edits the file, however many records it holds.

use super::draft::Manifests;
use super::tree::{Node, documents};
use impact_facts::{Access, FileId, Language, Model, Site};
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
    for (key, _) in fields.entries() {
        let name = key.text().unwrap_or_default();
        let field = model
            .fields
            .iter()
            .find(|field| &*field.name == name || field.name.strip_suffix("_id") == Some(name));
        if let (Some(field), Some(table)) = (field, &model.table)
            && seen.insert(format!("{label}.{name}"))
        {
            let site = Site {
                file,
                span: key.text_span(),
            };
            manifests.listed(
                site,
                table.clone(),
                &field.column,
                Access::Write,
                "python/django",
            );
        }
    }
}

fn model<'m>(models: &'m [Model], label: &str) -> Option<&'m Model> {
    models.iter().find(|model| {
        let mut aliases = model.aliases.iter();
        aliases.any(|alias| alias.eq_ignore_ascii_case(label))
    })
}
