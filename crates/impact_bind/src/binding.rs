//! What a name can mean.

use crate::place::Place;
use impact_facts::{ClassId, ExpressionId, FileId, FunctionId, Name};
use std::sync::Arc;

/// A class of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassRef {
    /// Its file.
    pub file: FileId,
    /// Which of the file's.
    pub class: ClassId,
}

/// A function of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef {
    /// Its file.
    pub file: FileId,
    /// Which of the file's.
    pub function: FunctionId,
}

/// An expression of a program, with the place in which its names are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueRef {
    /// Its file.
    pub file: FileId,
    /// Where its names are looked up.
    pub place: Place,
    /// Which of the file's.
    pub expression: ExpressionId,
    /// The name that it is bound to, where there is one.
    pub name: Option<Name>,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Binding {
    /// A module of the program.
    Module(FileId),
    /// A folder of the service's own tree that is a package without a file: its path.
    Package(Arc<str>),
    /// A class.
    Class(ClassRef),
    /// A function.
    Function(FunctionRef),
    /// The value of an expression, and the members that are taken of it: `db.Model` with `db = SQLAlchemy()` is the call
    /// with `Model`. Empty for the value itself.
    Value(ValueRef, Arc<str>),
    /// A parameter, a loop's or a context manager's variable: only evaluation can tell.
    Local,
    /// Something of a package that is not in the tree, by its qualified name: `django.db.models.Model`.
    External(Arc<str>),
    /// Nothing is known of it.
    Unknown,
}

impl Binding {
    /// Whether it says more than that there is a value.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        !matches!(self, Binding::Value(..) | Binding::Local | Binding::Unknown)
    }

    /// The qualified name, if it is outside the tree.
    #[must_use]
    pub fn external(&self) -> Option<&str> {
        match self {
            Binding::External(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn or_better(self, other: Binding) -> Binding {
        match (&self, &other) {
            (Binding::Unknown | Binding::Local, _) => other,
            _ => self,
        }
    }
}
