//! Paths inside a tree.

/// A path as seen from a folder of the same tree, with `/` and without `.` and `..`, by its letters alone. What leads
/// above the tree's root begins at the root.
#[must_use]
pub fn path_from(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
