//! SQL text and a catalog to the columns read and written; sole owner of SQL parsing.
//!
//! The parser is our own: a general one costs more than the whole answer may, loses what it cannot parse, and keeps no
//! spans of stars, lists and clauses. `docs/sql.md` has the numbers.

mod ddl;
mod keyword;
mod parse;
mod recognize;
mod resolution;
mod schema;
mod split;
mod syntax;
mod token;

pub use ddl::{row_columns, schema_steps};
pub use resolution::*;
pub use schema::Schema;
pub use split::split;

use impact_facts::Span;

/// What each statement of `text` touches.
#[must_use]
pub fn resolve(text: &str, holes: &[Span], schema: &Schema) -> Vec<Resolution> {
    let lower = text.to_ascii_lowercase();
    let tokens = token::tokenize(text, &lower, schema.dialect());
    split::statements(text, &lower, &tokens.list, schema.dialect())
        .into_iter()
        .map(|range| {
            let span = split::span_of(&tokens.list, &range);
            let list = tokens.list.get(range).unwrap_or(&[]);
            let parsed =
                parse::Parser::new(text, &lower, list, holes, schema.dialect()).statement();
            let error = parsed.err().unwrap_or_else(|| SqlError {
                span,
                message: "columns are not bound yet".into(),
            });
            Resolution {
                span,
                kind: StatementKind::Other,
                uses: Vec::new(),
                tables: Vec::new(),
                outputs: Vec::new(),
                omitted: Vec::new(),
                unknown: Vec::new(),
                error: Some(error),
                certainty: impact_facts::Certainty::Possible,
            }
        })
        .collect()
}

/// Whether a string literal is SQL, and not a sentence that begins like it.
#[must_use]
pub fn looks_like_sql(text: &str) -> bool {
    recognize::looks_like_sql(text)
}
