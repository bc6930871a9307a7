//! Signals: functions that are connected to them run where rows are saved and deleted, and where a signal is sent.
//! <https://docs.djangoproject.com/en/stable/ref/signals/>

use super::DJANGO;
use crate::cells::Key;
use crate::door::{CallSite, Passed};
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, FunctionRef};
use impact_facts::{Certainty, Span};

/// The kind of a signal that the program makes itself.
const SIGNAL: &str = "signal";
/// The kind of what `receiver(signal, sender=…)` returns.
const RECEIVER: &str = "receiver";

/// What saving a row sends.
pub(crate) const SAVED: &[&str] = &["pre_init", "post_init", "pre_save", "post_save"];
/// What deleting a row sends.
pub(super) const DELETED: &[&str] = &["pre_delete", "post_delete"];
/// Signals of `django.contrib.auth` whose handlers get a user.
const OF_USERS: &[&str] = &["user_logged_in", "user_logged_out"];
/// What logging in sends.
pub(crate) const LOGGED_IN: &[&str] = &["user_logged_in"];

/// Functions of Django that make signals and connect to them.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    match name {
        name if CLASSES.contains(&name) => Some(made(cx, call)),
        "django.dispatch.receiver" | "django.dispatch.dispatcher.receiver" => {
            let made = Object::new(DJANGO, RECEIVER, None)
                .with_value("signals", call.value(0, "signal"))
                .with_value("sender", sender(call));
            Some(made.into())
        }
        _ => {
            let signal = name.strip_suffix(".connect")?;
            signal.contains(".signals.").then(|| {
                let handler = call.value(0, "receiver");
                connect(
                    cx,
                    &Value::external(signal),
                    &call.value(1, "sender"),
                    &handler,
                );
                Atom::Null.into()
            })
        }
    }
}

/// Django's class of signals, by its names.
const CLASSES: &[&str] = &[
    "django.dispatch.Signal",
    "django.dispatch.dispatcher.Signal",
];

fn made(cx: &Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let id = format!("id:{}:{}", cx.file.0, call.span.start);
    Object::new(DJANGO, SIGNAL, None).with_word(&id).into()
}

/// A signal of a class of the program's own.
pub(super) fn construct(cx: &Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Option<Value> {
    cx.inherits(class, CLASSES).then(|| made(cx, call))
}

fn sender(call: &CallSite<'_>) -> Value {
    call.named("sender")
        .map(|a| a.value.clone())
        .unwrap_or_default()
}

/// `@receiver(…)` gets its function; `signal.connect(f)` and `signal.send(sender, **with)` of the program's own signals.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: Option<&str>,
    call: &CallSite<'_>,
) -> Option<Value> {
    match (object.kind, name) {
        (RECEIVER, None) => {
            let signals = object.values.get("signals").cloned().unwrap_or_default();
            let sender = object.values.get("sender").cloned().unwrap_or_default();
            let handler = call.value(0, "func");
            connect(cx, &signals, &sender, &handler);
            Some(handler)
        }
        (SIGNAL, Some("connect")) => {
            let handler = call.value(0, "receiver");
            let signal: Value = object.clone().into();
            connect(cx, &signal, &call.value(1, "sender"), &handler);
            Some(Atom::Null.into())
        }
        // Classes of the program's own add ways to send: `send_to_all_plugins`.
        (SIGNAL, Some(name)) if name.starts_with("send") || name.starts_with("asend") => {
            let handlers = cx.read(key(object.words_after("id:").next()?, "*"));
            let answers = cx.call(&handlers, call);
            Some(Value::list(Value::tuple(vec![handlers, answers])))
        }
        _ => None,
    }
}

/// The cell of the functions that are connected to a signal, for one sender or for all.
fn key(signal: &str, sender: &str) -> Key {
    Key::Outside(format!("signal {signal}").into(), sender.into())
}

