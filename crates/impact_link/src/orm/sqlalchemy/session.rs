//! Sessions, connections and Flask-SQLAlchemy's hub.

use super::{SQLALCHEMY, classes, entity, made, ours, result, write};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::library::rows;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{Bound, BoundFrom, Definition};
use impact_facts::{Access, Certainty, ExpressionKind, Span};

/// Members of the hub: its session, and SQLAlchemy's own names.
pub(super) fn hub_attribute(name: &str) -> Value {
    match name {
        "session" | "engine" => made("session"),
        "func" | "sql" => Value::external("sqlalchemy.func"),
        "metadata" => made("metadata"),
        "Model" => Value::external("flask_sqlalchemy.model.Model"),
        "first_or_404" | "get_or_404" | "one_or_404" | "paginate" => Atom::Member(
            std::sync::Arc::new(Atom::Object(std::sync::Arc::new(Object::new(
                SQLALCHEMY, "hub", None,
            )))),
            name.into(),
        )
        .into(),
        _ => Value::external(&format!("sqlalchemy.{name}")),
    }
}

/// `db.get_or_404(User, id)`, `db.first_or_404(select(User))`.
pub(super) fn hub_call(
    cx: &mut Evaluator<'_>,
    _hub: &Object,
    name: &str,
    passed: &CallSite<'_>,
) -> Option<Value> {
    match name {
        "get_or_404" => call(cx, "get", passed),
        "first_or_404" | "one_or_404" => {
            let statement = passed.at(0)?.value.clone();
            Some(result::first(&executed(cx, &statement, passed)))
        }
        "paginate" => {
            let statement = passed.at(0)?.value.clone();
            let rows = ours(&executed(cx, &statement, passed)).cloned()?;
            Some(
                Object {
                    kind: "page",
                    ..rows
                }
                .into(),
            )
        }
        _ => None,
    }
}

/// Members of a session that are sessions, too.
pub(super) fn attribute(name: &str) -> Option<Value> {
    matches!(name, "no_autoflush" | "bind" | "sync_session" | "registry").then(|| made("session"))
}

/// Methods of a session, a connection or an engine.
pub(super) fn call(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    match name {
        "query" => Some(queried(cx, call)),
        "execute" | "scalars" | "scalar" | "stream" | "stream_scalars" | "exec"
        | "execute_many" | "fetch_all" | "fetch_one" | "fetch_val" | "iterate" => {
            let statement = statement(call)?.value.clone();
            let rows = executed(cx, &statement, call);
            parameters(cx, &statement, call);
            Some(match name {
                "scalar" | "fetch_val" => result::first_item(&rows),
                "fetch_one" => result::first(&rows),
                "scalars" | "stream_scalars" => result::scalars(&rows),
                // SQLModel 0.0.x: the rows of a statement that selects one thing are that thing.
                "exec" if result::is_of_one(&rows) => result::scalars(&rows),
                _ => rows,
            })
        }
        "get" | "get_one" => get(cx, call),
        "add" | "add_all" | "merge" | "save" => {
            let argument = call.at(0)?;
            if !is_loaded(cx, argument) {
                flush(cx, &argument.value.clone(), call.span);
            }
            Some(if name == "merge" {
                argument.value.clone()
            } else {
                Atom::Null.into()
            })
        }
        "delete" => {
            let value = call.at(0)?.value.clone();
            keys(cx, &value, call.span);
            Some(Atom::Null.into())
        }
        "refresh" => refresh(cx, call),
        "bulk_save_objects" => {
            let rows = call.at(0)?.value.clone();
            flush(cx, &rows, call.span);
            Some(Atom::Null.into())
        }
        "bulk_insert_mappings" | "bulk_update_mappings" => {
            let model = classes(cx, &call.at(0)?.value).first().copied()?;
            write::mappings(cx, model, call.at(1)?);
            Some(Atom::Null.into())
        }
        "begin" | "begin_nested" | "connect" | "connection" | "session_factory"
        | "raw_connection" | "execution_options" | "sessionmaker" | "configure" => {
            Some(made("session"))
        }
        "run_sync" => None,
        _ => Some(Atom::Null.into()),
    }
}

