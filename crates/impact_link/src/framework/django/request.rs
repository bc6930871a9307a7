//! Requests: who asks.

use super::settings::setting;
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::django::{signals, user_model};
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_bind::FunctionRef;
use impact_facts::{Access, Certainty, FunctionId, Language, Span};

/// Classes of requests.
pub(super) const REQUESTS: &[&str] = &[
    "django.http.HttpRequest",
    "django.http.request.HttpRequest",
    "django.core.handlers.wsgi.WSGIRequest",
    "django.core.handlers.asgi.ASGIRequest",
    "rest_framework.request.Request",
];

/// What templates see as `perms`: each member asks what the user may do.
pub(super) const PERMISSIONS: &str = "django.contrib.auth.context_processors.PermWrapper";

/// A request.
pub(super) fn request() -> Value {
    Value::outside("django.http.HttpRequest")
}

/// In a service with settings of Django, what functions call `request` is one: decorators, routers and packages call them.
pub(super) fn start(cx: &mut Evaluator<'_>) {
    if setting(cx, "INSTALLED_APPS").is_nothing() {
        return;
    }
    for file in cx.program.files().take(cx.program.own_files() as usize) {
        if cx.program.facts(file).language != Language::Python {
            continue;
        }
        let module = cx.program.module(file);
        for (id, function) in (0..).map(FunctionId).zip(&module.functions) {
            for (at, parameter) in (0..).zip(&function.parameters).take(2) {
                let is_open = parameter.annotation.is_none() && parameter.default.is_none();
                if is_open && module.dotted(parameter.pattern).as_deref() == Some("request") {
                    let key = Key::Parameter(FunctionRef { file, function: id }, at);
                    if cx.cells.peek(&key).is_nothing() {
                        cx.cells.join(key, &request().at_most(Certainty::Likely));
                    }
                }
            }
        }
    }
}

/// Whether a value is a request.
pub(super) fn is_request(cx: &Evaluator<'_>, of: &Atom) -> bool {
    match of {
        Atom::Outside(name) => REQUESTS.contains(&&**name),
        Atom::Instance(class) => cx.inherits(*class, REQUESTS),
        _ => false,
    }
}

/// What a member of a request is that code of the tree does not set.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if matches!(of, Atom::Outside(name) if &**name == PERMISSIONS) {
        super::guards::permissions(cx, member.span);
        return Some(Value::outside(PERMISSIONS));
    }
    if !is_request(cx, of) || member.access == Access::Write {
        return None;
    }
    match member.name {
        "user" => Some(user(cx, member.span)),
        "session" => Some(session(cx, member.span)),
        _ => None,
    }
}

/// The kind of what a request keeps between requests.
const SESSION: &str = "session";
/// Methods of a session that change it (`django/contrib/sessions/backends/base.py`).
const CHANGING: &[&str] = &[
    "pop",
    "setdefault",
    "update",
    "clear",
    "flush",
    "save",
    "create",
    "delete",
    "cycle_key",
    "set_expiry",
    "set_test_cookie",
    "delete_test_cookie",
];

/// A session is loaded when it is asked for, whole, from the table where the settings name no other store.
fn session(cx: &mut Evaluator<'_>, span: Span) -> Value {
    touch_session(cx, span, Access::Read);
    Object::new(super::WEB, SESSION, None).into()
}

fn touch_session(cx: &mut Evaluator<'_>, span: Span, access: Access) {
    let engine = setting(cx, "SESSION_ENGINE");
    let elsewhere = |store: &String| {
        ["signed_cookies", ".file", ".cache"]
            .iter()
            .any(|end| store.ends_with(end))
    };
    let stores = super::settings::texts(&engine);
    if !stores.is_empty() && stores.iter().all(elsewhere) {
        return;
    }
    if let Some(session) = cx.models.named("django.contrib.sessions.models.Session") {
        let manner = Manner::whole(access).at_most(Certainty::Likely);
        cx.touch_row(session, span, manner, &|_| true);
    }
}

/// `request.session["cart"] = …` and methods that change a session: it is saved after the request.
pub(super) fn change_session(
    cx: &mut Evaluator<'_>,
    of: &Object,
    method: Option<&str>,
    span: Span,
) -> bool {
    let changes = method.is_none_or(|name| CHANGING.contains(&name.trim_start_matches('a')));
    let is_session = of.kind == SESSION;
    if is_session && changes {
        touch_session(cx, span, Access::Write);
    }
    is_session
}

/// The user of a request: the session's, loaded when it is asked for, by a backend that the settings name.
pub(super) fn user(cx: &mut Evaluator<'_>, span: Span) -> Value {
    let classes = user_model(cx);
    let user = cx.instances(&classes);
    for atom in user.atoms() {
        if let Atom::Mapped(model) = atom {
            let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
            cx.touch_row(*model, span, manner, &|field| !field.deferred);
        }
    }
    touch_session(cx, span, Access::Read);
    user
}

/// Functions of `django.contrib.auth` that look a user up, through the backends that the settings name.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    match name {
        "django.contrib.auth.authenticate" | "django.contrib.auth.aauthenticate" => {
            let mut result: Value = Atom::Null.into();
            for backend in backends(cx) {
                let method = cx.silent_attribute(&backend, "authenticate");
                result = result.or(&cx.call(&method, call));
            }
            let classes = user_model(cx);
            Some(result.or(&cx.instances(&classes)))
        }
        "django.contrib.auth.login" | "django.contrib.auth.alogin" => {
            login(cx, call);
            Some(Atom::Null.into())
        }
        "django.contrib.auth.get_user" | "django.contrib.auth.aget_user" => {
            Some(user(cx, call.span))
        }
        _ => None,
    }
}

/// Logging in sets `last_login` (`django.contrib.auth.models.update_last_login`) and reads the password's hash.
fn login(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let user = call.value(1, "user");
    let classes = user_model(cx);
    let all = user.or(&cx.instances(&classes));
    for atom in all.atoms() {
        if let Atom::Mapped(model) = atom {
            signals::send(cx, *model, signals::LOGGED_IN, call.span);
            signals::send(cx, *model, signals::SAVED, call.span);
            for (name, access) in [
                ("last_login", Access::Write),
                ("password", Access::Read),
                ("id", Access::Read),
            ] {
                if let Some(field) = cx.models.field(*model, name) {
                    cx.touch_field(*model, field, call.span, Manner::implied(access));
                }
            }
        }
    }
    for access in [Access::Read, Access::Write] {
        touch_session(cx, call.span, access);
    }
}

fn backends(cx: &mut Evaluator<'_>) -> Vec<Value> {
    let said = setting(cx, "AUTHENTICATION_BACKENDS");
    let mut found = Vec::new();
    for text in super::settings::texts(&said) {
        let binding = cx.program.lookup(&text);
        let classes = cx.binding(&binding);
        let made = cx.instances(&classes);
        if made
            .atoms()
            .iter()
            .any(|atom| matches!(atom, Atom::Instance(_)))
        {
            found.push(made);
        }
    }
    found
}
