//! Diesel 2 and diesel-async: columns by path, query builders, rows of mapped structs.
//!
//! What is selected follows diesel's guide: a query without `select` reads every column of its tables, `as_select()` the
//! fields of the struct, `values(&struct)` writes each field, an insert or update without `returning` that is loaded reads
//! every column back.

mod call;
mod columns;
mod declared;
mod query;

pub(crate) use columns::named;
pub(crate) use declared::{declared, defined};

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Value};
use impact_facts::{Access, Span};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/diesel";

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
            Atom::Mapped(model) => {
                let owner = cx.models.get(*model).filter(|owner| &*owner.orm == NAME)?;
                let field = owner
                    .fields
                    .iter()
                    .find(|field| &*field.name == member.name)?;
                cx.touch_field(*model, field, member.span, Manner::named(member.access));
                let class = cx.models.class(*model)?;
                (member.access == Access::Read)
                    .then(|| crate::language::rust::field_type(cx, class, member.name))
            }
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

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        let _ = (cx, span);
        match (value, how) {
            (Atom::Object(object), _) if object.door == NAME => Some(value.clone().into()),
            _ => None,
        }
    }
}
