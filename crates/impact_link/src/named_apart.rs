//! References that no evaluated expression touches: what has a column's name because of where its value comes from or goes.

use crate::cells::UnitId;
use crate::code_scope::code_scope;
use crate::effect::{Effects, Touch};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use impact_facts::{Access, Certainty, FileId, Language, Scope, Site, TableName};
use std::collections::BTreeSet;

/// A column: its database, its table and its name.
pub(crate) type Column = (Box<str>, TableName, Box<str>);

/// Adds that something names a column, no surer than *likely*, to what a unit touches.
pub(crate) fn add(
    all: &mut [Effects],
    unit: Option<UnitId>,
    at: Site,
    ((database, table, column), access): (&Column, Access),
    via: &str,
) {
    if let Some(effects) = unit.and_then(|unit| all.get_mut(unit.0 as usize)) {
        let manner = Manner::named(access).at_most(Certainty::Likely);
        effects.touches.add(Touch {
            database: database.clone(),
            ..manner.column(at, table, column, via)
        });
    }
}

/// The service's own files of Python that run outside of tests.
pub(crate) fn production(evaluator: &Evaluator<'_>) -> BTreeSet<FileId> {
    let program = evaluator.program;
    let own = program.files().filter(|file| {
        let facts = program.facts(*file);
        program.is_own(*file)
            && facts.language == Language::Python
            && matches!(
                code_scope(program.path(*file), facts),
                Scope::Production | Scope::Script
            )
    });
    own.collect()
}
