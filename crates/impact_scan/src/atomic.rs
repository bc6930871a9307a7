//! Files that appear whole or not at all, so that two runs may share a directory.

use std::io::{self, Write};
use std::path::Path;

/// Writes a file so that readers see its old or its new contents, never a part. Makes its directory.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a text to a file that a person named, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write_file(path: &Path, text: &str) -> io::Result<()> {
    write(path, text.as_bytes())
}

/// Reads a file that a person named.
///
/// # Errors
/// If it cannot be read.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}
