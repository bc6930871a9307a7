//! Managers: on a class, of a class, and as a class of the program.

use super::{DJANGO, is_django};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{Binding, ClassRef, Place};
use impact_facts::{Call, ExpressionId, ExpressionKind, FileId};

const MANAGERS: &[&str] = &[
    "django.db.models.Manager",
    "django.db.models.manager.Manager",
    "django.db.models.manager.BaseManager",
    "django.contrib.auth.models.BaseUserManager",
    "django.contrib.auth.models.UserManager",
    "django.contrib.auth.base_user.BaseUserManager",
];

const QUERYSETS: &[&str] = &[
    "django.db.models.QuerySet",
    "django.db.models.query.QuerySet",
];

/// What an instance of a manager's or queryset's class is.
pub(super) fn instance(cx: &Evaluator<'_>, class: ClassRef) -> Option<Value> {
    let kind = if cx.inherits(class, MANAGERS) || built_from(cx, class) {
        "manager"
    } else if cx.inherits(class, QUERYSETS) {
        "queryset"
    } else {
        of_package(cx, class)?
    };
    let mut object = Object::new(DJANGO, kind, None);
    object.class = Some(class);
    Some(object.into())
}

/// A class that extends a manager or queryset of a package: `parler.managers.TranslatableQuerySet`, as such are named.
fn of_package(cx: &Evaluator<'_>, class: ClassRef) -> Option<&'static str> {
    cx.program.ancestors(class).iter().find_map(|base| {
        let name = base.external()?;
        if name.ends_with("QuerySet") {
            return Some("queryset");
        }
        (name.ends_with("Manager") && name.contains(".managers.")).then_some("manager")
    })
}

/// `class UserManager(BaseManager.from_queryset(UserQuerySet))`.
fn built_from(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    made_from(cx, class).is_some()
}

/// The call of `from_queryset` among the bases of a class or of what it inherits from, with where it stands.
fn made_from<'p>(cx: &Evaluator<'p>, class: ClassRef) -> Option<(FileId, Place, &'p Call)> {
    cx.program
        .ancestors(class)
        .iter()
        .find_map(|base| match base {
            Binding::Value(value, _) => {
                let call = from_queryset(cx, value.file, value.expression)?;
                Some((value.file, value.place, call))
            }
            Binding::Class(base) => {
                let bases = &cx.program.module(base.file).class(base.class).bases;
                let mut calls = bases
                    .iter()
                    .filter_map(|one| from_queryset(cx, base.file, one.value));
                Some((base.file, Place::Module, calls.next()?))
            }
            _ => None,
        })
}

fn from_queryset<'p>(cx: &Evaluator<'p>, file: FileId, id: ExpressionId) -> Option<&'p Call> {
    let module = cx.program.module(file);
    match &module.expression(id).kind {
        ExpressionKind::Call(call) => {
            let callee = module.dotted(call.callee)?;
            callee.ends_with("from_queryset").then_some(call)
        }
        _ => None,
    }
}

/// `CheckManager()`.
pub(super) fn construct(
    cx: &Evaluator<'_>,
    class: ClassRef,
    _call: &CallSite<'_>,
) -> Option<Value> {
    instance(cx, class)
}

/// What a member of a class is: `Model.objects` and its kin.
pub(super) fn of_class(cx: &mut Evaluator<'_>, class: ClassRef, name: &str) -> Option<Value> {
    let model = cx.models.of_class(class)?;
    if !is_django(cx, model) {
        return None;
    }
    let relation = cx.models.relation(model, name);
    if relation.is_some_and(|relation| relation.through.is_some()) {
        let class = Atom::Class(class);
        return Some(Atom::Member(class.into(), name.into()).into());
    }
    let copies = super::companion::copies(cx, model, name);
    let copies = copies.map(|copies| Object::new(DJANGO, "manager", Some(copies)).into());
    copies.or_else(|| of_model(cx, model, name))
}

