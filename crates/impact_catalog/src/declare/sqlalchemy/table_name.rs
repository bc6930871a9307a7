//! How a declarative class gets its table's name.
//!
//! Rules: `__tablename__` as a value or a `declared_attr`; Flask-SQLAlchemy's default, the class's name in snake case
//! (Flask-SQLAlchemy 3.1, "Models and Tables"); SQLModel's, the name in lower case (SQLModel, `main.py`).

use super::member::{Context, returned};
use impact_bind::{Binding, ClassRef, Place, Program};
use impact_facts::{
    Call, CollectionKind, ExpressionId, ExpressionKind, FunctionId, Piece, Span, Statement,
};

/// What a class's own body says of its table.
#[derive(Debug, Default)]
pub(super) struct TableSaid {
    /// Its name.
    pub name: Option<String>,
    /// A name is said by code that could not be followed.
    pub unnamed: bool,
    /// Its schema.
    pub schema: Option<String>,
    /// `__table__ = Table(…)` or a name of one.
    pub table: Option<ExpressionId>,
    /// `__abstract__ = True`.
    pub is_abstract: bool,
}

/// Reads `__tablename__`, `__table_args__`, `__table__` and `__abstract__` of one body, for the class `subject`
/// (which may be a subclass of the one whose body it is).
pub(super) fn said(program: &Program<'_>, body: ClassRef, subject: &str) -> TableSaid {
    let cx = Context {
        program,
        file: body.file,
        place: Place::Class(body.class),
    };
    let module = cx.module();
    let mut said = TableSaid::default();
    for statement in &module.class(body.class).body.statements {
        match statement {
            Statement::Bind(bind) => {
                let Some(value) = bind.value else { continue };
                match module.dotted(bind.target).as_deref() {
                    Some("__tablename__") => {
                        said.name = name(cx, value, subject, 0);
                        let none = module.expression(value).kind == ExpressionKind::Null;
                        said.unnamed = said.name.is_none() && !none;
                    }
                    Some("__table_args__") => said.schema = schema(cx, value),
                    Some("__table__") => said.table = Some(value),
                    Some("__abstract__") => {
                        let kind = &module.expression(value).kind;
                        said.is_abstract = matches!(kind, ExpressionKind::Bool(true));
                    }
                    _ => {}
                }
            }
            Statement::Function(id) => of_function(cx, *id, subject, &mut said),
            _ => {}
        }
    }
    said
}

fn of_function(cx: Context<'_, '_>, id: FunctionId, subject: &str, said: &mut TableSaid) {
    let function = cx.module().function(id);
    let inside = Context {
        place: Place::Function(id),
        ..cx
    };
    let mut values = returned(function).into_iter();
    match function.name.map(|name| cx.module().name(name)) {
        Some("__tablename__") => {
            let all: Vec<ExpressionId> = values.collect();
            let mut names = all.iter().map(|value| name(inside, *value, subject, 0));
            said.name = names.find_map(|name| name);
            let null = |id: &ExpressionId| cx.module().expression(*id).kind == ExpressionKind::Null;
            said.unnamed = said.name.is_none() && !all.iter().all(null);
        }
        Some("__table_args__") => said.schema = values.find_map(|value| schema(inside, value)),
        _ => {}
    }
}

/// A table's name as an expression over the class's own: `cls.__name__.lower()`, `f"app_{cls.__name__}"`, `"a" + "b"`.
fn name(cx: Context<'_, '_>, id: ExpressionId, subject: &str, depth: u32) -> Option<String> {
    if depth > 8 {
        return None;
    }
    if let Some(text) = cx.text(id) {
        return Some(text);
    }
    let module = cx.module();
    match &module.expression(id).kind {
        ExpressionKind::Attribute(attribute) => {
            (module.name(attribute.name) == "__name__").then(|| subject.to_owned())
        }
        ExpressionKind::Binary(binary) if module.name(binary.operator) == "+" => {
            let left = name(cx, binary.left, subject, depth + 1)?;
            Some(left + &name(cx, binary.right, subject, depth + 1)?)
        }
        ExpressionKind::Text(text) => {
            let pieces = module.text(*text).pieces.iter();
            pieces
                .map(|piece| match piece {
                    Piece::Literal(literal) => Some(literal.value.to_string()),
                    Piece::Hole(hole) => name(cx, hole.expression, subject, depth + 1),
                    Piece::Alternatives(_) | Piece::Repeat(_) => None,
                })
                .collect()
        }
        ExpressionKind::Call(call) => called(cx, call, subject, depth),
        _ => None,
    }
}

