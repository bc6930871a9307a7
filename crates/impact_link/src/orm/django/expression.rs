//! `F`, `Q`, aggregates and other expressions: paths that mean something once they are applied to a model. And the
//! functions of `django.shortcuts` that run queries.

use super::{DJANGO, historical, lookup, manager, operations, queryset, selection, signals};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Assembled, How, Segment, Span, Spread};
use std::sync::Arc;

/// What a function of Django is to the ORM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its strings and keywords are paths.
    Paths,
    /// Its strings are paths of the query around.
    Outer,
    /// Nothing in it is a path.
    Constant,
    /// `Q(path=…)`, `Q((path, value))`.
    Condition,
    /// `Prefetch(path, queryset=)`.
    Prefetch,
    /// `get_object_or_404(queryset, **lookups)`.
    GetObject,
    /// `get_list_or_404(queryset, **lookups)`.
    GetList,
    /// `model_to_dict(row, fields=)`.
    ToDictionary,
    /// `get_user_model()`.
    UserModel,
    /// `prefetch_related_objects(rows, *paths)`.
    PrefetchObjects,
}

const FUNCTIONS: &[(&str, Role)] = &[
    ("OuterRef", Role::Outer),
    ("Q", Role::Condition),
    ("Value", Role::Constant),
    ("RawSQL", Role::Constant),
    ("Prefetch", Role::Prefetch),
    ("prefetch_related_objects", Role::PrefetchObjects),
];

const SHORTCUTS: &[(&str, Role)] = &[
    ("django.shortcuts.get_object_or_404", Role::GetObject),
    ("django.shortcuts.aget_object_or_404", Role::GetObject),
    ("django.shortcuts.get_list_or_404", Role::GetList),
    ("django.shortcuts.aget_list_or_404", Role::GetList),
    ("django.forms.models.model_to_dict", Role::ToDictionary),
    ("django.forms.model_to_dict", Role::ToDictionary),
    ("django.contrib.auth.get_user_model", Role::UserModel),
];

/// Names of `django.db.models` that are no expressions.
fn is_expression(name: &str) -> bool {
    let inside = name.strip_prefix("django.db.models.").or_else(|| {
        name.strip_prefix("django.contrib.postgres.")
            .filter(|rest| !rest.starts_with("fields"))
    });
    let last = name.rsplit('.').next().unwrap_or_default();
    let known = last.chars().next().is_some_and(char::is_uppercase);
    inside.is_some_and(|rest| !rest.starts_with("fields.") && !rest.starts_with("signals"))
        && known
        && !last.ends_with("Field")
        && !last.ends_with("Key")
        && !matches!(
            last,
            "Model" | "Manager" | "QuerySet" | "Index" | "TextChoices" | "IntegerChoices"
        )
        && !last.ends_with("Constraint")
}

/// What calling a function outside the tree is.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let known = historical::function(cx, name, call);
    if let Some(value) = known.or_else(|| signals::function(cx, name, call)) {
        return Some(value);
    }
    if let Some((_, role)) = SHORTCUTS.iter().find(|(known, _)| *known == name) {
        return Some(shortcut(cx, *role, call));
    }
    if !is_expression(name) && !name.ends_with(".prefetch_related_objects") {
        return None;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    let role = FUNCTIONS
        .iter()
        .find(|(known, _)| *known == last)
        .map_or(Role::Paths, |(_, role)| *role);
    Some(match role {
        Role::Constant => Object::new(DJANGO, "expression", None).into(),
        Role::Prefetch => prefetch(call),
        Role::PrefetchObjects => prefetch_objects(cx, call),
        role => expression(cx, role, call),
    })
}

