//! Options of REST framework, django-filter and import-export that name fields of a model outside of its lists.
//!
//! <https://www.django-rest-framework.org/api-guide/validators/>, <https://www.django-rest-framework.org/api-guide/relations/>,
//! <https://django-filter.readthedocs.io/en/stable/ref/filters.html>, <https://django-import-export.readthedocs.io/>

use super::lists;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::django::{self, read_path};
use crate::value::{ModelId, Value};
use impact_bind::ClassRef;
use impact_facts::{Call, ExpressionId, ExpressionKind, Module, Span};

/// Dictionaries of a `Meta` whose keys are fields of its model.
const KEYED: &[&str] = &[
    "extra_kwargs",
    "field_classes",
    "labels",
    "help_texts",
    "widgets",
];

/// `extra_kwargs = {"name": {"write_only": True}}`.
pub(super) fn keyed(cx: &mut Evaluator<'_>, meta: ClassRef, model: ModelId) {
    for name in KEYED {
        for (path, span) in lists::written_keys(cx, meta, name) {
            touch(cx, model, &path, span);
        }
    }
}

/// `HyperlinkedIdentityField(lookup_field="slug")` of the row itself.
pub(super) fn of_fields(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId]) {
    let module = cx.program.module(class.file);
    for (_, call, callee) in lists::calls(cx, class) {
        let own = callee
            .external()
            .is_some_and(|name| name.ends_with("HyperlinkedIdentityField"));
        if !own {
            continue;
        }
        for (path, span) in lists::texts_of(module, call, &["lookup_field"]) {
            for model in models {
                touch(cx, *model, &path, span);
            }
        }
    }
}

/// `OrderingFilter(fields=(("slug", "s"), "name"))`: paths alone, first of a pair, or keys.
pub(super) fn ordered(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId, call: &Call) {
    let module = cx.program.module(class.file);
    let named = call.arguments.iter().filter(|argument| {
        argument
            .name
            .is_some_and(|(name, _)| module.name(name) == "fields")
    });
    for argument in named {
        let ExpressionKind::Collection(of) = &module.expression(argument.value).kind else {
            continue;
        };
        for item in &of.items {
            let (path, span) = first(module, item.key.unwrap_or(item.value));
            touch(cx, model, &path, span);
        }
    }
}

/// A text, or the first of a pair.
fn first(module: &Module, id: ExpressionId) -> (String, Span) {
    let id = match &module.expression(id).kind {
        ExpressionKind::Collection(of) => of.items.first().map_or(id, |item| item.value),
        _ => id,
    };
    let path = module.plain_text(id).unwrap_or_default();
    (path, lists::inner(module.expression(id).span, 1))
}

/// An argument: its place and its name.
type At = (usize, &'static str);

/// By name alone.
const NAMED: usize = usize::MAX;

/// What names fields of a model's rows when it is called: the last part of its name, where the model or its rows are
/// passed, where the fields are.
const CALLED: &[(&str, At, At)] = &[
    ("serialize", (1, "queryset"), (NAMED, "fields")),
    ("ForeignKeyWidget", (0, "model"), (1, "field")),
    ("ManyToManyWidget", (0, "model"), (2, "field")),
    ("UniqueTogetherValidator", (0, "queryset"), (1, "fields")),
    ("UniqueForDateValidator", (0, "queryset"), (1, "field")),
];

/// `ForeignKeyWidget(Owner, "email")`, `UniqueTogetherValidator(queryset=…, fields=["slug"])`.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let last = name.rsplit('.').next()?;
    if last == "serialize" && !name.starts_with("django.core.serializers.") {
        return None;
    }
    let (_, of, fields) = CALLED.iter().find(|(known, ..)| *known == last)?;
    let said = call.value(of.0, of.1);
    let rows = cx.instances(&said).or(&said);
    let argument = call.argument(fields.0, fields.1)?;
    for text in lists::all_texts(&argument.value) {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let span = home
            .filter(|(file, _)| *file == cx.file)
            .map_or(argument.span, |(_, span)| span);
        for model in django::models_of(&rows) {
            touch(cx, model, &text.text, span);
        }
    }
    None
}

fn touch(cx: &mut Evaluator<'_>, model: ModelId, path: &str, span: Span) {
    if path.is_empty() {
        return;
    }
    read_path(cx, model, path, span);
}
