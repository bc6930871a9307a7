//! Generic views that a list of URLs fills in: `ListView.as_view(model=Pet)`, `TemplateView.as_view(template_name="a.html")`.
//! <https://docs.djangoproject.com/en/stable/topics/class-based-views/>

use super::{WEB, generic, request, templates};
use crate::door::CallSite;
use crate::effect::Target;
use crate::evaluator::{Evaluator, Unit};
use crate::framework::graphql;
use crate::orm::django;
use crate::value::{Atom, Dictionary, Object, Value};
use generic::Does;
use impact_facts::{Assembled, FileId, Span};
use std::sync::Arc;

/// `ListView.as_view(model=Pet)` of a class outside the tree.
pub(super) fn function(name: &str, call: &CallSite<'_>) -> Option<Value> {
    let base = name.strip_suffix(".as_view")?;
    if !generic::is_known(base) && !graphql::is_view(base) {
        return None;
    }
    let mut made = Object::new(WEB, "view", None).with_word(&format!("base:{base}"));
    for argument in call.arguments {
        if let Some((name, _)) = &argument.name {
            made = made.with_value(name, argument.value.clone());
        }
    }
    Some(made.into())
}

/// What such a view does for the route that stands at a span.
pub(super) fn answers(
    cx: &mut Evaluator<'_>,
    view: &Object,
    (file, span): (FileId, Span),
) -> Option<Target> {
    let base = view.words_after("base:").next()?;
    let does = generic::of_base(base);
    let unit = cx.add_unit(Unit::Declared(file, span));
    cx.within_unit(unit, |cx| answer(cx, view, does, span));
    Some(Target::Unit(unit))
}

fn answer(cx: &mut Evaluator<'_>, view: &Object, does: &[Does], span: Span) {
    let all = rows(cx, view, span);
    let many = does.contains(&Does::List);
    let row = match does.contains(&Does::Create) {
        true => Value::nothing(),
        false => cx.iterate(&all, span),
    };
    let row = row.filter(|atom| matches!(atom, Atom::Mapped(_)));
    for model in django::models_of(&all) {
        if does.contains(&Does::Create) || does.contains(&Does::Update) {
            django::save_row(cx, model, span);
        }
        if does.contains(&Does::Delete) {
            django::delete_rows(cx, model, span);
        }
    }
    let mut context = Dictionary::default();
    for (name, value) in [("object_list", &all), ("page_obj", &all), ("object", &row)] {
        if !value.is_nothing() && (many || name == "object") {
            context.known.insert(name.into(), value.clone());
        }
    }
    for name in view
        .values
        .get("context_object_name")
        .iter()
        .flat_map(|of| of.texts())
    {
        let value = if many { &all } else { &row };
        context
            .known
            .insert(name.text.as_str().into(), value.clone());
    }
    let extra = view
        .values
        .get("extra_context")
        .cloned()
        .unwrap_or_default();
    let context = Value::dictionary(context).or(&extra);
    let said = view.values.get("template_name").cloned();
    let names = said.unwrap_or_else(|| derived(cx, &all, does));
    templates::render(cx, &names, &context, &request::request(), span);
}

/// The rows of `queryset`, or all of `model`.
fn rows(cx: &mut Evaluator<'_>, view: &Object, span: Span) -> Value {
    if let Some(said) = view.values.get("queryset") {
        return said.clone();
    }
    let model = view.values.get("model").cloned().unwrap_or_default();
    let manager = cx.silent_attribute(&model, "objects");
    let all = cx.silent_attribute(&manager, "all");
    let expected = Value::nothing();
    cx.call(&all, &CallSite::at_span(span, &[], &expected))
}

/// `app/pet_list.html`, where no template is named.
fn derived(cx: &Evaluator<'_>, all: &Value, does: &[Does]) -> Value {
    let suffix = match does.first() {
        Some(Does::List) => "_list",
        Some(Does::Create) => "_form",
        Some(Does::Detail) if does.contains(&Does::Update) => "_form",
        Some(Does::Detail) if does.contains(&Does::Delete) => "_confirm_delete",
        _ => "_detail",
    };
    let models = django::models_of(all).into_iter();
    Value::any_of(models.filter_map(|model| {
        let mut aliases = cx.models.get(model)?.aliases.iter();
        let alias = aliases.find(|alias| alias.matches('.').count() == 1)?;
        let text = format!("{}{suffix}.html", alias.to_lowercase().replace('.', "/"));
        Some(Atom::Text(Arc::new(Assembled {
            text,
            ..Assembled::default()
        })))
    }))
}
