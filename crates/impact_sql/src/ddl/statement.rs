//! From tokens to statements, and from a statement's first words to its reader.

use super::cursor::Cursor;
use super::lexer::{Token, TokenKind};
use super::{Reader, Steps, alter, create, drop, foreign, routine};
use impact_facts::{Dialect, SchemaChange};

/// Reads every statement of `tokens`.
pub(super) fn read(text: &str, dialect: Dialect, tokens: &[Token], steps: &mut Steps) {
    let mut rest = tokens;
    while !rest.is_empty() {
        let length = statement_length(text, dialect, rest);
        let statement = rest.get(..length).unwrap_or(rest);
        let ends = rest
            .get(length)
            .is_some_and(|token| token.kind == TokenKind::End);
        rest = rest.get(length + usize::from(ends)..).unwrap_or_default();
        if !statement.is_empty() {
            read_one(&Cursor::new(text, dialect, statement), steps);
        }
    }
}

/// The number of tokens before the one that ends the first statement. Bodies `BEGIN … END` of routines and triggers
/// hold ends of their own, as do the parentheses of a rule.
fn statement_length(text: &str, dialect: Dialect, tokens: &[Token]) -> usize {
    let cursor = Cursor::new(text, dialect, tokens);
    let has_body = is_routine(&cursor);
    let is_rule = cursor.is(&["CREATE", "RULE"]) || cursor.is(&["CREATE", "OR", "REPLACE", "RULE"]);
    let mut depth = 0_u32;
    let mut ends = false;
    for (at, token) in tokens.iter().enumerate() {
        let word = text
            .get(token.span.start as usize..token.span.end as usize)
            .unwrap_or("");
        match token.kind {
            TokenKind::End if depth == 0 => return at,
            TokenKind::Symbol if is_rule && word == "(" => depth += 1,
            TokenKind::Symbol if is_rule && word == ")" => depth = depth.saturating_sub(1),
            TokenKind::Word if has_body => {
                let opens: &[&str] = match ends {
                    true => &["IF", "LOOP", "WHILE", "REPEAT", "FOR"],
                    false => &["BEGIN", "CASE"],
                };
                if word.eq_ignore_ascii_case("END") {
                    depth = depth.saturating_sub(1);
                } else if is_any(word, opens) {
                    depth += 1;
                }
            }
            _ => {}
        }
        ends = word.eq_ignore_ascii_case("END");
    }
    tokens.len()
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

fn is_routine(cursor: &Cursor<'_>) -> bool {
    const KINDS: &[&str] = &["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"];
    const OTHERS: &[&str] = &["TABLE", "VIEW", "INDEX", "TYPE", "SCHEMA", "RULE", "POLICY"];
    if !cursor.is_any(&["CREATE", "ALTER"]) {
        return false;
    }
    let mut cursor = *cursor;
    for _ in 0..12 {
        cursor.bump();
        if cursor.is_any(OTHERS) {
            return false;
        }
        if cursor.is_any(KINDS) {
            return true;
        }
    }
    false
}

/// Statements that change a schema, by their first words. The first that fits counts.
const CHANGES: &[(&[&str], Reader)] = &[
    (&["CREATE"], create::read),
    (&["ALTER"], alter::read),
    (&["DROP"], drop::read),
    (&["RENAME", "TABLE"], alter::rename_tables),
    (&["IMPORT", "FOREIGN", "SCHEMA"], foreign::import),
    (&["DO"], routine::run),
    (&["SET"], routine::set),
    (&["SELECT"], routine::select),
    (&["EXEC"], routine::execute_procedure),
    (&["EXECUTE"], routine::execute),
];

/// Statements that read or write rows.
const DATA: &[&str] = &[
    "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "WITH", "COPY", "TRUNCATE", "CALL", "VALUES",
    "TABLE", "PERFORM", "LOAD", "REFRESH",
];

/// Statements that leave schema and rows as they are.
const NOTHING: &[&str] = &[
    "RESET",
    "GRANT",
    "REVOKE",
    "COMMENT",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "START",
    "SAVEPOINT",
    "RELEASE",
    "END",
    "ANALYZE",
    "ANALYSE",
    "VACUUM",
    "REINDEX",
    "CLUSTER",
    "LOCK",
    "UNLOCK",
    "USE",
    "PRAGMA",
    "SHOW",
    "EXPLAIN",
    "DISCARD",
    "NOTIFY",
    "LISTEN",
    "UNLISTEN",
    "SECURITY",
    "DEALLOCATE",
    "PREPARE",
    "CHECKPOINT",
    "REASSIGN",
    "FLUSH",
    "PRINT",
    "ATTACH",
    "DETACH",
    "OPTIMIZE",
    "ABORT",
    "DECLARE",
    "FETCH",
    "CLOSE",
    "DESCRIBE",
    "DESC",
    "KILL",
    "RETURN",
    "RAISE",
    "ASSERT",
    "NULL",
    "IF",
    "SOURCE",
];

/// Reads one statement.
pub(super) fn read_one(cursor: &Cursor<'_>, steps: &mut Steps) {
    if let Some((words, reader)) = CHANGES.iter().find(|(words, _)| cursor.is(words)) {
        let mut inner = *cursor;
        inner.eat(words);
        let before = steps.steps.len();
        if reader(&mut inner, steps).is_none() {
            steps.steps.truncate(before);
            steps.unknown(&not_understood(cursor), cursor.span());
        }
    } else if cursor.is_any(DATA) || cursor.is_symbol(0, "(") {
        steps.push(SchemaChange::Data, cursor.span());
    } else if !cursor.is_any(NOTHING) {
        steps.unknown(&not_understood(cursor), cursor.span());
    }
}

/// The first words of a statement, as a reason.
fn not_understood(cursor: &Cursor<'_>) -> String {
    let head: Vec<&str> = cursor
        .rest()
        .iter()
        .take(4)
        .map(|token| cursor.slice(token.span))
        .collect();
    let head: String = head.join(" ").chars().take(80).collect();
    format!("not understood: {head} …")
}
