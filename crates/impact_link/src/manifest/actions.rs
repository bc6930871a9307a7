//! GitHub Actions: workflows that run on a schedule. `on.schedule[].cron`, `jobs.*.steps[].run`.

use super::draft::{JobDraft, Manifests};
use super::tree::{Node, documents};
use impact_facts::{Language, Site};

const FOLDER: &str = ".github/workflows/";

/// Reads every workflow.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, path, facts) in manifests.files() {
        if facts.language != Language::Yaml || !path.contains(FOLDER) {
            continue;
        }
        for workflow in documents(&facts.module) {
            let schedules = workflow.path(&["on", "schedule"]);
            let Some(cron) = schedules.and_then(|all| all.items().first()?.get("cron")) else {
                continue;
            };
            let stem = path.rsplit('/').next().unwrap_or(path);
            let name = workflow.get("name");
            manifests.job(JobDraft {
                name: name.and_then(Node::text).unwrap_or(stem),
                site: Site {
                    file,
                    span: name.unwrap_or(cron).text_span(),
                },
                schedule: cron.text(),
                commands: commands(workflow),
                image: None,
                via: "github-actions",
            });
        }
    }
}

fn commands(workflow: Node<'_>) -> Vec<String> {
    let jobs = workflow.get("jobs").map(Node::items).unwrap_or_default();
    jobs.into_iter()
        .filter_map(|job| job.get("steps"))
        .flat_map(Node::items)
        .filter_map(|step| step.text_of("run"))
        .map(str::to_owned)
        .collect()
}
