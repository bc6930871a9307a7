//! Columns that `config(…)` names: dbt puts them into the statements that it makes around a model's query.
//!
//! dbt 1.8: <https://docs.getdbt.com/reference/model-configs>, <https://docs.getdbt.com/reference/snapshot-configs>.

use super::project::Model;
use impact_facts::{
    Assembled, CollectionKind, ExpressionId, ExpressionKind, Literal, Module, Piece, Statement,
};

/// Settings whose strings are columns of the query, or expressions over them.
const COLUMNS: &[&str] = &[
    "unique_key",
    "updated_at",
    "check_cols",
    "cluster_by",
    "partition_by",
    "merge_update_columns",
    "order_by",
    "primary_key",
];

/// In a dictionary under such a setting, what names the column (`partition_by={'field': 'day'}`).
const FIELD: &str = "field";

/// `check_cols='all'` names no column.
const ALL: &str = "all";

/// A query over a model's query that names what its settings name, and how far that begins in it; none if they name nothing.
pub(super) fn around(model: &Model<'_>, query: &Assembled) -> Option<(Assembled, u32)> {
    let columns = columns(model);
    if columns.is_empty() {
        return None;
    }
    let mut text = Assembled::default();
    for (at, literal) in columns.iter().enumerate() {
        text.text.push_str(if at == 0 { "select " } else { ", " });
        text.push_literal(model.file, literal);
    }
    text.text.push_str(" from (");
    let start = text.text.len() as u32;
    text.push_assembled(query);
    text.text.push_str("\n) as query");
    Some((text, start))
}

fn columns<'a>(model: &Model<'a>) -> Vec<&'a Literal> {
    let mut found = Vec::new();
    for statement in model.body {
        let Statement::Do(id) = statement else {
            continue;
        };
        let ExpressionKind::Call(call) = &model.module.expression(*id).kind else {
            continue;
        };
        if model.module.dotted(call.callee).as_deref() != Some("config") {
            continue;
        }
        for argument in &call.arguments {
            let name = argument.name.map(|(name, _)| model.module.name(name));
            if name.is_some_and(|name| COLUMNS.contains(&name)) {
                strings(model.module, argument.value, &mut found);
            }
        }
    }
    found
}

/// The strings of a value: one, those of a list, or that of a dictionary's field.
fn strings<'a>(module: &'a Module, id: ExpressionId, found: &mut Vec<&'a Literal>) {
    match &module.expression(id).kind {
        ExpressionKind::Text(text) => match module.text(*text).pieces.as_slice() {
            [Piece::Literal(literal)] if &*literal.value != ALL => found.push(literal),
            _ => {}
        },
        ExpressionKind::Collection(collection) => {
            for item in &collection.items {
                let is_field = item
                    .key
                    .is_none_or(|key| module.plain_text(key).as_deref() == Some(FIELD));
                let is_text = matches!(module.expression(item.value).kind, ExpressionKind::Text(_));
                if is_text && (collection.kind != CollectionKind::Dictionary || is_field) {
                    strings(module, item.value, found);
                }
            }
        }
        _ => {}
    }
}
