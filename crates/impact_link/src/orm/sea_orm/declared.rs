//! Where columns stand in declarations: attributes of relations, variants of an expanded entity's enums, fields of partial
//! models.

use super::{ENTITY, Thing, into_active, result, thing};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use impact_bind::{ClassRef, Place};
use impact_facts::{Access, ClassKind, ExpressionId, ExpressionKind, Span};

/// What the definition of a type names.
pub(crate) fn defined(cx: &mut Evaluator<'_>, of: ClassRef) {
    match cx.module().class(of.class).kind {
        ClassKind::Enum => {
            relations(cx, of);
            variants(cx, of);
            crate::orm::sea_query::declared(cx, of);
        }
        ClassKind::Struct => {
            result::declared(cx, of);
            into_active::declared(cx, of);
            crate::orm::sea_query::declared(cx, of);
        }
        _ => {}
    }
}

fn place(cx: &Evaluator<'_>, of: ClassRef) -> Place {
    let around = cx.program.places(of.file).around(Place::Class(of.class));
    around.unwrap_or(Place::Module)
}

/// `#[sea_orm(belongs_to = "…", from = "Column::UserId", to = "super::user::Column::Id", on_condition = r#"…"#)]`.
fn relations(cx: &mut Evaluator<'_>, of: ClassRef) {
    let module = cx.module();
    let place = place(cx, of);
    let variants = module.class(of.class).fields.iter();
    let attributes: Vec<ExpressionId> = variants
        .flat_map(|variant| variant.decorators.clone())
        .collect();
    for id in attributes {
        let ExpressionKind::Call(call) = &module.expression(id).kind else {
            continue;
        };
        if module.dotted(call.callee).as_deref() != Some("sea_orm") {
            continue;
        }
        for argument in &call.arguments {
            let names = argument.name.is_some_and(|(name, _)| {
                matches!(module.name(name), "from" | "to" | "on_condition")
            });
            if let Some(said) = module.plain_text(argument.value).filter(|_| names) {
                let span = module.expression(argument.value).span;
                paths(cx, of, place, (&said, span));
            }
        }
    }
}

/// The columns that paths in a text name.
pub(super) fn paths(
    cx: &mut Evaluator<'_>,
    of: ClassRef,
    place: Place,
    (said, span): (&str, Span),
) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    for path in said
        .split(|c| !is_part(c))
        .filter(|path| path.contains("::"))
    {
        let path = path.replace("::", ".");
        let binding = cx.program.resolve(of.file, place, &path);
        if let Some(Thing::Column(model, field)) =
            binding.external().and_then(|path| thing(cx, path))
        {
            let field = field.clone();
            cx.touch_field(model, &field, span, Manner::named(Access::Declare));
        }
    }
}

/// The variants of an expanded entity's `Column` and `PrimaryKey`.
fn variants(cx: &mut Evaluator<'_>, of: ClassRef) {
    let module = cx.module();
    let definition = module.class(of.class);
    let name = definition.name.map_or("", |name| module.name(name));
    if !matches!(name, "Column" | "PrimaryKey") {
        return;
    }
    let binding = cx.program.resolve(of.file, place(cx, of), name);
    let Some(path) = binding.external().filter(|path| path.starts_with(ENTITY)) else {
        return;
    };
    for variant in &definition.fields {
        let column = format!("{path}.{}", module.name(variant.name));
        if let Some(Thing::Column(model, field)) = thing(cx, &column) {
            let field = field.clone();
            let manner = Manner::named(Access::Declare);
            cx.touch_field(model, &field, variant.name_span, manner);
        }
    }
}
