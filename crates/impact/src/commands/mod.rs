//! One file for each question.

mod facts;
mod index;
mod init;

use crate::args::{Arguments, Command};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::session::Session;
use clap::CommandFactory;

/// Answers one command.
pub fn run(session: &Session, command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Index(arguments) => index::run(session, &arguments),
        Command::Facts(arguments) => facts::run(session, &arguments),
        Command::Init(arguments) => init::run(session, &arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "impact", &mut script);
            print(&String::from_utf8_lossy(&script)).map(|()| Outcome::Answered)
        }
    }
}
