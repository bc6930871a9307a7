//! SQLAlchemy: sessions, queries in both styles, Core statements, mapped classes and their rows; Flask-SQLAlchemy's hub
//! and SQLModel ride on the same values.
//!
//! Facts about SQLAlchemy are those of 1.4 and 2.0 (ORM Querying Guide, Session API, Core expression reference); about
//! Flask-SQLAlchemy, of 3.1.

mod any;
mod class;
mod constraint;
mod entity;
mod event;
mod fragment;
mod function;
mod instance;
mod loading;
mod made_of;
mod mapper;
mod migration;
mod overridden;
mod query;
mod result;
mod session;
mod spelled;
mod table;
mod validated;
mod versions;
mod write;

use crate::door::{CallSite, Consumption, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::orm::fragments::FRAGMENT;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Span};

/// The name of the door.
pub(crate) const SQLALCHEMY: &str = "python/sqlalchemy";

pub(crate) use constraint::named_in_body;
pub(crate) use mapper::by_each_name;
pub(crate) use versions::name_versions;

/// Packages whose names this door knows.
const PACKAGES: &[&str] = &[
    "sqlalchemy",
    "flask_sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy_lite",
];

/// SQLAlchemy.
#[derive(Debug)]
pub(crate) struct SqlAlchemy;

impl Door for SqlAlchemy {
    fn name(&self) -> &'static str {
        SQLALCHEMY
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::Mapped(model) if is_ours(cx, *model) => instance::attribute(cx, *model, member),
            Atom::Class(class) => class::attribute(cx, *class, member),
            Atom::Object(object) if any::is_any(object) => any::attribute(cx, object, member),
            Atom::Object(object) if object.door == SQLALCHEMY => {
                object_attribute(cx, object, member)
            }
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(name) => match name.strip_prefix("alembic.op.") {
                Some(operation) => migration::operation(cx, operation, call),
                None if name.starts_with("sqlalchemy_continuum.") => versions::call(cx, name, call),
                None => function::call(cx, word(name)?, call),
            },
            Atom::Class(class) => {
                let model = cx
                    .models
                    .of_class(*class)
                    .filter(|model| is_ours(cx, *model))?;
                Some(instance::construct(cx, model, call))
            }
            Atom::Object(object) if object.door == SQLALCHEMY => match object.kind {
                "any_class" => Some(any::construct(cx, call)),
                "listener" => Some(event::decorate(cx, object, call)),
                "class" => Some(instance::construct(cx, object.model?, call)),
                "session" | "hub" | "column" | "expression" | FRAGMENT => {
                    Some(callee.clone().into())
                }
                _ => None,
            },
            Atom::Member(of, name) => match &**of {
                Atom::Class(_) | Atom::Mapped(_) => validated::call(cx, of, name, call),
                Atom::Object(object) if any::is_any(object) => any::call(cx, object, name, call),
                Atom::Object(object) if object.door == SQLALCHEMY => method(cx, object, name, call),
                registry if &**name == "values" && any::is_registry(registry) => {
                    Some(Value::list(any::class()))
                }
                other if session::may_be_one(other, name) => session::guessed(cx, name, call),
                _ => None,
            },
            _ => None,
        }
    }

    fn consume(
        &self,
        cx: &mut Evaluator<'_>,
        value: &Atom,
        how: Consumption,
        span: Span,
    ) -> Option<Value> {
        match value {
            Atom::Object(object) if object.door == SQLALCHEMY => {
                result::consume(cx, object, how, span)
            }
            registry if how == Consumption::Iterate && any::is_registry(registry) => {
                Some(any::class())
            }
            _ => None,
        }
    }

    fn item(&self, cx: &mut Evaluator<'_>, of: &Object, key: &Value, span: Span) -> Option<Value> {
        match of.kind {
            "tables" => Some(table::item(cx, "table", key, span)),
            "automap_classes" => Some(table::item(cx, "class", key, span)),
            "columns" => Some(entity::column_under(cx, of, key, span)),
            "each_name" => mapper::key(cx, of, key, span),
            _ => result::item(cx, of, key, span),
        }
    }

    fn annotation(&self, _cx: &mut Evaluator<'_>, name: &str, keys: &[Value]) -> Option<Value> {
        let word = word(name)?;
        if SESSIONS.contains(&word) {
            return Some(Object::new(SQLALCHEMY, "session", None).into());
        }
        // A statement of anything: what callers pass says more.
        let entity = keys.first()?;
        if matches!(word, "Query" | "Select") && (entity.is_nothing() || entity.is_unknown()) {
            return None;
        }
        let kind = match word {
            "Query" => "query",
            "Select" => "select",
            "Mapped" => return Some(entity.clone()),
            "ScalarResult" => "result",
            _ => return None,
        };
        Some(entity::of_rows(kind, entity).into())
    }

    fn instance(&self, cx: &Evaluator<'_>, class: ClassRef) -> Option<Value> {
        let is = |names: &[&str]| cx.inherits(class, names);
        if is(&[
            "flask_sqlalchemy.SQLAlchemy",
            "flask_sqlalchemy.extension.SQLAlchemy",
        ]) {
            return Some(Object::new(SQLALCHEMY, "hub", None).into());
        }
        let sessions = [
            "sqlalchemy.orm.Session",
            "sqlalchemy.ext.asyncio.AsyncSession",
        ];
        is(&sessions).then(|| Object::new(SQLALCHEMY, "session", None).into())
    }
}

