//! TOML, to collections.

use super::align::align;
use crate::builder::{ModuleBuilder, with_stack};
use crate::source::Source;
use impact_facts::{
    Block, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, Literal, Piece,
    ProblemKind, Span, Spread, Statement, Text,
};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Lowers a file: one dictionary. What does not parse is a problem, the rest is lowered all the same.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    for error in errors {
        let at = error.span().map_or(Span::default(), |range| span(&range));
        builder.problem(at, ProblemKind::Syntax, error.message());
    }
    let all = source.span();
    let root = dictionary(table.get_ref(), all, source, builder);
    builder.body(Block {
        statements: vec![Statement::Do(root)],
        tail: None,
    });
}

fn dictionary(
    table: &DeTable,
    at: Span,
    source: &Source,
    builder: &mut ModuleBuilder,
) -> ExpressionId {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| (key.span().start, key.span().end));
    let mut items = Vec::with_capacity(entries.len());
    for (name, item) in entries {
        let key = text(name.get_ref(), span(&name.span()), source, builder);
        let value = value(item.get_ref(), span(&item.span()), source, builder);
        items.push(Item {
            key: Some(key),
            spread: Spread::None,
            value,
        });
    }
    let kind = CollectionKind::Dictionary;
    builder.expression(at, ExpressionKind::Collection(Collection { kind, items }))
}

fn value(item: &DeValue, at: Span, source: &Source, builder: &mut ModuleBuilder) -> ExpressionId {
    if !builder.enter(at) {
        return builder.other(at, Vec::new());
    }
    let id = with_stack(|| match item {
        DeValue::String(said) => text(said, at, source, builder),
        DeValue::Integer(number) => {
            let whole = i64::from_str_radix(number.as_str(), number.radix()).ok();
            builder.expression(
                at,
                whole.map_or(ExpressionKind::Number, ExpressionKind::Integer),
            )
        }
        DeValue::Boolean(truth) => builder.expression(at, ExpressionKind::Bool(*truth)),
        DeValue::Float(_) | DeValue::Datetime(_) => builder.expression(at, ExpressionKind::Number),
        DeValue::Array(values) => {
            let items = values
                .iter()
                .map(|one| value(one.get_ref(), span(&one.span()), source, builder))
                .map(|value| Item {
                    key: None,
                    spread: Spread::None,
                    value,
                })
                .collect();
            let kind = CollectionKind::List;
            builder.expression(at, ExpressionKind::Collection(Collection { kind, items }))
        }
        DeValue::Table(table) => dictionary(table, at, source, builder),
    });
    builder.leave();
    id
}

fn text(said: &str, whole: Span, source: &Source, builder: &mut ModuleBuilder) -> ExpressionId {
    let raw = inside_quotes(source.slice(whole), whole);
    let map = align(said, source.slice(raw), raw.start);
    let pieces = vec![Piece::Literal(Literal {
        value: said.into(),
        map,
    })];
    builder.text_expression(Text {
        span: whole,
        pieces,
    })
}

/// The bytes between a literal's quotes. A line break right after three quotes is not part of the string.
fn inside_quotes(raw: &str, whole: Span) -> Span {
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        let Some(rest) = raw.strip_prefix(quote) else {
            continue;
        };
        let trimmed = if quote.len() == 3 {
            rest.trim_start_matches(['\r', '\n'])
        } else {
            rest
        };
        let start = whole.start + (raw.len() - trimmed.len()) as u32;
        let closed = trimmed.ends_with(quote);
        let end = whole.end - if closed { quote.len() as u32 } else { 0 };
        return Span::new(start.min(end), end);
    }
    whole
}

fn span(range: &Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
