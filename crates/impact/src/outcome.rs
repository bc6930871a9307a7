//! How a run ends, as the process says it.

use impact_policy::Verdict;
use std::process::ExitCode;

/// What a question was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Answered,
    /// A gate judged.
    Judged(Verdict),
    /// A gate judged, and lets what is open pass.
    Passed,
}

impl Outcome {
    /// The code that the shell sees.
    pub fn code(self) -> ExitCode {
        match self {
            Self::Answered | Self::Passed => ExitCode::SUCCESS,
            Self::Judged(verdict) => ExitCode::from(verdict.exit_code()),
        }
    }
}

/// The code of a question that could not be asked.
pub const ERROR: u8 = 2;

/// Why a question could not be asked, in words for standard error.
#[derive(Debug)]
pub struct Failure(pub String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Failure {
    /// A failure that says what it is about.
    pub fn about(subject: impl std::fmt::Display, error: impl std::fmt::Display) -> Self {
        Self(format!("{subject}: {error}"))
    }
}
