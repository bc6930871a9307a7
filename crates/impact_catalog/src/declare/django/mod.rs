//! Django: models with their inheritance and relations, and migrations replayed over Django's own state.
//!
//! Rules of naming are those of Django 5.2, `django/db/models/base.py` and `fields/related.py`.

mod app;
mod companion;
mod field;
mod inherit;
mod meta;
mod migrations;
mod model;
mod relation;

use super::{DeclareOptions, Declared};
use impact_bind::Program;

/// Django's models and migrations of a service.
pub(super) fn declare(program: &Program<'_>, options: &DeclareOptions<'_>) -> Declared {
    let (set, past) = migrations::set(program, options.dialect);
    Declared {
        models: model::models(program).into_iter().chain(past).collect(),
        sets: set.into_iter().collect(),
        ..Declared::default()
    }
}
