//! Queries as they are built, and what running them touches.

use super::columns::{Thing, table_of, thing};
use super::{NAME, joins, rows};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::sqlx::row::{Binds, element};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, How, MappedField, Span};

/// What a method does to a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It stays a query of the same rows.
    Refine,
    /// Looks the key up.
    Find,
    /// Adds a table.
    Join,
    /// Says what is selected or returned.
    Select,
    /// Counts rows.
    Count,
    /// Says what is written.
    Write,
    /// Runs it for all rows.
    All,
    /// Runs it for one row.
    One,
    /// Runs it for no row.
    Execute,
}

/// What a part of a query that is no query makes.
pub(super) fn expression() -> Value {
    Object::new(NAME, "expression", None).into()
}

/// All columns of a table, as what is selected.
pub(super) fn all_of(model: ModelId) -> Value {
    Object::new(NAME, "all", Some(model)).into()
}

/// The fields of mapped structs, as what is selected.
pub(super) fn selection(rows: Value) -> Value {
    Object::new(NAME, "selection", None)
        .with_value("rows", rows)
        .into()
}

/// `column.eq(value)`: a comparison, and in `set` and `values` what is written. It keeps where the column is named.
pub(super) fn assignment(
    cx: &Evaluator<'_>,
    model: ModelId,
    field: &MappedField,
    callee: Span,
    value: Value,
) -> Value {
    let object = Object::new(NAME, "assignment", Some(model))
        .with_word(&format!("name:{}", field.name))
        .with_value("value", value);
    let named = cx.current.touches.as_slice().iter().filter(|touch| {
        touch.site.file == cx.file
            && touch.how == How::Explicit
            && touch.site.span.end <= callee.start
            && touch.column.as_deref() == Some(&*field.column)
    });
    match named.max_by_key(|touch| touch.site.span.end) {
        Some(touch) => {
            let span = touch.site.span;
            object
                .with_word(&format!("at:{}:{}:{}", cx.file.0, span.start, span.end))
                .into()
        }
        None => object.into(),
    }
}

/// The table that a value speaks of.
pub(super) fn model_of(cx: &Evaluator<'_>, atom: &Atom) -> Option<ModelId> {
    match atom {
        Atom::External(path) => match thing(cx, path)? {
            Thing::Table(model) => Some(model),
            _ => None,
        },
        Atom::Object(object) if object.door == NAME => object.model,
        Atom::Mapped(model) => table_of(cx, *model),
        _ => None,
    }
}

/// The query after a method.
pub(super) fn apply(
    cx: &mut Evaluator<'_>,
    object: Object,
    step: Step,
    call: &CallSite<'_>,
) -> Option<Value> {
    let tables = tables(&object);
    for argument in call.positional() {
        crate::orm::fragments::standing(cx, &argument.value, &tables, argument.span, NAME);
    }
    match step {
        Step::Refine => Some(object.into()),
        Step::Find => {
            touch_key(cx, &object, call.callee);
            Some(object.into())
        }
        Step::Join => Some(joined(cx, object, call)),
        Step::Select => Some(select(object, call)),
        Step::Count => Some(object.with_word("selected").into()),
        Step::Write => {
            let written = call.value(0, "");
            write(cx, &written, call.at(0).map_or(call.span, |a| a.span));
            if written.is_unknown()
                && let Some(model) = object.model
            {
                cx.open_model(model, call.span, Access::Write);
            }
            Some(object.into())
        }
        Step::Execute => Some(Value::outside("builtins.int")),
        Step::All => run(cx, &object, call).map(|row| match row.atoms() {
            [Atom::List(_)] => row,
            _ => Value::list(row),
        }),
        Step::One => run(cx, &object, call),
    }
}

fn touch_key(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let Some(owner) = object
        .model
        .and_then(|model| Some((model, cx.models.get(model)?)))
    else {
        return;
    };
    for field in owner.1.fields.iter().filter(|field| field.primary_key) {
        cx.touch_field(owner.0, field, span, Manner::implied(Access::Read));
    }
}

