//! A column's value on its way through the program's own structs.
//!
//! What a row's field is copied into, and the field whose value a statement writes to the column, carry the column. Where
//! such a field has the column's name it stands for the column in that struct: its declaration and whoever names it are
//! references, *likely* at most, since only the value connects them. A field that several columns of its name reach
//! stands for none. What only tests carry is not carried.

mod called;

pub(crate) use called::called;

use crate::cells::Key;
use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::language::rust::serialized_as;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_bind::ClassRef;
use impact_facts::{Access, Certainty, Field, Language, Scope, Site, Span, TableName};
use std::sync::Arc;

/// The door's name.
pub(crate) const NAME: &str = "rust/carried";

/// A value that more columns or fields reach than this stands for none.
pub(crate) const MAX_CARRIED: usize = 8;

/// The word of a value that too many reach.
pub(crate) const MANY: &str = "many";

/// What stands before a field among the keys of what a value carries; a column's key is its own path.
const FIELD: &str = "field ";

/// Values that were columns' or fields'.
#[derive(Debug)]
pub(crate) struct Carried;

/// Methods whose result is no form of the value.
const TESTS: &[&str] = &[
    "eq",
    "ne",
    "cmp",
    "partial_cmp",
    "len",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
];

impl Door for Carried {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        _: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        is_carried(of).then(|| match member.name {
            "0" => of.clone().into(),
            name => Atom::Member(Arc::new(of.clone()), name.into()).into(),
        })
    }

    fn call(&self, _: &mut Evaluator<'_>, callee: &Atom, _: &CallSite<'_>) -> Option<Value> {
        let Atom::Member(of, name) = callee else {
            return None;
        };
        let is_name = name.starts_with(|c: char| c.is_alphabetic());
        if !is_carried(of) || !is_name || crate::library::rust::is_applied(name) {
            return None;
        }
        Some(if tells(name) {
            Value::unknown("a test of a value")
        } else {
            (**of).clone().into()
        })
    }

    fn stays(&self) -> bool {
        true
    }

    fn finish(&self, cx: &mut Evaluator<'_>) {
        let own = cx.program.own_files();
        let classes: Vec<ClassRef> = cx
            .program
            .all_classes()
            .filter(|class| class.file.0 < own)
            .filter(|class| cx.program.facts(class.file).language == Language::Rust)
            .collect();
        for class in classes {
            let module = cx.program.module(class.file);
            for field in &module.class(class.class).fields {
                let name = module.name(field.name);
                declared(cx, class, field, name);
                for inner in &field.fields {
                    let name = format!("{name}.{}", module.name(inner.name));
                    declared(cx, class, inner, &name);
                }
            }
        }
    }
}

/// A field that stands for a column declares it.
fn declared(cx: &mut Evaluator<'_>, class: ClassRef, field: &Field, name: &str) {
    let Some((table, column)) = cx
        .models
        .of_class(class)
        .is_none()
        .then(|| peeked(cx, class, name))
        .flatten()
    else {
        return;
    };
    let exposed = serialized_as(cx.program.module(class.file), class, field);
    let manner = Manner::named(Access::Declare).at_most(Certainty::Likely);
    cx.within_file(class.file, |cx| {
        cx.touch_exposed(
            class.file,
            (&table, &column),
            field.name_span,
            manner,
            NAME,
            exposed,
        );
    });
}

fn peeked(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Option<(TableName, String)> {
    if !cx
        .cells
        .peek(&crate::orm::sqlx::row_key(class, name))
        .is_nothing()
    {
        return None;
    }
    let given = part(&cx.cells.peek(&Key::Attribute(class, name.into())));
    only(&given.or(&cx.cells.peek(&goes_key(class, name))), name)
}

/// A value that is a column's.
pub(crate) fn column(cx: &Evaluator<'_>, table: &TableName, column: &str) -> Value {
    if !is_production(cx) {
        return Value::nothing();
    }
    let key = format!("{table}.{column}");
    Object::new(NAME, "value", None)
        .with_value(&key, Value::nothing())
        .into()
}

/// Tests fill structs with what they like.
fn is_production(cx: &Evaluator<'_>) -> bool {
    let facts = cx.program.facts(cx.file);
    let is_test = cx.function().is_some_and(|function| {
        let module = cx.program.module(function.file);
        module.function(function.function).is_test
    });
    let scope = crate::code_scope(cx.program.path(cx.file), facts);
    let is_code = match scope {
        Scope::Production | Scope::Script => true,
        Scope::Generated => cx.function().is_some_and(|function| {
            let span = cx
                .program
                .module(function.file)
                .function(function.function)
                .span;
            crate::hand_written::at(
                cx.program,
                Site {
                    file: function.file,
                    span,
                },
            )
        }),
        Scope::Test | Scope::Migration => false,
    };
    !is_test && is_code
}

/// Whether an alternative only says what a value carries.
pub(crate) fn is_carried(atom: &Atom) -> bool {
    matches!(atom, Atom::Object(of) if of.door == NAME)
}

/// What a value carries, of all that it is.
pub(crate) fn part(value: &Value) -> Value {
    value.filter(is_carried)
}

/// What a value is, without what it carries.
pub(crate) fn without(value: &Value) -> Value {
    value.filter(|atom| !is_carried(atom))
}

/// Two of what values carry, joined: with too many, it says nothing any more.
pub(crate) fn joined(a: &Object, b: &Object) -> Object {
    let mut both = a.clone();
    both.values.extend(b.values.clone());
    if both.values.len() > MAX_CARRIED || a.has(MANY) || b.has(MANY) {
        return Object::new(NAME, "value", None).with_word(MANY);
    }
    both
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Object(of) if of.door == NAME => Some(of.values.keys()),
            _ => None,
        })
        .flatten()
        .map(|key| &**key)
}

