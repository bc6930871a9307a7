//! Starlette and FastAPI: who the request's user is, what code keeps in `request.state`, and templates.
//!
//! Facts are those of Starlette 0.4x, "Authentication" (a backend's `authenticate` answers with credentials and the user) and
//! "Requests", "Other state".

use super::django;
use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_facts::{Assembled, Certainty, ExpressionId, ExpressionKind};
use std::sync::Arc;

/// Starlette.
#[derive(Debug)]
pub(crate) struct Starlette;

/// What stands requests in the middleware that asks a backend who the user is.
const AUTHENTICATING: &str = "AuthenticationMiddleware";

impl Door for Starlette {
    fn name(&self) -> &'static str {
        "python/starlette"
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        let Atom::Outside(class) = of else {
            return None;
        };
        let package = class.split('.').next().unwrap_or_default();
        let is_request = matches!(package, "starlette" | "fastapi")
            && REQUESTS.iter().any(|name| class.ends_with(name));
        let put = is_request.then(|| request_member(cx, member))?;
        (!put.is_nothing()).then_some(put)
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let authenticates = match callee {
            Atom::External(name) => {
                let of_middleware = name.ends_with(".Middleware")
                    && call.value(0, "cls").atoms().iter().any(is_authenticating);
                of_middleware || is_authenticating(callee)
            }
            Atom::Member(of, name) if is_templates(of) => {
                return rendered(cx, name, call);
            }
            Atom::Member(_, name) if &**name == "add_middleware" => {
                let class = call.value(0, "middleware_class");
                class.atoms().iter().any(is_authenticating)
            }
            _ => false,
        };
        let backend = call.named("backend").filter(|_| authenticates)?;
        for atom in backend.value.atoms() {
            let answer = cx.call_method(atom, "authenticate", call.span);
            let mut users = Value::nothing();
            for pair in answer.atoms() {
                if let Atom::Tuple(items) = pair {
                    users.join(&items.last().cloned().unwrap_or_default());
                }
            }
            cx.cells.join(on_request("user"), &users);
        }
        None
    }
}

/// Whether a value is a folder of templates: Starlette's, or JinjaX's components (JinjaX 0.4x, `Catalog.render`).
fn is_templates(of: &Atom) -> bool {
    matches!(of, Atom::Outside(class) if class.ends_with(".Jinja2Templates") || class.starts_with("jinjax."))
}

/// `templates.TemplateResponse(request, "home.html", {"user": user})`, in the old order, too; `catalog.render("Card", user=user)`.
fn rendered(cx: &mut Evaluator<'_>, method: &str, call: &CallSite<'_>) -> Option<Value> {
    let places = || call.positional().map(|one| &one.value);
    let is_text = |value: &&Value| value.texts().next().is_some();
    let is_dictionary = |value: &&Value| {
        let mut atoms = value.atoms().iter();
        atoms.any(|atom| matches!(atom, Atom::Dictionary(_)))
    };
    let named = |name: &str| call.named(name).map(|one| &one.value);
    let name = named("name").or_else(|| places().find(is_text))?.clone();
    match method {
        "TemplateResponse" => {
            let context = named("context").or_else(|| places().find(is_dictionary));
            let context = context.cloned().unwrap_or_default();
            django::render(cx, &name, &context, &Value::nothing(), call.span);
        }
        "render" | "irender" => {
            let names = name.texts().map(|text| Atom::Text(component(text)));
            let names = Value::any_of(names.collect::<Vec<_>>());
            let context = django::keywords(call);
            django::render(cx, &names, &context, &Value::nothing(), call.span);
        }
        _ => return None,
    }
    Some(Value::outside("starlette.responses.Response"))
}

/// The file of a component: `forms.Field` is `forms/Field.jinja`.
fn component(name: &Assembled) -> Arc<Assembled> {
    Arc::new(Assembled {
        text: format!("{}.jinja", name.text.replace('.', "/")),
        ..Assembled::default()
    })
}

/// The classes of requests, by the ends of their names.
const REQUESTS: &[&str] = &[".Request", ".HTTPConnection", ".WebSocket"];

fn is_authenticating(atom: &Atom) -> bool {
    matches!(atom, Atom::External(name) if name.ends_with(AUTHENTICATING))
}

fn on_request(name: &str) -> Key {
    Key::Outside("starlette.request".into(), name.into())
}

fn in_state(name: &str) -> Key {
    Key::Outside("starlette.state".into(), name.into())
}

/// A member of a request, or of something that nothing is known of, that a backend or code around the handlers put there.
pub(crate) fn request_member(cx: &mut Evaluator<'_>, member: &MemberSite<'_>) -> Value {
    if member.name != "user" {
        return Value::nothing();
    }
    let user = cx.read(on_request("user"));
    let user = user.filter(|atom| !matches!(atom, Atom::Null | Atom::Unknown(_)));
    user.at_most(Certainty::Likely)
}

/// Whether an expression is `request.state`, whatever stands for the request.
fn is_state(cx: &Evaluator<'_>, id: ExpressionId) -> bool {
    let module = cx.program.module(cx.file);
    match &module.expression(id).kind {
        ExpressionKind::Attribute(of) => {
            module.name(of.name) == "state"
                && module.dotted(of.of).is_some_and(|name| {
                    REQUEST_NAMES.contains(&name.rsplit('.').next().unwrap_or(&name))
                })
        }
        _ => false,
    }
}

/// What requests are called.
const REQUEST_NAMES: &[&str] = &["request", "req", "websocket", "conn", "connection"];

/// `request.state.user = user`.
pub(crate) fn keep(cx: &mut Evaluator<'_>, of: ExpressionId, name: &str, value: &Value) {
    if is_state(cx, of) {
        cx.cells.join(in_state(name), value);
    }
}

/// `request.state.user`, where nothing else is known of it.
pub(crate) fn kept(cx: &mut Evaluator<'_>, of: ExpressionId, name: &str) -> Value {
    if !is_state(cx, of) {
        return Value::nothing();
    }
    let kept = cx.read(in_state(name));
    let kept = kept.filter(|atom| !matches!(atom, Atom::Null | Atom::Unknown(_)));
    kept.at_most(Certainty::Likely)
}

/// `request.scope["user"] = user`.
pub(crate) fn in_scope(cx: &mut Evaluator<'_>, of: ExpressionId, key: ExpressionId, value: &Value) {
    let module = cx.program.module(cx.file);
    let is_scope = module
        .dotted(of)
        .is_some_and(|name| name == "scope" || name.ends_with(".scope"));
    if is_scope && module.plain_text(key).as_deref() == Some("user") {
        cx.cells.join(on_request("user"), value);
    }
}
