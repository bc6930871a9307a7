//! Modules that a macro declares: diesel 2's `table! { schema.name (key) { column -> Type, } }` makes a module `name`
//! with `table`, `dsl`, `columns` and each column.
//!
//! To whoever looks a name up they are things outside the tree, [`TABLE`] and the path in the module:
//! `diesel.table!.users.email`.

use crate::place::Place;
use crate::program::Unit;
use impact_facts::{
    ExpressionKind, FileId, Language, MacroCall, Module, Statement, TokenId, TokenKind,
};
use std::collections::HashMap;

/// What stands before the name of a module that `table!` declares.
pub(crate) const TABLE: &str = "diesel.table!";

/// A module that a macro declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: Box<str>,
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
                        blocks.push((&module.class(*class).body, Place::Class(*class)))
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
    Some(Declared {
        name: module.name(*name).into(),
        columns: columns(module, inside),
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
