//! `impact index`: what the workspace's services yield, as a file that travels.

use crate::args::IndexArguments;
use crate::outcome::{Failure, Outcome};
use crate::session::Session;
use impact_scan::write_index;

pub fn run(session: &Session, arguments: &IndexArguments) -> Result<Outcome, Failure> {
    let workspace = session.workspace()?;
    let indexes = session.indexes(&workspace)?;
    write_index(&arguments.output, &indexes)
        .map_err(|error| Failure::about(arguments.output.display(), error))?;
    Ok(Outcome::Answered)
}
