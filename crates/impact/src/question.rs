//! What is asked about, as meant: columns that exist, changes, and where each report goes.

use crate::args::{ChangeWord, ReportFormat};
use crate::outcome::Failure;
use crate::output;
use crate::session::Session;
use impact_facts::Index;
use impact_graph::{Change, FoundColumn, Graph, Lookup, Target};
use impact_render::Format;
use impact_scan::{PastWorkspace, Repository, Wanted, WantedColumn, Workspace};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl From<ChangeWord> for Change {
    fn from(word: ChangeWord) -> Self {
        match word {
            ChangeWord::Drop => Change::Drop,
            ChangeWord::Rename => Change::Rename,
            ChangeWord::Retype => Change::Retype,
            ChangeWord::Tighten => Change::Tighten,
        }
    }
}

impl From<ReportFormat> for Format {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Text => Format::Text,
            ReportFormat::Json => Format::Json,
            ReportFormat::Sarif => Format::Sarif,
            ReportFormat::Github => Format::Github,
            ReportFormat::Gitlab => Format::Gitlab,
            ReportFormat::Junit => Format::Junit,
            ReportFormat::Markdown => Format::Markdown,
        }
    }
}

/// A workspace with all that is known of it.
pub struct Known {
    pub workspace: Workspace,
    pub indexes: Vec<Index>,
}

impl Known {
    /// Looks at the session's workspace.
    pub fn of(session: &Session, wanted: &Wanted) -> Result<Self, Failure> {
        let workspace = session.workspace()?;
        let indexes = session.indexes(&workspace, wanted)?;
        Ok(Self { workspace, indexes })
    }
}

/// A workspace as it was, with all that is known of it.
pub struct Past {
    pub indexes: Vec<Index>,
    _files: PastWorkspace,
}

impl Past {
    /// Looks at a session's workspace as it was at a revision.
    pub fn of(session: &Session, now: &Workspace, revision: &str) -> Result<Self, Failure> {
        let repository = Repository::around(&now.root)?;
        let files = repository
            .revision(revision)?
            .workspace(&now.clone().with_dialects())?;
        let indexes = session
            .keeping_nothing()
            .indexes(&files.workspace, &Wanted::All)?;
        Ok(Self {
            indexes,
            _files: files,
        })
    }
}

/// What questions about these columns and tables, as typed, can touch. A text that names none is no reason to look at
/// less: it is complained about once the workspace is known.
pub fn wanted(columns: &[String], tables: &[String]) -> Wanted {
    let column = |text: &String| {
        let target = Target::parse(text).ok()?;
        Some(WantedColumn::new(target.table(), Some(target.column())))
    };
    let table = |text: &String| {
        let target = Target::parse(&format!("{text}.*")).ok()?;
        Some(WantedColumn::new(target.table(), None))
    };
    let all = columns.iter().map(column);
    let all: Option<BTreeSet<WantedColumn>> = all.chain(tables.iter().map(table)).collect();
    match all {
        Some(all) if !all.is_empty() => Wanted::Columns(all),
        _ => Wanted::All,
    }
}

/// The column that a target means.
pub fn find(graph: &Graph<'_>, text: &str) -> Result<FoundColumn, Failure> {
    match graph.lookup(&Target::parse(text)?) {
        Lookup::Found(column) => Ok(*column),
        Lookup::Ambiguous(names) => Err(Failure(format!(
            "several databases have `{text}`: say which, as in {}",
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" or ")
        ))),
        Lookup::Unknown(nearest) => Err(Failure(unknown(text, &nearest))),
    }
}

fn unknown(text: &str, nearest: &[String]) -> String {
    let known = "neither a migration, a schema, a model nor any code speaks of it";
    match nearest {
        [] => format!("no column `{text}`: {known}"),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "no column `{text}`: {known}; did you mean {}?",
                names.join(", ")
            )
        }
    }
}

/// Where a report goes; none: to standard output.
pub type Destination = Option<PathBuf>;

/// Pairs formats with files in the order they were typed. `at` are their places on the command line.
pub fn destinations(
    formats: Vec<(usize, ReportFormat)>,
    outputs: Vec<(usize, PathBuf)>,
) -> Result<Vec<(ReportFormat, Destination)>, Failure> {
    if formats.len() == outputs.len() {
        let files = outputs.into_iter().map(|(_, file)| Some(file));
        return Ok(formats
            .into_iter()
            .map(|(_, format)| format)
            .zip(files)
            .collect());
    }
    let mut pairs: Vec<(usize, ReportFormat, Destination)> = formats
        .into_iter()
        .map(|(at, format)| (at, format, None))
        .collect();
    for (place, file) in outputs {
        let before = pairs.iter_mut().rev().find(|(at, ..)| *at < place);
        match before {
            Some((.., destination @ None)) => *destination = Some(file),
            _ => {
                return Err(Failure(format!(
                    "--output {}: which --format?",
                    file.display()
                )));
            }
        }
    }
    if pairs
        .iter()
        .filter(|(.., destination)| destination.is_none())
        .count()
        > 1
    {
        return Err(Failure(
            "several reports would go to standard output: give all but one an --output".into(),
        ));
    }
    Ok(pairs
        .into_iter()
        .map(|(_, format, destination)| (format, destination))
        .collect())
}

/// Delivers a report.
pub fn deliver(report: &str, destination: Option<&std::path::Path>) -> Result<(), Failure> {
    match destination {
        None => output::print(report),
        Some(path) => impact_scan::write_file(path, report)
            .map_err(|error| Failure::about(path.display(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::destinations;
    use crate::args::ReportFormat::{Json, Text};
    use std::path::PathBuf;

    fn file(name: &str) -> PathBuf {
        name.into()
    }

    #[test]
    fn one_format_and_one_file_belong_together_in_either_order() {
        let pairs = destinations(vec![(4, Json)], vec![(2, file("a"))]).ok();
        assert_eq!(pairs, Some(vec![(Json, Some(file("a")))]));
    }

    #[test]
    fn a_file_takes_the_format_before_it() {
        let pairs = destinations(vec![(2, Text), (4, Json)], vec![(6, file("a"))]).ok();
        assert_eq!(pairs, Some(vec![(Text, None), (Json, Some(file("a")))]));
    }

    #[test]
    fn two_reports_cannot_share_standard_output() {
        assert!(destinations(vec![(2, Text), (4, Json)], vec![]).is_err());
        assert!(destinations(vec![(2, Text)], vec![(4, file("a")), (6, file("b"))]).is_err());
    }
}
