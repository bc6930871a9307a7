//! Rows of SQL text: who names one of their columns names what it is made from, so that `SELECT *` of which only `id` is used
//! is told apart from one whose `email` is.

use super::frames;
use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Certainty, ExpressionId, ExpressionKind, Language, Span};
use impact_sql::looks_like_sql;

/// The name of the door.
pub(super) const ROWS: &str = "sql/rows";
/// The key of the statement.
const SQL: &str = "sql";

/// Rows of statements in text, all or one of them; a table in memory that was read with one.
#[derive(Debug)]
pub(crate) struct Rows;

/// The rows of a statement.
#[must_use]
pub(crate) fn of_statement(sql: &Value) -> Value {
    Object::new(ROWS, "rows", None)
        .with_value(SQL, sql.clone())
        .into()
}

/// Functions outside the tree that run the statement of their first argument and answer with its rows.
const READERS: &[&str] = &[
    "pandas.read_sql",
    "pandas.read_sql_query",
    "pandas.io.sql.read_sql",
    "pandas.io.sql.read_sql_query",
    "polars.read_database",
    "polars.read_database_uri",
];

/// What every stub of a cursor extends: it keeps the rows of the statement that it ran last.
const CURSOR: &str = "__impact__.Cursor";

/// Methods of a cursor that run a statement (PEP 249, psycopg, duckdb).
pub(super) const RUNNING: &[&str] = &["execute", "executemany", "sql", "query"];

/// Methods of rows that take no names of columns.
const FETCHING: &[&str] = &[
    "execute",
    "executemany",
    "fetchone",
    "fetchall",
    "fetchmany",
    "all",
    "first",
    "one",
    "mappings",
    "items",
    "keys",
    "values",
];

/// Methods of tables in memory whose texts are expressions over columns.
const EXPRESSIONS: &[&str] = &["query", "eval"];

/// What polars has a member of for each column.
const COLUMN: &str = "polars.col";

/// Deeper arguments than this are not searched for names of columns.
const MAX_ARGUMENT: u32 = 8;

/// Methods whose results are no rows.
const SCALARS: &[&str] = &[
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "scalars",
    "close",
    "count",
    "to_csv",
    "to_sql",
];

impl Door for Rows {
    fn name(&self) -> &'static str {
        ROWS
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Object(object) = of else {
            return None;
        };
        match member.name {
            "_mapping" => Some(of.clone().into()),
            // How a table in memory is gone into: by place, by label, by kind of value.
            "loc" | "iloc" | "at" | "iat" | "str" | "dt" | "values" | "T" => {
                Some(of.clone().into())
            }
            name => named(cx, object, name, member.span),
        }
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        let mut found = None;
        for atom in key.atoms() {
            let items = match atom {
                Atom::List(items) => std::slice::from_ref(items),
                Atom::Tuple(items) => &**items,
                _ => continue,
            };
            for one in items {
                self.item(cx, of, one, span);
            }
        }
        for text in key.texts() {
            let home = text.locate(Span::new(0, text.text.len() as u32));
            let at = home
                .filter(|(file, inner)| *file == cx.file && span.contains(*inner))
                .map_or(span, |(_, inner)| inner);
            let one = named(cx, of, &text.text, at);
            found = one.or(found);
        }
        Some(found.unwrap_or_else(|| of.clone().into()))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) if READERS.contains(&&**name) => {
                let named = ["sql", "query"].iter().find_map(|name| call.named(name));
                Some(of_statement(&named.or_else(|| call.at(0))?.value))
            }
            Atom::External(name) => frames::call(cx, name, call),
            Atom::Member(of, name) => {
                if cx.is(Language::Python)
                    && let Some(written) = frames::written(cx, of, name, call)
                {
                    return Some(written);
                }
                let Atom::Object(object) = &**of else {
                    return None;
                };
                if object.door != ROWS {
                    return None;
                }
                if RUNNING.contains(&&**name) && is_statement(&call.value(0, "sql")) {
                    return Some(of_statement(&call.value(0, "sql")));
                }
                if !FETCHING.contains(&&**name) && &**name != "get" {
                    taken(cx, object, name, call);
                }
                Some(match &**name {
                    "get" => {
                        let key = call.value(0, "key");
                        self.item(cx, object, &key, call.span).unwrap_or_default()
                    }
                    name if SCALARS.contains(&name) => Value::unknown("a value of a statement"),
                    _ if object.kind == frames::FRAME => {
                        Object::new(ROWS, frames::FRAME, None).into()
                    }
                    _ => joined_with(of, call),
                })
            }
            _ => None,
        }
    }

    fn consume(
        &self,
        _cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        _span: Span,
    ) -> Option<Value> {
        let used = matches!(
            how,
            Consumption::Iterate | Consumption::Index | Consumption::Slice | Consumption::Await
        );
        match value {
            Atom::Object(object) if object.door == ROWS && used => Some(value.clone().into()),
            _ => None,
        }
    }
}

/// `users.merge(orders, …)`: the rows of both.
fn joined_with(of: &Atom, call: &CallSite<'_>) -> Value {
    let given = call
        .positional()
        .flat_map(|argument| argument.value.atoms());
    let rows = given.filter(|atom| matches!(atom, Atom::Object(rows) if rows.door == ROWS));
    let own: Value = of.clone().into();
    rows.fold(own, |all, rows| all.or(&rows.clone().into()))
}

