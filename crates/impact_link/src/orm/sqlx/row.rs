//! What a row of a statement is: a struct whose fields its columns are bound to, or a record of its columns.
//!
//! `#[derive(FromRow)]` takes columns by the names of fields and its own attributes (`rename`, `rename_all`, `flatten`,
//! `skip`: the page of the derive, sqlx 0.8), `query_as!` by the names of fields alone, a tuple and `query_scalar` by
//! place. A column that only a `*` gives is needed as soon as something takes it.

use super::NAME;
use crate::carried;
use crate::cells::Key;
use crate::evaluator::Evaluator;
use crate::language::rust::{cased, has_word, serialized_as, setting, setting_span};
use crate::orm::sea_query;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_bind::{Binding, ClassRef};
use impact_facts::{Access, Certainty, ExpressionId, Field, Module, Span, TableName};
use impact_sql::OutputColumn;
use std::sync::Arc;

/// Structs within structs are looked into as deep as this.
const MAX_FLATTENED: u32 = 6;

/// The attribute of mysql_common's derive.
const MYSQL: &str = "mysql";

/// How a query binds its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binds {
    /// To nothing: rows are asked by name or place.
    Record,
    /// To the fields of a struct as `query_as!` does.
    Macro,
    /// As `FromRow` says.
    FromRow,
    /// As diesel's `QueryableByName` says.
    ByName,
    /// As serde says.
    Serde,
    /// As serde says, where the struct is written.
    Stored,
    /// The first column is the value.
    First,
}

impl Binds {
    /// The word under which a query keeps it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Record => "binds:record",
            Self::Macro => "binds:macro",
            Self::FromRow => "binds:row",
            Self::ByName => "binds:name",
            Self::Serde => "binds:serde",
            Self::Stored => "binds:stored",
            Self::First => "binds:first",
        }
    }
}

/// One row of a statement; `said` is the type that is asked for, where one is known.
pub(crate) fn of(
    cx: &mut Evaluator<'_>,
    binds: Binds,
    text: &Value,
    said: &Value,
    span: Span,
) -> Value {
    match binds {
        Binds::Record => record(cx, text),
        Binds::First => {
            let mut value = Value::unknown("a column's value");
            for text in texts(text) {
                if let Some(first) = outputs(cx, &text).first() {
                    taken(cx, &text, first, span);
                    value = value.or(&carried::of_sources(cx, &sources(first)));
                }
            }
            value
        }
        _ if says_fields(said) => {
            let mut made = Value::nothing();
            for text in texts(text) {
                let outputs = outputs(cx, &text);
                made.join(&carrying(cx, said, &outputs));
                let row = Row {
                    text: &text,
                    outputs: &outputs,
                    binds,
                    span,
                };
                for atom in said.atoms() {
                    row.bind(cx, atom);
                }
            }
            if made.is_nothing() {
                said.clone()
            } else {
                made.at_most(said.certainty)
            }
        }
        _ if said.is_nothing() || said.is_unknown() => open_record(cx, text),
        _ => said.clone(),
    }
}

/// What a row is said to be; the items of a tuple carry the columns that they are made from.
fn carrying(cx: &Evaluator<'_>, said: &Value, outputs: &[OutputColumn]) -> Value {
    said.atoms().iter().fold(Value::nothing(), |all, atom| {
        let Atom::Tuple(items) = atom else {
            return all.or(&atom.clone().into());
        };
        let carried = |(at, item): (usize, &Value)| match outputs.get(at) {
            Some(output) => item.or(&carried::of_sources(cx, &sources(output))),
            None => item.clone(),
        };
        all.or(&Value::tuple(
            items.iter().enumerate().map(carried).collect(),
        ))
    })
}

/// A row whose type the query does not say: whatever takes it says so.
pub(super) fn open_record(cx: &mut Evaluator<'_>, text: &Value) -> Value {
    let record = record(cx, text);
    let open = record.atoms().iter().map(|atom| match atom {
        Atom::Object(of) => Atom::Object(Arc::new((**of).clone().with_word(OPEN))),
        other => other.clone(),
    });
    Value::any_of(open)
}

/// The word of a record whose type is open.
const OPEN: &str = "open";

/// A value is taken as what a type or pattern says: rows of open type are bound to it.
pub(crate) fn becomes(cx: &mut Evaluator<'_>, value: &Value, said: &Value, span: Span) {
    let rows = element(value);
    for atom in rows.atoms() {
        let Atom::Object(record) = atom else { continue };
        if record.door != NAME || record.kind != "record" {
            continue;
        }
        let said = element(said);
        let converted = super::handed::converted(cx, atom, &said);
        if record.has(OPEN) && !converted {
            let text = record.values.get("").cloned().unwrap_or_default();
            of(cx, Binds::FromRow, &text, &said, span);
        }
    }
}

