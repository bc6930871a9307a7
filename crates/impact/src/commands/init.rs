//! `impact init`: a commented `impact.toml` of what is found.

use crate::args::InitArguments;
use crate::outcome::{Failure, Outcome};
use crate::output::{print, say};
use crate::session::Session;
use impact_scan::{CONFIG_FILE, Workspace, describe_workspace, write_file};

pub fn run(session: &Session, arguments: &InitArguments) -> Result<Outcome, Failure> {
    let workspace = session.workspace()?.with_dialects();
    if arguments.print {
        return print(&describe_workspace(&workspace)).map(|()| Outcome::Answered);
    }
    write(&workspace, arguments.force)?;
    if !session.quiet {
        say(format_args!(
            "wrote {}",
            workspace.root.join(CONFIG_FILE).display()
        ));
    }
    Ok(Outcome::Answered)
}

fn write(workspace: &Workspace, force: bool) -> Result<(), Failure> {
    let path = workspace.root.join(CONFIG_FILE);
    if path.exists() && !force {
        return Err(Failure::about(
            path.display(),
            "exists; --force replaces it, --print only shows it",
        ));
    }
    write_file(&path, &describe_workspace(workspace))
        .map_err(|error| Failure::about(path.display(), error))
}
