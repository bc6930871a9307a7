//! Forms: the fields that they declare, what code sets on these, and what they take in.
//! <https://docs.djangoproject.com/en/stable/ref/forms/>

use super::carriers::{model, own_bases};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::django;
use crate::value::{Atom, Dictionary, ModelId, Object, Value};
use impact_bind::{ClassRef, Place};
use impact_facts::{Access, Certainty, ExpressionKind, Span};

/// Making a field of a form: each keeps what code sets on it (`form.fields["owner"].choices = …`).
pub(super) fn function(cx: &Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if !name.starts_with("django.forms.") || !name.ends_with("Field") {
        return None;
    }
    let made = Object::new(super::WEB, "form field", None)
        .with_word(&format!("id:{}:{}", cx.file.0, call.span.start))
        .with_value(
            "choices",
            call.named("choices")
                .map(|a| a.value.clone())
                .unwrap_or_default(),
        )
        .with_value("queryset", call.value(0, "queryset"));
    Some(made.into())
}

/// A field of a class of the service that offers rows: what it calls them by gets each of them.
pub(super) fn offered(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) {
    const OFFERING: &[&str] = &[
        "django.forms.ModelChoiceField",
        "django.forms.ModelMultipleChoiceField",
        "django.forms.models.ModelChoiceField",
        "django.forms.models.ModelMultipleChoiceField",
    ];
    if !cx.inherits(class, OFFERING) {
        return;
    }
    if let Some(function) = super::hooks::method_of(cx, class, "label_from_instance") {
        let all = call.value(0, "queryset");
        let row = cx.iterate(&all, call.span);
        cx.cells.join(Key::Parameter(function, 1), &row);
        let target = crate::Target::Function(function);
        cx.runs(target, call.span, Certainty::Likely);
    }
}

/// What a member of a form's field is: `form.owner.field` is the field that `form.owner` shows.
pub(super) fn of_field(
    cx: &mut Evaluator<'_>,
    field: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    match member.name {
        "field" => Some(field.clone().into()),
        "choices" | "queryset" if member.access == Access::Read => {
            let key = crate::attribute::outside_key(&Atom::Object(field.clone().into()))?;
            let set = cx.read(Key::Outside(key, member.name.into()));
            let own = field.values.get(member.name).cloned().unwrap_or_default();
            Some(set.or(&own))
        }
        _ => None,
    }
}

/// `form.fields`: the fields that the class and its bases declare.
pub(super) fn declared(cx: &mut Evaluator<'_>, class: ClassRef) -> Value {
    let model = model(cx, class);
    let mut made = Dictionary {
        keys: keys(model),
        rest: Value::outside("django.forms.Field"),
        ..Dictionary::default()
    };
    for base in own_bases(cx, class) {
        let module = cx.program.module(base.file);
        for statement in &module.class(base.class).body.statements {
            if let impact_facts::Statement::Bind(bind) = statement
                && let Some(name) = module.dotted(bind.target)
            {
                let value = cx.silent_attribute(&Atom::Class(base).into(), &name);
                made.known.insert(name.into(), value);
            }
        }
    }
    Value::dictionary(made)
}

/// `form.email` shows a field of the form's row: it names the form's field, and means the row's.
pub(super) fn shown(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = model(cx, class)?;
    shown_of(cx, model, member.name, member.span)
}

/// The same for a form that only its model describes.
pub(super) fn shown_of(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    span: Span,
) -> Option<Value> {
    if span == Span::default() || !cx.is(impact_facts::Language::Template) {
        return None;
    }
    let field = cx.models.field(model, name)?;
    let manner = crate::Manner::implied(Access::Read).at_most(Certainty::Likely);
    cx.touch_field(model, field, span, manner);
    Some(Value::outside("django.forms.BoundField"))
}

/// The keys of what a form or serializer takes in: names of the fields of its rows.
pub(super) fn keys(model: Option<ModelId>) -> Value {
    match model {
        Some(_) => Object::new(super::WEB, FIELD_NAMES, model).into(),
        None => Value::outside("builtins.str"),
    }
}

const FIELD_NAMES: &str = "field names";

