//! Telling SQL from prose: `Select a user from the list` is none.

use crate::keyword::Keyword;
use crate::parse::{Parser, slice};
use crate::split::statements;
use crate::syntax::{Body, InsertSource, Item, Query, Source, Statement};
use crate::token::{Token, TokenKind, tokenize};
use impact_facts::Dialect;

/// Words that in prose stand where SQL has a table.
const ARTICLES: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "your", "my", "our", "their", "its", "his",
    "her", "it", "them", "him", "each", "every", "any", "some", "all", "one", "another", "which",
    "what", "here", "there", "below", "above", "you", "we", "left", "right", "now", "within",
    "multiple", "existing",
];

/// Words that begin a statement that is worth resolving.
const VERBS: &[Keyword] = &[
    Keyword::Select,
    Keyword::Insert,
    Keyword::Update,
    Keyword::Delete,
    Keyword::With,
    Keyword::Merge,
    Keyword::Create,
    Keyword::Alter,
    Keyword::Drop,
    Keyword::Truncate,
    Keyword::Copy,
    Keyword::Explain,
    Keyword::Refresh,
    Keyword::Values,
    Keyword::Table,
    Keyword::Replace,
    Keyword::Do,
];

/// Whether a string literal is SQL, and not a sentence that begins like it.
///
/// Strict where prose and SQL look alike: an article where a table should stand, or keywords whose case changes, is prose.
#[must_use]
pub fn looks_like_sql(text: &str) -> bool {
    if text.trim_start().len() < 8 || !begins_like_sql(text) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let tokens = tokenize(text, &lower, Dialect::Generic).list;
    let Some(first) = statements(text, &lower, &tokens, Dialect::Generic)
        .first()
        .cloned()
    else {
        return false;
    };
    let list = tokens.get(first).unwrap_or(&[]);
    if !one_case(text, list) {
        return false;
    }
    match Parser::new(text, &lower, list, &[], Dialect::Generic).statement() {
        Ok(statement) => plausible(&statement, list, &lower),
        Err(_) => unfollowed(list, &lower),
    }
}

/// A cheap look at the first characters, which most strings fail: whether [`looks_like_sql`] may hold of a text that
/// begins so.
#[must_use]
pub fn begins_like_sql(text: &str) -> bool {
    let head = text.trim_start();
    if head.starts_with("--") || head.starts_with("/*") || head.starts_with('(') {
        return true;
    }
    let word: String = head
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .take(10)
        .collect();
    VERBS.contains(&Keyword::of(&word.to_ascii_lowercase()))
}

/// Keywords of SQL are written in one way throughout: `Select … from` is prose.
fn one_case(text: &str, list: &[Token]) -> bool {
    let title = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().skip(1).any(|c| c.is_ascii_lowercase())
    };
    let mut words = list.iter().filter_map(|token| match token.kind {
        TokenKind::Word(
            Keyword::Select
            | Keyword::Insert
            | Keyword::Update
            | Keyword::Delete
            | Keyword::From
            | Keyword::Where
            | Keyword::Into
            | Keyword::Set
            | Keyword::Values
            | Keyword::With
            | Keyword::Create
            | Keyword::Drop
            | Keyword::Alter
            | Keyword::Table
            | Keyword::And
            | Keyword::Or,
        ) => Some(title(slice(text, token.span))),
        _ => None,
    });
    match words.next() {
        Some(first) => words.all(|title| title == first),
        None => true,
    }
}

fn plausible(statement: &Statement<'_>, list: &[Token], lower: &str) -> bool {
    match statement {
        Statement::Query(query) => plausible_query(query, list),
        Statement::Insert(insert) => {
            !matches!(insert.source, InsertSource::Unknown)
                && is_relation(insert.table.path.parts.last().map_or("", |i| i.name))
        }
        // `ALTER TABLE t DELETE WHERE …` sets nothing.
        Statement::Update(update) => {
            let alters = list.first().map(|token| token.kind);
            let alters = alters == Some(TokenKind::Word(Keyword::Alter));
            (alters || !update.set.is_empty()) && plausible_source(&update.target)
        }
        Statement::Delete(delete) => plausible_source(&delete.target),
        Statement::Merge(merge) => !merge.actions.is_empty(),
        Statement::Copy(_) => list.iter().any(|token| {
            matches!(token.kind, TokenKind::Text)
                || matches!(slice(lower, token.span), "stdin" | "stdout" | "program")
        }),
        Statement::CreateAs { query, .. } => plausible_query(query, list),
        Statement::Tables { tables, .. } => {
            list.get(1).is_some_and(|token| {
                matches!(
                    token.kind,
                    TokenKind::Word(Keyword::Table | Keyword::View | Keyword::Materialized)
                )
            }) && tables
                .iter()
                .all(|path| is_relation(path.parts.last().map_or("", |i| i.name)))
        }
        Statement::OnTable(_) => true,
        Statement::Body { .. } => true,
        // Prose, as often as not: `if you select one from …`.
        Statement::Dynamic { .. } => false,
        Statement::Script { ddl, .. } | Statement::Other { ddl } => *ddl && defines(list),
    }
}