/// Connects functions to signals. Without a sender they hear all.
fn connect(cx: &mut Evaluator<'_>, signals: &Value, sender: &Value, handler: &Value) {
    let listed = signals.filter(|atom| matches!(atom, Atom::List(_) | Atom::Tuple(_)));
    let inside = cx.iterate(&listed, Span::default());
    let models = senders(cx, sender);
    let functions = handler.filter(|atom| matches!(atom, Atom::Function(_) | Atom::Method(..)));
    for signal in signals.or(&inside).atoms() {
        match signal {
            Atom::External(name) => {
                let name = name.rsplit('.').next().unwrap_or_default();
                for model in &models {
                    cx.cells.join(key(name, &model.0.to_string()), &functions);
                    tell(cx, &functions, *model);
                }
                if models.is_empty() {
                    cx.cells.join(key(name, "*"), &functions);
                }
                if OF_USERS.contains(&name) {
                    tell_user(cx, &functions);
                }
            }
            Atom::Object(object) if object.kind == SIGNAL => {
                if let Some(id) = object.words_after("id:").next() {
                    cx.cells.join(key(id, "*"), &functions);
                }
            }
            _ => {}
        }
    }
}

/// The models that a sender names: classes, or words like `app.User`.
fn senders(cx: &Evaluator<'_>, sender: &Value) -> Vec<ModelId> {
    sender
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Class(class) => cx.models.of_class(*class),
            Atom::External(name) => cx.models.named(name),
            Atom::Text(text) => cx.models.named(&text.text),
            _ => None,
        })
        .collect()
}

/// A handler gets the user who comes or goes, and the request.
fn tell_user(cx: &mut Evaluator<'_>, functions: &Value) {
    let classes = super::user_model(cx);
    let user = cx.instances(&classes);
    let request = Value::outside("django.http.HttpRequest");
    pass(cx, functions, vec![("user", user), ("request", request)]);
}

fn pass(cx: &mut Evaluator<'_>, functions: &Value, values: Vec<(&str, Value)>) {
    let span = Span::default();
    let named = |(name, value): (&str, Value)| Passed {
        name: Some((name.into(), span)),
        ..Passed::plain(value, span)
    };
    let arguments: Vec<Passed> = values.into_iter().map(named).collect();
    let expected = Value::nothing();
    let call = CallSite::at_span(span, &arguments, &expected);
    for atom in functions.atoms() {
        match atom {
            Atom::Function(function) => cx.pass(*function, None, &call),
            Atom::Method(function, of) => cx.pass(*function, Some((**of).clone()), &call),
            _ => {}
        }
    }
}

/// A handler gets the row that is saved.
fn tell(cx: &mut Evaluator<'_>, functions: &Value, model: ModelId) {
    let row: Value = Atom::Mapped(model).into();
    let class = cx.models.class(model).map(Atom::Class);
    let class = Value::any_of(class);
    pass(cx, functions, vec![("sender", class), ("instance", row)]);
}

/// Whether something is connected to one of some signals of a model.
pub(super) fn are_heard(cx: &mut Evaluator<'_>, model: ModelId, signals: &[&str]) -> bool {
    signals.iter().any(|signal| {
        let own = cx.read(key(signal, &model.0.to_string()));
        !own.is_nothing() || !cx.read(key(signal, "*")).is_nothing()
    })
}

/// Runs what is connected to signals of a model.
pub(crate) fn send(cx: &mut Evaluator<'_>, model: ModelId, signals: &[&str], span: Span) {
    for signal in signals {
        let own = cx.read(key(signal, &model.0.to_string()));
        let all = cx.read(key(signal, "*"));
        let functions: Vec<FunctionRef> = own
            .or(&all)
            .atoms()
            .iter()
            .filter_map(|atom| match atom {
                Atom::Function(function) | Atom::Method(function, _) => Some(*function),
                _ => None,
            })
            .collect();
        for function in functions {
            cx.runs(Target::Function(function), span, Certainty::Exact);
        }
    }
}
