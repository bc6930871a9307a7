//! Comments that speak to impact, and headers that say a program wrote the file.

use crate::builder::ModuleBuilder;
use crate::parse::span;
use crate::source::Source;
use impact_facts::{Annotation, Span};
use memchr::memmem;
use tree_sitter::Tree;

const MARK: &str = "impact:";

/// What comments begin with, in all languages that are read.
const LEADERS: &[&str] = &["#", "//", "/*", "--", "{#", "<!--", ";", "*", "\"\"\""];

/// What comments end with.
const TRAILERS: &[&str] = &["*/", "#}", "-->"];

/// How many lines of a file count as its header.
const HEADER_LINES: usize = 30;

/// Records the annotations among a tree's comments. A comment's node is of a kind with `comment` in its name.
pub fn in_tree(tree: &Tree, source: &Source, builder: &mut ModuleBuilder) {
    for at in memmem::find_iter(source.text().as_bytes(), MARK) {
        let node = tree
            .root_node()
            .descendant_for_byte_range(at, at + MARK.len());
        if let Some(node) = node.filter(|node| node.kind().contains("comment"))
            && let Some(annotation) = of_comment(source, span(node))
        {
            builder.annotation(annotation);
        }
    }
}

/// The annotation that the comment at `comment` is, if it begins with the mark.
pub fn of_comment(source: &Source, comment: Span) -> Option<Annotation> {
    let text = without_trailer(source.slice(comment).trim());
    let said = without_leaders(text).strip_prefix(MARK)?.trim();
    Some(Annotation {
        span: comment,
        text: said.into(),
        target: target(source.text(), comment),
    })
}

/// Whether a header says that a program wrote the file: `@generated`, or `DO NOT EDIT` with the word *generated*.
pub fn says_generated(text: &str) -> bool {
    let header: Vec<&str> = text
        .lines()
        .take(HEADER_LINES)
        .map(str::trim_start)
        .filter(|line| LEADERS.iter().any(|leader| line.starts_with(leader)))
        .collect();
    let any = |word: &str| header.iter().any(|line| line.contains(word));
    any("@generated") || (any("DO NOT EDIT") && (any("enerated") || any("ENERATED")))
}

/// Programs that write declarations only: sea-orm's `sea-orm-cli generate entity` (0.2 to 1.1) and diesel's
/// `diesel print-schema` (1.4 to 2.2), as they name themselves in their headers.
const DECLARING: &[&str] = &["sea-orm-codegen", "Diesel CLI"];

/// Whether the header of a file that a program wrote names one that writes declarations only.
pub fn says_declared(text: &str) -> bool {
    let mut lines = text.lines().take(HEADER_LINES);
    let names = |line: &str| DECLARING.iter().any(|name| line.contains(name));
    says_generated(text) && lines.any(|line| without_leaders(line) != line && names(line))
}

fn without_leaders(mut text: &str) -> &str {
    while let Some(rest) = LEADERS.iter().find_map(|leader| text.strip_prefix(leader)) {
        text = rest.trim_start();
    }
    text.trim_start_matches('!').trim_start()
}

fn without_trailer(text: &str) -> &str {
    TRAILERS
        .iter()
        .find_map(|trailer| text.strip_suffix(trailer))
        .unwrap_or(text)
}

/// The bytes of the comment's own line before it or, if blank, the next line that is not.
fn target(text: &str, comment: Span) -> Span {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let own = before.get(line_start..).unwrap_or_default();
    if !own.trim().is_empty() {
        return trimmed(line_start, own);
    }
    let mut at = end;
    for line in text.get(end..).unwrap_or_default().split_inclusive('\n') {
        if !line.trim().is_empty() && at > end {
            return trimmed(at, line);
        }
        at += line.len();
    }
    Span::new(comment.end, comment.end)
}

fn trimmed(start: usize, line: &str) -> Span {
    let first = start + (line.len() - line.trim_start().len());
    Span::new(first as u32, (first + line.trim().len()) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, comment: &str) -> Option<(String, String)> {
        let start = text.find(comment)? as u32;
        let source = Source::of(text);
        let annotation = of_comment(&source, Span::new(start, start + comment.len() as u32))?;
        Some((
            annotation.text.to_string(),
            source.slice(annotation.target).to_owned(),
        ))
    }

    fn pair(text: &str, target: &str) -> Option<(String, String)> {
        Some((text.to_owned(), target.to_owned()))
    }

    #[test]
    fn a_comment_speaks_of_its_own_line() {
        let text = "  run(x)  # impact: reads users.email\ny";
        assert_eq!(
            said(text, "# impact: reads users.email"),
            pair("reads users.email", "run(x)")
        );
    }

    #[test]
    fn a_comment_on_a_line_of_its_own_speaks_of_the_next() {
        let text = "// impact: ignore\n\n  foo();\nbar();";
        assert_eq!(said(text, "// impact: ignore"), pair("ignore", "foo();"));
    }

    #[test]
    fn any_comment_form_will_do() {
        assert_eq!(
            said("{# impact: x #}\na", "{# impact: x #}"),
            pair("x", "a")
        );
        assert_eq!(
            said("/* impact: x */\na", "/* impact: x */"),
            pair("x", "a")
        );
        assert_eq!(said("-- not impact: x\na", "-- not impact: x"), None);
    }

    #[test]
    fn a_generated_file_says_so_in_a_comment_of_its_header() {
        assert!(says_generated("# @generated by x\n"));
        assert!(says_generated(
            "// Code generated by protoc. DO NOT EDIT.\n"
        ));
        assert!(!says_generated("# DO NOT EDIT without asking Ann\n"));
        assert!(!says_generated("MARK = '@generated'\n"));
        assert!(says_declared(
            "// @generated automatically by Diesel CLI.\n"
        ));
        assert!(!says_declared("// @generated by prost-build.\n"));
        assert!(!says_declared("// Diesel CLI wrote this once\n"));
    }
}
