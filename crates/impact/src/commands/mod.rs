//! One file for each question.

mod cache;
mod check;
mod entrypoints;
mod explain;
mod facts;
mod graph;
mod index;
mod init;
mod references;
mod sql;

use crate::args::{Arguments, Command};
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::session::Session;
use clap::{ArgMatches, CommandFactory};

/// Answers one command.
pub fn run(session: &Session, command: Command, typed: &ArgMatches) -> Result<Outcome, Failure> {
    match command {
        Command::Check(arguments) => check::run(session, &arguments, innermost(typed)),
        Command::References(arguments) => references::run(session, &arguments),
        Command::Entrypoints(arguments) => entrypoints::run(session, &arguments),
        Command::Graph(arguments) => graph::run(session, &arguments),
        Command::Explain(arguments) => explain::run(session, &arguments),
        Command::Sql(arguments) => sql::run(session, &arguments),
        Command::Index(arguments) => index::run(session, &arguments),
        Command::Facts(arguments) => facts::run(session, &arguments),
        Command::Init(arguments) => init::run(session, &arguments),
        Command::Cache(command) => cache::run(session, &command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "impact", &mut script);
            print(&String::from_utf8_lossy(&script)).map(|()| Outcome::Answered)
        }
    }
}

/// What was typed after the last word of the command.
fn innermost(typed: &ArgMatches) -> &ArgMatches {
    typed
        .subcommand()
        .map_or(typed, |(_, inner)| innermost(inner))
}
