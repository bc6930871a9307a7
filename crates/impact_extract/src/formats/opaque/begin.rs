//! Tells from what stands before a keyword which literal begins there.

/// How far back a literal may begin before its first word, white space and brackets only.
const MAX_LEAD: usize = 400;

/// What ends a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close<'a> {
    /// These characters: quotes, or a bracket.
    Mark(&'a str),
    /// A line that says this word alone.
    Line(&'a str),
    /// The next tag's end, `</`.
    Markup,
    /// The end of the line.
    EndOfLine,
}

/// A literal that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening<'a> {
    /// Its first byte, quote included.
    pub start: usize,
    /// Its first byte after the quote.
    pub body: usize,
    /// What ends it.
    pub close: Close<'a>,
    /// Whether `{x}` is a hole: C#'s `$"…"`.
    pub braces: bool,
}

/// Quotes and brackets, the longest first, with what ends them.
const MARKS: &[(&str, &str)] = &[
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
    ("\\\"", "\\\""),
    ("[[", "]]"),
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("%(", ")"),
    ("%Q(", ")"),
    ("%q(", ")"),
    ("%{", "}"),
    ("%Q{", "}"),
    ("%q{", "}"),
    ("%[", "]"),
];

/// What a line of a comment begins with.
const COMMENTS: &[&str] = &["//", "/*", "* ", "#", "--", "<!--", "REM "];

/// The literal whose first word stands at `keyword`.
pub fn opening(text: &str, keyword: usize) -> Option<Opening<'_>> {
    let before = text.get(..keyword)?;
    let lead = trim_lead(before);
    if keyword - lead.len() > MAX_LEAD {
        return None;
    }
    let found = mark(lead)
        .or_else(|| mark(lead.trim_end_matches('(').trim_end()))
        .or_else(|| markup(lead))
        .or_else(|| property(lead))
        .or_else(|| here_document(before))?;
    (!in_comment(text, found.start)).then_some(found)
}

/// `before` without white space at its end, written as itself or as an escape.
fn trim_lead(before: &str) -> &str {
    let mut lead = before.trim_end();
    while let Some(rest) = ["\\n", "\\t", "\\r"]
        .iter()
        .find_map(|escape| lead.strip_suffix(escape))
    {
        lead = rest.trim_end();
    }
    lead
}

fn mark(lead: &str) -> Option<Opening<'_>> {
    let (open, close) = MARKS.iter().find(|(open, _)| lead.ends_with(open))?;
    let start = lead.len() - open.len();
    let prefix = lead.get(..start).unwrap_or_default();
    Some(Opening {
        start,
        body: lead.len(),
        close: Close::Mark(close),
        braces: prefix.ends_with('$') || prefix.ends_with("$@") || prefix.ends_with("@$"),
    })
}

/// `<select id="x">SELECT …</select>`
fn markup(lead: &str) -> Option<Opening<'_>> {
    let inside = lead.strip_suffix('>')?;
    let tail_start = floor(inside, inside.len().saturating_sub(MAX_LEAD));
    let tag = inside.get(tail_start..)?.rsplit_once('<')?.1;
    let named = tag.starts_with(|c: char| c.is_ascii_alphabetic());
    let data = tag.starts_with("![CDATA[");
    let arrow = inside.ends_with(['=', '-']);
    ((named && !arrow) || data).then_some(Opening {
        start: lead.len(),
        body: lead.len(),
        close: Close::Markup,
        braces: false,
    })
}

/// `report.query=SELECT …` and `query: SELECT …`: a key alone on its line before it.
fn property(lead: &str) -> Option<Opening<'_>> {
    let key = lead
        .strip_suffix('=')
        .or_else(|| lead.strip_suffix(':'))?
        .trim_end();
    let line = line_before(key)?.trim_start();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (!line.is_empty() && line.chars().all(plain)).then_some(Opening {
        start: lead.len(),
        body: lead.len(),
        close: Close::EndOfLine,
        braces: false,
    })
}

/// `<<~SQL`, `<<'EOF'`, `<<<SQL` at the line before.
fn here_document(before: &str) -> Option<Opening<'_>> {
    let lines = before.trim_end();
    let start = floor(lines, lines.len().saturating_sub(MAX_LEAD));
    let line = lines.get(start..)?.rsplit('\n').next()?;
    let at = line.rfind("<<")?;
    let after = line
        .get(at + 2..)?
        .trim_start_matches(['-', '~', '<', '"', '\'', '\\']);
    let length = after
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(after.len());
    let word = after.get(..length)?;
    if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let body = before.get(lines.len()..)?.find('\n')? + lines.len() + 1;
    Some(Opening {
        start: body,
        body,
        close: Close::Line(word),
        braces: false,
    })
}

fn in_comment(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = line_before(before).unwrap_or_default().trim_start();
    COMMENTS.iter().any(|leader| line.starts_with(leader))
}

/// A line that goes further back was written by a program: it is neither a comment nor a key.
const LONGEST_LINE: usize = 4 << 10;

/// What stands on the last line of a text; none if that is too long to be looked at for each string that stands on it.
fn line_before(text: &str) -> Option<&str> {
    let start = floor(text, text.len().saturating_sub(LONGEST_LINE));
    let end = text.get(start..)?;
    match end.rsplit_once('\n') {
        Some((_, line)) => Some(line),
        None => (start == 0).then_some(end),
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
