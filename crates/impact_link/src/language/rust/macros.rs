//! Macro calls. A macro of a crate is asked for as `crate.name!`.

use super::ask;
use crate::door::CallSite;
use crate::evaluator::Evaluator;
use crate::value::{Atom, Value};
use impact_bind::Binding;
use impact_facts::{
    Assembled, ExpressionId, ExpressionKind, FileId, MacroCall, Module, Piece, Span, Statement,
};
use std::sync::Arc;

/// Macros of the standard library and of text crates, by their last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// The text of the first argument, holes filled.
    Text,
    /// The arguments one after the other.
    Joined,
    /// The text of the file that the argument names, from the calling file's folder.
    File,
    /// The first argument.
    First,
    /// All arguments.
    Tuple,
}

const MACROS: &[(&str, Makes)] = &[
    ("format", Makes::Text),
    ("format_args", Makes::Text),
    ("formatdoc", Makes::Text),
    ("indoc", Makes::Text),
    ("concat", Makes::Joined),
    ("concatcp", Makes::Joined),
    ("formatcp", Makes::Text),
    ("include_str", Makes::File),
    ("dbg", Makes::First),
    ("try", Makes::First),
    ("ready", Makes::First),
    ("join", Makes::Tuple),
    ("try_join", Makes::Tuple),
];

/// What a macro call makes. Its arguments are evaluated.
pub(super) fn evaluate(
    cx: &mut Evaluator<'_>,
    span: Span,
    call: &MacroCall,
    expected: &Value,
) -> Value {
    let module = cx.module();
    let spelled = module.dotted(call.callee).unwrap_or_default();
    let first = call
        .arguments
        .first()
        .filter(|argument| is_type(module, argument.value));
    let said = first.map(|argument| super::annotation(cx, cx.file, cx.place, argument.value));
    let arguments = cx.arguments(&call.arguments);
    let wanted = said
        .filter(|said| !said.is_unknown())
        .unwrap_or_else(|| expected.clone());
    let site = CallSite {
        span,
        callee: module.expression(call.callee).span,
        arguments: &arguments,
        expected: &wanted,
    };
    let callee = Atom::External(format!("{}!", qualified(cx, &spelled)).into());
    if let Some(value) = ask(cx, &callee, &site) {
        return value;
    }
    let last = spelled.rsplit('.').next().unwrap_or_default();
    crate::orm::diesel::declared(cx, last, call);
    match MACROS.iter().find(|(name, _)| *name == last) {
        Some((_, makes)) => made(cx, *makes, &site),
        None => Value::unknown("what a macro makes"),
    }
}

/// Whether an argument may be a type: `query_as!(User, …)`.
fn is_type(module: &Module, id: ExpressionId) -> bool {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => module.name(*name).starts_with(char::is_uppercase),
        ExpressionKind::Attribute(of) => {
            of.path && module.name(of.name).starts_with(char::is_uppercase)
        }
        ExpressionKind::Subscript(of) => is_type(module, of.of),
        _ => false,
    }
}

/// The path of a macro: what its name is imported as, else as it is spelled.
fn qualified(cx: &Evaluator<'_>, spelled: &str) -> String {
    match cx.program.resolve(cx.file, cx.place, spelled) {
        Binding::External(path) => path.into(),
        _ => spelled.to_owned(),
    }
}

fn made(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>) -> Value {
    match makes {
        Makes::Text | Makes::First => call.value(0, ""),
        Makes::Tuple => Value::tuple(call.positional().map(|a| a.value.clone()).collect()),
        Makes::Joined => call
            .positional()
            .map(|argument| argument.value.clone())
            .reduce(|left, right| cx.concatenated(&left, &right, call.span))
            .unwrap_or_default(),
        Makes::File => call
            .value(0, "")
            .texts()
            .next()
            .and_then(|path| file_text(cx, &path.text, false))
            .unwrap_or(Value::outside("builtins.str")),
    }
}

/// The text of a file of the tree: relative to the folder of the calling file, or to its package's.
pub(crate) fn file_text(cx: &Evaluator<'_>, path: &str, from_package: bool) -> Option<Value> {
    let here = cx.program.path(cx.file);
    let mut folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
    loop {
        let wanted = normal(folder, path);
        let found = cx.program.files().find(|file| {
            cx.program.is_own(*file) == cx.program.is_own(cx.file)
                && cx.program.path(*file) == wanted
        });
        if let Some(file) = found {
            return text_of(cx, file);
        }
        if !from_package || folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
}

fn normal(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn text_of(cx: &Evaluator<'_>, file: FileId) -> Option<Value> {
    let module = cx.program.module(file);
    let mut text = Assembled::default();
    for statement in &module.body.statements {
        let Statement::Do(id) = statement else {
            return None;
        };
        let ExpressionKind::Text(id) = module.expression(*id).kind else {
            return None;
        };
        for piece in &module.text(id).pieces {
            match piece {
                Piece::Literal(literal) => text.push_literal(file, literal),
                Piece::Hole(hole) => text.push_hole(file, hole.span),
                Piece::Alternatives(_) | Piece::Repeat(_) => return None,
            }
        }
    }
    Some(Atom::Text(Arc::new(text)).into())
}