/// `Bookmark.tags.through`: the model of the table in between.
pub(super) fn through(cx: &Evaluator<'_>, of: &Atom, relation: &str) -> Option<Value> {
    let Atom::Class(class) = of else {
        return None;
    };
    let model = cx.models.of_class(*class)?;
    let (table, _) = cx.models.relation(model, relation)?.through.as_ref()?;
    let mut all = cx.models.iter();
    let (id, found) = all.find(|(_, one)| one.table.as_ref() == Some(table) && !one.is_abstract)?;
    let class = cx.models.class(id).map(Atom::Class);
    Some(class.map_or_else(|| Value::external(&found.name), Value::from))
}

/// The manager of that name of a model.
pub(super) fn of_model(cx: &Evaluator<'_>, model: ModelId, name: &str) -> Option<Value> {
    let _ = cx;
    matches!(name, "objects" | "_default_manager" | "_base_manager")
        .then(|| Object::new(DJANGO, "manager", Some(model)).into())
}

/// Calling a manager's class: Django's own, or one made by `from_queryset`.
pub(super) fn made(callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
    match callee {
        Atom::External(name) if name.ends_with(".from_queryset") => {
            let class = Object::new(DJANGO, "manager class", None);
            Some(
                class
                    .with_value("queryset", call.value(0, "queryset_class"))
                    .into(),
            )
        }
        Atom::External(name) if MANAGERS.contains(&&**name) => {
            Some(Object::new(DJANGO, "manager", None).into())
        }
        Atom::Object(object) if object.door == DJANGO && object.kind == "manager class" => {
            let mut made = (**object).clone();
            made.kind = "manager";
            Some(made.into())
        }
        _ => None,
    }
}

/// Methods of a class that no code of the tree defines.
pub(super) fn class_method(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match name {
        "as_manager" => {
            let mut object = Object::new(DJANGO, "manager", None);
            object.class = Some(class);
            instance(cx, class).map(|_| object.into())
        }
        "from_queryset" => {
            instance(cx, class)?;
            let queryset = call.at(0)?.value.clone();
            let mut object =
                Object::new(DJANGO, "manager class", None).with_value("queryset", queryset);
            object.class = Some(class);
            Some(object.into())
        }
        _ => None,
    }
}

/// Methods of Django's own classes.
pub(super) fn external_method(
    cx: &mut Evaluator<'_>,
    class: &str,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if let Some(model) = cx.models.named(class) {
        let manager = of_model(cx, model, name)?;
        return Some(manager);
    }
    if name == "from_queryset" {
        let queryset = call.at(0)?.value.clone();
        let object = Object::new(DJANGO, "manager class", None).with_value("queryset", queryset);
        return Some(object.into());
    }
    None
}

/// What a manager or queryset that code of the tree describes gets as its class: the row's own, where it stands.
pub(super) fn bound_to(object: &Object, model: ModelId) -> Object {
    let mut bound = object.clone();
    bound.model = Some(model);
    bound
}

/// The classes that describe the querysets of a manager: its own, and those that it was made from.
pub(super) fn described_by(cx: &Evaluator<'_>, object: &Object) -> Vec<ClassRef> {
    let mut found: Vec<ClassRef> = object.class.into_iter().collect();
    found.extend(object.class.and_then(|class| queryset_of(cx, class)));
    let given = object.values.get("queryset").cloned().unwrap_or_default();
    found.extend(given.atoms().iter().filter_map(|atom| match atom {
        Atom::Class(class) => Some(*class),
        _ => None,
    }));
    found
}

/// The queryset's class in `class UserManager(BaseManager.from_queryset(UserQuerySet))`.
fn queryset_of(cx: &Evaluator<'_>, class: ClassRef) -> Option<ClassRef> {
    let (file, place, call) = made_from(cx, class)?;
    let first = call.arguments.first()?.value;
    match cx.program.resolve_expression(file, place, first) {
        Binding::Class(class) => Some(class),
        _ => None,
    }
}
