//! Connections and cursors that are handed in, of whatever driver: `def report(conn): cur = conn.cursor()`.
//!
//! No type says what they are; the names of PEP 249 do (<https://peps.python.org/pep-0249/>): what `.cursor()` gives runs
//! statements, and what `.execute("SELECT …")` gives is rows.

use super::rows::of_statement;
use crate::door::{CallSite, Door};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::Binding;
use impact_facts::{Certainty, Language};
use impact_sql::looks_like_sql;

/// The name of the door.
const CURSOR: &str = "python/cursor";

/// What stands for a cursor of any driver.
const ANY: &str = "psycopg2.extensions.cursor";

/// Connections and cursors that nothing is known of.
#[derive(Debug)]
pub(crate) struct Cursors;

impl Door for Cursors {
    fn name(&self) -> &'static str {
        CURSOR
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let Atom::Member(of, name) = callee else {
            return None;
        };
        if !cx.is(Language::Python) || !matches!(**of, Atom::Unknown(_) | Atom::Outside(_)) {
            return None;
        }
        let made = match &**name {
            "cursor" => cursor(cx),
            "execute" => rows(&call.value(0, "sql"))?,
            _ => return None,
        };
        Some(made.at_most(Certainty::Likely))
    }
}

fn cursor(cx: &Evaluator<'_>) -> Value {
    match cx.program.lookup(ANY) {
        Binding::Class(class) => Atom::Instance(class).into(),
        _ => Value::outside(ANY),
    }
}

fn rows(sql: &Value) -> Option<Value> {
    let mut texts = sql.texts();
    texts
        .any(|text| looks_like_sql(&text.text))
        .then(|| of_statement(sql))
}
