//! The classes of findings: stable codes, what each means and what to do about it.

use serde::{Deserialize, Serialize};

/// What a finding is. The order is that of reports: the most dangerous first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingClass {
    /// A statement that stays valid after the drop and means something else.
    Rebinding,
    /// A view, trigger, policy, constraint or index expression that needs the column.
    DatabaseObject,
    /// A model, struct or schema file maps the column.
    Declaration,
    /// Code names the column to write it.
    Write,
    /// Code names the column to read it.
    Read,
    /// A whole-row operation touches it.
    WholeRow,
    /// A data file lists it among its table's columns.
    List,
    /// A migration that has not run yet touches it.
    PendingMigration,
    /// A writer leaves the column out.
    Omission,
    /// Only a `*` means it.
    Star,
    /// An index or constraint on this column alone: it goes with it.
    GoesAlong,
    /// The code before this change still needs it.
    DeployOrder,
    /// A site that could not be decided and may reach it.
    BlindSpot,
    /// A service that has a database driver and shows no use of a database.
    Asleep,
    /// A statement of a migration that was not understood.
    UnreadMigration,
    /// A waiver whose last day is over.
    WaiverExpired,
    /// A waiver that nothing needs.
    WaiverUnmatched,
    /// A waiver that cannot be used: without a reason, for what is open, for what is not its own.
    WaiverInvalid,
    /// An annotation of a blind spot that cannot be true.
    AnnotationInvalid,
}

/// A row of the table of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingClassEntry {
    /// Which.
    pub class: FindingClass,
    /// The stable code.
    pub code: &'static str,
    /// The word that policies use.
    pub name: &'static str,
    /// What it is, as a heading.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub next: &'static str,
}

/// Every class, in the order of reports.
const TABLE: &[FindingClassEntry] = &[
    FindingClassEntry {
        class: FindingClass::Rebinding,
        code: "IMP001",
        name: "rebinding",
        title: "the statement would stay valid and mean something else",
        why: "Without the column, its bare name binds to another table of the statement. Nothing fails: the statement \
              reads, updates or deletes other rows than before. No test that checks for errors can see it.",
        next: "qualify the name with its table, then move the statement off the column",
    },
    FindingClassEntry {
        class: FindingClass::DatabaseObject,
        code: "IMP002",
        name: "database_object",
        title: "the database itself needs the column",
        why: "A view, trigger, policy, constraint, generated column or index expression is made from the column. The \
              database refuses the change, or drops the object with it.",
        next: "replace or drop the object before the change",
    },
    FindingClassEntry {
        class: FindingClass::Declaration,
        code: "IMP003",
        name: "declaration",
        title: "a declaration maps the column",
        why: "An ORM lists columns from the declaration: every query on the model names the column, though no line \
              of code does. Dropping it breaks them all.",
        next: "remove the field from the declaration and deploy that before the change",
    },
    FindingClassEntry {
        class: FindingClass::Write,
        code: "IMP004",
        name: "write",
        title: "code writes the column",
        why: "The statement names the column to set it and fails once the column is gone.",
        next: "stop writing the column and deploy that before the change",
    },
    FindingClassEntry {
        class: FindingClass::Read,
        code: "IMP005",
        name: "read",
        title: "code reads the column",
        why: "The statement or attribute names the column and fails once the column is gone.",
        next: "move the reader to the new column and deploy that before the change",
    },
    FindingClassEntry {
        class: FindingClass::WholeRow,
        code: "IMP006",
        name: "whole_row",
        title: "a whole row is read or written",
        why: "The operation selects or writes every mapped column, this one with them, though the line does not say \
              its name.",
        next: "remove the column from the declaration that feeds it, or name the columns that are wanted",
    },
    FindingClassEntry {
        class: FindingClass::List,
        code: "IMP007",
        name: "list",
        title: "a data file lists the column",
        why: "An export list, a fixture or a configuration names the column under its table; whatever reads the file \
              asks the database for it.",
        next: "remove the column from the list",
    },
    FindingClassEntry {
        class: FindingClass::PendingMigration,
        code: "IMP008",
        name: "pending_migration",
        title: "a migration that has not run yet needs the column",
        why: "The migration comes later in the order and fails if the column is gone by then.",
        next: "let the migration run everywhere first, or change it",
    },
    FindingClassEntry {
        class: FindingClass::Omission,
        code: "IMP009",
        name: "omission",
        title: "code may insert rows without the column",
        why: "Once NULL is not allowed, an INSERT that leaves the column out fails.",
        next: "write the column here, or give it a default",
    },
    FindingClassEntry {
        class: FindingClass::Star,
        code: "IMP010",
        name: "star",
        title: "only a * reads the column",
        why: "The statement survives the change, its result has one column less. Code that takes columns by position \
              or hands rows on may notice.",
        next: "check what is done with the rows",
    },
    FindingClassEntry {
        class: FindingClass::GoesAlong,
        code: "IMP011",
        name: "goes_along",
        title: "an index or constraint goes with the column",
        why: "It speaks of this column alone, so the database drops it with the column. Queries on other columns do \
              not depend on it.",
        next: "nothing, if nobody relies on it",
    },
    FindingClassEntry {
        class: FindingClass::DeployOrder,
        code: "IMP012",
        name: "deploy_order",
        title: "the last reader is removed and the column taken at once",
        why: "The code before this change still needs the column, and it still runs while the migration does: until the \
              last old process has ended, its statements fail. The same holds when the release is rolled back.",
        next: "deploy the change of the code first, and run the migration in a later release",
    },
    FindingClassEntry {
        class: FindingClass::BlindSpot,
        code: "IMP020",
        name: "blind_spot",
        title: "a site that could not be decided may reach the column",
        why: "The code builds SQL or a name at run time, or could not be read. It may or may not touch the column.",
        next: "look, then say what it touches: # impact: columns=table.column,…",
    },
    FindingClassEntry {
        class: FindingClass::Asleep,
        code: "IMP021",
        name: "asleep",
        title: "the analyzer saw no database access where there must be some",
        why: "The service's manifest names a database driver, yet no statement and no model was found in it: it is \
              used in a way that is not understood, so its silence proves nothing.",
        next: "see `impact facts FILE` on a file that uses the driver; a query pack may be missing",
    },
    FindingClassEntry {
        class: FindingClass::UnreadMigration,
        code: "IMP022",
        name: "unread_migration",
        title: "a statement of the migration was not understood",
        why: "What it changes is not known, so nothing was asked about it.",
        next: "say what it does in a form that is read, or look at it yourself and check the columns by name",
    },
    FindingClassEntry {
        class: FindingClass::WaiverExpired,
        code: "IMP030",
        name: "waiver_expired",
        title: "a waiver has expired",
        why: "Its last day is over: what it accepted counts again.",
        next: "do what it put off, or agree on a new day",
    },
    FindingClassEntry {
        class: FindingClass::WaiverUnmatched,
        code: "IMP031",
        name: "waiver_unmatched",
        title: "a waiver accepts nothing",
        why: "Nothing of its code stands where it points. It would hide the next thing that does.",
        next: "remove it",
    },
    FindingClassEntry {
        class: FindingClass::WaiverInvalid,
        code: "IMP032",
        name: "waiver_invalid",
        title: "a waiver cannot be used",
        why: "It lacks a code, a target, a site, a reason, an owner or a day; it speaks of another service's code; or \
              of something that is open: that is decided by looking, not waived.",
        next: "complete it or remove it",
    },
    FindingClassEntry {
        class: FindingClass::AnnotationInvalid,
        code: "IMP033",
        name: "annotation_invalid",
        title: "an annotation cannot be true",
        why: "It names a column that no schema has, or a table that the code beside it cannot reach, or stands where \
              nothing is open. What it wanted to decide stays open.",
        next: "name the columns that the code touches, as table.column,table.column",
    },
];

