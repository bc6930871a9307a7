//! Rocket 0.4 and 0.5: handlers say their route in an attribute, `mount` says which are served, and under what.
//! <https://rocket.rs/guide/v0.5/requests/>

use super::middleware;
use super::routes::{joined, key, router, serve, texts};
use crate::cells::Key;
use crate::door::{CallSite, Door, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::{Binding, FunctionRef, Place};
use impact_facts::{ExpressionKind, Language};

/// The door's name.
const NAME: &str = "rust/rocket";

/// Rocket.
#[derive(Debug)]
pub(crate) struct Rocket;

/// Attributes that say a route.
const METHODS: &[&str] = &["get", "post", "put", "delete", "patch", "head", "options"];

/// Frameworks whose attributes have the same names.
const OTHERS: &[&str] = &["actix_web.", "ntex.", "salvo.", "poem."];

impl Door for Rocket {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        if !cx.is(Language::Rust) {
            return None;
        }
        match callee {
            Atom::External(path) if matches!(&**path, "routes!" | "rocket.routes!") => {
                Some(Value::list(listed(cx, call)))
            }
            Atom::External(path)
                if matches!(&**path, "rocket.build" | "rocket.custom" | "rocket.ignite") =>
            {
                Some(Value::outside("rocket.Rocket"))
            }
            Atom::Member(of, name) => match &**of {
                Atom::Outside(class) if &**class == "rocket.Rocket" => {
                    match &**name {
                        "mount" => mounted(cx, call),
                        "attach" => {
                            let around = middleware::code(cx, &call.value(0, ""));
                            cx.cells.join(fairings(), &around);
                        }
                        _ => {}
                    }
                    Some(Value::outside(class))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// `routes![a, b]`.
fn listed(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let mut made = router(NAME);
    for argument in call.positional() {
        for function in handlers(cx, argument) {
            if let Some((method, path)) = said(cx, function) {
                let span = cx.program.module(function.file).function(function.function);
                let key = key(&path, &method, function.file, span.name_span);
                made = made.with_value(&key, Atom::Function(function).into());
            }
        }
    }
    made.into()
}

/// The handlers that a path names; a local of its name does not hide it from the macro.
fn handlers(cx: &Evaluator<'_>, argument: &Passed) -> Vec<FunctionRef> {
    let known = argument.value.atoms().iter().filter_map(|atom| match atom {
        Atom::Function(function) => Some(*function),
        _ => None,
    });
    let found: Vec<FunctionRef> = known.collect();
    if !found.is_empty() {
        return found;
    }
    let item = argument
        .expression
        .map(|id| cx.program.resolve_expression(cx.file, Place::Module, id));
    match item {
        Some(Binding::Function(function)) => vec![function],
        _ => Vec::new(),
    }
}

/// `#[get("/users/<id>")]`.
fn said(cx: &Evaluator<'_>, function: FunctionRef) -> Option<(String, String)> {
    let module = cx.program.module(function.file);
    let places = cx.program.places(function.file);
    let place = places
        .around(Place::Function(function.function))
        .unwrap_or(Place::Module);
    let decorators = &module.function(function.function).decorators;
    decorators.iter().find_map(|id| {
        let ExpressionKind::Call(call) = &module.expression(*id).kind else {
            return None;
        };
        let spelled = module.dotted(call.callee)?;
        let last = spelled.rsplit('.').next().unwrap_or_default();
        let binding = cx.program.attribute_name(function.file, place, call.callee);
        // `#[macro_use] extern crate rocket` binds the attributes without a path, whatever else has their names: what
        // `routes!` lists has one of Rocket's, but where the name is known to be another framework's.
        let own = match binding.external() {
            Some(path) => !OTHERS.iter().any(|other| path.starts_with(other)),
            None => true,
        };
        let texts = call
            .arguments
            .iter()
            .filter_map(|one| module.plain_text(one.value));
        let path = texts.into_iter().next()?;
        match last {
            "route" if own => Some(("ANY".to_owned(), path)),
            _ if own && METHODS.contains(&last) => Some((last.to_ascii_uppercase(), path)),
            _ => None,
        }
    })
}

fn mounted(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let mut prefixes = texts(&call.value(0, ""));
    if prefixes.is_empty() {
        prefixes.push(String::new());
    }
    let routes = call.value(1, "");
    let span = call.at(1).map_or(call.span, |argument| argument.span);
    let routes = cx.iterate(&routes, span);
    let mounted = joined(&router(NAME), &routes, &prefixes);
    let around = cx.read(fairings());
    serve(cx, &middleware::standing(&mounted, &around));
}

/// Where the code of what is attached is kept: it stands around all that is mounted, before and after.
fn fairings() -> Key {
    Key::Outside("rocket fairings".into(), "".into())
}
