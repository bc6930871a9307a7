//! `impact index`: what the workspace's services yield, as a file that travels.

use crate::args::IndexArguments;
use crate::outcome::{Failure, Outcome};
use crate::session::Session;
use impact_facts::Index;
use impact_scan::{Repository, Wanted, write_index};
use std::path::Path;

pub fn run(session: &Session, arguments: &IndexArguments) -> Result<Outcome, Failure> {
    let workspace = session.workspace()?;
    let mut indexes = session.indexes(&workspace, &Wanted::All)?;
    for (index, spec) in indexes.iter_mut().zip(&workspace.services) {
        index.revision = revision(index, &spec.root);
    }
    write_index(&arguments.output, &indexes)
        .map_err(|error| Failure::about(arguments.output.display(), error))?;
    Ok(Outcome::Answered)
}

/// The commit that an index was made from, if the service is exactly that.
fn revision(index: &Index, root: &Path) -> Option<Box<str>> {
    let paths = index.files.iter().map(|file| &*file.path);
    let commit = Repository::around(root).ok()?.unchanged(root, paths)?;
    Some(commit.into())
}
