//! Tables in memory that come from a table as a whole, or go to one: `pandas.read_sql_table("users", engine)`,
//! `DataFrame(rows).to_sql("users", engine)` (pandas 2.2; geopandas 1 `to_postgis`; polars 1 `write_database`).

use super::rows::{ROWS, of_statement};
use crate::door::CallSite;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Assembled, BlindReason, Certainty, Reach, Span, TableName};
use std::sync::Arc;

/// The kind of a table that the code made.
pub(super) const FRAME: &str = "frame";
/// The key of the names of its columns.
const NAMES: &str = "names";

/// Calls that make a table of values.
const MAKERS: &[&str] = &[
    "pandas.DataFrame",
    "pandas.core.frame.DataFrame",
    "pandas.DataFrame.from_records",
    "pandas.DataFrame.from_dict",
    "polars.DataFrame",
    "polars.from_dicts",
    "polars.from_dict",
];

/// Calls that read a whole table by its name.
const READERS: &[&str] = &["pandas.read_sql_table", "pandas.io.sql.read_sql_table"];

/// Methods that write a table in memory to one of the database.
const WRITERS: &[&str] = &["to_sql", "to_postgis", "write_database"];

/// What a call of a library of tables makes; none for other calls.
pub(super) fn call(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if MAKERS.contains(&name) {
        return Some(made(cx, call));
    }
    READERS.contains(&name).then(|| read(cx, call))
}

/// `pandas.read_sql_table("users", engine, columns=["id"])`: the statement that it runs.
fn read(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut columns = Vec::new();
    if let Some(named) = call.named("columns") {
        super::intrinsic::texts_of(&named.value, 0, &mut columns);
    }
    let mut statements = Vec::new();
    for table in call.value(0, "table_name").texts() {
        let mut sql = literal("select ");
        if columns.is_empty() {
            sql.text.push('*');
        }
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                sql.push_assembled(&literal(", "));
            }
            sql.push_assembled(column);
        }
        sql.push_assembled(&literal(" from "));
        sql.push_assembled(table);
        statements.push(Atom::Text(Arc::new(sql)));
    }
    let sql = Value::any_of(statements);
    cx.sql_value(&sql, call.span, ROWS);
    of_statement(&sql)
}

fn literal(text: &str) -> Assembled {
    Assembled {
        text: text.to_owned(),
        ..Assembled::default()
    }
}

/// A table of values whose columns are the keys of dictionaries, or what `columns=` says.
fn made(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let object = Object::new(ROWS, FRAME, None);
    let said = call.named("columns").map(|argument| argument.value.clone());
    let names = said.unwrap_or_else(|| {
        let mut found = Value::nothing();
        for atom in call.value(0, "data").atoms() {
            let records = match atom {
                Atom::List(of) => of.clone(),
                _ => atom.clone().into(),
            };
            for record in records.atoms() {
                if let Atom::Dictionary(_) = record {
                    found.join(&Value::list(cx.iterate(&record.clone().into(), call.span)));
                }
            }
        }
        found
    });
    object.with_value(NAMES, names).into()
}

/// `frame.to_sql("users", engine)`: writes the columns of the frame or, where these are not known, any of the table.
pub(super) fn written(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if !WRITERS.contains(&name) {
        return None;
    }
    let place = match name {
        "write_database" => "table_name",
        _ => "name",
    };
    let said = call.argument(0, place)?.value.clone();
    let tables: Vec<String> = said.texts().map(|text| text.text.clone()).collect();
    if tables.len() < said.atoms().len() || said.is_nothing() {
        unnamed(cx, call);
    }
    let mut names = Vec::new();
    if let Atom::Object(frame) = of
        && let Some(known) = frame.values.get(NAMES)
    {
        super::intrinsic::texts_of(known, 0, &mut names);
    }
    for table in tables {
        let table = match table.split_once('.') {
            Some((schema, name)) => TableName::qualified(schema, name),
            None => TableName::bare(&table),
        };
        if names.is_empty() {
            let columns = cx.schemas.columns_of(&table);
            let of = format!("the table {table}");
            if !columns.is_empty() {
                cx.open_columns(&of, columns, call.span, Access::Write);
            }
        }
        for column in &names {
            one(cx, &table, column, call.span);
        }
    }
    Some(Value::outside("builtins.int"))
}

/// A table whose name is not known may be any, where the call says that it is one of a database.
fn unnamed(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let connection = ["con", "connection"]
        .iter()
        .find_map(|name| call.named(name));
    if connection.or_else(|| call.at(1)).is_none() {
        return;
    }
    cx.blind(Blind {
        site: site(cx.file, call.span),
        access: Some(Access::Write),
        reason: BlindReason::DynamicName,
        message: "a table is written by a name that is computed; a literal name would decide it"
            .into(),
        reach: Reach::Database,
    });
}

fn one(cx: &mut Evaluator<'_>, table: &TableName, column: &Assembled, call: Span) {
    let Some(table) = cx.schemas.table_of(table, &column.text) else {
        return;
    };
    let home = column.locate(Span::new(0, column.text.len() as u32));
    let manner = match home {
        Some(_) => Manner::named(Access::Write),
        None => Manner::implied(Access::Write),
    };
    let (file, span) = home.unwrap_or((cx.file, call));
    let manner = manner.at_most(Certainty::Likely);
    cx.touch_column_in(file, &table, &column.text, span, manner, ROWS);
}
