//! Frameworks: one file or folder for each.

pub(crate) mod django;
pub(crate) mod tagged;
