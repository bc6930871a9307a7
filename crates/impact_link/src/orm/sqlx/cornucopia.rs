//! cornucopia 0.9 to 1 (clorinde, too): functions and rows that are made of files of queries, `queries/users.sql`.
//!
//! `--! users : User` above a statement makes a function `queries::users::users`, whose `bind(&client)` gives rows of `User`, a
//! struct with a field for each column; of one column the rows are its values. Without a name the struct has the query's.
//! <https://cornucopia-rs.github.io/cornucopia/writing_queries/query_annotations.html>
//! Where the made code is in the tree, a struct that ends in `Stmt` holds the statement.

use super::NAME;
use super::row::{self, Binds};
use crate::carried;
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{ClassKind, ExpressionKind, Language};
use std::sync::Arc;

/// The kind of a query that is not bound to a client yet, or that is.
const QUERY: &str = "cornucopia";
/// What stands before the module of a file in a path.
const MODULE: &str = ".queries.";
/// How the names of structs end that hold a statement.
const HOLDER: &str = "Stmt";

/// A query of a file.
struct Query<'t> {
    name: &'t str,
    /// The struct of its rows.
    row: String,
    from: usize,
    to: usize,
}

/// The queries of a file: annotations stand in comments before the statements.
fn queries(text: &str) -> Vec<Query<'_>> {
    let mut all: Vec<Query<'_>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let from = at + line.len();
        let is_annotation = ["--!", "--:", "--&"]
            .iter()
            .any(|sign| line.starts_with(sign));
        if let Some(last) = all
            .last_mut()
            .filter(|last| is_annotation && last.to == text.len())
        {
            last.to = at;
        }
        if let Some(said) = line.strip_prefix("--!") {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let said = said.trim();
            let end = said.find(|c| !is_word(c)).unwrap_or(said.len());
            let (name, rest) = said.split_at(end);
            let row = rest.rsplit_once(':').map(|(_, row)| row.trim());
            let row = row.map(|row| row.split(|c| !is_word(c)).next().unwrap_or_default());
            let row = row.filter(|row| !row.is_empty());
            all.push(Query {
                name,
                row: row.map_or_else(|| pascal(name), str::to_owned),
                from,
                to: text.len(),
            });
        }
        at = from;
    }
    all
}

/// `user_names` is `UserNames`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

/// The statements of a file's queries that are wanted.
fn statements(cx: &Evaluator<'_>, path: &str, wanted: &dyn Fn(&Query<'_>, &str) -> bool) -> Value {
    let mut found = Value::nothing();
    let Some((module, name)) = path
        .split_once(MODULE)
        .and_then(|(_, inside)| inside.split_once('.'))
    else {
        return found;
    };
    let file = cx.program.query_file(module);
    let Some(text) = file.and_then(|file| crate::language::rust::text_of(cx, file)) else {
        return found;
    };
    for text in text.texts() {
        for query in queries(&text.text) {
            if wanted(&query, name) {
                let part = crate::text::part(text, query.from, query.to);
                found.join(&Atom::Text(Arc::new(part)).into());
            }
        }
    }
    found
}

/// A call of a function that is made of a query.
pub(super) fn asked(cx: &mut Evaluator<'_>, path: &str) -> Option<Value> {
    if !cx.is(Language::Rust) || !path.contains(MODULE) {
        return None;
    }
    let text = statements(cx, path, &|query, name| query.name == name);
    (!text.is_nothing()).then(|| query(cx, text, None))
}

/// A field of a row whose struct is made of queries.
pub(super) fn member(
    cx: &mut Evaluator<'_>,
    class: &str,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if !cx.is(Language::Rust) || !class.contains(MODULE) {
        return None;
    }
    let text = statements(cx, class, &|query, name| query.row == name);
    if text.is_nothing() {
        return None;
    }
    let record = row::record(cx, &text);
    Some(cx.attribute(&record, member))
}

/// A query over a text; rows of a struct of the tree are bound to it.
fn query(
    cx: &mut Evaluator<'_>,
    text: Value,
    class: Option<(ClassRef, impact_facts::Span)>,
) -> Value {
    let row = match class {
        Some((class, span)) => {
            let said = cx.instance_of(class);
            row::of(cx, Binds::Macro, &text, &said, span)
        }
        None => rows(cx, &text),
    };
    let query = Object::new(NAME, QUERY, None).with_value("text", text);
    query.with_value("row", row).into()
}

/// A row of a text: the value of its one column, or a record.
fn rows(cx: &mut Evaluator<'_>, text: &Value) -> Value {
    let outputs = cx.sql_outputs(text);
    if outputs.len() != 1 {
        return row::record(cx, text);
    }
    let record = row::record(cx, text);
    let first = record.atoms().iter().find_map(|atom| match atom {
        Atom::Object(of) => of.values.get("#0"),
        _ => None,
    });
    let carried = first.map(|column| carried::of_sources(cx, column));
    Value::unknown("a column's value").or(&carried.unwrap_or_default())
}

/// A struct of made code is filled with its statement: `UsersStmt("SELECT …", None)`.
pub(super) fn held(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    if !cx.is(Language::Rust) {
        return None;
    }
    let module = cx.program.module(class.file);
    let name = module.name(module.class(class.class).name?);
    let text = call.value(0, "");
    if !name.ends_with(HOLDER) || text.texts().next().is_none() {
        return None;
    }
    let bind = cx.program.associated_function(class, "bind")?;
    let module = cx.program.module(bind.file);
    let returns = module.function(bind.function).returns?;
    let ExpressionKind::Subscript(of) = &module.expression(returns).kind else {
        return None;
    };
    let place = Place::Function(bind.function);
    let row = of.keys.iter().find_map(|key| {
        match cx.program.resolve_expression(bind.file, place, *key) {
            Binding::Class(of) => {
                let kind = cx.program.module(of.file).class(of.class).kind;
                (kind == ClassKind::Struct).then_some((of, call.span))
            }
            _ => None,
        }
    });
    let text = text.filter(|atom| matches!(atom, Atom::Text(_)));
    let made = query(cx, text, row);
    cx.cells.join(holder_key(class), &made);
    Some(made)
}

fn holder_key(class: ClassRef) -> Key {
    let class = format!("{} {}", class.file.0, class.class.0);
    Key::Outside(QUERY.into(), class.into())
}

/// The methods of a struct that holds a statement, which bind what it is given, are those of the query.
pub(crate) fn holder(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Option<Value> {
    if !matches!(name, "bind" | "params") {
        return None;
    }
    let query = cx.read(holder_key(class));
    let methods = query.atoms().iter();
    let methods = methods.map(|atom| Atom::Member(Arc::new(atom.clone()), name.into()));
    (!query.is_nothing()).then(|| Value::any_of(methods))
}

/// A method of a query.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    object: &Arc<Object>,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    (object.kind == QUERY).then_some(())?;
    let row = || object.values.get("row").cloned().unwrap_or_default();
    Some(match name {
        "all" | "iter" => Value::list(row()),
        "one" | "opt" => row(),
        "map" => {
            let made = crate::library::rust::applied(cx, call.at(0), &[row()], call.span);
            object.as_ref().clone().with_value("row", made).into()
        }
        _ => Atom::Object(object.clone()).into(),
    })
}
