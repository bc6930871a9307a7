//! Methods of managers and querysets: a table of what each does with its arguments, and what it is.

use super::selection::{annotated, listed, prefetched, selected, strings, strings_of, words};
use super::{DJANGO, cascade, expression, instance, lookup, manager, other_side, queryset};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Spread};

/// What a method does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Keywords are lookups; the same query, narrower.
    Narrow,
    /// Keywords are lookups; one row.
    Get,
    /// The same query.
    Same,
    /// Strings are paths.
    Distinct,
    /// Strings are paths; the query's own order.
    Order,
    /// Strings are paths; dictionaries.
    Values,
    /// Strings are paths; tuples.
    ValuesList,
    /// Strings are paths that alone are selected.
    Only,
    /// Strings are paths that are not selected.
    Defer,
    /// Keywords are names of expressions.
    Annotate,
    /// Keywords are names of expressions; a dictionary.
    Aggregate,
    /// Strings are relations that are joined.
    SelectRelated,
    /// Strings are relations that are fetched after it.
    PrefetchRelated,
    /// One row.
    First,
    /// One row, by a path.
    Latest,
    /// No row: a number or a truth.
    Count,
    /// Keywords are columns that are set.
    Update,
    /// Rows go.
    Delete,
    /// A row comes.
    Create,
    /// Keywords are lookups, or columns that are set.
    GetOrCreate,
    /// Rows come.
    BulkCreate,
    /// Rows are written by named fields.
    BulkUpdate,
    /// Rows by key.
    InBulk,
    /// Rows of a date.
    Dates,
    /// SQL.
    Raw,
    /// Parts of SQL.
    Extra,
    /// Rows of other querysets, too.
    Union,
    /// The table in between is written.
    Link,
}

const METHODS: &[(&str, Does)] = &[
    ("filter", Does::Narrow),
    ("exclude", Does::Narrow),
    ("complex_filter", Does::Narrow),
    ("get", Does::Get),
    ("all", Does::Same),
    ("none", Does::Same),
    ("using", Does::Same),
    ("reverse", Does::Same),
    ("iterator", Does::Same),
    ("select_for_update", Does::Same),
    ("db_manager", Does::Same),
    ("get_queryset", Does::Same),
    ("_clone", Does::Same),
    ("distinct", Does::Distinct),
    ("order_by", Does::Order),
    ("values", Does::Values),
    ("values_list", Does::ValuesList),
    ("only", Does::Only),
    ("defer", Does::Defer),
    ("annotate", Does::Annotate),
    ("alias", Does::Annotate),
    ("aggregate", Does::Aggregate),
    ("select_related", Does::SelectRelated),
    ("prefetch_related", Does::PrefetchRelated),
    ("first", Does::First),
    ("last", Does::First),
    ("latest", Does::Latest),
    ("earliest", Does::Latest),
    ("count", Does::Count),
    ("exists", Does::Count),
    ("contains", Does::Count),
    ("explain", Does::Count),
    ("update", Does::Update),
    ("delete", Does::Delete),
    ("create", Does::Create),
    ("create_user", Does::Create),
    ("create_superuser", Does::Create),
    ("get_or_create", Does::GetOrCreate),
    ("update_or_create", Does::GetOrCreate),
    ("bulk_create", Does::BulkCreate),
    ("bulk_update", Does::BulkUpdate),
    ("in_bulk", Does::InBulk),
    ("dates", Does::Dates),
    ("datetimes", Does::Dates),
    ("raw", Does::Raw),
    ("extra", Does::Extra),
    ("union", Does::Union),
    ("intersection", Does::Union),
    ("difference", Does::Union),
    ("add", Does::Link),
    ("set", Does::Link),
    ("remove", Does::Link),
    ("clear", Does::Link),
    ("|", Does::Union),
    ("&", Does::Union),
    ("^", Does::Union),
];

/// What finds no rows when it is called: the query is run by who uses it, or rows are only added.
const FINDS_NONE: &[Does] = &[Does::Same, Does::Create, Does::BulkCreate];

/// What a method of a manager, queryset or expression is.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match object.kind {
        "queryset" | "manager" => {}
        "manager class" => return None,
        _ => return Some(combined(object, call)),
    }
    let known = METHODS
        .iter()
        .find(|(known, _)| *known == name)
        .or_else(|| {
            let rest = name.strip_prefix('a')?;
            METHODS.iter().find(|(known, _)| *known == rest)
        });
    let Some((_, does)) = known else {
        return custom(cx, object, name, call);
    };
    let all = queryset::of(object);
    let Some(model) = object.model else {
        return Some(all.into());
    };
    if !FINDS_NONE.contains(does) && !matches!(name, "add" | "aadd") {
        other_side::found(cx, object, call.span);
    }
    let own = match name {
        "get_queryset" => Vec::new(),
        _ => own_querysets(cx, object, call.span),
    };
    if own.is_empty() {
        return Some(apply(cx, *does, all, model, call));
    }
    let mut result = Value::nothing();
    for query in own.into_iter().take(8) {
        result = result.or(&apply(cx, *does, query, model, call));
    }
    Some(result)
}

