//! Joins literals that are put together by an operator, whatever the language writes it as.

use super::begin::{Close, Opening};
use super::body::{self, Draft};
use impact_facts::Span;

/// How many parts are joined.
const MAX_PARTS: usize = 200;

/// How long an operand that is no literal may be.
const MAX_OPERAND: usize = 300;

/// Operators that join strings. A dot does so only where it is no member's: before white space, a quote or `$`.
const OPERATORS: &[&str] = &["++", "<>", "..", "+", "&", "~", "."];

/// The text that begins at `opening`, with what is joined to it.
pub fn read(text: &str, opening: &Opening) -> Draft {
    let mut draft = Draft::at(opening.start);
    body::read(text, opening, &mut draft);
    if !matches!(opening.close, Close::Mark("\"" | "'" | "`" | "\\\"")) {
        return draft;
    }
    for _ in 0..MAX_PARTS {
        if draft.end - draft.start > body::MAX_TEXT || !next_part(text, &mut draft) {
            break;
        }
    }
    draft
}

/// Reads one more operand. False if none is joined.
fn next_part(text: &str, draft: &mut Draft) -> bool {
    let after = skip_blank(text, draft.end);
    let rest = text.get(after..).unwrap_or_default();
    let Some(operator) = operator(rest) else {
        return match literal_at(text, after).filter(|o| o.close == Close::Mark("\"")) {
            Some(opening) if after > draft.end => {
                body::read(text, &opening, draft);
                true
            }
            _ => false,
        };
    };
    let at = skip_blank(text, after + operator.len());
    if let Some(opening) = literal_at(text, at) {
        body::read(text, &opening, draft);
        return true;
    }
    let length = operand(text.get(at..).unwrap_or_default());
    if length == 0 {
        return false;
    }
    let span = Span::new(at as u32, (at + length) as u32);
    draft.hole(span, span);
    draft.end = at + length;
    true
}

fn operator(rest: &str) -> Option<&'static str> {
    let found = OPERATORS
        .iter()
        .find(|operator| rest.starts_with(*operator))?;
    let next = rest.get(found.len()..)?.chars().next()?;
    let joins = *found != "." || next.is_whitespace() || matches!(next, '"' | '\'' | '$');
    (joins && next != '=' && next != '&').then_some(found)
}

fn literal_at(text: &str, at: usize) -> Option<Opening<'_>> {
    let quote = ["\\\"", "\"", "'", "`"]
        .into_iter()
        .find(|quote| text.get(at..).is_some_and(|rest| rest.starts_with(quote)))?;
    Some(Opening {
        start: at,
        body: at + quote.len(),
        close: Close::Mark(quote),
        braces: false,
    })
}

/// White space, and a backslash at a line's end.
fn skip_blank(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let blank = |c: char| c.is_whitespace() || c == '\\';
    let length = rest.find(|c: char| !blank(c)).unwrap_or(rest.len());
    let skipped = rest.get(..length).unwrap_or_default();
    let end = skipped.find('\\').filter(|slash| {
        !skipped
            .get(slash + 1..)
            .is_some_and(|s| s.starts_with(['\n', '\r']))
    });
    at + end.unwrap_or(length)
}

/// The length of a name, path, call or bracketed expression.
fn operand(rest: &str) -> usize {
    let mut depth = 0_i32;
    let mut end = 0;
    for (at, c) in rest.char_indices().take(MAX_OPERAND) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            _ if c.is_alphanumeric() || matches!(c, '_' | '$' | '@') => {}
            '.' | ':' | '>' | '-' | '?' | '!' if joins_member(rest, at, c) => {}
            _ => return end,
        }
        end = at + c.len_utf8();
    }
    if depth == 0 { end } else { 0 }
}

/// `a.b`, `a::b`, `a->b`, `a?.b`: no operator that joins strings.
fn joins_member(rest: &str, at: usize, c: char) -> bool {
    let next = rest
        .get(at + c.len_utf8()..)
        .and_then(|after| after.chars().next());
    next.is_some_and(|n| n.is_alphanumeric() || matches!(n, '_' | '$' | ':' | '>' | '.'))
}
