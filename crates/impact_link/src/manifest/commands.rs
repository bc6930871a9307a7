//! Jobs in code that run a command: what packs captured as their text is what they start.

use super::draft::Manifests;
use super::tree::node;
use impact_facts::{Capture, Captured, Site, TagKind};

/// Gives the commands of tagged jobs to their entry points.
pub(crate) fn read(manifests: &mut Manifests<'_, '_>) {
    for (file, _, facts) in manifests.files() {
        for tag in facts
            .module
            .tags
            .iter()
            .filter(|tag| tag.kind == TagKind::Job)
        {
            let lines: Vec<Box<str>> = tag
                .all(Capture::Text)
                .filter_map(|captured| match captured {
                    Captured::Expression(id) => Some(node(&facts.module, *id).words().join(" ")),
                    _ => None,
                })
                .filter(|line| !line.is_empty())
                .map(Box::from)
                .collect();
            let stands_in = |site: Site| site.file == file && tag.span.contains(site.span);
            let entries = manifests.index.entry_points.iter_mut();
            for entry in entries.filter(|entry| stands_in(entry.site) && entry.starts.is_empty()) {
                entry.starts.extend(lines.iter().cloned());
            }
        }
    }
}