/// A method of the queryset class that a manager was made from.
fn custom(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let described = manager::described_by(cx, object);
    let found = described
        .into_iter()
        .find_map(|class| cx.class_member(class, name));
    let (owner, definitions) = found?;
    let impact_bind::Definition::Function(function) = definitions.last()? else {
        return None;
    };
    let function = impact_bind::FunctionRef {
        file: owner.file,
        function: *function,
    };
    let receiver = Atom::Object(std::sync::Arc::new(queryset::of(object)));
    Some(cx.call_function(function, Some(receiver), call))
}

/// The querysets that a manager's own `get_queryset` gives, where it has one.
fn own_querysets(cx: &mut Evaluator<'_>, object: &Object, span: impact_facts::Span) -> Vec<Object> {
    let own = object
        .class
        .filter(|_| object.kind == "manager" && object.model.is_some())
        .and_then(|class| cx.class_member(class, "get_queryset"));
    if own.is_none() {
        return Vec::new();
    }
    let of = Atom::Object(std::sync::Arc::new(object.clone()));
    let given = cx.call_method(&of, "get_queryset", span);
    queryset::objects(&given)
        .filter(|one| one.kind == "queryset" && one.model == object.model)
        .map(|one| (**one).clone())
        .collect()
}

/// Operators and methods of expressions: what both sides name.
fn combined(object: &Object, call: &CallSite<'_>) -> Value {
    let mut both = object.clone();
    for argument in call.arguments {
        for other in queryset::objects(&argument.value) {
            for (key, value) in &other.values {
                let old = both.values.entry(key.clone()).or_default();
                *old = old.or(value);
            }
        }
    }
    both.into()
}

