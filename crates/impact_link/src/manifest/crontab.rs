//! Crontab lines.

use super::draft::{JobDraft, Manifests};
use super::tree::documents;
use impact_facts::{Language, Site};

/// Each line is a job that bears its command as its name.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, _, facts) in manifests.files() {
        if facts.language != Language::Crontab {
            continue;
        }
        for line in documents(&facts.module) {
            let Some(command) = line.get("command") else {
                continue;
            };
            let said = command.text().unwrap_or_default();
            manifests.job(JobDraft {
                name: said,
                site: Site {
                    file,
                    span: command.text_span(),
                },
                schedule: line.text_of("schedule"),
                commands: vec![said.to_owned()],
                image: None,
                via: "crontab",
            });
        }
    }
}
