//! What a queryset selects: paths by place, expressions by name, relations fetched with it.

use super::{expression, lookup, queryset};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, Spread};

/// Arguments by place that are paths.
pub(super) fn strings(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>, access: Access) {
    let all = call.arguments.iter().filter(|a| a.name.is_none());
    strings_of(cx, model, all, access);
}

pub(super) fn strings_of<'c>(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    all: impl Iterator<Item = &'c Passed>,
    access: Access,
) {
    for argument in all {
        let is_random = argument.value.texts().any(|text| text.text == "?");
        if !is_random {
            lookup::follow_value(cx, model, &argument.value, argument.span, access);
        }
    }
}

/// Remembers paths by place as words.
pub(super) fn words(query: Object, prefix: &str, call: &CallSite<'_>) -> Object {
    let mut query = query;
    for argument in call.arguments.iter().filter(|a| a.name.is_none()) {
        let mut all: Vec<String> = argument.value.texts().map(|t| t.text.clone()).collect();
        for atom in argument.value.atoms() {
            if let Atom::List(of) = atom {
                all.extend(of.texts().map(|text| text.text.clone()));
            }
        }
        for word in all.into_iter().take(20) {
            query = query.with_word(&format!("{prefix}{word}"));
        }
    }
    query
}

/// A query in an order of its own: by its words, and by the paths of expressions.
pub(super) fn ordered(query: Object, call: &CallSite<'_>) -> Object {
    let mut query = query.with_word("ordered");
    for argument in call.positional() {
        for object in queryset::objects(&argument.value) {
            let paths = object.values.get("paths").cloned().unwrap_or_default();
            for text in paths.texts().filter(|text| text.holes.is_empty()) {
                query = query.with_word(&format!("order:{}", text.text));
            }
        }
    }
    query
}

/// `values(*paths, **expressions)`.
pub(super) fn selected(
    cx: &mut Evaluator<'_>,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Object {
    strings(cx, model, call, Access::Read);
    let query = annotated(cx, query, model, call);
    let mut query = words(query, "column:", call);
    for argument in call.arguments {
        if let Some((name, _)) = &argument.name
            && !matches!(&**name, "flat" | "named")
        {
            query = query.with_word(&format!("column:{name}"));
        }
    }
    let named = call
        .arguments
        .iter()
        .any(|a| !matches!(&a.name, Some((n, _)) if matches!(&**n, "flat" | "named")));
    if named {
        query.with_word("named")
    } else {
        query
    }
}

pub(super) fn listed(
    cx: &mut Evaluator<'_>,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Value {
    let count = call.positional().count();
    let flat = call.named("flat").is_some();
    let mut query =
        selected(cx, query, model, call).with_word(if flat { "flat" } else { "tuples" });
    if call.arguments.iter().all(|a| a.spread == Spread::None) {
        query = query.with_word(&format!("count:{count}"));
    }
    query.into()
}

/// `annotate(name=expression)`: the expressions are read; the names become members of the rows.
pub(super) fn annotated(
    cx: &mut Evaluator<'_>,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Object {
    let mut query = query;
    for argument in call.arguments {
        for object in queryset::objects(&argument.value) {
            expression::apply(cx, model, object, argument.span);
            let outer = object.values.get("outer").cloned().unwrap_or_default();
            if !outer.is_nothing() && object.kind == "expression" {
                let old = query.values.entry("outer".into()).or_default();
                *old = old.or(&outer);
            }
        }
        if let Some((name, _)) = &argument.name
            && !matches!(&**name, "flat" | "named")
        {
            let value = Value::outside("a column's value").at_most(Certainty::Likely);
            queryset::annotate(cx, model, name, value);
        }
    }
    query
}

pub(super) fn prefetched(
    cx: &mut Evaluator<'_>,
    query: Object,
    model: ModelId,
    call: &CallSite<'_>,
) -> Object {
    let mut query = query;
    for argument in call.arguments.iter().filter(|a| a.name.is_none()) {
        let mut found: Vec<Object> = Vec::new();
        for object in queryset::objects(&argument.value) {
            if object.kind == "prefetch" {
                found.push((**object).clone());
            }
        }
        for object in found {
            query = with_prefetch(cx, query, model, &object, argument);
        }
        for text in argument.value.texts() {
            query = query.with_word(&format!("prefetch:{}", text.text));
        }
        let paths = argument
            .value
            .filter(|atom| !matches!(atom, Atom::Object(_)));
        if !paths.is_nothing() {
            lookup::follow_members_of(cx, model, &paths, argument.span);
        }
    }
    query
}

pub(super) fn with_prefetch(
    cx: &mut Evaluator<'_>,
    query: Object,
    model: ModelId,
    prefetch: &Object,
    argument: &Passed,
) -> Object {
    let path = prefetch.values.get("path").cloned().unwrap_or_default();
    lookup::follow_members_of(cx, model, &path, argument.span);
    let inner = prefetch.values.get("queryset").cloned().unwrap_or_default();
    let to = prefetch.values.get("to").cloned().unwrap_or_default();
    for text in to.texts() {
        let rows: Vec<Value> = queryset::objects(&inner)
            .map(|object| queryset::element(cx, object))
            .collect();
        for row in rows {
            queryset::annotate(cx, model, &text.text, Value::list(row));
        }
    }
    let own_rows = !inner.is_nothing();
    let mut query = query;
    for text in path.texts() {
        let before = text.text.rsplit_once("__").map(|(before, _)| before);
        if !own_rows {
            query = query.with_word(&format!("prefetch:{}", text.text));
        } else {
            query = query.with_word(&format!("joined:{}", text.text));
            if let Some(before) = before {
                query = query.with_word(&format!("prefetch:{before}"));
            }
        }
    }
    if own_rows {
        let known = query.values.entry("prefetched".into()).or_default();
        *known = known.or(&inner);
    }
    query
}

/// Prefetches for rows that are there already.
pub(super) fn prefetch_now(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    if let Some(model) = object.model {
        let query = prefetched(cx, object.clone(), model, call)
            .with_word("named")
            .with_word("ordered");
        queryset::run(cx, &query, call.span);
    }
}

/// Relations that `select_related()` follows at most, one after another (`sql/compiler.py`: `max_depth`).
const MAX_FOLLOWED: usize = 5;
/// Paths that `select_related()` follows at most.
const MAX_PATHS: usize = 60;

/// `select_related()` without names: every relation whose key may not be null, and theirs.
pub(super) fn with_required(cx: &Evaluator<'_>, query: Object, model: ModelId) -> Object {
    let mut query = query;
    let mut open = vec![(model, String::new(), 0)];
    let mut paths = 0;
    while let Some((at, path, depth)) = open.pop() {
        let described = cx.models.get(at);
        let relations = described.into_iter().flat_map(|one| &one.relations);
        for relation in relations.filter(|one| !one.reverse && !one.many) {
            let key = relation.local.first();
            let fields = described.into_iter().flat_map(|one| &one.fields);
            let is_required = fields
                .filter(|field| Some(&field.column) == key)
                .any(|field| !field.nullable);
            let target = cx.models.target(relation);
            if let (true, Some(target), true) = (is_required, target, paths < MAX_PATHS) {
                let path = match path.as_str() {
                    "" => relation.name.to_string(),
                    before => format!("{before}__{}", relation.name),
                };
                query = query.with_word(&format!("related:{path}"));
                paths += 1;
                if depth + 1 < MAX_FOLLOWED {
                    open.push((target, path, depth + 1));
                }
            }
        }
    }
    query
}
