//! What every format is made from.

use impact_graph::Trace;
use impact_policy::{Judgement, Verdict};

/// The answers to one invocation, whatever the format.
#[derive(Debug, Clone, Default)]
pub struct Report<'a> {
    /// One for each change that was asked about, in order.
    pub checks: Vec<Check<'a>>,
}

/// One change: what was traced and how it was judged.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// What it touches.
    pub trace: &'a Trace,
    /// May it run?
    pub judgement: &'a Judgement,
}

impl Report<'_> {
    /// The gravest verdict of all checks; clear if there are none.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.checks
            .iter()
            .map(|check| check.judgement.verdict)
            .max()
            .unwrap_or(Verdict::Clear)
    }
}

/// The text of a file by its path from the workspace's root; none if it cannot be had.
pub type Sources<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether to color it.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// How many findings are shown with their code; the rest take a line each.
    pub frames: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            frames: 30,
        }
    }
}
