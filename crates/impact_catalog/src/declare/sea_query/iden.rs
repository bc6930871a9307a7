//! Names of tables and columns: `Alias::new("users")`, a text, a variant or struct with sea-query's `Iden` or sea-orm's
//! `DeriveIden`, and what sea-orm's entities make.

use super::run::Run;
use crate::declare::values;
use impact_bind::{Binding, ClassRef, ValueRef};
use impact_facts::{ClassKind, CollectionKind, ExpressionKind, TableName};

/// What stands before the table's name in what sea-orm's derive makes.
const ENTITY: &str = "sea_orm.entity!.";
/// Calls in calls around a name, deeper than this, are no name.
const MAX_DEPTH: u32 = 12;
/// Methods that give the same name back.
const TRANSPARENT: &[&str] = &[
    "into_iden",
    "into_table_ref",
    "into_column_ref",
    "to_owned",
    "to_string",
    "clone",
    "into",
    "as_str",
    "as_ref",
    "as_column_ref",
    "as_enum",
    "def",
    "take",
];

/// The table that a value names: a name, or a tuple of a schema and a name.
pub(super) fn table(run: &Run<'_, '_>, value: ValueRef) -> Option<TableName> {
    let followed = run.followed(value);
    if let ExpressionKind::Collection(parts) = values::kind(run.program, followed) {
        let part = |at: usize| {
            let item = parts.items.get(at)?;
            let part = ValueRef {
                expression: item.value,
                ..followed
            };
            name(run, part)
        };
        return match (parts.kind, parts.items.len()) {
            (CollectionKind::Tuple, 2) => Some(TableName::qualified(&part(0)?, &part(1)?)),
            (CollectionKind::Tuple, 3) => Some(TableName::qualified(&part(1)?, &part(2)?)),
            _ => None,
        };
    }
    name(run, value).map(|name| TableName::bare(&name))
}

/// The name that a value is.
pub(super) fn name(run: &Run<'_, '_>, value: ValueRef) -> Option<String> {
    named(run, value, 0)
}

fn named(run: &Run<'_, '_>, value: ValueRef, depth: u32) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let member = of_class(run, value);
    if member.is_some() {
        return member;
    }
    let at = run.followed(value);
    let module = run.program.module(at.file);
    let part = |expression| ValueRef { expression, ..at };
    match values::kind(run.program, at) {
        ExpressionKind::Text(_) => module.plain_text(at.expression),
        ExpressionKind::Macro(call) => {
            let first = call
                .arguments
                .first()
                .filter(|_| call.arguments.len() == 1)?;
            named(run, part(first.value), depth + 1)
        }
        ExpressionKind::Call(call) => {
            let last = values::last_name(module, call.callee)?;
            match &module.expression(call.callee).kind {
                ExpressionKind::Attribute(of) if !of.path => TRANSPARENT
                    .contains(&last)
                    .then(|| named(run, part(of.of), depth + 1))?,
                _ if matches!(last, "new" | "from" | "Alias" | "Name") => {
                    named(run, part(call.arguments.first()?.value), depth + 1)
                }
                _ => None,
            }
        }
        ExpressionKind::Name(_) | ExpressionKind::Attribute(_) if at != value => of_class(run, at),
        _ => None,
    }
}

/// `Users::Email`, a unit struct, `users::Entity`, `users::Column::Email`.
fn of_class(run: &Run<'_, '_>, value: ValueRef) -> Option<String> {
    let program = run.program;
    let module = program.module(value.file);
    match program.resolve_expression(value.file, value.place, value.expression) {
        Binding::Class(class) => {
            if let Some(name) = of_struct(run, class) {
                return Some(name);
            }
        }
        Binding::External(path) => {
            if let Some(made) = of_made(run, &path) {
                return Some(made);
            }
        }
        _ => {}
    }
    let ExpressionKind::Attribute(attribute) = &module.expression(value.expression).kind else {
        return None;
    };
    let variant = module.name(attribute.name);
    match program.resolve_expression(value.file, value.place, attribute.of) {
        Binding::Class(class) => program.iden_name(class, Some(variant)),
        Binding::External(path) => of_made(run, &format!("{path}.{variant}")),
        _ => None,
    }
}

/// What a path of what a macro makes names.
fn of_made(run: &Run<'_, '_>, path: &str) -> Option<String> {
    match run.program.enum_def(path) {
        Some((iden, "Table")) => Some(iden.table.to_string()),
        Some((iden, variant)) => iden.column(variant).map(|one| one.name.to_string()),
        None => of_entity(path),
    }
}

fn of_entity(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix(ENTITY)?.split('.');
    match (parts.next()?, parts.next()?, parts.next()) {
        (table, "Entity", None) => Some(table.to_owned()),
        (_, "Column" | "PrimaryKey", Some(column)) => Some(impact_bind::snake_case(column)),
        _ => None,
    }
}

fn of_struct(run: &Run<'_, '_>, class: ClassRef) -> Option<String> {
    let definition = run.program.module(class.file).class(class.class);
    let is_unit = definition.kind == ClassKind::Struct && definition.fields.is_empty();
    is_unit.then(|| run.program.iden_name(class, None))?
}
