//! Fields that arguments name: keywords, texts, keys of dictionaries, columns of the class.

use super::{conditions, many};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, Dictionary, ModelId, Value};
use impact_facts::{Access, Certainty, MappedField, Span, Spread};
use std::collections::BTreeSet;

/// Lists within lists of names are not looked into deeper than this.
const MAX_DEPTH: u32 = 4;

/// Keywords that hold fields of new or changed rows.
const WRITTEN: &[&str] = &[
    "defaults",
    "_defaults",
    "fields",
    "update_fields",
    "columns",
    "_columns",
    "preserve",
    "update",
    "only",
];

/// Keywords that say how a statement is run.
const PLAIN: &[&str] = &[
    "conflict_target",
    "conflict_where",
    "where",
    "using_db",
    "batch_size",
    "ignore_conflicts",
    "on_conflict",
    "force_insert",
];

/// Fields that arguments name: keywords (a look-up's path begins with one), texts, keys of dictionaries.
pub(super) fn named(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>, access: Access) {
    for argument in call.arguments {
        match (&argument.name, argument.spread) {
            (Some((name, _)), _) if matches!(&**name, "defaults" | "_defaults") => {
                keys(cx, model, argument, Access::Write);
            }
            (Some((name, _)), _) if is_written(cx, model, name, access) => {
                written(cx, model, argument);
            }
            (Some((name, _)), _) if access == Access::Write && PLAIN.contains(&&**name) => {}
            (Some((name, span)), _) => {
                keyword(cx, model, name, *span, access);
                conditions::applied(cx, model, argument);
            }
            (None, Spread::Named) => spread(cx, model, argument, access),
            (None, _) => {
                conditions::applied(cx, model, argument);
                texts(cx, model, &argument.value, access);
                keys(cx, model, argument, access);
            }
        }
    }
}

fn is_written(cx: &Evaluator<'_>, model: ModelId, name: &str, access: Access) -> bool {
    access == Access::Write && WRITTEN.contains(&name) && cx.models.field(model, name).is_none()
}

/// An argument that holds fields which are written: `[Post.score]`, `["score"]`, `{Post.title: "b"}`.
pub(super) fn written(cx: &mut Evaluator<'_>, model: ModelId, argument: &Passed) {
    cx.retouch(argument.span, Access::Write);
    texts(cx, model, &argument.value, Access::Write);
    keys(cx, model, argument, Access::Write);
}

/// `**fields`: the keys that are known; any field where they are not.
fn spread(cx: &mut Evaluator<'_>, model: ModelId, argument: &Passed, access: Access) {
    keys(cx, model, argument, access);
    let mut open = argument.value.is_nothing();
    for atom in argument.value.atoms() {
        match atom {
            Atom::Dictionary(of) => open |= of.known.is_empty() && of.rest.is_nothing(),
            Atom::Null => {}
            Atom::Instance(class) => {
                let manner = Manner::implied(access);
                let fields = cx.annotated_fields(*class);
                let known = fields
                    .iter()
                    .filter_map(|name| cx.models.field(model, name));
                let known: Vec<&MappedField> = known.collect();
                open |= known.is_empty();
                for field in known {
                    cx.touch_field(model, field, argument.span, manner);
                }
            }
            _ => open = true,
        }
    }
    if open {
        cx.open_model(model, argument.span, access);
    }
}

/// A look-up's path: fields of the model, and of those that it leads to. The keys of relations on the way are nowhere named;
/// that of the last is.
pub(super) fn keyword(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    span: Span,
    access: Access,
) {
    let (mut at, mut start) = (model, span.start);
    let is_written_out = (span.end - span.start) as usize == name.len();
    let mut steps = name.split("__").peekable();
    while let Some(step) = steps.next() {
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
        let target = cx.models.target(relation);
        let goes_on = target
            .zip(steps.peek())
            .is_some_and(|(target, next)| is_member(cx, target, next));
        if field.is_none() {
            let manner = match goes_on {
                true => Manner::implied(Access::Read),
                false => Manner::named(access),
            };
            many::keys_of(cx, at, relation, own, manner);
        }
        match target.filter(|_| goes_on) {
            Some(target) => at = target,
            None => return,
        }
    }
}

fn is_member(cx: &Evaluator<'_>, model: ModelId, name: &str) -> bool {
    cx.models.field(model, name).is_some() || cx.models.relation(model, name).is_some()
}

/// The field at the end of a path: a relation's key where it ends with one.
pub(super) fn end(cx: &Evaluator<'_>, model: ModelId, path: &str) -> Option<(ModelId, Box<str>)> {
    let mut at = model;
    let mut steps = path.split("__").peekable();
    while let Some(step) = steps.next() {
        let field = cx.models.field(at, step);
        if let Some(field) = field.filter(|_| steps.peek().is_none()) {
            return Some((at, field.name.clone()));
        }
        let relation = cx.models.relation(at, step)?;
        if steps.peek().is_none() {
            let field = many::key_field(cx, at, relation)?;
            return Some((at, field.name.clone()));
        }
        at = cx.models.target(relation)?;
    }
    None
}

/// The keys of a dictionary, or of those in a list, where they stand in this code: texts, or columns that their own bytes name.
/// Of dictionaries that were made elsewhere, what is known of them.
pub(super) fn keys(cx: &mut Evaluator<'_>, model: ModelId, passed: &Passed, access: Access) {
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
        if passed.spread == Spread::Named && !keys.expressions.is_empty() {
            cx.open_model(model, passed.span, access);
        }
        if !keys.open {
            return;
        }
    }
    known_keys(
        cx,
        model,
        &passed.value,
        (passed.span, access),
        &standing,
        0,
    );
}

/// Keys that a value is known to have and that do not stand in the call.
fn known_keys(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    value: &Value,
    (span, access): (Span, Access),
    literal: &BTreeSet<Box<str>>,
    depth: u32,
) {
    for atom in value.atoms() {
        match atom {
            Atom::Dictionary(of) => {
                for key in of.known.keys().filter(|key| !literal.contains(*key)) {
                    if let Some((at, field)) = end(cx, model, key)
                        && let Some(field) = cx.models.field(at, &field)
                    {
                        cx.touch_field(at, field, span, Manner::implied(access));
                    }
                }
                if !of.rest.is_nothing() && !is_of_columns(of) {
                    cx.open_model(model, span, access);
                }
            }
            Atom::List(of) if depth < MAX_DEPTH => {
                known_keys(cx, model, of, (span, access), literal, depth + 1);
            }
            Atom::Tuple(items) if depth < MAX_DEPTH => {
                for item in items.iter() {
                    known_keys(cx, model, item, (span, access), literal, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// Whether the keys that are no texts are columns, which were named where they stand.
fn is_of_columns(of: &Dictionary) -> bool {
    let is_column = |atom: &Atom| match atom {
        Atom::Object(object) => matches!(object.kind, "column" | "key" | "expression"),
        _ => false,
    };
    let all = of.keys.atoms();
    !all.is_empty() && all.iter().all(is_column)
}

/// Texts that are names of fields; those that stand in another file are likely.
pub(super) fn texts(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, access: Access) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => {
                let name = text.text.trim_start_matches('-');
                let skipped = (text.text.len() - name.len()) as u32;
                let whole = Span::new(skipped, text.text.len() as u32);
                if let Some((file, span)) = text.locate(whole) {
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
