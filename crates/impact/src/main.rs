//! The command line: arguments in, report on standard output, verdict as exit code.

mod args;
mod commands;
mod gate;
mod outcome;
mod output;
mod question;
mod session;

use args::Arguments;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use outcome::{ERROR, Failure, Outcome};
use std::process::ExitCode;

/// The stack of the thread that works: what is nested deeply is walked recursively, to a bound.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let typed = Arguments::command().get_matches();
    let arguments = match Arguments::from_arg_matches(&typed) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    std::panic::set_hook(Box::new(|panic| {
        output::say(format_args!(
            "error: this is a bug in impact, please report it: {panic}"
        ));
    }));
    let worker = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || run(arguments, &typed));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(outcome))) => outcome.code(),
        Ok(Ok(Err(Failure(message)))) => {
            output::say(format_args!("error: {message}"));
            ExitCode::from(ERROR)
        }
        Ok(Err(_)) | Err(_) => ExitCode::from(ERROR),
    }
}

fn run(arguments: Arguments, typed: &ArgMatches) -> Result<Outcome, Failure> {
    let session = session::Session::of(arguments.global)?;
    let outcome = commands::run(&session, arguments.command, typed);
    session.say_timings();
    outcome
}
