//! The local names at one point of a function.

use crate::value::Value;
use foldhash::HashMap;
use impact_facts::Name;

/// What local names are at one point; `dead` after a return or raise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    names: HashMap<Name, Value>,
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

    /// Where two ways meet.
    pub(crate) fn join(mut self, other: Environment) -> Environment {
        if self.dead {
            return other;
        }
        if other.dead {
            return self;
        }
        for (name, value) in other.names {
            let old = self.names.entry(name).or_default();
            *old = old.or(&value);
        }
        self
    }
}
