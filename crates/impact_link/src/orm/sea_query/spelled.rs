//! Tables and columns that are spelled as texts: `Alias::new("email")`, `Expr::col("email")`, `.from("users")`.
//!
//! A statement names its columns before or after its tables, so it keeps both, and what fits is touched at each step.

use super::{STATEMENT, VIA};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Certainty, Scope, Span, TableName};

/// The kind of what is put together from columns: a condition, a call, what is done on a conflict.
pub(crate) const EXPRESSION: &str = "expression";

/// Texts that name tables of a statement.
const TABLES: &str = "tables";
/// Texts that name columns that are read.
const READ: &str = "read";
/// Texts that name columns that are written.
const WRITTEN: &str = "written";
/// A statement one of whose tables is not spelled.
const OPEN: &str = "open";

/// Methods of a statement that take a table, with its place.
const TAKE_TABLE: &[(&str, usize)] = &[
    ("from", 0),
    ("from_as", 0),
    ("from_table", 0),
    ("full_outer_join", 0),
    ("inner_join", 0),
    ("into_table", 0),
    ("join", 1),
    ("join_as", 1),
    ("left_join", 0),
    ("right_join", 0),
    ("table", 0),
];

/// Methods that take columns first.
const TAKE_COLUMNS: &[&str] = &[
    "add_group_by_col",
    "column",
    "columns",
    "distinct_on",
    "equals",
    "group_by_col",
    "group_by_columns",
    "order_by",
    "order_by_columns",
    "order_by_with_nulls",
    "returning_col",
    "update_column",
    "update_columns",
];

/// Other methods that are handed what names columns.
const TAKE_EXPRESSIONS: &[&str] = &[
    "and_having",
    "and_where",
    "and_where_option",
    "cond_having",
    "cond_where",
    "conditions",
    "expr",
    "expr_as",
    "exprs",
    "on_conflict",
    "order_by_expr",
    "returning",
    "value",
    "values",
    "values_panic",
];

/// Whether a value is a statement that a method of that name changed where it is kept.
pub(crate) fn is_changed(of: &Object, name: &str) -> bool {
    let takes = |known: &[&str]| known.contains(&name);
    of.kind == STATEMENT
        && (takes(TAKE_COLUMNS)
            || takes(TAKE_EXPRESSIONS)
            || name == "from_subquery"
            || TAKE_TABLE.iter().any(|(method, _)| *method == name))
}

/// What a function makes of a name or of what names columns; none if no argument does.
pub(crate) fn made(path: &str, door: &'static str, call: &CallSite<'_>) -> Option<Value> {
    if path.ends_with("Alias.new") {
        return Some(call.value(0, ""));
    }
    let last = path.rsplit('.').next().unwrap_or_default();
    let mut names = inner(call, READ);
    if matches!(last, "col" | "column" | "columns" | "Column") {
        names.join(&texts(&call.value(0, "")));
    }
    let made = Object::new(door, EXPRESSION, None).with_value(READ, names.clone());
    (!names.is_nothing()).then(|| made.into())
}

/// A method of what names columns: what its arguments name is named too.
pub(crate) fn joined(object: &Object, name: &str, call: &CallSite<'_>) -> Option<Value> {
    (object.kind == EXPRESSION).then_some(())?;
    let mut names = object.values.get(READ).cloned().unwrap_or_default();
    names.join(&inner(call, READ));
    if TAKE_COLUMNS.contains(&name) {
        names.join(&texts(&call.value(0, "")));
    }
    Some(object.clone().with_value(READ, names).into())
}

