//! How a field is answered: by code, by the row's own member, or by the rows of a model.

use super::fields::{Field, library};
use super::types;
use crate::cells::Key;
use crate::door::MemberSite;
use crate::effect::Target;
use crate::evaluator::{Evaluator, Part};
use crate::orm::django::{self, read_path};
use crate::value::{Atom, Value};
use impact_bind::Place;
use impact_facts::{Access, Certainty, Span};

/// Options of a field whose texts are paths of the row's model.
const PATHS: &[&str] = &["only", "select_related", "prefetch_related"];

/// Answers a field of a type that shows these rows.
pub(super) fn answer(cx: &mut Evaluator<'_>, field: &Field<'_>, rows: &Value) {
    let here = (cx.file, cx.place);
    (cx.file, cx.place) = (field.owner.file, Place::Class(field.owner.class));
    if !field.resolvers.is_empty() {
        resolved(cx, field);
    } else if !rows.is_nothing() {
        of_row(cx, field, rows);
    } else {
        of_model(cx, field);
    }
    for (path, span) in texts(cx, field, PATHS) {
        for model in django::models_of(rows) {
            read_path(cx, model, &path.replace('.', "__"), span);
        }
    }
    for shown in &field.types {
        cx.runs(
            Target::Class(*shown, Part::Show),
            field.span,
            Certainty::Exact,
        );
    }
    (cx.file, cx.place) = here;
}

/// The rows that code answers with are those of the types that the field gives.
fn resolved(cx: &mut Evaluator<'_>, field: &Field<'_>) {
    for resolver in &field.resolvers {
        cx.runs(Target::Function(*resolver), field.span, Certainty::Exact);
        let returned = cx.read(Key::Return(*resolver));
        let lazy = returned.filter(|atom| matches!(atom, Atom::Object(_)));
        let ready = returned.filter(|atom| !matches!(atom, Atom::Object(_)));
        let found = cx.iterate(&lazy, field.span);
        let rows = crate::library::intrinsic::rows(cx, &ready.or(&found));
        for shown in &field.types {
            types::give(cx, *shown, &rows);
        }
    }
}

/// A member of the row, under the field's own name or that which its options say.
fn of_row(cx: &mut Evaluator<'_>, field: &Field<'_>, rows: &Value) {
    let said = texts(cx, field, &["field_name", "source"]);
    let own = [(field.name.clone(), field.span)];
    for (path, span) in if said.is_empty() { &own[..] } else { &said[..] } {
        let path = path.replace('.', "__");
        let certainty = rows.certainty;
        cx.with_certainty(certainty, |cx| {
            for model in django::models_of(rows) {
                read_path(cx, model, &path, *span);
            }
        });
        if !field.types.is_empty() {
            let shown = related(cx, rows, &path, *span);
            for class in &field.types {
                types::give(cx, *class, &shown);
            }
        }
    }
}

/// The rows that a member of a row leads to: they are fetched where they are shown.
pub(super) fn related(cx: &mut Evaluator<'_>, rows: &Value, name: &str, span: Span) -> Value {
    let member = MemberSite {
        name,
        span,
        access: Access::Read,
        value: None,
    };
    cx.with_certainty(Certainty::Likely, |cx| {
        let of = cx.attribute(rows, &member);
        let alone = of.filter(|atom| matches!(atom, Atom::Mapped(_)));
        alone.or(&cx.iterate(&django::all_of(&of), span))
    })
}

/// What a field without code and without a row does: it reads all rows of its type's model, or saves one of them.
fn of_model(cx: &mut Evaluator<'_>, field: &Field<'_>) {
    if field.call.is_none() || field.is_plain() {
        return;
    }
    for shown in field.types.clone() {
        let Some(model) = library(cx, shown).and_then(|library| types::model(cx, shown, library))
        else {
            continue;
        };
        match field.last_word() {
            "create" | "update" => django::save_row(cx, model, field.span),
            "delete" => django::delete_rows(cx, model, field.span),
            _ => {
                let all = types::queryset(cx, shown, model);
                cx.iterate(&all, field.span);
            }
        }
    }
}

/// The texts that a field's options give under some names, and where they stand.
fn texts(cx: &Evaluator<'_>, field: &Field<'_>, names: &[&str]) -> Vec<(String, Span)> {
    let module = cx.program.module(field.owner.file);
    let arguments = field.call.map_or(&[][..], |call| &call.arguments);
    let said = arguments.iter().filter(|argument| {
        let name = argument.name.map(|(name, _)| module.name(name));
        name.is_some_and(|name| names.contains(&name))
    });
    said.flat_map(|argument| written(module, argument.value))
        .collect()
}

/// The texts of a list, or the one that stands there alone.
fn written(module: &impact_facts::Module, id: impact_facts::ExpressionId) -> Vec<(String, Span)> {
    let items = match &module.expression(id).kind {
        impact_facts::ExpressionKind::Collection(of) => {
            of.items.iter().map(|item| item.value).collect()
        }
        _ => vec![id],
    };
    let texts = items.into_iter().filter_map(|id| {
        let span = module.expression(id).span;
        let inside = Span::new(
            span.start + 1,
            span.end.saturating_sub(1).max(span.start + 1),
        );
        Some((module.plain_text(id)?, inside))
    });
    texts.collect()
}
