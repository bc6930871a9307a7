//! Diesel's functions and methods.

use super::columns::{Thing, table_of, thing};
use super::joins;
use super::query::{self, Step};
use super::{NAME, SELECTIONS};
use crate::door::CallSite;
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::orm::fragments::{self, FRAGMENT};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, BlindReason, Certainty, Reach};

/// What a method of a table or query does.
#[rustfmt::skip]
const STEPS: &[(&str, Step)] = &[
    ("filter", Step::Refine), ("or_filter", Step::Refine), ("order", Step::Refine), ("order_by", Step::Refine),
    ("then_order_by", Step::Refine), ("limit", Step::Refine), ("offset", Step::Refine), ("group_by", Step::Refine),
    ("having", Step::Refine), ("distinct", Step::Refine), ("distinct_on", Step::Refine), ("into_boxed", Step::Refine),
    ("for_update", Step::Refine), ("for_no_key_update", Step::Refine), ("for_share", Step::Refine),
    ("skip_locked", Step::Refine), ("no_wait", Step::Refine), ("on", Step::Refine), ("on_conflict", Step::Refine),
    ("on_conflict_do_nothing", Step::Refine), ("do_nothing", Step::Refine), ("do_update", Step::Refine),
    ("on_constraint", Step::Refine), ("bind", Step::Refine), ("as_query", Step::Refine), ("assume_not_null", Step::Refine),
    ("nullable", Step::Refine), ("single_value", Step::Refine), ("filter_target", Step::Refine),
    ("find", Step::Find),
    ("inner_join", Step::Join), ("left_join", Step::Join), ("left_outer_join", Step::Join), ("join", Step::Join),
    ("union", Step::Join), ("union_all", Step::Join),
    ("select", Step::Select), ("returning", Step::Select), ("count", Step::Count),
    ("set", Step::Write), ("values", Step::Write),
    ("load", Step::All), ("get_results", Step::All), ("load_iter", Step::All), ("load_stream", Step::All),
    ("first", Step::One), ("get_result", Step::One), ("execute", Step::Execute),
];

/// The method of a column that says what is written: `column.eq(value)`.
const ASSIGNS: &str = "eq";

/// What a function of diesel makes.
pub(super) fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    let (package, last) = path
        .split_once('.')
        .map(|(first, _)| (first, path.rsplit('.').next().unwrap_or_default()))?;
    if package == "diesel_dynamic_schema" {
        return (last == "table").then(|| dynamic(&call.value(0, "")));
    }
    if !matches!(package, "diesel" | "diesel_async") {
        return None;
    }
    let kind = match last {
        "update" => "update",
        "insert_into" | "replace_into" | "insert_or_ignore_into" => "insert",
        "delete" => "delete",
        "sql_query" => return Some(raw(cx, call)),
        "sql" => return Some(fragments::made(cx, NAME, call)),
        "select" => {
            return Some(
                Object::new(NAME, "query", None)
                    .with_word("selected")
                    .into(),
            );
        }
        _ => return Some(query::expression()),
    };
    let target = call.value(0, "");
    let model = target
        .atoms()
        .iter()
        .find_map(|atom| query::model_of(cx, atom));
    Some(Object::new(NAME, kind, model).into())
}

/// The word of a dynamic table's name.
const TABLE_NAMED: &str = "named:";

/// `diesel_dynamic_schema::table("users")`.
fn dynamic(name: &Value) -> Value {
    let tables = name
        .texts()
        .map(|text| format!("{TABLE_NAMED}{}", text.text));
    tables
        .fold(Object::new(NAME, "dynamic", None), |made, word| {
            made.with_word(&word)
        })
        .into()
}

/// `table.column::<Text, _>("email")`.
fn dynamic_column(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let (name, span) = (
        call.value(0, ""),
        call.at(0).map_or(call.span, |one| one.span),
    );
    for table in object.words_after(TABLE_NAMED) {
        let table = crate::orm::sqlx::table_name(table);
        if name.texts().next().is_none() {
            cx.blind(Blind {
                site: site(cx.file, call.span),
                reason: BlindReason::DynamicSql,
                access: None,
                message: "a column of a dynamic table".into(),
                reach: Reach::Tables(vec![table]),
            });
            continue;
        }
        for text in name.texts() {
            let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
            cx.touch_column(&table, &text.text, span, manner, NAME);
        }
    }
    query::expression()
}

/// A statement as text.
fn raw(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let text = call.value(0, "");
    let span = call.at(0).map_or(call.span, |argument| argument.span);
    cx.sql_value(&text, span, NAME);
    Object::new(NAME, "query", None)
        .with_word("selected")
        .with_value("text", text)
        .into()
}

