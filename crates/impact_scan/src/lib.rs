//! Walking, reading, caching and running in parallel; sole owner of the file system and rayon.
//!
//! The stages between are pure functions of values; this crate feeds them. It finds out what the workspace is
//! ([`Workspace`]), which files count, reads each once, keeps what was extracted for the next run, and runs the stages
//! over all services at once. What it hands out does not depend on the order in which threads finish, on the cache, or
//! on anything outside the trees that it was pointed at.

mod atomic;
mod cache;
mod config;
mod dialects;
mod discover;
mod ignored;
mod index_file;
mod init;
mod keys;
mod locate;
mod manifests;
mod options;
mod owners;
mod parts;
mod progress;
mod read;
mod revision;
mod run;
mod schema_paths;
mod sealed;
mod source;
mod stages;
mod stamp;
mod team_packs;
mod timings;
mod tracked;
mod unread;
mod waivers;
mod walk;
mod wanted;
mod workspace;

pub use atomic::{read_file, write_file};
pub use cache::{KeptService, kept_services};
pub use config::ConfigError;
pub use index_file::{IndexFileError, read_index, write_index};
pub use init::describe_workspace;
pub use options::ScanOptions;
pub use owners::Owners;
pub use revision::{PastWorkspace, Repository, Revision, RevisionError};
pub use run::{Scan, scan};
pub use stamp::Stamp;
pub use team_packs::packs;
pub use timings::Timings;
pub use tracked::ObjectId;
pub use waivers::{WAIVERS_FILE, WrittenWaiver};
pub use walk::{Found, Tally, Tree, walk};
pub use wanted::{Wanted, WantedColumn};
pub use workspace::{
    CONFIG_FILE, DatabaseSpec, Selection, ServiceArgument, ServiceSpec, Workspace, WorkspaceError,
};
