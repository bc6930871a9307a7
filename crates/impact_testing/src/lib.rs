//! The fixture reader.
