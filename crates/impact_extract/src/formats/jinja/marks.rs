//! Finds `{{ … }}`, `{% … %}` and `{# … #}` in a text.

use impact_facts::Span;
use memchr::{memchr, memmem};

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// `{{ … }}`
    Output,
    /// `{% … %}`
    Tag,
    /// `{# … #}`, and all of `{% comment %} … {% endcomment %}`.
    Comment,
    /// What stands between `{% raw %}` and `{% endraw %}`, `{% verbatim %}` and `{% endverbatim %}`: text.
    Raw,
}

/// A mark with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What it does.
    pub kind: MarkKind,
    /// All of it.
    pub span: Span,
    /// Between its braces, without white space and trim marks.
    pub inner: Span,
}

const FORMS: &[(MarkKind, &str, &str)] = &[
    (MarkKind::Output, "{{", "}}"),
    (MarkKind::Tag, "{%", "%}"),
    (MarkKind::Comment, "{#", "#}"),
];

/// Words of tags whose body is not looked into.
const OPAQUE: &[(&str, MarkKind)] = &[
    ("raw", MarkKind::Raw),
    ("verbatim", MarkKind::Raw),
    ("comment", MarkKind::Comment),
];

/// All marks, in order.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut missing = [false; FORMS.len()];
    let mut at = 0;
    while let Some(brace) = memchr(b'{', text.as_bytes().get(at..).unwrap_or_default()) {
        let start = at + brace;
        at = match mark_at(text, start, &mut missing) {
            Some(mark) => push(text, mark, &mut found),
            None => start + 1,
        };
    }
    found
}

/// Whether a text has any mark of a template language.
pub fn has_marks(text: &str) -> bool {
    FORMS
        .iter()
        .take(2)
        .any(|(_, open, _)| memmem::find(text.as_bytes(), open.as_bytes()).is_some())
}

fn mark_at(text: &str, start: usize, missing: &mut [bool; FORMS.len()]) -> Option<Mark> {
    let rest = text.get(start..)?;
    let form = FORMS
        .iter()
        .position(|(_, open, _)| rest.starts_with(open))?;
    let (kind, open, close) = FORMS.get(form)?;
    let gone = missing.get_mut(form)?;
    if *gone {
        return None;
    }
    let Some(length) = memmem::find(rest.as_bytes().get(2..)?, close.as_bytes()) else {
        *gone = true;
        return None;
    };
    let inside = rest.get(open.len()..open.len() + length)?;
    let trims: &[char] = if *kind == MarkKind::Output {
        &['-', '~']
    } else {
        &['-', '+', '~']
    };
    let left = inside.strip_prefix(trims).unwrap_or(inside);
    let both = left.strip_suffix(trims).unwrap_or(left);
    let inner = both.trim();
    let inner_start =
        start + open.len() + (inside.len() - left.len()) + (both.len() - both.trim_start().len());
    Some(Mark {
        kind: *kind,
        span: Span::new(
            start as u32,
            (start + open.len() + length + close.len()) as u32,
        ),
        inner: Span::new(inner_start as u32, (inner_start + inner.len()) as u32),
    })
}

/// Keeps a mark, and what stands between it and its end if nobody looks into that. Answers with where to go on.
fn push(text: &str, mark: Mark, found: &mut Vec<Mark>) -> usize {
    let end = mark.span.end as usize;
    let inner = text
        .get(mark.inner.start as usize..mark.inner.end as usize)
        .unwrap_or_default();
    let word = inner.split_whitespace().next().unwrap_or_default();
    let opaque = OPAQUE
        .iter()
        .find(|(known, _)| mark.kind == MarkKind::Tag && *known == word);
    let Some((word, kind)) = opaque else {
        found.push(mark);
        return end;
    };
    let (body, after) = until_end(text, end, word);
    let body = Span::new(end as u32, body as u32);
    found.push(match kind {
        MarkKind::Comment => Mark {
            kind: *kind,
            span: mark.span.to(Span::new(after as u32, after as u32)),
            inner: body,
        },
        _ => Mark {
            kind: *kind,
            span: Span::new(mark.span.start, after as u32),
            inner: body,
        },
    });
    after
}

/// Where `{% endWORD %}` after `from` begins and ends; the text's end if there is none.
fn until_end(text: &str, from: usize, word: &str) -> (usize, usize) {
    let rest = text.get(from..).unwrap_or_default();
    let wanted = format!("end{word}");
    for at in memmem::find_iter(rest.as_bytes(), &wanted) {
        let before = rest.get(..at).unwrap_or_default().trim_end();
        let before = before.strip_suffix(['-', '+']).unwrap_or(before);
        let close = rest.get(at..).and_then(|after| after.find("%}"));
        if let (Some(body), Some(close)) = (before.strip_suffix("{%"), close) {
            return (from + body.len(), from + at + close + 2);
        }
    }
    (text.len(), text.len())
}
