//! What the file system says of a file's age.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::SystemTime;

/// A file with the same size and stamp as before was not changed, unless both are younger than the clock can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// When its contents were changed: seconds and nanoseconds since 1970.
    pub modified: (i64, u32),
    /// When its contents or its attributes were changed, where the system tells.
    pub changed: (i64, u32),
    /// Its number in its file system, where it has one.
    pub inode: u64,
}

impl Stamp {
    /// The stamp of a file.
    #[cfg(unix)]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            modified: (metadata.mtime(), metadata.mtime_nsec() as u32),
            changed: (metadata.ctime(), metadata.ctime_nsec() as u32),
            inode: metadata.ino(),
        }
    }

    /// The stamp of a file.
    #[cfg(not(unix))]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().map_or((0, 0), since_1970),
            ..Self::default()
        }
    }

    /// Whether both times lie before a moment.
    pub(crate) fn is_before(&self, moment: SystemTime) -> bool {
        let moment = since_1970(moment);
        self.modified < moment && self.changed < moment
    }
}

fn since_1970(time: SystemTime) -> (i64, u32) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or((0, 0), |since| {
        (since.as_secs() as i64, since.subsec_nanos())
    })
}
