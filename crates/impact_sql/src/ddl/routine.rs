//! Functions with their bodies, blocks that run at once, and settings that change how names are looked up.

use super::cursor::Cursor;
use super::lexer::{self, Token, TokenKind};
use super::{MAX_DEPTH, Steps, statement};
use impact_facts::{CreateFunction, Dialect, SchemaChange, Span, SpanMap, TableName};

/// Reads what follows `CREATE FUNCTION` or `CREATE PROCEDURE`.
pub(super) fn create(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.if_not_exists();
    let (name, span) = cursor.table()?;
    let mut function = empty(name);
    if let Some(parameters) = cursor.group() {
        function.columns = out_parameters(parameters);
    }
    while !cursor.is_done() {
        clause(cursor, &mut function);
    }
    steps.push(SchemaChange::CreateFunction(function), span);
    Some(())
}

fn empty(name: TableName) -> CreateFunction {
    CreateFunction {
        name,
        returns_table: None,
        columns: Vec::new(),
        language: "sql".into(),
        body: "".into(),
        map: SpanMap::default(),
        is_trigger: false,
    }
}

fn out_parameters(group: Cursor<'_>) -> Vec<Box<str>> {
    group
        .items()
        .filter_map(|mut item| {
            let out = item.eat_any(&["OUT", "INOUT"]);
            item.name().filter(|_| out).map(|(name, _)| name)
        })
        .collect()
}

fn clause(cursor: &mut Cursor<'_>, function: &mut CreateFunction) {
    if cursor.eat(&["RETURNS"]) {
        returns(cursor, function);
    } else if cursor.eat(&["LANGUAGE"]) {
        let name = cursor.name().map(|(name, _)| name);
        let name = name.or_else(|| cursor.string().map(|(text, _)| text.into()));
        function.language = name.unwrap_or_default().to_lowercase().into();
    } else if cursor.is_any(&["BEGIN", "RETURN"]) {
        body_to_end(cursor, function);
    } else if cursor.eat(&["AS"]) {
        match cursor.string() {
            Some((text, span)) => {
                function.body = text.into();
                function.map = SpanMap::contiguous(span.start);
            }
            None => body_to_end(cursor, function),
        }
    } else {
        cursor.skip();
    }
}

fn returns(cursor: &mut Cursor<'_>, function: &mut CreateFunction) {
    function.is_trigger = cursor.is(&["TRIGGER"]);
    if cursor.eat(&["TABLE"]) {
        let columns = cursor.group().map(Cursor::names).unwrap_or_default();
        function.columns = columns.into_iter().map(|(name, _)| name).collect();
    } else if cursor.eat(&["SETOF"]) || !cursor.is_any(&["TRIGGER", "VOID"]) {
        function.returns_table = cursor.table().map(|(name, _)| name);
    }
}

fn body_to_end(cursor: &mut Cursor<'_>, function: &mut CreateFunction) {
    let span = cursor.span();
    function.body = cursor.slice(span).into();
    function.map = SpanMap::contiguous(span.start);
    while cursor.bump().is_some() {}
}

/// The body of a trigger that has no function of its own (SQLite, MySQL, SQL Server): a function of the same name.
pub(super) fn trigger_body(
    cursor: &mut Cursor<'_>,
    name: TableName,
    span: Span,
    steps: &mut Steps,
) {
    let mut function = empty(name);
    function.is_trigger = true;
    body_to_end(cursor, &mut function);
    steps.push(SchemaChange::CreateFunction(function), span);
}

/// Reads what follows `DO`: the schema changes of the block, as if every branch ran.
pub(super) fn run(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    if cursor.eat(&["LANGUAGE"]) {
        cursor.name();
    }
    let (text, span) = cursor.string()?;
    let before = steps.steps.len();
    nested(text, cursor.dialect(), span.start, steps, block);
    if steps.steps.len() == before {
        steps.push(SchemaChange::Data, span);
    }
    Some(())
}

/// Reads the statements of a text that stands at `start`.
fn nested(
    text: &str,
    dialect: Dialect,
    start: u32,
    steps: &mut Steps,
    read: fn(&str, Dialect, &[Token], &mut Steps),
) {
    let mut inner = Steps {
        steps: Vec::new(),
        depth: steps.depth + 1,
    };
    if inner.depth > MAX_DEPTH {
        return steps.unknown(
            "bodies nested too deeply",
            Span::new(start, start + text.len() as u32),
        );
    }
    read(text, dialect, &lexer::lex(text, dialect), &mut inner);
    for mut step in inner.steps {
        step.relocate(&|span| Span::new(span.start + start, span.end + start));
        steps.steps.push(step);
    }
}

/// Words of the block's language after which a statement begins.
const BEFORE_STATEMENT: &[&str] = &["BEGIN", "THEN", "ELSE", "LOOP"];

