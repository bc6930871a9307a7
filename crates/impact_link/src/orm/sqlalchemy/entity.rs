//! What a statement selects, and what its rows are.
//!
//! A statement is an object whose values are its items in order (`item:000`, …) and by name (`name:email`), and whose
//! words are the entities that are selected as a whole (`entity:3`).

use super::{SQLALCHEMY, classes, content, expression, fragment, instance, made_of, mapper};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::fragments::FRAGMENT;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Span};
use std::collections::BTreeSet;

/// A statement whose rows are single values.
pub(super) fn of_rows(kind: &'static str, row: &Value) -> Object {
    let models = row.atoms().iter().filter_map(|atom| match atom {
        Atom::Mapped(model) => Some(*model),
        _ => None,
    });
    let object = Object::new(SQLALCHEMY, kind, models.clone().next());
    models.fold(
        object.with_value("item:000", row.clone()),
        |object, model| {
            object
                .with_word(&format!("entity:{}", model.0))
                .with_word("single")
        },
    )
}

/// `select(…)`, `query(…)`: a statement over what its arguments are.
pub(super) fn select(cx: &Evaluator<'_>, kind: &'static str, call: &CallSite<'_>) -> Object {
    let mut object = Object::new(SQLALCHEMY, kind, None);
    let given: Vec<Value> = call
        .arguments
        .iter()
        .map(|argument| argument.value.clone())
        .collect();
    for value in flattened(&given) {
        object = with_item(cx, object, &value);
    }
    object
}

/// What stands before a model whose columns are selected, each for itself.
const COLUMNS: &str = "columns:";

/// The column of a name among those of the tables that a statement selects.
pub(super) fn of_tables(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    span: Span,
) -> Option<Value> {
    let tables: Vec<ModelId> = ids(object, COLUMNS).collect();
    for model in tables {
        if let Some(field) = by_column(cx, model, name) {
            cx.touch_field(model, field, span, Manner::named(Access::Read));
            return Some(content(&field.data_type));
        }
    }
    None
}

/// `Bundle("b", User.email, User.name)`: its columns as one item of a row.
pub(super) fn bundle(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut made = Object::new(SQLALCHEMY, "row", None);
    for argument in call.positional().skip(1) {
        made = with_item(cx, made, &argument.value);
    }
    match call.value(0, "name").texts().next() {
        Some(name) => made.with_word(&format!("label:{}", name.text)).into(),
        None => made.into(),
    }
}

/// `union(a, b)`: the items of the first, made of what all select under their names.
pub(super) fn compound(call: &CallSite<'_>) -> Option<Value> {
    let mut parts = call.positional().filter_map(|argument| {
        super::ours(&argument.value).filter(|part| matches!(part.kind, "select" | "query"))
    });
    let mut made = parts.next()?.clone();
    for part in parts {
        for word in part.words.iter().filter(|word| word.starts_with("entity:")) {
            made = made.with_word(word);
        }
        for (key, value) in &part.values {
            if key.starts_with("from:") && made.values.contains_key(key) {
                let both = made.values.get(key).cloned().unwrap_or_default().or(value);
                made = made.with_value(key, both);
            }
        }
    }
    Some(made.into())
}

/// Old style passes a list: `select([a, b])`.
fn flattened(values: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    for value in values {
        match value.atoms() {
            [Atom::Tuple(items)] => all.extend(items.iter().cloned()),
            _ => all.push(value.clone()),
        }
    }
    all
}

