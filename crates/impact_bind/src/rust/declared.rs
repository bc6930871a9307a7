//! Modules that a macro declares: diesel 2's `table! { schema.name (key) { column -> Type, } }` makes a module `name`
//! with `table`, `dsl`, `columns` and each column.
//!
//! To whoever looks a name up they are things outside the tree, [`TABLE`] and the path in the module:
//! `diesel.table!.users.email`. sea-orm's `#[derive(DeriveEntityModel)]` makes `Entity`, `Column`, `ActiveModel` and
//! `PrimaryKey` beside its struct: `sea_orm.entity!.users.Column.Email`.

use crate::place::Place;
use crate::program::Unit;
use foldhash::{HashMap, HashMapExt};
use impact_facts::{
    Class, ExpressionId, ExpressionKind, FileId, Language, MacroCall, Module, Statement, TokenId,
    TokenKind,
};

/// What stands before the name of a module that `table!` declares.
pub(crate) const TABLE: &str = "diesel.table!";

/// What stands before the table's name of what sea-orm's derive makes.
const ENTITY: &str = "sea_orm.entity!";

/// What sea-orm's derive makes.
const MADE: &[&str] = &["Entity", "Column", "ActiveModel", "PrimaryKey"];

/// A module or type that a macro declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: Box<str>,
    /// What its name means.
    pub(crate) path: Box<str>,
    /// The columns in it.
    pub(crate) columns: Vec<Box<str>>,
}

/// What macros declare, by the module they stand in.
pub(crate) fn of(units: &[Unit<'_>]) -> HashMap<(FileId, Place), Vec<Declared>> {
    let mut found: HashMap<_, Vec<Declared>> = HashMap::new();
    for (id, unit) in (0..)
        .map(FileId)
        .zip(units)
        .filter(|(_, unit)| unit.facts.language == Language::Rust)
    {
        let module = &unit.facts.module;
        let mut blocks = vec![(&module.body, Place::Module)];
        while let Some((block, place)) = blocks.pop() {
            for statement in &block.statements {
                match statement {
                    Statement::Class(class) => {
                        let class_of = module.class(*class);
                        blocks.push((&class_of.body, Place::Class(*class)));
                        let made = entity(module, class_of);
                        if !made.is_empty() {
                            found.entry((id, place)).or_default().extend(made);
                        }
                    }
                    Statement::Do(expression) => {
                        if let ExpressionKind::Macro(call) = &module.expression(*expression).kind {
                            found
                                .entry((id, place))
                                .or_default()
                                .extend(table(module, call));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// Reads `table! { … }`.
fn table(module: &Module, call: &MacroCall) -> Option<Declared> {
    let callee = module.dotted(call.callee)?;
    (callee.rsplit('.').next() == Some("table")).then_some(())?;
    let groups = |open: char| {
        call.tokens.iter().rposition(move |token| {
            matches!(token_kind(module, *token), Some(TokenKind::Group(o, _)) if *o == open)
        })
    };
    let key = groups('(')?;
    let TokenKind::Word(name) = token_kind(module, *call.tokens.get(key.checked_sub(1)?)?)? else {
        return None;
    };
    let TokenKind::Group(_, inside) = token_kind(module, *call.tokens.get(groups('{')?)?)? else {
        return None;
    };
    let name = module.name(*name);
    Some(Declared {
        name: name.into(),
        path: format!("{TABLE}.{name}").into(),
        columns: columns(module, inside),
    })
}

fn entity(module: &Module, class: &Class) -> Vec<Declared> {
    let Some(table) = entity_table(module, class) else {
        return Vec::new();
    };
    let made = MADE.iter().map(|name| Declared {
        name: (*name).into(),
        path: format!("{ENTITY}.{table}.{name}").into(),
        columns: Vec::new(),
    });
    made.collect()
}

/// The table of a struct that derives sea-orm's `DeriveEntityModel`: what its attribute says.
#[must_use]
pub fn entity_table(module: &Module, class: &Class) -> Option<Box<str>> {
    let call = |id: &ExpressionId, wanted: &str| match &module.expression(*id).kind {
        ExpressionKind::Call(call) if module.dotted(call.callee)?.ends_with(wanted) => Some(call),
        _ => None,
    };
    let decorators = super::attributes(module, &class.decorators);
    let mut derives = decorators.iter().filter_map(|id| call(id, "derive"));
    derives.find(|derive| {
        let mut names = derive.arguments.iter();
        names.any(|one| {
            module
                .dotted(one.value)
                .is_some_and(|name| name.ends_with("DeriveEntityModel"))
        })
    })?;
    let mut settings = decorators.iter().filter_map(|id| call(id, "sea_orm"));
    settings.find_map(|settings| {
        let named = settings.arguments.iter().find(|one| {
            one.name
                .is_some_and(|(name, _)| module.name(name) == "table_name")
        })?;
        module.plain_text(named.value).map(Into::into)
    })
}

/// The words before `->`.
fn columns(module: &Module, tokens: &[TokenId]) -> Vec<Box<str>> {
    let arrow = |token: &TokenId| matches!(token_kind(module, *token), Some(TokenKind::Punctuation(sign)) if module.name(*sign) == "->");
    let pairs = tokens
        .iter()
        .zip(tokens.iter().skip(1))
        .filter(|(_, next)| arrow(next));
    pairs
        .filter_map(|(name, _)| match token_kind(module, *name) {
            Some(TokenKind::Word(name)) => Some(module.name(*name).into()),
            _ => None,
        })
        .collect()
}

fn token_kind(module: &Module, id: TokenId) -> Option<&TokenKind> {
    module.tokens.get(id.index()).map(|token| &token.kind)
}
