//! Migrations as their runner would run them: in which order, what of them only runs going back, and what they take
//! from code that runs.

use crate::{FileId, Position, Span, TableName};
use serde::{Deserialize, Serialize};

/// One migration of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Its file.
    pub file: FileId,
    /// The runner: `sqlx`, `alembic`, `django`, ….
    pub runner: Box<str>,
    /// The database that it changes.
    pub database: Box<str>,
    /// What names it among its runner's: a file's name, a revision, `app.0001_initial`.
    pub revision: Box<str>,
    /// Its place in one order in which the database's migrations may run, from 0. Unique in its service and database.
    pub order: u32,
    /// Places of those that must have run before it, as its runner is told; what comes before those is left away.
    pub after: Vec<u32>,
    /// Parts of its file that run only when it is taken back: sorted, none within another.
    pub backward: Vec<Span>,
    /// What it takes from code that runs, in the order of its file.
    pub contractions: Vec<Contraction>,
    /// Statements that were not understood.
    pub unread: Vec<UnreadStatement>,
}

/// Something that existed before a migration and is gone or narrower after it: the whole file compared, so that a
/// table that is dropped and made again is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contraction {
    /// The bytes that say so.
    pub span: Span,
    /// Lines and columns of `span`.
    pub position: Position,
    /// What happens.
    pub change: Change,
    /// The table, by its name before.
    pub table: TableName,
    /// The column, by its name before; none for the table as a whole.
    pub column: Option<Box<str>>,
    /// The name after a rename.
    pub renamed_to: Option<Box<str>>,
    /// Whether another column has its name after it: what says that name then may mean either.
    pub reused: bool,
    /// The place in the order of the migration that made it what it was, where that is known.
    pub made_by: Option<u32>,
}

/// A statement of a migration that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnreadStatement {
    /// Where it stands.
    pub span: Span,
    /// Lines and columns of `span`.
    pub position: Position,
    /// Why.
    pub reason: Box<str>,
    /// The tables that it names; empty if none could be told.
    pub tables: Vec<TableName>,
}

/// What is to be done to a column, or to a table as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Change {
    /// It goes.
    Drop,
    /// It gets another name.
    Rename,
    /// It gets another type.
    Retype,
    /// NULL is no longer allowed.
    Tighten,
}

impl Change {
    /// Every change with the word that names it.
    pub const NAMES: &[(Change, &str)] = &[
        (Change::Drop, "drop"),
        (Change::Rename, "rename"),
        (Change::Retype, "retype"),
        (Change::Tighten, "tighten"),
    ];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(change, _)| *change == self)
            .map_or("drop", |(_, name)| name)
    }

    /// The change that a word names.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Change> {
        Self::NAMES
            .iter()
            .find(|(_, name)| *name == word)
            .map(|(change, _)| *change)
    }
}
