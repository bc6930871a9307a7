//! Answers of a program's look-ups, kept: they depend on nothing but its sources.

use crate::binding::Binding;
use crate::place::Place;
use crate::trail::Trail;
use foldhash::HashMap;
use impact_facts::{ExpressionId, FileId};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Names<T> = HashMap<Box<str>, T>;

/// Answers by name, in a place of a file.
#[derive(Debug)]
pub(crate) struct ByName<T>(Mutex<HashMap<(FileId, Place), Names<T>>>);

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> ByName<T> {
    pub(crate) fn get(&self, file: FileId, place: Place, name: &str) -> Option<T> {
        locked(&self.0).get(&(file, place))?.get(name).cloned()
    }

    pub(crate) fn keep(&self, file: FileId, place: Place, name: &str, found: &T) {
        let mut kept = locked(&self.0);
        let names = kept.entry((file, place)).or_default();
        names.insert(name.into(), found.clone());
    }
}

/// What single names mean in a place: inside, none where it gives them no meaning.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    with_implementations: ByName<Option<Binding>>,
    without_implementations: ByName<Option<Binding>>,
}

impl Bound {
    pub(crate) fn get(
        &self,
        file: FileId,
        place: Place,
        name: &str,
        trail: &Trail,
    ) -> Option<Option<Binding>> {
        self.of(trail).get(file, place, name)
    }

    /// Keeps what a place binds a name to, unless that depends on where the look-up began.
    pub(crate) fn keep(
        &self,
        file: FileId,
        place: Place,
        name: &str,
        trail: &Trail,
        found: &Option<Binding>,
    ) {
        if trail.is_whole() {
            self.of(trail).keep(file, place, name, found);
        }
    }

    fn of(&self, trail: &Trail) -> &ByName<Option<Binding>> {
        if trail.without_implementations {
            &self.without_implementations
        } else {
            &self.with_implementations
        }
    }
}

/// What expressions that spell names mean.
#[derive(Debug, Default)]
pub(crate) struct ByExpression(Mutex<HashMap<(FileId, Place, ExpressionId), Binding>>);

impl ByExpression {
    pub(crate) fn get(&self, file: FileId, place: Place, id: ExpressionId) -> Option<Binding> {
        locked(&self.0).get(&(file, place, id)).cloned()
    }

    pub(crate) fn keep(&self, file: FileId, place: Place, id: ExpressionId, found: &Binding) {
        locked(&self.0).insert((file, place, id), found.clone());
    }
}

/// What was found out so far.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// What dotted names mean.
    pub(crate) names: ByName<Binding>,
    pub(crate) expressions: ByExpression,
    /// Names of places of Python.
    pub(crate) bound: Bound,
    /// Items of modules and function bodies of Rust.
    pub(crate) items: Bound,
    /// What Rust's types and traits give, by their classes' places.
    pub(crate) associated: Bound,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
