//! Alembic's operations that declare columns: `op.create_table("users", Column("email", …))`, `op.add_column(…)`.
//!
//! What they make of the database is the catalog's business; here they are places that name a column.

use super::{SQLALCHEMY, ours};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Object, Value};
use impact_facts::{Access, Span, TableName};

/// `Column("email", String)`: what an operation declares.
pub(super) fn column(call: &CallSite<'_>) -> Value {
    let named = Object::new(SQLALCHEMY, "expression", None);
    match call.at(0).map(|argument| argument.value.clone()) {
        Some(name) if name.texts().next().is_some() => named.with_value("declares", name).into(),
        _ => named.into(),
    }
}

/// What an operation of that name declares; none for others.
pub(super) fn operation(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    if !matches!(name, "create_table" | "add_column") {
        return None;
    }
    let table = call.value(0, "table_name");
    let table = table.texts().next()?;
    let schema = call.named("schema").map(|argument| argument.value.clone());
    let schema = schema.as_ref().and_then(|value| value.texts().next());
    let table = TableName {
        schema: schema.map(|text| text.text.as_str().into()),
        name: table.text.as_str().into(),
    };
    for argument in call.positional().skip(1) {
        let Some(name) = ours(&argument.value).and_then(|one| one.values.get("declares")) else {
            continue;
        };
        for text in name.texts() {
            let home = text.locate(Span::new(0, text.text.len() as u32));
            if let Some((file, span)) = home {
                let manner = Manner::named(Access::Declare);
                cx.touch_column_in(file, &table, &text.text, span, manner, SQLALCHEMY);
            }
        }
    }
    Some(Value::unknown("a migrated table"))
}
