//! All that a cache's directory holds: shown, and thrown away where nothing needs it any more.

use super::Kind;
use super::facts::FACTS;
use super::known::{KNOWN, root_of};
use super::linked::INDEX;
use super::sections::PARTS;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What is kept for one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptService {
    /// The service's root; none if the file that names it is missing or damaged.
    pub root: Option<PathBuf>,
    /// Its files, sorted.
    pub files: Vec<PathBuf>,
    /// Their size in bytes.
    pub bytes: u64,
}

impl KeptService {
    /// Whether no run can use it: its service is not there.
    #[must_use]
    pub fn is_orphaned(&self) -> bool {
        self.root.as_ref().is_none_or(|root| !root.is_dir())
    }

    /// Removes its files.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        self.files.iter().try_for_each(std::fs::remove_file)
    }
}

/// What a directory keeps, by root. Files that impact did not name are no part of it. A directory that does not exist
/// keeps nothing.
///
/// # Errors
/// If the directory cannot be read.
pub fn kept_services(directory: &Path) -> io::Result<Vec<KeptService>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut services: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(service) = service_of(&path) {
            services.entry(service).or_default().push(path);
        }
    }
    let mut kept: Vec<KeptService> = services.into_values().map(kept_service).collect();
    kept.sort_by(|a, b| (&a.root, &a.files).cmp(&(&b.root, &b.files)));
    Ok(kept)
}

fn kept_service(mut files: Vec<PathBuf>) -> KeptService {
    files.sort();
    let sizes = files.iter().filter_map(|file| file.metadata().ok());
    KeptService {
        root: files
            .iter()
            .find_map(|file| root_of(&std::fs::read(file).ok()?)),
        bytes: sizes.map(|metadata| metadata.len()).sum(),
        files,
    }
}

/// The service that a kept file belongs to, as its name says.
fn service_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".pack")?;
    let (kind, service) = name.split_once('-')?;
    let known = [FACTS, KNOWN, INDEX, PARTS]
        .iter()
        .any(|one: &Kind| one.name == kind);
    let digits = service.len() == 16 && service.bytes().all(|byte| byte.is_ascii_hexdigit());
    (known && digits).then(|| service.to_owned())
}
