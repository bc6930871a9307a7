//! Classes that a view of Django REST framework is put together from: who asks, who may ask, which rows, which page.
//!
//! Facts are those of `rest_framework/views.py`, `settings.py`, `authentication.py` and `permissions.py` (3.14 to 3.16).

use super::{guards, hooks, request, settings, views};
use crate::cells::Key;
use crate::effect::Target;
use crate::evaluator::Evaluator;
use crate::orm::django;
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, ClassRef};
use impact_facts::{Access, Certainty, Span};

/// What a method gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    Request,
    View,
    Row,
    Rows,
}

use Gets::{Request, Row, Rows, View};

/// Where a view says which classes it takes, and which of their methods run.
struct Plug {
    attribute: &'static str,
    getter: &'static str,
    setting: &'static str,
    methods: &'static [(&'static str, &'static [Gets])],
}

const PLUGS: &[Plug] = &[
    Plug {
        attribute: "permission_classes",
        getter: "get_permissions",
        setting: "DEFAULT_PERMISSION_CLASSES",
        methods: &[
            ("has_permission", &[Request, View]),
            ("has_object_permission", &[Request, View, Row]),
        ],
    },
    Plug {
        attribute: "authentication_classes",
        getter: "get_authenticators",
        setting: "DEFAULT_AUTHENTICATION_CLASSES",
        methods: &[
            ("authenticate", &[Request]),
            ("authenticate_credentials", &[]),
        ],
    },
    Plug {
        attribute: "throttle_classes",
        getter: "get_throttles",
        setting: "DEFAULT_THROTTLE_CLASSES",
        methods: &[("allow_request", &[Request, View])],
    },
    Plug {
        attribute: "filter_backends",
        getter: "",
        setting: "DEFAULT_FILTER_BACKENDS",
        methods: &[("filter_queryset", &[Request, Rows, View])],
    },
    Plug {
        attribute: "pagination_class",
        getter: "",
        setting: "DEFAULT_PAGINATION_CLASS",
        methods: &[
            ("paginate_queryset", &[Rows, Request]),
            ("get_paginated_response", &[]),
        ],
    },
];

/// Runs what a view of REST framework is put together from. It asks who asks, whatever it answers.
pub(super) fn of_view(cx: &mut Evaluator<'_>, class: ClassRef) {
    if !is_view(cx, class) {
        return;
    }
    let span = cx.program.module(class.file).class(class.class).name_span;
    request::user(cx, span);
    let row = hooks::row(cx, class);
    let rows = hooks::quietly(cx, |cx| views::queryset(cx, class, Span::default()));
    for plug in PLUGS {
        let classes = taken(cx, class, plug, span);
        for atom in classes.atoms() {
            run(cx, plug, atom, span, &|gets| match gets {
                Request => request::request(),
                View => Atom::Instance(class).into(),
                Row => row.clone(),
                Rows => rows.clone(),
            });
        }
    }
}

fn is_view(cx: &Evaluator<'_>, class: ClassRef) -> bool {
    const MODULES: &[&str] = &[
        "rest_framework.views.",
        "rest_framework.generics.",
        "rest_framework.viewsets.",
    ];
    cx.program.ancestors(class).iter().any(|base| {
        base.external()
            .is_some_and(|name| MODULES.iter().any(|module| name.starts_with(module)))
    })
}

/// The same for a function view: what its decorators name, else what the settings do.
pub(super) fn of_function(cx: &mut Evaluator<'_>, attribute: &str, classes: &Value, span: Span) {
    for plug in PLUGS {
        let classes = match attribute {
            "" => default(cx, plug),
            named if named == plug.attribute => elements(cx, classes),
            _ => continue,
        };
        for atom in classes.atoms() {
            run(cx, plug, atom, span, &|gets| match gets {
                Request => request::request(),
                _ => Value::nothing(),
            });
        }
    }
}

