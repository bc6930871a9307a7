//! Attributes that code sets on instances of the program's classes, by name and class, with who reads them.
//!
//! An instance has what is set on any class of its family: what its class inherits from and what inherits from it. Few of
//! these classes set any one name, so a name knows who sets it, and a read is one look and not one for each class.

use crate::cells::{Kept, Readers, UnitId};
use crate::value::Value;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use impact_bind::ClassRef;
use std::collections::BTreeSet;
use std::sync::Arc;

/// All attributes that were set or read.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Map<String, Named>);

type Map<K, V> = HashMap<K, V, FixedState>;

/// Attributes of one name.
#[derive(Debug, Default)]
struct Named {
    set: Map<ClassRef, Kept>,
    readers: Map<Of, ReadOf>,
}

/// Of which classes a name is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Class(ClassRef),
    FamilyOf(ClassRef),
}

#[derive(Debug)]
struct ReadOf {
    classes: Arc<[ClassRef]>,
    readers: Readers,
}

impl Attributes {
    /// Shows every value that is set, in no order.
    pub(crate) fn each(&self, show: &mut dyn FnMut(&Value)) {
        for kept in self.0.values().flat_map(|named| named.set.values()) {
            show(&kept.value);
        }
    }

    /// What is set on one class; `reader` is evaluated again when it grows.
    pub(crate) fn read(&mut self, class: ClassRef, name: &str, reader: UnitId) -> Value {
        let named = self.named(name);
        named.register(Of::Class(class), reader, || [class].into());
        let kept = named.set.get(&class);
        kept.map(|kept| kept.value.clone()).unwrap_or_default()
    }

    /// What is set on any class of a family, which begins with the class that it is the family of; `reader` is evaluated
    /// again when it grows.
    pub(crate) fn read_of_family(
        &mut self,
        family: &Arc<[ClassRef]>,
        name: &str,
        reader: UnitId,
    ) -> Value {
        let Some(root) = family.first() else {
            return Value::nothing();
        };
        let named = self.named(name);
        named.register(Of::FamilyOf(*root), reader, || Arc::clone(family));
        let mut value = Value::nothing();
        if named.set.is_empty() {
            return value;
        }
        for kept in family.iter().filter_map(|class| named.set.get(class)) {
            value.join(&kept.value);
        }
        value
    }

    /// What is set on one class, as it is now.
    pub(crate) fn peek(&self, class: ClassRef, name: &str) -> Value {
        let kept = self.0.get(name).and_then(|named| named.set.get(&class));
        kept.map(|kept| kept.value.clone()).unwrap_or_default()
    }

    /// Sets a name on a class, too. Returns whether that is new; then who reads it is stale.
    pub(crate) fn join(
        &mut self,
        class: ClassRef,
        name: &str,
        value: &Value,
        stale: &mut BTreeSet<UnitId>,
    ) -> bool {
        let named = self.named(name);
        if !named.set.entry(class).or_default().join(value) {
            return false;
        }
        for read in named.readers.values() {
            if read.classes.contains(&class) {
                stale.extend(read.readers.all());
            }
        }
        true
    }

    fn named(&mut self, name: &str) -> &mut Named {
        self.0.entry_ref(name).or_default()
    }
}

impl Named {
    fn register(&mut self, of: Of, reader: UnitId, classes: impl FnOnce() -> Arc<[ClassRef]>) {
        let read = self.readers.entry(of).or_insert_with(|| ReadOf {
            classes: classes(),
            readers: Readers::default(),
        });
        read.readers.add(reader);
    }
}