fn expression(cx: &Evaluator<'_>, role: Role, call: &CallSite<'_>) -> Value {
    let mut paths = Value::nothing();
    let mut outer = Value::nothing();
    let mut querysets = Value::nothing();
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, span)), _) if !OPTIONS.contains(&&**name) => {
                paths = paths.or(&path_at(cx, name, *span));
            }
            (Some((name, _)), _) if EXPRESSIONS.contains(&&**name) => {
                paths = paths.or(&spelled(&argument.value));
            }
            (None, Spread::Named) => {
                for atom in argument.value.atoms() {
                    if let Atom::Dictionary(of) = atom {
                        let known = of.known.keys().map(|key| path_at(cx, key, argument.span));
                        paths = known.fold(paths, |all, one| all.or(&one));
                        paths = paths.or(&of.keys);
                    }
                }
            }
            _ => {}
        }
        if argument.name.is_none() && argument.spread == Spread::None {
            paths = paths.or(&argument.value.filter(|atom| matches!(atom, Atom::Text(_))));
            // `Q(("slug", "x"))`
            for atom in argument.value.atoms() {
                if let (Atom::Tuple(items), Role::Condition) = (atom, role) {
                    let first = items.first().cloned().unwrap_or_default();
                    paths = paths.or(&first.filter(|atom| matches!(atom, Atom::Text(_))));
                }
            }
        }
        for object in queryset::objects(&argument.value) {
            if matches!(object.kind, "queryset" | "manager") {
                querysets = querysets.or(&Atom::Object(object.clone()).into());
            } else {
                paths = paths.or(&object.values.get("paths").cloned().unwrap_or_default());
                outer = outer.or(&object.values.get("outer").cloned().unwrap_or_default());
            }
            outer = outer.or(&object.values.get("outer").cloned().unwrap_or_default());
        }
    }
    if role == Role::Outer {
        return Object::new(DJANGO, "expression", None)
            .with_value("outer", paths)
            .into();
    }
    // A subquery's references to the query around are paths of that.
    let paths = if querysets.is_nothing() {
        paths
    } else {
        paths.or(&outer)
    };
    let outer = if querysets.is_nothing() {
        outer
    } else {
        Value::nothing()
    };
    Object::new(DJANGO, "expression", None)
        .with_value("paths", paths)
        .with_value("outer", outer)
        .into()
}

/// Keywords whose strings are paths: `When(…, then="name")` (`django/db/models/expressions.py`, `_parse_expressions`).
const EXPRESSIONS: &[&str] = &[
    "then",
    "default",
    "expression",
    "order_by",
    "partition_by",
    "ordering",
];

/// The strings of a value, and of a list of them.
fn spelled(value: &Value) -> Value {
    let mut found = value.filter(|atom| matches!(atom, Atom::Text(_)));
    for atom in value.atoms() {
        match atom {
            Atom::List(of) => found = found.or(&of.filter(|atom| matches!(atom, Atom::Text(_)))),
            Atom::Tuple(items) => {
                let texts = items.iter().map(spelled);
                found = texts.fold(found, |all, one| all.or(&one));
            }
            _ => {}
        }
    }
    found
}

/// Keywords of expressions that are no paths.
const OPTIONS: &[&str] = &[
    "output_field",
    "filter",
    "distinct",
    "default",
    "then",
    "order_by",
    "partition_by",
    "frame",
    "template",
    "function",
    "_connector",
    "_negated",
    "delimiter",
    "ordering",
    "tzinfo",
    "expression",
    "queryset",
];

/// A path that stands at a span of the file that is being evaluated.
fn path_at(cx: &Evaluator<'_>, path: &str, span: Span) -> Value {
    let segments = vec![Segment {
        at: 0,
        file: cx.file,
        offset: span.start,
    }];
    let text = Assembled {
        text: path.to_owned(),
        segments,
        holes: Vec::new(),
    };
    Atom::Text(Arc::new(text)).into()
}

/// Applies an expression to the model that it is used on.
pub(super) fn apply(cx: &mut Evaluator<'_>, model: ModelId, object: &Object, span: Span) {
    if matches!(object.kind, "queryset" | "manager") {
        let outer = object.values.get("outer").cloned().unwrap_or_default();
        paths(cx, model, &outer, span);
        // A query among the values of a lookup selects its key, where it selects nothing else.
        if let Some(inner) = object.model.filter(|_| !object.has("named")) {
            lookup::read_primary_key(cx, inner, cx.file, span, Manner::implied(Access::Read));
        }
        return;
    }
    let all = object.values.get("paths").cloned().unwrap_or_default();
    paths(cx, model, &all, span);
}