fn taken(cx: &mut Evaluator<'_>, class: ClassRef, plug: &Plug, span: Span) -> Value {
    let itself = Atom::Instance(class);
    let mut all = Value::nothing();
    if views::says(cx, class, plug.attribute) {
        let said = cx.silent_attribute(&itself.clone().into(), plug.attribute);
        all = elements(cx, &said);
    }
    if !plug.getter.is_empty() && cx.class_member(class, plug.getter).is_some() {
        let made = cx.call_method(&itself, plug.getter, span);
        all = all.or(&elements(cx, &made));
    }
    if all.is_nothing() {
        all = default(cx, plug);
    }
    all
}

/// The classes in a list, or the one that stands there alone.
fn elements(cx: &mut Evaluator<'_>, of: &Value) -> Value {
    let alone = of.filter(|atom| !matches!(atom, Atom::List(_) | Atom::Tuple(_)));
    let listed = of.filter(|atom| matches!(atom, Atom::List(_) | Atom::Tuple(_)));
    let inside = cx.iterate(&listed, Span::default());
    alone.or(&inside)
}

/// `REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"]` and its kin.
fn default(cx: &mut Evaluator<'_>, plug: &Plug) -> Value {
    let said = settings::setting(cx, "REST_FRAMEWORK");
    let named = said.atoms().iter().filter_map(|atom| match atom {
        Atom::Dictionary(of) => of.known.get(plug.setting).map(settings::texts),
        _ => None,
    });
    let classes = named.flatten().map(|name| cx.program.lookup(&name));
    Value::any_of(classes.filter_map(|binding| match binding {
        Binding::Class(class) => Some(Atom::Class(class)),
        Binding::External(name) => Some(Atom::External(name.as_ref().into())),
        _ => None,
    }))
}

fn run(
    cx: &mut Evaluator<'_>,
    plug: &Plug,
    of: &Atom,
    span: Span,
    value_of: &dyn Fn(Gets) -> Value,
) {
    let class = match of {
        Atom::Class(class) | Atom::Instance(class) => *class,
        Atom::External(name) | Atom::Outside(name) => {
            outside(cx, name, None, span);
            return;
        }
        _ => return,
    };
    for base in cx.program.ancestors(class).iter() {
        if let Binding::External(name) = base {
            outside(cx, name, Some(class), span);
        }
    }
    for (name, gets) in plug.methods {
        let Some(function) = hooks::method_of(cx, class, name) else {
            continue;
        };
        let receiver: Value = Atom::Instance(class).into();
        cx.cells.join(Key::Parameter(function, 0), &receiver);
        for (place, gets) in (1..).zip(*gets) {
            cx.cells
                .join(Key::Parameter(function, place), &value_of(*gets));
        }
        cx.runs(Target::Function(function), span, Certainty::Exact);
    }
}

/// What classes of the framework itself do, for a class of the service that extends them.
fn outside(cx: &mut Evaluator<'_>, name: &str, class: Option<ClassRef>, span: Span) {
    match name.rsplit('.').next().unwrap_or_default() {
        "TokenAuthentication" => {
            for token in tokens(cx, class) {
                django::touch_whole(cx, token, span, Access::Read);
            }
        }
        "DjangoModelPermissions"
        | "DjangoModelPermissionsOrAnonReadOnly"
        | "DjangoObjectPermissions" => guards::permissions(cx, span),
        _ => {}
    }
}

/// The models of the tokens that a class looks up: its own `model`, else that of the framework.
fn tokens(cx: &mut Evaluator<'_>, class: Option<ClassRef>) -> Vec<ModelId> {
    let said = class.filter(|class| views::says(cx, *class, "model"));
    match said {
        Some(class) => {
            let model = cx.silent_attribute(&Atom::Class(class).into(), "model");
            let rows = cx.instances(&model);
            django::models_of(&rows)
        }
        None => {
            let token = cx.models.named("rest_framework.authtoken.models.Token");
            token.into_iter().collect()
        }
    }
}
