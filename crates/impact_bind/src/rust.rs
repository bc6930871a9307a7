//! Rust's crates, modules and paths.

use crate::binding::Binding;
use crate::place::Place;
use crate::program::{Program, Trail, Unit};
use impact_facts::FileId;

/// Where each file stands among the crates of the tree.
#[derive(Debug, Default)]
pub(crate) struct Crates {}

impl Crates {
    /// Reads the module tree from paths and `mod` declarations.
    pub(crate) fn of(_units: &[Unit<'_>]) -> Self {
        Self {}
    }
}

/// What a dotted name means in a place of a Rust file.
pub(crate) fn resolve(
    _program: &Program<'_>,
    _file: FileId,
    _place: Place,
    _name: &str,
    _trail: &mut Trail,
) -> Binding {
    Binding::Unknown
}
