//! Links between the documents of the repository.

use super::Tree;

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for path in tree
        .ending(".md")
        .filter(|path| !path.starts_with("fixtures/"))
    {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in targets(&tree.read(path)) {
            if !tree.root.join(folder).join(&target).exists() {
                broken.push(format!("{path} links to {target}"));
            }
        }
    }
    broken
}

/// Targets of `[text](target)` that are paths, fences left out.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        for part in line.split("](").skip(1).filter(|_| !fenced) {
            let target = part.split([')', '#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn only_paths_outside_of_fences_count() {
        let text = "[a](docs/a.md#x) [b](https://x.y) [c](#here)\n```\n[d](nowhere)\n```\n";
        assert_eq!(targets(text), ["docs/a.md"]);
    }
}
