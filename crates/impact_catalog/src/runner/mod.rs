//! Migration runners: which files they run, in which order, and which part of a file goes forward.
//!
//! A runner is one row of [`RUNNERS`]. Patterns are matched from the end of a path: `#` is a version (digits, joined by
//! `.`, `_` or `-`), `*` any characters of one path segment.

mod pattern;

#[cfg(test)]
mod tests;

use impact_facts::Span;
use pattern::Match;

/// How a migration runner lays out its files.
pub(crate) struct Runner {
    /// Its name.
    pub(crate) name: &'static str,
    /// Files that go forward.
    up: &'static [&'static str],
    /// Files that go back, and never count.
    down: &'static [&'static str],
    /// Comments that begin the forward and the backward part of a file. Without one, a file is not this runner's.
    sections: Option<Sections>,
    /// Files that run after all others, whenever they change.
    repeatable: &'static [&'static str],
}

struct Sections {
    up: &'static str,
    down: &'static str,
}

/// Every runner of SQL files. The first that fits counts.
const RUNNERS: &[Runner] = &[
    Runner {
        name: "goose",
        up: &["#_*.sql"],
        down: &[],
        sections: Some(Sections {
            up: "-- +goose up",
            down: "-- +goose down",
        }),
        repeatable: &[],
    },
    Runner {
        name: "dbmate",
        up: &["#_*.sql"],
        down: &[],
        sections: Some(Sections {
            up: "-- migrate:up",
            down: "-- migrate:down",
        }),
        repeatable: &[],
    },
    Runner {
        name: "sql-migrate",
        up: &["*.sql"],
        down: &[],
        sections: Some(Sections {
            up: "-- +migrate up",
            down: "-- +migrate down",
        }),
        repeatable: &[],
    },
    Runner {
        name: "diesel",
        up: &["#_*/up.sql"],
        down: &["#_*/down.sql"],
        sections: None,
        repeatable: &[],
    },
    Runner {
        name: "prisma",
        up: &["#_*/migration.sql"],
        down: &[],
        sections: None,
        repeatable: &[],
    },
    Runner {
        name: "flyway",
        up: &["V#__*.sql", "B#__*.sql"],
        down: &["U#__*.sql"],
        sections: None,
        repeatable: &["R__*.sql"],
    },
    Runner {
        name: "golang-migrate",
        up: &["#_*.up.sql", "#.up.sql"],
        down: &["#_*.down.sql", "#.down.sql"],
        sections: None,
        repeatable: &[],
    },
    Runner {
        name: "sqlx",
        up: &["migrations/#_*.sql"],
        down: &[],
        sections: None,
        repeatable: &[],
    },
    Runner {
        name: "ordered",
        up: &["#_*.sql", "#-*.sql", "#.*.sql", "#.sql"],
        down: &[
            "*.down.sql",
            "*_down.sql",
            "*-down.sql",
            "*/down.sql",
            "*.rollback.sql",
        ],
        sections: None,
        repeatable: &[],
    },
];

/// A file as its runner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    /// The runner's name.
    pub(crate) runner: &'static str,
    /// The folder in which all of the runner's files lie.
    pub(crate) root: &'a str,
    /// When it runs: ascending. Repeatable files have none and run last.
    pub(crate) version: Option<Vec<u64>>,
    /// The parts of the text that go forward.
    pub(crate) forward: Vec<Span>,
}

/// What a path and a text are to a runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Layout<'a> {
    /// A migration.
    Migration(Placed<'a>),
    /// A file that goes back: it never counts.
    Backward,
    /// No runner's file.
    Other,
}

/// Which runner's a file is. `text` is the whole file.
pub(crate) fn layout<'a>(path: &'a str, text: &str) -> Layout<'a> {
    let lower = text.to_ascii_lowercase();
    if RUNNERS
        .iter()
        .any(|runner| first_match(runner.down, path).is_some())
    {
        return Layout::Backward;
    }
    let placed = RUNNERS.iter().find_map(|runner| runner.place(path, &lower));
    placed.map_or(Layout::Other, Layout::Migration)
}

fn first_match<'a>(patterns: &[&str], path: &'a str) -> Option<Match<'a>> {
    patterns
        .iter()
        .find_map(|pattern| pattern::matches(pattern, path))
}

impl Runner {
    fn place<'a>(&self, path: &'a str, lower: &str) -> Option<Placed<'a>> {
        let forward = match &self.sections {
            Some(sections) => sections.forward(lower)?,
            None => vec![Span::new(0, lower.len() as u32)],
        };
        let versioned = first_match(self.up, path);
        let found = versioned
            .clone()
            .or_else(|| first_match(self.repeatable, path))?;
        let version = versioned.map(|found| found.version);
        Some(Placed {
            runner: self.name,
            root: found.root,
            version,
            forward,
        })
    }
}

impl Sections {
    /// Everything between a forward mark and the next backward mark or the end. None without a forward mark.
    fn forward(&self, lower: &str) -> Option<Vec<Span>> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(start) = find_from(lower, self.up, at) {
            let end = find_from(lower, self.down, start).unwrap_or(lower.len());
            parts.push(Span::new(start as u32, end as u32));
            at = end;
        }
        (!parts.is_empty()).then_some(parts)
    }
}

fn find_from(text: &str, mark: &str, from: usize) -> Option<usize> {
    text.get(from..)
        .and_then(|rest| rest.find(mark))
        .map(|at| at + from)
}
