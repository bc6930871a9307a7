//! The sections of `impact.toml` as they are typed.

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(crate) struct ConfigFile {
    pub(crate) service: Vec<RawService>,
    pub(crate) database: Vec<RawDatabase>,
    pub(crate) include: Vec<Spanned<String>>,
    pub(crate) exclude: Vec<Spanned<String>>,
    /// Typed by whoever judges.
    #[serde(rename = "policy")]
    pub(crate) _policy: Option<toml::Table>,
    /// Typed by whoever judges.
    #[serde(rename = "waiver")]
    pub(crate) _waiver: Vec<toml::Table>,
}

/// `[[service]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawService {
    pub(crate) name: Spanned<String>,
    pub(crate) path: Spanned<String>,
    pub(crate) owner: Option<String>,
    pub(crate) database: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) databases: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) library: bool,
    #[serde(default)]
    pub(crate) include: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) exclude: Vec<Spanned<String>>,
}

/// `[[database]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDatabase {
    pub(crate) name: Spanned<String>,
    pub(crate) dialect: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) schema: Vec<Spanned<String>>,
}
