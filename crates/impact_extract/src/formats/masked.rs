//! Blanks the marks of a template language out of a data file, so that what is left parses, byte for byte in place.

use super::jinja;

/// `text` with every `{{ … }}`, `{% … %}` and `{# … #}` made blank: a line that holds nothing else becomes white space, any
/// other mark a word of the same length. None if there are none.
pub fn mask(text: &str) -> Option<String> {
    if !jinja::has_marks(text) {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    for mark in jinja::marks(text) {
        let (start, end) = (mark.span.start as usize, mark.span.end as usize);
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

/// Whether the line of a mark holds white space besides.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = after.find('\n').unwrap_or(after.len());
    let blank = |part: Option<&str>| part.unwrap_or_default().trim().is_empty();
    blank(before.get(line_start..)) && blank(after.get(..line_end))
}
