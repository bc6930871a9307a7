//! What languages' own libraries do with values: one file for each.

pub(crate) mod python;
pub(crate) mod rust;
