//! How much a finding weighs.

use serde::{Deserialize, Serialize};

/// What a finding does to the verdict. Ordered from the lightest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Counted, not shown.
    Allow,
    /// Shown; the verdict stays.
    Warn,
    /// No proof either way.
    Inconclusive,
    /// The change must not run.
    Block,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Inconclusive => "inconclusive",
            Level::Block => "block",
        }
    }
}
