//! What languages' own libraries do with values: one file for each.

mod containers;
pub(crate) mod python;
pub(crate) mod rust;
