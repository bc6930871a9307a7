//! Rows of SQL text: who names one of their columns names what it is made from, so that `SELECT *` of which only `id` is used
//! is told apart from one whose `email` is.

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Certainty, Span};

/// The name of the door.
const ROWS: &str = "sql/rows";
/// The key of the statement.
const SQL: &str = "sql";

/// Rows of statements in text, all or one of them; a table in memory that was read with one.
#[derive(Debug)]
pub(crate) struct Rows;

/// The rows of a statement.
#[must_use]
pub(crate) fn of_statement(sql: &Value) -> Value {
    Object::new(ROWS, "rows", None)
        .with_value(SQL, sql.clone())
        .into()
}

/// Functions outside the tree that run the statement of their first argument and answer with its rows.
const READERS: &[&str] = &[
    "pandas.read_sql",
    "pandas.read_sql_query",
    "pandas.io.sql.read_sql",
    "pandas.io.sql.read_sql_query",
    "polars.read_database",
    "polars.read_database_uri",
];

/// Methods whose results are no rows.
const SCALARS: &[&str] = &[
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "scalars",
    "close",
    "count",
    "to_csv",
    "to_sql",
];

impl Door for Rows {
    fn name(&self) -> &'static str {
        ROWS
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        match member.name {
            "_mapping" => Some(of.clone().into()),
            name => named(cx, object, name, member.span),
        }
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        let mut found = None;
        for text in key.texts() {
            let home = text.locate(Span::new(0, text.text.len() as u32));
            let at = home
                .filter(|(file, inner)| *file == cx.file && span.contains(*inner))
                .map_or(span, |(_, inner)| inner);
            let one = named(cx, of, &text.text, at);
            found = one.or(found);
        }
        Some(found.unwrap_or_else(|| of.clone().into()))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) if READERS.contains(&&**name) => {
                Some(of_statement(&call.at(0)?.value))
            }
            Atom::Member(of, name) => {
                let Atom::Object(object) = &**of else {
                    return None;
                };
                if object.door != ROWS {
                    return None;
                }
                Some(match &**name {
                    "get" => {
                        let key = call.value(0, "key");
                        self.item(cx, object, &key, call.span).unwrap_or_default()
                    }
                    name if SCALARS.contains(&name) => Value::unknown("a value of a statement"),
                    _ => (**of).clone().into(),
                })
            }
            _ => None,
        }
    }

    fn consume(
        &self,
        _cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        _span: Span,
    ) -> Option<Value> {
        let used = matches!(
            how,
            Consumption::Iterate | Consumption::Index | Consumption::Slice | Consumption::Await
        );
        match value {
            Atom::Object(object) if object.door == ROWS && used => Some(value.clone().into()),
            _ => None,
        }
    }
}

/// A column of the rows by name; none if the statement gives no such column.
fn named(cx: &mut Evaluator<'_>, rows: &Object, name: &str, span: Span) -> Option<Value> {
    let sql = rows.values.get(SQL)?.clone();
    let sources = cx.sql_sources(&sql, name);
    let manner = Manner::named(Access::Read).at_most(Certainty::Likely.min(sql.certainty));
    for (database, table, column) in &sources {
        cx.touch_column_of(database, table, column, span, manner, "sql");
    }
    (!sources.is_empty()).then(|| Value::outside("field "))
}
