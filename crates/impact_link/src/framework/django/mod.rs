//! Django around the ORM: settings, requests, URLs, views, templates, commands.
//!
//! Facts about Django are those of 4.2 to 5.2: the reference pages on requests, URLs, class-based views, templates, the
//! admin and management commands.

mod admin;
mod carriers;
mod commands;
mod factories;
mod feeds;
mod filter_schema;
mod forms;
mod formsets;
mod generic;
mod guards;
mod hooks;
mod lists;
mod options;
mod pages;
pub(crate) mod patterns;
mod plugs;
mod ready;
mod request;
mod routers;
pub(crate) mod settings;
mod templates;
mod urls;
mod views;

pub(crate) use carriers::{meta_model, name_field, own_bases, own_methods};
pub(crate) use lists::{list_of_texts, lists_of_call};
pub(crate) use templates::{keywords, render};

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::{Evaluator, Part};
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::Span;

/// The name of the door.
pub(crate) const WEB: &str = "python/django/web";

/// Django's framework.
#[derive(Debug)]
pub(crate) struct DjangoWeb;

impl Door for DjangoWeb {
    fn name(&self) -> &'static str {
        WEB
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        if member.name == "object_list"
            && let Some(rows) = pages::rows_of(of)
        {
            return Some(rows);
        }
        if let Atom::Object(object) = of
            && let Some(found) = formsets::attribute(cx, object, member)
        {
            return Some(found);
        }
        request::attribute(cx, of, member)
            .or_else(|| views::attribute(cx, of, member))
            .or_else(|| routers::attribute(cx, of, member))
            .or_else(|| carriers::attribute(cx, of, member))
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => urls::function(cx, name, call)
                .or_else(|| routers::function(cx, name, call))
                .or_else(|| forms::function(cx, name, call))
                .or_else(|| formsets::factory(cx, name, call))
                .or_else(|| factories::function(cx, name, call))
                .or_else(|| options::function(cx, name, call))
                .or_else(|| admin::function(cx, name, call))
                .or_else(|| pages::paginator(name, call))
                .or_else(|| templates::function(cx, name, call))
                .or_else(|| request::function(cx, name, call))
                .or_else(|| ready::function(name, call))
                .or_else(|| guards::function(cx, name, call))
                .or_else(|| views::decorator(name, call)),
            Atom::Member(of, name) => made_method(cx, of, name, call)
                .or_else(|| templates::method(cx, of, name, call))
                .or_else(|| pages::page(of, name))
                .or_else(|| views::method(cx, of, name, call))
                .or_else(|| factories::method(cx, of, name, call))
                .or_else(|| carriers::method(cx, of, name, call))
                .or_else(|| filter_schema::method(cx, of, name, call))
                .or_else(|| admin::method(cx, of, name, call))
                .or_else(|| routers::method(cx, of, name, call)),
            Atom::Class(class) => pages::made(cx, *class, call)
                .or_else(|| factories::construct(cx, *class, call))
                .or_else(|| carriers::construct(cx, *class, call)),
            Atom::Outside(name) => views::decorator(name, call),
            Atom::Object(object) if object.kind == "tag" => Some(templates::tag(cx, object, call)),
            Atom::Object(object) if object.door == WEB => formsets::construct(cx, object, call)
                .or_else(|| guards::around(object, call))
                .or_else(|| urls::called(cx, object, call)),
            _ => None,
        }
    }

    fn put(&self, cx: &mut Evaluator<'_>, of: &Object, span: Span) {
        request::change_session(cx, of, None, span);
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        if of.kind == "session" {
            return Some(Value::unknown("what a session holds"));
        }
        forms::key(cx, of, key, span)
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        if let Some(rows) = pages::rows_of(value) {
            return match how {
                Consumption::Iterate | Consumption::Index => Some(cx.iterate(&rows, span)),
                _ => None,
            };
        }
        if matches!(how, Consumption::Iterate | Consumption::Index)
            && let Some(form) = formsets::iterate(cx, value, span)
        {
            return Some(form);
        }
        match (value, how) {
            (Atom::Outside(name), Consumption::Iterate)
                if &**name == "django.core.paginator.Page" =>
            {
                Some(cx.silent_attribute(&value.clone().into(), "object_list"))
            }
            _ => None,
        }
    }

    fn drive(&self, cx: &mut Evaluator<'_>, class: ClassRef, part: Part) {
        generic::drive(cx, class, part);
        feeds::drive(cx, class, part);
        carriers::drive(cx, class, part);
        admin::drive(cx, class, part);
    }

    fn start(&self, cx: &mut Evaluator<'_>) {
        admin::start(cx);
        views::start(cx);
        request::start(cx);
        hooks::of_fields(cx);
    }

    fn finish(&self, cx: &mut Evaluator<'_>) {
        urls::finish(cx);
        commands::finish(cx);
    }
}

/// Methods of forms that functions made.
fn made_method(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        Atom::Object(object) if object.door == WEB => {
            if request::change_session(cx, object, Some(name), call.span) {
                return Some(Value::unknown("what a session holds"));
            }
            formsets::method(cx, object, name, call)
        }
        _ => None,
    }
}
