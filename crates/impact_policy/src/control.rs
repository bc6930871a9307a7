//! The positive control: is there a sign that the analyzer was awake in each service?

use impact_graph::ServiceEvidence;

/// The control of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The service.
    pub service: Box<str>,
    /// What it showed.
    pub state: ControlState,
}

/// What a control showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlState {
    /// It finds references in this service, so many to the table in question and so many in all.
    Awake {
        /// References to the table in question.
        table: u32,
        /// References to any column.
        all: u32,
    },
    /// It resolved statements or models here, but none that reads or writes a column.
    Quiet,
    /// The service names no driver and shows no use of a database.
    NoDatabase,
    /// The service uses other databases than the column's.
    Elsewhere,
    /// The service names these drivers and shows no use of a database.
    Asleep(Vec<Box<str>>),
}

impl Control {
    /// The control of a service.
    pub(crate) fn of(evidence: &ServiceEvidence) -> Self {
        let seen = evidence.coverage.statements > 0 || evidence.coverage.models > 0;
        let state = if !evidence.uses_database {
            ControlState::Elsewhere
        } else if evidence.references > 0 {
            ControlState::Awake {
                table: evidence.table_references,
                all: evidence.references,
            }
        } else if seen {
            ControlState::Quiet
        } else if evidence.coverage.drivers.is_empty() {
            ControlState::NoDatabase
        } else {
            ControlState::Asleep(evidence.coverage.drivers.clone())
        };
        Self {
            service: evidence.service.clone(),
            state,
        }
    }

    /// Whether it proves that a reference would have been found.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        matches!(self.state, ControlState::Awake { .. } | ControlState::Quiet)
    }
}
