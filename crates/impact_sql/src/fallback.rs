//! The last resort for a statement that could not be followed: which tables it names, and which of their columns.
//!
//! Where `sqlparser` can follow it, only words that it takes for names of values count; else every word does.

use crate::general;
use crate::keyword::Keyword;
use crate::parse::slice;
use crate::resolution::{
    ColumnUse, Resolution, SqlError, StatementKind, TableUse, Unknown, UseClass,
};
use crate::schema::{Bound, RelationId, Schema};
use crate::token::{Token, TokenKind};
use impact_facts::{Access, Certainty, Span};
use std::collections::{HashMap, HashSet};

/// Finds what may be meant: every word that names a column of a table that is named. All of it is `possible`.
pub(crate) fn scan(
    text: &str,
    lower: &str,
    tokens: &[Token],
    schema: &Schema,
    span: Span,
    error: SqlError,
) -> Resolution {
    let mut found = Resolution {
        span,
        kind: kind(tokens),
        uses: Vec::new(),
        tables: Vec::new(),
        outputs: Vec::new(),
        omitted: Vec::new(),
        unknown: Vec::new(),
        error: Some(error.clone()),
        certainty: Certainty::Possible,
    };
    let relations = relations(text, lower, tokens, schema, &mut found);
    let names = general::names(text, tokens, span, schema.dialect());
    // What is written is no value to `sqlparser`, and it counts characters: there every word counts.
    let names = names.filter(|names| {
        found.kind == StatementKind::Select && text.is_ascii() && !names.values.is_empty()
    });
    let counts = |token: &Token| {
        names
            .as_ref()
            .is_none_or(|names| names.values.binary_search(&token.span).is_ok())
    };
    let columns = columns(schema, &relations);
    for token in tokens.iter().filter(|token| counts(token)) {
        let named = columns.get(name(text, lower, *token, schema));
        for id in named.into_iter().flatten() {
            if found.uses.len() < MOST_USES {
                found.uses.extend(column_use(
                    schema,
                    *id,
                    name(text, lower, *token, schema),
                    token.span,
                ));
            }
        }
    }
    let tables: Vec<_> = found
        .tables
        .iter()
        .map(|table| table.table.clone())
        .collect();
    let known = found.tables.iter().all(|table| table.kind.is_some()) && !tables.is_empty();
    found.unknown.push(Unknown {
        span: error.span,
        message: error.message,
        tables: known.then_some(tables),
    });
    found
}

/// How many uses one statement may have.
const MOST_USES: usize = 100_000;

/// Names of columns, with the relations that have them.
fn columns<'s>(schema: &'s Schema, relations: &[RelationId]) -> HashMap<&'s str, Vec<RelationId>> {
    let mut columns: HashMap<&str, Vec<RelationId>> = HashMap::new();
    for id in relations {
        let relation = schema.inner.relation(*id);
        for column in relation.into_iter().flat_map(|relation| &relation.columns) {
            columns.entry(&column.key).or_default().push(*id);
        }
    }
    columns
}

fn kind(tokens: &[Token]) -> StatementKind {
    match tokens.first().map(|token| token.kind) {
        Some(TokenKind::Word(Keyword::Select | Keyword::With | Keyword::Values)) => {
            StatementKind::Select
        }
        Some(TokenKind::Word(Keyword::Insert | Keyword::Replace)) => StatementKind::Insert,
        Some(TokenKind::Word(Keyword::Update)) => StatementKind::Update,
        Some(TokenKind::Word(Keyword::Delete)) => StatementKind::Delete,
        Some(TokenKind::Word(Keyword::Merge)) => StatementKind::Merge,
        Some(TokenKind::Word(Keyword::Copy)) => StatementKind::Copy,
        Some(TokenKind::Word(Keyword::Create | Keyword::Alter | Keyword::Drop)) => {
            StatementKind::Ddl
        }
        _ => StatementKind::Other,
    }
}

fn name<'t>(text: &'t str, lower: &'t str, token: Token, schema: &Schema) -> &'t str {
    match token.kind {
        TokenKind::Word(_) => slice(lower, token.span),
        TokenKind::Quoted => {
            let inner = Span::new(
                token.span.start + 1,
                token.span.end.saturating_sub(1).max(token.span.start + 1),
            );
            slice(
                if schema.dialect().same_name("a", "A") {
                    lower
                } else {
                    text
                },
                inner,
            )
        }
        _ => "",
    }
}

/// Words that are followed by a relation.
const BEFORE_RELATION: &[Keyword] = &[
    Keyword::From,
    Keyword::Join,
    Keyword::Into,
    Keyword::Update,
    Keyword::Table,
    Keyword::Using,
    Keyword::Only,
    Keyword::On,
    Keyword::View,
    Keyword::Copy,
];

fn relations(
    text: &str,
    lower: &str,
    tokens: &[Token],
    schema: &Schema,
    found: &mut Resolution,
) -> Vec<RelationId> {
    let mut ids = Vec::new();
    let mut seen = HashSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let name = name(text, lower, *token, schema);
        if name.is_empty() {
            continue;
        }
        let before = at
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .map(|token| token.kind);
        let after_word =
            matches!(before, Some(TokenKind::Word(keyword)) if BEFORE_RELATION.contains(&keyword));
        match schema.inner.bind(None, name) {
            Bound::Known(id, _) => {
                let Some(relation) = schema.inner.relation(id) else {
                    continue;
                };
                if seen.insert(id) {
                    ids.push(id);
                    found.tables.push(TableUse {
                        table: relation.name.clone(),
                        access: access(found.kind),
                        span: token.span,
                        kind: Some(relation.kind),
                    });
                }
            }
            Bound::Unknown
                if after_word
                    && matches!(
                        token.kind,
                        TokenKind::Word(Keyword::None) | TokenKind::Quoted
                    ) =>
            {
                found.tables.push(TableUse {
                    table: impact_facts::TableName::bare(name),
                    access: access(found.kind),
                    span: token.span,
                    kind: None,
                });
            }
            _ => {}
        }
    }
    ids
}

fn access(kind: StatementKind) -> Access {
    if kind == StatementKind::Select {
        Access::Read
    } else {
        Access::Write
    }
}

fn column_use(schema: &Schema, id: RelationId, name: &str, span: Span) -> Option<ColumnUse> {
    if name.is_empty() {
        return None;
    }
    let relation = schema.inner.relation(id)?;
    let column = relation.columns.get(usize::from(relation.column(name)?))?;
    Some(ColumnUse {
        table: relation.name.clone(),
        column: column.name.clone(),
        access: Access::Read,
        class: UseClass::Name,
        span,
        named_at: Vec::new(),
        certainty: Certainty::Possible,
        needs: true,
        rebinds: None,
        filter: false,
        through: Vec::new(),
        heirs: Vec::new(),
    })
}
