//! What languages' own libraries do with values: one file for each.

pub(crate) mod addresses;
pub(crate) mod builders;
mod containers;
pub(crate) mod cursor;
pub(crate) mod files;
mod folded;
mod frames;
pub(crate) mod intrinsic;
mod jinja;
pub(crate) mod named;
pub(crate) mod operator;
mod patterned;
pub(crate) mod python;
pub(crate) mod record;
pub(crate) mod responses;
pub(crate) mod rows;
pub(crate) mod rust;
mod schema;
pub(crate) mod tasks;
