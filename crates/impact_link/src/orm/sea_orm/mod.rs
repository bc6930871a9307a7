//! sea-orm 0.5 to 1, compact and expanded entities: columns by the variants of `Column`, queries of `Entity`, rows of `Model`,
//! writes of `ActiveModel`.
//!
//! As the book says: `find()` selects every column unless `select_only` stands before `column`; an `ActiveModel` writes
//! what is `Set`; `insert`, `update` and `save` give the row back, every column of it.

mod call;
mod declared;
mod into_active;
mod related;
mod result;

pub(crate) use declared::defined;

use crate::door::{CallSite, Door, MemberSite};
use crate::evaluator::Evaluator;
use crate::touch::Manner;
use crate::value::{Atom, ModelId, Value};
use impact_bind::{Binding, FunctionRef};
use impact_facts::{Access, MappedField, Span};
use std::sync::Arc;

/// The door's name.
const NAME: &str = "rust/sea-orm";

/// What stands before a path of what the derive makes.
const ENTITY: &str = "sea_orm.entity!.";

/// sea-orm.
#[derive(Debug)]
pub(crate) struct SeaOrm;

/// What a path of what the derive makes means.
enum Thing<'a> {
    /// The table, or a function of it.
    Entity(ModelId, &'a str),
    /// A column.
    Column(ModelId, &'a MappedField),
    /// What is written.
    ActiveModel(ModelId),
}

fn thing<'a, 'p>(cx: &Evaluator<'a>, path: &'p str) -> Option<Thing<'p>>
where
    'a: 'p,
{
    let inside = path.strip_prefix(ENTITY)?;
    let mut names = inside.split('.');
    let model = cx.models.named(&format!("{ENTITY}{}", names.next()?))?;
    match (names.next()?, names.next()) {
        ("Entity", function) => Some(Thing::Entity(model, function.unwrap_or_default())),
        ("ActiveModel", _) => Some(Thing::ActiveModel(model)),
        ("Column" | "PrimaryKey", Some(variant)) => {
            let fields = &cx.models.get(model)?.fields;
            let field = fields.iter().find(|field| pascal(&field.name) == variant)?;
            Some(Thing::Column(model, field))
        }
        _ => None,
    }
}

/// A field's variant: `created_at` is `CreatedAt`.
fn pascal(name: &str) -> String {
    let words = name.trim_start_matches("r#").split('_');
    let capital = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next();
        first.map_or(String::new(), |first| {
            first.to_uppercase().chain(characters).collect()
        })
    };
    words.map(capital).collect()
}

/// Whether a path is of what the derive makes.
pub(crate) fn is_made(binding: &Binding) -> bool {
    binding
        .external()
        .is_some_and(|path| path.starts_with(ENTITY))
}

/// A function that the program gives an active model: `impl users::ActiveModel { … }`, or a hook of
/// `ActiveModelBehavior`.
fn written_by_hand(cx: &Evaluator<'_>, model: ModelId, name: &str) -> Option<FunctionRef> {
    let aliases = &cx.models.get(model)?.aliases;
    aliases.iter().find_map(|alias| {
        cx.program
            .made_function(&format!("{alias}.ActiveModel"), name)
    })
}

/// A path that names a column reads it, until what it is passed to says that it is written.
pub(crate) fn named(cx: &mut Evaluator<'_>, path: &str, span: Span) {
    let found = match thing(cx, path) {
        Some(Thing::Column(model, field)) => (model, field.clone()),
        _ => return crate::orm::sea_query::named_by(cx, path, span),
    };
    cx.touch_field(found.0, &found.1, span, Manner::named(Access::Read));
}

impl Door for SeaOrm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attribute(
        &self,
        cx: &mut Evaluator<'_>,
        of: &Atom,
        member: &MemberSite<'_>,
    ) -> Option<Value> {
        match of {
            Atom::External(path) if path.starts_with(ENTITY) => {
                thing(cx, path)?;
                Some(Atom::Member(Arc::new(of.clone()), member.name.into()).into())
            }
            Atom::Outside(class) if class.starts_with(ENTITY) => {
                let Some(Thing::ActiveModel(model)) = thing(cx, class) else {
                    return None;
                };
                let Some(field) = cx.models.field(model, member.name) else {
                    let function = written_by_hand(cx, model, member.name)?;
                    return Some(Atom::Method(function, Arc::new(of.clone())).into());
                };
                if !is_left_out(member.value) {
                    cx.touch_field(model, field, member.span, Manner::named(member.access));
                }
                if let Some(value) = member.value {
                    crate::orm::mapped::goes(cx, value, model, field);
                }
                Some(Value::unknown("a value of an active model"))
            }
            Atom::Mapped(model) => crate::orm::mapped::member(cx, NAME, *model, member),
            _ => None,
        }
    }

    fn call(&self, cx: &mut Evaluator<'_>, callee: &Atom, call: &CallSite<'_>) -> Option<Value> {
        match callee {
            Atom::External(path) => call::function(cx, path, call),
            Atom::Member(of, name) => call::method(cx, of, name, call),
            _ => None,
        }
    }

    fn stays(&self) -> bool {
        true
    }
}

/// `NotSet`: the column is not written.
fn is_left_out(value: Option<&Value>) -> bool {
    let not_set = |atom: &Atom| matches!(atom, Atom::External(path) if path.ends_with("NotSet"));
    value.is_some_and(|value| value.atoms().iter().any(not_set))
}
