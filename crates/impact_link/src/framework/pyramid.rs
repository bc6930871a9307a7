//! Pyramid: what code puts on the request, and services that are found by name or interface.
//!
//! Facts are those of Pyramid 2 (`Configurator.add_request_method`, `set_security_policy`, `view_config(context=…)`) and of pyramid_services 2 (`register_service_factory`,
//! `register_service`, `find_service`).

use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::summary::Summary;
use crate::value::{Atom, Object, Value};
use impact_bind::{Definition, FunctionRef};
use impact_facts::Certainty;

/// Decorators of views.
const VIEWS: &[&str] = &["pyramid.view.view_config", "pyramid.view.view_defaults"];
/// What the context of a view is kept under.
const CONTEXT: &str = "context";
/// What the name of a view's route is kept under.
const ROUTE: &str = "route_name";
/// What the template is kept under that shows what a view returns.
const RENDERER: &str = "renderer";

/// Methods of a configurator and a request that tell themselves by their names.
pub(crate) const TELLING: &[&str] = &[
    "add_request_method",
    "set_request_property",
    "register_service_factory",
    "register_service",
    "find_service",
    "set_security_policy",
    "add_route",
];

/// Pyramid.
#[derive(Debug)]
pub(crate) struct Pyramid;

impl Door for Pyramid {
    fn name(&self) -> &'static str {
        "python/pyramid"
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
        let is_request = class.starts_with("pyramid.") && class.ends_with(".Request");
        let put = is_request.then(|| request_member(cx, member))?;
        (!put.is_nothing()).then_some(put)
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        let name = match callee {
            Atom::Member(_, name) => name,
            Atom::External(name) if VIEWS.contains(&&**name) => return view(call),
            Atom::Object(object) if object.door == self.name() => {
                return in_context(cx, object, call);
            }
            _ => return None,
        };
        match &**name {
            "add_request_method" | "set_request_property" => request_method(cx, name, call),
            "register_service_factory" => {
                let factory = followed(cx, &call.value(0, "service_factory"));
                let service = made(cx, &factory);
                register(cx, call, &service);
            }
            "set_security_policy" => {
                let policy = call.value(0, "policy");
                for atom in policy.atoms() {
                    let identity = cx.call_method(atom, "identity", call.span);
                    cx.cells.join(on_request("identity"), &identity);
                }
                cx.cells.join(any_on_request(), &Atom::Null.into());
            }
            "add_route" => {
                route(cx, call);
                return None;
            }
            "register_service" => register(cx, call, &call.value(0, "service")),
            "find_service" => return found(cx, call),
            _ => return None,
        }
        Some(Atom::Null.into())
    }
}

/// `@view_config(context=User)`, `@view_defaults(context=User)`: what is found by traversal, and by a route's factory, is
/// one of these.
fn view(call: &CallSite<'_>) -> Option<Value> {
    let made = Object::new("python/pyramid", "view", None);
    let said = [CONTEXT, ROUTE, RENDERER].into_iter().filter_map(|name| {
        let argument = call.named(name)?;
        Some((name, argument.value.clone()))
    });
    let made = said.fold(made, |made, (name, value)| made.with_value(name, value));
    (!made.values.is_empty()).then(|| made.into())
}

/// `config.add_route("user", "/users/{id}", factory=UserContext)`: what the factory makes is the context of the route's views.
fn route(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let Some(factory) = call.named("factory").map(|one| one.value.clone()) else {
        return;
    };
    let factory = followed(cx, &factory);
    let context = made(cx, &factory);
    for name in call.value(0, "name").texts() {
        cx.cells.join(of_route(&name.text), &context);
    }
}

fn of_route(name: &str) -> Key {
    Key::Outside("pyramid.route".into(), name.into())
}

/// What a view is given as its context: what it says itself, and what the factory of its route makes.
fn context_of(cx: &mut Evaluator<'_>, view: &Object) -> Value {
    let said = view.values.get(CONTEXT).cloned().unwrap_or_default();
    let mut context = made(cx, &said);
    let routes = view.values.get(ROUTE).cloned().unwrap_or_default();
    for name in routes.texts() {
        context.join(&cx.read(of_route(&name.text)));
    }
    context.at_most(Certainty::Likely)
}

/// `@view_config(renderer="app:templates/user.jinja2")`: what the view returns is the template's context.
fn shown(cx: &mut Evaluator<'_>, view: &Object, decorated: &Value, call: &CallSite<'_>) {
    let Some(said) = view.values.get(RENDERER).cloned() else {
        return;
    };
    let names = said
        .texts()
        .filter(|text| text.text.contains('.'))
        .map(|text| {
            let path = text.text.rsplit(':').next().unwrap_or_default();
            Atom::Text(std::sync::Arc::new(impact_facts::Assembled {
                text: path.to_owned(),
                ..Default::default()
            }))
        });
    let names = Value::any_of(names.collect::<Vec<_>>());
    for atom in decorated.atoms() {
        if let Atom::Function(function) = atom {
            let context = cx.result(*function, None);
            super::django::render(cx, &names, &context, &Value::nothing(), call.span);
        }
    }
}

