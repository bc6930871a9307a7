//! INSERT, UPDATE and DELETE statements: which columns their values name.

use super::{SQLALCHEMY, entity, fragment, result};
use crate::door::{CallSite, Passed};
use crate::evaluator::Evaluator;
use crate::orm::added;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Certainty, MappedField, Span};

/// Methods of a statement that changes rows.
pub(super) fn call(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    fragment::standing(cx, object, call);
    match (name, object.model) {
        ("values" | "ordered_values", Some(model)) => {
            for argument in call.arguments {
                match &argument.name {
                    Some((name, span)) => column(cx, model, name, *span, Access::Write),
                    None => mappings(cx, model, argument),
                }
            }
            if object.kind == "insert" {
                added_by(cx, model, call);
            }
        }
        ("on_conflict_do_update" | "on_conflict_do_nothing", Some(model)) => {
            conflict(cx, model, call);
        }
        ("on_duplicate_key_update", Some(model)) => {
            for argument in call.arguments {
                match &argument.name {
                    Some((name, span)) => column(cx, model, name, *span, Access::Write),
                    None => mappings(cx, model, argument),
                }
            }
        }
        ("filter_by", Some(model)) => {
            for (name, span) in call
                .arguments
                .iter()
                .filter_map(|argument| argument.name.as_ref())
            {
                column(cx, model, name, *span, Access::Read);
            }
        }
        ("from_select", Some(model)) => strings(cx, model, &call.value(0, "names"), Access::Write),
        ("returning", _) => return Some(returning(cx, object, call)),
        ("execute" | "scalar", _) => return Some(result::first(&object.clone().into())),
        _ => {}
    }
    Some(object.clone().into())
}

/// The row that an INSERT's values make: what no dictionary names is left out.
fn added_by(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    let mut row = added::Row::of(model, call, Certainty::Likely);
    row.open |= call.positional().any(|one| !is_display(&one.value));
    added::row(cx, row, call);
}

/// Whether a value is a dictionary all of whose keys are known, a list of such, or a statement.
pub(super) fn is_display(value: &Value) -> bool {
    let known = |atom: &Atom| match atom {
        Atom::Dictionary(of) => of.rest.is_nothing(),
        Atom::List(of) => is_display(of),
        Atom::Tuple(items) => items.iter().all(is_display),
        Atom::Object(object) => is_statement(object),
        _ => false,
    };
    !value.is_nothing() && value.atoms().iter().all(known)
}

/// `returning(User)` reads whole rows, deferred columns, too; `returning(User.id)` what it names.
fn returning(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Value {
    let mut made = object.clone();
    for argument in call.positional() {
        made = entity::with_item(cx, made, &argument.value);
    }
    made.into()
}

fn conflict(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    if let Some(elements) = call.named("index_elements") {
        let value = elements.value.clone();
        strings(cx, model, &value, Access::Read);
    }
    if let Some(set) = call.named("set_") {
        mappings(cx, model, set);
    }
}

/// Values by name: a dictionary's keys (strings, columns) or those of each dictionary in a list.
pub(super) fn mappings(cx: &mut Evaluator<'_>, model: ModelId, passed: &Passed) {
    keyed(cx, &[model], passed, Access::Write, either);
}

/// How a key names a field.
pub(super) type Find = for<'a> fn(&Evaluator<'a>, ModelId, &str) -> Option<&'a MappedField>;

/// By the name of the attribute alone: constructors, `filter_by`.
pub(super) fn by_attribute<'a>(
    cx: &Evaluator<'a>,
    model: ModelId,
    name: &str,
) -> Option<&'a MappedField> {
    cx.models.field(model, name)
}

fn either<'a>(cx: &Evaluator<'a>, model: ModelId, name: &str) -> Option<&'a MappedField> {
    let field = cx.models.field(model, name);
    field.or_else(|| entity::by_column(cx, model, name))
}

