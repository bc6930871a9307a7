//! sqlx 0.5 to 0.8, and the drivers that take a statement as text: tokio-postgres, postgres, deadpool, rusqlite,
//! mysql_async and mysql.
//!
//! A statement's row is what its output columns are made from: `query_as::<_, User>` binds them to the fields of `User`
//! by name, as `#[derive(FromRow)]` and `query_as!` do, so that `user.email` reads what the statement selected.

pub(crate) mod builder;
mod callback;
mod clickhouse;
pub(crate) mod cornucopia;
mod driver;
pub(crate) mod handed;
mod mysql;
pub(crate) mod offline;
pub(crate) mod row;

pub(crate) use mysql::runs_itself;
pub(crate) use row::{named, row_key, table_name};

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::parameters;
use crate::value::{Atom, Object, Value};
use impact_facts::Span;
use row::Binds;
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/sqlx";

/// sqlx and its kin.
#[derive(Debug)]
pub(crate) struct Sqlx;

/// Where a function or macro takes its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// The text at that place.
    Text(usize),
    /// The file that is named at that place.
    File(usize),
    /// The beginning of a text that is put together.
    Start,
}

#[rustfmt::skip]
const FUNCTIONS: &[(&str, Takes)] = &[
    ("query", Takes::Text(0)), ("query_with", Takes::Text(0)), ("query_as", Takes::Text(0)),
    ("query_as_with", Takes::Text(0)), ("query_scalar", Takes::Text(0)), ("query_scalar_with", Takes::Text(0)),
    ("raw_sql", Takes::Text(0)), ("QueryBuilder.new", Takes::Start), ("QueryBuilder.with_arguments", Takes::Start),
    ("query!", Takes::Text(0)), ("query_unchecked!", Takes::Text(0)), ("query_as!", Takes::Text(1)),
    ("query_as_unchecked!", Takes::Text(1)), ("query_scalar!", Takes::Text(0)),
    ("query_scalar_unchecked!", Takes::Text(0)), ("query_file!", Takes::File(0)),
    ("query_file_unchecked!", Takes::File(0)), ("query_file_as!", Takes::File(1)),
    ("query_file_as_unchecked!", Takes::File(1)), ("query_file_scalar!", Takes::File(0)),
];

impl Door for Sqlx {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        if let Atom::Outside(class) = of {
            return cornucopia::member(cx, class, member);
        }
        let Atom::Object(object) = of else {
            return None;
        };
        if object.door != NAME || object.kind != "record" {
            return None;
        }
        let column = object.values.get(member.name)?.clone();
        row::read_sources(cx, &column, member.span);
        let carried = crate::carried::of_sources(cx, &column);
        Some(Value::unknown("a column's value").or(&carried))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(path) => function(cx, path, call)
                .or_else(|| mysql::named_params(cx, path, call))
                .or_else(|| cornucopia::asked(cx, path)),
            Atom::Class(class) => cornucopia::held(cx, *class, call),
            Atom::Member(of, name) => match &**of {
                Atom::Object(object) if object.door == NAME => {
                    object_method(cx, object, name, call)
                }
                Atom::Outside(class) | Atom::External(class) => {
                    driver::statement(cx, class, name, call)
                        .or_else(|| clickhouse::opened(class, name, call))
                        .or_else(|| driver::connected(class, name))
                }
                Atom::Text(_) => mysql::text_method(cx, of, name, call),
                Atom::Class(class) if &**name == "from_row" => {
                    row::from_row(cx, *class, &call.value(0, ""), call.span)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        (of.kind == "record").then(|| row::by_name(cx, of, (key, span)))
    }

    fn stays(&self) -> bool {
        true
    }
}

fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let inside = path
        .strip_prefix("sqlx.")
        .or_else(|| path.strip_prefix("sqlx_core."))?;
    let known =
        |name: &&(&str, Takes)| inside == name.0 || inside.ends_with(&format!(".{}", name.0));
    let (name, takes) = FUNCTIONS.iter().find(known)?;
    let (text, place) = match takes {
        Takes::Text(place) => (call.value(*place, ""), *place),
        Takes::File(place) => (file_of(cx, call, *place)?, *place),
        Takes::Start => return Some(builder::begun(cx, call)),
    };
    let span = call.at(place).map_or(call.span, |argument| argument.span);
    cx.sql_value(&text, span, NAME);
    let query = Object::new(NAME, "query", None).with_value("text", text.clone());
    let binds = match *name {
        name if name.contains("scalar") => Binds::First,
        name if name.starts_with("query_as") || name.starts_with("query_file_as") => {
            if name.ends_with('!') {
                Binds::Macro
            } else {
                Binds::FromRow
            }
        }
        _ => Binds::Record,
    };
    if name.ends_with('!') {
        for (at, given) in call.positional().skip(place + 1).enumerate() {
            parameters::given(cx, &text, at, &given.value);
        }
    }
    let row = row::of(cx, binds, &text, call.expected, call.span);
    let query = query.with_word(binds.word()).with_value("row", row);
    Some(query.into())
}

