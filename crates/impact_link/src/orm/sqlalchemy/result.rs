//! What running a statement yields: results, rows, scalars.

use super::{entity, ours};
use crate::door::{CallSite, Consumption};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_facts::Span;

/// One row of a statement: the entity itself for a query of one class, else a tuple that also has names.
pub(super) fn row(object: &Object) -> Value {
    let items: Vec<Value> = items(object);
    match items.as_slice() {
        [] => Value::unknown("a row of a statement that is not known"),
        [only] if object.has("single") => only.clone(),
        _ => {
            let named = Object {
                kind: "row",
                ..object.clone()
            };
            Value::tuple(items).or(&named.into())
        }
    }
}

fn items(object: &Object) -> Vec<Value> {
    let all = object
        .values
        .iter()
        .filter(|(key, _)| key.starts_with("item:"));
    all.map(|(_, value)| value.clone()).collect()
}

/// Whether each row has one item.
pub(super) fn is_of_one(rows: &Value) -> bool {
    ours(rows).is_some_and(|object| items(object).len() == 1)
}

/// The first item of each row, as rows of their own.
pub(super) fn scalars(rows: &Value) -> Value {
    let Some(object) = ours(rows) else {
        return Value::unknown("a scalar");
    };
    let mut object = object.clone();
    let first = items(&object)
        .into_iter()
        .next()
        .unwrap_or(Value::unknown("a scalar"));
    object.values.retain(|key, _| !key.starts_with("item:"));
    object
        .with_value("item:000", first)
        .with_word("single")
        .into()
}

/// The first item of the first row.
pub(super) fn first_item(rows: &Value) -> Value {
    ours(rows)
        .and_then(|object| items(object).into_iter().next())
        .unwrap_or(Value::unknown("a scalar"))
}

/// The first row of a result.
pub(super) fn first(rows: &Value) -> Value {
    match ours(rows) {
        Some(object) => row(object),
        None => rows.clone(),
    }
}

/// Methods of a result.
pub(super) fn call(
    _cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    _call: &CallSite<'_>,
) -> Option<Value> {
    let own: Value = object.clone().into();
    Some(match name {
        "scalars" => scalars(&own),
        "scalar" | "scalar_one" | "scalar_one_or_none" => first_item(&own),
        "first" | "one" | "one_or_none" | "fetchone" | "first_or_404" => row(object),
        "all" | "fetchall" | "fetchmany" | "to_list" => Value::list(row(object)),
        "partitions" => Value::list(Value::list(row(object))),
        "mappings" | "unique" | "tuples" | "columns" | "yield_per" | "freeze" => own,
        "close" => Atom::Null.into(),
        "keys" => Value::list(Value::outside("builtins.str")),
        "rowcount" => Value::outside("builtins.int"),
        _ => return None,
    })
}

/// A row's value by name: the column that was selected under it.
pub(super) fn row_attribute(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    span: Span,
) -> Option<Value> {
    entity::origin(cx, object, name, span);
    if let Some(value) = object.values.get(&*format!("name:{name}")) {
        return Some(value.clone());
    }
    match name {
        "_mapping" | "_fields" => Some(object.clone().into()),
        _ => entity::of_tables(cx, object, name, span),
    }
}

/// `row["email"]`, `row[0]`.
pub(super) fn item(
    cx: &mut Evaluator<'_>,
    object: &Object,
    key: &Value,
    span: Span,
) -> Option<Value> {
    if object.kind != "row" {
        return None;
    }
    let mut found = None;
    for atom in key.atoms() {
        let one = match atom {
            Atom::Text(text) => {
                let home = text.locate(Span::new(0, text.text.len() as u32));
                let inner = home.filter(|(file, at)| *file == cx.file && span.contains(*at));
                row_attribute(cx, object, &text.text, inner.map_or(span, |(_, at)| at))
            }
            Atom::Integer(at) => items(object).get(usize::try_from(*at).ok()?).cloned(),
            _ => None,
        };
        found = one.or(found);
    }
    found
}

/// `row._asdict()`, `row.items()`.
pub(super) fn row_call(object: &Object, name: &str) -> Option<Value> {
    let known = || {
        let named = object
            .values
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("name:")?.into(), value.clone())));
        crate::value::Dictionary {
            known: named.collect(),
            ..Default::default()
        }
    };
    match name {
        "_asdict" => Some(Value::dictionary(known())),
        "items" | "keys" | "values" | "get" => None,
        _ => None,
    }
}

/// What comes out when a statement, a result or a session is used up.
pub(super) fn consume(
    cx: &mut Evaluator<'_>,
    object: &Object,
    how: Consumption,
    span: Span,
) -> Option<Value> {
    let own: Value = object.clone().into();
    match (object.kind, how) {
        (_, Consumption::Await) | ("session", Consumption::With) => Some(own),
        ("query", Consumption::Iterate | Consumption::Index | Consumption::Escape) => {
            entity::run(cx, object, span);
            Some(if how == Consumption::Escape {
                own
            } else {
                row(object)
            })
        }
        ("query" | "collection" | "page", Consumption::Slice) => {
            entity::run(cx, object, span);
            Some(own)
        }
        ("result" | "collection" | "page", Consumption::Iterate | Consumption::Index) => {
            Some(row(object))
        }
        ("row", Consumption::Iterate) => Some(
            items(object)
                .iter()
                .fold(Value::nothing(), |all, item| all.or(item)),
        ),
        ("columns" | "table", Consumption::Iterate) => super::mapper::each(object),
        ("result", Consumption::With) => Some(own),
        _ => None,
    }
}
