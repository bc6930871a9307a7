//! Compose files: services that say a command which starts something that is known here. All others are containers of
//! other people's programs, or run what a server's own entry points tell better.

use super::command;
use super::draft::{JobDraft, Manifests};
use super::tree::{Node, documents};
use impact_facts::{FileId, Language, Site};

/// Names that compose files have, without their ending.
const NAMES: &[&str] = &["docker-compose", "compose"];

/// Reads every compose file.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, path, facts) in manifests.files() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_compose = NAMES.iter().any(|known| name.starts_with(known));
        if facts.language != Language::Yaml || !is_compose {
            continue;
        }
        for document in documents(&facts.module) {
            let services = document.get("services").map(Node::entries);
            for (name, service) in services.unwrap_or_default() {
                container(manifests, file, name, service);
            }
        }
    }
}

fn container(manifests: &mut Manifests<'_, '_>, file: FileId, name: Node<'_>, service: Node<'_>) {
    let words: Vec<&str> = ["entrypoint", "command"]
        .iter()
        .filter_map(|key| service.get(key))
        .flat_map(Node::words)
        .collect();
    let line = words.join(" ");
    if !starts_something(manifests, &line) {
        return;
    }
    manifests.job(JobDraft {
        name: name.text().unwrap_or_default(),
        site: Site {
            file,
            span: name.text_span(),
        },
        schedule: None,
        commands: vec![line],
        image: service.text_of("image"),
        via: "compose",
    });
}

fn starts_something(manifests: &Manifests<'_, '_>, line: &str) -> bool {
    let entries = &manifests.index.entry_points;
    command::words(line).into_iter().any(|word| {
        let named = entries.iter().any(|entry| &*entry.name == word);
        named || (word.contains('.') && manifests.file_at(word).is_some())
    })
}