fn file_of(cx: &Evaluator<'_>, call: &CallSite<'_>, place: usize) -> Option<Value> {
    let path = call.value(place, "");
    let path = path.texts().next()?.text.clone();
    crate::language::rust::file_text(cx, &path, true)
}

/// Methods of rows that take a column by name or place.
const GETS: &[&str] = &[
    "get",
    "try_get",
    "get_unchecked",
    "try_get_unchecked",
    "get_ref",
    "get_unwrap",
    "get_opt",
    "take",
    "take_opt",
    "try_get_by",
    "try_get_raw",
];

fn object_method(
    cx: &mut Evaluator<'_>,
    object: &Arc<Object>,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let itself = || Some(Atom::Object(object.clone()).into());
    if let Some(made) = cornucopia::method(cx, object, name, call) {
        return Some(made);
    }
    if let Some(made) = mysql::method(cx, object, name, call) {
        return Some(made);
    }
    match (object.kind, name) {
        ("record", name) if GETS.contains(&name) => {
            // sea-orm's `try_get("", "email")` has a prefix first.
            let last = call.positional().last()?;
            Some(row::by_name(cx, object, (&last.value, last.span)))
        }
        (
            "prepared",
            "query" | "query_raw" | "query_row" | "query_map" | "query_and_then" | "execute"
            | "insert" | "exists",
        ) => Some(driver::run(cx, object, name, call)),
        ("clickhouse", name) => Some(clickhouse::method(cx, object, name, call)),
        ("inserter", name) => {
            if name == "write" {
                clickhouse::written(cx, object, call);
            }
            itself()
        }
        ("builder", name) => Some(builder::method(cx, object, name, call)),
        ("separated", name) => {
            builder::separated(cx, object, name, call);
            itself()
        }
        ("query", "fetch_one" | "fetch_optional") => Some(fetched(cx, object, call)),
        ("query", "fetch_all" | "fetch" | "fetch_many") => {
            Some(Value::list(fetched(cx, object, call)))
        }
        ("query", "execute" | "execute_many") => Some(Value::outside("sqlx.QueryResult")),
        ("query", "map" | "try_map") => {
            let row = object.values.get("row").cloned().unwrap_or_default();
            let made = crate::library::rust::applied(cx, call.at(0), &[row], call.span);
            Some(
                Object::new(NAME, "query", None)
                    .with_value("row", made)
                    .into(),
            )
        }
        ("query", "bind") => Some(bound(cx, object, call)),
        ("query", _) => itself(),
        _ => None,
    }
}

/// A query with one parameter more.
pub(crate) fn bound(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let before = object.values.get("bound").map(Value::atoms);
    let place = match before {
        Some([Atom::Integer(place)]) => *place,
        _ => 0,
    };
    if let Some(text) = object.values.get("text") {
        let at = usize::try_from(place).unwrap_or_default();
        parameters::given(cx, text, at, &call.value(0, ""));
    }
    let after = Atom::Integer(place.saturating_add(1));
    object.clone().with_value("bound", after.into()).into()
}

/// One row of a query that runs: where the query did not say which type it makes, the place that takes the row does.
fn fetched(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let row = object.values.get("row").cloned().unwrap_or_default();
    let text = object.values.get("text").cloned().unwrap_or_default();
    let wanted = row::element(call.expected);
    let open = object.has(Binds::FromRow.word()) && row::is_record(&row);
    if open && row::says_fields(&wanted) {
        return row::of(cx, Binds::FromRow, &text, &wanted, call.span);
    }
    row
}