/// `T::from_row(&row)`.
pub(super) fn from_row(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    row: &Value,
    span: Span,
) -> Option<Value> {
    for atom in row.atoms() {
        let Atom::Object(record) = atom else { continue };
        if record.kind == "record" {
            let text = record.values.get("").cloned().unwrap_or_default();
            let said: Value = Atom::Instance(class).into();
            of(cx, Binds::FromRow, &text, &said, span);
        }
    }
    Some(cx.instance_of(class))
}

/// Whether a type says which columns a row binds.
pub(super) fn says_fields(said: &Value) -> bool {
    said.atoms()
        .iter()
        .any(|atom| matches!(atom, Atom::Instance(_) | Atom::Mapped(_) | Atom::Tuple(_)))
}

/// What one element of a type of rows is; a type of one row is itself.
pub(crate) fn element(said: &Value) -> Value {
    said.atoms()
        .iter()
        .fold(Value::nothing(), |all, atom| match atom {
            Atom::List(of) => all.or(of),
            other => all.or(&other.clone().into()),
        })
}

pub(super) fn is_record(value: &Value) -> bool {
    value
        .atoms()
        .iter()
        .all(|atom| matches!(atom, Atom::Object(of) if of.kind == "record"))
}

/// A row without a type: its columns by name, and by place under `#0`, `#1`, ….
pub(crate) fn record(cx: &mut Evaluator<'_>, text: &Value) -> Value {
    let mut record = Object::new(NAME, "record", None).with_value("", text.clone());
    for text in texts(text) {
        for (at, output) in outputs(cx, &text).iter().enumerate() {
            let sources = sources(output);
            record = record.with_value(&column_name(output), sources.clone());
            if at < MAX_PLACES {
                record = record.with_value(&format!("#{at}"), sources);
            }
        }
    }
    record.into()
}

/// The values of a row's columns by place, where a pattern takes it apart into as many: a column that only a `*` gives is
/// needed.
pub(crate) fn parts(
    cx: &mut Evaluator<'_>,
    record: &Atom,
    count: usize,
    span: Span,
) -> Option<Vec<Value>> {
    let Atom::Object(record) = record else {
        return None;
    };
    if record.door != NAME || record.kind != "record" {
        return None;
    }
    let text = record.values.get("").cloned().unwrap_or_default();
    let outputs = outputs(cx, &text);
    if outputs.len() != count {
        return None;
    }
    let part = |output: &OutputColumn| {
        taken(cx, &text, output, span);
        Value::unknown("a column's value").or(&carried::of_sources(cx, &sources(output)))
    };
    Some(outputs.iter().map(part).collect())
}

/// Columns behind this one are not kept by place.
const MAX_PLACES: usize = 64;

/// Each statement among the alternatives: a text, or one that sea-query puts together.
fn texts(value: &Value) -> Vec<Value> {
    let is_statement = |atom: &&Atom| match atom {
        Atom::Text(_) => true,
        Atom::Object(of) => sea_query::is_statement(of),
        _ => false,
    };
    let all = value.atoms().iter().filter(is_statement);
    all.map(|atom| atom.clone().into()).collect()
}

/// What statements yield.
fn outputs(cx: &mut Evaluator<'_>, text: &Value) -> Vec<OutputColumn> {
    let mut all = cx.sql_outputs(text);
    all.extend(sea_query::outputs(text));
    all
}

