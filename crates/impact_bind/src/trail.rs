//! The names that one look-up is in the middle of.

use crate::place::Place;
use impact_facts::FileId;

/// The names being looked up: a name that leads back to itself is unknown.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    names: Vec<(FileId, Place, Box<str>)>,
    steps: u32,
    /// Whether a name was not looked up, since it led back or too deep: what was found depends on where it began.
    cut: bool,
    /// Rust: items of implementations are not asked for, since they are just being found out.
    pub(crate) without_implementations: bool,
}

impl Trail {
    const DEPTH: usize = 48;
    const STEPS: u32 = 20_000;

    pub(crate) fn enter(&mut self, file: FileId, place: Place, name: &str) -> bool {
        self.steps += 1;
        let seen =
            |(f, p, n): &(FileId, Place, Box<str>)| *f == file && *p == place && **n == *name;
        if self.steps > Self::STEPS
            || self.names.len() >= Self::DEPTH
            || self.names.iter().any(seen)
        {
            self.cut = true;
            return false;
        }
        self.names.push((file, place, name.into()));
        true
    }

    pub(crate) fn leave(&mut self) {
        self.names.pop();
    }

    /// Begins to watch whether a name is not looked up; answers what was seen before.
    pub(crate) fn begin(&mut self) -> bool {
        std::mem::replace(&mut self.cut, false)
    }

    /// Goes on with what was seen before, too.
    pub(crate) fn resume(&mut self, before: bool) {
        self.cut |= before;
    }

    /// Whether what was found since [`begin`](Self::begin) is what any look-up would find.
    pub(crate) fn is_whole(&self) -> bool {
        !self.cut
    }
}
