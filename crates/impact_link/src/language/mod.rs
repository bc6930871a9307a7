//! Where languages differ: one file for each that has forms of its own.

pub(crate) mod rust;
pub(crate) mod template;
