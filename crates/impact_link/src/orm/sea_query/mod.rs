//! sea-query 0.16 to 0.32: an enum that derives `Iden` names a table and its columns, and statements are put together from
//! its variants: `Query::select().column(Users::Email).from(Users::Table)`.

mod selected;
pub(crate) mod spelled;

pub(crate) use selected::outputs;

use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Object, Value};
use impact_bind::{ClassRef, IdenTable};
use impact_facts::{Access, Certainty, Scope, Span, TableName};

/// What references are said to come by.
const VIA: &str = "rust/sea-query";

/// The kind of the object that a statement is.
const STATEMENT: &str = "sea-query";

/// Functions that begin a statement, by the last words of their path.
const BEGINNINGS: &[&str] = &[
    "Query.select",
    "Query.insert",
    "Query.update",
    "Query.delete",
];

/// Functions that define a column, by the last words of their path.
const DEFINITIONS: &[&str] = &["ColumnDef.new", "ColumnDef.new_with_type"];

/// A path names a variant: where the enum names a table that exists, the column is touched.
pub(crate) fn named(cx: &mut Evaluator<'_>, class: ClassRef, variant: &str, span: Span) {
    if let Some(iden) = cx.program.iden_table(class) {
        touched(cx, iden, variant, (span, Access::Read));
    }
}

/// The same, of an enum that a macro makes.
pub(crate) fn named_by(cx: &mut Evaluator<'_>, path: &str, span: Span) {
    if let Some((iden, variant)) = cx.program.enum_def(path) {
        touched(cx, iden, variant, (span, Access::Read));
    }
}

/// The variants or fields of a type that names a table declare its columns.
pub(super) fn declared(cx: &mut Evaluator<'_>, class: ClassRef) {
    let Some(iden) = cx.program.iden_table(class) else {
        return;
    };
    for column in &iden.columns {
        let declared = (column.span, Access::Declare);
        touched(cx, iden, &column.variant, declared);
    }
}

/// The column that a variant names is touched. What migrations build is read as migrations.
fn touched(
    cx: &mut Evaluator<'_>,
    iden: &IdenTable,
    variant: &str,
    (span, access): (Span, Access),
) {
    let facts = cx.program.facts(cx.file);
    let is_migration = crate::code_scope(cx.program.path(cx.file), facts) == Scope::Migration;
    let Some(column) = iden.column(variant).filter(|_| !is_migration) else {
        return;
    };
    let named = TableName::bare(&iden.table);
    if let Some(table) = cx.schemas.table_of(&named, &column.name) {
        let manner = Manner::named(access).at_most(Certainty::Likely);
        cx.touch_column(&table, &column.name, span, manner, VIA);
    }
}

/// `ColumnDef::new(Users::Email)` says that there is a column.
pub(super) fn defined(cx: &mut Evaluator<'_>, path: &str, call: &CallSite<'_>) {
    let defines = DEFINITIONS.iter().any(|known| path.ends_with(known));
    if let Some(name) = call.at(0).filter(|_| defines) {
        cx.retouch(name.span, Access::Declare);
    }
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
    let after = spelled::step(cx, object, name, call);
    let after = Value::from(selected::step(cx, after, name, call));
    Some(match name.starts_with("build") {
        true => Value::tuple(vec![after, Value::unknown("the values of a statement")]),
        false => after,
    })
}

/// Whether an object is a statement.
pub(crate) fn is_statement(object: &Object) -> bool {
    object.kind == STATEMENT
}
