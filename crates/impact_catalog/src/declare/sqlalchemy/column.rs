//! One column of a declaration: its name, its type, its key.

use super::member::{ColumnCall, Context, Member, flag, named};
use super::role::Role;
use impact_facts::{Argument, Call, ExpressionId, ExpressionKind, MappedField, Site, Span};

/// A column with the foreign key that it carries.
pub(crate) struct DeclaredColumn {
    /// The column as a field.
    pub field: MappedField,
    /// `ForeignKey("table.column")`, by text; or the class and member it names.
    pub points_at: Option<String>,
    /// The database fills it in.
    pub server_default: bool,
}

/// The column that a member of a class declares.
pub(super) fn of_member(
    cx: Context<'_, '_>,
    member: &Member<'_, '_>,
    call: Option<ColumnCall<'_>>,
) -> DeclaredColumn {
    let site = Site {
        file: cx.file,
        span: member.span,
    };
    let mut column = match call {
        Some(call) => {
            let inside = Context {
                file: call.file,
                place: call.place,
                ..cx
            };
            let mut column = of_call(inside, call.call, member.name, site);
            if call.file != cx.file {
                column.field.names_column = None;
            }
            column.field.deferred = call.deferred;
            column
        }
        None => bare(member.name, site),
    };
    if let Some(annotation) = member.annotation {
        annotate(
            cx,
            &mut column.field,
            annotation,
            call.map(|call| call.call),
        );
    }
    column
}

/// A column of a `Table(…)` call: its name is its first argument.
pub(crate) fn of_table(cx: Context<'_, '_>, call: &Call) -> Option<DeclaredColumn> {
    let first = call
        .arguments
        .iter()
        .find(|argument| argument.name.is_none())?;
    let name = cx.text(first.value)?;
    let site = Site {
        file: cx.file,
        span: cx.module().expression(first.value).span,
    };
    Some(of_call(cx, call, &name, site))
}

fn bare(name: &str, site: Site) -> DeclaredColumn {
    DeclaredColumn {
        field: MappedField {
            name: name.into(),
            column: name.into(),
            data_type: "".into(),
            deferred: false,
            has_default: false,
            nullable: true,
            primary_key: false,
            declared_at: site,
            names_column: None,
        },
        points_at: None,
        server_default: false,
    }
}

const DEFAULTS: &[&str] = &[
    "default",
    "server_default",
    "insert_default",
    "default_factory",
    "Computed",
];

fn of_call(cx: Context<'_, '_>, call: &Call, member: &str, site: Site) -> DeclaredColumn {
    let mut column = bare(member, site);
    let positional = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none());
    for (place, argument) in positional.enumerate() {
        match cx.text(argument.value) {
            Some(name) if place == 0 => rename(&mut column.field, &name, span(cx, argument.value)),
            _ => positional_part(cx, &mut column, argument.value),
        }
    }
    if let Some(argument) = named(cx, call, "name")
        && let Some(name) = cx.text(argument.value)
    {
        rename(&mut column.field, &name, span(cx, argument.value));
    }
    if let Some(key) = named(cx, call, "foreign_key") {
        column.points_at = cx.text(key.value);
    }
    column.server_default |= named(cx, call, "server_default").is_some();
    let field = &mut column.field;
    field.primary_key = flag(cx, call, "primary_key").unwrap_or(false);
    field.nullable = flag(cx, call, "nullable").unwrap_or(!field.primary_key);
    let says = |argument: &Argument| {
        !matches!(
            cx.module().expression(argument.value).kind,
            ExpressionKind::Null
        )
    };
    field.has_default |= DEFAULTS
        .iter()
        .any(|name| named(cx, call, name).is_some_and(says));
    for name in ["type_", "sa_type"] {
        if let Some(argument) = named(cx, call, name) {
            field.data_type = type_name(cx, argument.value);
        }
    }
    column
}

fn positional_part(cx: Context<'_, '_>, column: &mut DeclaredColumn, id: ExpressionId) {
    let callee = cx.call(id).map_or(id, |call| call.callee);
    if cx.role(callee) == Some(Role::ForeignKey) {
        let target = cx.call(id).and_then(|call| call.arguments.first());
        column.points_at = target.and_then(|argument| {
            cx.text(argument.value)
                .or_else(|| cx.module().dotted(argument.value))
        });
        return;
    }
    let name = type_name(cx, id);
    match &*name {
        "Identity" | "Sequence" | "Computed" | "FetchedValue" => {
            (column.field.has_default, column.server_default) = (true, true);
        }
        _ if column.field.data_type.is_empty() => column.field.data_type = name,
        _ => {}
    }
}

fn rename(field: &mut MappedField, name: &str, span: Span) {
    field.column = name.into();
    field.names_column = Some(span);
}

fn span(cx: Context<'_, '_>, id: ExpressionId) -> Span {
    cx.module().expression(id).span
}

fn type_name(cx: Context<'_, '_>, id: ExpressionId) -> Box<str> {
    let callee = cx.call(id).map_or(id, |call| call.callee);
    let dotted = cx.module().dotted(callee).unwrap_or_default();
    dotted.rsplit('.').next().unwrap_or_default().into()
}

/// `Mapped[Optional[str]]`: whether NULL is allowed, where the call does not say.
fn annotate(
    cx: Context<'_, '_>,
    field: &mut MappedField,
    annotation: ExpressionId,
    call: Option<&Call>,
) {
    if call.is_some_and(|call| named(cx, call, "nullable").is_some()) {
        return;
    }
    field.nullable = !field.primary_key && is_optional(cx, annotation, 0);
}

fn is_optional(cx: Context<'_, '_>, id: ExpressionId, depth: u32) -> bool {
    if depth > 8 {
        return true;
    }
    match &cx.module().expression(id).kind {
        ExpressionKind::Null => true,
        ExpressionKind::Any(all) => all.iter().any(|id| is_optional(cx, *id, depth + 1)),
        ExpressionKind::Binary(binary) => {
            is_optional(cx, binary.left, depth + 1) || is_optional(cx, binary.right, depth + 1)
        }
        ExpressionKind::Subscript(subscript) => {
            let of = cx.module().dotted(subscript.of).unwrap_or_default();
            of.ends_with("Optional")
                || subscript
                    .keys
                    .iter()
                    .any(|key| is_optional(cx, *key, depth + 1))
        }
        _ => false,
    }
}