fn apply(
    cx: &mut Evaluator<'_>,
    does: Does,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Value {
    match does {
        Does::Same => query.into(),
        Does::Narrow => narrowed(cx, query, model, call).into(),
        Does::Get => {
            let query = narrowed(cx, query, model, call).with_word("ordered");
            queryset::single(cx, &query, call.span)
        }
        Does::Distinct => {
            strings(cx, model, call, Access::Read);
            query.into()
        }
        Does::Order => {
            strings(cx, model, call, Access::Read);
            let mut query = query;
            query.words.retain(|word| !word.starts_with("order:"));
            operands(cx, model, call);
            super::selection::ordered(words(query, "order:", call), call).into()
        }
        Does::Values => selected(cx, query, model, call)
            .with_word("dictionaries")
            .into(),
        Does::ValuesList => listed(cx, query, model, call),
        Does::Only => {
            strings(cx, model, call, Access::Read);
            words(query, "only:", call).into()
        }
        Does::Defer => words(query, "defer:", call).into(),
        Does::Annotate => annotated(cx, query, model, call).into(),
        Does::Aggregate => {
            annotated(cx, query, model, call);
            Value::dictionary(crate::value::Dictionary {
                rest: Value::outside("a column's value"),
                ..Default::default()
            })
        }
        Does::SelectRelated => {
            for argument in call.positional() {
                lookup::follow_members_of(cx, model, &argument.value, argument.span);
            }
            if call.arguments.is_empty() {
                return super::selection::with_required(cx, query, model).into();
            }
            words(query, "related:", call).into()
        }
        Does::PrefetchRelated => prefetched(cx, query, model, call).into(),
        Does::First | Does::Latest => {
            strings(cx, model, call, Access::Read);
            queryset::single(cx, &query, call.span).or(&Atom::Null.into())
        }
        _ => applied_write(cx, does, query, model, call),
    }
}

fn applied_write(
    cx: &mut Evaluator<'_>,
    does: Does,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Value {
    let whole = Manner::whole(Access::Write);
    match does {
        Does::Count => Value::outside("builtins.int"),
        Does::Update => {
            instance::assign_keywords(cx, model, call, Manner::named(Access::Write));
            operands(cx, model, call);
            Value::outside("builtins.int")
        }
        Does::Delete => {
            if cascade::fetches(cx, model) {
                queryset::run(cx, &query.with_word("ordered"), call.span);
            }
            cascade::delete(cx, model, call.span);
            Atom::Null.into()
        }
        Does::Create => {
            instance::assign_keywords(cx, model, call, Manner::named(Access::Write));
            cx.touch_row(model, call.span, whole, &|_| true);
            saved(cx, &query, model, call);
            Atom::Mapped(model).into()
        }
        Does::GetOrCreate => {
            narrowed(cx, query.clone(), model, call);
            instance::assign_keywords(cx, model, call, Manner::named(Access::Write));
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|field| {
                !field.deferred
            });
            cx.touch_row(model, call.span, whole, &|_| true);
            saved(cx, &query, model, call);
            Value::tuple(vec![
                Atom::Mapped(model).into(),
                Value::outside("builtins.bool"),
            ])
        }
        Does::BulkCreate => {
            for argument in call.arguments {
                cx.iterate(&argument.value, argument.span);
            }
            cx.touch_row(model, call.span, whole, &|_| true);
            Value::list(Atom::Mapped(model).into())
        }
        Does::BulkUpdate => {
            if let Some(fields) = call.argument(1, "fields") {
                let (value, span) = (fields.value.clone(), fields.span);
                lookup::follow_value(cx, model, &value, span, Access::Write);
            }
            Value::outside("builtins.int")
        }
        Does::InBulk => {
            strings_of(
                cx,
                model,
                call.named("field_name").into_iter(),
                Access::Read,
            );
            queryset::run(cx, &query, call.span);
            Value::dictionary(crate::value::Dictionary {
                keys: Value::outside("a column's value"),
                rest: queryset::element(cx, &query),
                ..Default::default()
            })
        }
        Does::Dates => {
            strings_of(
                cx,
                model,
                call.argument(0, "field_name").into_iter(),
                Access::Read,
            );
            query.with_word("named").with_word("flat").into()
        }
        Does::Raw => {
            let sql = call.value(0, "raw_query");
            cx.sql_value(&sql, call.span, DJANGO);
            query.with_word("named").into()
        }
        Does::Extra => {
            extra(cx, model, call);
            query.into()
        }
        Does::Union => {
            operands(cx, model, call);
            query.into()
        }
        _ => {
            link(cx, &query, call);
            Atom::Null.into()
        }
    }
}

/// A row that is made is saved. A `save` of the model's own may fill in what the call leaves out.
fn saved(cx: &mut Evaluator<'_>, query: &Object, model: ModelId, call: &CallSite<'_>) {
    let class = cx.models.class(model);
    let own = class.and_then(|class| cx.class_member(class, "save"));
    let mut row = added::Row::of(model, call, Certainty::Likely);
    row.open |= own.is_some();
    row.beside = other_side::key(cx, query);
    added::row(cx, row, call);
    super::saved(cx, model, call.span);
}

/// `add`, `set`, `remove`, `clear`: the table in between is read and written, or the key on the other side.
fn link(cx: &mut Evaluator<'_>, query: &Object, call: &CallSite<'_>) {
    for argument in call.arguments {
        cx.iterate(&argument.value, argument.span);
    }
    other_side::linked(cx, query, call.span);
    if let Some(said) = call.named("through_defaults")
        && let Some(between) = other_side::between(cx, query)
    {
        lookup::follow_value(cx, between, &said.value, said.span, Access::Write);
        cx.touch_row(between, call.span, Manner::whole(Access::Write), &|_| true);
    }
}

/// `filter(email=…, **more)` and conditions by place.
fn narrowed(cx: &mut Evaluator<'_>, query: Object, model: ModelId, call: &CallSite<'_>) -> Object {
    let mut query = query;
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if matches!(&**name, "defaults" | "create_defaults") => continue,
            (Some((name, span)), _) => {
                let written = lookup::Written::at(cx, *span, name);
                lookup::follow(cx, model, name, written, Manner::named(Access::Read));
            }
            (None, Spread::None) => condition(cx, model, argument),
            (None, Spread::Named) => lookup::follow_spread(cx, model, argument, Access::Read),
            (None, _) => {
                lookup::follow_value(cx, model, &argument.value, argument.span, Access::Read);
            }
        }
        for object in queryset::objects(&argument.value) {
            let outer = object.values.get("outer").cloned().unwrap_or_default();
            let is_query = matches!(object.kind, "queryset" | "manager");
            if is_query || argument.name.is_some() {
                expression::apply(cx, model, object, argument.span);
            }
            if !outer.is_nothing() && !is_query {
                let old = query.values.entry("outer".into()).or_default();
                *old = old.or(&outer);
            }
        }
    }
    query
}

fn condition(cx: &mut Evaluator<'_>, model: ModelId, argument: &Passed) {
    for atom in argument.value.atoms() {
        match atom {
            Atom::Object(object) if object.door == DJANGO => {
                expression::apply(cx, model, object, argument.span);
            }
            Atom::List(of) => {
                for object in queryset::objects(of) {
                    expression::apply(cx, model, object, argument.span);
                }
            }
            // `filter(("slug", "x"))`
            Atom::Tuple(items) => {
                let path = items.first().cloned().unwrap_or_default();
                lookup::follow_value(cx, model, &path, argument.span, Access::Read);
            }
            Atom::Unknown(_) => cx.open_model(model, argument.span, Access::Read),
            _ => {}
        }
    }
}

/// Expressions among the arguments.
fn operands(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    for argument in call.arguments {
        for object in queryset::objects(&argument.value) {
            expression::apply(cx, model, object, argument.span);
        }
    }
}

/// `extra(where=[…], select={…})`: SQL parts over the model's table.
fn extra(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    if !call.arguments.is_empty() {
        cx.open_model(model, call.span, Access::Read);
    }
}
