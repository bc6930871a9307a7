//! From text to resolutions: split, parse, resolve.

use crate::body::resolve_body;
use crate::parse::Parser;
use crate::resolution::Resolution;
use crate::resolve::{Resolver, kind_of};
use crate::schema::Schema;
use crate::syntax::Statement;
use crate::token::{Token, tokenize};
use crate::{fallback, split};
use impact_facts::Span;

/// What each statement of `text` touches, one entry for each statement that [`split`](crate::split) finds.
///
/// `holes` are the bytes of `text` that are filled in at run time, ascending; each is one word (`impact_hole_0`).
/// Total: what cannot be followed comes back with `error`, its finds `possible`.
#[must_use]
pub fn resolve(text: &str, holes: &[Span], schema: &Schema) -> Vec<Resolution> {
    let lower = text.to_ascii_lowercase();
    let tokens = tokenize(text, &lower, schema.dialect());
    let ranges = split::statements(text, &lower, &tokens.list, schema.dialect());
    let mut out = Vec::with_capacity(ranges.len());
    for range in ranges {
        let span = split::span_of(&tokens.list, &range);
        let list = tokens.list.get(range).unwrap_or(&[]);
        let mut statement = one(text, &lower, list, holes, schema, span);
        if let Some(open) = tokens.unterminated.filter(|open| span.contains(*open)) {
            statement.fail(open, "a literal, comment or quoted name that never ends");
        }
        out.push(statement);
    }
    out
}

fn one(
    text: &str,
    lower: &str,
    tokens: &[Token],
    holes: &[Span],
    schema: &Schema,
    span: Span,
) -> Resolution {
    let mut parser = Parser::new(text, lower, tokens, holes, schema.dialect());
    match parser.statement() {
        Ok(statement) => {
            let mut resolver = Resolver::new(&schema.inner, holes);
            resolver.run(&statement);
            let mut resolution = resolver.finish(span, kind_of(&statement));
            if let Statement::Body {
                language,
                name,
                text: body,
                ..
            } = &statement
            {
                resolve_body(text, *body, language, *name, schema, &mut resolution);
            }
            resolution
        }
        Err(error) => fallback::scan(text, lower, tokens, schema, span, error),
    }
}
