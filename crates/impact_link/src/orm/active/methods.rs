//! Methods of classes and queries, and of rows: tables of what they do.

use super::{PEEWEE, PONY, TORTOISE, many, names, pony, selected, whole};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::{added, fragments};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty};

/// What a method of a class or query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Answers with a query, which its arguments narrow.
    Narrow,
    /// Answers with a query whose rows are known by that word: by the names of their columns, by their places.
    Shape(&'static str),
    /// Answers with a query of what its arguments name, or of whole rows without any.
    Select,
    /// Answers with a query that reads the rows of relations, too.
    Fetch,
    /// Reads one row as a whole.
    Row,
    /// Reads all rows as a whole.
    Rows,
    /// Makes a row: all fields are written, the named ones by name.
    Create,
    /// Writes the fields that it names.
    Write,
    /// Puts rows to, or takes them from, the other side of a relation.
    Link,
    /// A number or a truth.
    Scalar,
}

const METHODS: &[(&str, Does)] = &[
    ("select", Does::Select),
    ("values", Does::Select),
    ("values_list", Does::Select),
    ("only", Does::Select),
    ("fields", Does::Select),
    ("where", Does::Narrow),
    ("orwhere", Does::Narrow),
    ("filter", Does::Narrow),
    ("exclude", Does::Narrow),
    ("all", Does::Narrow),
    ("order_by", Does::Narrow),
    ("order_by_extend", Does::Narrow),
    ("group_by", Does::Narrow),
    ("annotate", Does::Narrow),
    ("distinct", Does::Narrow),
    ("limit", Does::Narrow),
    ("offset", Does::Narrow),
    ("paginate", Does::Narrow),
    ("join", Does::Narrow),
    ("join_from", Does::Narrow),
    ("left_outer_join", Does::Narrow),
    ("from_", Does::Narrow),
    ("switch", Does::Narrow),
    ("alias", Does::Narrow),
    ("clone", Does::Narrow),
    ("with_cte", Does::Narrow),
    ("returning", Does::Narrow),
    ("nowait", Does::Narrow),
    ("having", Does::Narrow),
    ("exclude_fields", Does::Narrow),
    ("objects", Does::Shape("labelled")),
    ("dicts", Does::Shape("by name")),
    ("namedtuples", Does::Shape("by name")),
    ("tuples", Does::Shape("tuples")),
    ("prefetch_related", Does::Fetch),
    ("select_related", Does::Fetch),
    ("select_all", Does::Narrow),
    ("using_db", Does::Narrow),
    ("execute", Does::Rows),
    ("raw", Does::Rows),
    ("iterator", Does::Rows),
    ("iterate", Does::Rows),
    ("in_bulk", Does::Rows),
    ("get_for_update", Does::Row),
    ("for_update", Does::Narrow),
    ("select_for_update", Does::Narrow),
    ("sort_by", Does::Narrow),
    ("without_distinct", Does::Narrow),
    ("page", Does::Narrow),
    ("fetch", Does::Rows),
    ("to_list", Does::Rows),
    ("random", Does::Rows),
    ("select_random", Does::Rows),
    ("select_by_sql", Does::Rows),
    ("get_by_sql", Does::Row),
    ("get", Does::Row),
    ("first", Does::Row),
    ("first_or_none", Does::Row),
    ("last", Does::Row),
    ("earliest", Does::Row),
    ("latest", Does::Row),
    ("get_by_id", Does::Row),
    ("get_or_none", Does::Row),
    ("peek", Does::Row),
    ("create", Does::Create),
    ("get_or_create", Does::Create),
    ("update_or_create", Does::Create),
    ("bulk_create", Does::Create),
    ("insert", Does::Write),
    ("insert_many", Does::Write),
    ("replace", Does::Write),
    ("replace_many", Does::Write),
    ("update", Does::Write),
    ("bulk_update", Does::Write),
    ("set_by_id", Does::Write),
    ("on_conflict", Does::Write),
    ("on_conflict_replace", Does::Write),
    ("on_conflict_ignore", Does::Write),
    ("add", Does::Link),
    ("remove", Does::Link),
    ("clear", Does::Link),
    ("count", Does::Scalar),
    ("exists", Does::Scalar),
    ("delete", Does::Scalar),
    ("delete_by_id", Does::Scalar),
    ("scalar", Does::Scalar),
    ("is_empty", Does::Scalar),
    ("sum", Does::Scalar),
    ("min", Does::Scalar),
    ("max", Does::Scalar),
    ("avg", Does::Scalar),
];

/// A method of a class or query.
pub(super) fn of_query(
    cx: &mut Evaluator<'_>,
    of: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let model = of.model?;
    let (_, does) = METHODS.iter().find(|(known, _)| *known == name)?;
    if of.door == PONY.0 {
        pony::asked(cx, model, call);
    }
    if of.door == PEEWEE.0 {
        fragments_of(cx, of, model, call);
    }
    match does {
        Does::Create => Some(created(cx, of, model, name, call)),
        Does::Write => Some(written(cx, of, model, name, call)),
        Does::Link if of.words_after("of:").next().is_none() => None,
        Does::Link => {
            many::linked(cx, of, call.span);
            Some(Atom::Null.into())
        }
        Does::Fetch => {
            many::fetched(cx, model, call);
            Some(of.clone().into())
        }
        Does::Shape(word) => Some(of.clone().with_word(word).into()),
        _ => Some(read(cx, of, (model, *does), name, call)),
    }
}