fn paths(cx: &mut Evaluator<'_>, model: ModelId, all: &Value, span: Span) {
    for atom in all.atoms() {
        match atom {
            Atom::Text(text) if text.holes.is_empty() => {
                let home = text.locate(Span::new(0, text.text.len() as u32));
                let manner = Manner::named(Access::Read).at_most(all.certainty);
                match home {
                    Some((file, at)) if cx.program.is_own(file) => {
                        let here = std::mem::replace(&mut cx.file, file);
                        let inside = here == file && span.contains(at);
                        lookup::follow_text(cx, model, text, at, manner);
                        cx.file = here;
                        if !inside {
                            let how = How::Implicit;
                            let written = lookup::Written::at(cx, span, "");
                            lookup::follow(
                                cx,
                                model,
                                &text.text,
                                written,
                                Manner { how, ..manner },
                            );
                        }
                    }
                    _ => lookup::follow_text(cx, model, text, span, manner),
                }
            }
            Atom::Outside(_) | Atom::Unknown(_) | Atom::Text(_) => {
                cx.open_model(model, span, Access::Read);
            }
            _ => {}
        }
    }
}

fn prefetch(call: &CallSite<'_>) -> Value {
    Object::new(DJANGO, "prefetch", None)
        .with_value("path", call.value(0, "lookup"))
        .with_value("queryset", call.value(1, "queryset"))
        .with_value("to", call.value(2, "to_attr"))
        .into()
}

fn prefetch_objects(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let rows = call.at(0).map(|a| (a.value.clone(), a.span));
    if let Some((rows, span)) = rows {
        let element = cx.iterate(&rows, span);
        for atom in element.atoms() {
            if let Atom::Mapped(model) = atom {
                let object = Object::new(DJANGO, "queryset", Some(*model));
                let rest = CallSite {
                    arguments: call.arguments.get(1..).unwrap_or(&[]),
                    ..*call
                };
                selection::prefetch_now(cx, &object, &rest);
            }
        }
    }
    Atom::Null.into()
}

fn shortcut(cx: &mut Evaluator<'_>, role: Role, call: &CallSite<'_>) -> Value {
    match role {
        Role::UserModel => user_model(cx),
        Role::ToDictionary => to_dictionary(cx, call),
        _ => {
            let rest = CallSite {
                arguments: call.arguments.get(1..).unwrap_or(&[]),
                ..*call
            };
            let source = call.value(0, "klass");
            let mut result = Value::nothing();
            for object in sources(cx, &source) {
                let name = if role == Role::GetObject {
                    "get"
                } else {
                    "filter"
                };
                result = result.or(&operations::call(cx, &object, name, &rest).unwrap_or_default());
            }
            if role == Role::GetList {
                result = Value::list(cx.iterate(&result, call.span));
            }
            result.at_most(source.certainty)
        }
    }
}

/// Querysets of a model, manager or queryset.
pub(super) fn sources(cx: &Evaluator<'_>, source: &Value) -> Vec<Object> {
    let of_model = |model| Object::new(DJANGO, "queryset", Some(model));
    source
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Class(class) => cx.models.of_class(*class).map(of_model),
            Atom::External(name) => cx.models.named(name).map(of_model),
            Atom::Object(object) if object.door == DJANGO => Some(queryset::of(object)),
            _ => None,
        })
        .collect()
}

/// `AUTH_USER_MODEL`, else Django's own (`django.contrib.auth.models.User`).
pub(crate) fn user_model(cx: &mut Evaluator<'_>) -> Value {
    let said = crate::framework::django::settings::setting(cx, "AUTH_USER_MODEL");
    let named = said.texts().find_map(|text| cx.models.named(&text.text));
    let model = named.or_else(|| cx.models.named("django.contrib.auth.models.User"));
    match model.map(|model| (cx.models.class(model), cx.models.get(model))) {
        Some((Some(class), _)) => Atom::Class(class).into(),
        Some((None, Some(model))) => Value::external(&model.name),
        _ => Value::external("django.contrib.auth.models.User"),
    }
}

fn to_dictionary(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let rows = call.value(0, "instance");
    for atom in rows.atoms() {
        if let Atom::Mapped(model) = atom {
            match call.argument(1, "fields") {
                Some(fields) => {
                    let (value, span) = (fields.value.clone(), fields.span);
                    lookup::follow_value(cx, *model, &value, span, Access::Read);
                }
                None => cx.touch_row(*model, call.span, Manner::whole(Access::Read), &|_| true),
            }
        }
    }
    let _ = manager::bound_to;
    Value::unknown("a row as a dictionary")
}
