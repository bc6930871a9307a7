//! What a query selects, and its rows: whole ones, or columns by name (`.dicts()`, `.values("email")`).

use super::columns::{self, COLUMN};
use super::{PEEWEE, names};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Span};

/// What stands before a model whose rows are selected as a whole.
const WHOLE: &str = "whole:";

/// Lists within lists of what is selected are not looked into deeper than this.
const MAX_DEPTH: u32 = 4;

/// `select(Post.title, User, fn.COUNT(…).alias("n"))`: the query with what it selects.
pub(super) fn select(cx: &Evaluator<'_>, of: &Object, call: &CallSite<'_>) -> Object {
    let mut made = of.clone().with_word("named");
    for argument in call.arguments.iter().filter(|one| one.name.is_none()) {
        made = with(cx, made, &argument.value, 0);
    }
    made
}

fn with(cx: &Evaluator<'_>, mut made: Object, value: &Value, depth: u32) -> Object {
    for object in columns::of_value(value) {
        for column in object.words_after(COLUMN) {
            made = made.with_word(&format!("{COLUMN}{column}"));
        }
    }
    for atom in value.atoms() {
        match atom {
            Atom::Class(class) => {
                if let Some(model) = cx.models.of_class(*class) {
                    made = made.with_word(&format!("{WHOLE}{}", model.0));
                }
            }
            Atom::List(of) if depth < MAX_DEPTH => made = with(cx, made, of, depth + 1),
            Atom::Tuple(items) if depth < MAX_DEPTH => {
                for item in items.iter() {
                    made = with(cx, made, item, depth + 1);
                }
            }
            _ => {}
        }
    }
    made
}

/// `values("email", owner="user__name")`: the query with the ends of paths under the names that the rows have.
pub(super) fn paths(cx: &Evaluator<'_>, of: &Object, call: &CallSite<'_>) -> Object {
    let Some(model) = of.model else {
        return of.clone();
    };
    let mut made = of.clone();
    for argument in call.arguments {
        for text in argument.value.texts() {
            let label = argument.name.as_ref().map_or(&*text.text, |(name, _)| name);
            if let Some((at, field)) = names::end(cx, model, &text.text) {
                made = made.with_word(&columns::word(label, at, &field));
            }
        }
    }
    made
}

/// The models whose rows a query selects as a whole beside its own.
pub(super) fn whole_models(of: &Object) -> Vec<ModelId> {
    let ids = of.words_after(WHOLE).filter_map(|id| id.parse().ok());
    ids.map(ModelId).collect()
}

/// A row that is known by the names of its columns only.
pub(super) fn row(of: &Object) -> Value {
    Object {
        kind: "row",
        ..of.clone()
    }
    .into()
}

/// One row of a query.
pub(super) fn element(of: &Object) -> Value {
    let Some(model) = of.model else {
        return Value::unknown("a row");
    };
    if of.has("flat") {
        return Value::outside("field ");
    }
    if of.has("tuples") {
        return Value::unknown("a row by place");
    }
    if of.has("by name") {
        return row(of);
    }
    let mapped: Value = Atom::Mapped(model).into();
    match of.words_after(COLUMN).next() {
        Some(_) => mapped.or(&row(of)),
        None => mapped,
    }
}

/// A column of a row, by its name in the row.
pub(super) fn member(cx: &mut Evaluator<'_>, of: &Object, name: &str, span: Span) -> Option<Value> {
    let named = of.words_after(COLUMN).filter_map(|column| {
        let (_, field) = column.split_once('=').filter(|(label, _)| *label == name)?;
        let (model, field) = field.split_once(':')?;
        Some((ModelId(model.parse().ok()?), field.to_owned()))
    });
    let mut found: Vec<(ModelId, String)> = named.collect();
    if found.is_empty() {
        let own = of.model.filter(|_| !of.has("named"));
        let models = own.into_iter().chain(whole_models(of));
        found.extend(models.filter_map(|model| {
            let (at, field) = names::end(cx, model, name)?;
            (at == model).then(|| (at, field.to_string()))
        }));
        found.truncate(1);
    }
    let mut made = None;
    for (model, name) in found {
        if let Some(field) = cx.models.field(model, &name) {
            cx.touch_field(model, field, span, Manner::named(Access::Read));
            made = Some(Value::outside(&format!("field {}", field.data_type)));
        }
    }
    made
}

/// `row["email"]`.
pub(super) fn item(cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
    if of.kind != "row" {
        return None;
    }
    let mut found = Value::nothing();
    for text in key.texts() {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let inner = home.filter(|(file, inner)| *file == cx.file && span.contains(*inner));
        let at = inner.map_or(span, |(_, inner)| inner);
        if let Some(one) = member(cx, of, &text.text, at) {
            found.join(&one);
        }
    }
    Some(match found.is_nothing() {
        true => Value::unknown("what a row holds"),
        false => found,
    })
}

/// A method of a row that is known by names.
pub(super) fn row_call(
    cx: &mut Evaluator<'_>,
    of: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match name {
        "get" | "pop" => item(cx, of, &call.value(0, "key"), call.span),
        "copy" | "items" | "_asdict" => Some(of.clone().into()),
        _ => None,
    }
}

/// `prefetch(User.select(), Post.select())`: all of them are run.
pub(super) fn prefetched(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let mut rows = None;
    for argument in call.positional() {
        let (value, span): (Value, Span) = (argument.value.clone(), argument.span);
        let selected = cx.iterate(&as_query(cx, argument).unwrap_or(value), span);
        rows = rows.or(Some(Value::list(selected)));
    }
    rows
}

/// A class stands for the query of its rows.
fn as_query(cx: &Evaluator<'_>, argument: &Passed) -> Option<Value> {
    let class = argument.value.atoms().iter().find_map(|atom| match atom {
        Atom::Class(class) => Some(*class),
        _ => None,
    })?;
    let model = cx.models.of_class(class)?;
    Some(super::query(PEEWEE.0, model).into())
}
