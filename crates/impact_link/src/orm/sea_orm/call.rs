//! sea-orm's functions and methods.

use super::{ENTITY, NAME, Thing, into_active, related, result, thing, written_by_hand};
use crate::door::CallSite;
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::orm::{added, fragments, sea_query};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, MappedField, Span};

/// Raw SQL: functions with the place of their text.
const STATEMENTS: &[(&str, usize)] = &[
    ("Statement.from_string", 1),
    ("Statement.from_sql_and_values", 1),
];

/// Marks an active model that was made of a row: every field is set.
const WHOLE: &str = ".whole";

/// What a function of an entity, of sea-orm or of sea-query makes.
pub(super) fn function(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) -> Option<Value> {
    if path.starts_with(ENTITY) {
        return match thing(cx, path)? {
            Thing::Entity(model, name) => {
                let name = name.to_owned();
                entity(cx, model, &name, call)
            }
            Thing::ActiveModel(_) => Some(Value::outside(active(path))),
            Thing::Column(..) => None,
        };
    }
    let package = path.split('.').next().unwrap_or_default();
    if !matches!(package, "sea_orm" | "sea_query" | "sea_orm_migration") {
        return None;
    }
    let last = path.rsplit('.').next().unwrap_or_default();
    if let Some((_, place)) = STATEMENTS.iter().find(|(name, _)| path.ends_with(name)) {
        let text = call.value(*place, "");
        let span = call.at(*place).map_or(call.span, |argument| argument.span);
        cx.sql_value(&text, span, NAME);
        let statement = Object::new(NAME, "statement", None).with_value("text", text);
        return Some(statement.into());
    }
    sea_query::defined(cx, path, call);
    if let Some(begun) = sea_query::begun(path, NAME) {
        return Some(begun);
    }
    if let Some(named) = sea_query::spelled::made(path, NAME, call) {
        return Some(named);
    }
    match last {
        "Set" | "set" | "Unchanged" => Some(call.value(0, "")),
        "cust" | "cust_with_values" | "cust_with_expr" => Some(fragments::made(cx, NAME, call)),
        "col" | "column" | "columns" | "expr" | "val" | "all" | "any" | "value" => {
            Some(Object::new(NAME, sea_query::spelled::EXPRESSION, None).into())
        }
        _ => None,
    }
}

/// `sea_orm.entity!.users.ActiveModel` of a longer path.
fn active(path: &str) -> &str {
    path.find(".ActiveModel")
        .and_then(|at| path.get(..at + ".ActiveModel".len()))
        .unwrap_or(path)
}

fn entity(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let object = |kind| Some(Object::new(NAME, kind, Some(model)).into());
    match name {
        // `load` is the loader of sea-orm 2.
        "find" | "load" => object("query"),
        "find_by_id" => {
            key(cx, model, call.span);
            object("query")
        }
        "find_related" => object("query"),
        "insert" | "insert_many" => {
            added_row(cx, model, call);
            object("insert")
        }
        "update" => object("update"),
        "update_many" => object("many"),
        "delete_by_id" => {
            key(cx, model, call.span);
            object("many")
        }
        "delete" | "delete_many" => object("many"),
        _ => None,
    }
}

fn key(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let keep = |field: &MappedField| field.primary_key;
    cx.touch_row(model, span, Manner::implied(Access::Read), &keep);
}

