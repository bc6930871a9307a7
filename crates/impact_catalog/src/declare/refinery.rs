//! Migrations of refinery that are Rust: `V1__users.rs` with `pub fn migration() -> String`, in one order with the SQL files
//! beside them. What the function answers is read where it is text; what a builder of schemas makes is not understood.
//! <https://docs.rs/refinery/latest/refinery/>

use super::Planned;
use super::sql::steps_of;
use crate::text::SourceText;
use impact_bind::Program;
use impact_facts::{
    Dialect, ExpressionId, ExpressionKind, FileId, Function, Language, Module, SchemaChange,
    SchemaStep, Span,
};

/// Calls around a text are looked through as deep as this.
const MAX_DEPTH: u32 = 8;

/// The path that a Rust migration would have as SQL; none if a file is no such migration.
pub(super) fn as_sql(program: &Program<'_>, file: FileId) -> Option<String> {
    let path = program.path(file);
    let name = path.rsplit('/').next()?.strip_suffix(".rs")?;
    let (version, _) = name.split_once("__")?;
    let number = version.strip_prefix(['V', 'U'])?;
    let is_migration = program.facts(file).language == Language::Rust
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'))
        && migration(program.module(file)).is_some();
    is_migration.then(|| format!("{}.sql", path.trim_end_matches(".rs")))
}

fn migration(module: &Module) -> Option<&Function> {
    let mut functions = module.functions.iter();
    functions.find(|function| function.name.map(|name| module.name(name)) == Some("migration"))
}

/// The steps that the function's text says.
pub(super) fn steps(program: &Program<'_>, file: FileId, dialect: Dialect) -> Vec<Planned> {
    let module = program.module(file);
    let Some(function) = migration(module) else {
        return Vec::new();
    };
    let text = function.body.tail.and_then(|tail| said(module, tail, 0));
    match text.filter(|text| text.holes == 0) {
        Some(text) => {
            let all = Span::new(0, text.text.len() as u32);
            steps_of(&text, all, dialect)
        }
        None => vec![Planned {
            step: SchemaStep {
                change: SchemaChange::Unknown("a migration that is put together by code".into()),
                span: function.name_span,
            },
            text: String::new().into(),
        }],
    }
}

/// The text of a literal, through `.to_string()`, `String::from(…)` and `format!`.
fn said(module: &Module, id: ExpressionId, depth: u32) -> Option<SourceText> {
    if depth > MAX_DEPTH {
        return None;
    }
    match &module.expression(id).kind {
        ExpressionKind::Text(text) => Some(SourceText::of(module.text(*text))),
        ExpressionKind::Call(call) => {
            let inner = match &module.expression(call.callee).kind {
                ExpressionKind::Attribute(of) if !of.path && call.arguments.is_empty() => of.of,
                _ => call.arguments.first()?.value,
            };
            said(module, inner, depth + 1)
        }
        ExpressionKind::Macro(call) => said(module, call.arguments.first()?.value, depth + 1),
        _ => None,
    }
}