/// Classes whose instances run statements.
const SESSIONS: &[&str] = &[
    "Session",
    "AsyncSession",
    "scoped_session",
    "async_scoped_session",
    "sessionmaker",
    "async_sessionmaker",
    "Connection",
    "AsyncConnection",
    "Engine",
    "AsyncEngine",
    "SessionBase",
    "SessionTransaction",
];

/// The last part of a qualified name of one of [`PACKAGES`].
fn word(name: &str) -> Option<&str> {
    let package = name.split('.').next().unwrap_or(name);
    PACKAGES
        .contains(&package)
        .then(|| name.rsplit('.').next().unwrap_or(name))
}

/// Whether SQLAlchemy maps a model.
fn is_ours(cx: &Evaluator<'_>, model: ModelId) -> bool {
    cx.models.is_of(model, SQLALCHEMY)
}

/// A member whose name is computed, of an object of this door.
pub(crate) fn open(cx: &mut Evaluator<'_>, object: &Object, span: Span, access: Access) {
    if any::is_any(object) {
        any::all(cx, span, access);
    }
}

fn object_attribute(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    match object.kind {
        "hub" => Some(session::hub_attribute(member.name)),
        "session" => session::attribute(member.name),
        "class" => class::member(cx, object.model?, member),
        "automap" => Some(match member.name {
            "classes" => made("automap_classes"),
            "metadata" => made("metadata"),
            _ => expression(),
        }),
        "state" => match member.name {
            "object" => object.values.get("row").cloned(),
            "class_" | "class" => Some(made("expression")),
            _ => Some(expression()),
        },
        "automap_classes" => Some(table::named(cx, "class", member.name, member.span)),
        "metadata" => (member.name == "tables").then(|| made("tables")),
        "column" | "expression" => class::expression_attribute(object, member.name),
        mapper::MAPPER => mapper::attribute(cx, object, member.name),
        "each_column" => Some(mapper::each_attribute(object, member.name)),
        "relationship" => class::relationship_attribute(cx, object, member),
        "columns" if mapper::METHODS.contains(&member.name) => None,
        "table" | "subquery" | "columns" => entity::column_of(cx, object, member),
        "row" => result::row_attribute(cx, object, member.name, member.span),
        "page" => (member.name == "items").then(|| Value::list(result::row(object))),
        "collection" | "query" | "select" | "result" => None,
        _ => None,
    }
}

fn method(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match object.kind {
        "hub" => session::hub_call(cx, object, name, call),
        "session" => session::call(cx, name, call),
        "query" | "select" | "collection" => query::call(cx, object, name, call),
        "result" => result::call(cx, object, name, call),
        "insert" | "update" | "delete" => write::call(cx, object, name, call),
        "relationship" => {
            class::related(cx, object, name, call);
            Some(class::expression_call(object, name, call))
        }
        "column" | "expression" | FRAGMENT => Some(class::expression_call(object, name, call)),
        "option" => Some(loading::chained(object, name, call).into()),
        "columns" => mapper::columns_call(object, name),
        "table" => match name {
            "select" | "insert" | "update" | "delete" => {
                function::statement(cx, name, Some(&object.clone().into()))
            }
            "alias" => Some(object.clone().into()),
            _ => Some(expression()),
        },
        "subquery" => Some(object.clone().into()),
        "tables" | "automap_classes" => table::method(cx, object, name, call),
        "row" => result::row_call(object, name),
        "page" => Some(Value::list(result::row(object))),
        _ => None,
    }
}

/// Something of a statement that touches nothing by itself.
fn expression() -> Value {
    Object::new(SQLALCHEMY, "expression", None).into()
}

/// An unknown value that a column may hold.
fn content(data_type: &str) -> Value {
    Value::outside(&format!("field {data_type}"))
}

/// The object of this door among a value's alternatives.
fn ours(value: &Value) -> Option<&Object> {
    value.atoms().iter().find_map(|atom| match atom {
        Atom::Object(object) if object.door == SQLALCHEMY => Some(&**object),
        _ => None,
    })
}

/// Objects without models of their own, as calls make them.
fn made(kind: &'static str) -> Value {
    Object::new(SQLALCHEMY, kind, None).into()
}

/// The mapped classes that a value is.
fn classes(cx: &Evaluator<'_>, value: &Value) -> Vec<ModelId> {
    let all = value.atoms().iter().filter_map(|atom| match atom {
        Atom::Class(class) => cx.models.of_class(*class),
        Atom::Mapped(model) => Some(*model),
        Atom::Object(object) if object.door == SQLALCHEMY => match object.kind {
            "table" | "class" | "columns" | "query" | "select" => object.model,
            _ => None,
        },
        _ => None,
    });
    all.filter(|model| is_ours(cx, *model)).collect()
}
