//! What only Pony has: functions over generators of rows, attributes of a collection that are those of its rows, and a
//! database's methods that take parts of SQL (Pony ORM 0.7, "Queries", "Attribute lifting", "Working with raw SQL").

use super::{PONY, method, query, related, whole};
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::library::rows;
use crate::touch::Manner;
use crate::value::{Atom, Object, Value};
use impact_facts::{Access, Assembled, Certainty, Span, TableName};
use std::sync::Arc;

/// Pony's functions over a generator of rows, and whether they read the rows.
const OVER_GENERATORS: &[(&str, bool)] = &[
    ("select", true),
    ("left_join", true),
    ("get", true),
    ("exists", false),
    ("count", false),
    ("delete", false),
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
            selected_beside(cx, &element, call.span);
            Some(Value::list(element))
        }
    }
}

/// `select((user, user.email) for user in User)`: the rows among others are loaded, too.
fn selected_beside(cx: &mut Evaluator<'_>, element: &Value, span: Span) {
    let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
    for atom in element.atoms() {
        let Atom::Tuple(items) = atom else { continue };
        for item in items.iter().flat_map(Value::atoms) {
            if let Atom::Mapped(model) = item
                && cx.models.is_of(*model, PONY.0)
            {
                cx.touch_row(*model, span, manner, &|_| true);
            }
        }
    }
}

/// `org.users.email`: the emails of all.
pub(super) fn lifted(
    cx: &mut Evaluator<'_>,
    object: &Object,
    member: &MemberSite<'_>,
) -> Option<Value> {
    let model = object.model.filter(|_| object.door == PONY.0)?;
    let is_method = super::METHODS.iter().any(|(name, _)| *name == member.name);
    if is_method || object.kind != "query" {
        return None;
    }
    if let Some(field) = cx.models.field(model, member.name) {
        cx.touch_field(model, field, member.span, Manner::named(Access::Read));
        let relation = cx.models.relation(model, member.name);
        let target = relation.and_then(|relation| cx.models.target(relation));
        return Some(match target {
            Some(target) => query(PONY.0, target).into(),
            None => Value::list(Value::outside(&format!("field {}", field.data_type))),
        });
    }
    let relation = cx.models.relation(model, member.name)?;
    let found = related(cx, PONY.0, model, relation, member);
    let target = cx.models.target(relation);
    Some(target.map_or(found, |target| query(PONY.0, target).into()))
}

/// Methods of a database, and those that all entities have from its `Entity`.
pub(super) fn database(
    cx: &mut Evaluator<'_>,
    of: &Atom,
    name: &str,
    call: &CallSite<'_>,
) -> Option<Value> {
    match of {
        // `db.Entity.get.__func__(cls, …)`
        Atom::Member(_, inner) if name == "__func__" => {
            let class = call.at(0)?.value.clone();
            let model = class.atoms().iter().find_map(|atom| match atom {
                Atom::Class(class) => cx.models.of_class(*class),
                _ => None,
            })?;
            let rest = CallSite {
                arguments: call.arguments.get(1..).unwrap_or_default(),
                ..*call
            };
            let own = cx.models.is_of(model, PONY.0);
            own.then(|| method(cx, &query(PONY.0, model), inner, &rest))?
        }
        Atom::Outside(class) if class.starts_with("pony.") && class.ends_with(".Database") => {
            match name {
                "select" | "get" | "exists" => Some(of_text(cx, name, call)),
                "insert" => inserted(cx, call),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `db.select("email from users where id = $id")`: the verb may be left out.
fn of_text(cx: &mut Evaluator<'_>, name: &str, call: &CallSite<'_>) -> Value {
    let text = call.value(0, "sql");
    let is_begun = |atom: &Atom| match atom {
        Atom::Text(text) => {
            let word = text.text.split_whitespace().next().unwrap_or_default();
            ["select", "with"].contains(&word.to_ascii_lowercase().as_str())
        }
        _ => false,
    };
    let verb = Value::from(Atom::Text(Arc::new(Assembled {
        text: "select ".to_owned(),
        ..Assembled::default()
    })));
    let bare = text.filter(|atom| matches!(atom, Atom::Text(_)) && !is_begun(atom));
    let bare = match bare.is_nothing() {
        true => bare,
        false => cx.concatenated(&verb, &bare, call.span),
    };
    let whole = text.filter(is_begun).or(&bare);
    cx.sql_value(&whole, call.span, PONY.0);
    match name {
        "exists" => Value::outside("builtins.bool"),
        _ => rows::of_statement(&whole),
    }
}

/// `db.insert("users", email=…)`, `db.insert(User, email=…)`.
fn inserted(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Option<Value> {
    let into = call.at(0)?.value.clone();
    for atom in into.atoms() {
        let table = match atom {
            Atom::Class(class) => cx
                .models
                .of_class(*class)
                .and_then(|model| cx.models.get(model)?.table.clone()),
            Atom::Text(text) => Some(TableName::bare(&text.text)),
            _ => None,
        };
        let Some(table) = table else { continue };
        let named = call.arguments.iter().filter_map(|one| one.name.as_ref());
        for (name, span) in named.filter(|(name, _)| **name != *"returning") {
            let manner = Manner::named(Access::Write).at_most(into.certainty);
            cx.touch_column(&table, name, *span, manner, PONY.0);
        }
    }
    Some(Value::outside("builtins.int"))
}
