//! Macro calls. A macro of a crate is asked for as `crate.name!`.

use super::{ask, ask_member};
use crate::cells::Key;
use crate::door::{CallSite, MemberSite};
use crate::evaluator::Evaluator;
use crate::text::Style;
use crate::touch::Manner;
use crate::value::{Atom, Dictionary, Value};
use impact_bind::{Binding, ClassRef, path_from};
use impact_facts::{
    Access, Assembled, Certainty, ClassKind, ExpressionId, ExpressionKind, FileId, MacroCall,
    Module, Piece, Span, Statement,
};
use std::collections::{BTreeMap, BTreeSet};
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
    members(cx, call, &site);
    columns(cx, last, call, span);
    if matches!(last, "write" | "writeln") {
        append(cx, call, &site);
    }
    match MACROS.iter().find(|(name, _)| *name == last) {
        Some((_, makes)) => made(cx, *makes, &site),
        None => own(cx, last),
    }
}

/// `write!(&mut sql, "…", …)`: a text that is written to grows. `writeln!` ends a line.
fn append(cx: &mut Evaluator<'_>, call: &MacroCall, site: &CallSite<'_>) {
    let (Some(to), Some(text)) = (site.at(0), site.at(1)) else {
        return;
    };
    let is_text = |value: &Value| value.texts().next().is_some();
    if !is_text(&to.value) || !is_text(&text.value) {
        return;
    }
    let module = cx.module();
    let mut target = call.arguments.first().map(|argument| argument.value);
    if let Some(id) = target
        && let ExpressionKind::Unary(of) = &module.expression(id).kind
    {
        target = Some(of.of);
    }
    let Some(target) = target else { return };
    let blank = Assembled {
        text: "\n".to_owned(),
        ..Assembled::default()
    };
    let mut grown = cx.concatenated(&to.value, &text.value, site.span);
    if module
        .dotted(call.callee)
        .is_some_and(|name| name.ends_with("writeln"))
    {
        grown = cx.concatenated(&grown, &Atom::Text(Arc::new(blank)).into(), site.span);
    }
    cx.regrow(target, &grown, site.span);
}

/// More macros of one name in the program are not told apart.
const MAX_OF_NAME: usize = 4;

/// What a macro of the program makes: the objects that the expressions in its body are.
fn own(cx: &mut Evaluator<'_>, name: &str) -> Value {
    let program = cx.program;
    let mut made = Value::nothing();
    for class in program.macros_named(name).iter().take(MAX_OF_NAME) {
        made.join(&cx.read(made_key(*class)));
    }
    if made.is_nothing() {
        return Value::unknown("what a macro makes");
    }
    made.at_most(Certainty::Likely)
}

fn made_key(class: ClassRef) -> Key {
    let class = format!("{} {}", class.file.0, class.class.0);
    Key::Outside("macro".into(), class.into())
}

/// An expression in the body of a `macro_rules!` has a value.
pub(crate) fn in_body(cx: &mut Evaluator<'_>, class: ClassRef, value: &Value) {
    if cx.program.module(class.file).class(class.class).kind == ClassKind::Macro {
        let objects = value.filter(|atom| matches!(atom, Atom::Object(_)));
        cx.cells.join(made_key(class), &objects);
    }
}

/// A macro of the program that is told a row, or what writes one, and the bare name of a field: `patch!(model, email)` names
/// the field.
fn members(cx: &mut Evaluator<'_>, call: &MacroCall, site: &CallSite<'_>) {
    let module = cx.module();
    let names: Vec<(&str, Span)> = call
        .arguments
        .iter()
        .filter_map(|argument| match &module.expression(argument.value).kind {
            ExpressionKind::Name(name) => {
                Some((module.name(*name), module.expression(argument.value).span))
            }
            _ => None,
        })
        .collect();
    for argument in site.positional() {
        let rows = argument.value.filter(|atom| {
            matches!(atom, Atom::Mapped(_))
                || matches!(atom, Atom::Outside(class) if class.contains(".ActiveModel"))
        });
        for (name, span) in names.iter().filter(|(_, span)| *span != argument.span) {
            for atom in rows.atoms() {
                let access = match atom {
                    Atom::Mapped(_) => Access::Read,
                    _ => Access::Write,
                };
                let member = MemberSite {
                    name,
                    span: *span,
                    access,
                    value: None,
                };
                cx.with_certainty(Certainty::Likely, |cx| {
                    ask_member(cx, atom, &member);
                });
            }
        }
    }
}

