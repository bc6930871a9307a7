//! Frameworks: one file or folder for each.

pub(crate) mod axum;
pub(crate) mod cargo;
pub(crate) mod django;
pub(crate) mod tagged;
