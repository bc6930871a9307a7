//! sea-query 0.16 to 0.32: an enum that derives `Iden` names a table and its columns, and statements are put together from
//! its variants: `Query::select().column(Users::Email).from(Users::Table)`.
//!
//! As the page of the derive says: `Table` is the enum's name in snake case, any other variant its own, `#[iden = "…"]`
//! says another. <https://docs.rs/sea-query/latest/sea_query/derive.Iden.html>

pub(crate) mod spelled;

use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::language::rust::{cased, derives, setting};
use crate::touch::Manner;
use crate::value::{Object, Value};
use impact_bind::ClassRef;
use impact_facts::{
    Access, Certainty, ClassKind, ExpressionId, ExpressionKind, Module, Scope, Span, TableName,
};

/// What references are said to come by.
const VIA: &str = "rust/sea-query";

/// The variant that stands for the table.
const TABLE: &str = "Table";

/// The kind of the object that a statement is.
const STATEMENT: &str = "sea-query";

/// Functions that begin a statement, by the last words of their path.
const BEGINNINGS: &[&str] = &[
    "Query.select",
    "Query.insert",
    "Query.update",
    "Query.delete",
];

/// A path names a variant: where the enum names a table that exists, the column is touched.
pub(crate) fn named(cx: &mut Evaluator<'_>, class: ClassRef, variant: &str, span: Span) {
    touched(cx, class, variant, (span, Access::Read));
}

/// The variants of an enum that names a table declare its columns.
pub(super) fn declared(cx: &mut Evaluator<'_>, class: ClassRef) {
    let module = cx.program.module(class.file);
    for variant in &module.class(class.class).fields {
        let name = module.name(variant.name);
        touched(cx, class, name, (variant.name_span, Access::Declare));
    }
}

/// The column that a variant names is touched. What migrations build is read as migrations.
fn touched(cx: &mut Evaluator<'_>, class: ClassRef, variant: &str, (span, access): (Span, Access)) {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    let is_iden = definition.kind == ClassKind::Enum
        && ["Iden", "DeriveIden", "IdenStatic"]
            .iter()
            .any(|name| derives(module, &definition.decorators, name));
    let field = |name: &str| {
        definition
            .fields
            .iter()
            .find(|field| module.name(field.name) == name)
    };
    let (Some(table), Some(column)) = (field(TABLE).filter(|_| is_iden), field(variant)) else {
        return;
    };
    let facts = cx.program.facts(cx.file);
    let is_migration = crate::code_scope(cx.program.path(cx.file), facts) == Scope::Migration;
    if variant == TABLE || is_migration {
        return;
    }
    let own = definition.name.map_or("", |name| module.name(name));
    let name = said(module, &table.decorators)
        .or_else(|| said(module, &definition.decorators))
        .unwrap_or_else(|| snake(own));
    let column = said(module, &column.decorators).unwrap_or_else(|| snake(variant));
    if let Some(table) = cx.schemas.table_of(&TableName::bare(&name), &column) {
        let manner = Manner::named(access).at_most(Certainty::Likely);
        cx.touch_column(&table, &column, span, manner, VIA);
    }
}

/// `#[iden = "user"]`, `#[sea_orm(iden = "user")]`, `#[iden(rename = "user")]`.
fn said(module: &Module, decorators: &[ExpressionId]) -> Option<String> {
    let assigned = decorators
        .iter()
        .find_map(|id| match &module.expression(*id).kind {
            ExpressionKind::Assign(assign) if module.dotted(assign.target)? == "iden" => {
                module.plain_text(assign.value)
            }
            _ => None,
        });
    assigned
        .or_else(|| setting(module, decorators, "sea_orm", "iden"))
        .or_else(|| setting(module, decorators, "iden", "rename"))
}

/// `CreatedAt` is `created_at`.
fn snake(name: &str) -> String {
    let mut made = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            made.push('_');
        }
        made.extend(c.to_lowercase());
    }
    cased(&made, None)
}

/// A statement that begins: it keeps what its columns are to it.
pub(super) fn begun(path: &str, door: &'static str) -> Option<Value> {
    let verb = BEGINNINGS.iter().find(|known| path.ends_with(*known))?;
    let word = verb.rsplit('.').next().unwrap_or_default();
    Some(Object::new(door, STATEMENT, None).with_word(word).into())
}

/// A method of a statement: what an insert lists and an update sets is written.
pub(super) fn step(
    cx: &mut Evaluator<'_>,
    object: &Object,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    (object.kind == STATEMENT).then_some(())?;
    let writes = (object.has("insert") && name == "columns")
        || (object.has("update") && matches!(name, "value" | "values"));
    if let Some(first) = call.at(0).filter(|_| writes) {
        cx.retouch(first.span, Access::Write);
    }
    Some(spelled::step(cx, object, name, call).into())
}