/// A column of the rows by name; none if the statement gives no such column.
fn named(cx: &mut Evaluator<'_>, rows: &Object, name: &str, span: Span) -> Option<Value> {
    let sql = rows.values.get(SQL)?.clone();
    let sources = cx.sql_sources(&sql, name);
    let manner = Manner::named(Access::Read).at_most(Certainty::Likely.min(sql.certainty));
    for (database, table, column) in &sources {
        cx.touch_column_of(database, table, column, span, manner, "sql");
    }
    (!sources.is_empty()).then(|| Value::outside("field "))
}

/// Columns that a method of a table in memory names among its arguments: `df.groupby("org")`, `df.filter(pl.col("age") > 1)`,
/// `df.rename(columns={"a": "b"})`, `df.query("age > 1")`.
fn taken(cx: &mut Evaluator<'_>, rows: &Object, method: &str, call: &CallSite<'_>) {
    let mut words: Vec<(String, Span, &str)> = Vec::new();
    for argument in call.arguments {
        let option = argument.name.as_ref().map_or("", |(name, _)| name);
        if let Some(id) = argument.expression {
            names(cx, id, 0, &mut |word, span| {
                if EXPRESSIONS.contains(&method) {
                    let parts = word.split(|c: char| !c.is_alphanumeric() && c != '_');
                    words.extend(parts.map(|part| (part.to_owned(), span, option)));
                } else {
                    words.push((word, span, option));
                }
            });
        }
    }
    let others = call
        .positional()
        .flat_map(|argument| argument.value.atoms());
    let others: Vec<&Object> = others
        .filter_map(|atom| match atom {
            Atom::Object(other) if other.door == ROWS => Some(&**other),
            _ => None,
        })
        .collect();
    for (word, span, option) in words {
        if option != "right_on" {
            named(cx, rows, &word, span);
        }
        for other in others.iter().filter(|_| option != "left_on") {
            named(cx, other, &word, span);
        }
    }
}

/// Visits what names a column inside an expression: texts, and `pl.col.email` of polars.
fn names(cx: &Evaluator<'_>, id: ExpressionId, depth: u32, visit: &mut dyn FnMut(String, Span)) {
    if depth > MAX_ARGUMENT {
        return;
    }
    let module = cx.module();
    if let ExpressionKind::Collection(all) = &module.expression(id).kind {
        for key in all.items.iter().filter_map(|item| item.key) {
            names(cx, key, depth + 1, visit);
        }
    }
    match &module.expression(id).kind {
        ExpressionKind::Text(_) => {
            let span = module.expression(id).span;
            let end = span.end.saturating_sub(1).max(span.start + 1);
            if let Some(text) = module.plain_text(id) {
                visit(text, Span::new(span.start + 1, end));
            }
            return;
        }
        ExpressionKind::Attribute(attribute) => {
            let of = cx
                .program
                .resolve_expression(cx.file, cx.place, attribute.of);
            if of.external() == Some(COLUMN) {
                visit(module.name(attribute.name).to_owned(), attribute.name_span);
                return;
            }
        }
        _ => {}
    }
    let mut parts = Vec::new();
    module.parts(id, &mut |part| {
        if let impact_facts::Part::Expression(id) = part {
            parts.push(id);
        }
    });
    for part in parts {
        names(cx, part, depth + 1, visit);
    }
}

impl Evaluator<'_> {
    /// `cursor.execute("select …")`: from here on, what the cursor fetches are this statement's rows.
    pub(super) fn fill_cursor(&mut self, cursor: ExpressionId, call: &CallSite<'_>) {
        let Some(sql) = call.at(0).map(|argument| argument.value.clone()) else {
            return;
        };
        let text = sql.filter(|atom| matches!(atom, Atom::Text(_)));
        let kept = std::mem::take(&mut self.current);
        let of = self.evaluate(cursor);
        self.current = kept;
        let is_cursor = |atom: &Atom| {
            let class = self.class_of_instance(atom);
            class.is_some_and(|class| self.inherits(class, &[CURSOR]))
        };
        let open = !of.atoms().iter().any(is_cursor);
        if open && !(self.may_be_cursor(cursor, &of) && is_statement(&text)) {
            return;
        }
        let is_rows = |atom: &Atom| matches!(atom, Atom::Object(rows) if rows.door == ROWS);
        let mut filled = of.filter(|atom| !is_rows(atom));
        if !text.is_nothing() {
            filled = filled.or(&of_statement(&text));
        }
        if open {
            filled = filled.at_most(Certainty::Likely);
        }
        self.regrow(cursor, &filled, call.span);
    }

    /// Whether something that nothing is known of is named as cursors are.
    fn may_be_cursor(&self, cursor: ExpressionId, of: &Value) -> bool {
        let module = self.module();
        let name = match &module.expression(cursor).kind {
            ExpressionKind::Name(name) => module.name(*name),
            ExpressionKind::Attribute(attribute) => module.name(attribute.name),
            _ => return false,
        };
        let is_named = name == "c" || name.to_ascii_lowercase().contains("cur");
        let mut atoms = of.atoms().iter();
        let is_open = |atom: &Atom| {
            matches!(atom, Atom::Unknown(_) | Atom::Outside(_) | Atom::Null)
                || matches!(atom, Atom::Object(rows) if rows.door == ROWS)
        };
        is_named && atoms.all(is_open)
    }
}

fn is_statement(text: &Value) -> bool {
    text.texts().any(|text| looks_like_sql(&text.text))
}
