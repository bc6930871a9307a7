//! The local names at one point of a function.

use crate::value::Value;
use foldhash::HashMap;
use impact_facts::Name;
use std::collections::BTreeSet;

/// What local names are at one point, and which rows are there; `dead` after a return or raise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    names: HashMap<Name, Value>,
    /// Paths that led to a row on every way to this point: whoever asks again gets the row that is there.
    fetched: BTreeSet<Box<str>>,
    pub(crate) dead: bool,
}

impl Environment {
    pub(crate) fn get(&self, name: Name) -> Option<&Value> {
        self.names.get(&name)
    }

    pub(crate) fn set(&mut self, name: Name, value: Value) {
        self.names.insert(name, value);
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.names.remove(&name);
    }

    /// Remembers a path that leads to a row. False if it led there before.
    pub(crate) fn fetch(&mut self, path: &str) -> bool {
        self.fetched.insert(path.into())
    }

    /// Where two ways meet.
    pub(crate) fn join(mut self, other: Environment) -> Environment {
        if self.dead {
            return other;
        }
        if other.dead {
            return self;
        }
        self.fetched.retain(|path| other.fetched.contains(path));
        for (name, value) in other.names {
            let old = self.names.entry(name).or_default();
            old.join(&value);
        }
        self
    }
}
