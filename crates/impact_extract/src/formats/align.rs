//! Where the characters of a decoded scalar stand in its raw form, whichever way the format escapes and folds.

use impact_facts::SpanMap;

/// Escapes longer than two bytes: the letter after the backslash, and how many bytes follow it.
const LONG_ESCAPES: &[(u8, usize)] = &[(b'u', 4), (b'U', 8), (b'x', 2)];

/// Maps `value` to its bytes in `raw`, which stands at `start` in the file and has no quotes around it.
///
/// Exact for text that stands as it is, for escapes that begin with a backslash, for doubled quotes, and for lines whose
/// indentation or folding was taken away. What cannot be matched maps to where matching ended.
pub fn align(value: &str, raw: &str, start: u32) -> SpanMap {
    if value == raw || (value.len() == raw.len() && !raw.contains('\\')) {
        return SpanMap::contiguous(start);
    }
    let mut map = SpanMap::default();
    let mut at = 0;
    for (offset, character) in value.char_indices() {
        at = seek(character, raw, at);
        map.push(offset as u32, start + at as u32);
        at += width(character, raw, at);
    }
    if map.entries.is_empty() {
        return SpanMap::contiguous(start);
    }
    map
}

/// The first place from `at` on that may say `character`: white space that the format removed is passed over.
fn seek(character: char, raw: &str, at: usize) -> usize {
    let rest = raw.get(at..).unwrap_or_default();
    if rest.starts_with(character) || rest.starts_with('\\') {
        return skip_continuation(character, raw, at);
    }
    if character.is_whitespace() && rest.starts_with(char::is_whitespace) {
        return at;
    }
    let skipped = rest.len() - rest.trim_start().len();
    let next = rest.get(skipped..).unwrap_or_default();
    if next.starts_with(character) || next.starts_with('\\') {
        at + skipped
    } else {
        at
    }
}

/// A backslash at a line's end says nothing: what follows the line break and its indentation does.
fn skip_continuation(character: char, raw: &str, at: usize) -> usize {
    let rest = raw.get(at..).unwrap_or_default();
    let Some(after) = rest
        .strip_prefix("\\\n")
        .or_else(|| rest.strip_prefix("\\\r\n"))
    else {
        return at;
    };
    let trimmed = after.trim_start();
    if trimmed.starts_with(character) {
        raw.len() - trimmed.len()
    } else {
        at
    }
}

/// How many bytes of `raw` at `at` say `character`.
fn width(character: char, raw: &str, at: usize) -> usize {
    let rest = raw.get(at..).unwrap_or_default();
    let bytes = rest.as_bytes();
    if bytes.first() == Some(&b'\\') && !(character == '\\' && bytes.get(1) != Some(&b'\\')) {
        let letter = bytes.get(1).copied().unwrap_or_default();
        let long = LONG_ESCAPES.iter().find(|(known, _)| *known == letter);
        let escape = 2 + long.map_or(0, |(_, digits)| *digits);
        return boundary(raw, at, escape);
    }
    let doubled = character == '\'' && rest.starts_with("''");
    let own = rest.chars().next().map_or(0, char::len_utf8);
    own + usize::from(doubled)
}

fn boundary(raw: &str, at: usize, length: usize) -> usize {
    let mut end = (at + length).min(raw.len());
    while !raw.is_char_boundary(end) {
        end += 1;
    }
    end - at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The raw characters that each character of the value is said to stand at.
    fn located(value: &str, raw: &str) -> String {
        let map = align(value, raw, 100);
        value
            .char_indices()
            .map(|(offset, _)| {
                let at = map.locate(offset as u32) as usize - 100;
                raw.get(at..)
                    .and_then(|rest| rest.chars().next())
                    .unwrap_or('$')
            })
            .collect()
    }

    #[test]
    fn what_stands_as_it_is_maps_byte_for_byte() {
        assert_eq!(align("select é", "select é", 7), SpanMap::contiguous(7));
    }

    #[test]
    fn escapes_map_to_their_backslash() {
        assert_eq!(located("a\nb", "a\\nb"), "a\\b");
        assert_eq!(located("aéb", "a\\u00e9b"), "a\\b");
        assert_eq!(located("say \"x\"", "say \\\"x\\\""), "say \\x\\");
        assert_eq!(located("it's b", "it''s b"), "it's b");
    }

    #[test]
    fn taken_away_indentation_is_passed_over() {
        assert_eq!(
            located("select a\nfrom b\n", "  select a\n  from b\n"),
            "select a\nfrom b\n"
        );
        assert_eq!(located("one two", "one\n   two"), "one\ntwo");
    }

    #[test]
    fn what_does_not_match_stays_inside() {
        let map = align("zzzzzz", "ab", 10);
        assert!(map.entries.iter().all(|(_, file)| *file <= 12));
    }
}
