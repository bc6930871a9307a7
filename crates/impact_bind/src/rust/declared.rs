//! Modules that a macro declares: diesel 2's `table! { schema.name (key) { column -> Type, } }` makes a module `name`
//! with `table`, `dsl`, `columns` and each column.
//!
//! To whoever looks a name up they are things outside the tree, [`TABLE`] and the path in the module:
//! `diesel.table!.users.email`. sea-orm's `#[derive(DeriveEntityModel)]` makes `Entity`, `Column`, `ActiveModel` and
//! `PrimaryKey` beside its struct: `sea_orm.entity!.users.Column.Email`. In the expanded format they stand in the source,
//! and mean the same. sea-query's `#[enum_def]` makes an enum of names: `sea_query.enum_def!`, file, class and variant.

use super::idens::{enum_def, enum_def_path};
use crate::binding::ClassRef;
use crate::place::Place;
use crate::program::Unit;
use foldhash::{HashMap, HashMapExt};
use impact_facts::{
    Block, Call, Class, ClassKind, ExpressionId, ExpressionKind, FileId, Language, MacroCall,
    Module, Statement, TokenId, TokenKind,
};

/// What stands before the name of a module that `table!` declares.
pub(crate) const TABLE: &str = "diesel.table!";

/// What stands before the table's name of what sea-orm's derive makes.
pub(crate) const ENTITY: &str = "sea_orm.entity!";

/// The module of what cornucopia makes of files of queries.
const QUERIES: &str = "cornucopia.queries";

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
                        let made = entity(module, block, class_of);
                        let of = ClassRef {
                            file: id,
                            class: *class,
                        };
                        let made = made.into_iter().chain(names(module, class_of, of));
                        let mut made = made.peekable();
                        if made.peek().is_some() {
                            found.entry((id, place)).or_default().extend(made);
                        }
                    }
                    Statement::Do(expression) => {
                        if let ExpressionKind::Macro(call) = &module.expression(*expression).kind {
                            let made = table(module, call).or_else(|| queries(module, call));
                            found.entry((id, place)).or_default().extend(made);
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

/// What a build script puts into a crate, `include!(concat!(env!("OUT_DIR"), "/…"))`, may be what cornucopia makes of files of
/// queries: a module of each.
fn queries(module: &Module, call: &MacroCall) -> Option<Declared> {
    let inner = |call: &MacroCall, name: &str| {
        let is_named = module.dotted(call.callee).as_deref() == Some(name);
        call.arguments
            .first()
            .filter(|_| is_named)
            .map(|one| one.value)
    };
    let called = |id: ExpressionId| match &module.expression(id).kind {
        ExpressionKind::Macro(call) => Some(call),
        _ => None,
    };
    let joined = called(inner(call, "include")?)?;
    let variable = called(inner(joined, "concat")?)?;
    let name = module.plain_text(inner(variable, "env")?)?;
    (name == "OUT_DIR").then(|| Declared {
        name: "queries".into(),
        path: QUERIES.into(),
        columns: Vec::new(),
    })
}

fn entity(module: &Module, around: &Block, class: &Class) -> Vec<Declared> {
    let Some(table) = entity_table(module, around, class) else {
        return Vec::new();
    };
    let made = MADE.iter().map(|name| Declared {
        name: (*name).into(),
        path: format!("{ENTITY}.{table}.{name}").into(),
        columns: Vec::new(),
    });
    made.collect()
}

/// The enum of names that sea-query's `#[enum_def]` makes of a struct.
fn names(module: &Module, class: &Class, of: ClassRef) -> Option<Declared> {
    let own = module.name(class.name.filter(|_| class.kind == ClassKind::Struct)?);
    let made = enum_def(module, class)?;
    Some(Declared {
        name: made.name(own).into(),
        path: enum_def_path(of).into(),
        columns: Vec::new(),
    })
}

/// The table of a struct that sea-orm maps: one that derives `DeriveEntityModel` says it in an attribute, of one that
/// derives `DeriveModel` the `impl EntityName for Entity` in the same block does.
#[must_use]
pub fn entity_table(module: &Module, around: &Block, class: &Class) -> Option<Box<str>> {
    if derives(module, class, "DeriveModel") {
        return entity_name(module, around, "table_name");
    }
    derives(module, class, "DeriveEntityModel").then_some(())?;
    let decorators = super::attributes(module, &class.decorators);
    let mut settings = decorators
        .iter()
        .filter_map(|id| decorator(module, *id, "sea_orm"));
    settings.find_map(|settings| {
        let named = settings.arguments.iter().find(|one| {
            one.name
                .is_some_and(|(name, _)| module.name(name) == "table_name")
        })?;
        module.plain_text(named.value).map(Into::into)
    })
}

fn decorator<'m>(module: &'m Module, id: ExpressionId, wanted: &str) -> Option<&'m Call> {
    match &module.expression(id).kind {
        ExpressionKind::Call(call) if module.dotted(call.callee)?.ends_with(wanted) => Some(call),
        _ => None,
    }
}

pub(super) fn derives(module: &Module, class: &Class, wanted: &str) -> bool {
    let decorators = super::attributes(module, &class.decorators);
    let mut derives = decorators
        .iter()
        .filter_map(|id| decorator(module, *id, "derive"));
    derives.any(|derive| {
        let mut names = derive.arguments.iter();
        names.any(|one| {
            let name = module.dotted(one.value);
            name.is_some_and(|name| name.rsplit('.').next() == Some(wanted))
        })
    })
}

/// What a function of the `impl EntityName` in a block answers, where that is a literal: `table_name`, `schema_name`.
#[must_use]
pub fn entity_name(module: &Module, around: &Block, function: &str) -> Option<Box<str>> {
    let named = |class: &&Class| {
        let mut bases = class.bases.iter();
        class.kind == ClassKind::Implementation
            && bases.any(|base| {
                let name = module.dotted(base.value);
                name.is_some_and(|name| name.rsplit('.').next() == Some("EntityName"))
            })
    };
    let classes = around.statements.iter().filter_map(|one| match one {
        Statement::Class(id) => Some(module.class(*id)),
        _ => None,
    });
    let mut members = classes
        .filter(named)
        .flat_map(|class| &class.body.statements);
    members.find_map(|member| {
        let Statement::Function(id) = member else {
            return None;
        };
        let member = module.function(*id);
        let is_wanted = member.name.map(|name| module.name(name)) == Some(function);
        let tail = member.body.tail.filter(|_| is_wanted)?;
        let said = match &module.expression(tail).kind {
            ExpressionKind::Call(some) => some.arguments.first()?.value,
            _ => tail,
        };
        module.plain_text(said).map(Into::into)
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