/// Reads a block of PL/pgSQL: each statement from where its own words begin.
fn block(text: &str, dialect: Dialect, tokens: &[Token], steps: &mut Steps) {
    for run in tokens.split(|token| token.kind == TokenKind::End) {
        let word = |token: &Token| {
            text.get(token.span.start as usize..token.span.end as usize)
                .unwrap_or("")
        };
        let starts_after = run.iter().rposition(|token| {
            token.kind == TokenKind::Word
                && BEFORE_STATEMENT
                    .iter()
                    .any(|other| word(token).eq_ignore_ascii_case(other))
        });
        let whole = Cursor::new(text, dialect, run);
        let built_from_case = whole.is_any(&[
            "CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "WITH", "SELECT",
        ]);
        let first = if built_from_case {
            0
        } else {
            starts_after.map_or(0, |at| at + 1)
        };
        let cursor = Cursor::new(text, dialect, run.get(first..).unwrap_or_default());
        if cursor.is_any(STATEMENTS) {
            statement::read_one(&cursor, steps);
        }
    }
}

/// Statements of a block that may change the schema or rows; the rest is control flow.
const STATEMENTS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "EXECUTE", "INSERT", "UPDATE", "DELETE", "WITH", "PERFORM",
    "IMPORT", "TRUNCATE", "SET",
];

/// Reads what follows `EXECUTE`: a string is run; anything else is built, and not understood.
pub(super) fn execute(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let alone = cursor.peek(1).is_none() || cursor.is_at(1, "USING");
    if !alone {
        return None;
    }
    let (text, span) = cursor.string()?;
    nested(text, cursor.dialect(), span.start, steps, statement::read);
    Some(())
}

/// SQL Server's `EXEC sp_rename 'table.column', 'new', 'COLUMN'`; other procedures are not understood.
pub(super) fn execute_procedure(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let (path, _) = cursor.path()?;
    if !path.last()?.eq_ignore_ascii_case("sp_rename") {
        return None;
    }
    let mut arguments = cursor.items().filter_map(|mut item| {
        while item.is_symbol(0, "@") || item.is_symbol(0, "=") || item.is_symbol(1, "=") {
            item.bump();
        }
        item.string()
    });
    let (from, span) = arguments.next()?;
    let (to, _) = arguments.next()?;
    let kind = arguments.next().map_or("OBJECT", |(kind, _)| kind);
    let mut parts: Vec<Box<str>> = from
        .split('.')
        .map(|part| part.trim_matches(['[', ']']).into())
        .collect();
    let name = parts.pop()?;
    if kind.eq_ignore_ascii_case("COLUMN") {
        let table = TableName {
            name: parts.pop()?,
            schema: parts.pop(),
        };
        steps.push(
            SchemaChange::RenameColumn {
                table,
                from: name,
                to: to.into(),
            },
            span,
        );
    } else if kind.eq_ignore_ascii_case("OBJECT") {
        let from = TableName {
            schema: parts.pop(),
            name,
        };
        let to = TableName {
            schema: from.schema.clone(),
            name: to.into(),
        };
        steps.push(SchemaChange::RenameRelation { from, to }, span);
    }
    Some(())
}

/// Reads what follows `SET`: only `search_path` matters.
pub(super) fn set(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    cursor.eat_any(&["LOCAL", "SESSION"]);
    if !cursor.is(&["search_path"]) {
        return Some(());
    }
    let (_, span) = cursor.name()?;
    if !cursor.eat_symbol("=") {
        cursor.eat(&["TO"]);
    }
    if cursor.is(&["DEFAULT"]) {
        steps.push(SchemaChange::SearchPath(vec!["public".into()]), span);
        return Some(());
    }
    let schemas = cursor.items().filter_map(|mut item| {
        let text = item.string().map(|(text, _)| Box::from(text));
        text.or_else(|| item.name().map(|(name, _)| name))
    });
    steps.push(SchemaChange::SearchPath(path(schemas)), span);
    Some(())
}

fn path(schemas: impl Iterator<Item = Box<str>>) -> Vec<Box<str>> {
    schemas
        .filter(|schema| !schema.is_empty() && &**schema != "$user")
        .collect()
}

/// Reads what follows `SELECT`: `set_config('search_path', …)`, `AddGeometryColumn`-like calls are data.
pub(super) fn select(cursor: &mut Cursor<'_>, steps: &mut Steps) -> Option<()> {
    let whole = cursor.span();
    let called = cursor.path().and_then(|(mut path, _)| path.pop());
    if called.is_some_and(|name| name.eq_ignore_ascii_case("set_config")) {
        let mut arguments = cursor.group()?.items();
        let key = arguments.next().and_then(|mut item| item.string());
        if key.is_some_and(|(key, _)| key.eq_ignore_ascii_case("search_path")) {
            let (value, span) = arguments.next()?.string()?;
            let schemas = value
                .split(',')
                .map(|part| part.trim().trim_matches('"').into());
            steps.push(SchemaChange::SearchPath(path(schemas)), span);
            return Some(());
        }
    }
    steps.push(SchemaChange::Data, whole);
    Some(())
}
