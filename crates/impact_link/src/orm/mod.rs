//! ORMs: one file or folder for each.

pub(crate) mod active;
mod added;
pub(crate) mod diesel;
pub(crate) mod django;
mod fragments;
mod mapped;
mod parameters;
pub(crate) mod sea_orm;
pub(crate) mod sea_query;
pub(crate) mod sql_builder;
pub(crate) mod sqlalchemy;
pub(crate) mod sqlx;

pub(crate) use fragments::is_fragment;
pub(crate) mod tagged;
