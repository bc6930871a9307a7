//! Crontab lines. Each becomes a dictionary with `schedule` and `command`; `NAME=value` becomes a bind.
//!
//! A user's name before the command, as in `/etc/crontab`, is left in it: nothing in the file tells the two forms apart.

use crate::builder::ModuleBuilder;
use crate::source::Source;
use impact_facts::{
    Bind, Block, Collection, CollectionKind, ExpressionId, ExpressionKind, Item, Literal, Piece,
    Span, SpanMap, Spread, Statement, Text,
};

/// Lowers a file.
pub fn lower(source: &Source, builder: &mut ModuleBuilder) {
    let mut statements = Vec::new();
    let mut at = 0_u32;
    for line in source.text().split_inclusive('\n') {
        let blank = line.len() - line.trim_start().len();
        let span = Span::new(
            at + blank as u32,
            at + line.trim_end().len().max(blank) as u32,
        );
        at += line.len() as u32;
        statements.extend(statement(span, source, builder));
    }
    builder.body(Block {
        statements,
        tail: None,
    });
}

fn statement(line: Span, source: &Source, builder: &mut ModuleBuilder) -> Option<Statement> {
    let said = source.slice(line);
    if said.is_empty() || said.starts_with('#') {
        return None;
    }
    if let Some(bind) = variable(line, source, builder) {
        return Some(bind);
    }
    let fields = if said.starts_with('@') { 1 } else { 5 };
    let (schedule, command) = split(line, source, fields)?;
    let items = [("schedule", schedule), ("command", command)]
        .map(|(key, value)| item(key, value, source, builder))
        .to_vec();
    let kind = ExpressionKind::Collection(Collection {
        kind: CollectionKind::Dictionary,
        items,
    });
    Some(Statement::Do(builder.expression(line, kind)))
}

/// `NAME=value`, quotes around the value left out.
fn variable(line: Span, source: &Source, builder: &mut ModuleBuilder) -> Option<Statement> {
    let (name, value) = source.slice(line).split_once('=')?;
    let name = name.trim_end();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let value = value.trim().trim_matches(['"', '\'']);
    let start = offset(source, value);
    let at = Span::new(start, start + value.len() as u32);
    let target = Span::new(line.start, line.start + name.len() as u32);
    Some(Statement::Bind(Bind {
        target: builder.name_expression(target, name),
        value: Some(text(at, source, builder)),
        annotation: None,
        augmented: None,
        otherwise: None,
        constant: false,
    }))
}

/// The first `fields` words of a line, and what follows.
fn split(line: Span, source: &Source, fields: usize) -> Option<(Span, Span)> {
    let said = source.slice(line);
    let mut rest = said;
    for _ in 0..fields {
        let word = rest.find(char::is_whitespace)?;
        rest = rest.get(word..)?.trim_start();
    }
    let schedule = said.get(..said.len() - rest.len())?.trim_end();
    if rest.is_empty() || !(fields == 1 || looks_like_schedule(schedule)) {
        return None;
    }
    let command = line.end - rest.len() as u32;
    Some((
        Span::new(line.start, line.start + schedule.len() as u32),
        Span::new(command, line.end),
    ))
}

fn looks_like_schedule(schedule: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "*/,-?#~".contains(c) || c.is_whitespace();
    schedule.starts_with(|c: char| c.is_ascii_digit() || "*?~".contains(c))
        && schedule.chars().all(fits)
}

fn item(key: &str, value: Span, source: &Source, builder: &mut ModuleBuilder) -> Item {
    let at = Span::new(value.start, value.start);
    let map = SpanMap::contiguous(value.start);
    let pieces = vec![Piece::Literal(Literal {
        value: key.into(),
        map,
    })];
    let key = builder.text_expression(Text { span: at, pieces });
    let value = text(value, source, builder);
    Item {
        key: Some(key),
        spread: Spread::None,
        value,
    }
}

fn text(at: Span, source: &Source, builder: &mut ModuleBuilder) -> ExpressionId {
    let map = SpanMap::contiguous(at.start);
    let pieces = vec![Piece::Literal(Literal {
        value: source.slice(at).into(),
        map,
    })];
    builder.text_expression(Text { span: at, pieces })
}

fn offset(source: &Source, part: &str) -> u32 {
    (part.as_ptr() as usize).saturating_sub(source.text().as_ptr() as usize) as u32
}
