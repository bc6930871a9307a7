//! Data migrations: functions of `RunPython` get the models as they were.
//! <https://docs.djangoproject.com/en/stable/ref/migration-operations/#runpython>

use super::DJANGO;
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::value::{Atom, Object, Value};

/// The kind of the registry of models that a data migration gets.
pub(super) const APPS: &str = "apps of a migration";

/// `migrations.RunPython(code, reverse_code)` calls both with the registry; `django.apps.apps.get_model` finds a model
/// of today.
pub(super) fn function(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    match name {
        "django.db.migrations.RunPython" | "django.db.migrations.operations.RunPython" => {
            for argument in call.arguments {
                run(cx, argument);
            }
            Some(Value::outside(name))
        }
        "django.apps.apps.get_model" => {
            let (label, model) = named(call)?;
            let model = cx.models.named(&format!("{label}.{model}"))?;
            let class = cx.models.class(model).map(Atom::Class);
            let name = cx.models.get(model).map(|model| &*model.name);
            Some(class.map_or_else(|| Value::external(name.unwrap_or_default()), Value::from))
        }
        _ => None,
    }
}

fn run(cx: &mut Evaluator<'_>, argument: &Passed) {
    let arguments = [
        Passed::plain(Object::new(DJANGO, APPS, None).into(), argument.span),
        Passed::plain(
            Value::outside("django.db.backends.base.schema.BaseDatabaseSchemaEditor"),
            argument.span,
        ),
    ];
    let expected = Value::nothing();
    let call = CallSite::at_span(argument.span, &arguments, &expected);
    let code = argument
        .value
        .filter(|atom| matches!(atom, Atom::Function(_) | Atom::Method(..)));
    cx.call(&code, &call);
}

/// `apps.get_model("app", "User")` or `apps.get_model("app.User")`.
pub(super) fn get_model(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if name != "get_model" {
        return None;
    }
    let (label, model) = named(call)?;
    let name = format!("history.{label}.{}", model.to_lowercase());
    let known = cx.models.named(&name)?;
    let name = cx.models.get(known).map(|model| &*model.name)?;
    Some(Value::external(name))
}

/// The label and the name that a call says.
fn named(call: &CallSite<'_>) -> Option<(String, String)> {
    let text = |value: &Value| value.texts().next().map(|text| text.text.clone());
    let first = text(&call.value(0, "app_label"))?;
    match text(&call.value(1, "model_name")) {
        Some(second) => Some((first, second)),
        None => {
            let (label, model) = first.split_once('.')?;
            Some((label.to_owned(), model.to_owned()))
        }
    }
}
