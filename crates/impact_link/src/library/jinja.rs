//! Templates of SQL that stand in the code: `jinja2.Template("select … {% if x %} … {% endif %}").render(x=1)` (Jinja 3.1).
//!
//! Of branches the first is taken, of loops one round; what an expression gives is filled in where it is a known text.

use crate::evaluator::Evaluator;
use crate::text::part;
use crate::value::{Dictionary, Value};
use impact_facts::{Assembled, Span};

/// A text as the template renders it.
pub(super) fn rendered(
    cx: &Evaluator<'_>,
    template: &Assembled,
    values: &Dictionary,
    span: Span,
) -> Assembled {
    let text = template.text.as_str();
    let mut made = Assembled::default();
    let (mut at, mut depth) = (0, 0_u32);
    // The depth of the `if` whose other branches are left out.
    let mut skipped: Option<u32> = None;
    while let Some(tag) = next_tag(text, at) {
        if skipped.is_none() {
            made.push_assembled(&part(template, at, tag.start));
        }
        at = tag.end;
        let inner = tag.inner.trim_matches('-').trim();
        let word = inner.split_whitespace().next().unwrap_or_default();
        match (tag.kind, word) {
            ('{', _) if skipped.is_none() => match known(values, inner) {
                Some(value) => made.push_assembled(value),
                None => made.push_hole(cx.file, span),
            },
            ('%', "if" | "for") => {
                depth += 1;
                // What stands between the rounds of a loop.
                if inner.contains("loop.") {
                    skipped = skipped.or(Some(depth));
                }
            }
            ('%', "else" | "elif") => skipped = skipped.or(Some(depth)),
            ('%', "endif" | "endfor") => {
                skipped = skipped.filter(|from| *from < depth);
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    made.push_assembled(&part(template, at, text.len()));
    made
}

fn known<'v>(values: &'v Dictionary, inner: &str) -> Option<&'v Assembled> {
    let name = inner.split('|').next().unwrap_or_default().trim();
    let value: &Value = values.known.get(name)?;
    let mut texts = value.texts();
    let only = texts.next().filter(|_| value.atoms().len() == 1)?;
    Some(only)
}

struct Tag<'t> {
    start: usize,
    end: usize,
    kind: char,
    inner: &'t str,
}

/// The next `{{ … }}`, `{% … %}` or `{# … #}`.
fn next_tag(text: &str, from: usize) -> Option<Tag<'_>> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find('{')?;
        let kind = text.get(start + 1..)?.chars().next()?;
        let close = match kind {
            '{' => "}}",
            '%' => "%}",
            '#' => "#}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let inner = text.get(start + 2..)?;
        let length = inner.find(close)?;
        return Some(Tag {
            start,
            end: start + 2 + length + 2,
            kind,
            inner: inner.get(..length)?,
        });
    }
}
