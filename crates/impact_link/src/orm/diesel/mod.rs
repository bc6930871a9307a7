//! Diesel 2 and diesel-async: columns by path, query builders, rows of mapped structs.
//!
//! What is selected follows diesel's guide: a query without `select` reads every column of its tables, `as_select()` the
//! fields of the struct, `values(&struct)` writes each field, an insert or update without `returning` that is loaded reads
//! every column back.

mod call;
mod columns;
mod declared;
pub(crate) mod joins;
mod query;
mod rows;

pub(crate) use columns::{named, table, told};
pub(crate) use declared::{declared, defined};

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/diesel";

/// Associated functions that say which columns a struct takes (diesel 2, `SelectableHelper`).
pub(crate) const SELECTIONS: &[&str] = &["as_select", "as_returning"];

/// Diesel.
#[derive(Debug)]
pub(crate) struct Diesel;

impl Door for Diesel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::External(path) if columns::thing(cx, path).is_some() => {
                Some(Atom::Member(Arc::new(of.clone()), member.name.into()).into())
            }
            Atom::Mapped(model) => crate::orm::mapped::member(cx, NAME, *model, member),
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(path) => call::function(cx, path, call),
            Atom::Member(of, name) => call::method(cx, of, name, call),
            _ => None,
        }
    }

    fn stays(&self) -> bool {
        true
    }
}