/// An output's name without sqlx's overrides: `id!: Uuid` is `id`.
fn column_name(output: &OutputColumn) -> String {
    let name = output.name.as_deref().unwrap_or_default();
    name.split(['!', '?', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// A column as what a row's field is made from.
pub(crate) fn source(table: &TableName, column: &str) -> Value {
    let object = Object::new(NAME, "column", None);
    object.with_word(&format!("{table}.{column}")).into()
}

fn sources(output: &OutputColumn) -> Value {
    let mut object = Object::new(NAME, "column", None);
    for (table, column) in &output.sources {
        object = object.with_word(&format!("{table}.{column}"));
    }
    object.into()
}

/// The columns of one statement, while they are bound.
struct Row<'r> {
    text: &'r Value,
    outputs: &'r [OutputColumn],
    binds: Binds,
    span: Span,
}

/// Where a field gets its value.
enum Place {
    /// From the column of that name.
    Column(String),
    /// Its own fields get theirs.
    Within,
    /// From no column.
    Nowhere,
}

impl Row<'_> {
    fn bind(&self, cx: &mut Evaluator<'_>, said: &Atom) {
        match said {
            Atom::Instance(_) | Atom::Mapped(_) => {
                if let Some(class) = cx.class_of_instance(said) {
                    self.bind_struct(cx, class, 0);
                }
            }
            Atom::Tuple(items) => {
                for output in self.outputs.iter().take(items.len()) {
                    taken(cx, self.text, output, self.span);
                }
            }
            _ => {}
        }
    }

    fn bind_struct(&self, cx: &mut Evaluator<'_>, class: ClassRef, depth: u32) {
        if self.binds == Binds::FromRow && self.written(cx, class) {
            return;
        }
        let module = cx.program.module(class.file);
        let definition = module.class(class.class);
        for field in &definition.fields {
            match self.place(module, &definition.decorators, field) {
                Place::Nowhere => {}
                Place::Within if depth < MAX_FLATTENED => {
                    let name = module.name(field.name);
                    let inner = crate::language::rust::field_type(cx, class, name);
                    let inner: Vec<ClassRef> = inner
                        .atoms()
                        .iter()
                        .filter_map(|atom| cx.class_of_instance(atom))
                        .collect();
                    for inner in inner {
                        self.bind_struct(cx, inner, depth + 1);
                    }
                }
                Place::Within => {}
                Place::Column(column) => self.bind_field(cx, class, field, &column),
            }
        }
    }

    /// Where a field of a struct gets its value.
    fn place(&self, module: &Module, around: &[ExpressionId], field: &Field) -> Place {
        let name = module.name(field.name);
        let name = name.strip_prefix("r#").unwrap_or(name);
        let (tool, own, rename) = match self.binds {
            Binds::FromRow => (self.deriving(module, around, field), "flatten", "rename"),
            Binds::ByName => ("diesel", "embed", "column_name"),
            Binds::Serde | Binds::Stored => ("serde", "flatten", "rename"),
            _ => return Place::Column(name.to_owned()),
        };
        if has_word(module, &field.decorators, tool, "skip") {
            return Place::Nowhere;
        }
        if has_word(module, &field.decorators, tool, own) {
            return Place::Within;
        }
        let case = setting(module, around, tool, "rename_all");
        let renamed = setting(module, &field.decorators, tool, rename);
        Place::Column(renamed.unwrap_or_else(|| cased(name, case.as_deref())))
    }

    /// Whose attributes say how a row becomes a struct: sqlx's, or mysql_common's (0.31 and later).
    fn deriving(&self, module: &Module, around: &[ExpressionId], field: &Field) -> &'static str {
        let of_mysql = ["rename", "rename_all"].iter().any(|key| {
            setting(module, &field.decorators, MYSQL, key).is_some()
                || setting(module, around, MYSQL, key).is_some()
        });
        if of_mysql { MYSQL } else { "sqlx" }
    }

    fn bind_field(&self, cx: &mut Evaluator<'_>, class: ClassRef, field: &Field, column: &str) {
        let wanted = |output: &&OutputColumn| column_name(output) == column;
        let Some(output) = self.outputs.iter().find(wanted) else {
            return;
        };
        let own = cx.program.module(class.file).name(field.name);
        taken(cx, self.text, output, self.span);
        if self.is_row(output) {
            self.bind_row_type(cx, class, own, output);
            return;
        }
        cx.cells.join(row_key(class, own), &sources(output));
        if let ([(table, column)], Binds::Stored) = (output.sources.as_slice(), self.binds) {
            carried::stored(cx, class, own, (table, column));
        }
        if let [(table, column)] = output.sources.as_slice()
            && self.is_plain(output)
        {
            let manner = Manner::named(Access::Declare).at_most(self.text.certainty);
            let exposed = serialized_as(cx.program.module(class.file), class, field);
            let named = (table, &**column);
            cx.touch_exposed(class.file, named, field.name_span, manner, NAME, exposed);
            if let Some(span) = self.renamed_at(cx, class, field) {
                cx.touch_exposed(class.file, named, span, manner, NAME, None);
            }
        }
    }

    /// Where an attribute names the column of a field.
    fn renamed_at(&self, cx: &Evaluator<'_>, class: ClassRef, field: &Field) -> Option<Span> {
        let module = cx.program.module(class.file);
        let (tool, key) = match self.binds {
            Binds::FromRow => (self.deriving(module, &[], field), "rename"),
            Binds::ByName => ("diesel", "column_name"),
            Binds::Serde | Binds::Stored => ("serde", "rename"),
            Binds::Record | Binds::Macro | Binds::First => return None,
        };
        setting_span(module, &field.decorators, tool, key)
    }

    /// Whether an output is a table's row: a name, with or without an alias, that several columns make.
    fn is_row(&self, output: &OutputColumn) -> bool {
        let written = written(self.text, output.span);
        let mut words = written.split_whitespace();
        let name = words.next().unwrap_or_default();
        let alias = words
            .next()
            .is_none_or(|word| word.eq_ignore_ascii_case("as"));
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
        output.sources.len() > 1 && alias && !name.is_empty() && name.chars().all(is_name)
    }

    /// A field whose type has a table's row as its value, `build AS "build: Build"`: the columns are those of the type's
    /// fields.
    fn bind_row_type(
        &self,
        cx: &mut Evaluator<'_>,
        class: ClassRef,
        own: &str,
        output: &OutputColumn,
    ) {
        let said = crate::language::rust::field_type(cx, class, own);
        let classes: Vec<ClassRef> = said
            .atoms()
            .iter()
            .filter_map(|atom| cx.class_of_instance(atom))
            .collect();
        for inner in classes {
            let module = cx.program.module(inner.file);
            for field in &module.class(inner.class).fields {
                let name = module.name(field.name);
                let column = name.strip_prefix("r#").unwrap_or(name);
                let mut sources = output.sources.iter();
                let Some((table, column)) = sources.find(|(_, one)| **one == *column) else {
                    continue;
                };
                cx.cells.join(row_key(inner, name), &source(table, column));
                let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
                let exposed = serialized_as(module, inner, field);
                let named = (table, &**column);
                cx.touch_exposed(inner.file, named, field.name_span, manner, NAME, exposed);
            }
        }
    }

    /// Whether an output is a column as it is, and nothing that is computed.
    fn is_plain(&self, output: &OutputColumn) -> bool {
        let written = written(self.text, output.span);
        written.chars().all(|c| {
            c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '.' | '"' | '`' | '*')
        })
    }

    /// A `from_row` that is written by hand gets the row as a record.
    fn written(&self, cx: &mut Evaluator<'_>, class: ClassRef) -> bool {
        let Some(Binding::Function(function)) = cx.program.associated_item(class, "from_row")
        else {
            return false;
        };
        let row = record(cx, self.text);
        cx.cells.join(Key::Parameter(function, 0), &row);
        true
    }
}

