//! Pony's functions over generators, rows by key, and statements as text (Pony ORM 0.7, "Queries", "Using raw SQL").

use super::{PONY, many, methods, names, query, whole};
use crate::door::{CallSite, MemberSite, Passed};
use crate::effect::{Blind, site};
use crate::evaluator::Evaluator;
use crate::library::rows;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Object, Value};
use impact_facts::{Access, Assembled, BlindReason, Reach, Span, Spread, TableName};
use std::sync::Arc;

/// Functions over a generator of rows, and whether they read the rows.
const OVER_GENERATORS: &[(&str, bool)] = &[
    ("select", true),
    ("left_join", true),
    ("get", true),
    ("exists", false),
    ("count", false),
    ("delete", false),
];

/// Methods of a database that run a text, and whether it may begin behind `SELECT`.
const RUNNING: &[(&str, bool)] = &[
    ("select", true),
    ("get", true),
    ("exists", true),
    ("execute", false),
];

/// `select(user for user in User if user.email)`.
pub(super) fn generated(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Option<Value> {
    let word = name.strip_prefix("pony.orm.")?.rsplit('.').next()?;
    let (_, reads) = OVER_GENERATORS.iter().find(|(known, _)| *known == word)?;
    let element = cx.iterate(&call.at(0)?.value.clone(), call.span);
    let rows = element.atoms().iter().find_map(|atom| match atom {
        Atom::Mapped(model) if cx.models.is_of(*model, PONY.0) => Some(*model),
        _ => None,
    });
    match rows {
        Some(model) if *reads => {
            let made = query(PONY.0, model);
            if word != "get" {
                return Some(made.into());
            }
            whole(cx, &made, call.span);
            Some(Atom::Mapped(model).into())
        }
        Some(_) => Some(Value::outside("builtins.int")),
        None => {
            if *reads {
                tuple_rows(cx, &element, call.span);
            }
            Some(Value::list(element))
        }
    }
}

/// `max(artist.albums.year)`: an attribute of all rows.
pub(super) fn lifted(
    cx: &mut Evaluator<'_>,
    of: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = of.model?;
    let relation = cx.models.relation(model, member.name);
    let target = relation.and_then(|relation| cx.models.target(relation));
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(Access::Read));
        return Some(match target {
            Some(target) => query(PONY.0, target).into(),
            None => Value::list(Value::outside(&format!("field {}", field.data_type))),
        });
    }
    many::keys_of(
        cx,
        model,
        relation?,
        member.span,
        Manner::implied(Access::Read),
    );
    Some(query(PONY.0, target?).into())
}

/// `User[1]`: the row of that key, where a class of the ORM has rows as its items.
pub(crate) fn of_key(
    cx: &mut Evaluator<'_>,
    class: impact_bind::ClassRef,
    span: Span,
) -> Option<Value> {
    let model = cx.models.of_class(class)?;
    if !cx.models.is_of(model, PONY.0) {
        return None;
    }
    whole(cx, &query(PONY.0, model), span);
    Some(Atom::Mapped(model).into())
}

/// Functions among the arguments are asked for each row: `User.select(lambda user: user.email)`.
pub(super) fn asked(cx: &mut Evaluator<'_>, model: ModelId, call: &CallSite<'_>) {
    for argument in call.arguments {
        if argument
            .value
            .atoms()
            .iter()
            .any(|atom| matches!(atom, Atom::Function(_)))
        {
            let row = Passed::plain(Atom::Mapped(model).into(), call.span);
            let expected = Value::nothing();
            let one = CallSite::at_span(call.span, std::slice::from_ref(&row), &expected);
            cx.call(&argument.value.clone(), &one);
        }
    }
}

/// `select((a, a.id) for a in Album)`: a row among the items is read as a whole.
fn tuple_rows(cx: &mut Evaluator<'_>, element: &Value, span: Span) {
    for atom in element.atoms() {
        let Atom::Tuple(items) = atom else { continue };
        for item in items.iter().flat_map(Value::atoms) {
            if let Atom::Mapped(model) = item
                && cx.models.is_of(*model, PONY.0)
            {
                cx.touch_row(*model, span, Manner::whole(Access::Read), &|_| true);
            }
        }
    }
}

/// Whether a value is a database of Pony's.
fn is_database(of: &Atom) -> bool {
    match of {
        Atom::Outside(class) => class.starts_with("pony.") && class.ends_with(".Database"),
        _ => false,
    }
}