/// A macro of the program that is told a table of diesel and bare names of its columns names these:
/// `find_by!(posts, find_by_slug, slug as &str)`. Where the functions that it makes return rows, these have every column.
fn columns(cx: &mut Evaluator<'_>, name: &str, call: &MacroCall, span: Span) {
    if cx.program.macros_named(name).is_empty() {
        return;
    }
    let module = cx.module();
    let words: Vec<(ExpressionId, &str)> = call
        .arguments
        .iter()
        .filter_map(|argument| bare(module, argument.value))
        .collect();
    let tables = words.iter().filter_map(|(_, word)| {
        let found = cx.program.resolve(cx.file, cx.place, word);
        crate::orm::diesel::table(cx, found.external()?)
    });
    let tables: Vec<_> = tables.collect();
    for table in tables {
        cx.with_certainty(Certainty::Likely, |cx| {
            for (id, word) in &words {
                let at = module.expression(*id).span;
                crate::orm::diesel::told(cx, table, word, at);
            }
            if super::expanded::makes_rows(cx, name) {
                let manner = Manner::whole(Access::Read).at_most(Certainty::Likely);
                cx.touch_row(table, span, manner, &|_| true);
            }
        });
    }
}

/// The name that an argument is, `slug` and `slug as &str`.
fn bare(module: &Module, id: ExpressionId) -> Option<(ExpressionId, &str)> {
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => Some((id, module.name(*name))),
        ExpressionKind::Cast(cast) => match &module.expression(cast.of).kind {
            ExpressionKind::Name(name) => Some((cast.of, module.name(*name))),
            _ => None,
        },
        _ => None,
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
        Binding::External(path) => path.to_string(),
        _ => spelled.to_owned(),
    }
}

fn made(cx: &mut Evaluator<'_>, makes: Makes, call: &CallSite<'_>) -> Value {
    match makes {
        Makes::Text => formatted(cx, call),
        Makes::First => call.value(0, ""),
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

/// A template that stands in the macro call has its holes filled; one that another macro makes (`include_str!`, `concat!`)
/// is filled here.
fn formatted(cx: &mut Evaluator<'_>, call: &CallSite<'_>) -> Value {
    let Some(template) = call.at(0) else {
        return Value::nothing();
    };
    let made = template
        .expression
        .is_some_and(|id| matches!(cx.module().expression(id).kind, ExpressionKind::Macro(_)));
    if !made {
        return template.value.clone();
    }
    let named = call.arguments.iter().filter_map(|argument| {
        let (name, _) = argument.name.as_ref()?;
        Some((name.clone(), argument.value.clone()))
    });
    let known: BTreeMap<_, _> = named.collect();
    let values = if known.is_empty() {
        Value::tuple(
            call.positional()
                .skip(1)
                .map(|one| one.value.clone())
                .collect(),
        )
    } else {
        let rest = Value::unknown("a placeholder's value");
        Value::dictionary(Dictionary {
            known,
            rest,
            ..Dictionary::default()
        })
    };
    for text in template.value.texts() {
        let files: BTreeSet<FileId> = text.segments.iter().map(|part| part.file).collect();
        for file in files {
            cx.cells
                .join(filled_key(file), &Value::outside("builtins.str"));
        }
    }
    let texts = template.value.texts();
    let filled = texts.flat_map(|text| cx.substituted(text, Style::Braces, &values, call.span));
    let filled = Value::any_of(filled.map(|text| Atom::Text(Arc::new(text))));
    if filled.is_nothing() {
        template.value.clone()
    } else {
        filled.at_most(template.value.certainty)
    }
}

/// Under which it is kept that code fills the holes of a file's text: by itself it is no statement.
fn filled_key(file: FileId) -> Key {
    Key::Outside("filled template".into(), file.0.to_string().into())
}

/// Whether code fills the holes of the text of the file that is being evaluated.
pub(crate) fn is_filled(cx: &mut Evaluator<'_>) -> bool {
    let key = filled_key(cx.file);
    !cx.read(key).is_nothing()
}

/// The text of a file of the tree: relative to the folder of the calling file, or to its package's.
pub(crate) fn file_text(cx: &Evaluator<'_>, path: &str, from_package: bool) -> Option<Value> {
    let here = cx.program.path(cx.file);
    let mut folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
    loop {
        let wanted = path_from(folder, path);
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

/// What a file of text says, each byte with its place.
pub(crate) fn text_of(cx: &Evaluator<'_>, file: FileId) -> Option<Value> {
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