/// What a method makes.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        Atom::External(path) if path.starts_with(ENTITY) => match thing(cx, path)? {
            Thing::Entity(model, _) => entity(cx, model, name, call),
            _ => Some(Object::new(NAME, "expression", None).into()),
        },
        Atom::Outside(class) if class.starts_with(ENTITY) => {
            let Thing::ActiveModel(model) = thing(cx, class)? else {
                return None;
            };
            written(cx, model, class, name, call)
        }
        Atom::List(rows) => related::loaded(cx, rows, name, call),
        Atom::Outside(class) if class.starts_with("sea_orm") && name == "execute_unprepared" => {
            let span = call.at(0).map_or(call.span, |argument| argument.span);
            cx.sql_value(&call.value(0, ""), span, NAME);
            Some(Value::unknown("a result"))
        }
        Atom::Outside(class)
            if class.starts_with("sea_orm") && matches!(name, "query_one" | "query_all") =>
        {
            let text = result::text(&call.value(0, ""));
            let row = crate::orm::sqlx::row::record(cx, &text);
            Some(if name == "query_one" {
                row
            } else {
                Value::list(row)
            })
        }
        Atom::Outside(class) | Atom::External(class)
            if class.starts_with("sea_orm") && name == "build" =>
        {
            let statement = |atom: &Atom| matches!(atom, Atom::Object(_));
            Some(call.value(0, "").filter(statement)).filter(|all| !all.is_nothing())
        }
        Atom::Outside(class) if class.starts_with("sea_orm") && name == "get_database_backend" => {
            Some(Value::outside("sea_orm.DbBackend"))
        }
        Atom::Instance(class) if name == "into_active_model" => into_active::made(cx, *class, call),
        Atom::Class(class) if name == "find_by_statement" => {
            Some(result::of_statement(cx, *class, call))
        }
        Atom::Mapped(model) => {
            cx.models.get(*model).filter(|owner| &*owner.orm == NAME)?;
            row(cx, *model, name, call)
        }
        Atom::Object(object) if object.door == NAME => step(cx, object, name, call),
        _ => None,
    }
}

/// Methods of an active model: what they write was said when its fields were set; the row comes back.
fn written(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    class: &str,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    hooked(cx, model, name, call.span);
    match name {
        "insert" | "update" => {
            whole(cx, model, call.span);
            match name {
                "insert" if class.ends_with(WHOLE) => added_whole(cx, model, call),
                "insert" => added_row(cx, model, call),
                _ => {}
            }
            Some(Atom::Mapped(model).into())
        }
        "save" => {
            whole(cx, model, call.span);
            Some(Value::outside(class))
        }
        "try_into_model" => Some(Atom::Mapped(model).into()),
        _ => None,
    }
}

/// What runs around an operation of an active model, with the functions of `ActiveModelBehavior` that it runs.
/// <https://docs.rs/sea-orm/latest/sea_orm/entity/trait.ActiveModelBehavior.html>
const HOOKS: &[(&[&str], [&str; 2])] = &[
    (&["insert", "update", "save"], ["before_save", "after_save"]),
    (&["delete"], ["before_delete", "after_delete"]),
];

/// Runs the hooks of an operation.
fn hooked(cx: &mut Evaluator<'_>, model: ModelId, name: &str, span: Span) {
    let of_operation = HOOKS.iter().filter(|(names, _)| names.contains(&name));
    for hook in of_operation.flat_map(|(_, hooks)| hooks) {
        if let Some(function) = written_by_hand(cx, model, hook) {
            cx.runs(Target::Function(function), span, Certainty::Exact);
        }
    }
}

/// An active model is inserted: what is not set is left out. Its fields may have been set elsewhere.
fn added_row(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
}

/// A row with every field is inserted: what may be NULL may be.
fn added_whole(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    let mut row = added::Row::of(model, call, Certainty::Possible);
    let fields = cx.models.get(model).map_or(&[][..], |model| &model.fields);
    for field in fields {
        let to = if field.nullable {
            &mut row.maybe
        } else {
            &mut row.beside
        };
        to.push(field.column.clone());
    }
    added::row(cx, row, call);
}

fn row(cx: &mut Evaluator<'_>, model: ModelId, name: &str, call: &CallSite<'_>) -> Option<Value> {
    match name {
        "into_active_model" => {
            let aliases = cx.models.get(model).map(|owner| owner.aliases.clone())?;
            let alias = aliases.into_iter().next()?;
            Some(Value::outside(&format!("{alias}.ActiveModel{WHOLE}")))
        }
        "insert" | "update" => {
            whole(cx, model, call.span);
            Some(Atom::Mapped(model).into())
        }
        "delete" => {
            hooked(cx, model, name, call.span);
            None
        }
        "find_related" | "find_linked" => {
            let other = related::other(cx, &call.value(0, ""))?;
            Some(Object::new(NAME, "query", Some(other)).into())
        }
        _ => None,
    }
}

