//! Structs that take a query's columns by the names of their fields: `FromQueryResult`, `DerivePartialModel`.
//!
//! As the book's page on custom selects says: `into_model` takes what the query selects, `into_partial_model` selects what
//! the struct's fields name (`from_col` says another). <https://www.sea-ql.org/SeaORM/docs/advanced-query/custom-select/>

use super::{NAME, Thing, thing};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::language::rust::{derives, has_word, serialized_as, setting};
use crate::orm::sqlx::row::{self, Binds};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_bind::{ClassRef, Place};
use impact_facts::{Access, Certainty, MappedField, Span};

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

/// Partial models within partial models are looked into as deep as this.
const MAX_NESTED: u32 = 6;

fn bind(
    cx: &mut Evaluator<'_>,
    object: &Object,
    models: &[ModelId],
    class: ClassRef,
    partial: bool,
    call: &CallSite<'_>,
) {
    let mut work = vec![(class, 0)];
    while let Some((class, depth)) = work.pop() {
        let own = entity(cx, class);
        let models = own.as_slice().iter().chain(models).copied();
        let models: Vec<ModelId> = models.collect();
        for taken in fields(cx, class, &models) {
            match taken {
                Taken::Within(inner) if depth < MAX_NESTED => work.push((inner, depth + 1)),
                Taken::Within(_) => {}
                Taken::Column(named) => {
                    let is_alias = object.words_after(ALIAS).any(|alias| alias == named.said);
                    if !is_alias {
                        bound(cx, class, &named, partial, call);
                    }
                }
            }
        }
    }
}

/// What a field of a struct takes.
enum Taken {
    /// A column.
    Column(Named),
    /// What the fields of a struct take.
    Within(ClassRef),
}

/// A field that takes a column.
struct Named {
    said: String,
    own: String,
    span: Span,
    exposed: Option<Box<str>>,
    model: ModelId,
    field: MappedField,
}

/// The entity that a partial model names: `#[sea_orm(entity = "Entity")]`.
fn entity(cx: &Evaluator<'_>, class: ClassRef) -> Option<ModelId> {
    let module = cx.program.module(class.file);
    let decorators = &module.class(class.class).decorators;
    let said = setting(module, decorators, "sea_orm", "entity")?;
    let around = cx
        .program
        .places(class.file)
        .around(Place::Class(class.class));
    let place = around.unwrap_or(Place::Module);
    let path = said.trim().trim_matches('"').replace("::", ".");
    let binding = cx.program.resolve(class.file, place, &path);
    match thing(cx, binding.external()?)? {
        Thing::Entity(model, _) => Some(model),
        _ => None,
    }
}

fn fields(cx: &mut Evaluator<'_>, class: ClassRef, models: &[ModelId]) -> Vec<Taken> {
    let module = cx.program.module(class.file);
    let mut found = Vec::new();
    for field in &module.class(class.class).fields {
        let own = module.name(field.name);
        let has = |word| has_word(module, &field.decorators, "sea_orm", word);
        if has("nested") {
            let said = crate::language::rust::field_type(cx, class, own);
            let inner = said.atoms().iter().filter_map(|atom| match atom {
                Atom::Instance(class) => Some(Taken::Within(*class)),
                _ => None,
            });
            found.extend(inner);
            continue;
        }
        let computed = setting(module, &field.decorators, "sea_orm", "from_expr");
        if has("skip") || computed.is_some() {
            continue;
        }
        let named = setting(module, &field.decorators, "sea_orm", "from_col");
        let said = named.unwrap_or_else(|| own.trim_start_matches("r#").to_owned());
        let mut models = models.iter();
        let mapped =
            models.find_map(|model| Some((*model, cx.models.field(*model, &said)?.clone())));
        if let Some((model, mapped)) = mapped {
            found.push(Taken::Column(Named {
                said,
                own: own.to_owned(),
                span: field.name_span,
                exposed: serialized_as(module, class, field),
                model,
                field: mapped,
            }));
        }
    }
    found
}

fn bound(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    named: &Named,
    partial: bool,
    call: &CallSite<'_>,
) {
    let Some(table) = cx.table_of(named.model, &named.field) else {
        return;
    };
    cx.cells.join(
        row::row_key(class, &named.own),
        &row::source(&table, &named.field.column),
    );
    if partial {
        let manner = Manner::implied(Access::Read);
        cx.touch_field(named.model, &named.field, call.span, manner);
    }
    if entity(cx, class).is_some() {
        return;
    }
    let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
    let column = (&table, &*named.field.column);
    cx.touch_exposed(
        class.file,
        column,
        named.span,
        manner,
        NAME,
        named.exposed.clone(),
    );
}

/// A partial model that says of which entity it is declares the columns of its fields, whoever selects it; the columns
/// that `from_expr` names are read.
pub(super) fn declared(cx: &mut Evaluator<'_>, class: ClassRef) {
    let module = cx.module();
    let definition = module.class(class.class);
    if !derives(module, &definition.decorators, "DerivePartialModel") {
        return;
    }
    let Some(model) = entity(cx, class) else {
        return;
    };
    for taken in fields(cx, class, &[model]) {
        let Taken::Column(named) = taken else {
            continue;
        };
        let manner = Manner::named(Access::Declare);
        let Some(table) = cx.table_of(named.model, &named.field) else {
            continue;
        };
        cx.cells.join(
            row::row_key(class, &named.own),
            &row::source(&table, &named.field.column),
        );
        let column = (&table, &*named.field.column);
        cx.touch_exposed(class.file, column, named.span, manner, NAME, named.exposed);
    }
    let around = cx
        .program
        .places(class.file)
        .around(Place::Class(class.class));
    let place = around.unwrap_or(Place::Module);
    for field in &definition.fields {
        if let Some(said) = setting(module, &field.decorators, "sea_orm", "from_expr") {
            super::declared::paths(cx, class, place, (&said, field.name_span));
        }
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
            Atom::Object(of) if crate::orm::sea_query::is_statement(of) => {
                all.or(&atom.clone().into())
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
