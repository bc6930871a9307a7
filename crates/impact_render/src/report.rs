//! What every format is made from.

use impact_graph::{Place, Trace};
use impact_policy::{Finding, Judgement, Level, Verdict};

/// The answers to one invocation, whatever the format.
#[derive(Debug, Clone, Default)]
pub struct Report<'a> {
    /// One for each change that was asked about, in order.
    pub checks: Vec<Check<'a>>,
    /// What is said of no single change: statements that were not understood, waivers, annotations.
    pub loose: &'a [Finding],
    /// The workspace's path from the root of its git repository, without a slash at its end; empty if it is that root.
    /// Formats that other programs read name files from there.
    pub at: &'a str,
}

/// One change: what was traced and how it was judged.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// What it touches.
    pub trace: &'a Trace,
    /// May it run?
    pub judgement: &'a Judgement,
    /// The statement of a migration that makes it, where one does.
    pub step: Option<&'a Place>,
    /// The name after a rename, where it is known.
    pub renamed_to: Option<&'a str>,
}

impl<'a> Check<'a> {
    /// A change that nobody has written yet.
    #[must_use]
    pub fn new(trace: &'a Trace, judgement: &'a Judgement) -> Self {
        Self {
            trace,
            judgement,
            step: None,
            renamed_to: None,
        }
    }

    /// `rename users.email to mail`.
    pub(crate) fn title(&self) -> String {
        let to = self.renamed_to.map(|to| format!(" to {to}"));
        let table = if self.trace.target.is_table() {
            "table "
        } else {
            ""
        };
        let (change, name) = (self.trace.change.name(), &self.trace.target.name);
        format!("{change} {table}{name}{}", to.unwrap_or_default())
    }
}

impl Report<'_> {
    /// A path of the workspace as its repository names it: `..` of services beside the workspace is followed.
    pub(crate) fn repository_path(&self, path: &str) -> String {
        if self.at.is_empty() {
            return path.to_owned();
        }
        let mut parts: Vec<&str> = self.at.split('/').collect();
        for part in path.split('/') {
            match (part, parts.last()) {
                ("..", Some(last)) if *last != ".." => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// The gravest verdict of all checks and of what is said beside them; clear if there is nothing.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let checks = self.checks.iter().map(|check| check.judgement.verdict);
        let loose = self.loose.iter().map(|finding| match finding.level {
            Level::Block => Verdict::Blocked,
            Level::Inconclusive => Verdict::Inconclusive,
            Level::Warn | Level::Allow => Verdict::Clear,
        });
        checks.chain(loose).max().unwrap_or(Verdict::Clear)
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
