//! SQL DDL to steps of a schema's history.
//!
//! Structure is read by hand over tokens, item by item: what a dialect adds to a clause is skipped, so that one unknown
//! option never loses a table. What could change the schema and is not understood is [`SchemaChange::Unknown`].

mod alter;
mod column;
mod create;
mod cursor;
mod dependent;
mod drop;
mod expression;
mod foreign;
mod lexer;
mod routine;
mod statement;
mod table;
mod view;

#[cfg(test)]
mod tests;

use cursor::Cursor;
use impact_facts::{Dialect, SchemaChange, SchemaStep, Span};

/// How many bodies may stand in each other (`DO` in `EXECUTE` in `DO`).
const MAX_DEPTH: u32 = 8;

/// Objects that hold no column, whether they are created, altered or dropped.
const APART: &[&str] = &[
    "SEQUENCE",
    "EXTENSION",
    "CAST",
    "OPERATOR",
    "AGGREGATE",
    "COLLATION",
    "CONVERSION",
    "LANGUAGE",
    "TEXT",
    "ACCESS",
    "SUBSCRIPTION",
    "PUBLICATION",
    "TABLESPACE",
    "GROUP",
    "EVENT",
    "LOGIN",
    "FOREIGN",
];

/// What `text` does to a schema, in order, one entry for each change. Spans are bytes of `text`.
///
/// Statements that leave the schema as it is (`GRANT`, `COMMENT`, `SET`) are nothing; those that read or write rows are
/// [`SchemaChange::Data`]. Accepts dumps: `COPY` data blocks, client commands and `DELIMITER` lines are skipped.
#[must_use]
pub fn schema_steps(text: &str, dialect: Dialect) -> Vec<SchemaStep> {
    let mut steps = Steps {
        steps: Vec::new(),
        depth: 0,
    };
    if u32::try_from(text.len()).is_err() {
        steps.unknown("more than 4 GiB", Span::default());
        return steps.steps;
    }
    statement::read(text, dialect, &lexer::lex(text, dialect), &mut steps);
    steps.steps
}

/// Columns of a record that a function's or trigger's body reads or writes: the `column` of each `record.column`, for
/// the records `NEW` and `OLD`. Each name once, sorted; folded as the dialect folds.
#[must_use]
pub fn row_columns(body: &str, dialect: Dialect) -> Vec<Box<str>> {
    let tokens = lexer::lex(body, dialect);
    let mut cursor = Cursor::new(body, dialect, &tokens);
    let mut columns = std::collections::BTreeSet::new();
    while !cursor.is_done() {
        if cursor.is_any(&["NEW", "OLD"]) && cursor.is_symbol(1, ".") {
            cursor.bump();
            cursor.bump();
            columns.extend(cursor.name().map(|(name, _)| name));
        } else {
            cursor.bump();
        }
    }
    columns.into_iter().collect()
}

/// The steps found so far.
struct Steps {
    steps: Vec<SchemaStep>,
    depth: u32,
}

impl Steps {
    fn push(&mut self, change: SchemaChange, span: Span) {
        self.steps.push(SchemaStep { change, span });
    }

    fn unknown(&mut self, reason: &str, span: Span) {
        self.push(SchemaChange::Unknown(reason.into()), span);
    }
}

/// How one kind of statement is read: the cursor stands after the words that told the kind. None: not understood.
type Reader = fn(&mut Cursor<'_>, &mut Steps) -> Option<()>;