pub(super) fn model_of(cx: &Evaluator<'_>, value: &Value) -> Option<ModelId> {
    value.atoms().iter().find_map(|atom| match atom {
        Atom::External(path) => match thing(cx, path)? {
            Thing::Entity(model, _) => Some(model),
            _ => None,
        },
        _ => None,
    })
}

pub(super) fn whole(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let every = |_: &MappedField| true;
    cx.touch_row(model, span, Manner::whole(Access::Read), &every);
}

fn step(cx: &mut Evaluator<'_>, object: &Object, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let itself = || Some(object.clone().into());
    if let Some(statement) = sea_query::step(cx, object, name, call) {
        return Some(statement);
    }
    let tables = tables(object);
    for argument in call.positional() {
        fragments::standing(cx, &argument.value, &tables, argument.span, NAME);
    }
    // What `OnConflict` updates.
    if let (Some(column), "update_column" | "update_columns") = (call.at(0), name) {
        cx.retouch(column.span, Access::Write);
    }
    if let Some(expression) = sea_query::spelled::joined(object, name, call) {
        return Some(expression);
    }
    match (object.kind, name) {
        ("query", "all" | "stream" | "paginate" | "fetch_page" | "cursor_by") => {
            let row = read(cx, object, call.span);
            Some(Value::list(row))
        }
        ("query", "one") => Some(read(cx, object, call.span)),
        ("query", "select_only") => Some(object.clone().with_word("selected").into()),
        ("query", "into_model" | "into_partial_model") => {
            let partial = name == "into_partial_model";
            Some(result::taken(cx, object, &tables, partial, call))
        }
        ("query", "into_json") => {
            let records = tables
                .iter()
                .map(|model| crate::library::record::of_model(*model));
            let row = records.fold(Value::nothing(), |all, one| all.or(&one));
            Some(object.clone().with_value("row", row).into())
        }
        ("query", "into_tuple") => {
            let row = call.expected.clone();
            Some(object.clone().with_value("row", row).into())
        }
        ("query", "column_as" | "expr_as") => {
            let alias = call.value(1, "");
            let words = alias
                .texts()
                .map(|text| format!("{}{}", result::ALIAS, text.text));
            Some(
                words
                    .fold(object.clone(), |object, word| object.with_word(&word))
                    .into(),
            )
        }
        (
            "query",
            "find_also_related" | "find_with_related" | "find_also_linked" | "find_with_linked"
            | "select_also" | "select_with",
        ) => match related::other(cx, &call.value(0, "")) {
            Some(other) => Some(related::joined(object, other, name).into()),
            None => itself(),
        },
        ("update" | "insert", "exec_with_returning") | ("update", "exec") => {
            let model = object.model?;
            whole(cx, model, call.span);
            Some(Atom::Mapped(model).into())
        }
        ("many", "col_expr") => {
            if let Some(column) = call.at(0) {
                cx.retouch(column.span, Access::Write);
            }
            itself()
        }
        ("query", "count") => Some(Value::outside("builtins.int")),
        _ => itself(),
    }
}

/// The tables of a query, the one that it began with first.
fn tables(object: &Object) -> Vec<ModelId> {
    let also = object.words_after("also:");
    let also = also.filter_map(|word| word.parse().ok().map(ModelId));
    object.model.into_iter().chain(also).collect()
}

/// Runs a query: its tables' columns are read, unless it says which, and a row comes out.
fn read(cx: &mut Evaluator<'_>, object: &Object, span: Span) -> Value {
    let models = tables(object);
    if !object.has("selected") {
        for model in &models {
            whole(cx, *model, span);
        }
    }
    if let Some(row) = object.values.get("row") {
        return row.clone();
    }
    let mut rows: Vec<Value> = models
        .iter()
        .map(|model| Atom::Mapped(*model).into())
        .collect();
    if object.has(related::MANY)
        && let Some(last) = rows.last_mut()
    {
        *last = Value::list(last.clone());
    }
    match rows.len() {
        1 => rows.pop().unwrap_or_default(),
        _ => Value::tuple(rows),
    }
}