/// The keys of a dictionary that is passed, each at its own bytes where it stands in this code, and what its value says
/// beside these. Each is a field of the first of some models that has it.
pub(super) fn keyed(
    cx: &mut Evaluator<'_>,
    models: &[ModelId],
    passed: &Passed,
    access: Access,
    find: Find,
) {
    let Some(expression) = passed.expression else {
        return known_keys(cx, models, &passed.value, passed.span, access);
    };
    let keys = cx.standing_keys(expression);
    for (span, (name, certainty)) in &keys.texts {
        let field = models
            .iter()
            .find_map(|model| Some((*model, find(cx, *model, name)?)));
        if let Some((model, field)) = field {
            let manner = Manner::named(access).at_most(*certainty);
            cx.touch_field(model, field, *span, manner);
        }
    }
    for span in &keys.expressions {
        cx.retouch(*span, access);
    }
    // Where they are used they are named by the dictionary alone.
    let is_told = |atom: &Atom| !matches!(atom, Atom::Unknown(_));
    let told = passed.value.filter(is_told);
    if keys.open {
        known_keys(cx, models, &passed.value, passed.span, access);
    } else if keys.bound && keys.expressions.is_empty() && !told.is_nothing() {
        known_keys(cx, models, &told, passed.span, access);
    }
}

/// The keys of dictionaries that were made elsewhere, each a field of the first of some models that has it; a dictionary
/// that is not known may name any column of the first.
pub(super) fn known_keys(
    cx: &mut Evaluator<'_>,
    models: &[ModelId],
    value: &Value,
    span: Span,
    access: Access,
) {
    let manner = Manner::implied(access).at_most(value.certainty);
    let mut open = value.is_nothing();
    for atom in value.atoms() {
        match atom {
            Atom::Dictionary(of) => {
                open |= !of.rest.is_nothing();
                for key in of.known.keys() {
                    let field = models
                        .iter()
                        .find_map(|model| Some((*model, cx.models.field(*model, key)?)));
                    if let Some((model, field)) = field {
                        cx.touch_field(model, field, span, manner);
                    }
                }
            }
            Atom::List(of) => known_keys(cx, models, of, span, access),
            Atom::Tuple(items) => {
                for item in items.iter() {
                    known_keys(cx, models, item, span, access);
                }
            }
            Atom::Null => {}
            Atom::Object(object) if is_statement(object) => {}
            _ => open = true,
        }
    }
    if let (Some(model), true) = (models.first(), open) {
        cx.open_model(*model, span, access);
    }
}

/// Whether values come from a statement, which names them itself.
fn is_statement(object: &Object) -> bool {
    let kinds = ["select", "query", "subquery", "expression", "column"];
    object.door == SQLALCHEMY && kinds.contains(&object.kind)
}

/// A column or field by name.
pub(super) fn column(
    cx: &mut Evaluator<'_>,
    model: ModelId,
    name: &str,
    span: Span,
    access: Access,
) {
    if let Some(field) = either(cx, model, name) {
        cx.touch_field(model, field, span, Manner::named(access));
    }
}

/// Names of fields in strings, each touched at its own bytes.
pub(super) fn strings(cx: &mut Evaluator<'_>, model: ModelId, value: &Value, access: Access) {
    for atom in value.atoms() {
        match atom {
            Atom::Text(text) => {
                let name = text.text.trim_start_matches('-');
                let skipped = (text.text.len() - name.len()) as u32;
                let by_name = cx.models.field(model, name);
                let field = by_name.or_else(|| entity::by_column(cx, model, name));
                let place = text.locate(Span::new(skipped, text.text.len() as u32));
                if let (Some(field), Some((file, span))) = (field, place)
                    && let Some(table) = cx.table_of(model, field)
                {
                    let manner = Manner::named(access).at_most(value.certainty);
                    cx.touch_column_in(file, &table, &field.column, span, manner, SQLALCHEMY);
                }
            }
            Atom::List(of) => strings(cx, model, &of.clone(), access),
            Atom::Tuple(items) => {
                for item in items.clone().iter() {
                    strings(cx, model, item, access);
                }
            }
            _ => {}
        }
    }
}
