//! Tortoise's connections, and the rows of statements that run on them (Tortoise ORM 0.2x, "Connections", "Manual SQL").

use crate::door::CallSite;
use crate::library::rows;
use crate::value::{Atom, Value};

/// The class of all of its connections.
const CLIENT: &str = "tortoise.backends.base.client.BaseDBAsyncClient";

/// Functions that give a connection, by the ends of their names.
const GIVING: &[&str] = &[
    "connections.get",
    "connection.get",
    "Tortoise.get_connection",
    "in_transaction",
    "get_connection",
];

/// What a function of the package gives.
pub(super) fn made(name: &str) -> Option<Value> {
    let gives = |end: &str| {
        name.strip_suffix(end)
            .is_some_and(|before| before.ends_with('.'))
    };
    let gives = GIVING.iter().any(|end| gives(end));
    gives.then(|| Value::outside(CLIENT))
}

/// The rows of a statement that is run on a connection.
pub(super) fn rows(of: &Atom, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let is_client = matches!(of, Atom::Outside(class) if **class == *CLIENT);
    let sql = call.value(0, "query");
    match name {
        "execute_query_dict" => Some(rows::of_statement(&sql)),
        "execute_query" if is_client => {
            let rows = rows::of_statement(&sql);
            Some(Value::tuple(vec![Value::outside("builtins.int"), rows]))
        }
        _ => None,
    }
}
