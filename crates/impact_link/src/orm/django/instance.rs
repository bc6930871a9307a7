//! Rows: their attributes, constructors, saving and deleting.

use super::{cascade, companion, expression, lookup, other_side, queryset, signals};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Definition, FunctionRef};
use impact_facts::{
    Access, Certainty, ExpressionId, Language, MappedField, Relationship, Span, Spread,
};

/// What a member of a row is.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if let Some(relation) = cx.models.relation(model, member.name) {
        return Some(related(cx, model, relation, member));
    }
    if let Some(field) = lookup::field(cx, model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(member.access));
        assigned(cx, model, member);
        return Some(content(field));
    }
    displayed(cx, model, member)
        .or_else(|| companion::attribute(cx, model, member))
        .or_else(|| of_a_child(cx, model, member))
}

/// `row.count = F("count") + 1`: the expression's paths are the row's.
fn assigned(cx: &mut Evaluator<'_>, model: ModelId, member: &MemberSite<'_>) {
    let value = member.value.filter(|_| member.access == Access::Write);
    for object in value.into_iter().flat_map(queryset::objects) {
        if object.kind == "expression" {
            expression::apply(cx, model, object, member.span);
        }
    }
}

/// A row may be one of a model that inherits from its own with a table beside it: then it has that one's fields, too.
fn of_a_child(cx: &mut Evaluator<'_>, model: ModelId, member: &MemberSite<'_>) -> Option<Value> {
    let below = cx.models.below(model).to_vec();
    let has = |id: &ModelId| {
        cx.models.field(*id, member.name).is_some()
            || cx.models.relation(*id, member.name).is_some()
    };
    let children: Vec<ModelId> = below.into_iter().filter(has).collect();
    let values = children.into_iter().map(|child| {
        cx.with_certainty(Certainty::Likely, |cx| attribute(cx, child, member))
            .unwrap_or_default()
    });
    values.reduce(|all, one| all.or(&one))
}

/// `get_status_display` reads the field.
fn displayed(cx: &mut Evaluator<'_>, model: ModelId, member: &MemberSite<'_>) -> Option<Value> {
    let name = member.name.strip_prefix("get_")?;
    let name = name
        .strip_suffix("_display")
        .or_else(|| name.strip_prefix("next_by_"))
        .or_else(|| name.strip_prefix("previous_by_"))?;
    let field = lookup::field(cx, model, name)?;
    cx.touch_field(model, field, member.span, Manner::named(Access::Read));
    None
}

fn content(field: &MappedField) -> Value {
    Value::outside(&format!("field {}", field.data_type))
}

fn related(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    member: &MemberSite<'_>,
) -> Value {
    let file = cx.file;
    let target = cx.models.target(relation);
    if member.access == Access::Write {
        if relation.through.is_none() {
            let manner = Manner::named(Access::Write);
            lookup::read_key(cx, model, relation, file, member.span, manner);
        }
        return Value::nothing();
    }
    let manner = if names_key(cx, relation, member.span) {
        Manner::named(Access::Read)
    } else {
        Manner::implied(Access::Read)
    };
    lookup::read_key(cx, model, relation, file, member.span, manner);
    let Some(target) = target else {
        return named_by(cx, model, relation);
    };
    if relation.many {
        return other_side::rows(cx, (model, relation), target, member.span);
    }
    if !cx.together.contains(&(model, relation.name.clone())) {
        fetched(cx, target, member.span);
    }
    Atom::Mapped(target).into()
}

/// The row that a generic key names: of any model that says its rows are named by it (`GenericRelation`); where none says
/// so, of any at all.
fn named_by(cx: &Evaluator<'_>, model: ModelId, key: &Relationship) -> Value {
    let points_here = |one: &Relationship| {
        !one.reverse
            && one.many
            && cx.models.target(one) == Some(model)
            && one.remote.iter().all(|column| key.local.contains(column))
            && !one.remote.is_empty()
    };
    let all = cx.models.iter();
    let owners = all.filter(|(_, one)| one.relations.iter().any(points_here));
    let rows = owners.map(|(id, _)| Atom::Mapped(id));
    let rows = Value::any_of(rows);
    if key.local.len() < 2 {
        return Value::unknown("a related row");
    }
    let certainty = match rows.atoms().len() {
        0..=crate::attribute::MAX_TOLD => Certainty::Likely,
        _ => Certainty::Possible,
    };
    rows.at_most(certainty)
}

/// Whether a relation that is read stands for its key. The rows at the other side are found when a query runs; a single one
/// is kept once it was found.
fn names_key(cx: &mut Evaluator<'_>, relation: &Relationship, span: Span) -> bool {
    if relation.many {
        return false;
    }
    if !relation.reverse {
        return true;
    }
    let module = cx.module();
    let mut all = (0..).map(ExpressionId).zip(&module.expressions);
    let spelled = all.find(|(_, expression)| expression.span == span);
    let path = spelled.and_then(|(id, _)| module.dotted(id));
    let is_first = path.is_none_or(|path| cx.environment.fetch(&path));
    is_first && !cx.is(Language::Template)
}

/// A related row may be loaded when it is asked for: all its columns are read, found by its key.
fn fetched(cx: &mut Evaluator<'_>, target: ModelId, span: Span) {
    let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
    cx.touch_row(target, span, manner, &|field| !field.deferred);
}