/// The last word of a field's or column's path, as it is compared.
fn bare(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.strip_prefix("r#").unwrap_or(last)
}

/// The one column of that name among what a value carries.
fn only(value: &Value, name: &str) -> Option<(TableName, String)> {
    let mut named = keys(value)
        .filter(|key| !key.starts_with(FIELD) && bare(key).eq_ignore_ascii_case(bare(name)));
    let (first, others) = (named.next()?, named.next());
    let (table, column) = first.rsplit_once('.').filter(|_| others.is_none())?;
    Some((crate::orm::sqlx::table_name(table), column.to_owned()))
}

/// A struct is written as a row: a field's value goes to a column.
pub(crate) fn stored(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    field: &str,
    (table, name): (&TableName, &str),
) {
    let target = column(cx, table, name);
    cx.cells.join(goes_key(class, field), &target);
}

fn goes_key(class: ClassRef, name: &str) -> Key {
    let class = format!("goes {} {}", class.file.0, class.class.0);
    Key::Outside(class.into(), name.into())
}

/// A field of a struct of the program is read, or named in a pattern: what its value carries. Where the field stands
/// for a column, that is touched.
pub(crate) fn read(cx: &mut Evaluator<'_>, class: ClassRef, name: &str, span: Span) -> Value {
    let bound = crate::orm::sqlx::named(cx, class, name, span);
    let own = own_value(cx, class, name);
    if !bound.is_nothing() {
        return of_sources(cx, &bound).or(&own);
    }
    let given = part(&cx.read(Key::Attribute(class, name.into())));
    let goes = cx.read(goes_key(class, name));
    if let Some((table, column)) = only(&given.or(&goes), name) {
        let manner = Manner::named(Access::Read).at_most(Certainty::Likely);
        cx.touch_column(&table, &column, span, manner, NAME);
    }
    given.or(&goes).or(&own)
}

/// The value of a field that has a column's name, as what it is written to is asked of it.
fn own_value(cx: &Evaluator<'_>, class: ClassRef, name: &str) -> Value {
    if !cx.schemas.has_column(bare(name)) || !is_production(cx) {
        return Value::nothing();
    }
    let key = format!("{FIELD}{}.{} {name}", class.file.0, class.class.0);
    let value = Object::new(NAME, "value", None).with_value(&key, Value::nothing());
    value.into()
}

/// A field of a struct of the program is assigned: where it stands for a column, that is written.
pub(crate) fn assigned(cx: &mut Evaluator<'_>, of: &Value, name: &str, span: Span) {
    for atom in of.atoms() {
        if let Atom::Instance(class) = atom {
            set(cx, *class, name, (span, Access::Write));
        }
    }
}

/// A field of a struct is set: where it stands for a column that is written from it, that is written, where it only takes
/// the column's value, it is touched `otherwise`.
fn set(cx: &mut Evaluator<'_>, class: ClassRef, name: &str, (span, otherwise): (Span, Access)) {
    let goes = cx.read(goes_key(class, name));
    let access = match goes.is_nothing() {
        false => Access::Write,
        true => otherwise,
    };
    let manner = Manner::named(access).at_most(Certainty::Likely);
    let bound = cx.read(crate::orm::sqlx::row_key(class, name));
    let objects = bound.atoms().iter().filter_map(|atom| match atom {
        Atom::Object(object) => Some(object.words.clone()),
        _ => None,
    });
    let sources: Vec<Box<str>> = objects.flatten().collect();
    if let [only] = sources.as_slice()
        && let Some((table, column)) = only.rsplit_once('.')
    {
        let table = crate::orm::sqlx::table_name(table);
        cx.touch_column(&table, column, span, manner, NAME);
        return;
    }
    let given = part(&cx.read(Key::Attribute(class, name.into())));
    if let Some((table, column)) = only(&given.or(&goes), name) {
        cx.touch_column(&table, &column, span, manner, NAME);
    }
}

