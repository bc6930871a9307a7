//! What a name of SQLAlchemy's own does in a declaration, however it was imported.
//!
//! Names as of SQLAlchemy 1.4 and 2.0, Flask-SQLAlchemy 2 and 3 (`db.Column`), and SQLModel 0.0.x.

use impact_bind::{Binding, Place, Program, ValueRef};
use impact_facts::{ExpressionId, ExpressionKind, FileId};

/// What a callee or base class means in a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `Column`, `mapped_column`, SQLModel's `Field`.
    Column,
    /// `deferred`, `column_property`, `query_expression`: what they wrap is the column, or an expression over columns.
    Wrapper,
    /// `composite`: a value of several columns.
    Composite,
    /// `association_proxy`: a member of what a relation leads to.
    Proxy,
    /// `relationship`, SQLModel's `Relationship`.
    Relationship,
    /// `backref`.
    Backref,
    /// `Table`.
    Table,
    /// `ForeignKey`.
    ForeignKey,
    /// `synonym`: another name for a field.
    Synonym,
    /// `declared_attr` and `declared_attr.directive`.
    DeclaredAttribute,
    /// A class that declarative classes inherit from, or a call that makes one.
    Base,
    /// Flask-SQLAlchemy's `Model`: a base that names tables itself.
    FlaskModel,
    /// SQLModel's base: plain annotations are columns, if the class says `table=True`.
    SqlModel,
    /// `Mapped` and its kin in an annotation.
    Mapped,
}

/// The last part of a qualified name of one of [`PACKAGES`], and what it does.
const ROLES: &[(&str, Role)] = &[
    ("Column", Role::Column),
    ("mapped_column", Role::Column),
    ("Field", Role::Column),
    ("deferred", Role::Wrapper),
    ("column_property", Role::Wrapper),
    ("query_expression", Role::Wrapper),
    ("composite", Role::Composite),
    ("association_proxy", Role::Proxy),
    ("relationship", Role::Relationship),
    ("relation", Role::Relationship),
    ("dynamic_loader", Role::Relationship),
    ("Relationship", Role::Relationship),
    ("backref", Role::Backref),
    ("Table", Role::Table),
    ("ForeignKey", Role::ForeignKey),
    ("synonym", Role::Synonym),
    ("declared_attr", Role::DeclaredAttribute),
    ("directive", Role::DeclaredAttribute),
    ("cascading", Role::DeclaredAttribute),
    ("declarative_base", Role::Base),
    ("DeclarativeBase", Role::Base),
    ("DeclarativeBaseNoMeta", Role::Base),
    ("MappedAsDataclass", Role::Base),
    ("automap_base", Role::Base),
    ("generate_base", Role::Base),
    ("Model", Role::FlaskModel),
    ("SQLModel", Role::SqlModel),
    ("Mapped", Role::Mapped),
    ("DynamicMapped", Role::Mapped),
    ("WriteOnlyMapped", Role::Mapped),
];

/// Packages whose names mean what [`ROLES`] says.
const PACKAGES: &[&str] = &[
    "sqlalchemy",
    "flask_sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy_lite",
];

/// Classes whose instances carry SQLAlchemy's names as attributes: `db = SQLAlchemy()`, `db.Column`.
const HUBS: &[&str] = &["SQLAlchemy"];

/// Calls whose result is a base class however they are reached: `Base = orm.registry().generate_base()`.
const MAKERS: &[&str] = &["declarative_base", "automap_base", "generate_base"];

/// What an expression means in a declaration.
pub(super) fn role(
    program: &Program<'_>,
    file: FileId,
    place: Place,
    id: ExpressionId,
) -> Option<Role> {
    let found = program.resolve_expression(file, place, id);
    role_of_binding(program, &found, 0)
}

/// What a bound name means in a declaration.
pub(super) fn role_of_binding(
    program: &Program<'_>,
    binding: &Binding,
    depth: u32,
) -> Option<Role> {
    if depth > 8 {
        return None;
    }
    match binding {
        Binding::External(name) => role_of_external(name),
        Binding::Value(value, member) if member.is_empty() => role_of_value(program, *value, depth),
        Binding::Value(value, member) => {
            let hub = is_hub(program, *value, depth);
            hub.then(|| role_of_word(last(member))).flatten()
        }
        Binding::Class(class) => {
            // A subclass of `Column` or of Flask-SQLAlchemy's class does what its base does.
            let line = program.ancestors(*class);
            let outside = line
                .iter()
                .filter(|base| !matches!(base, Binding::Class(_)));
            outside
                .filter_map(|base| role_of_binding(program, base, depth + 1))
                .next()
        }
        _ => None,
    }
}

fn role_of_external(name: &str) -> Option<Role> {
    let package = name.split('.').next().unwrap_or(name);
    PACKAGES
        .contains(&package)
        .then(|| role_of_word(last(name)))
        .flatten()
}

fn role_of_word(word: &str) -> Option<Role> {
    ROLES
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, role)| *role)
}

fn last(name: &str) -> &str {
    name.rsplit(['.', ':']).next().unwrap_or(name)
}

/// What a variable's value means: a base that a call makes, a callee with arguments bound (`partial(Column, …)`).
fn role_of_value(program: &Program<'_>, value: ValueRef, depth: u32) -> Option<Role> {
    let module = program.module(value.file);
    match &module.expression(value.expression).kind {
        ExpressionKind::Call(call) => {
            let callee = program.resolve_expression(value.file, value.place, call.callee);
            let word = module.dotted(call.callee).unwrap_or_default();
            if callee.external() == Some("functools.partial") {
                let first = call.arguments.first()?;
                let bound = program.resolve_expression(value.file, value.place, first.value);
                return role_of_binding(program, &bound, depth + 1);
            }
            if MAKERS.contains(&last(&word)) {
                return Some(Role::Base);
            }
            let made = role_of_binding(program, &callee, depth + 1)?;
            (made == Role::Base).then_some(Role::Base)
        }
        ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
            let next = program.resolve_expression(value.file, value.place, value.expression);
            role_of_binding(program, &next, depth + 1)
        }
        _ => None,
    }
}

/// Whether a variable holds an instance of Flask-SQLAlchemy's class or of a subclass of it.
fn is_hub(program: &Program<'_>, value: ValueRef, depth: u32) -> bool {
    let module = program.module(value.file);
    let ExpressionKind::Call(call) = &module.expression(value.expression).kind else {
        return false;
    };
    match program.resolve_expression(value.file, value.place, call.callee) {
        Binding::External(name) => HUBS.contains(&last(&name)),
        Binding::Class(class) => program.ancestors(class).iter().any(|base| {
            base.external()
                .is_some_and(|name| HUBS.contains(&last(name)))
        }),
        Binding::Value(next, _) if depth < 8 => is_hub(program, next, depth + 1),
        _ => false,
    }
}