/// Methods of rows.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    let base = name
        .strip_prefix('a')
        .filter(|rest| ASYNC.contains(rest))
        .unwrap_or(name);
    match base {
        "save" => save(cx, model, call),
        "delete" => cascade::delete(cx, model, call.span),
        "refresh_from_db" => refresh(cx, model, call),
        "full_clean" | "validate_unique" | "clean_fields" => {
            cx.touch_row(model, call.span, Manner::whole(Access::Read), &|_| true);
            cleaned(cx, model, call.span);
            if base == "full_clean" {
                run_own(cx, model, CLEANING, call.span);
            }
        }
        "set_password" => {
            if let Some(field) = lookup::field(cx, model, "password") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Write));
            }
        }
        "check_password" => {
            if let Some(field) = lookup::field(cx, model, "password") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Read));
            }
        }
        "get_username" => {
            if let Some(field) = lookup::field(cx, model, "username") {
                cx.touch_field(model, field, call.span, Manner::implied(Access::Read));
            }
        }
        _ if name.starts_with("get_") && name.ends_with("_display") => {}
        _ if name.starts_with("get_next_by_") || name.starts_with("get_previous_by_") => {
            return Some(Atom::Mapped(model).into());
        }
        _ => return None,
    }
    Some(Atom::Null.into())
}

/// Methods of a row's own class that `full_clean` runs.
pub(super) const CLEANING: &[&str] = &[
    "clean",
    "clean_fields",
    "validate_unique",
    "validate_constraints",
];

/// A key is looked up in the table that it points at (`ForeignKey.validate`).
fn cleaned(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let relations = cx.models.get(model).map(|one| &one.relations);
    let keys = relations.into_iter().flatten();
    for relation in keys.filter(|one| !one.reverse && !one.many) {
        if let Some(target) = cx.models.target(relation) {
            lookup::read_primary_key(cx, target, cx.file, span, Manner::implied(Access::Read));
        }
    }
}

/// Runs methods that the class of a row defines itself, for that row.
pub(super) fn run_own(cx: &mut Evaluator<'_>, model: ModelId, names: &[&str], span: Span) {
    let Some(class) = cx.models.class(model) else {
        return;
    };
    for name in names {
        let Some((owner, [.., Definition::Function(function)])) = cx.class_member(class, name)
        else {
            continue;
        };
        let function = FunctionRef {
            file: owner.file,
            function: *function,
        };
        cx.runs(Target::Function(function), span, Certainty::Exact);
        let row: Value = Atom::Mapped(model).into();
        cx.cells.join(Key::Parameter(function, 0), &row);
    }
}

/// Methods that have an async twin.
const ASYNC: &[&str] = &[
    "save",
    "delete",
    "refresh_from_db",
    "set_password",
    "check_password",
];

fn save(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    signals::send(cx, model, signals::SAVED, call.span);
    companion::saved(cx, model, call.span);
    match call.named("update_fields") {
        Some(fields) if !is_null(&fields.value) => {
            let (value, span) = (fields.value.clone(), fields.span);
            lookup::follow_value(cx, model, &value, span, Access::Write);
        }
        _ => cx.touch_row(model, call.span, Manner::whole(Access::Write), &|_| true),
    }
    // The row is found by its key.
    if let Some(key) = lookup::field(cx, model, "pk") {
        cx.touch_field(model, key, call.span, Manner::implied(Access::Read));
    }
}

fn refresh(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    match call.argument(1, "fields") {
        Some(fields) if !is_null(&fields.value) => {
            let (value, span) = (fields.value.clone(), fields.span);
            lookup::follow_value(cx, model, &value, span, Access::Read);
        }
        _ => cx.touch_row(model, call.span, Manner::whole(Access::Read), &|field| {
            !field.deferred
        }),
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value.atoms(), [Atom::Null] | [])
}

/// `Model(field=value)`: what is named is set; the INSERT comes with `save`.
pub(super) fn construct(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    assign_keywords(cx, model, call, Manner::named(Access::Write));
    let fields = cx
        .models
        .get(model)
        .map(|model| &model.fields[..])
        .unwrap_or_default();
    for (field, argument) in fields.iter().zip(call.positional()) {
        cx.touch_field(model, field, argument.span, Manner::named(Access::Write));
    }
    added::row(cx, added::Row::of(model, call, Certainty::Possible), call);
}

/// Keywords that name fields and relations, and dictionaries of them.
pub(super) fn assign_keywords(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    call: &CallSite<'_>,
    manner: Manner,
) {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if &**name == "defaults" || &**name == "create_defaults" => {
                lookup::follow_value(cx, model, &argument.value, argument.span, Access::Write);
            }
            (Some((name, span)), _) => {
                let file = cx.file;
                if let Some(relation) = cx.models.relation(model, name) {
                    lookup::read_key(cx, model, relation, file, *span, manner);
                } else if let Some(field) = lookup::field(cx, model, name) {
                    cx.touch_field(model, field, *span, manner);
                } else if let Some((beside, field)) = companion::field(cx, model, name) {
                    cx.touch_field(beside, field, *span, manner);
                }
            }
            (None, Spread::Named) => lookup::follow_spread(cx, model, argument, manner.access),
            _ => {}
        }
    }
}
