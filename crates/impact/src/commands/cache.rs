//! `impact cache`: what is kept between runs, and throwing it away.

use crate::args::CacheCommand;
use crate::outcome::{Failure, Outcome};
use crate::output::print;
use crate::session::Session;
use impact_scan::{KeptService, kept_services};
use std::fmt::Write;
use std::path::Path;

pub fn run(session: &Session, command: &CacheCommand) -> Result<Outcome, Failure> {
    let directory = session.cache().ok_or_else(|| {
        Failure("nothing is kept between runs: there is no --cache-dir".to_owned())
    })?;
    let kept =
        kept_services(directory).map_err(|error| Failure::about(directory.display(), error))?;
    let report = match command {
        CacheCommand::Show => show(directory, &kept),
        CacheCommand::Prune { all } => prune(&kept, *all)?,
    };
    print(&report).map(|()| Outcome::Answered)
}

fn show(directory: &Path, kept: &[KeptService]) -> String {
    let mut report = format!("{}: {}\n", directory.display(), sum(kept));
    for service in kept {
        let size = format!("{:.1} MiB", mebibytes(service.bytes));
        let gone = if service.is_orphaned() {
            "  (gone)"
        } else {
            ""
        };
        let _ = writeln!(report, "  {size:>12}  {}{gone}", root(service));
    }
    report
}

fn prune(kept: &[KeptService], all: bool) -> Result<String, Failure> {
    let useless: Vec<KeptService> = kept
        .iter()
        .filter(|service| all || service.is_orphaned())
        .cloned()
        .collect();
    for service in &useless {
        service
            .remove()
            .map_err(|error| Failure::about(root(service), error))?;
    }
    Ok(format!("removed {}\n", sum(&useless)))
}

fn sum(kept: &[KeptService]) -> String {
    let bytes = kept.iter().map(|service| service.bytes).sum();
    let services = match kept.len() {
        1 => "1 service".to_owned(),
        many => format!("{many} services"),
    };
    format!("{services}, {:.1} MiB", mebibytes(bytes))
}

fn root(service: &KeptService) -> String {
    match &service.root {
        Some(root) => root.display().to_string(),
        None => "unknown".to_owned(),
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
