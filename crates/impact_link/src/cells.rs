//! What units of code tell each other: values by key, joined over all who write, with who read them.

use crate::attributes::Attributes;
use crate::value::Value;
use foldhash::HashMap;
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{FileId, Name};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A piece of code that is evaluated as one: an index into the units of the evaluator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// Where a value is kept between units.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A name of a module.
    Global(FileId, Name),
    /// A name of a class's body.
    ClassName(ClassRef, Name),
    /// A parameter, by position.
    Parameter(FunctionRef, u32),
    /// What a parameter is where no argument says it, by position.
    Default(FunctionRef, u32),
    /// A parameter of one summary of a function, by position.
    ParameterOf(UnitId, u32),
    /// What one summary of a function returns.
    ReturnOf(UnitId),
    /// What one summary of a generator yields.
    YieldOf(UnitId),
    /// What a function returns.
    Return(FunctionRef),
    /// What a generator yields.
    Yield(FunctionRef),
    /// A local name, for the functions inside.
    Local(FunctionRef, Name),
    /// An attribute that is set on instances of a class of the program.
    Attribute(ClassRef, Box<str>),
    /// An attribute that is set on something else, by what and name.
    Outside(Box<str>, Box<str>),
    /// A variable of a template.
    Template(FileId, Box<str>),
    /// Functions that stand around a decorated one.
    Wrappers(FunctionRef),
}

#[derive(Debug, Default)]
struct Cell {
    kept: Kept,
    readers: Readers,
}

/// Units that read a value, each once, ascending.
#[derive(Debug, Default)]
pub(crate) struct Readers(Vec<UnitId>);

impl Readers {
    pub(crate) fn add(&mut self, reader: UnitId) {
        if let Err(at) = self.0.binary_search(&reader) {
            self.0.insert(at, reader);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.0.iter().copied()
    }
}

/// A value that grows.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) value: Value,
    writes: u32,
}

impl Kept {
    /// Adds a value. Returns whether this one grew.
    pub(crate) fn join(&mut self, value: &Value) -> bool {
        if self.writes > MAX_GROWTH || self.value.covers(value) {
            return false;
        }
        self.writes += 1;
        if self.writes > MAX_GROWTH {
            let more = Value::unknown("more alternatives than are followed");
            self.value.join(&more);
        } else {
            self.value.join(value);
        }
        true
    }
}

/// How often a cell may grow: what comes then is not known.
const MAX_GROWTH: u32 = 60;

/// All cells.
#[derive(Debug, Default)]
pub struct Cells {
    cells: HashMap<Key, Cell>,
    attributes: Attributes,
    /// Units whose reads are out of date.
    pub stale: BTreeSet<UnitId>,
}

impl Cells {
    /// The value under a key; `reader` is evaluated again when it grows.
    pub fn read(&mut self, key: Key, reader: UnitId) -> Value {
        if let Key::Attribute(class, name) = &key {
            return self.attributes.read(*class, name, reader);
        }
        let cell = self.cells.entry(key).or_default();
        cell.readers.add(reader);
        cell.kept.value.clone()
    }

    /// What is set under a name on instances of any class of a family, which begins with the class that it is the family
    /// of; `reader` is evaluated again when it grows.
    pub(crate) fn read_of_family(
        &mut self,
        family: &Arc<[ClassRef]>,
        name: &str,
        reader: UnitId,
    ) -> Value {
        self.attributes.read_of_family(family, name, reader)
    }

    /// Takes the first unit from `from` on whose reads are out of date; after the last, the first of all.
    pub fn next_stale(&mut self, from: UnitId) -> Option<UnitId> {
        let next = self.stale.range(from..).next().or(self.stale.first());
        let next = next.copied()?;
        self.stale.remove(&next);
        Some(next)
    }

    /// The value under a key, as it is now.
    #[must_use]
    pub fn peek(&self, key: &Key) -> Value {
        if let Key::Attribute(class, name) = key {
            return self.attributes.peek(*class, name);
        }
        let cell = self.cells.get(key);
        cell.map(|cell| cell.kept.value.clone()).unwrap_or_default()
    }

    /// Shows every value that is kept, in no order; attributes of instances without a key.
    pub(crate) fn each(&self, show: &mut dyn FnMut(Option<&Key>, &Value)) {
        for (key, cell) in &self.cells {
            show(Some(key), &cell.kept.value);
        }
        self.attributes.each(&mut |value| show(None, value));
    }

    /// Adds a value. Returns whether the cell grew.
    pub fn join(&mut self, key: Key, value: &Value) -> bool {
        if value.is_nothing() {
            return false;
        }
        if let Key::Attribute(class, name) = &key {
            return self.attributes.join(*class, name, value, &mut self.stale);
        }
        let cell = self.cells.entry(key).or_default();
        let grew = cell.kept.join(value);
        if grew {
            self.stale.extend(cell.readers.all());
        }
        grew
    }
}
