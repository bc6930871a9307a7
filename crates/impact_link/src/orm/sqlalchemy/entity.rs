//! What a statement selects, and what its rows are.
//!
//! A statement is an object whose values are its items in order (`item:000`, …) and by name (`name:email`), and whose
//! words are the entities that are selected as a whole (`entity:3`).

use super::{SQLALCHEMY, classes, content, expression};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Span};

/// A statement whose rows are single values.
pub(super) fn of_rows(kind: &'static str, row: &Value) -> Object {
    let model = row.atoms().iter().find_map(|atom| match atom {
        Atom::Mapped(model) => Some(*model),
        _ => None,
    });
    let object = Object::new(SQLALCHEMY, kind, model).with_value("item:000", row.clone());
    match model {
        Some(model) => object
            .with_word(&format!("entity:{}", model.0))
            .with_word("single"),
        None => object,
    }
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
    if let [model, ..] = entities.as_slice() {
        object.model = object.model.or(Some(*model));
        let word = format!("entity:{}", model.0);
        let row: Value = Atom::Mapped(*model).into();
        let name = class_word(cx, *model);
        return object
            .with_word(&word)
            .with_value(&name, row.clone())
            .with_value(&key, row);
    }
    match super::ours(value) {
        Some(column) if column.kind == "column" => {
            object.model = object.model.or(column.model);
            let item = held(cx, column);
            let name = column
                .words_after("label:")
                .next()
                .or(column.words_after("field:").next());
            let name = format!("name:{}", name.unwrap_or_default());
            object
                .with_value(&name, item.clone())
                .with_value(&key, item)
        }
        Some(labelled) => {
            let label = labelled.words_after("label:").next().unwrap_or_default();
            let name = format!("name:{label}");
            object
                .with_value(&name, Value::outside("builtins.object"))
                .with_value(&key, Value::outside("builtins.object"))
        }
        None => object.with_value(&key, Value::unknown("a selected expression")),
    }
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

/// Running a statement reads every column of what it selects as a whole.
pub(super) fn run(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let whole = Manner::whole(Access::Read);
    let only: Vec<String> = object.words_after("only:").map(str::to_owned).collect();
    let deferred: Vec<String> = object.words_after("defer:").map(str::to_owned).collect();
    let entities: Vec<ModelId> = object
        .words_after("entity:")
        .chain(object.words_after("eager:"))
        .filter_map(|id| id.parse().ok().map(ModelId))
        .collect();
    for model in entities {
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
        parents(cx, model, span);
    }
}

/// Joined inheritance selects the parents' columns, too; a relationship that says so loads its rows at once.
fn parents(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let Some(of) = cx.models.get(model) else {
        return;
    };
    let manner = Manner::whole(Access::Read);
    let parents: Vec<ModelId> = of
        .parents
        .iter()
        .filter_map(|name| cx.models.named(name))
        .collect();
    for parent in parents {
        cx.touch_row(parent, span, manner, &|field| !field.deferred);
    }
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
    if object
        .values
        .contains_key(&*format!("name:{}", member.name))
    {
        return Some(expression());
    }
    let entities: Vec<ModelId> = object
        .words_after("entity:")
        .filter_map(|id| id.parse().ok().map(ModelId))
        .chain(object.model)
        .collect();
    for model in entities {
        if let Some(field) = by_column(cx, model, member.name) {
            cx.touch_field(model, field, member.span, Manner::named(Access::Read));
            let column = Object::new(SQLALCHEMY, "column", Some(model));
            return Some(column.with_word(&format!("field:{}", field.name)).into());
        }
    }
    Some(expression())
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
