//! SQL text that a migration runs: `execute_unprepared("…")`, `Statement::from_string(backend, "…")`, `include_str!`.

use super::run::Run;
use crate::declare::sql::steps_of;
use crate::declare::values;
use crate::text::SourceText;
use impact_bind::{ValueRef, path_from};
use impact_facts::{ExpressionKind, FileId, MacroCall, Piece, SchemaChange, Span, TextId};

/// Methods of a connection that take a text or a statement (sea-orm 1 and 2).
const METHODS: &[&str] = &[
    "execute_unprepared",
    "execute",
    "execute_raw",
    "query_one",
    "query_all",
];
/// Texts in texts, deeper than this, are not known.
const MAX_DEPTH: u32 = 12;

/// Applies a method call if it runs SQL.
pub(super) fn apply(run: &mut Run<'_, '_>, name: &str, first: Option<ValueRef>) -> bool {
    let Some(value) = first.filter(|_| METHODS.contains(&name)) else {
        return false;
    };
    let said = statement(run, value);
    let text = said.unwrap_or(value);
    if let Some(file) = included(run, text, 0) {
        return whole_file(run, file);
    }
    let span = run.span(text);
    if let Some((source, file)) = source(run, text).filter(|(text, _)| !is_all_hole(text)) {
        let all = Span::new(0, source.text.len() as u32);
        let mut steps = steps_of(&source, all, run.dialect);
        if !run.is_home(file) {
            steps
                .iter_mut()
                .for_each(|planned| planned.step.relocate(&|_| span));
        }
        run.steps.extend(steps);
    } else if said.is_some() || name == "execute_unprepared" {
        run.unknown("SQL that is put together at run time", "", span);
    } else {
        run.push(SchemaChange::Data, span);
    }
    true
}

fn is_all_hole(text: &SourceText) -> bool {
    text.holes > 0 && text.text.trim() == "impact_hole_0"
}

/// The text of `Statement::from_string(backend, text)` and `Statement::from_sql_and_values(backend, text, values)`.
fn statement(run: &Run<'_, '_>, value: ValueRef) -> Option<ValueRef> {
    let links = run.chain(value);
    let link = links.first()?;
    let of_text = matches!(
        link.name.as_str(),
        "Statement::from_string" | "Statement::from_sql_and_values"
    );
    link.argument(1).filter(|_| of_text)
}

/// The SQL file of the service that `include_str!` names.
fn included(run: &Run<'_, '_>, value: ValueRef, depth: u32) -> Option<FileId> {
    if depth > MAX_DEPTH {
        return None;
    }
    let at = run.followed(value);
    let module = run.program.module(at.file);
    let part = |expression| ValueRef { expression, ..at };
    match values::kind(run.program, at) {
        ExpressionKind::Macro(call) if ends_with(run, at, call, "include_str") => {
            let path = module.plain_text(call.arguments.first()?.value)?;
            let here = run.program.path(at.file);
            let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
            let wanted = path_from(folder, &path);
            let mut files = run.program.files();
            files.find(|file| run.program.is_own(*file) && run.program.path(*file) == wanted)
        }
        ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(of) if !of.path => included(run, part(of.of), depth + 1),
            _ => None,
        },
        _ => None,
    }
}

fn ends_with(run: &Run<'_, '_>, at: ValueRef, call: &MacroCall, name: &str) -> bool {
    values::last_name(run.program.module(at.file), call.callee) == Some(name)
}

/// Runs a SQL file: its steps stand in it.
fn whole_file(run: &mut Run<'_, '_>, file: FileId) -> bool {
    let source = SourceText::of_file(run.program.module(file));
    let all = Span::new(0, source.text.len() as u32);
    let steps = steps_of(&source, all, run.dialect);
    if !run.files.iter().any(|(known, _)| *known == file) {
        run.files.push((file, steps));
    }
    true
}

/// The text that a value makes, holes filled where what they hold is known, and the file that it stands in.
pub(super) fn source(run: &Run<'_, '_>, value: ValueRef) -> Option<(SourceText, FileId)> {
    made(run, value, 0)
}

fn made(run: &Run<'_, '_>, value: ValueRef, depth: u32) -> Option<(SourceText, FileId)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let at = run.followed(value);
    let module = run.program.module(at.file);
    let part = |expression| ValueRef { expression, ..at };
    match values::kind(run.program, at) {
        ExpressionKind::Text(text) => Some((template(run, at, *text, depth), at.file)),
        ExpressionKind::Macro(call) => {
            let word = values::last_name(module, call.callee)?;
            if !matches!(
                word,
                "format" | "indoc" | "formatdoc" | "concat" | "formatcp" | "concatcp"
            ) {
                return None;
            }
            let joined = word.starts_with("concat");
            let count = if joined { call.arguments.len() } else { 1 };
            let mut all = SourceText::default();
            for argument in call.arguments.iter().take(count) {
                let (text, file) = made(run, part(argument.value), depth + 1)?;
                if file != at.file {
                    all.filled(&text.text, module.expression(argument.value).span);
                } else {
                    all.append(&text);
                }
            }
            Some((all, at.file))
        }
        ExpressionKind::Call(call) => match &module.expression(call.callee).kind {
            ExpressionKind::Attribute(of) if !of.path => made(run, part(of.of), depth + 1),
            ExpressionKind::Attribute(of) if module.name(of.name) == "from" => {
                made(run, part(call.arguments.first()?.value), depth + 1)
            }
            _ => None,
        },
        _ => None,
    }
}

fn template(run: &Run<'_, '_>, at: ValueRef, text: TextId, depth: u32) -> SourceText {
    let module = run.program.module(at.file);
    let mut source = SourceText::default();
    for piece in &module.text(text).pieces {
        match piece {
            Piece::Literal(literal) => source.literal(literal),
            Piece::Hole(hole) => {
                let value = ValueRef {
                    expression: hole.expression,
                    ..at
                };
                let known = super::iden::name(run, value).or_else(|| {
                    let (text, _) = made(run, value, depth + 1)?;
                    (text.holes == 0).then_some(text.text)
                });
                match known {
                    Some(known) => source.filled(&known, hole.span),
                    None => source.hole(hole.span),
                }
            }
            Piece::Alternatives(_) | Piece::Repeat(_) => {}
        }
    }
    source
}
