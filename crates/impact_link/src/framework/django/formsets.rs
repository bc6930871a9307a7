//! Forms and sets of forms that functions make: `modelform_factory`, `inlineformset_factory` and their kin.
//! <https://docs.djangoproject.com/en/stable/ref/forms/models/>, <https://docs.djangoproject.com/en/stable/topics/forms/formsets/>

use super::{WEB, carriers, forms, lists};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Definition, FunctionRef};
use impact_facts::{Access, Certainty, Span};

/// A form's class that a function made.
const FORM_CLASS: &str = "form class";
/// A form of such a class.
const FORM: &str = "form";
/// The class of a set of forms that a function made.
const SET_CLASS: &str = "formset class";
/// A set of forms.
const SET: &str = "formset";

/// Where a function that makes forms takes its parts.
struct Factory {
    name: &'static str,
    /// The place of the model, if it takes one.
    model: Option<usize>,
    /// The place of the form's class.
    form: usize,
    /// The place of the class of the set; none makes a form.
    set: Option<usize>,
}

const FACTORIES: &[Factory] = &[
    Factory {
        name: "modelform_factory",
        model: Some(0),
        form: 1,
        set: None,
    },
    Factory {
        name: "formset_factory",
        model: None,
        form: 0,
        set: Some(1),
    },
    Factory {
        name: "modelformset_factory",
        model: Some(0),
        form: 1,
        set: Some(7),
    },
    Factory {
        name: "inlineformset_factory",
        model: Some(1),
        form: 2,
        set: Some(3),
    },
    Factory {
        name: "generic_inlineformset_factory",
        model: Some(0),
        form: 1,
        set: Some(2),
    },
];

/// `modelform_factory(User, fields=["email"])` names what the form writes.
pub(super) fn factory(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let known =
        name.starts_with("django.forms.") || name.starts_with("django.contrib.contenttypes.forms.");
    let last = name.rsplit('.').next().filter(|_| known)?;
    let factory = FACTORIES.iter().find(|one| one.name == last)?;
    let place = factory.model.unwrap_or(usize::MAX);
    let rows = cx.instances(&call.value(place, "model"));
    let models = django::models_of(&rows);
    for model in &models {
        name_fields(cx, *model, call);
    }
    let form = form_class(cx, &models, &call.value(factory.form, "form"));
    match factory.set {
        Some(place) => Some(set_class(cx, &models, form, &call.value(place, "formset"))),
        None => Some(form),
    }
}

fn name_fields(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    let Some(fields) = call.named("fields") else {
        return;
    };
    if fields.value.texts().any(|text| text.text == "__all__") {
        django::touch_whole(cx, model, fields.span, Access::Write);
    }
    for text in lists::all_texts(&fields.value) {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let at = home.filter(|(file, _)| *file == cx.file);
        let touching = django::Touching {
            model,
            path: &text.text,
            span: at.map_or(fields.span, |(_, span)| span),
            access: Access::Write,
        };
        django::touch_path(cx, touching);
    }
}

/// The class that is given, where it names its model itself; else one of the model.
fn form_class(cx: &mut Evaluator<'_>, models: &[ModelId], given: &Value) -> Value {
    let own = class_in(given);
    if let Some(class) = own
        && (models.is_empty() || carriers::model(cx, class).is_some())
    {
        return Atom::Class(class).into();
    }
    let made = models.iter().map(|model| {
        let mut made = Object::new(WEB, FORM_CLASS, Some(*model));
        made.class = own;
        Atom::Object(made.into())
    });
    Value::any_of(made)
}

/// A form's class for rows of a model, where no code says more.
pub(super) fn form_of(model: ModelId) -> Value {
    Object::new(WEB, FORM, Some(model)).into()
}

fn set_class(cx: &mut Evaluator<'_>, models: &[ModelId], form: Value, given: &Value) -> Value {
    let mut made = Object::new(WEB, SET_CLASS, models.first().copied()).with_value("form", form);
    made.class = class_in(given);
    if let Some(class) = made.class {
        let forms = forms_in(cx, &made, Span::default());
        let key = Key::Attribute(class, "forms".into());
        cx.cells.join(key, &Value::list(forms));
    }
    made.into()
}

fn class_in(value: &Value) -> Option<ClassRef> {
    value.atoms().iter().find_map(|atom| match atom {
        Atom::Class(class) => Some(*class),
        _ => None,
    })
}

/// One form of a set.
fn forms_in(cx: &mut Evaluator<'_>, set: &Object, span: Span) -> Value {
    let classes = set.values.get("form").cloned().unwrap_or_default();
    let expected = Value::nothing();
    let bare = CallSite::at_span(span, &[], &expected);
    let kept = std::mem::take(&mut cx.current);
    let forms = cx.call(&classes, &bare);
    cx.current = kept;
    forms
}

