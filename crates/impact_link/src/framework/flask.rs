//! Flask: names that every template sees, and who the current user is.
//!
//! Facts are those of Flask 3 and Jinja 3: `app.jinja_env.globals`, context processors, `template_global`; Flask-Login 0.6, `user_loader` and `current_user`.

use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::framework::class_views::HTTP;
use crate::language::template::LIBRARY;
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;

/// Flask.
#[derive(Debug)]
pub(crate) struct Flask;

/// The user of Flask-Login, by the names that it is imported from.
const CURRENT_USER: &[&str] = &[
    "flask_login.current_user",
    "flask_login.utils.current_user",
    "template.current_user",
];

/// What the code of a request keeps, as every template sees it (Flask 3, "Standard Context").
const TEMPLATE_G: &str = "template.g";

/// Decorators of a login manager: their function answers with the current user.
const LOADERS: &[&str] = &["user_loader", "request_loader", "header_loader"];

/// Decorators of a scheme of Flask-HTTPAuth: their function answers with who signed in (Flask-HTTPAuth 4, "API").
const VERIFIERS: &[&str] = &["verify_password", "verify_token"];

/// Who signed in by a scheme of Flask-HTTPAuth.
fn verified() -> Key {
    Key::Outside("flask_httpauth".into(), "current_user".into())
}

/// What a function that answers with a user gave, for whom a key is asked.
fn loaded(cx: &mut Evaluator<'_>, key: &Key, call: &CallSite<'_>) -> Option<Value> {
    let function = call.at(0)?.value.clone();
    for atom in function.atoms() {
        if let Atom::Function(loader) = atom {
            let user = cx.result(*loader, None);
            cx.cells.join(key.clone(), &user);
        }
    }
    Some(function)
}

fn current_user() -> Key {
    Key::Outside("flask_login".into(), "current_user".into())
}

impl Door for Flask {
    fn name(&self) -> &'static str {
        "python/flask"
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::External(name) if CURRENT_USER.contains(&&**name) => {
                let user = cx.read(current_user());
                let user = user.filter(|atom| !matches!(atom, Atom::Null | Atom::External(_)));
                (!user.is_nothing()).then(|| cx.attribute(&user, member))
            }
            Atom::External(name) if **name == *TEMPLATE_G => {
                Some(cx.attribute(&Value::external("flask.g"), member))
            }
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let Atom::Member(of, name) = callee else {
            return None;
        };
        match &**name {
            // werkzeug.local.LocalProxy
            "_get_current_object" => Some((**of).clone().into()),
            "update" if is_globals(of) => {
                for argument in call.arguments {
                    match &argument.name {
                        Some((name, _)) => global(cx, name, &argument.value),
                        None => globals(cx, &argument.value),
                    }
                }
                Some(Atom::Null.into())
            }
            "context_processor" | "app_context_processor" => {
                let function = call.at(0)?.value.clone();
                for atom in function.atoms() {
                    if let Atom::Function(function) = atom {
                        let added = cx.result(*function, None);
                        globals(cx, &added);
                    }
                }
                Some(function)
            }
            name if LOADERS.contains(&name) => loaded(cx, &current_user(), call),
            name if VERIFIERS.contains(&name) => loaded(cx, &verified(), call),
            "current_user" if is_scheme(of) => {
                let user = cx.read(verified());
                Some(user.filter(|atom| !matches!(atom, Atom::Null | Atom::Outside(_))))
            }
            _ => None,
        }
    }
}

/// Bases of Flask's views.
const VIEWS: &[&str] = &["flask.views.View", "quart.views.View"];

/// Whether a class is one of Flask's views.
pub(crate) fn is_view(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    cx.inherits(class, VIEWS)
        || cx.inherits(class, &["flask.views.MethodView", "quart.views.MethodView"])
}

/// Under what an instance stands in what `as_view` makes.
pub(super) const INSTANCE: &str = "instance";

/// `Users.as_view("users", User)`: each request makes an instance with what follows the name (Flask 3, "Class-based Views").
pub(crate) fn as_view(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Value {
    let mut rest = call.arguments.to_vec();
    match rest
        .iter()
        .position(|one| one.name.as_ref().is_some_and(|(name, _)| &**name == "name"))
    {
        Some(at) => drop(rest.remove(at)),
        None if !rest.is_empty() => drop(rest.remove(0)),
        None => {}
    }
    let given = CallSite {
        arguments: &rest,
        ..*call
    };
    // The request runs the methods, not who registers the view.
    let kept = std::mem::take(&mut cx.current);
    let made = cx.call(&Atom::Class(class).into(), &given);
    for atom in made.atoms() {
        for name in HTTP.iter().chain(&["dispatch_request"]) {
            if cx.class_member(class, name).is_some() {
                cx.call_method(atom, name, call.span);
            }
        }
    }
    cx.current = kept;
    let mut view = Object::new("python/flask", "view", None).with_value(INSTANCE, made);
    view.class = Some(class);
    view.into()
}

/// Whether a value is a scheme of Flask-HTTPAuth.
fn is_scheme(of: &Atom) -> bool {
    matches!(of, Atom::Outside(class) if class.starts_with("flask_httpauth."))
}

/// Whether a value is the dictionary of names that every template sees, of Flask's environment or one that is made.
fn is_globals(of: &Atom) -> bool {
    let Atom::Member(environment, name) = of else {
        return false;
    };
    matches!(&**name, "globals" | "filters")
        && match &**environment {
            Atom::Member(_, name) => &**name == "jinja_env",
            Atom::Outside(class) => class.starts_with("jinja2.") && class.ends_with("Environment"),
            _ => false,
        }
}

/// `environment.globals["name"] = value`.
pub(crate) fn put(cx: &mut Evaluator<'_>, of: &Atom, key: &Value, value: &Value) {
    if is_globals(of) {
        for name in key.texts().filter(|text| text.holes.is_empty()) {
            global(cx, &name.text, value);
        }
    }
}

fn globals(cx: &mut Evaluator<'_>, added: &Value) {
    for atom in added.atoms() {
        if let Atom::Dictionary(of) = atom {
            for (name, value) in &of.known {
                global(cx, name, value);
            }
        }
    }
}

/// Every template sees a value under a name.
fn global(cx: &mut Evaluator<'_>, name: &str, value: &Value) {
    cx.cells
        .join(Key::Outside(LIBRARY.into(), name.into()), value);
}