fn written(text: &Value, span: Span) -> &str {
    let text = text.texts().next();
    text.and_then(|text| text.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default()
}

/// Something takes a column: where a `*` gives it, that `*` needs it.
fn taken(cx: &mut Evaluator<'_>, text: &Value, output: &OutputColumn, span: Span) {
    if !written(text, output.span).ends_with('*') {
        return;
    }
    for text in text.texts() {
        let (file, span) = text.locate(output.span).unwrap_or((cx.file, span));
        for (table, column) in &output.sources {
            let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
            if !cx.star_is_read(text, table, column) {
                cx.touch_column_in(file, table, column, span, manner, NAME);
            }
        }
    }
}

/// A struct is stored as a row: its fields, as serde names them, are these columns.
pub(super) fn stored(cx: &mut Evaluator<'_>, class: ClassRef, columns: &[OutputColumn]) {
    let row = Row {
        text: &Value::nothing().at_most(Certainty::Likely),
        outputs: columns,
        binds: Binds::Stored,
        span: Span::default(),
    };
    row.bind_struct(cx, class, 0);
}

/// Where the columns are kept that statements bind a field of a struct to.
pub(crate) fn row_key(class: ClassRef, field: &str) -> Key {
    Key::Outside(
        format!("row {} {}", class.file.0, class.class.0).into(),
        field.into(),
    )
}

/// A field of a struct is named: it reads what statements have bound it to, which is returned.
pub(crate) fn named(cx: &mut Evaluator<'_>, class: ClassRef, field: &str, span: Span) -> Value {
    let bound = cx.read(row_key(class, field));
    read_sources(cx, &bound, span);
    bound
}

/// The columns that something named at `span` is made from are read.
pub(super) fn read_sources(cx: &mut Evaluator<'_>, column: &Value, span: Span) {
    for atom in column.atoms() {
        let Atom::Object(object) = atom else { continue };
        for word in object.words.clone() {
            let Some((table, column)) = word.rsplit_once('.') else {
                continue;
            };
            let table = table_name(table);
            let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
            cx.touch_column(&table, column, span, manner, NAME);
        }
    }
}

/// A table by the words that an object keeps of it.
pub(crate) fn table_name(text: &str) -> TableName {
    match text.rsplit_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(text),
    }
}

/// `row.get("email")` and `row.get(1)`: the column is read, and its value comes out.
pub(super) fn by_name(
    cx: &mut Evaluator<'_>,
    object: &Object,
    (key, span): (&Value, Span),
) -> Value {
    let mut value = Value::unknown("a column's value");
    for atom in key.atoms() {
        let key = match atom {
            Atom::Text(text) => text.text.clone(),
            Atom::Integer(place) => format!("#{place}"),
            _ => continue,
        };
        if let Some(column) = object.values.get(key.as_str()).cloned() {
            read_sources(cx, &column, span);
            value = value.or(&carried::of_sources(cx, &column));
        }
    }
    value
}
