//! Standard output, which is the report and nothing else, and standard error.

use crate::outcome::Failure;
use std::io::{self, ErrorKind, Write};

/// Writes a report to standard output. A reader that went away is no error.
pub fn print(report: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(report.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::about("standard output", error))
        }
        _ => Ok(()),
    }
}

/// Says something on standard error; it does not matter whether anybody hears.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
