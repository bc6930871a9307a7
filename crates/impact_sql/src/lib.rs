//! SQL text and a catalog to the columns read and written; sole owner of SQL parsing.
//!
//! The parser is our own: a general one costs more than the whole answer may, loses what it cannot parse, and keeps no
//! spans of stars, lists and clauses. `docs/sql.md` has the numbers.

mod analyze;
mod any_table;
mod body;
mod ddl;
mod fallback;
mod functions;
mod general;
mod keyword;
mod parse;
mod recognize;
mod report;
mod resolution;
mod resolve;
mod schema;
mod split;
mod syntax;
mod token;
mod types;
mod views;

pub use analyze::resolve;
pub use any_table::uses_of_any_table;
pub use ddl::{row_columns, schema_steps};
pub use recognize::{begins_like_sql, looks_like_sql};
pub use report::Answer;
pub use resolution::*;
pub use schema::Schema;
pub use split::split;
