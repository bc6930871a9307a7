//! Where columns stand in declarations: among the tokens of macros, in types, in attributes of mapped structs.

use super::columns::{TABLE, Thing, table_of, thing};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::ModelId;
use impact_bind::{Binding, ClassRef, attributes};
use impact_facts::{
    Access, Argument, Certainty, ClassKind, ExpressionId, ExpressionKind, MacroCall, Span, TokenId,
    TokenKind,
};

/// Types within types are looked into as deep as this.
const MAX_TYPE_DEPTH: u32 = 32;

/// What the definition of a type names: an alias the columns in it (`type All = (users::id, users::email)`), a mapped
/// struct those of its attributes (`belongs_to(User, foreign_key = owner_id)`, `primary_key(a, b)`).
pub(crate) fn defined(cx: &mut Evaluator<'_>, of: ClassRef) {
    let definition = cx.module().class(of.class);
    match (definition.kind, definition.subject) {
        (ClassKind::Alias, Some(subject)) => in_type(cx, subject, 0),
        (ClassKind::Struct, _) => {
            for field in &definition.fields {
                for id in &field.decorators {
                    in_field(cx, *id, 0);
                }
            }
            let table = cx.models.of_class(of).and_then(|model| table_of(cx, model));
            if let Some(table) = table {
                for id in attributes(cx.module(), &definition.decorators) {
                    in_attribute(cx, table, id, 0);
                }
            }
        }
        _ => {}
    }
}

fn in_type(cx: &mut Evaluator<'_>, id: ExpressionId, depth: u32) {
    if depth > MAX_TYPE_DEPTH {
        return;
    }
    let module = cx.module();
    match &module.expression(id).kind {
        ExpressionKind::Collection(items) => {
            for item in &items.items {
                in_type(cx, item.value, depth + 1);
            }
        }
        ExpressionKind::Subscript(subscript) => {
            for key in &subscript.keys {
                in_type(cx, *key, depth + 1);
            }
        }
        ExpressionKind::Attribute(attribute) => {
            let binding = cx.program.resolve_expression(cx.file, cx.place, id);
            if let Binding::External(path) = binding
                && let Some(Thing::Column(model, field)) = thing(cx, &path)
            {
                let manner = Manner::named(Access::Declare);
                cx.touch_field(model, field, attribute.name_span, manner);
            }
        }
        _ => {}
    }
}

/// `#[diesel(select_expression = coalesce(users::name, ""), select_expression_type = …)]`, `cfg_attr` around it or not.
fn in_field(cx: &mut Evaluator<'_>, id: ExpressionId, depth: u32) {
    let module = cx.module();
    let ExpressionKind::Call(call) = &module.expression(id).kind else {
        return;
    };
    let callee = module.dotted(call.callee).unwrap_or_default();
    if depth > 2 || !matches!(callee.as_str(), "diesel" | "cfg_attr") {
        return;
    }
    for argument in &call.arguments {
        match argument.name.map(|(name, _)| module.name(name)) {
            Some("select_expression") => {
                cx.evaluate(argument.value);
            }
            Some("select_expression_type") => in_type(cx, argument.value, 0),
            Some(_) => {}
            None => in_field(cx, argument.value, depth + 1),
        }
    }
}

fn in_attribute(cx: &mut Evaluator<'_>, table: ModelId, id: ExpressionId, depth: u32) {
    let module = cx.module();
    let ExpressionKind::Call(call) = &module.expression(id).kind else {
        return;
    };
    if depth > 2 {
        return;
    }
    let callee = module.dotted(call.callee).unwrap_or_default();
    let is_key = |argument: &&Argument| {
        argument
            .name
            .is_some_and(|(name, _)| module.name(name) == "foreign_key")
    };
    match callee.as_str() {
        "primary_key" => {
            for argument in &call.arguments {
                column(cx, table, argument.value);
            }
        }
        "belongs_to" => {
            if let Some(argument) = call.arguments.iter().find(is_key) {
                column(cx, table, argument.value);
            }
        }
        "diesel" => {
            for argument in &call.arguments {
                in_attribute(cx, table, argument.value, depth + 1);
            }
        }
        _ => {}
    }
}

fn column(cx: &mut Evaluator<'_>, table: ModelId, id: ExpressionId) {
    let module = cx.module();
    let name = module.dotted(id).or_else(|| module.plain_text(id));
    if let Some(field) = name.and_then(|name| cx.models.field(table, &name)) {
        let span = module.expression(id).span;
        cx.touch_field(table, field, span, Manner::named(Access::Declare));
    }
}

/// Columns that stand among the tokens of a macro: `joinable!(posts -> users (user_id))` and macros of the program.
pub(crate) fn declared(cx: &mut Evaluator<'_>, name: &str, call: &MacroCall) {
    match name {
        "table"
        | "allow_tables_to_appear_in_same_query"
        | "allow_columns_to_appear_in_same_group_by_clause" => {}
        "joinable" => joinable(cx, &call.tokens).unwrap_or_default(),
        _ => paths(cx, &call.tokens, 0),
    }
}

/// The column of the first table that points at the second.
fn joinable(cx: &mut Evaluator<'_>, tokens: &[TokenId]) -> Option<()> {
    let table = tokens
        .iter()
        .find_map(|token| word(cx, *token))?
        .0
        .to_owned();
    let key = tokens.iter().find_map(|token| match kind(cx, *token)? {
        TokenKind::Group('(', inside) => word(cx, *inside.first()?),
        _ => None,
    })?;
    let (name, span) = (key.0.to_owned(), key.1);
    let model = cx.models.named(&format!("{TABLE}{table}"))?;
    let field = cx.models.field(model, &name)?;
    cx.touch_field(model, field, span, Manner::named(Access::Declare));
    Some(())
}

/// `table::column` among tokens that are no expressions.
fn paths(cx: &mut Evaluator<'_>, tokens: &[TokenId], depth: u32) {
    for (at, token) in tokens.iter().enumerate() {
        if let Some(TokenKind::Group(_, inside)) = kind(cx, *token) {
            if depth < 32 {
                let inside = inside.clone();
                paths(cx, &inside, depth + 1);
            }
            continue;
        }
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).copied();
        let joined = before(1).is_some_and(|token| sign(cx, token) == Some("::"));
        let table = before(2)
            .filter(|_| joined)
            .and_then(|token| word(cx, token));
        if let (Some((table, _)), Some((column, span))) = (table, word(cx, *token)) {
            let path = format!("{table}.{column}");
            if let Binding::External(path) = cx.program.resolve(cx.file, cx.place, &path)
                && let Some(Thing::Column(model, field)) = thing(cx, &path)
            {
                let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
                cx.touch_field(model, field, span, manner);
            }
        }
    }
}

fn kind<'a>(cx: &Evaluator<'a>, id: TokenId) -> Option<&'a TokenKind> {
    cx.module().tokens.get(id.index()).map(|token| &token.kind)
}

fn word<'a>(cx: &Evaluator<'a>, id: TokenId) -> Option<(&'a str, Span)> {
    let token = cx.module().tokens.get(id.index())?;
    match &token.kind {
        TokenKind::Word(name) => Some((cx.module().name(*name), token.span)),
        _ => None,
    }
}

fn sign<'a>(cx: &Evaluator<'a>, id: TokenId) -> Option<&'a str> {
    match kind(cx, id)? {
        TokenKind::Punctuation(name) => Some(cx.module().name(*name)),
        _ => None,
    }
}
