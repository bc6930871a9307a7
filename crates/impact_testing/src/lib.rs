//! The fixture reader.

pub mod indexes;