/// Methods whose arguments alone, a mapped class or a statement, tell a session.
const RUNNING: &[&str] = &[
    "query",
    "execute",
    "execute_many",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "iterate",
    "scalars",
    "scalar",
    "get",
    "bulk_save_objects",
    "bulk_insert_mappings",
    "bulk_update_mappings",
];

/// Methods that run the statement that they are given; those of `databases` ("Queries") answer with rows of text, too.
const STATEMENTS: &[&str] = &["execute", "scalars", "scalar", "execute_many"];
const FETCHING: &[&str] = &["fetch_all", "fetch_one", "fetch_val", "iterate"];

/// Whether something without a description may be a session, asked for a method: another library's helper often holds it
/// (`db.session`).
pub(super) fn may_be_one(of: &Atom, method: &str) -> bool {
    match of {
        Atom::Unknown(_) => true,
        Atom::Member(_, name) => name.contains("session") || RUNNING.contains(&method),
        Atom::Outside(_) | Atom::External(_) | Atom::Instance(_) => RUNNING.contains(&method),
        _ => false,
    }
}

/// A call on something unknown whose name and arguments are a session's: `request.db.query(User)`.
pub(super) fn guessed(cx: &mut Evaluator<'_>, name: &str, passed: &CallSite<'_>) -> Option<Value> {
    let first = &statement(passed)?.value;
    let telling = match name {
        "query" | "get" => !classes(cx, first).is_empty() || is_column(first),
        name if STATEMENTS.contains(&name) => ours(first).is_some(),
        name if FETCHING.contains(&name) && first.texts().next().is_some() => {
            return Some(rows::of_statement(first).at_most(entity::GUESSED));
        }
        name if FETCHING.contains(&name) => ours(first).is_some(),
        "add" | "add_all" | "merge" | "delete" | "refresh" | "bulk_save_objects" => {
            !mapped_rows(first).is_empty()
        }
        "bulk_insert_mappings" | "bulk_update_mappings" => !classes(cx, first).is_empty(),
        _ => false,
    };
    if !telling {
        return None;
    }
    let value = cx.with_certainty(entity::GUESSED, |cx| call(cx, name, passed))?;
    Some(value.at_most(entity::GUESSED))
}

fn is_column(value: &Value) -> bool {
    ours(value).is_some_and(|object| matches!(object.kind, "column" | "expression"))
}

fn queried(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let object = entity::select(cx, "query", call);
    let whole = |value: &Value| {
        let mut atoms = value.atoms().iter();
        !value.is_nothing() && atoms.all(|atom| matches!(atom, Atom::Mapped(_)))
    };
    let items = object
        .values
        .iter()
        .filter(|(key, _)| key.starts_with("item:"));
    let single = items.clone().count() == 1 && items.clone().all(|(_, value)| whole(value));
    if single {
        object.with_word("single").into()
    } else {
        object.into()
    }
}

/// Runs a statement: whole entities are read. Text is a pack's business.
pub(super) fn executed(cx: &mut Evaluator<'_>, statement: &Value, call: &CallSite<'_>) -> Value {
    let Some(object) = ours(statement).cloned() else {
        return raw(cx, statement, call.span);
    };
    if let Some(sql) = object.values.get("sql") {
        return rows::of_statement(sql);
    }
    entity::run(cx, &object, call.span);
    Object {
        kind: "result",
        ..object
    }
    .into()
}

/// `execute("select …")`, as SQLAlchemy 1.x takes it.
fn raw(cx: &mut Evaluator<'_>, statement: &Value, span: Span) -> Value {
    let text = statement.filter(|atom| matches!(atom, Atom::Text(_)));
    if text.is_nothing() {
        return made("result");
    }
    cx.sql_value(&text, span, SQLALCHEMY);
    rows::of_statement(&text)
}

/// The statement that a call runs, under the names that sessions, connections and `databases` give it.
fn statement<'c>(call: &'c CallSite<'_>) -> Option<&'c Passed> {
    let named = ["statement", "query"]
        .iter()
        .find_map(|name| call.named(name));
    named.or_else(|| call.at(0))
}