/// What a method makes.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        Atom::External(path) => match thing(cx, path)? {
            Thing::Table(model) if name == "star" => Some(query::all_of(model)),
            Thing::Table(model) => step(cx, Object::new(NAME, "query", Some(model)), name, call),
            Thing::Column(model, field) if name == ASSIGNS => {
                let value = crate::carried::part(&call.value(0, ""));
                Some(query::assignment(cx, model, field, call.callee, value))
            }
            Thing::Column(..) if matches!(name, "nullable" | "assume_not_null") => {
                Some(of.clone().into())
            }
            _ => Some(query::expression()),
        },
        Atom::Class(class) => {
            let model = cx.models.of_class(*class)?;
            let table = table_of(cx, model)?;
            match name {
                name if SELECTIONS.contains(&name) => {
                    Some(query::selection(Value::from(Atom::Mapped(model))))
                }
                // `HasQuery`, diesel 2.3: the table with the struct selected.
                "query" => {
                    let selected = query::selection(Value::from(Atom::Mapped(model)));
                    let query = Object::new(NAME, "query", Some(table)).with_word("selected");
                    Some(query.with_value("select", selected).into())
                }
                "builder" => Some(Object::new(NAME, "builder", Some(model)).into()),
                "belonging_to" => {
                    joins::belonging(cx, table, &call.value(0, ""), call.span);
                    Some(Object::new(NAME, "query", Some(table)).into())
                }
                "table" => Some(Object::new(NAME, "query", Some(table)).into()),
                _ => None,
            }
        }
        Atom::Tuple(_) | Atom::Mapped(_) if SELECTIONS.contains(&name) => {
            Some(query::selection(of.clone().into()))
        }
        Atom::Object(object) if object.door == NAME && object.kind == "expression" => {
            Some(query::expression())
        }
        Atom::Object(object) if object.door == NAME && object.kind == FRAGMENT => {
            Some(of.clone().into())
        }
        Atom::Object(object) if object.door == NAME && object.kind == "dynamic" => {
            Some(match name {
                "column" => dynamic_column(cx, object, call),
                _ => Object::new(NAME, "query", None)
                    .with_word("selected")
                    .into(),
            })
        }
        Atom::Object(object) if object.door == NAME && object.kind == "builder" => {
            built(cx, object, name, call)
        }
        Atom::Object(object) if object.door == NAME => step(cx, (**object).clone(), name, call),
        Atom::Mapped(model) if name == "save_changes" => save_changes(cx, *model, call),
        _ => None,
    }
}

/// A builder that a derive makes of a mapped struct: a method for each field, `maybe_field` for an optional one.
fn built(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let model = object.model?;
    if name == "build" {
        return Some(Atom::Mapped(model).into());
    }
    let field = cx
        .models
        .field(model, name.strip_prefix("maybe_").unwrap_or(name));
    if let Some(field) = field {
        cx.touch_field(model, field, call.callee, Manner::named(Access::Write));
    }
    Some(object.clone().into())
}

fn save_changes(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) -> Option<Value> {
    let table = table_of(cx, model)?;
    query::write(cx, &Atom::Mapped(model).into(), call.span);
    query::read_back(cx, &Object::new(NAME, "update", Some(table)), call)
}

fn step(cx: &mut Evaluator<'_>, object: Object, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if name == "bind" && object.values.contains_key("text") {
        return Some(crate::orm::sqlx::bound(cx, &object, call));
    }
    let Some((_, step)) = STEPS.iter().find(|(known, _)| *known == name) else {
        let unchanged = matches!(object.kind, "query" | "update" | "insert" | "delete");
        return unchanged.then(|| object.into());
    };
    let added = object
        .model
        .filter(|_| object.kind == "insert" && name == "values");
    let made = query::apply(cx, object, *step, call);
    if let Some(model) = added {
        added_row(cx, model, call);
    }
    made
}

/// The row that `values` makes: what neither an assignment nor a struct gives is left out, and a field that may be NULL
/// may be.
fn added_row(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    let written = call.value(0, "");
    let mut row = added::Row::of(model, call, Certainty::Likely);
    row.open |= written.is_unknown() || written.is_nothing();
    for given in query::structs(&written) {
        let fields = cx.models.get(given).map_or(&[][..], |model| &model.fields);
        let (maybe, sure): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.nullable);
        row.maybe
            .extend(maybe.into_iter().map(|field| field.column.clone()));
        row.beside
            .extend(sure.into_iter().map(|field| field.column.clone()));
    }
    added::row(cx, row, call);
}
