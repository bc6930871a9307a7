//! `impact.toml`: its text to typed sections, with every complaint at its line and column.

mod keys;
mod shape;

pub(crate) use shape::{ConfigFile, RawDatabase, RawService};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeTable;

/// Something in an `impact.toml` that cannot be meant: where, what, and what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.path.display(),
            self.line,
            self.column,
            self.message
        )
    }
}

impl std::error::Error for ConfigError {}

/// A text of configuration with its path: what complaints are made from.
pub(crate) struct Source<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// A complaint about the bytes from `offset` on.
    pub(crate) fn error(&self, offset: usize, message: impl Into<String>) -> ConfigError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ConfigError {
            path: self.path.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }

    /// A complaint about a value.
    pub(crate) fn error_at<T>(
        &self,
        value: &Spanned<T>,
        message: impl Into<String>,
    ) -> ConfigError {
        self.error(value.span().start, message)
    }
}

/// One section of a configuration as a type of the caller's.
pub(crate) fn policy<T: DeserializeOwned>(source: &Source<'_>) -> Result<Option<T>, ConfigError> {
    #[derive(Deserialize)]
    struct Only<T> {
        policy: Option<T>,
    }
    let only: Only<T> = toml::from_str(source.text)
        .map_err(|error| source.error(offset(&error), error.message()))?;
    Ok(only.policy)
}

/// Where a rule of the policy begins, from 0; the file's beginning if there is none.
pub(crate) fn rule_offset(source: &Source<'_>, number: usize) -> usize {
    let document = DeTable::parse(source.text).ok();
    let found = document.as_ref().and_then(|document| {
        let policy = document.get_ref().get("policy")?.get_ref().as_table()?;
        let rules = policy.get("rule")?.get_ref().as_array()?;
        Some(rules.get(number)?.span().start)
    });
    found.unwrap_or(0)
}

/// Reads a configuration. Unknown keys, wrong types and bad TOML are errors; whether paths and names exist is asked later.
pub(crate) fn parse(source: &Source<'_>) -> Result<ConfigFile, ConfigError> {
    let document = DeTable::parse(source.text)
        .map_err(|error| source.error(offset(&error), error.message()))?;
    keys::check(source, document.get_ref())?;
    toml::from_str(source.text).map_err(|error| source.error(offset(&error), error.message()))
}

fn offset(error: &toml::de::Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// `; did you mean `x`?` for the known word that is nearest to `word`, or nothing.
pub(crate) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min();
    match nearest {
        Some((distance, name)) if distance <= 2.max(name.len() / 3) => {
            format!("; did you mean `{name}`?")
        }
        _ => String::new(),
    }
}
