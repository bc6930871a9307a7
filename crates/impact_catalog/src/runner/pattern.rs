//! Patterns of file names with versions in them.

/// A pattern that fits a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match<'a> {
    /// The path before the part that the pattern covers.
    pub(super) root: &'a str,
    /// The numbers of `#`.
    pub(super) version: Vec<u64>,
}

/// Matches `pattern` with the last segments of `path`.
pub(super) fn matches<'a>(pattern: &str, path: &'a str) -> Option<Match<'a>> {
    let segments = pattern.matches('/').count() + 1;
    let start = path
        .rmatch_indices('/')
        .nth(segments - 1)
        .map_or(0, |(at, _)| at + 1);
    let (root, tail) = path.split_at_checked(start)?;
    if path.matches('/').count() + 1 < segments {
        return None;
    }
    let version = fits(pattern, tail)?;
    let words = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
    let root = match words.contains(['#', '*']) || words.is_empty() {
        true => root,
        false => path.get(..start + words.len() + 1)?,
    };
    Some(Match {
        root: root.trim_end_matches('/'),
        version,
    })
}

/// The version in `text`, if all of it fits.
fn fits(pattern: &str, text: &str) -> Option<Vec<u64>> {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty().then(Vec::new);
    };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '#' => {
            let lengths = version_lengths(text);
            lengths.into_iter().rev().find_map(|length| {
                let (version, tail) = text.split_at_checked(length)?;
                fits(rest, tail).map(|_| numbers(version))
            })
        }
        '*' => {
            let limit = text.find('/').unwrap_or(text.len());
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.take_while(|at| *at <= limit)
                .find_map(|at| fits(rest, text.get(at..)?))
        }
        _ => text.strip_prefix(first).and_then(|tail| fits(rest, tail)),
    }
}

/// Where a version that begins `text` may end: after each run of digits.
fn version_lengths(text: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += bytes
            .iter()
            .skip(at)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        lengths.push(at);
        if !matches!(bytes.get(at), Some(b'.' | b'_' | b'-')) {
            break;
        }
        at += 1;
    }
    lengths
}

/// The numbers of a version. A date with dashes is one number: it sorts among timestamps without.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(['.', '_']).map(|part| part.replace('-', ""));
    parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}
