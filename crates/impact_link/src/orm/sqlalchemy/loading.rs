//! Options that say what is loaded with a row: `joinedload(User.org).load_only(Org.title)`, `defer(User.secret)`,
//! `joinedload("org")` (SQLAlchemy 1.4 and 2.0, "Relationship Loading Techniques").

use super::{SQLALCHEMY, ours, query};
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{ModelId, Object};

/// Load strategies that select the related rows as a whole.
const EAGER: &[&str] = &[
    "joinedload",
    "selectinload",
    "subqueryload",
    "immediateload",
    "contains_eager",
    "joinedload_all",
    "subqueryload_all",
];

/// Options that load nothing more.
const OTHER: &[&str] = &[
    "with_loader_criteria",
    "lazyload",
    "raiseload",
    "noload",
    "defaultload",
    "Load",
];

/// What stands before a path of relations that is spelled.
const PATH: &str = "path:";

/// What an option of that name is; none for other names.
pub(super) fn option(word: &str, call: &CallSite<'_>) -> Option<Object> {
    match word {
        "load_only" | "defer" | "undefer" => Some(columns_option(word, call)),
        word if EAGER.contains(&word) => Some(eager(call)),
        word if OTHER.contains(&word) => Some(Object::new(SQLALCHEMY, "option", None)),
        _ => None,
    }
}

/// `joinedload(User.org).joinedload(Org.owner)`: an option that goes on from another.
pub(super) fn chained(object: &Object, name: &str, call: &CallSite<'_>) -> Object {
    let words = option(name, call)
        .map(|more| more.words)
        .unwrap_or_default();
    let all = object.clone();
    words.iter().fold(all, |all, word| all.with_word(word))
}

/// `load_only(User.a)`, `defer(User.b)`.
fn columns_option(word: &str, call: &CallSite<'_>) -> Object {
    let mut option = Object::new(SQLALCHEMY, "option", None);
    let prefix = match word {
        "load_only" => "only",
        "defer" => "defer",
        _ => "undefer",
    };
    for argument in call.positional() {
        if let Some(column) = ours(&argument.value)
            && let (Some(model), Some(field)) = (column.model, column.words_after("field:").next())
        {
            option = option.with_word(&format!("{prefix}:{}:{field}", model.0));
        }
    }
    option
}

/// `joinedload(User.addresses)`, `joinedload("addresses")`.
fn eager(call: &CallSite<'_>) -> Object {
    let mut option = Object::new(SQLALCHEMY, "option", None);
    for argument in call.positional() {
        if let Some(relation) = ours(&argument.value)
            && let Some(model) = relation.model
        {
            option = option.with_word(&format!("eager:{}", model.0));
        }
        for text in argument.value.texts() {
            option = option.with_word(&format!("{PATH}{}", text.text));
        }
    }
    option
}

/// The statement with its options.
pub(super) fn applied(cx: &Evaluator<'_>, object: &Object, call: &CallSite<'_>) -> Object {
    let mut made = object.clone();
    for argument in call.positional() {
        let Some(option) = ours(&argument.value).filter(|option| option.kind == "option") else {
            continue;
        };
        for word in &option.words {
            made = match word.strip_prefix(PATH) {
                Some(path) => along(cx, made, path),
                None => made.with_word(word),
            };
        }
    }
    made
}

/// The rows at the end of each step of a path that is spelled are loaded, too.
fn along(cx: &Evaluator<'_>, object: Object, path: &str) -> Object {
    let mut models: Vec<ModelId> = query::sources(&object);
    let mut made = object;
    for name in path.split('.') {
        let target = models.iter().find_map(|model| {
            let relation = cx.models.relation(*model, name)?;
            cx.models.target(relation)
        });
        let Some(target) = target else { break };
        made = made.with_word(&format!("eager:{}", target.0));
        models = vec![target];
    }
    made
}
