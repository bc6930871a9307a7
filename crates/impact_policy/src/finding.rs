//! What a judgement is made of.

use crate::class::FindingClass;
use crate::level::Level;
use crate::waiver::Waived;
use impact_facts::{Certainty, Scope};
use impact_graph::Place;

/// One thing that somebody may have to do something about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub class: FindingClass,
    /// What it does to the verdict.
    pub level: Level,
    /// How sure.
    pub certainty: Certainty,
    /// The kind of code.
    pub scope: Scope,
    /// What it speaks of.
    pub subject: Subject,
    /// Where; none for a service as a whole.
    pub place: Option<Place>,
    /// In words: what was found.
    pub message: String,
    /// In words: what to do.
    pub next: String,
    /// Who answers for it.
    pub owner: Option<Box<str>>,
    /// For a declaration: the whole-row references that it feeds, as indexes into the trace's references.
    pub feeds: Vec<usize>,
    /// Accepted for a time: it does not count for the verdict.
    pub waived: Option<Waived>,
    /// The same for the same thing in the same code, wherever its line moves to: 16 hexadecimal digits. No two findings
    /// of a judgement share one.
    pub fingerprint: String,
}

/// What a finding speaks of: indexes into the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// One of its references.
    Reference(usize),
    /// One of its omitted writers.
    Omission(usize),
    /// One of its dependents.
    Dependent(usize),
    /// One of its blind spots.
    BlindSpot(usize),
    /// One of its services.
    Service(usize),
    /// Nothing of the trace: the migration itself, a waiver, the code before.
    Elsewhere,
}

/// A fingerprint of texts, stable over platforms and releases (FNV-1a, 64 bits).
pub(crate) fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