/// The statement with one item more.
pub(super) fn with_item(cx: &Evaluator<'_>, object: Object, value: &Value) -> Object {
    let at = object
        .values
        .keys()
        .filter(|key| key.starts_with("item:"))
        .count();
    let key = format!("item:{at:03}");
    let mut object = object;
    let entities = classes(cx, value);
    if let Some(first) = entities.first() {
        object.model = object.model.or(Some(*first));
        for model in &entities {
            let name = class_word(cx, *model);
            object = object
                .with_word(&format!("entity:{}", model.0))
                .with_value(&name, Atom::Mapped(*model).into());
        }
        if mapper::is_of_columns(value) {
            let words = entities.iter().map(|model| format!("{COLUMNS}{}", model.0));
            let object = words.fold(object, |object, word| object.with_word(&word));
            return object.with_value(&key, content(""));
        }
        let rows = entities.into_iter().map(Atom::Mapped);
        return object.with_value(&key, Value::any_of(rows));
    }
    match super::ours(value) {
        Some(column) if column.kind == "column" => {
            object.model = object.model.or(column.model);
            let item = held(cx, column);
            let name = column
                .words_after("label:")
                .next()
                .or(column.words_after("field:").next())
                .unwrap_or_default();
            object
                .with_value(&format!("from:{name}"), columns(value))
                .with_value(&format!("name:{name}"), item.clone())
                .with_value(&key, item)
        }
        Some(part) if part.kind == FRAGMENT => {
            let kept = object.values.get(FRAGMENT).cloned().unwrap_or_default();
            let name = part.words_after("label:").next().map(str::to_owned);
            let name =
                name.or_else(|| Some(part.values.get("declares")?.texts().next()?.text.clone()));
            object
                .with_value(FRAGMENT, kept.or(&part.clone().into()))
                .with_value(
                    &format!("name:{}", name.unwrap_or_default()),
                    Value::outside("builtins.object"),
                )
                .with_value(&key, Value::outside("builtins.object"))
        }
        Some(bundle) if bundle.kind == "row" => {
            let name = bundle.words_after("label:").next().unwrap_or_default();
            let row: Value = bundle.clone().into();
            object.model = object.model.or(bundle.model);
            object
                .with_value(&format!("name:{name}"), row.clone())
                .with_value(&key, row)
        }
        Some(labelled) => {
            object.model = object.model.or(labelled.model);
            if labelled.kind == "expression" && labelled.values.contains_key(FRAGMENT) {
                let kept = object.values.get(FRAGMENT).cloned().unwrap_or_default();
                object = object.with_value(FRAGMENT, kept.or(&labelled.clone().into()));
            }
            let label = labelled.words_after("label:").next().unwrap_or_default();
            let made_of = made_of::of(labelled);
            if !label.is_empty() && !made_of.is_nothing() {
                object = object.with_value(&format!("from:{label}"), made_of);
            }
            let name = format!("name:{label}");
            object
                .with_value(&name, Value::outside("builtins.object"))
                .with_value(&key, Value::outside("builtins.object"))
        }
        None => object.with_value(&key, Value::unknown("a selected expression")),
    }
}

/// The columns among a value's alternatives.
fn columns(value: &Value) -> Value {
    value.filter(|atom| matches!(atom, Atom::Object(of) if of.kind == "column"))
}

fn class_word(cx: &Evaluator<'_>, model: ModelId) -> String {
    let name = cx.models.get(model).map_or("", |model| &*model.name);
    format!("name:{}", name.rsplit('.').next().unwrap_or_default())
}

fn held(cx: &Evaluator<'_>, column: &Object) -> Value {
    let field = column.words_after("field:").next();
    let field = column
        .model
        .zip(field)
        .and_then(|(model, name)| cx.models.field(model, name));
    content(field.map_or("", |field| &*field.data_type))
}

/// Running a statement reads every column of what it selects as a whole, and of the rows that are loaded with it.
pub(super) fn run(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    fragment::selected(cx, object, span);
    let whole = Manner::whole(Access::Read);
    let only: Vec<String> = object.words_after("only:").map(str::to_owned).collect();
    let deferred: Vec<String> = object.words_after("defer:").map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    for model in ids(object, "entity:").chain(ids(object, "eager:")) {
        let path = |name: &str| format!("{}:{name}", model.0);
        let limited = only.iter().any(|word| word.starts_with(&path("")));
        cx.touch_row(model, span, whole, &|field| {
            let named = path(&field.name);
            !deferred.contains(&named)
                && (field.primary_key
                    || if limited {
                        only.contains(&named)
                    } else {
                        !field.deferred
                    })
        });
        load_along(cx, model, span, whole, &mut seen);
    }
}

/// Reads a row as a whole, with all that its relations load at once.
pub(super) fn load(cx: &mut Evaluator<'_>, model: ModelId, span: Span, manner: Manner) {
    cx.touch_row(model, span, manner, &|field| !field.deferred);
    load_along(cx, model, span, manner, &mut BTreeSet::new());
}