/// A view takes its context first, or gets it when its class is made: `(context, request)`.
fn in_context(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Option<Value> {
    let context = context_of(cx, object);
    let decorated = call.at(0)?.value.clone();
    shown(cx, object, &decorated, call);
    if context.is_nothing() {
        return Some(decorated);
    }
    for atom in decorated.atoms() {
        let (function, at) = match atom {
            Atom::Function(function) => (*function, 0),
            Atom::Class(class) => match cx.class_member(*class, "__init__") {
                Some((owner, [.., Definition::Function(function)])) => {
                    let (file, function) = (owner.file, *function);
                    (FunctionRef { file, function }, 1)
                }
                _ => continue,
            },
            _ => continue,
        };
        let module = cx.program.module(function.file);
        let parameters = &module.function(function.function).parameters;
        let name = |at: usize| {
            let pattern = parameters.get(at).map(|one| one.pattern);
            pattern.and_then(|pattern| module.dotted(pattern))
        };
        let takes_both =
            parameters.len() == at + 2 && name(0).is_some_and(|name| name != "self" || at == 1);
        if takes_both {
            cx.give(Summary::joined(function), &[(at as u32, context.clone())]);
        }
    }
    Some(decorated)
}

/// `config.add_request_method(current_user, "user", reify=True)`.
fn request_method(cx: &mut Evaluator<'_>, method: &str, call: &CallSite<'_>) {
    let callable = followed(cx, &call.value(0, "callable"));
    let said = call.value(1, "name");
    let mut names: Vec<String> = said.texts().map(|text| text.text.clone()).collect();
    if names.is_empty() {
        names.extend(callable.atoms().iter().filter_map(|atom| match atom {
            Atom::Function(function) => {
                let name = cx.program.function_name(*function);
                name.rsplit('.').next().map(str::to_owned)
            }
            _ => None,
        }));
    }
    let is_set = |name: &str| call.named(name).is_some_and(|one| !one.value.is_nothing());
    let property = is_set("reify") || is_set("property") || method == "set_request_property";
    let value = if property {
        made(cx, &callable)
    } else {
        callable.clone()
    };
    for name in names {
        cx.cells.join(on_request(&name), &value);
        if property {
            cx.cells.join(run_for(&name), &callable);
        }
    }
    cx.cells.join(any_on_request(), &Atom::Null.into());
}

fn on_request(name: &str) -> Key {
    Key::Outside("pyramid.request".into(), name.into())
}

fn any_on_request() -> Key {
    Key::Outside("pyramid.request".into(), "*".into())
}

/// A member of something that nothing is known of, if code puts one of that name on the request.
pub(crate) fn request_member(cx: &mut Evaluator<'_>, member: &MemberSite<'_>) -> Value {
    if cx.read(any_on_request()).is_nothing() {
        return Value::nothing();
    }
    for atom in cx.read(run_for(member.name)).atoms() {
        if let Atom::Function(function) = atom {
            let target = Summary::joined(*function).target();
            cx.runs(target, member.span, Certainty::Likely);
        }
    }
    cx.read(on_request(member.name)).at_most(Certainty::Likely)
}

/// The code of a member of the request.
fn run_for(name: &str) -> Key {
    Key::Outside("pyramid.request code".into(), name.into())
}

/// What functions return and classes make.
fn made(cx: &mut Evaluator<'_>, of: &Value) -> Value {
    let mut all = Value::nothing();
    for atom in of.atoms() {
        all = all.or(&match atom {
            Atom::Function(function) => cx.result(*function, None),
            Atom::Class(class) => cx.instance_of(*class),
            _ => Value::nothing(),
        });
    }
    all
}

/// A function, or what a dotted name in a text leads to: `".services.user_factory"` is below the own package.
fn followed(cx: &mut Evaluator<'_>, of: &Value) -> Value {
    let mut all = of.filter(|atom| !matches!(atom, Atom::Text(_)));
    let texts: Vec<String> = of.texts().map(|text| text.text.clone()).collect();
    for text in texts {
        let path = match text.strip_prefix('.') {
            Some(rest) => format!("{}.{rest}", package(cx)),
            None => text.replace(':', "."),
        };
        let binding = cx.program.lookup(&path);
        all = all.or(&cx.binding(&binding));
    }
    all
}

/// The package of the file that is being evaluated.
fn package(cx: &Evaluator<'_>) -> String {
    let module = cx.program.module_name(cx.file).to_string();
    if cx.program.path(cx.file).ends_with("__init__.py") {
        return module;
    }
    module
        .rsplit_once('.')
        .map_or(String::new(), |(package, _)| package.to_owned())
}

fn register(cx: &mut Evaluator<'_>, call: &CallSite<'_>, service: &Value) {
    for key in keys(cx, call, 1) {
        cx.cells.join(key, service);
    }
}

fn found(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let mut all = Value::nothing();
    for key in keys(cx, call, 0) {
        all = all.or(&cx.read(key));
    }
    if all.is_nothing() {
        let asked = call.value(0, "iface");
        all = made(cx, &asked.filter(|atom| matches!(atom, Atom::Class(_))));
    }
    Some(all.at_most(Certainty::Likely))
}

/// Under what a service is kept: its name, else the interface or class that it answers for.
fn keys(cx: &Evaluator<'_>, call: &CallSite<'_>, iface: usize) -> Vec<Key> {
    let key = |word: String| Key::Outside("pyramid.service".into(), word.into());
    let named = call.named("name").map(|argument| argument.value.clone());
    let names = named.iter().flat_map(Value::texts);
    let names: Vec<Key> = names
        .map(|text| key(format!("name {}", text.text)))
        .collect();
    if !names.is_empty() {
        return names;
    }
    let asked = call.value(iface, "iface");
    let words = asked.atoms().iter().filter_map(|atom| match atom {
        Atom::Class(class) => Some(cx.program.class_name(*class)),
        Atom::External(name) => Some(name.to_string()),
        _ => None,
    });
    words.map(|word| key(format!("class {word}"))).collect()
}
