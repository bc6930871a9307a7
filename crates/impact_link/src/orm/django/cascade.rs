//! Deleting rows: Django itself collects what refers to them, and deletes or updates that too.

use super::{companion, lookup, queryset, signals};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::ModelId;
use impact_facts::{Access, Relationship, Span};
use std::collections::BTreeSet;

/// Deletes rows of a model, and all that cascades from it (`django/db/models/deletion.py`, `Collector.collect`).
pub(super) fn delete(cx: &mut Evaluator<'_>, model: ModelId, span: Span) {
    let mut seen = BTreeSet::new();
    let mut open = vec![model];
    while let Some(at) = open.pop() {
        if !seen.insert(at) || seen.len() > 200 {
            continue;
        }
        open.extend(collect(cx, at, span));
    }
}

/// Reads the keys that point at a model's rows. Returns the models that are collected in turn.
fn collect(cx: &mut Evaluator<'_>, model: ModelId, span: Span) -> Vec<ModelId> {
    let Some(owner) = cx.models.get(model) else {
        return Vec::new();
    };
    let file = cx.file;
    let implied = Manner::implied(Access::Read);
    signals::send(cx, model, signals::DELETED, span);
    companion::copied(cx, model, span);
    lookup::read_primary_key(cx, model, file, span, implied);
    let mut next = Vec::new();
    for relation in owner.relations.iter().filter(|one| collects(one)) {
        if let Some((table, columns)) = &relation.through {
            // Of tags both columns of the generic key, all but the key to the tag.
            let keys = match relation.reverse {
                true => 1,
                false => columns.len().saturating_sub(1).max(1),
            };
            for column in columns.iter().take(keys) {
                cx.touch_column(table, column, span, implied, super::DJANGO);
            }
            continue;
        }
        let Some(access) = relation.cascade else {
            continue;
        };
        lookup::read_key(cx, model, relation, file, span, implied);
        if access == Access::Write {
            lookup::read_key(
                cx,
                model,
                relation,
                file,
                span,
                Manner::implied(Access::Write),
            );
        } else if let Some(target) = cx.models.target(relation) {
            if fetches(cx, target) {
                let whole = Manner::whole(Access::Read);
                cx.touch_row(target, span, whole, &|field| !field.deferred);
                queryset::in_order(cx, target, span);
            }
            next.push(target);
        }
    }
    for relation in owner.relations.iter().filter(|relation| !relation.reverse) {
        if let Some((table, columns)) = &relation.through
            && relation.cascade.is_none()
            && let Some(column) = columns.first()
        {
            cx.touch_column(table, column, span, implied, super::DJANGO);
        }
    }
    next
}

/// Whether something refers to a model's rows.
fn has_cascades(cx: &Evaluator<'_>, model: ModelId) -> bool {
    let all = cx
        .models
        .get(model)
        .map(|model| &model.relations[..])
        .unwrap_or_default();
    all.iter()
        .any(|relation| relation.cascade.is_some() && collects(relation))
}

/// Whether a relation leads to rows that point here: by a key, or by a generic one.
fn collects(relation: &Relationship) -> bool {
    relation.reverse || (relation.many && relation.cascade.is_some())
}

/// Whether rows must be fetched before they are deleted: something refers to them, or a signal's handler gets each
/// (`Collector.can_fast_delete`).
pub(super) fn fetches(cx: &mut Evaluator<'_>, model: ModelId) -> bool {
    has_cascades(cx, model) || signals::are_heard(cx, model, signals::DELETED)
}