/// `form.cleaned_data["email"]` names the form's field, and means the row's.
pub(super) fn key(cx: &mut Evaluator<'_>, keys: &Object, key: &Value, span: Span) -> Option<Value> {
    let model = keys.model.filter(|_| keys.kind == FIELD_NAMES)?;
    for text in key.texts().filter(|text| text.holes.is_empty()) {
        let home = text.locate(Span::new(0, text.text.len() as u32));
        let at = home.filter(|(file, at)| *file == cx.file && span.contains(*at));
        let touching = django::Touching {
            model,
            path: &text.text,
            span: at.map_or(span, |(_, span)| span),
            access: Access::Read,
        };
        django::imply_path(cx, touching);
    }
    None
}

/// Fields of a form whose values are rows.
const CHOICES: &[(&str, bool)] = &[
    ("ModelChoiceField", false),
    ("ModelMultipleChoiceField", true),
    ("PrimaryKeyRelatedField", false),
    ("SlugRelatedField", false),
    ("HyperlinkedRelatedField", false),
];

/// `owner = ModelChoiceField(queryset=User.objects.all())`.
pub(super) fn chosen(cx: &mut Evaluator<'_>, class: ClassRef, made: &mut Dictionary) {
    let module = cx.program.module(class.file);
    for statement in &module.class(class.class).body.statements {
        let impact_facts::Statement::Bind(bind) = statement else {
            continue;
        };
        let Some(ExpressionKind::Call(call)) = bind.value.map(|id| &module.expression(id).kind)
        else {
            continue;
        };
        let callee = module.dotted(call.callee).unwrap_or_default();
        let last = callee.rsplit('.').next().unwrap_or_default();
        let Some((_, many)) = CHOICES.iter().find(|(name, _)| *name == last) else {
            continue;
        };
        let mut arguments = call.arguments.iter();
        let queryset = arguments.find(|argument| match argument.name {
            Some((name, _)) => module.name(name) == "queryset",
            None => true,
        });
        let (Some(queryset), Some(name)) = (queryset, module.dotted(bind.target)) else {
            continue;
        };
        let kept = std::mem::take(&mut cx.current);
        let (file, place) = (cx.file, cx.place);
        (cx.file, cx.place) = (class.file, Place::Class(class.class));
        let all = cx.evaluate(queryset.value);
        let span = module.expression(queryset.value).span;
        let value = if *many { all } else { cx.iterate(&all, span) };
        (cx.file, cx.place) = (file, place);
        cx.current = kept;
        made.known.insert(name.into(), value);
    }
}

/// A form shows the rows that a relation may point at to choose from, and looks the chosen ones up; rows of the table in
/// between are what is chosen now, and are written when the form is saved.
pub(super) fn choices(cx: &mut Evaluator<'_>, class: ClassRef, model: ModelId, saved: bool) {
    let Some(meta) = super::lists::meta_of(cx, class) else {
        return;
    };
    let span = cx.program.module(meta.file).class(meta.class).name_span;
    let itself: Value = Atom::Class(meta).into();
    let mut listed = |name: &str| {
        let said = cx.class_member(meta, name).is_some();
        let value = cx.silent_attribute(&itself, name);
        let names = super::lists::all_texts(&value).into_iter();
        said.then(|| names.map(|text| text.text).collect::<Vec<_>>())
    };
    let (fields, exclude) = (listed("fields"), listed("exclude"));
    let shown_only = listed("read_only_fields");
    let holds = |name: &str| {
        let is = |all: &[String]| all.iter().any(|one| one == name || one == "__all__");
        let left_out = |all: &Option<Vec<String>>| all.as_deref().is_some_and(is);
        fields.as_deref().is_none_or(is) && !left_out(&exclude) && !left_out(&shown_only)
    };
    let described = cx.models.get(model);
    let relations = described.into_iter().flat_map(|one| &one.relations);
    for relation in relations.filter(|one| !one.reverse && holds(&one.name)) {
        if let Some(target) = cx.models.target(relation) {
            django::touch_whole(cx, target, span, Access::Read);
        }
        if relation.through.is_some() {
            django::touch_between(cx, model, relation, span, Access::Read);
            if saved {
                django::touch_between(cx, model, relation, span, Access::Write);
            }
        }
    }
}
