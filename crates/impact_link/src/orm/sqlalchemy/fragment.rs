//! Parts of statements as text (`text("email = :x")`, `literal_column("users.email")`) and columns by name alone
//! (`column("email")`): what they mean depends on the tables of the statement that they stand in.

use super::{SQLALCHEMY, entity, query};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::orm::fragments::{self, FRAGMENT};
use crate::value::{Atom, Object, Value};
use impact_facts::Span;
use impact_sql::begins_like_sql;

/// Whether a text is known and none of it is a statement.
pub(super) fn is_part(text: &Value) -> bool {
    let mut all = text.texts().peekable();
    all.peek().is_some() && all.all(|text| !begins_like_sql(&text.text))
}

/// `column("email")`: in a `table(…)` it is declared, in a statement it is a column of one of its tables.
pub(super) fn column(call: &CallSite<'_>) -> Value {
    let name = call.value(0, "text");
    let made = Object::new(SQLALCHEMY, FRAGMENT, None);
    let known = name.texts().next().is_some();
    let made = if known {
        made.with_value("declares", name.clone())
    } else {
        made
    };
    made.with_value("text", name).into()
}

/// An expression with the fragments among its operands, to be read when its statement is known.
pub(super) fn within(expression: Object, call: &CallSite<'_>) -> Value {
    let mut kept = Value::nothing();
    for argument in call.arguments {
        if argument.value.atoms().iter().any(holds_fragment) {
            kept.join(&argument.value.filter(holds_fragment));
        }
    }
    if kept.is_nothing() {
        return expression.into();
    }
    let before = expression.values.get(FRAGMENT).cloned().unwrap_or_default();
    expression.with_value(FRAGMENT, before.or(&kept)).into()
}

fn holds_fragment(atom: &Atom) -> bool {
    match atom {
        Atom::Object(object) => {
            fragments::is_fragment(atom)
                || object.kind == "expression" && object.values.contains_key(FRAGMENT)
        }
        Atom::Tuple(items) => items.iter().any(|item| item.atoms().iter().any(is_kept)),
        _ => false,
    }
}

/// One level of tuples: `case((text("…"), 1))`.
fn is_kept(atom: &Atom) -> bool {
    !matches!(atom, Atom::Tuple(_)) && holds_fragment(atom)
}

/// What is handed to a method of a statement means its columns there. What it selects is kept until its tables are known.
pub(super) fn standing(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    let mut models = query::sources(object);
    models.extend(entity::ids(object, "entity:"));
    for argument in call.arguments {
        fragments::standing(cx, &argument.value, &models, argument.span, SQLALCHEMY);
        if argument.value.atoms().iter().any(is_unread) {
            fragments::open(cx, &models, argument.span);
        }
    }
}

/// Whether a value is a text of which nothing is known: `text(condition)`.
fn is_unread(atom: &Atom) -> bool {
    let Atom::Object(of) = atom else {
        return false;
    };
    let text = of.values.get("sql").filter(|_| of.kind == "text");
    of.door == SQLALCHEMY && text.is_some_and(|text| text.texts().next().is_none())
}

/// `order_by(params["sort"])`: a column by a name that is not known.
pub(super) fn sorted(cx: &mut Evaluator<'_>, object: &Object, call: &CallSite<'_>) {
    for argument in call.positional() {
        let is_name = |atom: &Atom| match atom {
            Atom::Unknown(_) => true,
            Atom::Outside(class) => &**class == "builtins.str",
            _ => false,
        };
        let all = argument.value.atoms();
        if argument.expression.is_some() && all.iter().all(is_name) {
            fragments::open(cx, &query::sources(object), argument.span);
        }
    }
}

/// What a statement selects as text, now that its tables are known.
pub(super) fn selected(cx: &mut Evaluator<'_>, object: &Object, span: Span) {
    let Some(kept) = object.values.get(FRAGMENT).cloned() else {
        return;
    };
    let models = query::sources(object);
    fragments::standing(cx, &kept, &models, span, SQLALCHEMY);
}
