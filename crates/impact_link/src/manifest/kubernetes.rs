//! Kubernetes: CronJobs with their schedule, and workloads that say a command. `batch/v1`, `apps/v1`.

use super::draft::{JobDraft, Manifests};
use super::tree::{Node, documents};
use impact_facts::{FileId, Language, Site};

/// Kinds with the path from the document to the pod's specification.
const KINDS: &[(&str, &[&str])] = &[
    (
        "CronJob",
        &["spec", "jobTemplate", "spec", "template", "spec"],
    ),
    ("Job", &["spec", "template", "spec"]),
    ("Deployment", &["spec", "template", "spec"]),
    ("StatefulSet", &["spec", "template", "spec"]),
    ("DaemonSet", &["spec", "template", "spec"]),
    ("Pod", &["spec"]),
];

/// Reads every YAML document of these kinds.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, _, facts) in manifests.files() {
        if matches!(facts.language, Language::Yaml | Language::Json) {
            for document in documents(&facts.module) {
                workload(manifests, file, document);
                let listed = document.text_of("kind") == Some("List");
                let items = document.get("items").filter(|_| listed);
                for item in items.map(Node::items).unwrap_or_default() {
                    workload(manifests, file, item);
                }
            }
        }
    }
}

fn workload(manifests: &mut Manifests<'_, '_>, file: FileId, document: Node<'_>) {
    let kind = document.text_of("kind").unwrap_or_default();
    let Some((_, path)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        return;
    };
    let named = document.path(&["metadata", "name"]);
    let (Some(pod), Some(named)) = (document.path(path), named) else {
        return;
    };
    let containers = pod.get("containers").map(Node::items).unwrap_or_default();
    let commands: Vec<String> = containers.iter().filter_map(|one| command(*one)).collect();
    let schedule = document
        .get("spec")
        .and_then(|spec| spec.text_of("schedule"));
    if commands.is_empty() && schedule.is_none() {
        return;
    }
    manifests.job(JobDraft {
        name: named.text().unwrap_or_default(),
        site: Site {
            file,
            span: named.text_span(),
        },
        schedule,
        commands,
        image: containers.iter().find_map(|one| one.text_of("image")),
        via: "kubernetes",
    });
}

/// `command` and `args` of a container, as one line.
fn command(container: Node<'_>) -> Option<String> {
    let words: Vec<&str> = ["command", "args"]
        .iter()
        .filter_map(|key| container.get(key))
        .flat_map(Node::words)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}
