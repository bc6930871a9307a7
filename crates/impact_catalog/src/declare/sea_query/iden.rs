//! Names of tables and columns: `Alias::new("users")`, a text, a variant or struct with sea-query's `Iden` or sea-orm's
//! `DeriveIden`, and what sea-orm's entities make.
//!
//! Rules of the derives (sea-query-derive 0.4, sea-orm-macros 1): a variant is its name in snake case, `Table` the name of
//! its enum; `#[iden = "…"]`, `#[iden(rename = "…")]` and `#[sea_orm(iden = "…")]` on the enum, the struct or the variant say
//! another.

use super::run::Run;
use crate::declare::values;
use impact_bind::{Binding, ClassRef, ValueRef, attributes};
use impact_facts::{
    ClassKind, CollectionKind, ExpressionId, ExpressionKind, Module, Span, TableName,
};

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
            if let Some(made) = of_entity(&path) {
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
        Binding::Class(class) => of_variant(run, class, variant),
        Binding::External(path) => of_entity(&format!("{path}.{variant}")),
        _ => None,
    }
}

fn of_entity(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix(ENTITY)?.split('.');
    match (parts.next()?, parts.next()?, parts.next()) {
        (table, "Entity", None) => Some(table.to_owned()),
        (_, "Column" | "PrimaryKey", Some(column)) => Some(snake_case(column)),
        _ => None,
    }
}

fn of_struct(run: &Run<'_, '_>, class: ClassRef) -> Option<String> {
    let module = run.program.module(class.file);
    let definition = module.class(class.class);
    if definition.kind != ClassKind::Struct || !definition.fields.is_empty() {
        return None;
    }
    if let Some(written) = written(run, class) {
        return first_text(module, written);
    }
    let own = definition.name.map(|name| snake_case(module.name(name)));
    said(module, &definition.decorators).or(own)
}

fn of_variant(run: &Run<'_, '_>, class: ClassRef, variant: &str) -> Option<String> {
    let module = run.program.module(class.file);
    let definition = module.class(class.class);
    let mut fields = definition.fields.iter();
    let field = fields.find(|field| module.name(field.name) == variant)?;
    if definition.kind != ClassKind::Enum || !field.fields.is_empty() {
        return None;
    }
    if let Some(written) = written(run, class) {
        return arm_text(module, written, variant);
    }
    if let Some(said) = said(module, &field.decorators) {
        return Some(said);
    }
    let of_enum = || definition.name.map(|name| snake_case(module.name(name)));
    match variant {
        "Table" => said(module, &definition.decorators).or_else(of_enum),
        _ => Some(snake_case(variant)),
    }
}

/// What an attribute says that the derive reads.
fn said(module: &Module, decorators: &[ExpressionId]) -> Option<String> {
    let all = attributes(module, decorators).into_iter();
    let mut found = all.filter_map(|id| match &module.expression(id).kind {
        ExpressionKind::Assign(assign) if module.dotted(assign.target)? == "iden" => {
            module.plain_text(assign.value)
        }
        ExpressionKind::Call(call) => {
            let key = match module.dotted(call.callee)?.as_str() {
                "iden" => "rename",
                "sea_orm" => "iden",
                _ => return None,
            };
            let mut arguments = call.arguments.iter();
            let named =
                arguments.find(|one| one.name.is_some_and(|(name, _)| module.name(name) == key))?;
            module.plain_text(named.value)
        }
        _ => None,
    });
    found.next()
}

/// The body of `Iden::unquoted` or its kin, where a type implements it by hand.
fn written(run: &Run<'_, '_>, class: ClassRef) -> Option<Span> {
    let program = run.program;
    let mut found = program.implementations(class).iter().filter_map(|one| {
        let names = ["unquoted", "as_str", "to_string"];
        let function = names
            .iter()
            .find_map(|name| program.own_function(*one, name))?;
        let same = function.file == class.file;
        same.then(|| program.module(class.file).function(function.function).span)
    });
    found.next()
}

fn within(span: Span, inner: Span) -> bool {
    span.start <= inner.start && inner.end <= span.end
}

/// The text of the arm that a variant takes.
fn arm_text(module: &Module, body: Span, variant: &str) -> Option<String> {
    let inside = module
        .expressions
        .iter()
        .filter(|one| within(body, one.span));
    let mut arms = inside
        .filter_map(|one| match &one.kind {
            ExpressionKind::Match(choice) => Some(&choice.arms),
            _ => None,
        })
        .flatten();
    let arm = arms.find(|arm| values::last_name(module, arm.pattern) == Some(variant))?;
    let tail = arm.body.tail?;
    first_text(module, module.expression(tail).span)
}

/// The first text in a part of a file that is more than a placeholder.
fn first_text(module: &Module, part: Span) -> Option<String> {
    let texts = (0..).zip(&module.expressions);
    let mut texts: Vec<(u32, String)> = texts
        .filter(|(_, one)| within(part, one.span))
        .filter_map(|(id, one)| {
            let text = module.plain_text(ExpressionId(id))?;
            let counts = !text.is_empty() && !text.contains('{');
            counts.then_some((one.span.start, text))
        })
        .collect();
    texts.sort();
    texts.into_iter().next().map(|(_, text)| text)
}

/// Snake case as the derives spell it (heck 0.4 and 0.5): words begin at an upper-case letter after a lower-case one, and
/// at the last of several; digits begin none.
pub(in crate::declare) fn snake_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let letters: Vec<char> = name.chars().collect();
    let mut made = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            lower = false;
            if !made.is_empty() && !made.ends_with('_') {
                made.push('_');
            }
            continue;
        }
        if letter.is_uppercase() {
            let next_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
            if (lower || next_lower) && !made.is_empty() && !made.ends_with('_') {
                made.push('_');
            }
            lower = false;
        } else if letter.is_lowercase() {
            lower = true;
        }
        made.extend(letter.to_lowercase());
    }
    made.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_begin_where_the_derives_say() {
        let cases = [
            ("Email", "email"),
            ("IsAdmin", "is_admin"),
            ("ETag", "e_tag"),
            ("HTTPServer", "http_server"),
            ("Sha256Sum", "sha256_sum"),
            ("A1B", "a1b"),
            ("User_Id", "user_id"),
            ("r#Type", "type"),
        ];
        for (name, expected) in cases {
            assert_eq!(snake_case(name), expected);
        }
    }
}
