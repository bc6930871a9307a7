//! Blanks the marks of a template language out of a data file, so that what is left parses, byte for byte in place.

use super::jinja;

/// `text` with every `{{ … }}`, `{% … %}`, `{# … #}` or `<% … %>` made blank: a line that holds nothing else becomes white space, any
/// other mark a word of the same length. None if there are none.
pub fn mask(text: &str) -> Option<String> {
    let spans: Vec<(usize, usize)> = if jinja::has_marks(text) {
        let marks = jinja::marks(text).into_iter();
        marks
            .map(|mark| (mark.span.start as usize, mark.span.end as usize))
            .collect()
    } else {
        erb_marks(text)
    };
    if spans.is_empty() {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    for (start, end) in spans {
        let filler = if stands_alone(text, start, end) {
            b' '
        } else {
            b'x'
        };
        for byte in bytes.get_mut(start..end).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = filler;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Ruby's `<% … %>`.
fn erb_marks(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("<%")) {
        let start = at + start;
        let Some(length) = text.get(start..).and_then(|rest| rest.find("%>")) else {
            break;
        };
        at = start + length + 2;
        spans.push((start, at));
    }
    spans
}

/// Whether the line of a mark holds white space besides.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = after.find('\n').unwrap_or(after.len());
    let blank = |part: Option<&str>| part.unwrap_or_default().trim().is_empty();
    blank(before.get(line_start..)) && blank(after.get(..line_end))
}
