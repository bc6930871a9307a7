//! The formats of a report.

use crate::report::{Report, Settings, Sources};
use crate::{github, gitlab, guard, json, junit, markdown, sarif, text};

/// A format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs; see the published schema.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// For one comment on a pull request.
    Markdown,
}

/// A row: the format, the word for it, and what writes it.
type Row = (
    Format,
    &'static str,
    fn(&Report<'_>, Sources<'_>, &Settings) -> String,
);

impl Format {
    /// Every format with the word that names it and what writes it.
    pub const ALL: &[Row] = &[
        (Format::Text, "text", text::report),
        (Format::Json, "json", json::report),
        (Format::Sarif, "sarif", sarif::report),
        (Format::Github, "github", github::report),
        (Format::Gitlab, "gitlab", gitlab::report),
        (Format::Junit, "junit", junit::report),
        (Format::Markdown, "markdown", markdown::report),
    ];

    /// The format of a word.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Format> {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == word)
            .map(|(format, ..)| *format)
    }

    /// What is written instead of a report where the question could not be answered; none where a format has no form
    /// for that.
    #[must_use]
    pub fn failure(self, message: &str) -> Option<String> {
        (self == Format::Sarif).then(|| sarif::failure(message))
    }

    /// The report in this format, with a newline at the end.
    #[must_use]
    pub fn render(self, report: &Report<'_>, sources: Sources<'_>, settings: &Settings) -> String {
        let row = Self::ALL.iter().find(|(format, ..)| *format == self);
        let text = row.map_or_else(String::new, |(_, _, write)| {
            write(report, sources, settings)
        });
        match self {
            Format::Text => guard::lines(&guard::plain(&text, settings.color)),
            Format::Markdown => guard::lines(&guard::plain(&text, false)),
            Format::Github => guard::plain(&text, false),
            Format::Json | Format::Sarif | Format::Gitlab | Format::Junit => text,
        }
    }
}
