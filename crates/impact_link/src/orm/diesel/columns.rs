//! What a path in a module that `table!` declares means, and where it stands.

use super::NAME;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::ModelId;
use impact_bind::Binding;
use impact_facts::{Access, Certainty, MacroCall, MappedField, Span, TokenId, TokenKind};

/// What stands before a path in a module that `table!` declares.
pub(super) const TABLE: &str = "diesel.table!.";

/// What a path means.
pub(super) enum Thing<'a> {
    /// The table.
    Table(ModelId),
    /// One of its columns.
    Column(ModelId, &'a MappedField),
    /// All its columns.
    All(ModelId),
}

/// What a path in a module that `table!` declares means.
pub(super) fn thing<'a>(cx: &Evaluator<'a>, path: &str) -> Option<Thing<'a>> {
    let inside = path.strip_prefix(TABLE)?;
    let mut names = inside.split('.');
    let table = names.next()?;
    let model = cx.models.named(&format!("{TABLE}{table}"))?;
    let last = names.rfind(|name| !matches!(*name, "dsl" | "columns"));
    match last {
        None | Some("table") => Some(Thing::Table(model)),
        Some("all_columns" | "star") => Some(Thing::All(model)),
        Some(name) => match cx.models.field(model, name) {
            Some(field) => Some(Thing::Column(model, field)),
            None => (name == table).then_some(Thing::Table(model)),
        },
    }
}

/// A path that names a column reads it, until what it is passed to says that it is written.
pub(crate) fn named(cx: &mut Evaluator<'_>, path: &str, span: Span) {
    if let Some(Thing::Column(model, field)) = thing(cx, path) {
        cx.touch_field(model, field, span, Manner::named(Access::Read));
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

/// The model of the table that a mapped struct maps.
pub(super) fn table_of(cx: &Evaluator<'_>, model: ModelId) -> Option<ModelId> {
    let wanted = cx.models.get(model)?.table.as_ref()?;
    cx.models
        .iter()
        .find(|(_, one)| {
            one.class.is_none() && &*one.orm == NAME && one.table.as_ref() == Some(wanted)
        })
        .map(|(id, _)| id)
}
