//! Embeds every file of `queries/`: writes `packs.rs`, a slice of pairs of a path below that folder and its text.
//!
//! Each text is an `include_str!`, so that the compiler, and whatever caches its output, knows what it depends on.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = fs::canonicalize(Path::new(&manifest).join("../../queries"))?;
    println!("cargo:rerun-if-changed={}", root.display());
    let mut rows = String::new();
    for path in files(&root)? {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string()
            .replace('\\', "/");
        rows += &format!(
            "    ({name:?}, include_str!({:?})),\n",
            path.display().to_string()
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("packs.rs"), format!("&[\n{rows}]\n"))
}

/// The files below a folder, sorted. Hidden ones are left out.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if !hidden {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