/// What the columns that a row's field is made from let its value carry: one column's value is carried, a computed one is
/// not.
pub(crate) fn of_sources(cx: &Evaluator<'_>, sources: &Value) -> Value {
    let mut all = Value::nothing();
    for atom in sources.atoms() {
        let Atom::Object(object) = atom else { continue };
        if let [only] = object.words.as_slice()
            && let Some((table, name)) = only.rsplit_once('.')
        {
            all.join(&column(cx, &crate::orm::sqlx::table_name(table), name));
        }
    }
    all
}

/// A field is filled with a value: if the field's own value goes to a column, it is written, and so does this one go there.
/// A name that stands for both, `User { email }`, names the column whose value it is.
pub(crate) fn filled(
    cx: &mut Evaluator<'_>,
    class: ClassRef,
    (name, span): (&str, Span),
    value: &Value,
    is_short: bool,
) {
    let goes = cx.read(goes_key(class, name));
    let carried = part(value);
    let taken = only(&carried, name);
    // What comes from the column is not written to it, unless a row is made to be.
    let is_row = || {
        !cx.cells
            .peek(&crate::orm::sqlx::row_key(class, name))
            .is_nothing()
    };
    let written = only(&goes, name)
        .filter(|target| !carried.is_nothing() && (taken.as_ref() != Some(target) || is_row()));
    let taken = taken.filter(|_| is_short);
    if let Some((table, column)) = written.clone().or(taken) {
        let access = match written {
            Some(_) => Access::Write,
            None => Access::Read,
        };
        let manner = Manner::named(access).at_most(Certainty::Likely);
        cx.touch_column(&table, &column, span, manner, NAME);
    } else if carried.is_nothing() && is_production(cx) {
        set(cx, class, name, (span, Access::Declare));
    }
    if let Some((table, column)) = only(&goes, name) {
        self::goes(cx, value, &table, &column);
    }
}

/// What is computed of values carries what they do, unless it is a text: that is followed as such.
pub(crate) fn through(made: Value, of: &[&Value]) -> Value {
    let carries = |value: &&&Value| value.atoms().iter().any(is_carried);
    if made.texts().next().is_some() {
        return made;
    }
    let all = of.iter().filter(carries);
    all.fold(made, |made, value| made.or(&part(value)))
}

/// What a function outside of the tree, or a struct of one field, makes of the one argument that carries something.
pub(crate) fn of_argument(made: Value, call: &CallSite<'_>) -> Value {
    let carries = |value: &&Value| value.atoms().iter().any(is_carried);
    let values = call.arguments.iter().map(|argument| &argument.value);
    let mut carrying = values.filter(carries);
    match (carrying.next(), carrying.next()) {
        (Some(only), None) => through(made, &[only]),
        _ => made,
    }
}

/// Whether a function's result is no form of the value that it is handed.
pub(crate) fn tells(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    TESTS.contains(&last) || last.starts_with("is_")
}

/// A value is written to a column: fields of the column's name that it was read from stand for the column.
pub(crate) fn goes(cx: &mut Evaluator<'_>, value: &Value, table: &TableName, name: &str) {
    let carried = part(value);
    let target = column(cx, table, name);
    for key in keys(&carried) {
        let field = key.strip_prefix(FIELD).and_then(|key| key.split_once(' '));
        let Some((class, field)) =
            field.filter(|(_, field)| bare(field).eq_ignore_ascii_case(name))
        else {
            continue;
        };
        if let Some(class) = class_of(class) {
            cx.cells.join(goes_key(class, field), &target);
            wrote(cx, table, name);
        }
    }
}

/// What this unit has named of fields that stand for a column is written there.
fn wrote(cx: &mut Evaluator<'_>, table: &TableName, column: &str) {
    for touch in cx.current.touches.since(0) {
        let is_ours = *touch.via == *NAME && touch.access == Access::Read;
        if is_ours && touch.table == *table && touch.column.as_deref() == Some(column) {
            touch.access = Access::Write;
        }
    }
}

/// The class that a key keeps: `file.class`.
fn class_of(text: &str) -> Option<ClassRef> {
    let (file, class) = text.split_once('.')?;
    Some(ClassRef {
        file: impact_facts::FileId(file.parse().ok()?),
        class: impact_facts::ClassId(class.parse().ok()?),
    })
}
