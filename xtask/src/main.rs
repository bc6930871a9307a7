//! Development tasks: `cargo xtask TASK`.

mod accuracy;
mod bench;
mod demo;
mod edits;
mod large_graph;
mod oracle;
mod statements;
mod tidy;

use std::process::ExitCode;

/// A task takes its arguments and says what went wrong.
type Task = fn(&[String]) -> Result<(), String>;

/// Tasks by name, with what they take and do.
const TASKS: &[(&str, &str, Task)] = &[
    (
        "tidy",
        ": hold the tree against the rules of the house",
        tidy::run,
    ),
    (
        "demo",
        ": check the example workspace and write its graph",
        demo::run,
    ),
    (
        "accuracy",
        "--truth DIR [--trees DIR] [--mirror DIR] [--impact FILE] [--only WORD]: score against truth sets",
        accuracy::run,
    ),
    (
        "bench",
        "--fleet DIR --column TABLE.COLUMN [--runs N]: what a run over a folder of repositories costs",
        bench::run,
    ),
    (
        "edits",
        "--tree DIR [--rounds N] [--seed S] [--impact FILE]: random edits, answered with and without what is kept",
        edits::run,
    ),
    (
        "graph",
        ": what the worst question costs in a graph of a million nodes and ten million edges",
        large_graph::run,
    ),
    (
        "oracle",
        "[--random N | --mutate SECONDS | --schema FILE --ask FILE] [--seed S]: ask a scratch PostgreSQL about the SQL fixtures, about random or given statements",
        oracle::run,
    ),
    (
        "statements",
        "--truth DIR [--only WORD] [--show N]: statements with a server's answer against ours, with all and half of the schema",
        statements::run,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("", String::as_str);
    let Some((.., task)) = TASKS.iter().find(|(task, ..)| *task == name) else {
        eprintln!("usage: cargo xtask TASK");
        TASKS
            .iter()
            .for_each(|(name, help, _)| eprintln!("  {name} {help}"));
        return ExitCode::from(2);
    };
    match task(arguments.get(1..).unwrap_or_default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
