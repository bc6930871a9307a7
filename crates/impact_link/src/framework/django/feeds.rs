//! Feeds and site maps: classes whose methods the framework calls with rows.
//!
//! Facts are those of `django/contrib/syndication/views.py` and `django/contrib/sitemaps/__init__.py` (Django 4.2 to 5.2).

use super::{request, templates, views};
use crate::cells::Key;
use crate::door::{CallSite, Passed};
use crate::evaluator::{Evaluator, Part};
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::Span;

const FEEDS: &[&str] = &["django.contrib.syndication.views.Feed"];
const MAPS: &[&str] = &[
    "django.contrib.sitemaps.Sitemap",
    "django.contrib.sitemaps.GenericSitemap",
];
/// Methods of a site map that get an item.
const OF_ITEM: &[&str] = &[
    "location",
    "lastmod",
    "priority",
    "changefreq",
    "get_languages_for_item",
];
/// Attributes of a feed that name templates of an item.
const TEMPLATES: &[&str] = &["title_template", "description_template"];

/// Tells the methods of a feed or a site map what they get, and renders a feed's templates.
pub(super) fn drive(cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
    if part != Part::Show {
        return;
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    if cx.inherits(class, FEEDS) {
        feed(cx, class, span);
    } else if cx.inherits(class, MAPS) {
        let item = items(cx, class, &Value::nothing(), span);
        for (name, function) in methods(cx, class) {
            if OF_ITEM.contains(&name.as_str()) {
                cx.cells.join(Key::Parameter(function, 1), &item);
            }
        }
        for atom in item.atoms() {
            cx.call_method(atom, "get_absolute_url", span);
        }
    }
}

fn feed(cx: &mut Evaluator<'_>, class: ClassRef, span: Span) {
    let all = methods(cx, class);
    if let Some((_, function)) = all.iter().find(|(name, _)| name == "get_object") {
        cx.cells
            .join(Key::Parameter(*function, 1), &request::request());
    }
    let about = match all.iter().any(|(name, _)| name == "get_object") {
        true => cx.call_method(&Atom::Instance(class), "get_object", span),
        false => Value::nothing(),
    };
    let item = items(cx, class, &about, span);
    for (name, function) in all {
        let value = match name.as_str() {
            "get_object" | "items" => continue,
            name if name.starts_with("item_") => &item,
            _ => &about,
        };
        cx.cells.join(Key::Parameter(function, 1), value);
    }
    let context = Dictionary {
        known: [("obj".into(), item)].into(),
        ..Dictionary::default()
    };
    let context = Value::dictionary(context);
    for name in TEMPLATES {
        if views::says(cx, class, name) {
            let names = cx.silent_attribute(&Atom::Instance(class).into(), name);
            templates::render(cx, &names, &context, &request::request(), span);
        }
    }
}

/// One of what `items` gives.
fn items(cx: &mut Evaluator<'_>, class: ClassRef, about: &Value, span: Span) -> Value {
    let itself: Value = Atom::Instance(class).into();
    let method = cx.silent_attribute(&itself, "items");
    let passed = [Passed::plain(about.clone(), span)];
    let expected = Value::nothing();
    let arguments = if about.is_nothing() { &[][..] } else { &passed };
    let all = cx.call(&method, &CallSite::at_span(span, arguments, &expected));
    cx.iterate(&all, span)
}

fn methods(cx: &Evaluator<'_>, class: ClassRef) -> Vec<(String, FunctionRef)> {
    super::carriers::own_bases(cx, class)
        .into_iter()
        .flat_map(|base| super::carriers::own_methods(cx, base))
        .collect()
}
