//! Rows that take columns by place: `#[derive(Queryable)]` structs and tuples, as diesel's page of the derive says.
//!
//! What is selected is bound to the fields of the struct that is asked for, in order; without a `select` that is every
//! column of the tables. A struct that is mapped by the names of its fields needs none of this.

use super::columns::{Thing, thing};
use crate::evaluator::Evaluator;
use crate::language::rust::{derives, field_type, has_word, serialized_as};
use crate::orm::sqlx::row::{row_key, source};
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Certainty, TableName};

/// Selections and embedded structs are looked into as deep as this.
const MAX_DEPTH: u32 = 8;

/// Derives of a type that is one column's value, whichever column that is: no row.
const VALUES: &[&str] = &["FromSqlRow", "AsExpression", "DieselNewType"];

/// A column that is selected; none for what is computed.
type Selected = Option<(TableName, Box<str>)>;

/// Binds what a query selects to the struct that is asked for.
pub(super) fn bind(cx: &mut Evaluator<'_>, selected: &Value, said: &Value) {
    at_depth(cx, selected, said, 0);
}

/// Binds all columns of tables to the struct that is asked for.
pub(super) fn bind_all(cx: &mut Evaluator<'_>, tables: &[ModelId], said: &Value) {
    let columns: Vec<Vec<Selected>> = tables.iter().map(|model| all(cx, *model)).collect();
    for atom in said.atoms() {
        match atom {
            Atom::Instance(class) => filled(cx, &columns.concat(), *class),
            Atom::Tuple(items) => {
                for (item, columns) in items.iter().zip(&columns) {
                    for atom in item.atoms() {
                        if let Atom::Instance(class) = atom {
                            filled(cx, columns, *class);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn at_depth(cx: &mut Evaluator<'_>, selected: &Value, said: &Value, depth: u32) {
    if depth > MAX_DEPTH {
        return;
    }
    for atom in said.atoms() {
        match atom {
            Atom::Instance(class) => {
                let mut columns = Vec::new();
                flat(cx, selected, &mut columns, 0);
                filled(cx, &columns, *class);
            }
            Atom::Tuple(wanted) => {
                for selected in selected.atoms() {
                    let Atom::Tuple(items) = selected else {
                        continue;
                    };
                    for (item, wanted) in items.iter().zip(wanted.iter()) {
                        at_depth(cx, item, wanted, depth + 1);
                    }
                }
            }
            Atom::List(of) => at_depth(cx, selected, of, depth + 1),
            _ => {}
        }
    }
}

/// The columns of a selection, in order.
fn flat(cx: &Evaluator<'_>, selected: &Value, found: &mut Vec<Selected>, depth: u32) {
    match selected.atoms() {
        [Atom::Tuple(items)] if depth < MAX_DEPTH => {
            for item in items.iter() {
                flat(cx, item, found, depth + 1);
            }
        }
        [Atom::External(path)] => match thing(cx, path) {
            Some(Thing::Column(model, field)) => {
                let table = cx.table_of(model, field);
                found.push(table.map(|table| (table, field.column.clone())));
            }
            Some(Thing::All(model)) => found.extend(all(cx, model)),
            _ => found.push(None),
        },
        _ => found.push(None),
    }
}

fn all(cx: &Evaluator<'_>, model: ModelId) -> Vec<Selected> {
    let fields = cx.models.get(model).map_or(&[][..], |model| &model.fields);
    let column = |field: &impact_facts::MappedField| {
        let table = cx.table_of(model, field)?;
        Some((table, field.column.clone()))
    };
    fields.iter().map(column).collect()
}

/// The fields of a struct take the columns, in order. A struct with another number of fields takes none.
fn filled(cx: &mut Evaluator<'_>, columns: &[Selected], class: ClassRef) {
    let module = cx.program.module(class.file);
    let definition = module.class(class.class);
    let fields = &definition.fields;
    let is_value = VALUES
        .iter()
        .any(|name| derives(module, &definition.decorators, name));
    if is_value || fields.len() != columns.len() {
        return;
    }
    for (field, column) in fields.iter().zip(columns) {
        let Some((table, column)) = column else {
            continue;
        };
        let name = module.name(field.name);
        cx.cells.join(row_key(class, name), &source(table, column));
        let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
        let exposed = serialized_as(module, class, field);
        let named = (table, &**column);
        cx.touch_exposed(
            class.file,
            named,
            field.name_span,
            manner,
            super::NAME,
            exposed,
        );
    }
}

/// The mapped structs that fields of a mapped struct embed: `#[diesel(embed)]`.
pub(super) fn embedded(cx: &mut Evaluator<'_>, model: ModelId) -> Vec<ModelId> {
    let mut found = Vec::new();
    let mut work = vec![(model, 0)];
    while let Some((model, depth)) = work.pop() {
        let Some(class) = cx.models.class(model).filter(|_| depth < MAX_DEPTH) else {
            continue;
        };
        let module = cx.program.module(class.file);
        for field in &module.class(class.class).fields {
            if !has_word(module, &field.decorators, "diesel", "embed") {
                continue;
            }
            let said = field_type(cx, class, module.name(field.name));
            for atom in said.atoms() {
                if let Atom::Mapped(inner) = atom
                    && !found.contains(inner)
                {
                    found.push(*inner);
                    work.push((*inner, depth + 1));
                }
            }
        }
    }
    found
}