/// Words of policies for several classes.
const GROUPS: &[(&str, &[FindingClass])] = &[
    (
        "explicit",
        &[
            FindingClass::Declaration,
            FindingClass::Write,
            FindingClass::Read,
            FindingClass::List,
        ],
    ),
    ("implicit", &[FindingClass::WholeRow]),
    ("star_only", &[FindingClass::Star]),
    ("write_only", &[FindingClass::Write]),
];

impl FindingClass {
    /// Every class with its code and words, in the order of reports.
    #[must_use]
    pub fn table() -> &'static [FindingClassEntry] {
        TABLE
    }

    /// The row of this class.
    #[must_use]
    pub fn entry(self) -> &'static FindingClassEntry {
        TABLE
            .iter()
            .find(|row| row.class == self)
            .unwrap_or(&TABLE[0])
    }

    /// Every class that a word of a policy means: a code, a name, or a group (`explicit`, `implicit`, `star_only`,
    /// `write_only`).
    #[must_use]
    pub fn group(word: &str) -> Vec<FindingClass> {
        let word = word.replace(['-', ' '], "_").to_lowercase();
        let group = GROUPS.iter().find(|(name, _)| *name == word);
        match group {
            Some((_, classes)) => classes.to_vec(),
            None => Self::find(&word).into_iter().collect(),
        }
    }

    /// The class of a code or name, in any case.
    #[must_use]
    pub fn find(word: &str) -> Option<FindingClass> {
        let fits = |row: &&FindingClassEntry| {
            row.code.eq_ignore_ascii_case(word) || row.name.eq_ignore_ascii_case(word)
        };
        TABLE.iter().find(fits).map(|row| row.class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_one_row_in_order() {
        assert!(
            TABLE
                .windows(2)
                .all(|pair| pair[0].class < pair[1].class && pair[0].code < pair[1].code)
        );
        assert_eq!(FindingClass::find("imp020"), Some(FindingClass::BlindSpot));
        assert_eq!(
            FindingClass::find("asleep").map(|class| class.entry().code),
            Some("IMP021")
        );
    }
}
