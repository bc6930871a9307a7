//! Waivers that stand in files: `[[waiver]]` of `impact.toml`, which speaks for the workspace, and of
//! `.impact/waivers.toml` of a service, which speaks for that service alone. What they say is judged elsewhere.

use crate::config::Source;
use crate::workspace::Workspace;
use impact_facts::Position;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Where a service keeps its waivers, from its root.
pub const WAIVERS_FILE: &str = ".impact/waivers.toml";

/// A larger file is not read.
const LARGEST: u64 = 1 << 20;

/// More waivers of one file are not read.
const MOST: usize = 1000;

/// A `[[waiver]]` of a file, or what is wrong with the file.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenWaiver {
    /// What it says.
    pub table: Result<toml::Table, String>,
    /// The file, from the workspace's root.
    pub path: Box<str>,
    /// The service whose tree holds it, by its place in the workspace; none: the workspace's own.
    pub service: Option<usize>,
    /// Where it begins.
    pub position: Position,
}

impl Workspace {
    /// Every waiver that a file holds, in the order of the files. A file that cannot be used says so in one.
    #[must_use]
    pub fn waivers(&self) -> Vec<WrittenWaiver> {
        let mut all = Vec::new();
        if let Some(config) = &self.config {
            read(config, crate::workspace::CONFIG_FILE, None, &mut all);
        }
        for (at, spec) in self.services.iter().enumerate() {
            let path = spec.root.join(WAIVERS_FILE);
            let inside = path
                .canonicalize()
                .is_ok_and(|real| real.starts_with(&spec.root));
            if !inside {
                continue;
            }
            let name = match &*spec.service.path {
                "" => WAIVERS_FILE.to_owned(),
                root => format!("{root}/{WAIVERS_FILE}"),
            };
            read(&path, &name, Some(at), &mut all);
        }
        all
    }
}

fn read(file: &Path, name: &str, service: Option<usize>, all: &mut Vec<WrittenWaiver>) {
    let written = |table, line, col| WrittenWaiver {
        table,
        path: name.into(),
        service,
        position: Position {
            line,
            col,
            end_line: line,
            end_col: col,
        },
    };
    let small = file.metadata().is_ok_and(|data| data.len() <= LARGEST);
    let text = match std::fs::read_to_string(file) {
        Ok(text) if small => text,
        Ok(_) => return all.push(written(Err("the file is too large".into()), 1, 1)),
        Err(error) => return all.push(written(Err(error.kind().to_string()), 1, 1)),
    };
    let source = Source {
        path: file,
        text: &text,
    };
    let place = |offset: usize| {
        let error = source.error(offset, "");
        (error.line as u32, error.column as u32)
    };
    let (parsed, whole) = match (DeTable::parse(&text), text.parse::<toml::Table>()) {
        (Ok(parsed), Ok(whole)) => (parsed, whole),
        (Err(error), _) | (_, Err(error)) => {
            let (line, col) = place(error.span().map_or(0, |span| span.start));
            return all.push(written(Err(error.message().to_owned()), line, col));
        }
    };
    let Some(DeValue::Array(placed)) = parsed.get_ref().get("waiver").map(|one| one.get_ref())
    else {
        return;
    };
    let tables = whole.get("waiver").and_then(|value| value.as_array());
    for (number, (at, value)) in placed.iter().zip(tables.into_iter().flatten()).enumerate() {
        let (line, col) = place(at.span().start);
        if number == MOST {
            let message = format!("the file holds more than {MOST} waivers");
            return all.push(written(Err(message), line, col));
        }
        let table = value
            .as_table()
            .cloned()
            .ok_or_else(|| "a waiver is a table: [[waiver]]".to_owned());
        all.push(written(table, line, col));
    }
}
