//! What arguments of queries, constructors and rows name: keywords, paths of look-ups, texts, keys of dictionaries, parts of
//! statements as text.

use super::conditions;
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::fragments;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_facts::{Access, Certainty, Relationship, Span, Spread};
use std::collections::BTreeSet;

/// Keywords that list fields that are written: `bulk_update(rows, fields=["email"])`, `on_conflict(preserve=[User.email])`.
const WRITTEN: &[&str] = &[
    "fields",
    "only",
    "update_fields",
    "preserve",
    "update",
    "defaults",
];

/// Fields that arguments name: keywords (a look-up's path begins with one), texts, keys of dictionaries.
pub(super) fn names(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>, access: Access) {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if is_list_of(name, access) => {
                listed(cx, model, argument);
            }
            (Some((name, span)), _) => {
                keyword(cx, model, name, *span, access);
                conditions::applied(cx, model, argument);
            }
            (None, Spread::Named) => keys(cx, model, argument, access),
            (None, _) => {
                conditions::applied(cx, model, argument);
                texts(cx, model, &argument.value, access);
                keys(cx, model, argument, access);
                let via = cx.models.get(model).map_or("", |model| &*model.orm);
                fragments::standing(cx, &argument.value, &[model], argument.span, via);
            }
        }
    }
}

fn is_list_of(name: &str, access: Access) -> bool {
    name == "defaults" || access == Access::Write && WRITTEN.contains(&name)
}

/// Fields in a list, or keys of a dictionary: each is written.
fn listed(cx: &mut Evaluator<'_>, model: ModelId, argument: &Passed) {
    cx.retouch(argument.span, Access::Write);
    texts(cx, model, &argument.value, Access::Write);
    keys(cx, model, argument, Access::Write);
}

/// A look-up's path: fields of the model, and of those that it leads to.
pub(super) fn keyword(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    span: Span,
    access: Access,
) {
    let (mut at, mut start) = (model, span.start);
    let is_written_out = (span.end - span.start) as usize == name.len();
    for step in name.split("__") {
        let own = match is_written_out {
            true => Span::new(start, start + step.len() as u32),
            false => span,
        };
        start += step.len() as u32 + 2;
        let field = cx.models.field(at, step);
        if let Some(field) = field {
            cx.touch_field(at, field, own, Manner::named(access));
        }
        let Some(relation) = cx.models.relation(at, step) else {
            return;
        };
        if field.is_none() {
            keys_of(cx, at, relation, own, access);
        }
        match cx.models.target(relation) {
            Some(target) => at = target,
            None => return,
        }
    }
}

/// The keys of a relation that a path goes along.
fn keys_of(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    relation: &Relationship,
    span: Span,
    access: Access,
) {
    let own = cx.models.get(model).and_then(|model| model.table.clone());
    let via = cx.models.get(model).map_or("", |model| &*model.orm);
    let (table, columns) = match &relation.through {
        Some((table, columns)) => (Some(table.clone()), columns),
        None => (own, &relation.local),
    };
    for column in columns {
        if let Some(table) = &table {
            cx.touch_column(table, column, span, Manner::implied(access), via);
        }
    }
}

/// The keys of a dictionary, or of those in a list, where they stand in this code: texts, or columns that their own bytes name.
/// Of dictionaries that were made elsewhere, what is known of them.
fn keys(cx: &mut Evaluator<'_>, model: ModelId, passed: &Passed, access: Access) {
    let mut standing = BTreeSet::new();
    if let Some(id) = passed.expression {
        let keys = cx.standing_keys(id);
        for (span, (name, certainty)) in keys.texts {
            cx.with_certainty(certainty, |cx| keyword(cx, model, &name, span, access));
            standing.insert(name);
        }
        for span in &keys.expressions {
            cx.retouch(*span, access);
        }
        // `update(**{name: value})`: a keyword is no column.
        let computed = passed.spread == Spread::Named && !keys.expressions.is_empty();
        if computed {
            cx.open_model(model, passed.span, access);
        }
        if !keys.open {
            return;
        }
    }
    dictionaries(cx, model, &passed.value, passed.span, &standing, access);
    let is_told = |atom: &Atom| matches!(atom, Atom::Dictionary(_) | Atom::Null);
    if passed.spread == Spread::Named && !passed.value.atoms().iter().any(is_told) {
        cx.open_model(model, passed.span, access);
    }
}

fn dictionaries(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    value: &Value,
    span: Span,
    standing: &BTreeSet<Box<str>>,
    access: Access,
) {
    for atom in value.atoms() {
        match atom {
            Atom::Dictionary(of) => {
                for key in of.known.keys().filter(|key| !standing.contains(*key)) {
                    if let Some(field) = cx.models.field(model, key) {
                        cx.touch_field(model, field, span, Manner::implied(access));
                    }
                }
                if !of.rest.is_nothing() {
                    cx.open_model(model, span, access);
                }
            }
            Atom::List(of) => dictionaries(cx, model, of, span, standing, access),
            _ => {}
        }
    }
}

pub(super) fn texts(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, access: Access) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => {
                let name = text.text.trim_start_matches('-');
                let skipped = (text.text.len() - name.len()) as u32;
                let end = skipped + name.split("__").next().map_or(0, str::len) as u32;
                if let Some((file, span)) = text.locate(Span::new(skipped, end)) {
                    let here = std::mem::replace(&mut cx.file, file);
                    let most = value.certainty.min(match file == here {
                        true => Certainty::Exact,
                        false => Certainty::Likely,
                    });
                    cx.with_certainty(most, |cx| keyword(cx, model, name, span, access));
                    cx.file = here;
                }
            }
            Atom::List(of) => texts(cx, model, of, access),
            Atom::Tuple(items) => items.iter().for_each(|item| texts(cx, model, item, access)),
            _ => {}
        }
    }
}
