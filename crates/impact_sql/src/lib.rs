//! SQL text and a catalog to the columns read and written; sole owner of sqlparser.

mod ddl;

pub use ddl::{row_columns, schema_steps};