/// `CREATE`, `ALTER`, `DROP` and what they are about.
fn defines(list: &[Token]) -> bool {
    use Keyword::{
        Alter, Create, Drop, Foreign, Function, Index, Materialized, Policy, Procedure, Rule,
        Schema, Table, Temp, Temporary, Trigger, Type, Unique, Unlogged, View,
    };
    let keyword = |at: usize| match list.get(at).map(|token| token.kind) {
        Some(TokenKind::Word(keyword)) => keyword,
        _ => Keyword::None,
    };
    matches!(keyword(0), Create | Alter | Drop)
        && (matches!(
            keyword(1),
            Table
                | View
                | Index
                | Schema
                | Function
                | Trigger
                | Policy
                | Type
                | Materialized
                | Unique
                | Procedure
                | Rule
                | Foreign
                | Temp
                | Temporary
                | Unlogged
        ) || keyword(1) == Keyword::Or)
        && list.len() > 2
}

fn plausible_query(query: &Query<'_>, list: &[Token]) -> bool {
    if !query.with.ctes.is_empty() {
        return true;
    }
    match &query.body {
        Body::Select(select) if select.from.is_empty() => select.items.iter().any(|item| matches!(item, Item::Expr { expr, .. } if !expr.atoms.is_empty() || matches!(expr.shape, crate::syntax::Shape::Ordinal(_) | crate::syntax::Shape::Other))) && list.iter().any(|t| matches!(t.kind, TokenKind::Symbol(b'(') | TokenKind::Number)),
        Body::Select(select) => select.from.iter().all(plausible_source) && !select.items.is_empty(),
        Body::Query(query) => plausible_query(query, list),
        Body::Set { .. } => true,
        Body::Values(rows) => !rows.is_empty(),
        Body::Table(_) => list.len() == 2,
        Body::Change(_) => true,
    }
}

fn plausible_source(source: &Source<'_>) -> bool {
    match source {
        Source::Table(table) => is_relation(table.path.parts.last().map_or("", |ident| ident.name)),
        Source::Join(join) => {
            plausible_source(&join.first)
                && join
                    .rest
                    .iter()
                    .all(|joined| plausible_source(&joined.source))
        }
        _ => true,
    }
}

fn is_relation(name: &str) -> bool {
    !ARTICLES.contains(&name)
}

/// What could not be parsed is SQL if its keywords come as those of SQL do, and prose does not.
fn unfollowed(list: &[Token], lower: &str) -> bool {
    let has = |keyword: Keyword| {
        list.iter()
            .position(|token| token.kind == TokenKind::Word(keyword))
    };
    let after = |at: usize| {
        list.get(at + 1)
            .map_or("", |token| slice(lower, token.span))
    };
    let symbols = list.iter().any(|token| {
        matches!(
            token.kind,
            TokenKind::Symbol(b'(' | b'?' | b'%')
                | TokenKind::Operator
                | TokenKind::Parameter
                | TokenKind::Cast
        )
    });
    if !symbols {
        return false;
    }
    match list.first().map(|token| token.kind) {
        Some(TokenKind::Word(Keyword::Select | Keyword::Delete)) => {
            has(Keyword::From).is_some_and(|at| is_relation(after(at)))
        }
        Some(TokenKind::Word(Keyword::Update)) => {
            has(Keyword::Set).is_some_and(|at| (2..8).contains(&at))
                && list.iter().any(|t| slice(lower, t.span) == "=")
        }
        Some(TokenKind::Word(Keyword::Insert)) => {
            has(Keyword::Into).is_some_and(|at| at < 4)
                && (has(Keyword::Values).is_some() || has(Keyword::Select).is_some())
        }
        Some(TokenKind::Word(Keyword::With)) => {
            has(Keyword::As).is_some() && has(Keyword::Select).is_some()
        }
        Some(TokenKind::Word(_)) => defines(list),
        _ => has(Keyword::Select).is_some() && has(Keyword::From).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_sql;

    #[test]
    fn prose_is_no_sql() {
        for text in [
            "Select a user from the list",
            "select a user from the list",
            "update available",
            "Update the user set",
            "Delete from cart",
            "Insert coin",
            "Create table reservation",
            "with love from Paris",
            "Copy files from source",
            "Table of contents",
            "Drop files here",
            "Select",
            "select one of the options (required)",
            "Truncate at 80 characters",
            "Merge branch into main",
            "values are missing",
            "Replace the battery",
        ] {
            assert!(!looks_like_sql(text), "{text}");
        }
    }

    #[test]
    fn statements_are_sql() {
        for text in [
            "SELECT 1",
            "select now()",
            "select id from users",
            "SELECT * FROM users WHERE id = %s",
            "  \n select a, b\n from t where x = :x",
            "INSERT INTO t (a) VALUES (?)",
            "insert into t values (%(a)s)",
            "UPDATE t SET a = $1",
            "DELETE FROM t WHERE id = @id",
            "WITH q AS (SELECT 1) SELECT * FROM q",
            "CREATE TABLE t (a int)",
            "ALTER TABLE t DROP COLUMN a",
            "ALTER TABLE t DELETE WHERE a = 1",
            "SELECT impact_hole_0 FROM t",
            "SELECT * FROM impact_hole_0",
            "-- comment\nSELECT a FROM b",
            "COPY t FROM STDIN",
            "TRUNCATE TABLE t",
        ] {
            assert!(looks_like_sql(text), "{text}");
        }
    }
}