/// `x.lower()`, `re.sub("(?=[A-Z])", "_", x)`, and a function that makes snake case: its name says so, or it takes words
/// apart at capitals and lowers them.
fn called(cx: Context<'_, '_>, call: &Call, subject: &str, depth: u32) -> Option<String> {
    let module = cx.module();
    if let ExpressionKind::Attribute(attribute) = &module.expression(call.callee).kind
        && let Some(of) = name(cx, attribute.of, subject, depth + 1)
    {
        return match module.name(attribute.name) {
            "lower" => Some(of.to_lowercase()),
            "upper" => Some(of.to_uppercase()),
            _ => None,
        };
    }
    let word = module.dotted(call.callee)?.to_lowercase();
    let argument = |place: usize| Some(call.arguments.get(place)?.value);
    if word.rsplit('.').next() == Some("sub") {
        let pattern = module.plain_text(argument(0)?)?;
        let of = argument(2).filter(|_| pattern.contains(CAPITAL))?;
        return Some(snake_case(&name(cx, of, subject, depth + 1)?));
    }
    let says_snake = ["snake", "underscore"]
        .iter()
        .any(|part| word.contains(part));
    let makes_snake = says_snake || parts_at_capitals(cx, call.callee);
    let first = argument(0).filter(|_| makes_snake)?;
    Some(snake_case(&name(cx, first, subject, depth + 1)?))
}

/// What a pattern that finds the beginnings of words in a class's name has.
const CAPITAL: &str = "[A-Z]";

/// Whether a function of the service holds a pattern of capitals and lowers something.
fn parts_at_capitals(cx: Context<'_, '_>, callee: ExpressionId) -> bool {
    let found = cx.program.resolve_expression(cx.file, cx.place, callee);
    let Binding::Function(function) = found else {
        return false;
    };
    let module = cx.program.module(function.file);
    let body = module.function(function.function).span;
    let inside = |span: Span| body.start <= span.start && span.end <= body.end;
    let (mut capitals, mut lowers) = (false, false);
    for (id, one) in (0..).map(ExpressionId).zip(&module.expressions) {
        if !inside(one.span) {
            continue;
        }
        match &one.kind {
            ExpressionKind::Text(_) => {
                let text = module.plain_text(id);
                capitals |= text.is_some_and(|text| text.contains(CAPITAL));
            }
            ExpressionKind::Attribute(of) => lowers |= module.name(of.name) == "lower",
            _ => {}
        }
    }
    capitals && lowers
}

/// `{"schema": "x"}`, alone or last in a tuple.
fn schema(cx: Context<'_, '_>, id: ExpressionId) -> Option<String> {
    let module = cx.module();
    let ExpressionKind::Collection(all) = &module.expression(id).kind else {
        return None;
    };
    if all.kind != CollectionKind::Dictionary {
        return schema(cx, all.items.last()?.value);
    }
    let says_schema = |key: ExpressionId| module.plain_text(key).as_deref() == Some("schema");
    let item = all
        .items
        .iter()
        .find(|item| item.key.is_some_and(says_schema))?;
    cx.text(item.value)
}

/// `HTTPServerLog` is `http_server_log`, as Flask-SQLAlchemy 3.1 spells it (`model.py`, `camel_to_snake_case`).
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let starts_word = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
            || (before.is_some() && after.is_some_and(|c| c.is_lowercase()));
        if letter.is_uppercase() && starts_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out.trim_start_matches('_').to_owned()
}