/// Reads the rows that a model's relations load together with its own. Each model once: SQLAlchemy ends a cycle, too.
fn load_along(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    span: Span,
    manner: Manner,
    seen: &mut BTreeSet<ModelId>,
) {
    let Some(of) = cx.models.get(model).filter(|_| seen.insert(model)) else {
        return;
    };
    for relation in of.relations.iter().filter(|relation| relation.eager) {
        instance::touch_keys(cx, model, relation, span, Access::Read);
        if let Some(target) = cx.models.target(relation) {
            cx.touch_row(target, span, manner, &|field| !field.deferred);
            load_along(cx, target, span, manner, seen);
        }
    }
}

/// The models that words of that beginning name.
pub(super) fn ids<'o>(object: &'o Object, prefix: &'o str) -> impl Iterator<Item = ModelId> + 'o {
    object
        .words_after(prefix)
        .filter_map(|id| id.parse().ok().map(ModelId))
}

/// A column by name: of a table, of a subquery, of the `c` of either.
pub(super) fn column_of(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if object.kind != "columns" && matches!(member.name, "c" | "columns") {
        let mut columns = object.clone();
        columns.kind = "columns";
        return Some(columns.into());
    }
    if object.kind == "table" {
        return (member.name == "name").then(|| Value::outside("builtins.str"));
    }
    if let Some(column) = origin(cx, object, member.name, member.span) {
        return Some(column);
    }
    if object
        .values
        .contains_key(&*format!("name:{}", member.name))
    {
        return Some(expression());
    }
    let entities: Vec<ModelId> = ids(object, "entity:").chain(object.model).collect();
    for model in entities {
        if let Some(field) = by_column(cx, model, member.name) {
            cx.touch_field(model, field, member.span, Manner::named(Access::Read));
            let column = Object::new(SQLALCHEMY, "column", Some(model));
            return Some(column.with_word(&format!("field:{}", field.name)).into());
        }
    }
    Some(expression())
}

/// `table.c["email"]`: each key at its own bytes.
pub(super) fn column_under(
    cx: &mut Evaluator<'_>,
    columns: &Object,
    key: &Value,
    span: Span,
) -> Value {
    let mut found = Value::nothing();
    for text in key.texts() {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let member = MemberSite {
            name: &text.text,
            span: home
                .filter(|(file, _)| *file == cx.file)
                .map_or(span, |(_, at)| at),
            access: Access::Read,
            value: None,
        };
        found = found.or(&column_of(cx, columns, &member).unwrap_or_else(expression));
    }
    if found.is_nothing() {
        let entities: Vec<ModelId> = ids(columns, "entity:").chain(columns.model).collect();
        cx.open_models(&entities, span, Access::Read);
        return expression();
    }
    found
}

/// The column that a statement selects under a name. Who names that, names the column.
pub(super) fn origin(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    span: Span,
) -> Option<Value> {
    let columns = object.values.get(&*format!("from:{name}"))?.clone();
    let manner = Manner::implied(Access::Read).at_most(GUESSED.min(columns.certainty));
    for atom in columns.atoms() {
        let Atom::Object(of) = atom else { continue };
        let field = of.words_after("field:").next();
        if let Some((model, name)) = of.model.zip(field)
            && let Some(field) = cx.models.field(model, name)
        {
            cx.touch_field(model, field, span, manner);
        }
    }
    Some(columns)
}

/// A field by its column's name.
pub(super) fn by_column<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    name: &str,
) -> Option<&'a impact_facts::MappedField> {
    let fields = cx.models.get(model).map(|model| &model.fields)?;
    fields
        .iter()
        .find(|field| &*field.column == name)
        .or_else(|| cx.models.field(model, name))
}

/// The statement with its columns under names: a subquery or CTE.
pub(super) fn subquery(object: &Object) -> Value {
    let mut made = object.clone();
    made.kind = "subquery";
    made.into()
}

/// Certainty of what is found by the shape of a call alone.
pub(super) const GUESSED: Certainty = Certainty::Likely;
