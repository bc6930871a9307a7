//! Tables that `joinable!(posts -> users (user_id))` joins: a join without `on` compares the column with the other
//! table's key.

use super::columns::{Thing, thing};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{Access, ExpressionKind, Language, Module, Span, TokenId, TokenKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// By the two tables' names in code, the one that points first: the column that points.
pub(crate) type Joins = Arc<BTreeMap<(Box<str>, Box<str>), Box<str>>>;

/// A table is joined with others without saying by what.
pub(super) fn implied(cx: &mut Evaluator<'_>, tables: &[ModelId], other: &Value, span: Span) {
    for atom in other.atoms() {
        let Atom::External(path) = atom else { continue };
        let Some(Thing::Table(right)) = thing(cx, path) else {
            continue;
        };
        for left in tables {
            compared(cx, *left, right, span);
            compared(cx, right, *left, span);
        }
    }
}

/// `Post::belonging_to(&user)`: the column that points is compared with the keys of the rows.
pub(super) fn belonging(cx: &mut Evaluator<'_>, child: ModelId, to: &Value, span: Span) {
    let rows = crate::orm::sqlx::row::element(to);
    for atom in rows.atoms() {
        if let Atom::Mapped(model) = atom
            && let Some(parent) = super::columns::table_of(cx, *model)
        {
            compared(cx, child, parent, span);
        }
    }
}

fn compared(cx: &mut Evaluator<'_>, child: ModelId, parent: ModelId, span: Span) {
    let joins = joins(cx);
    let name = |model: ModelId| {
        let alias = cx.models.get(model)?.aliases.first()?;
        Some(Box::from(alias.rsplit('.').next().unwrap_or_default()))
    };
    let (Some(left), Some(right)) = (name(child), name(parent)) else {
        return;
    };
    let Some(column) = joins.get(&(left, right)) else {
        return;
    };
    if let Some(field) = cx.models.field(child, column) {
        cx.touch_field(child, field, span, Manner::implied(Access::Read));
    }
    let keep = |field: &impact_facts::MappedField| field.primary_key;
    cx.touch_row(parent, span, Manner::implied(Access::Read), &keep);
}

fn joins(cx: &mut Evaluator<'_>) -> Joins {
    if let Some(known) = &cx.joins {
        return known.clone();
    }
    let mut found = BTreeMap::new();
    for file in cx.program.files() {
        if cx.program.facts(file).language == Language::Rust {
            of_file(cx.program.module(file), &mut found);
        }
    }
    let found = Arc::new(found);
    cx.joins = Some(found.clone());
    found
}

fn of_file(module: &Module, found: &mut BTreeMap<(Box<str>, Box<str>), Box<str>>) {
    let word = |id: &TokenId| match &module.tokens.get(id.index())?.kind {
        TokenKind::Word(name) => Some(module.name(*name)),
        _ => None,
    };
    let key = |id: &TokenId| match &module.tokens.get(id.index())?.kind {
        TokenKind::Group('(', inside) => word(inside.first()?),
        _ => None,
    };
    for expression in &module.expressions {
        let ExpressionKind::Macro(call) = &expression.kind else {
            continue;
        };
        let callee = module.dotted(call.callee).unwrap_or_default();
        if callee.rsplit('.').next() != Some("joinable") {
            continue;
        }
        let mut words = call.tokens.iter().filter_map(word);
        let key = call.tokens.iter().find_map(key);
        if let (Some(child), Some(parent), Some(key)) = (words.next(), words.next(), key) {
            found.insert((child.into(), parent.into()), key.into());
        }
    }
}