/// Calling a class that a function made.
pub(super) fn construct(
    cx: &mut Evaluator<'_>,
    class: &Object,
    call: &CallSite<'_>,
) -> Option<Value> {
    match class.kind {
        FORM_CLASS => {
            let form = Object {
                kind: FORM,
                ..class.clone()
            };
            Some(form.into())
        }
        SET_CLASS => {
            let parent = call.value(2, "instance");
            let rows = call.named("queryset").map(|one| one.value.clone());
            let set = Object {
                kind: SET,
                ..class.clone()
            };
            if let Some(model) = class.model {
                match &rows {
                    Some(rows) => drop(cx.iterate(rows, call.span)),
                    None => django::touch_whole(cx, model, call.span, Access::Read),
                }
            }
            let set = set
                .with_value("instance", parent)
                .with_value("queryset", rows.unwrap_or_default());
            Some(set.into())
        }
        _ => None,
    }
}

/// What a member of a form or a set that a function made is.
pub(super) fn attribute(
    cx: &mut Evaluator<'_>,
    of: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    if member.access == Access::Write {
        return None;
    }
    match of.kind {
        FORM => of_form(cx, of, member),
        SET => of_set(cx, of, member),
        _ => None,
    }
}

fn of_form(cx: &mut Evaluator<'_>, form: &Object, member: &MemberSite<'_>) -> Option<Value> {
    let model = form.model?;
    match member.name {
        "instance" => Some(Atom::Mapped(model).into()),
        "cleaned_data" | "initial" | "fields" => Some(carriers::taken_of(cx, Some(model), &[])),
        name => forms::shown_of(cx, model, name, member.span),
    }
}

fn of_set(cx: &mut Evaluator<'_>, set: &Object, member: &MemberSite<'_>) -> Option<Value> {
    let row: Value = set.model.map(Atom::Mapped).map(Value::from)?;
    match member.name {
        "forms" | "initial_forms" | "extra_forms" | "deleted_forms" => {
            Some(Value::list(forms_in(cx, set, member.span)))
        }
        "empty_form" => Some(forms_in(cx, set, member.span)),
        "new_objects" | "changed_objects" | "deleted_objects" => Some(Value::list(row)),
        "cleaned_data" => Some(Value::list(carriers::taken_of(cx, set.model, &[]))),
        "instance" | "queryset" => set.values.get(member.name).cloned(),
        _ => None,
    }
}

/// Methods of forms and sets that functions made.
pub(super) fn method(
    cx: &mut Evaluator<'_>,
    of: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if !matches!(of.kind, FORM | SET) {
        return None;
    }
    match name {
        "save" => {
            validated(cx, of, call);
            let model = of.model?;
            if !carriers::is_held_back(cx, call) {
                django::save_row(cx, model, call.span);
            }
            let row: Value = Atom::Mapped(model).into();
            Some(if of.kind == SET {
                Value::list(row)
            } else {
                row
            })
        }
        "is_valid" | "full_clean" => {
            validated(cx, of, call);
            Some(Value::outside("builtins.bool"))
        }
        "get_queryset" => of.values.get("queryset").cloned(),
        _ => None,
    }
}

/// The classes that describe a form or the forms of a set take values in.
fn validated(cx: &mut Evaluator<'_>, of: &Object, call: &CallSite<'_>) {
    let form = of.values.get("form").cloned().unwrap_or_default();
    let described = match of.kind {
        FORM => of.class,
        _ => class_in(&form),
    };
    if let Some(class) = described {
        let target = Target::Class(class, Part::Save);
        cx.runs(target, call.span, Certainty::Exact);
    }
    if let Some(class) = of.class.filter(|_| of.kind == SET)
        && let Some((owner, [.., Definition::Function(function)])) = cx.class_member(class, "clean")
    {
        let function = FunctionRef {
            file: owner.file,
            function: *function,
        };
        cx.runs(Target::Function(function), call.span, Certainty::Exact);
    }
}

const SETS: &[&str] = &[
    "django.forms.BaseFormSet",
    "django.forms.BaseModelFormSet",
    "django.forms.BaseInlineFormSet",
    "django.forms.formsets.BaseFormSet",
    "django.forms.models.BaseModelFormSet",
    "django.forms.models.BaseInlineFormSet",
    "django.contrib.contenttypes.forms.BaseGenericInlineFormSet",
];

/// Running through a set of forms.
pub(super) fn iterate(cx: &mut Evaluator<'_>, of: &Atom, span: Span) -> Option<Value> {
    match of {
        Atom::Object(set) if set.kind == SET => Some(forms_in(cx, set, span)),
        Atom::Instance(class) if cx.inherits(*class, SETS) => {
            let forms = cx.read(Key::Attribute(*class, "forms".into()));
            Some(cx.iterate(&forms, span))
        }
        _ => None,
    }
}