/// A statement after a step, with the names that it was handed.
pub(super) fn step(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Object {
    let mut after = object.clone();
    let mut keep = |key: &str, more: &Value| {
        let kept = after.values.entry(key.into()).or_default();
        kept.join(more);
    };
    keep(READ, &inner(call, READ));
    let first = call.value(0, "");
    let mut open = false;
    if let Some((_, place)) = TAKE_TABLE.iter().find(|(method, _)| *method == name) {
        let tables = texts(&call.value(*place, ""));
        open = tables.is_nothing();
        keep(TABLES, &tables);
    } else if object.has("update") && name == "value" || object.has("insert") && name == "columns" {
        keep(WRITTEN, &texts(&first));
    } else if object.has("update") && name == "values" {
        keep(WRITTEN, &firsts(&first));
    } else if TAKE_COLUMNS.contains(&name) {
        keep(READ, &texts(&first));
    }
    if open {
        after = after.with_word(OPEN);
    }
    touched(cx, &after, READ, Access::Read);
    touched(cx, &after, WRITTEN, Access::Write);
    after
}

/// Touches the columns of a statement's tables that are named, and where none of them has it, any that may be meant.
fn touched(cx: &mut Evaluator<'_>, statement: &Object, names: &str, access: Access) {
    let facts = cx.program.facts(cx.file);
    if crate::code_scope(cx.program.path(cx.file), facts) == Scope::Migration {
        return;
    }
    let texts = |key: &str| statement.values.get(key).cloned().unwrap_or_default();
    let (tables, names) = (texts(TABLES), texts(names));
    for name in names.texts() {
        let Some((file, span)) = name.locate(Span::new(0, name.text.len() as u32)) else {
            continue;
        };
        let of_table = |table: &str| cx.schemas.table_of(&TableName::bare(table), &name.text);
        let mut found: Vec<TableName> = tables
            .texts()
            .filter_map(|table| of_table(&table.text))
            .collect();
        let mut certainty = Certainty::Likely;
        if found.is_empty() && (statement.has(OPEN) || !tables.is_nothing()) {
            found = cx.schemas.tables_with(&name.text);
            certainty = Certainty::Possible;
        }
        for table in found {
            let manner = Manner::named(access).at_most(certainty);
            cx.touch_column_in(file, &table, &name.text, span, manner, VIA);
        }
    }
}

/// The texts in a value, in lists and tuples too.
fn texts(value: &Value) -> Value {
    let mut found = Value::nothing();
    for atom in value.atoms() {
        match atom {
            Atom::Text(_) => found.join(&atom.clone().into()),
            Atom::List(of) => found.join(&texts(of)),
            Atom::Tuple(items) => items.iter().for_each(|item| found.join(&texts(item))),
            _ => {}
        }
    }
    found
}

/// The texts that pairs in a list begin with.
fn firsts(value: &Value) -> Value {
    let mut found = Value::nothing();
    for atom in value.atoms() {
        match atom {
            Atom::List(of) => found.join(&firsts(of)),
            Atom::Tuple(items) => match items.first() {
                Some(first) if !texts(first).is_nothing() && !is_pair(first) => {
                    found.join(&texts(first));
                }
                _ => items.iter().for_each(|item| found.join(&firsts(item))),
            },
            _ => {}
        }
    }
    found
}

fn is_pair(value: &Value) -> bool {
    let mut atoms = value.atoms().iter();
    atoms.any(|atom| matches!(atom, Atom::Tuple(_) | Atom::List(_)))
}

/// What the expressions among the arguments name.
fn inner(call: &CallSite<'_>, key: &str) -> Value {
    let mut found = Value::nothing();
    for argument in call.arguments {
        add_inner(&argument.value, key, &mut found);
    }
    found
}

fn add_inner(value: &Value, key: &str, found: &mut Value) {
    for atom in value.atoms() {
        match atom {
            Atom::Object(object) if object.kind == EXPRESSION => {
                if let Some(names) = object.values.get(key) {
                    found.join(names);
                }
            }
            Atom::List(of) => add_inner(of, key, found),
            Atom::Tuple(items) => items.iter().for_each(|item| add_inner(item, key, found)),
            _ => {}
        }
    }
}