fn joined(cx: &mut Evaluator<'_>, object: Object, call: &CallSite<'_>) -> Value {
    let mut object = object;
    for argument in call.positional() {
        joins::implied(cx, &tables(&object), &argument.value, call.callee);
        for atom in argument.value.atoms() {
            let nested = match atom {
                Atom::Object(other) => other.words_after("join:").map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            if let Some(model) = model_of(cx, atom) {
                object = object.with_word(&format!("join:{}", model.0));
            }
            for word in nested {
                object = object.with_word(&format!("join:{word}"));
            }
        }
    }
    object.into()
}

fn select(object: Object, call: &CallSite<'_>) -> Value {
    let selected = call.value(0, "");
    object
        .with_word("selected")
        .with_value("select", selected)
        .into()
}

/// Runs a query: what it selects is read, and a row comes out.
fn run(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Option<Value> {
    if let Some(text) = object.values.get("text") {
        // `sql_query`: `QueryableByName` takes columns by name.
        let said = element(call.expected);
        crate::orm::sqlx::row::of(cx, Binds::ByName, text, &said, call.span);
    }
    let row = if object.has("selected") {
        let selected = object.values.get("select").cloned().unwrap_or_default();
        rows::bind(cx, &selected, &element(call.expected));
        selected_row(cx, &selected, call.span)
    } else {
        return read_back(cx, object, call);
    };
    Some(expected_or(call, row))
}

/// The tables of a query, the one that it began with first.
fn tables(object: &Object) -> Vec<ModelId> {
    let joins = object
        .words_after("join:")
        .filter_map(|word| word.parse().ok().map(ModelId));
    object.model.into_iter().chain(joins).collect()
}

/// Every column of the tables is read.
pub(super) fn read_back(
    cx: &mut Evaluator<'_>,
    object: &Object,
    call: &CallSite<'_>,
) -> Option<Value> {
    let tables = tables(object);
    for model in &tables {
        whole(cx, *model, call.span);
    }
    rows::bind_all(cx, &tables, &element(call.expected));
    Some(expected_or(call, Value::unknown("a row without a struct")))
}

fn expected_or(call: &CallSite<'_>, row: Value) -> Value {
    let said = call.expected;
    let telling = |atom: &Atom| {
        matches!(
            atom,
            Atom::Mapped(_) | Atom::Instance(_) | Atom::Tuple(_) | Atom::List(_)
        )
    };
    if said.atoms().iter().any(telling) {
        said.clone()
    } else {
        row
    }
}

fn whole(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    every(cx, model, span, Access::Read);
}

/// All fields of a mapped struct or table, those of the structs that it embeds included.
fn every(cx: &mut Evaluator<'_>, model: ModelId, span: Span, access: Access) {
    let all = |_: &MappedField| true;
    cx.touch_row(model, span, Manner::whole(access), &all);
    for inner in rows::embedded(cx, model) {
        cx.touch_row(inner, span, Manner::whole(access), &all);
    }
}

/// What a selection's row is; structs and `all_columns` in it are read.
fn selected_row(cx: &mut Evaluator<'_>, selected: &Value, span: Span) -> Value {
    let mut row = Value::nothing();
    for atom in selected.atoms() {
        let one = match atom {
            Atom::Object(object) if object.kind == "selection" => {
                let rows = object.values.get("rows").cloned().unwrap_or_default();
                read_structs(cx, &rows, span);
                rows
            }
            Atom::Object(object) if object.kind == "all" => {
                if let Some(model) = object.model {
                    whole(cx, model, span);
                }
                Value::unknown("a row without a struct")
            }
            Atom::External(path) => {
                if let Some(Thing::All(model)) = thing(cx, path) {
                    whole(cx, model, span);
                }
                Value::unknown("a column's value")
            }
            Atom::Tuple(items) => {
                let items = items.clone();
                Value::tuple(
                    items
                        .iter()
                        .map(|item| selected_row(cx, item, span))
                        .collect(),
                )
            }
            _ => Value::unknown("a selected value"),
        };
        row = row.or(&one);
    }
    row
}

fn read_structs(cx: &mut Evaluator<'_>, rows: &Value, span: Span) {
    for atom in rows.atoms() {
        match atom {
            Atom::Mapped(model) => whole(cx, *model, span),
            Atom::Tuple(items) => {
                for item in items.clone().iter() {
                    read_structs(cx, item, span);
                }
            }
            _ => {}
        }
    }
}

/// What `set` and `values` write: assignments their columns, structs their fields.
pub(super) fn write(cx: &mut Evaluator<'_>, value: &Value, span: Span) {
    for atom in value.atoms() {
        match atom {
            Atom::Mapped(model) => every(cx, *model, span, Access::Write),
            Atom::Object(object) if object.kind == "assignment" => assign(cx, object, span),
            Atom::Tuple(items) => {
                for item in items.clone().iter() {
                    write(cx, item, span);
                }
            }
            Atom::List(of) => write(cx, &of.clone(), span),
            _ => {}
        }
    }
}

/// The mapped structs among what is written.
pub(super) fn structs(value: &Value) -> Vec<ModelId> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Mapped(model) => found.push(*model),
            Atom::Tuple(items) => found.extend(items.iter().flat_map(structs)),
            Atom::List(of) => found.extend(structs(of)),
            _ => {}
        }
    }
    found
}

/// The name that was read when the assignment was made is written; if that was elsewhere, the writing stands here.
fn assign(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let here: Vec<Span> = object
        .words_after("at:")
        .filter_map(|word| span_in(cx, word))
        .collect();
    for span in &here {
        cx.retouch(*span, Access::Write);
    }
    let Some(model) = object.model else {
        return;
    };
    let value = object.values.get("value").cloned().unwrap_or_default();
    for name in object.words_after("name:") {
        let Some(field) = cx.models.field(model, name) else {
            continue;
        };
        crate::orm::mapped::goes(cx, &value, model, field);
        if here.is_empty() {
            cx.touch_field(model, field, span, Manner::implied(Access::Write));
        }
    }
}

/// The span that a word keeps, if it was touched by the unit that is being evaluated.
fn span_in(cx: &Evaluator<'_>, word: &str) -> Option<Span> {
    let mut numbers = word.split(':').map(str::parse::<u32>);
    let file = numbers.next()?.ok()?;
    let span = Span::new(numbers.next()?.ok()?, numbers.next()?.ok()?);
    let touched = cx
        .current
        .touches
        .as_slice()
        .iter()
        .any(|touch| touch.site.file == cx.file && touch.site.span == span);
    (file == cx.file.0 && touched).then_some(span)
}
