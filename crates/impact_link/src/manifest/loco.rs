//! The scheduler of loco: jobs that run a task of the program, in `scheduler.yaml` or under `scheduler` of a configuration.
//! <https://loco.rs/docs/processing/scheduler/>

use super::draft::{JobDraft, Manifests};
use super::tree::{Node, documents};
use impact_facts::{FileId, Language, Site};

/// Each entry under `jobs` that says what runs and when is a job.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, path, facts) in manifests.files() {
        if facts.language != Language::Yaml {
            continue;
        }
        let own = path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains("scheduler"));
        for document in documents(&facts.module) {
            let inside = document.path(&["scheduler", "jobs"]);
            let jobs = inside.or_else(|| document.get("jobs").filter(|_| own));
            for (name, job) in jobs.map(Node::entries).unwrap_or_default() {
                scheduled(manifests, file, name, job);
            }
        }
    }
}

fn scheduled(manifests: &mut Manifests<'_, '_>, file: FileId, name: Node<'_>, job: Node<'_>) {
    let schedule = job.text_of("schedule").or_else(|| job.text_of("cron"));
    if let (Some(run), Some(_)) = (job.text_of("run"), schedule) {
        manifests.job(JobDraft {
            name: name.text().unwrap_or_default(),
            site: Site {
                file,
                span: name.text_span(),
            },
            schedule,
            commands: vec![run.to_owned()],
            image: None,
            via: "rust/loco",
        });
    }
}
