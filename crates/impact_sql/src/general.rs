//! A second parser for what ours cannot follow: `sqlparser`, with the dialect's own rules.
//!
//! Its trees keep exact places of identifiers alone, so it is asked for no more: which relations a statement names and
//! which of its words are names of values. That is less to be wrong about than every word of the text.

use crate::keyword::Keyword;
use crate::parse::slice;
use crate::token::{Token, TokenKind};
use impact_facts::{Dialect, Span};
use sqlparser::ast::{Expr, Ident, ObjectName, Visit, Visitor};
use sqlparser::dialect as general;
use std::ops::ControlFlow;

/// Longer statements are not given to it: it is not made for them.
const LONGEST: usize = 200_000;

/// Places of names in the text.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Relations, the last part of each name.
    #[cfg_attr(not(test), allow(dead_code))]
    pub relations: Vec<Span>,
    /// What stands for a value, the last part of each name.
    pub values: Vec<Span>,
}

/// The names of a statement, if `sqlparser` can follow it.
pub(crate) fn names(text: &str, tokens: &[Token], span: Span, dialect: Dialect) -> Option<Names> {
    let statement = slice(text, span);
    if statement.is_empty()
        || statement.len() > LONGEST
        || nests_deep(tokens)
        || chains_long(tokens)
    {
        return None;
    }
    let readable = without_placeholders(statement, tokens, span);
    let parsed = sqlparser::parser::Parser::new(&*grammar(dialect))
        .with_recursion_limit(50)
        .try_with_sql(&readable)
        .ok()?
        .parse_statements()
        .ok()?;
    let mut finder = Finder {
        lines: line_starts(&readable),
        start: span.start,
        names: Names::default(),
    };
    for statement in &parsed {
        let _ = statement.visit(&mut finder);
    }
    finder.names.values.sort_unstable();
    Some(finder.names)
}

fn nests_deep(tokens: &[Token]) -> bool {
    let mut depth = 0i32;
    let mut deepest = 0;
    for token in tokens {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest > 40
}

/// How many operators a statement may have: each deepens the tree, which is visited and dropped by recursion.
const MOST_OPERATORS: usize = 300;

fn chains_long(tokens: &[Token]) -> bool {
    use Keyword as K;
    let operators = tokens.iter().filter(|token| match token.kind {
        TokenKind::Operator | TokenKind::Cast | TokenKind::Symbol(b'%' | b'?') => true,
        TokenKind::Word(keyword) => matches!(
            keyword,
            K::And
                | K::Or
                | K::Not
                | K::Is
                | K::Union
                | K::Except
                | K::Intersect
                | K::Minus
                | K::Collate
                | K::At
        ),
        _ => false,
    });
    operators.count() > MOST_OPERATORS
}

fn grammar(dialect: Dialect) -> Box<dyn general::Dialect> {
    match dialect {
        Dialect::Postgres => Box::new(general::PostgreSqlDialect {}),
        Dialect::MySql => Box::new(general::MySqlDialect {}),
        Dialect::Sqlite => Box::new(general::SQLiteDialect {}),
        Dialect::BigQuery => Box::new(general::BigQueryDialect {}),
        Dialect::Snowflake => Box::new(general::SnowflakeDialect {}),
        Dialect::TSql => Box::new(general::MsSqlDialect {}),
        Dialect::DuckDb => Box::new(general::DuckDbDialect {}),
        Dialect::ClickHouse => Box::new(general::ClickHouseDialect {}),
        Dialect::Redshift => Box::new(general::RedshiftSqlDialect {}),
        Dialect::Trino | Dialect::Generic => Box::new(general::GenericDialect {}),
    }
}

/// The statement with drivers' placeholders as numbers of the same length, so that places stay true.
fn without_placeholders(statement: &str, tokens: &[Token], span: Span) -> String {
    let mut bytes = statement.as_bytes().to_vec();
    for pair in tokens.windows(2) {
        let [mark, word] = pair else { continue };
        let adjacent = mark.span.end == word.span.start;
        let is_word = matches!(word.kind, TokenKind::Word(_));
        let end = match mark.kind {
            TokenKind::Symbol(b'?') => mark.span.end,
            TokenKind::Symbol(b'%' | b':') if adjacent && is_word => word.span.end,
            _ => continue,
        };
        let range = mark.span.start.saturating_sub(span.start) as usize
            ..end.saturating_sub(span.start) as usize;
        if let Some(place) = bytes.get_mut(range) {
            place.fill(b'1');
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| statement.to_owned())
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1),
        )
        .collect()
}

struct Finder {
    lines: Vec<usize>,
    start: u32,
    names: Names,
}

impl Finder {
    /// `sqlparser` counts lines and characters; only where those are bytes is the place sure.
    fn span(&self, ident: &Ident) -> Option<Span> {
        let place = |at: sqlparser::tokenizer::Location| {
            let line = self
                .lines
                .get(usize::try_from(at.line.checked_sub(1)?).ok()?)?;
            u32::try_from(line + usize::try_from(at.column.checked_sub(1)?).ok()?).ok()
        };
        let (start, end) = (place(ident.span.start)?, place(ident.span.end)?);
        (end > start).then(|| Span::new(start + self.start, end + self.start))
    }
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let last = relation
            .0
            .last()
            .and_then(|part| part.as_ident())
            .and_then(|ident| self.span(ident));
        self.names.relations.extend(last);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let ident = match expr {
            Expr::Identifier(ident) => Some(ident),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        let span = ident.and_then(|ident| self.span(ident));
        self.names.values.extend(span);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::parse::slice;
    use crate::token::tokenize;
    use impact_facts::{Dialect, Span};

    /// What `sqlparser` follows of the fixtures we follow, and we name the same relations.
    #[test]
    fn both_parsers_name_the_same_relations() {
        let text = include_str!("../fixtures/postgres/statements.sql");
        let schema = crate::Schema::new(&impact_facts::Catalog::default());
        let mut compared = 0;
        for span in crate::split(text, Dialect::Postgres) {
            let sql = slice(text, span);
            // To `sqlparser` the word ONLY is a relation.
            if sql.contains(" ONLY ") {
                continue;
            }
            let lower = sql.to_ascii_lowercase();
            let tokens = tokenize(sql, &lower, Dialect::Postgres).list;
            let Some(theirs) = names(
                sql,
                &tokens,
                Span::new(0, sql.len() as u32),
                Dialect::Postgres,
            ) else {
                continue;
            };
            let ours = crate::resolve(sql, &[], &schema);
            let tables: Vec<Span> = ours
                .iter()
                .flat_map(|one| one.tables.iter().map(|table| table.span))
                .collect();
            let named = |relation: &Span| tables.iter().any(|table| table.contains(*relation));
            // A CTE, a function or a column of `t.*` is a relation to `sqlparser` alone.
            let missing = theirs
                .relations
                .iter()
                .filter(|relation| !named(relation))
                .count();
            assert!(
                tables.is_empty() || missing < theirs.relations.len(),
                "{sql}"
            );
            compared += 1;
        }
        assert!(compared > 350, "{compared}");
    }
}