/// `execute(insert(User), [{"email": …}])`; several dictionaries or keywords with SQLAlchemy 1.3 ("Working with Engines and
/// Connections"), `values=` with `databases`.
fn parameters(cx: &mut Evaluator<'_>, statement: &Value, call: &CallSite<'_>) {
    let Some(object) = ours(statement) else {
        return;
    };
    let ("insert" | "update", Some(model)) = (object.kind, object.model) else {
        return;
    };
    let named = ["params", "parameters", "values"];
    let sets = named.iter().filter_map(|name| call.named(name));
    let sets: Vec<&Passed> = sets.chain(call.positional().skip(1)).collect();
    for values in &sets {
        write::mappings(cx, model, values);
    }
    for (name, span) in call.arguments.iter().filter_map(|one| one.name.as_ref()) {
        write::column(cx, model, name, *span, Access::Write);
    }
    if let (Some(first), "insert") = (sets.first(), object.kind) {
        let row = added::Row {
            open: !write::is_display(&first.value),
            ..added::Row::of(model, call, Certainty::Likely)
        };
        added::row(cx, row, call);
    }
}

fn get(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let models = classes(cx, &call.at(0)?.value);
    models.first()?;
    let row = Value::any_of(models.into_iter().map(Atom::Mapped));
    entity::run(cx, &entity::of_rows("query", &row), call.span);
    Some(row)
}

/// The rows among a value's alternatives.
pub(super) fn mapped_rows(value: &Value) -> Vec<(ModelId, Certainty)> {
    let mut found = Vec::new();
    for atom in value.atoms() {
        match atom {
            Atom::Mapped(model) => found.push((*model, value.certainty)),
            Atom::List(of) => found.extend(mapped_rows(of)),
            Atom::Tuple(items) => found.extend(items.iter().flat_map(mapped_rows)),
            _ => {}
        }
    }
    found
}

/// Methods that answer with a row of the database.
const LOADING: &[&str] = &[
    "get",
    "get_one",
    "get_or_404",
    "first",
    "first_or_404",
    "one",
    "one_or_none",
    "one_or_404",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
];

/// Whether an argument is a name that the code around it binds to nothing but rows that a session or query gave: only what
/// was set on it is written (SQLAlchemy 2.0, "State Management": it is persistent).
fn is_loaded(cx: &Evaluator<'_>, argument: &Passed) -> bool {
    let module = cx.module();
    let Some(ExpressionKind::Name(name)) =
        argument.expression.map(|id| &module.expression(id).kind)
    else {
        return false;
    };
    let definitions = cx
        .program
        .places(cx.file)
        .names(cx.place)
        .definitions(*name);
    let gives = |definition: &Definition| {
        let Definition::Value(Bound {
            value: Some(mut id),
            from: BoundFrom::Whole,
            ..
        }) = *definition
        else {
            return false;
        };
        while let ExpressionKind::Await(of) = module.expression(id).kind {
            id = of;
        }
        let ExpressionKind::Call(call) = &module.expression(id).kind else {
            return false;
        };
        match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(of) => LOADING.contains(&module.name(of.name)),
            _ => false,
        }
    };
    !definitions.is_empty() && definitions.iter().all(gives)
}

/// A new or changed row goes to the database: an INSERT names every column.
fn flush(cx: &mut Evaluator<'_>, value: &Value, span: Span) {
    for (model, certainty) in mapped_rows(value) {
        let manner = Manner::whole(Access::Write).at_most(certainty);
        cx.touch_row(model, span, manner, &|_| true);
    }
}

/// A deleted row is found by its key.
fn keys(cx: &mut Evaluator<'_>, value: &Value, span: Span) {
    for (model, certainty) in mapped_rows(value) {
        let manner = Manner::implied(Access::Read).at_most(certainty);
        cx.touch_row(model, span, manner, &|field| field.primary_key);
    }
}

fn refresh(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let value = call.at(0)?.value.clone();
    for (model, certainty) in mapped_rows(&value) {
        let manner = Manner::whole(Access::Read).at_most(certainty);
        let named = call
            .argument(1, "attribute_names")
            .map(|argument| argument.value.clone());
        match named {
            Some(names) => write::strings(cx, model, &names, Access::Read),
            None => entity::load(cx, model, call.span, manner),
        }
    }
    Some(Atom::Null.into())
}
