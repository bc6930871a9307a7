//! Which names of an expression may be columns.
//!
//! A constraint is read before its table is complete, so names are kept that may turn out to be types or aliases;
//! replay leaves those that are columns.

use super::cursor::Cursor;
use super::lexer::{Token, TokenKind};
use impact_facts::{Span, TableName};
use std::collections::BTreeMap;

/// Names that may be columns.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of the table that the expression belongs to.
    pub(super) own: Vec<(Box<str>, Span)>,
    /// Of tables in its subqueries.
    pub(super) foreign: Vec<(TableName, Box<str>)>,
}

/// Bare words that are never columns.
const KEYWORDS: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "NULL",
    "IS",
    "IN",
    "LIKE",
    "ILIKE",
    "SIMILAR",
    "BETWEEN",
    "TRUE",
    "FALSE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "AS",
    "CAST",
    "ANY",
    "ALL",
    "SOME",
    "ARRAY",
    "EXISTS",
    "SELECT",
    "FROM",
    "WHERE",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "OUTER",
    "CROSS",
    "ON",
    "USING",
    "GROUP",
    "ORDER",
    "BY",
    "HAVING",
    "LIMIT",
    "UNION",
    "DISTINCT",
    "ASC",
    "DESC",
    "COLLATE",
    "CURRENT_USER",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "SESSION_USER",
    "INTERVAL",
    "NEW",
    "OLD",
    "FOR",
    "WITH",
    "CHECK",
    "EXCLUDED",
];

/// Names in what is left of `cursor`, an expression over the columns of `table`.
pub(super) fn columns(cursor: &Cursor<'_>, table: &TableName) -> Names {
    let aliases = subquery_tables(*cursor);
    let mut names = Names::default();
    let mut cursor = *cursor;
    while let Some(token) = cursor.peek(0) {
        if skip_type(&mut cursor) {
            continue;
        }
        if !may_be_column(&cursor, token) {
            cursor.bump();
            continue;
        }
        let Some((mut path, span)) = cursor.path() else {
            break;
        };
        let Some(column) = path.pop() else { break };
        if cursor.is_symbol(0, "(") {
            continue;
        }
        add(&mut names, &aliases, table, path.pop(), column, span);
    }
    names
}

fn add(
    names: &mut Names,
    aliases: &BTreeMap<Box<str>, TableName>,
    table: &TableName,
    qualifier: Option<Box<str>>,
    column: Box<str>,
    span: Span,
) {
    match qualifier {
        Some(qualifier) => match aliases.get(&qualifier) {
            Some(other) => names.foreign.push((other.clone(), column)),
            None if qualifier == table.name || is_row(&qualifier) => names.own.push((column, span)),
            None => {}
        },
        None => {
            names.foreign.extend(
                aliases
                    .values()
                    .map(|other| (other.clone(), column.clone())),
            );
            names.own.push((column, span));
        }
    }
}

fn is_row(word: &str) -> bool {
    ["new", "old", "excluded"]
        .iter()
        .any(|row| word.eq_ignore_ascii_case(row))
}

/// Moves past `::type` and `AS type`.
fn skip_type(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat_symbol("::") || cursor.eat(&["AS"]) {
        cursor.path();
        cursor.eat_any(&["VARYING", "PRECISION"]);
        return true;
    }
    if cursor.eat(&["COLLATE"]) {
        cursor.path();
        return true;
    }
    false
}

fn may_be_column(cursor: &Cursor<'_>, token: Token) -> bool {
    let typed_literal = cursor
        .peek(1)
        .is_some_and(|next| next.kind == TokenKind::Text);
    match token.kind {
        TokenKind::Quoted => true,
        TokenKind::Word => {
            let row = cursor.is_any(&["NEW", "OLD", "EXCLUDED"]) && cursor.is_symbol(1, ".");
            (row || !cursor.is_any(KEYWORDS)) && !typed_literal
        }
        _ => false,
    }
}

/// Tables that subqueries name, by their aliases.
fn subquery_tables(mut cursor: Cursor<'_>) -> BTreeMap<Box<str>, TableName> {
    let mut tables = BTreeMap::new();
    let mut selects = false;
    while !cursor.is_done() {
        selects |= cursor.is(&["SELECT"]);
        if !(selects && cursor.eat_any(&["FROM", "JOIN"])) {
            cursor.bump();
            continue;
        }
        while let Some((table, _)) = cursor.table() {
            cursor.eat(&["AS"]);
            let aliased = !cursor.is_any(KEYWORDS);
            let alias = if aliased {
                cursor.name().map(|(name, _)| name)
            } else {
                None
            };
            tables.insert(alias.unwrap_or_else(|| table.name.clone()), table);
            if !cursor.eat_symbol(",") {
                break;
            }
        }
    }
    tables
}
