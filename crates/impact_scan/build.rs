//! Names the sources that facts and indexes are made by, so that a cache written by other code is never read.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

const SOURCES: &[&str] = &[
    "../impact_facts/src",
    "../impact_extract/src",
    "../impact_bind/src",
    "../impact_sql/src",
    "../impact_catalog/src",
    "../impact_link/src",
    "src",
    "../../Cargo.lock",
];

fn main() {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        for file in files(Path::new(source)) {
            hasher.write(file.to_string_lossy().as_bytes());
            hasher.write(&fs::read(&file).unwrap_or_default());
        }
    }
    println!("cargo::rustc-env=IMPACT_SOURCES={:016x}", hasher.finish());
}

fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else {
        return vec![path.to_path_buf()];
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}