/// Parts of SQL as text: what they mean depends on the query.
fn fragments_of(cx: &mut Evaluator<'_>, of: &Object, model: ModelId, call: &CallSite<'_>) {
    let mut models = vec![model];
    models.extend(selected::whole_models(of));
    for argument in call.arguments {
        fragments::standing(cx, &argument.value, &models, argument.span, PEEWEE.0);
    }
}

/// A method that reads.
fn read(
    cx: &mut Evaluator<'_>,
    of: &Object,
    (model, does): (ModelId, Does),
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    match does {
        Does::Narrow => {
            names::named(cx, model, call, Access::Read);
            of.clone().into()
        }
        Does::Select if of.door == TORTOISE.0 => values(cx, of, model, name, call).into(),
        Does::Select => {
            names::named(cx, model, call, Access::Read);
            if call.arguments.is_empty() || of.door == PONY.0 {
                return of.clone().into();
            }
            selected::select(cx, of, call).into()
        }
        Does::Row => {
            names::named(cx, model, call, Access::Read);
            whole(cx, of, call.span);
            selected::element(of)
        }
        Does::Rows => {
            whole(cx, of, call.span);
            Value::list(selected::element(of))
        }
        _ => {
            names::named(cx, model, call, Access::Read);
            Value::outside("builtins.int")
        }
    }
}

/// `values("email", owner="user__name")`, `values_list("id", flat=True)`, `only("id")`.
fn values(
    cx: &mut Evaluator<'_>,
    of: &Object,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Object {
    for argument in call.arguments {
        names::texts(cx, model, &argument.value, Access::Read);
    }
    let selects = |name: Option<&str>| name != Some("flat");
    let named =
        |argument: &crate::door::Passed| selects(argument.name.as_ref().map(|(name, _)| &**name));
    let mut made = match call.arguments.iter().any(named) {
        true => selected::paths(cx, of, call).with_word("named"),
        false => of.clone(),
    };
    if name == "values" {
        made = made.with_word("by name");
    }
    if name == "values_list" {
        let word = if call.named("flat").is_some() {
            "flat"
        } else {
            "tuples"
        };
        made = made.with_word(word);
    }
    made
}

fn created(
    cx: &mut Evaluator<'_>,
    of: &Object,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    let row: Value = Atom::Mapped(model).into();
    names::named(cx, model, call, Access::Write);
    cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
    if name != "bulk_create" {
        added::row(cx, added::Row::of(model, call, Certainty::Likely), call);
    }
    if name == "create" {
        many::linked(cx, of, call.span);
    }
    if name == "create" || name == "bulk_create" {
        return row;
    }
    whole(cx, of, call.span);
    // ormar's `update_or_create` gives the row alone.
    if name == "update_or_create" && of.door == super::ORMAR.0 {
        return row;
    }
    Value::tuple(vec![row, Value::outside("builtins.bool")])
}

fn written(
    cx: &mut Evaluator<'_>,
    of: &Object,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Value {
    match name {
        "bulk_update" => {
            let fields = ["fields", "columns"]
                .iter()
                .find_map(|name| call.named(name));
            match fields.or_else(|| call.at(1)) {
                Some(fields) => names::written(cx, model, fields),
                None => cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true),
            }
            return Value::outside("builtins.int");
        }
        _ => names::named(cx, model, call, Access::Write),
    }
    if matches!(name, "insert" | "insert_many" | "replace" | "replace_many") {
        let mut row = added::Row::of(model, call, Certainty::Likely);
        row.open |= call.positional().next().is_some();
        added::row(cx, row, call);
    }
    of.clone().with_word("named").into()
}

/// A method of a row.
pub(super) fn of_row(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match name {
        "save" => {
            saved(cx, model, call);
            Some(Value::outside("builtins.int"))
        }
        "update" if call.named("_columns").is_some() => {
            names::named(cx, model, call, Access::Write);
            Some(Atom::Mapped(model).into())
        }
        // ormar: all that was changed, which is all that it has.
        "update" | "upsert" if call.arguments.is_empty() => {
            cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true);
            Some(Atom::Mapped(model).into())
        }
        "set" | "update" | "upsert" => {
            names::named(cx, model, call, Access::Write);
            let row: Value = Atom::Mapped(model).into();
            Some(row.or(&Atom::Null.into()))
        }
        "to_dict" => Some(dictionary(cx, model, call)),
        "load" | "load_all" if cx.models.is_of(model, super::ORMAR.0) => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
            Some(Atom::Mapped(model).into())
        }
        "load" => Some(dictionary(cx, model, call)),
        "update_from_dict" => {
            names::named(cx, model, call, Access::Write);
            Some(Atom::Mapped(model).into())
        }
        "refresh_from_db" => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
            Some(Atom::Null.into())
        }
        "delete_instance" | "delete" => {
            let manner = Manner::implied(Access::Read);
            cx.touch_row(model, call.span, manner, &|field| field.primary_key);
            Some(Value::outside("builtins.int"))
        }
        "fetch_related" => {
            many::fetched(cx, model, call);
            Some(Atom::Null.into())
        }
        _ => None,
    }
}

/// A row is saved: as a whole, unless the call says which fields.
fn saved(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    match call.named("update_fields").or(call.named("only")) {
        Some(fields) => {
            let fields = fields.clone();
            names::written(cx, model, &fields);
        }
        None => cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true),
    }
}

/// `row.to_dict()`, of all fields or of those that the call names.
fn dictionary(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) -> Value {
    match call.named("only").or(call.at(0)) {
        Some(only) => names::texts(cx, model, &only.value.clone(), Access::Read),
        None => cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true),
    }
    crate::library::record::of_model(model)
}
