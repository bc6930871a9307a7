//! Frameworks: one file or folder for each.

pub(crate) mod django;
