//! `impact facts`: what is seen in one file.

use crate::args::FactsArguments;
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::session::Session;
use impact_extract::{describe, extract, language_of};

pub fn run(session: &Session, arguments: &FactsArguments) -> Result<Outcome, Failure> {
    let path = arguments.file.to_string_lossy().replace('\\', "/");
    let bytes =
        impact_scan::read_file(&arguments.file).map_err(|error| Failure::about(&path, error))?;
    let Some(language) = language_of(&path, &bytes) else {
        return Err(Failure(format!(
            "{path}: no front end reads this kind of file"
        )));
    };
    let workspace = session.workspace()?;
    let facts = extract(&bytes, language, &session.packs(&workspace)?);
    print(&describe(&facts, &bytes)).map(|()| Outcome::Answered)
}