/// A method of a database, or of the class of all its entities.
pub(super) fn of_database(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    if name == "__func__" {
        return of_entity(cx, of, call);
    }
    if !is_database(of) {
        return None;
    }
    if name == "insert" {
        inserted(cx, call);
        return Some(Value::outside("builtins.int"));
    }
    let (_, is_part) = RUNNING.iter().find(|(known, _)| *known == name)?;
    let sql = statement(&call.value(0, "sql"), *is_part);
    cx.sql_value(&sql, call.span, PONY.0);
    Some(match name {
        "exists" => Value::outside("builtins.bool"),
        _ => rows::of_statement(&sql),
    })
}

/// `db.Entity.get.__func__(cls, name="x")`: the method of a class that has its own.
fn of_entity(cx: &mut Evaluator<'_>, of: &Atom, call: &CallSite<'_>) -> Option<Value> {
    let Atom::Member(entity, method) = of else {
        return None;
    };
    match &**entity {
        Atom::Member(database, word) if &**word == "Entity" && is_database(database) => {}
        _ => return None,
    }
    let (first, rest) = call.arguments.split_first()?;
    let passed = CallSite {
        arguments: rest,
        ..*call
    };
    let mut found = Value::nothing();
    for atom in first.value.atoms() {
        if let Atom::Class(class) = atom
            && let Some(model) = cx.models.of_class(*class)
            && cx.models.is_of(model, PONY.0)
            && let Some(one) = methods::of_query(cx, &query(PONY.0, model), method, &passed)
        {
            found.join(&one);
        }
    }
    (!found.is_nothing()).then_some(found)
}

/// A text as a statement: with the word that it leaves away, and with parameters as SQL has them.
fn statement(text: &Value, is_part: bool) -> Value {
    let known = text.atoms().iter().map(|atom| match atom {
        Atom::Text(text) => {
            let lower = text.text.trim_start().to_ascii_lowercase();
            let is_whole = !is_part || lower.starts_with("select") || lower.starts_with("with");
            let mut made = Assembled::default();
            if !is_whole {
                made.text = "SELECT ".into();
            }
            made.push_assembled(text);
            made.text = with_parameters(&made.text);
            Atom::Text(Arc::new(made))
        }
        other => other.clone(),
    });
    Value::any_of(known).at_most(text.certainty)
}

/// `$name` and `$(a.b)` as parameters, in as many bytes.
fn with_parameters(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let inner = after.strip_prefix('(').and_then(|after| {
            let end = after.find(')')?;
            Some((end, after.get(..end)?))
        });
        match inner {
            Some((end, inner)) if inner.is_ascii() && end > 0 => {
                made.push_str(" (1");
                made.extend(std::iter::repeat_n(' ', end - 1));
                rest = after.get(end + 1..).unwrap_or_default();
            }
            _ => {
                made.push(':');
                rest = after;
            }
        }
    }
    made.push_str(rest);
    made
}

/// `db.insert("album", name="x")`.
fn inserted(cx: &mut Evaluator<'_>, call: &CallSite<'_>) {
    let table = call.value(0, "table_name");
    let names: Vec<TableName> = table.texts().map(|text| table_name(&text.text)).collect();
    let is_open = call.arguments.iter().any(|one| one.spread == Spread::Named);
    for atom in table.atoms() {
        if let Atom::Class(class) = atom
            && let Some(model) = cx.models.of_class(*class)
        {
            names::named(cx, model, call, Access::Write);
            return;
        }
    }
    for name in &names {
        for argument in call.arguments {
            let Some((column, span)) = &argument.name else {
                continue;
            };
            if let Some(table) = cx.schemas.table_of(name, column) {
                cx.touch_column(&table, column, *span, Manner::named(Access::Write), PONY.0);
            }
        }
    }
    if is_open || names.is_empty() {
        cx.blind(Blind {
            site: site(cx.file, call.span),
            reason: BlindReason::DynamicSql,
            access: Some(Access::Write),
            message: "an INSERT whose table or columns are known at run time only".into(),
            reach: match names.is_empty() {
                true => Reach::Database,
                false => Reach::Tables(names),
            },
        });
    }
}

fn table_name(text: &str) -> TableName {
    match text.rsplit_once('.') {
        Some((schema, name)) => TableName::qualified(schema, name),
        None => TableName::bare(text),
    }
}
