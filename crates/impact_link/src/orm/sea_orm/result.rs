//! Structs that take a query's columns by the names of their fields: `FromQueryResult`, `DerivePartialModel`.
//!
//! As the book's page on custom selects says: `into_model` takes what the query selects, `into_partial_model` selects what
//! the struct's fields name (`from_col` says another). <https://www.sea-ql.org/SeaORM/docs/advanced-query/custom-select/>

use super::NAME;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::language::rust::{has_word, serialized_as, setting};
use crate::orm::sqlx::row::{self, Binds};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Certainty};

/// The word before a name that a query gives to an expression.
pub(super) const ALIAS: &str = "as:";

/// Binds the rows of a query to the struct that is asked for. `partial`: it says what is selected.
pub(super) fn taken(
    cx: &mut Evaluator<'_>,
    object: &Object,
    models: &[ModelId],
    partial: bool,
    call: &CallSite<'_>,
) -> Value {
    for atom in call.expected.atoms() {
        if let Atom::Instance(class) = atom {
            bind(cx, object, models, *class, partial, call);
        }
    }
    let object = object.clone().with_value("row", call.expected.clone());
    if partial {
        object.with_word("selected").into()
    } else {
        object.into()
    }
}

fn bind(
    cx: &mut Evaluator<'_>,
    object: &Object,
    models: &[ModelId],
    class: ClassRef,
    partial: bool,
    call: &CallSite<'_>,
) {
    let module = cx.program.module(class.file);
    for field in &module.class(class.class).fields {
        let own = module.name(field.name);
        let named = setting(module, &field.decorators, "sea_orm", "from_col");
        let name = named
            .as_deref()
            .unwrap_or(own.strip_prefix("r#").unwrap_or(own));
        let left_out = ["skip", "nested"]
            .iter()
            .any(|word| has_word(module, &field.decorators, "sea_orm", word));
        if left_out || object.words_after(ALIAS).any(|alias| alias == name) {
            continue;
        }
        let Some((model, mapped)) = models
            .iter()
            .find_map(|model| Some((*model, cx.models.field(*model, name)?)))
        else {
            continue;
        };
        let Some(table) = cx.table_of(model, mapped) else {
            continue;
        };
        cx.cells.join(
            row::row_key(class, own),
            &row::source(&table, &mapped.column),
        );
        if partial {
            cx.touch_field(model, mapped, call.span, Manner::implied(Access::Read));
        }
        let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
        let exposed = serialized_as(module, class, field);
        let column = (&table, &*mapped.column);
        cx.touch_exposed(class.file, column, field.name_span, manner, NAME, exposed);
    }
}

/// The text of a statement object.
pub(super) fn text(statement: &Value) -> Value {
    statement
        .atoms()
        .iter()
        .fold(Value::nothing(), |all, atom| match atom {
            Atom::Object(of) if of.door == NAME && of.kind == "statement" => {
                all.or(of.values.get("text").unwrap_or(&Value::nothing()))
            }
            _ => all,
        })
}

/// `T::find_by_statement(statement)`: its columns are bound to the fields of `T` by name.
pub(super) fn of_statement(cx: &mut Evaluator<'_>, class: ClassRef, call: &CallSite<'_>) -> Value {
    let said: Value = Atom::Instance(class).into();
    let text = text(&call.value(0, ""));
    let row = row::of(cx, Binds::Macro, &text, &said, call.span);
    Object::new(NAME, "query", None)
        .with_word("selected")
        .with_value("row", row)
        .into()
}
