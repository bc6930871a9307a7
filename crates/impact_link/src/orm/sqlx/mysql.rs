//! Statements that run themselves on the connection that they are handed: `"select …".with(params! { id }).first(conn)` of
//! mysql_async (0.24 to 0.34, its traits `Query`, `BatchQuery` and `WithParams`) and mysql (20 to 25, `TextQuery`, `BinQuery`,
//! `BatchQuery`); and parameters that a macro names.

use super::{NAME, row};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::parameters;
use crate::value::{Atom, Dictionary, Object, Value};
use impact_facts::{Assembled, ExpressionKind, Language};
use impact_sql::looks_like_sql;

/// What references through these drivers are said to come by.
const MYSQL: &str = "rust/mysql";

/// The kind of a statement that has its parameters.
const ASKED: &str = "asked";

/// What a statement gives that runs itself.
#[derive(Debug, Clone, Copy)]
enum Gives {
    /// Its rows.
    Rows,
    /// The first of its rows.
    First,
    /// Each row, made into something else by the code at that place.
    Made,
    /// What the code at the last place makes of the value before it and each row.
    Folded,
    /// Nothing.
    Nothing,
}

/// Methods that run a statement, how many arguments they take, and what they give.
const RUNS: &[(&str, usize, Gives)] = &[
    ("run", 1, Gives::Rows),
    ("fetch", 1, Gives::Rows),
    ("stream", 1, Gives::Rows),
    ("first", 1, Gives::First),
    ("ignore", 1, Gives::Nothing),
    ("batch", 1, Gives::Nothing),
    ("map", 2, Gives::Made),
    ("reduce", 3, Gives::Folded),
    ("fold", 3, Gives::Folded),
];

/// A method of a text of SQL that runs it, or that gives it its parameters.
pub(super) fn text_method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let Atom::Text(text) = of else { return None };
    if !cx.is(Language::Rust) || !runs_itself(text, name, call) {
        return None;
    }
    let asked = Object::new(NAME, ASKED, None).with_value("text", of.clone().into());
    method(cx, &asked, name, call)
}

/// Whether a method of a text runs it as a statement, or gives it its parameters.
pub(crate) fn runs_itself(text: &Assembled, name: &str, call: &CallSite<'_>) -> bool {
    let known = name == "with" && call.positional().count() == 1 || gives(name, call).is_some();
    known && looks_like_sql(&text.text)
}

fn gives(name: &str, call: &CallSite<'_>) -> Option<Gives> {
    let name = name.strip_suffix("_opt").unwrap_or(name);
    let count = call.positional().count();
    let mut all = RUNS.iter();
    all.find(|(known, takes, _)| *known == name && *takes == count)
        .map(|(_, _, gives)| *gives)
}

/// A method of a statement that may have its parameters.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if of.kind != ASKED {
        return None;
    }
    let text = of.values.get("text").cloned().unwrap_or_default();
    if name == "with" {
        if let Some(argument) = call.at(0) {
            super::driver::bound(cx, &text, argument);
        }
        return Some(of.clone().into());
    }
    let gives = gives(name, call)?;
    cx.sql_value(&text, call.callee, MYSQL);
    let row = row::open_record(cx, &text);
    if matches!(gives, Gives::Rows | Gives::First) && !call.expected.is_nothing() {
        row::becomes(cx, &row, call.expected, call.span);
    }
    Some(match gives {
        Gives::Rows => Value::list(row),
        Gives::First => row,
        Gives::Made => {
            let made = crate::library::rust::applied(cx, call.at(1), &[row], call.span);
            Value::list(made)
        }
        Gives::Folded => {
            let first = call.value(1, "");
            let given = [first.clone(), row];
            let made = crate::library::rust::applied(cx, call.at(2), &given, call.span);
            first.or(&made)
        }
        Gives::Nothing => Value::outside("builtins.int"),
    })
}

/// Macros that name the parameters of a statement: mysql's `params! { "id" => id, name }` and rusqlite's
/// `named_params! { ":id": id }`. The value under each name; none if the macro names nothing.
pub(super) fn named_params(
    cx: &mut Evaluator<'_>,
    path: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let names = match path.rsplit('.').next()? {
        "params!" => path.starts_with("mysql"),
        "named_params!" => path.starts_with("rusqlite"),
        _ => false,
    };
    if !names {
        return None;
    }
    let mut made = Dictionary::default();
    let mut key: Option<String> = None;
    for passed in call.positional() {
        match (key.take(), said(cx, passed)) {
            (Some(name), _) => insert(&mut made, &name, passed.value.clone()),
            (None, Said::Key(name)) => key = Some(name),
            (None, Said::Pair(name, value)) => insert(&mut made, &name, value),
            (None, Said::Nothing) => {}
        }
    }
    Some(Value::dictionary(made))
}

fn insert(made: &mut Dictionary, name: &str, value: Value) {
    made.known
        .insert(name.trim_start_matches(SIGNS).into(), value);
}

/// What stands before a parameter's name.
const SIGNS: [char; 3] = [':', '@', '$'];

/// What an argument of such a macro says.
enum Said {
    /// The name of the value behind it.
    Key(String),
    /// A name and its value.
    Pair(String, Value),
    /// No name.
    Nothing,
}

fn said(cx: &mut Evaluator<'_>, passed: &Passed) -> Said {
    let module = cx.module();
    let Some(id) = passed.expression else {
        return Said::Nothing;
    };
    if let Some(name) = module.plain_text(id) {
        return Said::Key(name);
    }
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => {
            Said::Pair(module.name(*name).to_owned(), passed.value.clone())
        }
        ExpressionKind::Let(pair) => match module.plain_text(pair.target) {
            Some(name) => Said::Pair(name, cx.evaluate(pair.value)),
            None => Said::Nothing,
        },
        _ => Said::Nothing,
    }
}

/// Gives each value that a macro names to the parameter of that name. Whether the value is of such a macro.
pub(super) fn given_by_name(cx: &mut Evaluator<'_>, text: &Value, given: &Value) -> bool {
    let given = row::element(given);
    let mut any = false;
    for atom in given.atoms() {
        let Atom::Dictionary(of) = atom else { continue };
        any = true;
        for (name, value) in &of.known {
            parameters::given_by_name(cx, text, name, value);
        }
    }
    any
}
